/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy that a verb reads: of a configuration, or in force.
 */
#ifndef CMD_SOURCE_H
#define CMD_SOURCE_H

#include <stdbool.h>

#include "base/outcome.h"
#include "config/config.h"
#include "netlink/view.h"

/**
 * struct source - a policy, and where it comes from
 * @name: name of the file; NULL of the policy in force
 * @config: the configuration of a file
 * @view: the policy in force
 */
struct source {
	const char *name;
	struct config config;
	struct view view;
};

enum outcome source_read(struct source *source, const char *name);
const struct policy *source_policy(const struct source *source);
void source_free(struct source *source);

#endif /* CMD_SOURCE_H */
