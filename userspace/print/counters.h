/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, for people and for machines.
 */
#ifndef PRINT_COUNTERS_H
#define PRINT_COUNTERS_H

#include "base/moment.h"
#include "netlink/report.h"
#include "output/table.h"
#include "print/since.h"

/**
 * struct counters_style - how to print counters
 * @nonzero: leave out rows, services and reasons that counted nothing
 * @totals: print totals by node and service too
 * @drops: print drops by reason too, where the report has them
 * @moments: how to print times
 * @row: id of the one row to print, or NULL
 * @since: the reading that the counters are differences to, or NULL
 */
struct counters_style {
	bool nonzero;
	bool totals;
	bool drops;
	enum moment_style moments;
	const char *row;
	const struct since *since;
};

extern const struct columns columns_of_counters;

void counters_print(const struct report *report,
		    const struct counters_style *style,
		    struct table *table);
json_t *counters_object(const struct report *report,
			const struct counters_style *style);

#endif /* PRINT_COUNTERS_H */
