// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in one family, as all parts of the ruleset see it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/join.h"
#include "base/memory.h"
#include "nft/nft.h"
#include "policy/special_ranges.h"

/* Octets that nftables takes of the name of a set, and of a comment. */
#define SET_NAME_MAX	255
#define COMMENT_MAX	128

/* Whether an address of a family has a row. */
static bool has_address(const struct nft *nft, size_t row)
{
	const struct site_row *narrowed = nft_narrowed(nft, row);
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(&nft->view->policy, node, binding)
		if (ip_family(&binding->ip) == nft->family &&
		    binding->service == nft->table->row[row].service &&
		    (!narrowed || site_row_of_node(narrowed, node->name)))
			return true;
	return false;
}

static void name_end(struct nft *nft, size_t i)
{
	const struct row *row = &nft->table->row[i];

	if (has_address(nft, i))
		snprintf(nft->end[i], sizeof(nft->end[i]), "%s_%s",
			 nft_narrowed(nft, i) ? row->id :
			 names_word(&names_services, row->service),
			 nft_family(nft));
}

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
	size_t i;

	*nft = (struct nft){
		.view = view,
		.table = &view->table,
		.bound = policy_bound(policy),
		.family = family,
	};
	policy_for_each_binding(policy, node, binding)
		if (ip_family(&binding->ip) == family)
			nft->services |= 1U << binding->service;
	for (i = 0; i < nft->table->count; i++)
		name_end(nft, i);
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
	/* A word of nft: a host need not have the names of /etc/protocols. */
	[IPV6] = { "ip6", "icmpv6" },
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
 * nft_narrowed - the nodes of a row
 * @nft: the policy
 * @row: place of the row in the table
 *
 * Return: the row of the site's own that names its nodes, or NULL when all nodes
 * have the row.
 */
const struct site_row *nft_narrowed(const struct nft *nft, size_t row)
{
	const struct site_row *own = site_row_find(&nft->view->policy,
						   nft->table->row[row].id);

	return own && own->node_count ? own : NULL;
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

static bool has_own(const struct policy *policy, uint32_t sets)
{
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (sets & (1U << i) && *policy->sets[i].own)
			return true;
	return false;
}

/**
 * nft_peers_name - the name of the union of several peer sets
 * @nft: the family
 * @sets: a bit a peer set
 *
 * Return: a new string, which no other set has: where a set is the site's own,
 * behind "peers/"; where all names would be too long, a number.
 */
char *nft_peers_name(const struct nft *nft, uint32_t sets)
{
	const struct policy *policy = &nft->view->policy;
	char *words = policy_set_names(policy, sets, "_or_"), *name;

	name = xformat("%s%s_%s", has_own(policy, sets) ? "peers/" : "", words,
		       nft_family(nft));
	free(words);
	if (strlen(name) <= SET_NAME_MAX)
		return name;
	free(name);
	return xformat("union/%x_%s", sets, nft_family(nft));
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
	return nft->view->states[row].live && *nft->end[row] &&
	       !row_at_nobody(&nft->table->row[row], nft->bound);
}

/**
 * nft_comment - a comment of a rule
 * @format: the comment, as printf
 *
 * Return: a new string: the word comment, and as much of the text as nftables
 * takes, in quotes.
 */
char *nft_comment(const char *format, ...)
{
	size_t length = COMMENT_MAX;
	char *text, *shown, *quote;
	va_list args;

	va_start(args, format);
	text = xvformat(format, args);
	va_end(args);
	shown = foreign_shown(text);
	free(text);
	while ((quote = strchr(shown, '"')))
		*quote = '\'';
	/* No character of UTF-8 is cut in two. */
	if (strlen(shown) > length)
		while ((shown[length] & 0xc0) == 0x80)
			length--;
	text = xformat("comment \"%.*s\"", (int)length, shown);
	free(shown);
	return text;
}
