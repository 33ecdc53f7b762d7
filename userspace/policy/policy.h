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
#include "policy/port_keys.h"
#include "policy/site_row.h"

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
 * struct port_move - ports that a site has moved
 * @moved: whether the ports differ from the documented ones
 * @low: first port in force
 * @high: last port in force
 * @line: of a configuration: its line
 */
struct port_move {
	bool moved;
	uint16_t low;
	uint16_t high;
	unsigned int line;
};

/* The id of a row that is off. */
struct row_off {
	char id[NF_EDGE_ROW_ID_MAX + 1];
	unsigned int line;
};

/**
 * struct policy - a policy
 * @profile: enum nf_edge_profile
 * @mode: enum nf_edge_mode
 * @zones: the zones that are on, a bit an enum nf_edge_zone
 * @features: the features that are on, a bit an enum nf_edge_feature
 * @ping: the sides that may ping an Edge, a bit an enum nf_edge_side
 * @narrows_ping: whether only peers of @ping_peers may ping
 * @ping_peers: sets of those that may, a bit a number of a set
 * @expose_cls_ports: whether the Centralized Logging ports are open
 * @profile_line: of a configuration: line of the profile, like all lines 0 when
 *	it has none
 * @mode_line: line of the mode
 * @zones_line: line that the list of zones begins in
 * @features_line: line that the list of features begins in
 * @ping_line: line that the list of pinged sides begins in
 * @ping_peers_line: line that the list of sets that may ping begins in
 * @rows_off_line: line that the list of rows that are off begins in
 * @expose_line: line of expose-cls-ports
 * @ports: moved ports, by enum port_key
 * @interfaces: the interfaces that are bound to sides
 * @interface_count: number of interfaces
 * @interface_capacity: number of interfaces that there is room for
 * @nodes: the nodes
 * @node_count: number of nodes
 * @node_capacity: number of nodes that there is room for
 * @rows: the rows of the site's own, in their order
 * @row_count: number of rows
 * @row_capacity: number of rows that there is room for
 * @rows_off: the rows that are off
 * @off_count: number of rows that are off
 * @off_capacity: number of such rows that there is room for
 * @sets: the peer sets, by number: documented ones by enum nf_edge_peer_set
 */
struct policy {
	uint32_t profile;
	uint32_t mode;
	uint32_t zones;
	uint32_t features;
	uint32_t ping;
	bool narrows_ping;
	uint32_t ping_peers;
	bool expose_cls_ports;
	unsigned int profile_line;
	unsigned int mode_line;
	unsigned int zones_line;
	unsigned int features_line;
	unsigned int ping_line;
	unsigned int ping_peers_line;
	unsigned int rows_off_line;
	unsigned int expose_line;
	struct port_move ports[PORT_KEYS];
	struct interface *interfaces;
	size_t interface_count;
	size_t interface_capacity;
	struct node *nodes;
	size_t node_count;
	size_t node_capacity;
	struct site_row *rows;
	size_t row_count;
	size_t row_capacity;
	struct row_off *rows_off;
	size_t off_count;
	size_t off_capacity;
	struct peer_set sets[SETS_MAX];
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
struct site_row *site_row_find(const struct policy *policy, const char *id);
struct site_row *site_row_add(struct policy *policy, const char *name);
void policy_turn_off(struct policy *policy, const char *id, unsigned int line);
bool policy_is_off(const struct policy *policy, const char *id);
const char *policy_set_name(const struct policy *policy, unsigned int set);
int policy_set_find(const struct policy *policy, const char *name);
char *policy_set_names(const struct policy *policy, uint32_t sets,
		       const char *separator);
bool policy_binds(const struct policy *policy, const struct ip *ip);
uint32_t policy_bound(const struct policy *policy);
size_t policy_prefixes(const struct policy *policy);
void policy_free(struct policy *policy);

#endif /* POLICY_POLICY_H */
