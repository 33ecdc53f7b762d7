// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites: build, compare and free configurations.
 */

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "node.h"
#include "site.h"
#include "table.h"

/**
 * nf_edge_site_put - give a reference back
 * @site: a site, built or half built; freed with its last reference
 *
 * Context: may sleep.
 */
void nf_edge_site_put(struct nf_edge_site *site)
{
	u32 i;

	if (!refcount_dec_and_test(&site->refs))
		return;
	nf_edge_addr_index_free(&site->index);
	for (i = 0; i < site->n_nodes; i++)
		if (site->node[i])
			nf_edge_node_put(site->node[i]);
	if (site->table)
		nf_edge_table_free(site->table);
	kvfree(site->table);
	kvfree(site->address);
	kvfree(site->interface);
	kvfree(site->prefix);
	kvfree(site);
}

/* Point the class of each edge address to the counters of its node. */
static void bind_hits(struct nf_edge_site *site)
{
	struct nf_edge_class *class = site->index.class;
	u32 i;

	for (i = 1; i <= site->index.n_edge; i++)
		class[i].hits = site->node[class[i].node]->cpu;
}

/**
 * nf_edge_site_index - build the index of a site
 * @site: a site that is complete but for the index
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC when prefixes of different sets overlap in
 * more ways than there are classes.  After an error, nf_edge_site_put() frees
 * the parts.
 */
int nf_edge_site_index(struct nf_edge_site *site)
{
	int err;

	err = nf_edge_addr_index_build(&site->index, site->table,
				       site->address, site->n_addresses,
				       site->prefix, site->n_prefixes,
				       &site->sets);
	if (!err)
		bind_hits(site);
	return err;
}

/**
 * nf_edge_site_node - find a node by name
 * @site: the site
 * @name: name of the node
 *
 * Context: any.
 * Return: the node, without a reference, or NULL.
 */
struct nf_edge_node *nf_edge_site_node(const struct nf_edge_site *site,
				       const char *name)
{
	u32 i;

	for (i = 0; i < site->n_nodes; i++)
		if (!strcmp(site->node[i]->name, name))
			return site->node[i];
	return NULL;
}

/**
 * nf_edge_site_inherit - let the nodes of a site count on where others are
 * @site: the site, which is about to be in force
 * @old: the site in force until then, or NULL
 *
 * A node counts on from the node of the same name in @old, row by row.  All
 * other nodes start at zero, and all nodes when the profile is another.
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_site_inherit(struct nf_edge_site *site,
			  const struct nf_edge_site *old)
{
	u8 place[NF_EDGE_TABLE_ROWS];
	u32 i;

	if (old && old->table->profile != site->table->profile)
		old = NULL;
	if (old)
		nf_edge_table_places(old->table, site->table, place);
	for (i = 0; i < site->n_nodes; i++) {
		struct nf_edge_node *node = site->node[i];
		struct nf_edge_node *from =
			old ? nf_edge_site_node(old, node->name) : NULL;

		if (!from)
			nf_edge_node_restart(node);
		else if (from != node)
			nf_edge_node_inherit(node, from, place);
	}
}

/**
 * nf_edge_site_keep - keep counts that another site may not show
 * @site: the site in force
 * @rest: receives the counts, one element a node
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_site_keep(const struct nf_edge_site *site,
		       struct nf_edge_rest *rest)
{
	u32 i;

	for (i = 0; i < site->n_nodes; i++)
		nf_edge_node_keep(site->node[i], &rest[i]);
}

/**
 * nf_edge_site_return - let the nodes of a site that was in force count on
 * @site: the site, which is about to be in force again
 * @old: the site in force since, another one
 * @rest: what nf_edge_site_keep() kept when @old came
 *
 * A node whose counters @old did not take over has them still.
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_site_return(struct nf_edge_site *site,
			 const struct nf_edge_site *old,
			 const struct nf_edge_rest *rest)
{
	u8 place[NF_EDGE_TABLE_ROWS];
	u32 i;

	if (old->table->profile != site->table->profile)
		return;
	nf_edge_table_places(old->table, site->table, place);
	for (i = 0; i < site->n_nodes; i++) {
		struct nf_edge_node *node = site->node[i];
		struct nf_edge_node *from = nf_edge_site_node(old, node->name);

		if (from && from != node)
			nf_edge_node_return(node, from, place, &rest[i]);
	}
}

/**
 * nf_edge_site_equal - compare two sites
 * @a: a site
 * @b: another site
 *
 * Context: process context; takes time for each prefix.
 * Return: true if nothing but counters of nodes may differ.
 */
bool nf_edge_site_equal(const struct nf_edge_site *a,
			const struct nf_edge_site *b)
{
	u32 i;

	if (a->n_nodes != b->n_nodes || a->n_addresses != b->n_addresses ||
	    a->n_interfaces != b->n_interfaces ||
	    a->n_prefixes != b->n_prefixes ||
	    a->sets.bound != b->sets.bound || a->sets.ping != b->sets.ping ||
	    a->sets.ping_any != b->sets.ping_any || a->ping != b->ping ||
	    a->expose_cls_ports != b->expose_cls_ports)
		return false;
	for (i = 0; i < a->n_nodes; i++)
		if (strcmp(a->node[i]->name, b->node[i]->name))
			return false;
	for (i = 0; i < a->n_addresses; i++) {
		const struct nf_edge_address *x = &a->address[i];
		const struct nf_edge_address *y = &b->address[i];

		if (x->hi != y->hi || x->lo != y->lo || x->ipv6 != y->ipv6 ||
		    x->service != y->service || x->node != y->node)
			return false;
	}
	for (i = 0; i < a->n_interfaces; i++)
		if (a->interface[i].sides != b->interface[i].sides ||
		    strcmp(a->interface[i].name, b->interface[i].name))
			return false;
	for (i = 0; i < a->n_prefixes; i++)
		if (nf_edge_prefix_cmp(&a->prefix[i], &b->prefix[i]))
			return false;
	return nf_edge_table_equal(a->table, b->table);
}
