// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice about an unknown word: the word for the same thing here, the nearest
 * known word, or all known words.
 *
 * Letters are those of ASCII, whatever the locale: in a Turkish one, the small
 * letter of I is no i.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"

/* A longer word resembles no known one. */
#define WORD_MAX	63U

/* An abbreviation has at least this many letters. */
#define SHORTEST	3U

/* Longer lists of known words help nobody. */
#define LISTED_MAX	30U

/**
 * struct synonym - a word of other tools, or of people
 * @kind: the kind of word that was expected, as in "verb"
 * @word: the word
 * @instead: the word to write
 */
struct synonym {
	const char *kind;
	const char *word;
	const char *instead;
};

static const struct synonym synonyms[] = {
	{ "verb", "abort", "rollback" },
	{ "verb", "advice", "advise" },
	{ "verb", "all", "show or counters" },
	{ "verb", "apply", "load" },
	{ "verb", "assert", "test" },
	{ "verb", "audit", "mode audit" },
	{ "verb", "back", "rollback" },
	{ "verb", "backup", "history or show config" },
	{ "verb", "cancel", "rollback" },
	{ "verb", "clear", "counters --reset to count from zero, flush to end the policy" },
	{ "verb", "cmp", "diff" },
	{ "verb", "commit", "load, or confirm to keep a change that waits" },
	{ "verb", "compare", "diff" },
	{ "verb", "conf", "show config" },
	{ "verb", "config", "show config" },
	{ "verb", "create", "init" },
	{ "verb", "delete", "flush" },
	{ "verb", "disable", "zone off, feature off or row off" },
	{ "verb", "dashboard", "report --html, or top for rates" },
	{ "verb", "discard", "rollback" },
	{ "verb", "drops", "counters" },
	{ "verb", "dry-run", "check" },
	{ "verb", "dump", "show config or export nftables" },
	{ "verb", "enable", "zone on, feature on or row on" },
	{ "verb", "enforce", "mode enforce" },
	{ "verb", "events", "monitor" },
	{ "verb", "example", "init" },
	{ "verb", "expect", "test" },
	{ "verb", "fingerprint", "show hash" },
	{ "verb", "exporter", "metrics" },
	{ "verb", "follow", "monitor" },
	{ "verb", "generate", "init" },
	{ "verb", "get", "show" },
	{ "verb", "hash", "show hash" },
	{ "verb", "hits", "counters" },
	{ "verb", "html", "report --html" },
	{ "verb", "impact", "check --list" },
	{ "verb", "info", "show status" },
	{ "verb", "interfaces", "show status" },
	{ "verb", "keep", "confirm" },
	{ "verb", "list", "show rows" },
	{ "verb", "live", "top, or monitor for packets" },
	{ "verb", "log", "history, or monitor for packets" },
	{ "verb", "logs", "history, or monitor for packets" },
	{ "verb", "ls", "show rows" },
	{ "verb", "new", "init" },
	{ "verb", "nodes", "show nodes" },
	{ "verb", "observe", "monitor" },
	{ "verb", "off", "zone off, feature off, or flush to end the policy" },
	{ "verb", "on", "zone on, feature on, or load" },
	{ "verb", "page", "report --html" },
	{ "verb", "peers", "show peers" },
	{ "verb", "plan", "check" },
	{ "verb", "preview", "check" },
	{ "verb", "print", "show" },
	{ "verb", "prometheus", "metrics" },
	{ "verb", "rates", "top" },
	{ "verb", "reload", "load" },
	{ "verb", "reset", "counters --reset to count from zero, flush to end the policy" },
	{ "verb", "restart", "load" },
	{ "verb", "restore", "rollback" },
	{ "verb", "revert", "rollback" },
	{ "verb", "rows", "show rows" },
	{ "verb", "rules", "show rows" },
	{ "verb", "sample", "init" },
	{ "verb", "save", "show config" },
	{ "verb", "set", "mode, zone or feature" },
	{ "verb", "setup", "init" },
	{ "verb", "start", "load" },
	{ "verb", "stat", "show status" },
	{ "verb", "statistics", "counters" },
	{ "verb", "stats", "counters" },
	{ "verb", "status", "show status" },
	{ "verb", "stop", "flush" },
	{ "verb", "tail", "monitor" },
	{ "verb", "tcpdump", "monitor" },
	{ "verb", "template", "init" },
	{ "verb", "trace", "explain" },
	{ "verb", "try", "load --confirm" },
	{ "verb", "undo", "rollback" },
	{ "verb", "unload", "flush" },
	{ "verb", "unused", "advise" },
	{ "verb", "update", "upgrade-module" },
	{ "verb", "upgrade", "upgrade-module" },
	{ "verb", "usage", "advise --usage" },
	{ "verb", "validate", "check" },
	{ "verb", "verify", "check or test" },
	{ "verb", "version", "--version" },
	{ "verb", "versions", "history" },
	{ "verb", "watch", "top, or monitor for packets" },
	{ "verb", "wizard", "init" },

	{ "subject", "addresses", "nodes" },
	{ "subject", "all", "status, rows, nodes, peers, config or hash" },
	{ "subject", "checksum", "hash" },
	{ "subject", "configuration", "config" },
	{ "subject", "counters", "edgectl counters" },
	{ "subject", "drops", "edgectl counters" },
	{ "subject", "features", "status" },
	{ "subject", "fingerprint", "hash" },
	{ "subject", "help", "show --help" },
	{ "subject", "hits", "edgectl counters" },
	{ "subject", "info", "status" },
	{ "subject", "interfaces", "status" },
	{ "subject", "list", "rows" },
	{ "subject", "mode", "status" },
	{ "subject", "policy", "rows" },
	{ "subject", "prefixes", "config" },
	{ "subject", "running-config", "config" },
	{ "subject", "sha256", "hash" },
	{ "subject", "sets", "peers" },
	{ "subject", "state", "status" },
	{ "subject", "statistics", "edgectl counters" },
	{ "subject", "stats", "edgectl counters" },
	{ "subject", "table", "rows" },
	{ "subject", "version", "edgectl --version" },
	{ "subject", "zones", "status" },

	{ "mode", "block", "enforce" },
	{ "mode", "deny", "enforce" },
	{ "mode", "drop", "enforce" },
	{ "mode", "dry-run", "audit" },
	{ "mode", "log", "audit" },
	{ "mode", "monitor", "audit" },
	{ "mode", "off", "audit, or edgectl flush to end the policy" },
	{ "mode", "on", "enforce" },
	{ "mode", "permissive", "audit" },
	{ "mode", "test", "audit" },

	{ "zone", "all", "each zone by its name" },
	{ "zone", "edge", "external or internal" },
	{ "zone", "im", "pic" },
	{ "zone", "inside", "internal" },
	{ "zone", "jabber", "xmpp" },
	{ "zone", "lan", "internal" },
	{ "zone", "msn", "pic" },
	{ "zone", "outside", "external" },
	{ "zone", "partners", "federation" },
	{ "zone", "public-im", "pic" },
	{ "zone", "wan", "external" },

	{ "feature", "a/v", "av" },
	{ "feature", "all", "each feature by its name" },
	{ "feature", "audio", "av" },
	{ "feature", "conferencing", "web-conferencing" },
	{ "feature", "im", "pic" },
	{ "feature", "jabber", "xmpp" },
	{ "feature", "logging", "cls" },
	{ "feature", "media", "av" },
	{ "feature", "msn", "live-messenger" },
	{ "feature", "public-im", "pic" },
	{ "feature", "remote", "remote-access" },
	{ "feature", "sip", "remote-access, federation or pic" },
	{ "feature", "video", "av" },
	{ "feature", "webconf", "web-conferencing" },

	{ "side", "all", "external, internal, edge" },
	{ "side", "dmz", "edge" },
	{ "side", "inside", "internal" },
	{ "side", "lan", "internal" },
	{ "side", "outside", "external" },
	{ "side", "wan", "external" },

	{ "peer set", "any", "no section for the set, so that its rows hold for Any" },
	{ "peer set", "inside", "internal-networks" },
	{ "peer set", "internal", "internal-networks" },
	{ "peer set", "lan", "internal-networks" },
	{ "peer set", "logging", "cls-controller" },
	{ "peer set", "partners", "federation-partners, xmpp-partners or pic-partners" },
	{ "peer set", "pool", "frontend" },

	{ "verdict", "allow", "accept" },
	{ "verdict", "block", "drop" },
	{ "verdict", "deny", "drop" },
	{ "verdict", "ok", "accept" },
	{ "verdict", "pass", "accept" },
	{ "verdict", "permit", "accept" },
	{ "verdict", "refuse", "drop" },
	{ "verdict", "reject", "drop" },

	{ "key", "address", "access, webconf, av or internal" },
	{ "key", "addresses", "access, webconf, av or internal" },
	{ "key", "device", "interface" },
	{ "key", "iface", "interface" },
	{ "key", "include", "file, in a section peers" },
	{ "key", "networks", "prefixes" },
	{ "key", "server", "node" },
	{ "key", "set", "peers" },
};

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/**
 * nearest_same_letters - compare two words, of any letter case
 * @a: a word
 * @b: another
 *
 * Return: true when they differ by the case of ASCII letters at most.
 */
