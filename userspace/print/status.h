/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The status: a summary for the operator on call.
 */
#ifndef PRINT_STATUS_H
#define PRINT_STATUS_H

#include "netlink/counters.h"
#include "netlink/view.h"
#include "system/flowtables.h"
#include "system/ways.h"

/**
 * struct status - the facts of the status
 * @version: version of the module
 * @view: the policy in force, with its nodes
 * @drops: drops by reason; not in JSON
 * @offload: flowtables, and connections that they took
 * @ways: ways round the policy
 */
struct status {
	const char *version;
	const struct view *view;
	struct drop_counts drops[REASON_COUNT];
	struct offload offload;
	struct ways ways;
};

void status_print(const struct status *status);
void status_json(const struct status *status);

#endif /* PRINT_STATUS_H */
