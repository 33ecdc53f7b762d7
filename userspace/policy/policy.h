/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy: what a configuration says, and what the kernel gives back.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/names.h"
#include "policy/peer_set.h"

struct interface {
	char name[NF_EDGE_INTERFACE_NAME_MAX + 1];
	uint32_t sides;
	uint32_t ifindex;
	unsigned int line;
	bool absent;	/* of a configuration: no device has this name now */
};

/* An address of a node, bound to one service. */
struct binding {
	uint8_t service;
	struct ip ip;
	unsigned int line;
};

struct node {
	char name[NF_EDGE_NODE_NAME_MAX + 1];
	struct binding *bindings;
	size_t count;
	size_t capacity;
	unsigned int line;
};

struct policy {
	uint32_t mode;
	uint32_t zones;
	uint32_t features;
	uint32_t ping;
	bool expose_cls_ports;
	struct interface *interfaces;
	size_t interface_count;
	size_t interface_capacity;
	struct node *nodes;
	size_t node_count;
	size_t node_capacity;
	struct peer_set sets[PEER_SET_COUNT];
};

struct interface *nf_edge_interface_find(const struct policy *policy,
					 const char *name);
struct interface *nf_edge_interface_add(struct policy *policy,
					const char *name);
struct node *nf_edge_node_find(const struct policy *policy, const char *name);
struct node *nf_edge_node_add(struct policy *policy, const char *name);
void nf_edge_node_bind(struct node *node, uint8_t service,
		       const struct ip *ip, unsigned int line);
bool nf_edge_policy_binds(const struct policy *policy, const struct ip *ip);
uint32_t nf_edge_policy_bound(const struct policy *policy);
size_t nf_edge_policy_prefixes(const struct policy *policy);
void nf_edge_policy_free(struct policy *policy);

#endif /* POLICY_H */
