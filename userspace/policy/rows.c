// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts of rows and tables of rows that need no kernel.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "policy/names.h"
#include "policy/rows.h"

/**
 * rows_find - the place of a row in a table
 * @table: the table
 * @id: name of the row
 *
 * Return: its index, or -1.
 */
int rows_find(const struct row_table *table, const char *id)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->row[i].id, id))
			return (int)i;
	return -1;
}

/**
 * rows_mask - the rows of some names
 * @table: the table
 * @ids: the names; those of no row are left out
 *
 * Return: a bit a row.
 */
uint64_t rows_mask(const struct row_table *table, const struct row_ids *ids)
{
	uint64_t rows = 0;
	size_t i;
	int row;

	for (i = 0; i < ids->count; i++) {
		row = rows_find(table, ids->id[i]);
		if (row >= 0)
			rows |= 1ULL << row;
	}
	return rows;
}

/**
 * rows_same - compare the names of rows
 * @a: names
 * @b: names
 *
 * Return: true when both are the same, in the same order.
 */
bool rows_same(const struct row_ids *a, const struct row_ids *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (strcmp(a->id[i], b->id[i]) != 0)
			return false;
	return true;
}

/**
 * rows_name - name some rows
 * @table: the table
 * @rows: a bit a row
 * @ids: the names are added to these
 */
void rows_name(const struct row_table *table, uint64_t rows,
	       struct row_ids *ids)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (rows & (1ULL << i))
			snprintf(ids->id[ids->count++], sizeof(ids->id[0]),
				 "%s", table->row[i].id);
}

/**
 * rows_of_set - the rows that a peer set can narrow
 * @table: the table
 * @set: number of the set
 *
 * Return: a bit a row.
 */
uint64_t rows_of_set(const struct row_table *table, unsigned int set)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (table->row[i].peer_sets & (1U << set))
			rows |= 1ULL << i;
	return rows;
}

/**
 * rows_ids - the names of some rows
 * @table: the table
 * @rows: a bit a row
 * @separator: text between two names
 *
 * Return: a new string, empty when @rows is.
 */
char *rows_ids(const struct row_table *table, uint64_t rows,
	       const char *separator)
{
	struct join list;
	size_t i;

	join_begin(&list, separator);
	for (i = 0; i < table->count; i++)
		if (rows & (1ULL << i))
			join_add(&list, "%s", table->row[i].id);
	return join_end(&list);
}

/**
 * rows_advice - advise a row instead of an unknown one
 * @ids: names of the rows that there are
 * @count: number of @ids
 * @word: the unknown name
 *
 * The name of a section row lacks the zone that the row's id has.
 *
 * Return: a new string, the second half of a sentence.
 */
char *rows_advice(const char *const *ids, size_t count, const char *word)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strncmp(ids[i], SITE_PREFIX, strlen(SITE_PREFIX)) &&
		    !strcmp(ids[i] + strlen(SITE_PREFIX), word))
			return xformat("write %s", ids[i]);
	return nearest_advice("row", ids, count, word);
}

/**
 * rows_advice_in - advise a row of a table instead of an unknown one
 * @table: the rows
 * @word: what was written
 *
 * Return: a new string, as of rows_advice().
 */
char *rows_advice_in(const struct row_table *table, const char *word)
{
	const char *ids[ROWS_MAX] = { NULL };
	size_t i;

	for (i = 0; i < table->count; i++)
		ids[i] = table->row[i].id;
	return rows_advice(ids, table->count, word);
}

/**
 * row_guarded - tell whether a row covers guarded ports
 * @row: the row
 * @guard: the guarded ports
 *
 * Return: true when some port of the row is closed without expose-cls-ports.
 */
bool row_guarded(const struct row *row, const struct port_guard *guard)
{
	const struct row guarded = {
		.ports = {
			{ guard->protocol, guard->port_low, guard->port_high },
		},
		.port_count = 1,
	};

	return row->direction == NF_EDGE_DIRECTION_IN &&
	       row_side(row) == NF_EDGE_SIDE_EXTERNAL &&
	       row_same_port(row, &guarded);
}

/**
 * row_live - tell whether zone and feature of a row are on
 * @row: the row
 * @zones: the zones that are on
 * @features: the features that are on
 *
 * Return: true when it is live.
 */
bool row_live(const struct row *row, uint32_t zones, uint32_t features)
{
	return zones & (1U << row->zone) &&
	       (row->feature == NF_EDGE_FEATURE_NONE ||
		features & (1U << row->feature));
}

