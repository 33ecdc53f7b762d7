/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy: of a configuration, or read back from the kernel.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

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

/**
 * struct policy - a policy
 * @mode: enum nf_edge_mode
 * @zones: the zones that are on, a bit an enum nf_edge_zone
 * @features: the features that are on, a bit an enum nf_edge_feature
 * @ping: the sides that may ping an Edge, a bit an enum nf_edge_side
 * @expose_cls_ports: whether the Centralized Logging ports are open
 * @mode_line: of a configuration: line of the mode, like all lines 0 when it
 *	has none
 * @zones_line: line that the list of zones begins in
 * @features_line: line that the list of features begins in
 * @ping_line: line that the list of pinged sides begins in
 * @expose_line: line of expose-cls-ports
 * @interfaces: the interfaces that are bound to sides
 * @interface_count: number of interfaces
 * @interface_capacity: number of interfaces that there is room for
 * @nodes: the nodes
 * @node_count: number of nodes
 * @node_capacity: number of nodes that there is room for
 * @sets: the peer sets, by enum nf_edge_peer_set
 */
struct policy {
	uint32_t mode;
	uint32_t zones;
	uint32_t features;
	uint32_t ping;
	bool expose_cls_ports;
	unsigned int mode_line;
	unsigned int zones_line;
	unsigned int features_line;
	unsigned int ping_line;
	unsigned int expose_line;
	struct interface *interfaces;
	size_t interface_count;
	size_t interface_capacity;
	struct node *nodes;
	size_t node_count;
	size_t node_capacity;
	struct peer_set sets[PEER_SET_COUNT];
};

/**
 * node_for_each_binding - walk over the bindings of a node
 * @node: the node
 * @binding: the binding, a pointer
 */
#define node_for_each_binding(node, binding)				\
	for ((binding) = (node)->bindings;				\
	     (binding) && (binding) < (node)->bindings + (node)->count;	\
	     (binding)++)

/**
 * policy_for_each_node - walk over the nodes of a policy
 * @policy: the policy
 * @node: the node, a pointer
 */
#define policy_for_each_node(policy, node)				\
	for ((node) = (policy)->nodes;					\
	     (node) && (node) < (policy)->nodes + (policy)->node_count;	\
	     (node)++)

/**
 * policy_for_each_binding - walk over the bindings of all nodes
 * @policy: the policy
 * @node: the node of the binding, a pointer
 * @binding: the binding, a pointer
 *
 * A break leaves the node only.
 */
#define policy_for_each_binding(policy, node, binding)			\
	policy_for_each_node(policy, node)				\
		node_for_each_binding(node, binding)

struct interface *interface_find(const struct policy *policy, const char *name);
struct interface *interface_add(struct policy *policy, const char *name);
struct node *node_find(const struct policy *policy, const char *name);
struct node *node_add(struct policy *policy, const char *name);
void node_bind(struct node *node, uint8_t service,
	       const struct ip *ip, unsigned int line);
bool policy_binds(const struct policy *policy, const struct ip *ip);
uint32_t policy_bound(const struct policy *policy);
size_t policy_prefixes(const struct policy *policy);
void policy_free(struct policy *policy);

#endif /* POLICY_POLICY_H */
