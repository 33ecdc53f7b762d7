// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sites: build, compare and free configurations.
 */

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "counters.h"
#include "site.h"

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
	kvfree(site->address);
	kvfree(site->interface);
	kvfree(site->prefix);
	kfree(site);
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
				       site->bound_sets);
	if (!err)
		bind_hits(site);
	return err;
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

	if (a->table != b->table || a->n_nodes != b->n_nodes ||
	    a->n_addresses != b->n_addresses ||
	    a->n_interfaces != b->n_interfaces ||
	    a->n_prefixes != b->n_prefixes || a->bound_sets != b->bound_sets ||
	    a->ping != b->ping || a->expose_cls_ports != b->expose_cls_ports)
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
	return true;
}
