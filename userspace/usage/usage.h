/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Usage of rows, over restarts of the kernel: what folds of the counters added
 * up.
 */
#ifndef USAGE_USAGE_H
#define USAGE_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"
#include "policy/rows.h"

/* Rows that are kept: those in force, and as many that are so no longer. */
#define USAGE_ROWS	((size_t)2 * ROWS_MAX)

/* Days that are kept; the oldest go. */
#define USAGE_DAYS	366

#define USAGE_DAY	(24U * 60 * 60)

/**
 * struct usage_hits - numbers of a row
 * @connections: connections permitted
 * @packets: packets permitted, in both directions
 * @denied: packets that the row nearly permitted
 */
struct usage_hits {
	uint64_t connections;
	uint64_t packets;
	uint64_t denied;
};

/**
 * struct usage_row - a row
 * @key: the row itself: id, service, direction and ports, of a documented row
 *	the profile too.  A row that is changed in one of them is another row.
 * @id: its id
 * @first_seen: time of the first fold that found it, in seconds since 1970
 * @seen: time of the last fold that found it
 * @watched: seconds that it was watched
 * @quiet: of these, seconds since its last hit
 * @last_hit: time of the last packet that it permitted, or 0
 * @live: the last fold found it able to permit something
 *
 * A row is watched between two folds of one day at most that both found it live,
 * while the counters went on, and any row was hit.
 */
struct usage_row {
	char *key;
	char id[ROW_ID_MAX + 1];
	uint64_t first_seen;
	uint64_t seen;
	uint64_t watched;
	uint64_t quiet;
	uint64_t last_hit;
	bool live;
};

/**
 * struct usage_node - counters of a node, as the last fold read them
 * @name: name of the node
 * @known: by row, whether the node had the row
 * @read: by row, the counters
 */
struct usage_node {
	char name[NF_EDGE_NODE_NAME_MAX + 1];
	bool known[USAGE_ROWS];
	struct usage_hits read[USAGE_ROWS];
};

/**
 * struct usage_day - a day in UTC
 * @day: days since 1970
 * @watched: seconds that were watched
 * @hits: by row
 */
struct usage_day {
	uint32_t day;
	uint64_t watched;
	struct usage_hits hits[USAGE_ROWS];
};

/**
 * struct usage - all that was folded
 * @file: name of the file
 * @boot: the kernel's id of its start, at the last fold
 * @uptime: seconds since this start at the last fold; 0 when no policy was in
 *	force then
 * @generation: of the policy at the last fold
 * @first: time of the first fold, in seconds since 1970, or 0 without a fold
 * @last: time of the last fold
 * @watched: seconds that were watched
 * @rows: the rows
 * @row_count: number of rows
 * @nodes: the nodes
 * @node_count: number of nodes
 * @days: the days, the oldest first
 * @day_count: number of days
 */
struct usage {
	char *file;
	char boot[40];
	uint64_t uptime;
	uint32_t generation;
	uint64_t first;
	uint64_t last;
	uint64_t watched;
	struct usage_row rows[USAGE_ROWS];
	size_t row_count;
	struct usage_node nodes[NF_EDGE_MAX_NODES];
	size_t node_count;
	struct usage_day days[USAGE_DAYS];
	size_t day_count;
};

struct usage *usage_new(void);
char *usage_key(const struct policy *policy, const struct row *row);
const struct usage_row *usage_find(const struct usage *usage,
				   const struct policy *policy,
				   const struct row *row);
uint64_t usage_gap(const struct usage_row *row);
struct usage_hits usage_sum(const struct usage *usage,
			    const struct usage_row *row, uint32_t days);
double usage_a_day(const struct usage *usage, const struct usage_row *row,
		   uint32_t days);
void usage_free(struct usage *usage);

#endif /* USAGE_USAGE_H */
