/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prefixes of a peer set, and files of prefixes.
 */
#ifndef CONFIG_PREFIX_FILE_H
#define CONFIG_PREFIX_FILE_H

#include "config/config.h"

void prefix_file_add(struct config *config, struct named_set *set,
		     const char *file, unsigned int line,
		     const char *text);
bool prefix_file_read(struct config *config, struct named_set *set,
		      const char *name, unsigned int line);

#endif /* CONFIG_PREFIX_FILE_H */
