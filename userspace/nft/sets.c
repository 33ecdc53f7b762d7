// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl export nftables: the named sets of a family.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nft/sets.h"
#include "output/stdout.h"

static void open_set(const struct nft *nft, const char *name, bool interval)
{
	fprintf(out, "\tset %s {\n\t\ttype %s_addr\n%s", name,
		nft_family(nft), interval ? "\t\tflags interval\n" : "");
}

/* @any: whether an element was printed, each by separate(). */
static void close_set(bool any)
{
	fputs(any ? " }\n\t}\n" : "\t}\n", out);
}

static void separate(bool *any)
{
	fputs(*any ? ",\n\t\t\t     " : "\t\telements = { ", out);
	*any = true;
}

/* Return: true when an earlier one of @services of the node has the address. */
static bool is_repeated(const struct node *node, const struct binding *binding,
			uint32_t services)
{
	const struct binding *before;

	for (before = node->bindings; before < binding; before++)
		if (services & (1U << before->service) &&
		    ip_equal(&before->ip, &binding->ip))
			return true;
	return false;
}

/*
 * The addresses of some services; the comment of each is its node.
 *
 * @narrowed: a row whose nodes these are, or NULL for all nodes
 */
static void print_addresses(const struct nft *nft, const char *name,
			    uint32_t services, const struct site_row *narrowed)
{
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	const struct node *node;
	bool any = false;

	open_set(nft, name, false);
	policy_for_each_binding(&nft->view->policy, node, binding) {
		if (ip_family(&binding->ip) != nft->family ||
		    !(services & (1U << binding->service)) ||
		    (narrowed && !site_row_of_node(narrowed, node->name)) ||
		    is_repeated(node, binding, services))
			continue;
		separate(&any);
		fprintf(out, "%s comment \"%s\"",
			ip_format(&binding->ip, text), node->name);
	}
	close_set(any);
}

static void print_services(const struct nft *nft, const char *word,
			   uint32_t services)
{
	char *name;

	if (!(nft->services & services))
		return;
	name = nft_set_name(nft, word);
	print_addresses(nft, name, services, NULL);
	free(name);
}

/* The Edge addresses of rows that name nodes, dead rows among them. */
static void print_narrowed(const struct nft *nft)
{
	size_t i;

	for (i = 0; i < nft->table->count; i++) {
		const struct site_row *narrowed = nft_narrowed(nft, i);

		if (narrowed && *nft->end[i])
			print_addresses(nft, nft->end[i],
					1U << narrowed->service, narrowed);
	}
}

static struct ip last_of(const struct ip *first, unsigned int length)
{
	struct ip last = *first;
	unsigned int bit;

	for (bit = length; bit < ip_bits(first); bit++)
		last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return last;
}

static int compare_ip(const void *a, const void *b)
{
	return memcmp(((const struct ip *)a)->bytes,
		      ((const struct ip *)b)->bytes, sizeof(struct ip) - 1);
}

/* The address before (@step -1) or behind (1) another. */
static struct ip neighbour(const struct ip *ip, int step)
{
	struct ip other = *ip;
	unsigned int i = ip_bits(ip) / 8;

	while (i--) {
		other.bytes[i] = (uint8_t)(other.bytes[i] + step);
		if (other.bytes[i] != (step > 0 ? 0 : 0xff))
			break;
	}
	return other;
}

static void print_range(const struct ip *first, const struct ip *last,
			bool *any)
{
	char text[INET6_ADDRSTRLEN];

	separate(any);
	fputs(ip_format(first, text), out);
	if (compare_ip(first, last))
		fprintf(out, "-%s", ip_format(last, text));
}

/* A prefix, less the addresses among @holes, which are sorted. */
static void print_prefix(const struct ip *ip, unsigned int length,
			 const struct ip *holes, size_t count, bool *any)
{
	struct ip first = *ip, last = last_of(ip, length), end;
	char text[PREFIX_TEXT];
	bool whole = true;
	size_t i;

	for (i = 0; i < count; i++) {
		if (compare_ip(&holes[i], &first) < 0 ||
		    compare_ip(&holes[i], &last) > 0)
			continue;
		whole = false;
		end = neighbour(&holes[i], -1);
		if (compare_ip(&holes[i], &first))
			print_range(&first, &end, any);
		if (!compare_ip(&holes[i], &last))
			return;
		first = neighbour(&holes[i], 1);
	}
	if (!whole) {
		print_range(&first, &last, any);
		return;
	}
	separate(any);
	fputs(prefix_format(ip, length, text), out);
}

