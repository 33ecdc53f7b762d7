/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Peers that were seen: of permitted connections, and refused at near rows.
 */
#ifndef LEARN_LEARNED_H
#define LEARN_LEARNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/aggregate.h"
#include "policy/event.h"
#include "policy/names.h"
#include "policy/policy.h"

/* Rows that are kept: those of two policies. */
#define LEARNED_ROWS	((size_t)2 * ROWS_MAX)

/**
 * struct learned_row - peers of a row
 * @key: the row itself, as usage_key() names it
 * @permitted: peers of permitted connections, by family
 * @refused: peers that were refused as no member of its sets, by family
 */
struct learned_row {
	char *key;
	struct aggregate permitted[FAMILY_COUNT];
	struct aggregate refused[FAMILY_COUNT];
};

/**
 * struct learned - peers that were seen
 * @began: when the events began, in seconds since 1970
 * @ended: when they ended
 * @permitted: permitted connections
 * @refused: packets that were refused as no member of a set
 * @beyond: events of rows beyond those that are kept
 * @lost: events of these two kinds that were lost
 * @last: last numbers of lost events: permitted, then refused
 * @rows: the rows
 * @count: number of rows
 */
struct learned {
	uint64_t began;
	uint64_t ended;
	uint64_t permitted;
	uint64_t refused;
	uint64_t beyond;
	struct loss lost;
	struct loss last[2];
	struct learned_row *rows[LEARNED_ROWS];
	size_t count;
};

bool learned_wants(const struct event *event);
void learned_add(struct learned *learned, const struct policy *policy,
		 const struct row_table *table, const struct event *event);
void learned_lose(struct learned *learned, const struct loss *loss);
uint64_t learned_lost(const struct learned *learned);
struct learned_row *learned_row(struct learned *learned, const char *key);
const struct learned_row *learned_find(const struct learned *learned,
				       const struct policy *policy,
				       const struct row *row);
void learned_free(struct learned *learned);

#endif /* LEARN_LEARNED_H */
