// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of advice.
 */
#include <stdlib.h>

#include "advice/advice.h"
#include "base/memory.h"

/* Words of JSON, by enum advice_kind. */
const char *const advice_words[] = {
	[ADVICE_REFUSED] = "refused-peer",
	[ADVICE_UNUSED] = "unused",
	[ADVICE_ANY] = "any-peer",
	[ADVICE_SET] = "peer-set",
	[ADVICE_WARNING] = "warning",
};

/**
 * advice_add - add an advice
 * @list: the list
 * @kind: kind of the advice
 *
 * Return: the advice, empty, until the next one is added.
 */
struct advice *advice_add(struct advice_list *list, enum advice_kind kind)
{
	struct advice *added;

	list->items = xgrow(list->items, &list->capacity, list->count,
			    sizeof(*list->items));
	added = &list->items[list->count++];
	*added = (struct advice){ .kind = kind };
	return added;
}

/**
 * advice_free - forget all advice
 * @list: the list
 */
void advice_free(struct advice_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct advice *item = &list->items[i];

		free(item->subject);
		free(item->evidence);
		free(item->now);
		free(item->lasting);
		free(item->breaks);
		free(item->rare);
	}
	free(list->items);
	*list = (struct advice_list){ 0 };
}
