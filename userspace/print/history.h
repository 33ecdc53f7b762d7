/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The history, as a table and as JSON.
 */
#ifndef PRINT_HISTORY_H
#define PRINT_HISTORY_H

#include "output/table.h"
#include "trace/history.h"

/**
 * struct present - the policy in force, as the history sees it
 * @place: where the tool runs
 * @unknown: the module did not say
 * @loaded: whether a policy is in force
 * @hash: its hash as it was loaded, or NULL
 * @generation: its generation
 * @left: seconds until the kernel takes the change back that waits, 0 for none
 */
struct present {
	struct place place;
	bool unknown;
	bool loaded;
	char *hash;
	uint32_t generation;
	uint32_t left;
};

extern const struct columns columns_of_history;

const struct entry *history_in_force(const struct history *history,
				     const struct present *present);
void history_print(const struct history *history,
		   const struct present *present, struct table *table);
json_t *history_entry_json(const struct entry *entry,
			   const struct history *history,
			   const struct present *present);
void history_print_json(const struct history *history,
			const struct present *present);

#endif /* PRINT_HISTORY_H */
