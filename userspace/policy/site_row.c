// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows of a site's own, in memory.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "policy/site_row.h"

/**
 * site_row_name - the name of a row
 * @row: the row
 *
 * Return: its id without the zone.
 */
const char *site_row_name(const struct site_row *row)
{
	return row->id + strlen(SITE_PREFIX);
}

/**
 * site_row_add_node - name a node that has a row
 * @row: the row
 * @node: name of the node, cut if it is too long
 */
void site_row_add_node(struct site_row *row, const char *node)
{
	size_t size = sizeof(*row->nodes);

	row->nodes = xgrow(row->nodes, &row->node_capacity, row->node_count,
			   size);
	snprintf(row->nodes[row->node_count++], size, "%s", node);
}

/**
 * site_row_of_node - tell whether a node has a row
 * @row: the row
 * @node: name of the node
 *
 * Return: true when it does.
 */
bool site_row_of_node(const struct site_row *row, const char *node)
{
	size_t i;

	for (i = 0; i < row->node_count; i++)
		if (!strcmp(row->nodes[i], node))
			return true;
	return !row->node_count;
}

/**
 * site_row_outside - tell whether a row lets the external side in
 * @row: the row
 *
 * Return: true when the row is an in row of access, webconf or av.
 */
bool site_row_outside(const struct site_row *row)
{
	return row->direction == NF_EDGE_DIRECTION_IN &&
	       row->service != NF_EDGE_SERVICE_INTERNAL;
}

/**
 * port_range_text - a port or a range as a configuration has it
 * @range: the range
 *
 * Return: a new string, "tcp/443" or "udp/50000-59999".
 */
char *port_range_text(const struct port_range *range)
{
	const char *protocol = range->protocol == IPPROTO_TCP ? "tcp" : "udp";

	if (range->low == range->high)
		return xformat("%s/%u", protocol, range->low);
	return xformat("%s/%u-%u", protocol, range->low, range->high);
}

/**
 * site_row_ports - the ports of a row as a configuration has them
 * @row: the row
 * @separator: text between two ports
 *
 * Return: a new string.
 */
char *site_row_ports(const struct site_row *row, const char *separator)
{
	struct join list;
	size_t i;

	join_begin(&list, separator);
	for (i = 0; i < row->port_count; i++) {
		char *text = port_range_text(&row->ports[i]);

		join_add(&list, "%s", text);
		free(text);
	}
	return join_end(&list);
}
