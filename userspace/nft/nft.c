// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in one family, as all parts of the ruleset see it.
 */
#include <stdlib.h>

#include "base/join.h"
#include "base/memory.h"
#include "nft/nft.h"
#include "policy/special_ranges.h"

/**
 * nft_begin - look at a policy in one family
 * @nft: filled in
 * @view: the policy, whose sets are sorted
 * @family: IPV4 or IPV6
 */
void nft_begin(struct nft *nft, const struct view *view, unsigned int family)
{
	const struct policy *policy = &view->policy;
	const struct binding *binding;
	const struct node *node;

	*nft = (struct nft){
		.view = view,
		.table = &view->table,
		.bound = policy_bound(policy),
		.family = family,
	};
	policy_for_each_binding(policy, node, binding)
		if (ip_family(&binding->ip) == family)
			nft->services |= 1U << binding->service;
}

/**
 * nft_family - a family's word in the names of sets and chains
 * @nft: the family
 *
 * Return: "ipv4" or "ipv6".
 */
const char *nft_family(const struct nft *nft)
{
	return nft->family == IPV4 ? "ipv4" : "ipv6";
}

static const struct {
	const char *ip;
	const char *icmp;
} spoken[FAMILY_COUNT] = {
	[IPV4] = { "ip", "icmp" },
	[IPV6] = { "ip6", "ipv6-icmp" },
};

/**
 * nft_ip - the word for a family before a field of its header
 * @nft: the family
 *
 * Return: "ip" or "ip6".
 */
const char *nft_ip(const struct nft *nft)
{
	return spoken[nft->family].ip;
}

/**
 * nft_icmp - the protocol of a family's errors and echo
 * @nft: the family
 *
 * Return: name of the protocol.
 */
const char *nft_icmp(const struct nft *nft)
{
	return spoken[nft->family].icmp;
}

/* The special ranges of a family up to and with a use, as an anonymous set. */
static char *special_set(const struct nft *nft, enum special_use last)
{
	const struct special_range *range = special_ranges;
	int family = nft->family == IPV6 ? AF_INET6 : AF_INET;
	struct join join;
	char *list, *set;
	size_t i;

	join_begin(&join, ", ");
	for (i = 0; i < special_range_count; i++, range++)
		if (range->family == family && range->use <= last)
			join_add(&join, "%s", range->text);
	list = join_end(&join);
	set = xformat("{ %s }", list);
	free(list);
	return set;
}

/**
 * nft_never - addresses that no packet of an Edge address may name
 * @nft: the family
 *
 * Return: an anonymous set, a new string.
 */
char *nft_never(const struct nft *nft)
{
	return special_set(nft, SPECIAL_MARTIAN);
}

/**
 * nft_never_source - addresses that no packet to an Edge address comes from
 * @nft: the family
 *
 * Return: an anonymous set, a new string.
 */
char *nft_never_source(const struct nft *nft)
{
	return special_set(nft, SPECIAL_MARTIAN_SOURCE);
}

/**
 * nft_set_name - the name of a family's set
 * @nft: the family
 * @word: the contents of the set
 *
 * Return: a new string.
 */
char *nft_set_name(const struct nft *nft, const char *word)
{
	return xformat("%s_%s", word, nft_family(nft));
}

/**
 * nft_peer_sets - the peer sets that name a row's peers
 * @nft: the policy
 * @row: the row
 *
 * Return: a bit a set, none when the row holds for any, or for nobody.
 */
uint32_t nft_peer_sets(const struct nft *nft, const struct row *row)
{
	return row->peer_sets & nft->bound;
}

/**
 * nft_peers_name - the name of the union of several peer sets
 * @nft: the family
 * @sets: a bit a peer set
 *
 * Return: a new string.
 */
char *nft_peers_name(const struct nft *nft, uint32_t sets)
{
	char *words = names_list(&names_peer_sets, sets, "_or_");
	char *name = nft_set_name(nft, words);

	free(words);
	return name;
}

/**
 * nft_permits - tell whether a row can permit a packet of a family
 * @nft: the family
 * @row: place of the row in the table
 *
 * Return: true when the row is live, has an Edge address and is not at nobody.
 */
bool nft_permits(const struct nft *nft, size_t row)
{
	return nft->view->states[row].live &&
	       nft->services & (1U << nft->table->row[row].service) &&
	       !row_at_nobody(&nft->table->row[row], nft->bound);
}
