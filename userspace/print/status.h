/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The status: a summary for the operator on call.
 */
#ifndef PRINT_STATUS_H
#define PRINT_STATUS_H

#include <jansson.h>

#include "netlink/counters.h"
#include "netlink/view.h"
#include "system/flowtables.h"
#include "system/stand_in.h"
#include "system/ways.h"

/**
 * struct status - the facts of the status
 * @version: version of the module
 * @view: the policy in force, with its nodes
 * @drops: drops by reason; not in JSON
 * @offload: flowtables, and connections that they took
 * @ways: ways round the policy
 * @stand_in: what nftables holds in place of the policy
 * @next_boot: how the next boot would differ, NULL when it would not
 */
struct status {
	const char *version;
	const struct view *view;
	struct drop_counts drops[REASON_COUNT];
	struct offload offload;
	struct ways ways;
	struct stand_in stand_in;
	char *next_boot;
};

void status_print(const struct status *status);
void status_json(const struct status *status);
json_t *status_switches_json(const struct view *view);

#endif /* PRINT_STATUS_H */
