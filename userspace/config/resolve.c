// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look-ups of the words of a configuration that depend on other parts of it:
 * on the profile, on the nodes, and on the rows of the site's own, whose sets
 * are known because a row uses them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "config/resolve.h"
#include "policy/profiles.h"

#define ANY	"any"

/* Words that one value can be given instead of: sets, rows or nodes. */
#define WORDS_MAX	128

static void __printf(4, 5)
word_wrong(struct config *config, unsigned int line, const char *word,
	   const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&config->errors, config->file, line, word, "%s", message);
	free(message);
}

/* The profile in a sentence about an unknown word, when the file names one: a
 * new string.
 */
static char *in_profile(const struct config *config)
{
	if (!config->policy.profile_line || config->unknown_profile)
		return xstrdup("");
	return xformat(" in profile %s",
		       names_word(&names_profiles, config->policy.profile));
}

static void unknown_word(struct config *config, unsigned int line, const char *word,
			 const struct vocabulary *vocabulary, uint32_t known)
{
	char *profile = in_profile(config);
	char *advice = names_advice_among(vocabulary, known, word);

	word_wrong(config, line, word, "unknown %s%s; %s", vocabulary->kind, profile,
		   advice);
	free(advice);
	free(profile);
}

static void resolve_words(struct config *config, const struct words *words,
			  const struct vocabulary *vocabulary, uint32_t given,
			  const unsigned int *lines, uint32_t known)
{
	unsigned int i;
	size_t n;

	for (n = 0; n < words->count; n++)
		unknown_word(config, words->items[n].line, words->items[n].text,
			     vocabulary, known);
	for (i = 0; i < vocabulary->count; i++)
		if (given & ~known & (1U << i))
			unknown_word(config, lines[i], vocabulary->words[i],
				     vocabulary, known);
}

/* The sets of the profile; of an unknown profile, those of all. */
static uint32_t documented_sets(const struct config *config)
{
	return config->unknown_profile ? ~0U :
					 profile_sets(config->policy.profile);
}

/* The number of a set, or -1. */
static int find_set(const struct config *config, const char *name)
{
	int set = names_find(&names_peer_sets, name);

	if (set >= 0 && documented_sets(config) & (1U << set))
		return set;
	return policy_set_find(&config->policy, name);
}

/* Advise a set that is known: a new string. */
static char *set_advice(const struct config *config, const char *word)
{
	const char *words[SETS_MAX] = { NULL };
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (*config->policy.sets[i].own ||
		    (i < PEER_SET_COUNT &&
		     documented_sets(config) & (1U << i)))
			words[count++] = policy_set_name(&config->policy, i);
	return nearest_advice("peer set", words, count, word);
}

#define SET_LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789-"

static bool good_set_name(const char *name)
{
	size_t length = strlen(name);

	return length && length <= NF_EDGE_SET_NAME_MAX &&
	       strspn(name, SET_LETTERS) == length;
}

/* Note the words of a list that name sets of the site's own. */
static void collect_sets(struct config *config, const struct words *words,
			 struct words *found)
{
	const struct word *word = words->items;
	size_t i;

	for (i = 0; i < words->count; i++, word++)
		if (strcmp(word->text, ANY) != 0 && good_set_name(word->text) &&
		    find_set(config, word->text) < 0)
			words_add(found, word->text, word->line);
}

static int compare_words(const void *a, const void *b)
{
	const struct word *first = a, *second = b;
	int order = strcmp(first->text, second->text);

	if (order)
		return order;
	return first->line < second->line ? -1 : first->line > second->line;
}

/* The largest number that no set of a mask has, or -1. */
static int free_number(uint32_t taken)
{
	int i;

	for (i = SETS_MAX - 1; i >= 0; i--)
		if (!(taken & (1U << i)))
			return i;
	return -1;
}

