/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scanner of a configuration file, which sets the values.
 */
#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include "config/key.h"

void scan_text(struct config *config, const char *text,
	       const struct key *keys, struct section *top);

#endif /* CONFIG_SCAN_H */
