/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A configuration: the policy of a file, where each part of it stands, and
 * what is to be said about it.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/findings.h"
#include "config/text.h"
#include "config/words.h"
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
 * struct named_set - a section of peers, until its name is looked up
 * @name: its name
 * @set: its prefixes
 * @source: where they come from
 */
struct named_set {
	char *name;
	struct peer_set set;
	struct set_source source;
};

/**
 * struct row_draft - parts of a row that are looked up when all was read
 * @peers: names of its peer sets, or any
 * @nodes: names of its nodes
 * @port_count: its ports and ranges, also those that it has no room for
 * @errors: errors of the configuration before the row
 * @flawed: the row has an error of its own
 */
struct row_draft {
	struct words peers;
	struct words nodes;
	size_t port_count;
	size_t errors;
	bool flawed;
};

/**
 * struct config - a configuration
 * @file: its name, as the user gave it; of an entry of the history its file, of
 *	a copy the place that it is to have
 * @stored: number of the entry of the history, 0 for a file
 * @stored_file: name of the file of the entry, or NULL
 * @stored_hash: hash of the policy that was loaded with the entry, or NULL
 * @text: its text
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
 * @placeholders: words in < > that stand for addresses
 * @unknown_profile: the profile is no known one
 * @unknown_zones: words among the zones that are none
 * @unknown_features: words among the features that are none
 * @ping_peers: sets that may ping
 * @rows_off: ids of rows that are off
 * @port_lines: where each key of ports is given
 * @rows: drafts of the rows of the site's own, by place in @policy
 * @row_count: number of drafts
 * @row_capacity: number of drafts that there is room for
 * @named_sets: sections of peers
 * @named_count: number of these sections
 * @named_capacity: number of sections that there is room for
 * @sources: of each peer set of @policy
 * @set_uses: where a set of the site's own is first used
 * @prefix_count: prefixes of all sets together
 */
struct config {
	const char *file;
	uint32_t stored;
	char *stored_file;
	char *stored_hash;
	struct text text;
	bool is_stream;
	struct policy policy;
	struct row_table table;
	struct findings errors;
	struct findings warnings;
	unsigned int zone_lines[ZONE_COUNT];
	unsigned int feature_lines[FEATURE_COUNT];
	bool side_unread;
	struct words placeholders;
	bool unknown_profile;
	struct words unknown_zones;
	struct words unknown_features;
	struct words ping_peers;
	struct words rows_off;
	unsigned int port_lines[PORT_KEYS];
	struct row_draft *rows;
	size_t row_count;
	size_t row_capacity;
	struct named_set *named_sets;
	size_t named_count;
	size_t named_capacity;
	struct set_source sources[SETS_MAX];
	unsigned int set_uses[SETS_MAX];
	size_t prefix_count;
};

void config_free(struct config *config);

#endif /* CONFIG_CONFIG_H */
