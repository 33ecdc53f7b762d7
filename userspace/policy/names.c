// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of the policy, each enumeration once.
 */
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "policy/names.h"

static const char *const mode_words[] = {
	[NF_EDGE_MODE_ENFORCE] = "enforce",
	[NF_EDGE_MODE_AUDIT] = "audit",
};

static const char *const zone_words[] = {
	[NF_EDGE_ZONE_EXTERNAL] = "external",
	[NF_EDGE_ZONE_INTERNAL] = "internal",
	[NF_EDGE_ZONE_FEDERATION] = "federation",
	[NF_EDGE_ZONE_PIC] = "pic",
	[NF_EDGE_ZONE_XMPP] = "xmpp",
};

static const char *const feature_words[] = {
	[NF_EDGE_FEATURE_XMPP] = "xmpp",
	[NF_EDGE_FEATURE_REMOTE_ACCESS] = "remote-access",
	[NF_EDGE_FEATURE_FEDERATION] = "federation",
	[NF_EDGE_FEATURE_WEB_CONFERENCING] = "web-conferencing",
	[NF_EDGE_FEATURE_FEDERATION_AV] = "federation-av",
	[NF_EDGE_FEATURE_OCS2007] = "ocs2007",
	[NF_EDGE_FEATURE_AV] = "av",
	[NF_EDGE_FEATURE_CLS] = "cls",
	[NF_EDGE_FEATURE_PIC] = "pic",
	[NF_EDGE_FEATURE_LIVE_MESSENGER] = "live-messenger",
};

static const char *const service_words[] = {
	[NF_EDGE_SERVICE_ACCESS] = "access",
	[NF_EDGE_SERVICE_WEBCONF] = "webconf",
	[NF_EDGE_SERVICE_AV] = "av",
	[NF_EDGE_SERVICE_INTERNAL] = "internal",
};

static const char *const direction_words[] = {
	[NF_EDGE_DIRECTION_IN] = "in",
	[NF_EDGE_DIRECTION_OUT] = "out",
};

static const char *const side_words[] = {
	[NF_EDGE_SIDE_EXTERNAL] = "external",
	[NF_EDGE_SIDE_INTERNAL] = "internal",
	[NF_EDGE_SIDE_EDGE] = "edge",
};

static const char *const peer_set_words[] = {
	[NF_EDGE_PEER_SET_INTERNAL_NETWORKS] = "internal-networks",
	[NF_EDGE_PEER_SET_XMPP_PARTNERS] = "xmpp-partners",
	[NF_EDGE_PEER_SET_CRL] = "crl",
	[NF_EDGE_PEER_SET_DNS] = "dns",
	[NF_EDGE_PEER_SET_FEDERATION_PARTNERS] = "federation-partners",
	[NF_EDGE_PEER_SET_XMPP_GATEWAY] = "xmpp-gateway",
	[NF_EDGE_PEER_SET_DIRECTOR] = "director",
	[NF_EDGE_PEER_SET_FRONTEND] = "frontend",
	[NF_EDGE_PEER_SET_SBA] = "sba",
	[NF_EDGE_PEER_SET_CMS] = "cms",
	[NF_EDGE_PEER_SET_CLS_CONTROLLER] = "cls-controller",
	[NF_EDGE_PEER_SET_PIC_PARTNERS] = "pic-partners",
	[NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS] = "live-messenger-clients",
};

static const char *const reason_words[] = {
	[NF_EDGE_REASON_SPOOFED] = "spoofed",
	[NF_EDGE_REASON_ISOLATION] = "isolation",
	[NF_EDGE_REASON_UNTRACKED] = "untracked",
	[NF_EDGE_REASON_NO_ROW] = "no-row",
	[NF_EDGE_REASON_INVALID] = "invalid",
	[NF_EDGE_REASON_CLS_GUARD] = "cls-guard",
	[NF_EDGE_REASON_INTERFACE] = "interface",
	[NF_EDGE_REASON_PEER] = "peer",
	[NF_EDGE_REASON_DISABLED] = "disabled",
	[NF_EDGE_REASON_SEVERAL] = "several",
};

static const char *const verdict_words[] = {
	[NF_EDGE_VERDICT_ACCEPT] = "accept",
	[NF_EDGE_VERDICT_DROP] = "drop",
	[NF_EDGE_VERDICT_NOT_GOVERNED] = "not-governed",
};

#define VOCABULARY(name, kind_, words_)					\
	const struct vocabulary names_##name = {			\
		.kind = kind_, .words = words_, .count = ARRAY_SIZE(words_) \
	}

VOCABULARY(modes, "mode", mode_words);
VOCABULARY(zones, "zone", zone_words);
VOCABULARY(features, "feature", feature_words);
VOCABULARY(services, "service", service_words);
VOCABULARY(directions, "direction", direction_words);
VOCABULARY(sides, "side", side_words);
VOCABULARY(peer_sets, "peer set", peer_set_words);
VOCABULARY(reasons, "reason", reason_words);
VOCABULARY(verdicts, "verdict", verdict_words);

/**
 * names_word - the word for a value
 * @vocabulary: its enumeration
 * @value: as the kernel sent it
 *
 * Return: the word, or "?" for a value of a kernel that knows more.
 */
const char *names_word(const struct vocabulary *vocabulary, uint32_t value)
{
	return value < vocabulary->count ? vocabulary->words[value] : "?";
}

/**
 * names_find - the value of a word
 * @vocabulary: its enumeration
 * @word: as somebody wrote it
 *
 * Return: the value, or -1.
 */
int names_find(const struct vocabulary *vocabulary, const char *word)
{
	unsigned int i;

	for (i = 0; i < vocabulary->count; i++)
		if (!strcmp(vocabulary->words[i], word))
			return (int)i;
	return -1;
}

/**
 * names_list - the words of a set of values
 * @vocabulary: their enumeration
 * @mask: a bit a value
 * @separator: text between two words
 *
 * Return: a new string, empty when @mask is.
 */
char *names_list(const struct vocabulary *vocabulary, uint32_t mask,
		 const char *separator)
{
	struct join list;
	unsigned int i;

	join_begin(&list, separator);
	for (i = 0; i < vocabulary->count; i++)
		if (mask & (1U << i))
			join_add(&list, "%s", vocabulary->words[i]);
	return join_end(&list);
}

/**
 * names_advice - advise a known word instead of an unknown one
 * @vocabulary: the enumeration that the word should be of
 * @word: the unknown one
 *
 * Return: a new string, the second half of a sentence.
 */
char *names_advice(const struct vocabulary *vocabulary, const char *word)
{
	if (vocabulary == &names_zones &&
	    names_find(&names_features, word) >= 0)
		return xstrdup("there is a feature of this name");
	if (vocabulary == &names_features &&
	    names_find(&names_zones, word) >= 0)
		return xstrdup("there is a zone of this name");
	return nearest_advice(vocabulary->kind, vocabulary->words,
			      vocabulary->count, word);
}