/* Give the sets of the site's own their numbers, in the order of names. */
static void number_sets(struct config *config)
{
	uint32_t documented = profile_sets(config->policy.profile);
	uint32_t taken = documented;
	struct words found = { 0 };
	size_t i;

	for (i = 0; i < config->row_count; i++)
		collect_sets(config, &config->rows[i].peers, &found);
	collect_sets(config, &config->ping_peers, &found);
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items),
		      compare_words);
	for (i = 0; i < found.count; i++) {
		const struct word *word = &found.items[i];
		int number = free_number(taken);

		if (i && !strcmp(word->text, word[-1].text))
			continue;
		if (number < 0) {
			word_wrong(config, word->line, word->text,
				   "is one peer set too many; there can be %d, and the profile has %d of them",
				   SETS_MAX, __builtin_popcount(documented));
			break;
		}
		taken |= 1U << number;
		snprintf(config->policy.sets[number].own,
			 sizeof(config->policy.sets[number].own), "%s",
			 word->text);
		config->set_uses[number] = word->line;
	}
	words_free(&found);
}

/* Add a set to a mask; note an error of its word. */
static void resolve_set(struct config *config, const struct word *word,
			uint32_t *sets)
{
	int set = find_set(config, word->text);
	char *advice;

	if (!good_set_name(word->text)) {
		advice = set_advice(config, word->text);
		word_wrong(config, word->line, word->text,
			   "no set can be called so, a name has 1 to %d of a-z 0-9 -; %s",
			   NF_EDGE_SET_NAME_MAX, advice);
		free(advice);
	} else if (set >= 0 && *sets & (1U << set)) {
		word_wrong(config, word->line, word->text,
			   "is given twice; once is enough");
	} else if (set >= 0) {
		*sets |= 1U << set;
	}
}

static void resolve_peers(struct config *config, const struct words *words,
			  struct site_row *row)
{
	const struct word *word = words->items;
	size_t i;

	for (i = 0; i < words->count; i++, word++) {
		if (strcmp(word->text, ANY) != 0) {
			resolve_set(config, word, &row->sets);
			continue;
		}
		if (words->count > 1)
			word_wrong(config, word->line, word->text,
				   "stands beside another word; write { any } alone, or names of sets");
		row->any = true;
	}
}

static void unknown_node(struct config *config, const struct word *word)
{
	const struct policy *policy = &config->policy;
	const char *words[WORDS_MAX] = { NULL };
	size_t count;
	char *advice;

	for (count = 0; count < policy->node_count && count < WORDS_MAX;
	     count++)
		words[count] = policy->nodes[count].name;
	advice = nearest_advice("node", words, count, word->text);
	word_wrong(config, word->line, word->text, "unknown node; %s", advice);
	free(advice);
}

static void resolve_nodes(struct config *config, const struct words *words,
			  struct site_row *row)
{
	const struct word *word = words->items;
	size_t i;

	if (!config->policy.node_count)
		return;
	for (i = 0; i < words->count; i++, word++) {
		if (!node_find(&config->policy, word->text))
			unknown_node(config, word);
		else if (row->node_count && site_row_of_node(row, word->text))
			word_wrong(config, word->line, word->text,
				   "is given twice; once is enough");
		else
			site_row_add_node(row, word->text);
	}
}

static void resolve_rows(struct config *config)
{
	size_t i;

	for (i = 0; i < config->row_count; i++) {
		struct row_draft *draft = &config->rows[i];
		size_t before = config->errors.total;

		resolve_peers(config, &draft->peers, &config->policy.rows[i]);
		resolve_nodes(config, &draft->nodes, &config->policy.rows[i]);
		draft->flawed |= config->errors.total > before;
	}
}

static void resolve_ping_peers(struct config *config)
{
	const struct word *word = config->ping_peers.items;
	size_t i;

	for (i = 0; i < config->ping_peers.count; i++, word++) {
		if (!strcmp(word->text, ANY))
			word_wrong(config, word->line, word->text,
				   "is no set; leave ping-peers out to let anybody ping");
		else
			resolve_set(config, word, &config->policy.ping_peers);
	}
}

