/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prefixes of a peer set, and files of prefixes.
 */
#ifndef PREFIX_FILE_H
#define PREFIX_FILE_H

#include "config/config.h"

void nf_edge_config_prefix(struct config *config, struct peer_set *set,
			   const char *file, unsigned int line,
			   const char *text);
bool nf_edge_prefix_file_read(struct config *config, struct peer_set *set,
			      const char *name, unsigned int line);

#endif /* PREFIX_FILE_H */
