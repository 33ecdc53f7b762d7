/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows that open and close between two policies.
 */
#ifndef PRINT_FLOWS_H
#define PRINT_FLOWS_H

#include "policy/flows.h"

/**
 * struct flow_report - a difference to print
 * @diff: the difference
 * @name: names of the policies; NULL of the one in force
 * @list: whether to print all prefixes
 */
struct flow_report {
	struct flow_diff diff;
	const char *name[POLICY_COUNT];
	bool list;
};

void flows_print(const struct flow_report *report);
void flows_json(const struct flow_report *report);

#endif /* PRINT_FLOWS_H */
