/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metrics of the policy in force, its counters, and the module.
 */
#ifndef PRINT_METRICS_H
#define PRINT_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "netlink/report.h"
#include "output/exposition.h"
#include "policy/hash.h"
#include "print/ready.h"
#include "system/stand_in.h"

/**
 * struct metrics - facts that become metrics
 * @up: whether all facts are known; else only those of the module are
 * @module: whether the module is in the kernel
 * @version: version of the module, empty when not known
 * @family: version of the netlink family, 0 when not known
 * @report: counters, and the policy in force; of a module that answers
 * @hashes: hashes of the policy as it was loaded; of a loaded policy
 * @stand_in: what nftables holds in place of the policy
 * @ready: nf_edge.ko of each kernel
 * @microseconds: time that reading took
 */
struct metrics {
	bool up;
	bool module;
	char version[32];
	unsigned int family;
	struct report report;
	struct policy_hashes hashes;
	struct stand_in stand_in;
	struct ready ready;
	uint64_t microseconds;
};

void metrics_print(const struct metrics *metrics, FILE *stream,
		   bool openmetrics);
void metrics_rows(struct exposition *exposition, const struct view *view);
void metrics_events(struct exposition *exposition, const struct view *view);
void metrics_counters(struct exposition *exposition,
		      const struct report *report);

#endif /* PRINT_METRICS_H */