/*
 * Prefixes of peers, each once, without those inside others: nftables takes no
 * overlaps.
 */
static void print_prefixes(const struct nft *nft, const char *name,
			   const struct peer_set *set, const struct ip *holes,
			   size_t count)
{
	const struct prefixes *prefixes = &set->prefixes[nft->family];
	struct ip ip, last = { 0 };
	unsigned int length;
	bool any = false;
	size_t i;

	open_set(nft, name, true);
	for (i = 0; i < prefixes->count; i++) {
		peer_set_entry(set, nft->family, i, &ip, &length);
		if (i && compare_ip(&ip, &last) <= 0)
			continue;
		last = last_of(&ip, length);
		print_prefix(&ip, length, holes, count, &any);
	}
	close_set(any);
}

/*
 * Access, webconf and av addresses are never in internal-networks.
 *
 * @others: the other sets of a union, which may hold such addresses
 * @count: receives the number of holes
 *
 * Return: a new array of the holes, sorted.
 */
static struct ip *holes_of(const struct nft *nft,
			   const struct peer_set *others, size_t *count)
{
	const struct binding *binding;
	const struct node *node;
	struct ip *holes = NULL;
	size_t capacity = 0;

	*count = 0;
	policy_for_each_binding(&nft->view->policy, node, binding) {
		if (ip_family(&binding->ip) != nft->family ||
		    !(NFT_OUTWARD & (1U << binding->service)) ||
		    is_repeated(node, binding, NFT_OUTWARD) ||
		    peer_set_contains(others, &binding->ip))
			continue;
		holes = xgrow(holes, &capacity, *count, sizeof(*holes));
		holes[(*count)++] = binding->ip;
	}
	if (*count)
		qsort(holes, *count, sizeof(*holes), compare_ip);
	return holes;
}

static void add_prefixes(const struct nft *nft, struct peer_set *sum,
			 unsigned int set)
{
	const struct prefixes *prefixes =
		&nft->view->policy.sets[set].prefixes[nft->family];

	if (prefixes->count)
		peer_set_add_entries(sum, nft->family, prefixes->entries,
				     prefixes->count);
	peer_set_sort(sum);
}

/* The union of some sets. */
static void print_union(const struct nft *nft, const char *name, uint32_t sets)
{
	struct peer_set sum = { 0 };
	struct ip *holes = NULL;
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (sets & ~NFT_INSIDE & (1U << i))
			add_prefixes(nft, &sum, i);
	if (sets & NFT_INSIDE) {
		holes = holes_of(nft, &sum, &count);
		add_prefixes(nft, &sum, NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	}
	print_prefixes(nft, name, &sum, holes, count);
	peer_set_free(&sum);
	free(holes);
}

static void print_peers(const struct nft *nft, uint32_t sets)
{
	char *name = nft_peers_name(nft, sets);

	print_union(nft, name, sets);
	free(name);
}

/* The sets of peers that rows ask for, in the order of the rows. */
static void print_all_peers(const struct nft *nft)
{
	size_t i, before;

	for (i = 0; i < nft->table->count; i++) {
		uint32_t sets = nft_peer_sets(nft, &nft->table->row[i]);

		if (!sets || sets == NFT_INSIDE || !nft_permits(nft, i))
			continue;
		for (before = 0; before < i; before++)
			if (nft_permits(nft, before) &&
			    sets == nft_peer_sets(nft, &nft->table->row[before]))
				break;
		if (before == i)
			print_peers(nft, sets);
	}
}

static void print_ping_peers(const struct nft *nft)
{
	const struct policy *policy = &nft->view->policy;
	char *name;

	if (!nft->services || !policy->narrows_ping)
		return;
	name = nft_set_name(nft, NFT_PING_PEERS);
	print_union(nft, name, policy->ping_peers);
	free(name);
}

/**
 * nft_print_sets - the named sets of a family
 * @nft: the family
 */
void nft_print_sets(const struct nft *nft)
{
	unsigned int service;

	print_services(nft, "edge", ~0U);
	print_services(nft, "outward", NFT_OUTWARD);
	for (service = 0; service < SERVICE_COUNT; service++)
		print_services(nft, names_word(&names_services, service),
			       1U << service);
	print_narrowed(nft);
	if (nft->bound & NFT_INSIDE)
		print_peers(nft, NFT_INSIDE);
	print_all_peers(nft);
	print_ping_peers(nft);
}