/**
 * row_at_any - tell whether a row holds for any peer
 * @row: the row
 * @bound: the sets that are bound
 *
 * Return: true when the row holds for Any.
 */
bool row_at_any(const struct row *row, uint32_t bound)
{
	return !(row->peer_sets & bound) && row->any_when_unbound;
}

/**
 * row_at_nobody - tell whether a row waits for a bound peer set
 * @row: the row
 * @bound: the sets that are bound
 *
 * Return: true when the row permits nothing, live or not.
 */
bool row_at_nobody(const struct row *row, uint32_t bound)
{
	return !(row->peer_sets & bound) && !row->any_when_unbound;
}

static bool ranges_meet(const struct port_range *a, const struct port_range *b)
{
	return a->protocol == b->protocol && a->low <= b->high &&
	       b->low <= a->high;
}

/**
 * row_same_flow - tell whether two rows can permit one connection
 * @a: a row
 * @b: another
 *
 * Return: true when service and direction are the same, and some port of a
 * protocol.
 */
bool row_same_flow(const struct row *a, const struct row *b)
{
	return a->service == b->service && a->direction == b->direction &&
	       row_same_port(a, b);
}

/**
 * row_same_port - tell whether two rows have a port of a protocol in common
 * @a: a row
 * @b: another
 *
 * Return: true when they do, whatever service and direction.
 */
bool row_same_port(const struct row *a, const struct row *b)
{
	size_t i, j;

	for (i = 0; i < a->port_count; i++)
		for (j = 0; j < b->port_count; j++)
			if (ranges_meet(&a->ports[i], &b->ports[j]))
				return true;
	return false;
}

/**
 * row_has_ports - tell whether one range of a row holds a range
 * @row: the row
 * @range: the range
 *
 * Return: true when it does.
 */
bool row_has_ports(const struct row *row, const struct port_range *range)
{
	size_t i;

	for (i = 0; i < row->port_count; i++)
		if (row->ports[i].protocol == range->protocol &&
		    row->ports[i].low <= range->low &&
		    row->ports[i].high >= range->high)
			return true;
	return false;
}

/**
 * row_side - the side that a row is of
 * @row: the row
 *
 * Return: an enum nf_edge_side.
 */
uint8_t row_side(const struct row *row)
{
	return row->service == NF_EDGE_SERVICE_INTERNAL ?
	       NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL;
}

/**
 * row_protocol - a row's protocol by name
 * @row: the row
 *
 * Return: "tcp" or "udp".
 */
const char *row_protocol(const struct row *row)
{
	return row->protocol == IPPROTO_TCP ? "tcp" : "udp";
}

static bool has_both_protocols(const struct row *row)
{
	size_t i;

	for (i = 0; i < row->port_count; i++)
		if (row->ports[i].protocol != row->protocol)
			return true;
	return false;
}

/**
 * row_protocols - the protocols of all ports of a row
 * @row: the row
 *
 * Return: "tcp", "udp" or "tcp,udp".
 */
const char *row_protocols(const struct row *row)
{
	return has_both_protocols(row) ? "tcp,udp" : row_protocol(row);
}

/**
 * row_ports - a row's destination ports
 * @row: the row
 *
 * Return: a new string, "443" or "5985-5986,3389"; of a row with both protocols
 * "tcp/443,udp/3478".
 */
char *row_ports(const struct row *row)
{
	bool both = has_both_protocols(row);
	struct join list;
	size_t i;

	join_begin(&list, ",");
	for (i = 0; i < row->port_count; i++) {
		char *text = port_range_text(&row->ports[i]);

		join_add(&list, "%s", both ? text : strchr(text, '/') + 1);
		free(text);
	}
	return join_end(&list);
}

/**
 * row_is_moved - tell whether a row has other ports than the document says
 * @row: the row
 *
 * Return: true when the site has moved the row.
 */
bool row_is_moved(const struct row *row)
{
	return row->documented_low &&
	       (row->documented_low != row->port_low ||
		row->documented_high != row->port_high);
}

/**
 * row_documented - the documented port of a row
 * @row: a row of the document
 *
 * Return: a new string, "443" or "50000-59999".
 */
char *row_documented(const struct row *row)
{
	if (row->documented_low == row->documented_high)
		return xformat("%u", row->documented_low);
	return xformat("%u-%u", row->documented_low, row->documented_high);
}