static void unknown_set(struct config *config, const struct named_set *named)
{
	char *profile, *advice;

	if (!strcmp(named->name, ANY)) {
		word_wrong(config, named->set.line, named->name,
			   "means everybody, and cannot be bound; give the set another name");
		return;
	}
	profile = in_profile(config);
	advice = set_advice(config, named->name);
	word_wrong(config, named->set.line, named->name,
		   "unknown peer set%s, and neither a row nor ping-peers uses it; %s",
		   profile, advice);
	free(advice);
	free(profile);
}

/* Give the sections of peers to their sets. */
static void resolve_sets(struct config *config)
{
	size_t i;

	for (i = 0; i < config->named_count; i++) {
		struct named_set *named = &config->named_sets[i];
		int number = find_set(config, named->name);
		struct peer_set *set;

		if (number < 0) {
			unknown_set(config, named);
			config->side_unread = true;
			continue;
		}
		set = &config->policy.sets[number];
		memcpy(named->set.own, set->own, sizeof(set->own));
		*set = named->set;
		named->set = (struct peer_set){ .line = set->line };
		config->sources[number] = named->source;
		named->source = (struct set_source){ 0 };
	}
}

static void resolve_ports(struct config *config)
{
	uint32_t profile = config->policy.profile;
	unsigned int key;

	for (key = 0; key < PORT_KEYS; key++) {
		if (!config->port_lines[key] || port_key_known(key, profile))
			continue;
		word_wrong(config, config->port_lines[key], port_keys[key].name,
			   "moves no row in profile %s; leave it out",
			   names_word(&names_profiles, profile));
	}
}

/* Find the id of a row among those of the profile and the site. */
static bool is_row(const struct config *config, const char *id)
{
	const struct row_table *profile = &profiles[config->policy.profile];
	size_t i;

	for (i = 0; i < profile->count; i++)
		if (!strcmp(profile->row[i].id, id))
			return true;
	return site_row_find(&config->policy, id);
}

static void unknown_row(struct config *config, const struct word *word)
{
	const struct row_table *rows = &profiles[config->policy.profile];
	const char *words[WORDS_MAX] = { NULL };
	char *profile = in_profile(config), *advice;
	size_t count = 0, i;

	for (i = 0; i < rows->count; i++)
		words[count++] = rows->row[i].id;
	for (i = 0; i < config->row_count && count < WORDS_MAX; i++)
		words[count++] = config->policy.rows[i].id;
	advice = rows_advice(words, count, word->text);
	word_wrong(config, word->line, word->text, "unknown row%s; %s", profile,
		   advice);
	free(advice);
	free(profile);
}

static void resolve_rows_off(struct config *config)
{
	const struct word *word = config->rows_off.items;
	size_t i;

	for (i = 0; i < config->rows_off.count; i++, word++) {
		if (!is_row(config, word->text))
			unknown_row(config, word);
		else if (policy_is_off(&config->policy, word->text))
			word_wrong(config, word->line, word->text,
				   "is given twice; once is enough");
		else
			policy_turn_off(&config->policy, word->text,
					word->line);
	}
}

/**
 * config_resolve - look up the words that depend on other parts of a file
 * @config: a configuration, all of whose values were read
 */
void config_resolve(struct config *config)
{
	const struct policy *policy = &config->policy;
	bool known = !config->unknown_profile;

	resolve_words(config, &config->unknown_zones, &names_zones,
		      policy->zones, config->zone_lines,
		      known ? profile_zones(policy->profile) : ~0U);
	resolve_words(config, &config->unknown_features, &names_features,
		      policy->features, config->feature_lines,
		      known ? profile_features(policy->profile) : ~0U);
	number_sets(config);
	resolve_rows(config);
	resolve_ping_peers(config);
	resolve_sets(config);
	if (!known)
		return;
	resolve_ports(config);
	resolve_rows_off(config);
}
