/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the next boot is protected.
 */
#ifndef PRINT_READY_H
#define PRINT_READY_H

#include <stdbool.h>
#include <stddef.h>

#include "output/exposition.h"

/**
 * struct ready_item - one thing that a boot needs
 * @part: what kind of thing, as in "kernel"
 * @name: which one
 * @ready: whether a boot finds it as it should be
 * @text: what there is, or what is missing, with the remedy
 */
struct ready_item {
	const char *part;
	char *name;
	bool ready;
	char *text;
};

/**
 * struct ready - what a boot needs
 * @items: the things
 * @count: how many
 * @capacity: how many there is room for
 */
struct ready {
	struct ready_item *items;
	size_t count;
	size_t capacity;
};

struct ready_item *ready_add(struct ready *ready, const char *part,
			     const char *name);
bool ready_is(const struct ready *ready);
void ready_print(const struct ready *ready);
void ready_json(const struct ready *ready);
void ready_metrics(struct exposition *exposition, const struct ready *ready);
void ready_free(struct ready *ready);

#endif /* PRINT_READY_H */
