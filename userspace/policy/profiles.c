// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled-in tables, each from its file in include/nf_edge/profiles.
 */
#include <netinet/in.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "policy/profiles.h"

#define PEER(set)	(1U << NF_EDGE_PEER_SET_##set)
#define PEERS_ANY	true
#define PEERS_NOBODY	false

#define ROW(id_, zone_, service_, direction_, role_, application_, protocol_, \
	    low, high, sets, unbound, feature_, note_)			\
	{								\
		.id = id_,						\
		.zone = NF_EDGE_ZONE_##zone_,				\
		.service = NF_EDGE_SERVICE_##service_,			\
		.direction = NF_EDGE_DIRECTION_##direction_,		\
		.role = role_,						\
		.application = application_,				\
		.protocol = IPPROTO_##protocol_,			\
		.port_low = low,					\
		.port_high = high,					\
		.ports = { { IPPROTO_##protocol_, low, high } },	\
		.port_count = 1,					\
		.documented_low = low,					\
		.documented_high = high,				\
		.peer_sets = sets,					\
		.any_when_unbound = PEERS_##unbound,			\
		.feature = NF_EDGE_FEATURE_##feature_,			\
		.note = note_,						\
	},
#define GUARD(...)

/* gcc 10 does not see that guards and counts come below. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

const struct row_table profiles[PROFILE_COUNT] = {
	[NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC].row = {
#include <nf_edge/profiles/lync2013-scaled-public.def>
	},
	[NF_EDGE_PROFILE_LYNC2013_SCALED_NAT].row = {
#include <nf_edge/profiles/lync2013-scaled-nat.def>
	},
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC].row = {
#include <nf_edge/profiles/lync2013-single-public.def>
	},
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_NAT].row = {
#include <nf_edge/profiles/lync2013-single-nat.def>
	},
	[NF_EDGE_PROFILE_SFB2015].row = {
#include <nf_edge/profiles/sfb2015.def>
	},
	[NF_EDGE_PROFILE_SFB2019].row = {
#include <nf_edge/profiles/sfb2019.def>
	},
#undef GUARD
#undef ROW
#define ROW(...)
#define GUARD(protocol_, low, high)					\
	{								\
		.protocol = IPPROTO_##protocol_,			\
		.port_low = low,					\
		.port_high = high,					\
	},
	[NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC].guard =
#include <nf_edge/profiles/lync2013-scaled-public.def>
	[NF_EDGE_PROFILE_LYNC2013_SCALED_NAT].guard =
#include <nf_edge/profiles/lync2013-scaled-nat.def>
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC].guard =
#include <nf_edge/profiles/lync2013-single-public.def>
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_NAT].guard =
#include <nf_edge/profiles/lync2013-single-nat.def>
	[NF_EDGE_PROFILE_SFB2015].guard =
#include <nf_edge/profiles/sfb2015.def>
	[NF_EDGE_PROFILE_SFB2019].guard =
#include <nf_edge/profiles/sfb2019.def>
#undef GUARD
#undef ROW
#define ROW(...) + 1
#define GUARD(...)
	[NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC].count = 0
#include <nf_edge/profiles/lync2013-scaled-public.def>
	,
	[NF_EDGE_PROFILE_LYNC2013_SCALED_NAT].count = 0
#include <nf_edge/profiles/lync2013-scaled-nat.def>
	,
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC].count = 0
#include <nf_edge/profiles/lync2013-single-public.def>
	,
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_NAT].count = 0
#include <nf_edge/profiles/lync2013-single-nat.def>
	,
	[NF_EDGE_PROFILE_SFB2015].count = 0
#include <nf_edge/profiles/sfb2015.def>
	,
	[NF_EDGE_PROFILE_SFB2019].count = 0
#include <nf_edge/profiles/sfb2019.def>
	,
};

/* Subscription Edition has the table of 2019. */
#define SUBSCRIPTION_EDITION	"sfbse"

/**
 * profile_find - the profile of a word
 * @word: as somebody wrote it, a name of a profile or another name for one
 *
 * Return: an enum nf_edge_profile, or -1.
 */
int profile_find(const char *word)
{
	if (!strcmp(word, SUBSCRIPTION_EDITION))
		return NF_EDGE_PROFILE_SFB2019;
	return names_find(&names_profiles, word);
}

/**
 * profile_advice - advise a profile instead of an unknown word
 * @word: the word
 *
 * Return: a new string, the second half of a sentence.
 */
char *profile_advice(const char *word)
{
	const char *words[PROFILE_COUNT + 1];
	size_t i;

	for (i = 0; i < PROFILE_COUNT; i++)
		words[i] = profile_words[i];
	words[i] = SUBSCRIPTION_EDITION;
	return nearest_advice(names_profiles.kind, words, ARRAY_SIZE(words),
			      word);
}

/**
 * profile_zones - the zones that a configuration of a profile may name
 * @profile: an enum nf_edge_profile
 *
 * Return: a bit a zone: those of rows of the profile, and site.
 */
uint32_t profile_zones(uint32_t profile)
{
	uint32_t zones = 1U << NF_EDGE_ZONE_SITE;
	size_t i;

	for (i = 0; i < profiles[profile].count; i++)
		zones |= 1U << profiles[profile].row[i].zone;
	return zones;
}

/**
 * profile_features - the features that rows of a profile have
 * @profile: an enum nf_edge_profile
 *
 * Return: a bit a feature.
 */
uint32_t profile_features(uint32_t profile)
{
	uint32_t features = 0;
	size_t i;

	for (i = 0; i < profiles[profile].count; i++)
		if (profiles[profile].row[i].feature != NF_EDGE_FEATURE_NONE)
			features |= 1U << profiles[profile].row[i].feature;
	return features;
}

/**
 * profile_sets - the peer sets that are documented in a profile
 * @profile: an enum nf_edge_profile
 *
 * Return: a bit a set: those of rows of the profile, and internal-networks.
 */
uint32_t profile_sets(uint32_t profile)
{
	uint32_t sets = 1U << NF_EDGE_PEER_SET_INTERNAL_NETWORKS;
	size_t i;

	for (i = 0; i < profiles[profile].count; i++)
		sets |= profiles[profile].row[i].peer_sets;
	return sets;
}
