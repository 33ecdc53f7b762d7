/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An entry of the history: facts of a load.
 */
#ifndef TRACE_ENTRY_H
#define TRACE_ENTRY_H

#include <jansson.h>
#include <stdbool.h>

#include "trace/requester.h"

/**
 * enum entry_state - what the tool did with a load
 * @ENTRY_LOADED: it was loaded to stay
 * @ENTRY_WAITING: it was loaded to be confirmed, and nobody has answered yet
 * @ENTRY_CONFIRMED: it was confirmed
 * @ENTRY_TAKEN_BACK: it was taken back
 */
enum entry_state {
	ENTRY_LOADED,
	ENTRY_WAITING,
	ENTRY_CONFIRMED,
	ENTRY_TAKEN_BACK,
};

/**
 * struct place - where a generation counts
 * @boot: the kernel's id of its start, "" where it has none
 * @netns: number of the network namespace
 *
 * Each network namespace counts generations of its own, from 1 at each start.
 */
struct place {
	char boot[40];
	uint64_t netns;
};

/**
 * struct entry - facts of a load
 * @number: number of the entry
 * @time: when it was loaded, in seconds since 1970
 * @by: the person
 * @file: whole path of the file, or - for standard input
 * @again: number of the entry that was loaded again, 0 for a file
 * @hash: SHA-256 of the policy, in hexadecimal
 * @generation: generation that the policy got
 * @mode: enum nf_edge_mode
 * @place: where the policy was loaded
 * @state: what the tool did with the load since
 * @deadline: when the kernel takes back a load that waits, in seconds since the
 *	start of the kernel; 0 for a load to stay
 */
struct entry {
	uint32_t number;
	uint64_t time;
	struct requester by;
	char *file;
	uint32_t again;
	char *hash;
	uint32_t generation;
	uint32_t mode;
	struct place place;
	enum entry_state state;
	uint64_t deadline;
};

void place_read(struct place *place);
bool place_same(const struct place *a, const struct place *b);
json_t *entry_json(const struct entry *entry);
bool entry_read(struct entry *entry, const json_t *facts);
void entry_free(struct entry *entry);

#endif /* TRACE_ENTRY_H */
