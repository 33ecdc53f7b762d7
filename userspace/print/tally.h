/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Summary of the events of a listener.
 */
#ifndef PRINT_TALLY_H
#define PRINT_TALLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/event.h"
#include "policy/names.h"

/**
 * struct tally - numbers of events
 * @refused: packets refused, also in audit
 * @permitted: connections permitted
 * @reasons: refused packets by reason
 * @rows: events by row or near row
 * @sources: refused packets by source address
 * @other_sources: refused packets of sources beyond those in @sources
 * @lost: events lost, by reason, permitted connections last
 */
struct tally {
	uint64_t refused;
	uint64_t permitted;
	json_t *reasons;
	json_t *rows;
	json_t *sources;
	uint64_t other_sources;
	struct loss lost[REASON_COUNT + 1];
};

void tally_begin(struct tally *tally);
void tally_add(struct tally *tally, const struct event *event);
struct loss *tally_lost(struct tally *tally, const struct loss *loss);
struct loss tally_sum_lost(const struct tally *tally);
void tally_print_numbers(const struct tally *tally, uint64_t seconds);
void tally_print(const struct tally *tally, uint64_t seconds);
void tally_print_json(const struct tally *tally, uint64_t seconds);
void tally_end(struct tally *tally);

#endif /* PRINT_TALLY_H */
