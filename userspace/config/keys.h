/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of the keys and sections of a configuration.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/key.h"

/* Places of the keys of the top. */
enum top_key {
	TOP_MODE,
	TOP_ZONES,
	TOP_FEATURES,
	TOP_PING,
	TOP_EXPOSE,
	TOP_INTERFACE,
	TOP_NODE,
	TOP_PEERS,
	TOP_PROFILE,
	TOP_PORTS,
	TOP_ROWS_OFF,
	TOP_ROW,
	TOP_PING_PEERS,
	TOP_KEYS,
};

extern const struct key config_keys[];

#endif /* CONFIG_KEYS_H */
