/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A configuration: the policy of a file, where each part of it stands, and
 * what is to be said about it.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "findings.h"
#include "policy.h"

/**
 * struct config - a configuration
 * @file: its name, as the user gave it
 * @policy: what it says; whole only when there are no errors
 * @errors: why it cannot be loaded
 * @warnings: what its author should know
 * @mode_line: where the mode stands; like all lines 0 when nowhere
 * @zones_line: where the list of zones begins
 * @features_line: where the list of features begins
 * @ping_line: where the list of pinged sides begins
 * @expose_line: where expose-cls-ports stands
 * @zone_lines: where each zone is switched on
 * @feature_lines: where each feature is switched on
 * @unknown_set: where the prefixes of unknown sets go
 * @prefix_count: prefixes of all sets as they are written
 */
struct config {
	const char *file;
	struct policy policy;
	struct findings errors;
	struct findings warnings;
	unsigned int mode_line;
	unsigned int zones_line;
	unsigned int features_line;
	unsigned int ping_line;
	unsigned int expose_line;
	unsigned int zone_lines[ZONE_COUNT];
	unsigned int feature_lines[FEATURE_COUNT];
	struct peer_set unknown_set;
	size_t prefix_count;
};

void nf_edge_config_read(struct config *config, const char *file);
void nf_edge_config_prefix(struct config *config, struct peer_set *set,
			   const char *file, unsigned int line,
			   const char *text);
void nf_edge_config_validate(struct config *config);
void nf_edge_config_warn(struct config *config);
void nf_edge_config_free(struct config *config);

void nf_edge_prefix_file_read(struct config *config, struct peer_set *set,
			      const char *name, unsigned int line);

#endif /* CONFIG_H */
