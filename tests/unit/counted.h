/* SPDX-License-Identifier: GPL-2.0-only */
/* Readings of a small site, for rates. */
#ifndef COUNTED_H
#define COUNTED_H

#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "rates/reading.h"

#define SECOND	1000000000ULL

static const char *const ids[] = { "external/5", "external/14", "site/rdp" };

/* Two nodes with the rows above, all counters known and zero. */
static struct reading *reading(uint64_t seconds)
{
	struct reading *new = xalloc(sizeof(*new));
	struct report *report = &new->report;
	size_t n, i;

	new->at = seconds * SECOND;
	new->time = 1000000 + seconds;
	report->view.loaded = true;
	report->view.generation = 7;
	report->view.table.count = ARRAY_SIZE(ids);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		report->view.table.row[i] = (struct row){
			.id = ids[i], .note = i ? "media" : "sign in",
			.protocol = 6, .port_count = 1, .port_low = 443,
			.port_high = 443, .ports = { { 6, 443, 443 } },
		};
	report->node_count = 2;
	report->nodes = xalloc(2 * sizeof(*report->nodes));
	for (n = 0; n < 2; n++) {
		struct node_counts *node = &report->nodes[n];

		strcpy(node->node, n ? "edge2" : "edge1");
		node->table = &report->view.table;
		for (i = 0; i < ARRAY_SIZE(ids); i++)
			node->rows[i].known = true;
		node->services[0].known = true;
		node->services[2].known = true;
	}
	report->has_drops = true;
	return new;
}

static struct counts *row(struct reading *of, size_t node, size_t i)
{
	return &of->report.nodes[node].rows[i];
}

#endif
