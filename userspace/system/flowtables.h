/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections that go past the policy, forwarded by an nftables flowtable.
 */
#ifndef SYSTEM_FLOWTABLES_H
#define SYSTEM_FLOWTABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

/**
 * struct flowtable - a flowtable of nf_tables
 * @name: family, table and name, as in "inet filter fast"
 * @devices: names of the devices whose packets the flowtable takes
 * @device_count: how many
 * @device_capacity: how many there is room for
 */
struct flowtable {
	char *name;
	char **devices;
	size_t device_count;
	size_t device_capacity;
};

/**
 * struct offload - connections that bypass the policy
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

void offload_read(struct offload *offload, const struct policy *policy);
void offload_free(struct offload *offload);

#endif /* SYSTEM_FLOWTABLES_H */
