// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look-ups of the words of a policy.
 */
#include <netinet/in.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "policy/names.h"

#define VOCABULARY(name, kind_, enum_, count_)				\
	const struct vocabulary names_##name = {			\
		.kind = kind_, .words = enum_##_words, .count = count_	\
	}

VOCABULARY(profiles, "profile", profile, PROFILE_COUNT);
VOCABULARY(modes, "mode", mode, MODE_COUNT);
VOCABULARY(zones, "zone", zone, ZONE_COUNT);
VOCABULARY(features, "feature", feature, FEATURE_COUNT);
VOCABULARY(services, "service", service, SERVICE_COUNT);
VOCABULARY(directions, "direction", direction, DIRECTION_COUNT);
VOCABULARY(sides, "side", side, SIDE_COUNT);
VOCABULARY(peer_sets, "peer set", peer_set, PEER_SET_COUNT);
VOCABULARY(reasons, "reason", reason, REASON_COUNT);
VOCABULARY(verdicts, "verdict", verdict, VERDICT_COUNT);

/**
 * names_word - the word for a value
 * @vocabulary: enumeration of the value
 * @value: the value, from the kernel
 *
 * Return: the word, or "?" for a value of a kernel that knows more.
 */
const char *names_word(const struct vocabulary *vocabulary, uint32_t value)
{
	return value < vocabulary->count ? vocabulary->words[value] : "?";
}

/**
 * names_optional - the word for a value that may be missing
 * @vocabulary: the enumeration
 * @value: the value, or -1
 *
 * Return: the word, or NULL.
 */
const char *names_optional(const struct vocabulary *vocabulary, int value)
{
	return value < 0 ? NULL : names_word(vocabulary, (uint32_t)value);
}

/**
 * names_find - the value of a word
 * @vocabulary: enumeration of the word
 * @word: the word, from a person
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

/**
 * names_advice_among - advise one of some words instead of an unknown one
 * @vocabulary: the enumeration that the word should be of
 * @mask: the values that the advice may name, a bit each
 * @word: the unknown one
 *
 * Return: a new string, the second half of a sentence.
 */
char *names_advice_among(const struct vocabulary *vocabulary, uint32_t mask,
			 const char *word)
{
	struct vocabulary some = *vocabulary;
	const char *words[32];
	unsigned int i;

	some.count = 0;
	for (i = 0; i < vocabulary->count; i++)
		if (mask & (1U << i))
			words[some.count++] = vocabulary->words[i];
	if (some.count == vocabulary->count)
		return names_advice(vocabulary, word);
	return nearest_advice(vocabulary->kind, words, some.count, word);
}

/**
 * names_protocol - the word of a protocol
 * @protocol: IPPROTO_TCP, ...
 *
 * Return: the word, or NULL for a protocol without one.
 */
const char *names_protocol(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	default:
		return NULL;
	}
}
