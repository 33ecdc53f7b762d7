/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of rows: the module's, and the one that is compiled in.
 */
#ifndef POLICY_ROWS_H
#define POLICY_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/site_row.h"

#define NF_EDGE_FEATURE_NONE	(-1)

/* Rows of a table, at most, and octets of the name of one. */
#define ROWS_MAX	64
#define ROW_ID_MAX	63

/**
 * struct row_ids - the names of some rows, in the order of their table
 * @count: number of names
 * @id: the names
 */
struct row_ids {
	size_t count;
	char id[ROWS_MAX][ROW_ID_MAX + 1];
};

/**
 * struct row - a line of a table
 * @id: its name, zone/number, or site/name of a row of the site's own
 * @zone: enum nf_edge_zone
 * @service: its Edge end, enum nf_edge_service
 * @direction: enum nf_edge_direction
 * @role: the document's role, may be empty
 * @application: the document's application
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @port_low: first destination port
 * @port_high: last destination port
 * @ports: all its ports in force; those above are the first of them
 * @port_count: number of ports and ranges
 * @documented_low: first port of the document; 0 of a row of the site's own
 * @documented_high: last port of the document
 * @peer_sets: the sets that can narrow it, a bit a number of a set
 * @any_when_unbound: whether the row holds for any peer while no set is bound
 * @feature: enum nf_edge_feature, or NF_EDGE_FEATURE_NONE
 * @note: the purpose of the row
 */
struct row {
	const char *id;
	uint8_t zone;
	uint8_t service;
	uint8_t direction;
	const char *role;
	const char *application;
	uint8_t protocol;
	uint16_t port_low;
	uint16_t port_high;
	struct port_range ports[NF_EDGE_MAX_PORTS];
	size_t port_count;
	uint16_t documented_low;
	uint16_t documented_high;
	uint32_t peer_sets;
	bool any_when_unbound;
	int feature;
	const char *note;
};

/**
 * struct port_guard - the Centralized Logging ports
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @port_low: first port
 * @port_high: last port
 *
 * Inbound rows of the external side permit them with expose-cls-ports only.
 */
struct port_guard {
	uint8_t protocol;
	uint16_t port_low;
	uint16_t port_high;
};

/**
 * struct row_table - the rows of a policy
 * @count: number of rows
 * @row: the rows; masks of rows have a bit a place
 * @guard: the guarded ports
 */
struct row_table {
	size_t count;
	struct row row[ROWS_MAX];
	struct port_guard guard;
};

int rows_find(const struct row_table *table, const char *id);
bool rows_same(const struct row_ids *a, const struct row_ids *b);
uint64_t rows_mask(const struct row_table *table, const struct row_ids *ids);
void rows_name(const struct row_table *table, uint64_t rows,
	       struct row_ids *ids);
uint64_t rows_of_set(const struct row_table *table, unsigned int set);
char *rows_ids(const struct row_table *table, uint64_t rows,
	       const char *separator);
char *rows_advice(const char *const *ids, size_t count, const char *word);
char *rows_advice_in(const struct row_table *table, const char *word);
bool row_guarded(const struct row *row, const struct port_guard *guard);
bool row_live(const struct row *row, uint32_t zones, uint32_t features);
bool row_at_any(const struct row *row, uint32_t bound);
bool row_at_nobody(const struct row *row, uint32_t bound);
bool row_same_flow(const struct row *a, const struct row *b);
bool row_same_port(const struct row *a, const struct row *b);
bool row_has_ports(const struct row *row, const struct port_range *range);
uint8_t row_side(const struct row *row);
const char *row_protocol(const struct row *row);
const char *row_protocols(const struct row *row);
char *row_ports(const struct row *row);
bool row_is_moved(const struct row *row);
char *row_documented(const struct row *row);

#endif /* POLICY_ROWS_H */
