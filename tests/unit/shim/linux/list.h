/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_LIST_H
#define SHIM_LINUX_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_head { struct list_head *next, *prev; };

#define LIST_HEAD(name)	struct list_head name = { &(name), &(name) }

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline bool list_empty_careful(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add(struct list_head *one, struct list_head *list)
{
	one->next = list->next;
	one->prev = list;
	list->next->prev = one;
	list->next = one;
}

static inline void list_add_tail(struct list_head *one, struct list_head *list)
{
	list_add(one, list->prev);
}

static inline void list_del(struct list_head *one)
{
	one->prev->next = one->next;
	one->next->prev = one->prev;
}

static inline void list_move(struct list_head *one, struct list_head *list)
{
	list_del(one);
	list_add(one, list);
}

#define list_entry(p, type, member)					\
	((type *)((char *)(p) - offsetof(type, member)))
#define list_for_each_entry(one, list, member)				\
	for ((one) = list_entry((list)->next, __typeof__(*(one)), member); \
	     &(one)->member != (list);					\
	     (one) = list_entry((one)->member.next, __typeof__(*(one)), member))
#define list_for_each_entry_safe(one, after, list, member)		\
	for ((one) = list_entry((list)->next, __typeof__(*(one)), member), \
	     (after) = list_entry((one)->member.next, __typeof__(*(one)), member); \
	     &(one)->member != (list);					\
	     (one) = (after),						\
	     (after) = list_entry((after)->member.next, __typeof__(*(one)), member))

#endif
