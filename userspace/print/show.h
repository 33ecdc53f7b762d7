/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the verb show shows.
 */
#ifndef SHOW_H
#define SHOW_H

#include <jansson.h>
#include <stdbool.h>

#include "netlink/view.h"
#include "output/table.h"

/**
 * struct show_options - how to show it
 * @json: as one JSON object
 * @table: the table to fill and print else, of what is shown as one
 */
struct show_options {
	bool json;
	struct table *table;
};

enum outcome nf_edge_show_status(struct client *client,
				 const struct show_options *options);
enum outcome nf_edge_show_rows(struct client *client,
			       const struct show_options *options);
enum outcome nf_edge_show_nodes(struct client *client,
				const struct show_options *options);
enum outcome nf_edge_show_peers(struct client *client,
				const struct show_options *options);
enum outcome nf_edge_show_config(struct client *client,
				 const struct show_options *options);

enum outcome nf_edge_show_unloaded(void);

extern const struct columns nf_edge_columns_of_rows;
extern const struct columns nf_edge_columns_of_nodes;
extern const struct columns nf_edge_columns_of_peers;

char *nf_edge_switched_text(const struct view *view, const char *separator);
json_t *nf_edge_node_json(const struct node *node);
json_t *nf_edge_switched_json(const struct view *view);

#endif /* SHOW_H */
