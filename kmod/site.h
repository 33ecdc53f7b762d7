/* SPDX-License-Identifier: GPL-2.0-only */
/* A configuration short of what can be switched. */
#ifndef _NF_EDGE_SITE_H
#define _NF_EDGE_SITE_H

#include <linux/if.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "addr_index.h"

struct nf_edge_node;

#define NF_EDGE_PEER_SETS	(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS + 1)

/**
 * struct nf_edge_interface - an interface that a configuration binds
 * @name: by which it is known; the device need not exist
 * @sides: mask of enum nf_edge_side
 */
struct nf_edge_interface {
	char name[IFNAMSIZ];
	u8 sides;
};

/**
 * struct nf_edge_site - a configuration short of what can be switched
 * @refs: one a snapshot
 * @table: the rows
 * @index: from an address to its class
 * @node: the nodes by number, ascending by name
 * @n_nodes: how many
 * @address: the edge addresses, ascending, by family, address and service
 * @n_addresses: how many
 * @interface: the bound interfaces, ascending by name
 * @n_interfaces: how many
 * @prefix: the peer prefixes, sorted by nf_edge_prefix_cmp()
 * @n_prefixes: how many
 * @n_of_set: how many of each set
 * @bound_sets: mask of enum nf_edge_peer_set
 * @ping: mask of enum nf_edge_side
 * @expose_cls_ports: as configured
 *
 * Immutable once built.  Zone, feature and mode switches share it.
 */
struct nf_edge_site {
	refcount_t refs;
	const struct nf_edge_table *table;
	struct nf_edge_addr_index index;
	struct nf_edge_node *node[NF_EDGE_MAX_NODES];
	u32 n_nodes;
	struct nf_edge_address *address;
	u32 n_addresses;
	struct nf_edge_interface *interface;
	u32 n_interfaces;
	struct nf_edge_prefix *prefix;
	u32 n_prefixes;
	u32 n_of_set[NF_EDGE_PEER_SETS];
	u32 bound_sets;
	u8 ping;
	bool expose_cls_ports;
};

int nf_edge_site_index(struct nf_edge_site *site);
void nf_edge_site_put(struct nf_edge_site *site);
bool nf_edge_site_equal(const struct nf_edge_site *a,
			const struct nf_edge_site *b);

#endif
