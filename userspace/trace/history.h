/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The history: each configuration that was loaded, with the facts of its load.
 */
#ifndef TRACE_HISTORY_H
#define TRACE_HISTORY_H

#include <stddef.h>

#include "trace/entry.h"

/* Entries that are kept; the oldest go. */
#define HISTORY_KEPT	50

/* Word before the number of an entry, where a configuration is named. */
#define HISTORY_WORD	"history:"

/**
 * struct fault - an entry that cannot be read
 * @number: number of the entry
 * @why: a sentence, with the remedy
 */
struct fault {
	uint32_t number;
	char *why;
};

/**
 * struct history - the entries
 * @entries: the entries, the oldest first
 * @count: number of entries
 * @capacity: number of entries that there is room for
 * @faults: entries that cannot be read
 * @fault_count: number of these entries
 * @fault_capacity: number of such entries that there is room for
 */
struct history {
	struct entry *entries;
	size_t count;
	size_t capacity;
	struct fault *faults;
	size_t fault_count;
	size_t fault_capacity;
};

char *history_folder(void);
char *history_file(uint32_t number);
uint32_t history_number(const char *word);
char *history_read(struct history *history);
char *history_add(struct entry *entry, const char *text, size_t length);
char *history_settle(const struct place *place, enum entry_state state,
		     uint32_t *number);
const struct entry *history_find(const struct history *history,
				 uint32_t number);
const struct fault *history_fault(const struct history *history,
				  uint32_t number);
void history_free(struct history *history);

#endif /* TRACE_HISTORY_H */
