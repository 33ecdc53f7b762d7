/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes past the policy: connections that an nftables flowtable forwards.
 */
#ifndef OFFLOAD_H
#define OFFLOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

struct flowtable {
	char *name;		/* "inet filter fast" */
	json_t *devices;	/* an array of names */
};

/**
 * struct offload - what goes past the policy
 * @tables: the flowtables of this namespace
 * @count: how many
 * @capacity: how many there is room for
 * @known: whether the kernel told of the connections
 * @connections: offloaded ones to or from an Edge address
 */
struct offload {
	struct flowtable *tables;
	size_t count;
	size_t capacity;
	bool known;
	uint64_t connections;
};

void nf_edge_offload_read(struct offload *offload,
			  const struct policy *policy);
void nf_edge_offload_warn(struct config *config);
char *nf_edge_offload_tables_text(const struct offload *offload,
				  const char *separator);
char *nf_edge_offload_text(const struct offload *offload);
json_t *nf_edge_offload_tables_json(const struct offload *offload);
json_t *nf_edge_offload_connections_json(const struct offload *offload);
void nf_edge_offload_free(struct offload *offload);

#endif /* OFFLOAD_H */
