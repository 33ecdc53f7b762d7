/* SPDX-License-Identifier: GPL-2.0-only */
/* Sites: configurations without their switches. */
#ifndef _NF_EDGE_SITE_H
#define _NF_EDGE_SITE_H

#include <linux/if.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "addr_index.h"
#include "row.h"

struct nf_edge_node;
struct nf_edge_rest;
struct nf_edge_table;

/**
 * struct nf_edge_interface - an interface that a configuration binds
 * @name: name of the device, which need not exist
 * @sides: mask of enum nf_edge_side
 */
struct nf_edge_interface {
	char name[IFNAMSIZ];
	u8 sides;
};

/**
 * struct nf_edge_site - a configuration without its switches
 * @refs: references, one for each snapshot
 * @table: the rows; freed with the site
 * @index: from an address to its class
 * @node: the nodes by number, ascending by name
 * @n_nodes: number of nodes
 * @address: the edge addresses, ascending by family, address and service
 * @n_addresses: number of edge addresses
 * @interface: the bound interfaces, ascending by name
 * @n_interfaces: number of bound interfaces
 * @prefix: the peer prefixes, sorted by nf_edge_prefix_cmp()
 * @n_prefixes: number of peer prefixes
 * @n_of_set: number of peer prefixes in each set
 * @sets: sets that are bound, and sets that take part in echo
 * @ping: mask of enum nf_edge_side, the sides that take part in echo
 * @expose_cls_ports: rows may permit the table's guarded ports
 *
 * Immutable once built.  Snapshots that differ in switches share a site.
 */
struct nf_edge_site {
	refcount_t refs;
	struct nf_edge_table *table;
	struct nf_edge_addr_index index;
	struct nf_edge_node *node[NF_EDGE_MAX_NODES];
	u32 n_nodes;
	struct nf_edge_address *address;
	u32 n_addresses;
	struct nf_edge_interface *interface;
	u32 n_interfaces;
	struct nf_edge_prefix *prefix;
	u32 n_prefixes;
	u32 n_of_set[NF_EDGE_TABLE_SETS];
	struct nf_edge_sets sets;
	u8 ping;
	bool expose_cls_ports;
};

struct nf_edge_node *nf_edge_site_node(const struct nf_edge_site *site,
				       const char *name);
int nf_edge_site_index(struct nf_edge_site *site);
void nf_edge_site_put(struct nf_edge_site *site);
void nf_edge_site_inherit(struct nf_edge_site *site,
			  const struct nf_edge_site *old);
void nf_edge_site_keep(const struct nf_edge_site *site,
		       struct nf_edge_rest *rest);
void nf_edge_site_return(struct nf_edge_site *site,
			 const struct nf_edge_site *old,
			 const struct nf_edge_rest *rest);
bool nf_edge_site_equal(const struct nf_edge_site *a,
			const struct nf_edge_site *b);

#endif
