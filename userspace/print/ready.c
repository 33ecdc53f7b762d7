// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the next boot is protected.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/ready.h"

/**
 * ready_add - add a thing that a boot needs
 * @ready: the things
 * @part: what kind of thing, a constant
 * @name: which one
 *
 * Return: the new item, not ready and without a text; good until the next one.
 */
struct ready_item *ready_add(struct ready *ready, const char *part,
			     const char *name)
{
	struct ready_item *item;

	ready->items = xgrow(ready->items, &ready->capacity, ready->count,
			     sizeof(*ready->items));
	item = &ready->items[ready->count++];
	*item = (struct ready_item){ .part = part, .name = xstrdup(name) };
	return item;
}

/**
 * ready_is - tell whether a boot finds all that it needs
 * @ready: the things
 *
 * Return: true when each is ready.
 */
bool ready_is(const struct ready *ready)
{
	size_t i;

	for (i = 0; i < ready->count; i++)
		if (!ready->items[i].ready)
			return false;
	return true;
}

/**
 * ready_print - print a line for each thing
 * @ready: the things
 */
void ready_print(const struct ready *ready)
{
	size_t i;

	for (i = 0; i < ready->count; i++) {
		const struct ready_item *item = &ready->items[i];

		fprintf(out, "%s%-9s%s %-13s ",
			colour_code(item->ready ? GREEN : RED),
			item->ready ? "ready" : "NOT READY", colour_code(PLAIN),
			item->part);
		out_put(item->name);
		fputs(": ", out);
		out_put(item->text);
		fputc('\n', out);
	}
}

/**
 * ready_json - print the same as one JSON object
 * @ready: the things
 */
void ready_json(const struct ready *ready)
{
	json_t *items = json_array();
	size_t i;

	for (i = 0; i < ready->count; i++) {
		const struct ready_item *item = &ready->items[i];

		json_array_append_new(items,
				      json_pack("{s:s, s:o, s:b, s:o}",
						"part", item->part,
						"name", out_json_text(item->name),
						"ready", item->ready,
						"message", out_json_text(item->text)));
	}
	out_json_print(json_pack("{s:i, s:b, s:o}", SCHEMA,
				 "ready", ready_is(ready), "items", items),
		       JSON_INDENT(2));
}

/**
 * ready_metrics - print a sample for each kernel
 * @exposition: the metrics
 * @ready: the things; no other part than kernels is told
 */
void ready_metrics(struct exposition *exposition, const struct ready *ready)
{
	size_t i;

	exposition_family(exposition, "nf_edge_boot_ready", METRIC_GAUGE,
			  "Whether the kernel has nf_edge.ko, signed where that is needed.");
	for (i = 0; i < ready->count; i++)
		if (!strcmp(ready->items[i].part, "kernel"))
			exposition_sample(exposition,
					  ready->items[i].ready, "kernel",
					  ready->items[i].name, LABELS_END);
}

/**
 * ready_free - forget the things
 * @ready: the things
 */
void ready_free(struct ready *ready)
{
	size_t i;

	for (i = 0; i < ready->count; i++) {
		free(ready->items[i].name);
		free(ready->items[i].text);
	}
	free(ready->items);
	*ready = (struct ready){ 0 };
}
