/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A configuration: the policy of a file, where each part of it stands, and
 * what is to be said about it.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/findings.h"
#include "policy/policy.h"
#include "policy/rows.h"

/**
 * struct set_source - where the prefixes of a set come from
 * @may_be_empty: its author expects that nobody may be in it
 * @list: name of its list, NULL when there is none
 * @list_line: where the list is named
 * @is_void: the list was read, and holds nothing
 */
struct set_source {
	bool may_be_empty;
	char *list;
	unsigned int list_line;
	bool is_void;
};

/**
 * struct config - a configuration
 * @file: its name, as the user gave it
 * @is_stream: it stands in no folder, so that lists are looked for in the
 *	working folder
 * @policy: what it says; whole only when there are no errors
 * @table: the rows that the policy is to have
 * @errors: why it cannot be loaded
 * @warnings: what its author should know
 * @zone_lines: where each zone is switched on; like all lines 0 when nowhere
 * @feature_lines: where each feature is switched on
 * @side_unread: an interface or a peer set was refused, which may say what is
 *	internal
 * @sources: of each peer set
 * @unknown_set: where the prefixes of unknown sets go
 * @prefix_count: prefixes of all sets together
 */
struct config {
	const char *file;
	bool is_stream;
	struct policy policy;
	const struct row_table *table;
	struct findings errors;
	struct findings warnings;
	unsigned int zone_lines[ZONE_COUNT];
	unsigned int feature_lines[FEATURE_COUNT];
	bool side_unread;
	struct set_source sources[PEER_SET_COUNT];
	struct peer_set unknown_set;
	size_t prefix_count;
};

void config_free(struct config *config);

#endif /* CONFIG_CONFIG_H */