bool nearest_same_letters(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

static bool abbreviates(const char *word, const char *known)
{
	size_t i;

	for (i = 0; word[i]; i++)
		if (lower(word[i]) != lower(known[i]))
			return false;
	return i >= SHORTEST;
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to insert, delete or replace, or neighbours to exchange. */
static unsigned int distance(const char *a, size_t a_len, const char *b,
			     size_t b_len)
{
	unsigned int rows[3][WORD_MAX + 1];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2];
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		row[j] = (unsigned int)j;

	for (i = 1; i <= a_len; i++) {
		unsigned int *spare = before;

		before = above;
		above = row;
		row = spare;
		row[0] = (unsigned int)i;
		for (j = 1; j <= b_len; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1,
				       above[j - 1] + !same);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[b_len];
}

/**
 * nearest_word - the known word that resembles an unknown one most
 * @words: the known ones
 * @count: how many
 * @word: the unknown one
 *
 * A third of the letters may differ.  An abbreviation resembles its word.
 *
 * Return: one of @words, or NULL when none is near.
 */
const char *nearest_word(const char *const *words, size_t count,
			 const char *word)
{
	size_t length = strnlen(word, WORD_MAX + 1);
	const char *nearest = NULL;
	unsigned int smallest = WORD_MAX;
	size_t i;

	if (length > WORD_MAX)
		return NULL;
	for (i = 0; i < count; i++) {
		size_t known = strnlen(words[i], WORD_MAX);
		size_t longer = known > length ? known : length;
		unsigned int d = distance(words[i], known, word, length);

		if (d >= smallest || (d * 3 > longer &&
				      !abbreviates(word, words[i])))
			continue;
		smallest = d;
		nearest = words[i];
	}
	return nearest;
}

static char *list_words(const char *const *words, size_t count)
{
	struct join list;
	size_t i;

	join_begin(&list, ", ");
	for (i = 0; i < count; i++)
		join_add(&list, "%s", words[i]);
	return join_end(&list);
}

/**
 * nearest_advice - advise a known word instead of an unknown one
 * @kind: the kind of the word, as in "zone"
 * @words: the known ones
 * @count: how many
 * @word: the unknown one
 *
 * Return: a new string, the second half of a sentence.
 */
char *nearest_advice(const char *kind, const char *const *words, size_t count,
		     const char *word)
{
	const char *nearest;
	char *list, *advice;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(synonyms); i++)
		if (!strcmp(synonyms[i].kind, kind) &&
		    nearest_same_letters(synonyms[i].word, word))
			return xformat("write %s", synonyms[i].instead);
	nearest = nearest_word(words, count, word);
	if (nearest)
		return xformat("the nearest is %s", nearest);
	if (count > LISTED_MAX)
		return xformat("there are %zu, and none is near", count);
	list = list_words(words, count);
	advice = xformat(count == 1 ? "there is %s" : "there are %s", list);
	free(list);
	return advice;
}
