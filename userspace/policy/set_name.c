// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of peer sets in place of addresses: peers SET.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "policy/profiles.h"
#include "policy/set_name.h"

#define NO_POLICY \
	"no policy is loaded, so no peer set has addresses; write an address"

/* A documented set of the profile, or a set of the site's own. */
static bool is_known(const struct policy *policy, unsigned int set)
{
	return *policy->sets[set].own ||
	       (set < PEER_SET_COUNT &&
		profile_sets(policy->profile) & (1U << set));
}

static char *advise(const struct policy *policy, const char *name)
{
	const char *words[SETS_MAX] = { NULL };
	char *advice, *sentence;
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (is_known(policy, i))
			words[count++] = policy_set_name(policy, i);
	advice = nearest_advice("peer set", words, count, name);
	sentence = xformat("no peer set has this name; %s", advice);
	free(advice);
	return sentence;
}

/**
 * set_name_find - look up the name of a peer set that has addresses
 * @set: filled in
 * @policy: the policy that has the sets
 * @name: the name
 *
 * Return: NULL, or a new sentence about a set that is not there, or is empty.
 */
char *set_name_find(const struct peer_set **set, const struct policy *policy,
		    const char *name)
{
	unsigned int i;

	/* Without a policy, no set has a name of the site's own. */
	if (!policy->node_count)
		return xstrdup(NO_POLICY);
	for (i = 0; i < SETS_MAX; i++)
		if (is_known(policy, i) &&
		    !strcmp(policy_set_name(policy, i), name))
			break;
	if (i == SETS_MAX)
		return advise(policy, name);
	*set = &policy->sets[i];
	if (!(*set)->bound)
		return xstrdup("is not bound, so it has no addresses; write an address");
	if (!peer_set_count(*set))
		return xstrdup("is empty; write an address");
	return NULL;
}

/**
 * set_name_only_family - the family of a set that has no other
 * @set: the set, not empty
 *
 * Return: AF_INET or AF_INET6, AF_UNSPEC if the set has prefixes of both.
 */
uint8_t set_name_only_family(const struct peer_set *set)
{
	if (!set->prefixes[IPV6].count)
		return AF_INET;
	return set->prefixes[IPV4].count ? AF_UNSPEC : AF_INET6;
}

/**
 * set_name_address - some address of a set
 * @set: the set
 * @family: AF_INET or AF_INET6
 * @ip: filled in
 *
 * Return: NULL, or a new sentence when the set has no prefix of the family.
 */
char *set_name_address(const struct peer_set *set, uint8_t family,
		       struct ip *ip)
{
	unsigned int which = family == AF_INET ? IPV4 : IPV6, length;

	if (!set->prefixes[which].count)
		return xformat("has no %s prefix",
			       family == AF_INET ? "IPv4" : "IPv6");
	peer_set_entry(set, which, 0, ip, &length);
	return NULL;
}
