// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page's configuration: peer sets and hashes, and the text of the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "print/config.h"
#include "print/page.h"

/* Prefixes of a set in the table. */
#define PREFIXES_SHOWN	3U

/* Prefixes of a set that the text lists. */
#define PREFIXES_LISTED	32U

#define PEERS		"peers/"

static const struct page_column hash_columns[] = {
	{ "Part", false }, { "Prefixes", true }, { "First prefixes", false },
	{ "SHA-256", false },
};

/* A new string. */
static char *first_prefixes(const struct peer_set *set)
{
	unsigned int family, length;
	char text[PREFIX_TEXT];
	struct join list;
	struct ip ip;
	size_t i;

	join_begin(&list, ", ");
	for (family = 0; family < FAMILY_COUNT; family++) {
		for (i = 0; i < set->prefixes[family].count &&
		     list.count < PREFIXES_SHOWN; i++) {
			peer_set_entry(set, family, i, &ip, &length);
			join_add(&list, "%s", prefix_format(&ip, length, text));
		}
	}
	if (peer_set_count(set) > PREFIXES_SHOWN)
		join_add(&list, "...");
	return join_end(&list);
}

static void put_set(struct html *html, const struct peer_set *set)
{
	char *first = first_prefixes(set);

	page_number(html, peer_set_count(set));
	html_leaf(html, "td", "%s", first);
	free(first);
}

static void put_hash(struct html *html, const char *part, const char *hex,
		     const struct peer_set *set)
{
	html_open(html, "tr");
	html_open(html, "th");
	html_set(html, "scope", "row");
	html_text(html, "%s", part);
	html_close(html);
	if (set) {
		put_set(html, set);
	} else {
		html_leaf(html, "td", "%s", "");
		html_leaf(html, "td", "%s", "");
	}
	html_open(html, "td");
	html_leaf(html, "code", "%s", hex);
	html_close(html);
	html_close(html);
}

/* The set that a part is the hash of, or NULL. */
static const struct peer_set *set_of(const struct policy *policy,
				     const char *part)
{
	unsigned int i;

	if (strncmp(part, PEERS, strlen(PEERS)) != 0)
		return NULL;
	for (i = 0; i < SETS_MAX; i++)
		if (policy->sets[i].bound &&
		    !strcmp(policy_set_name(policy, i), part + strlen(PEERS)))
			return &policy->sets[i];
	return NULL;
}

static void put_hashes(struct html *html, const struct page *page)
{
	const struct policy *policy = &page->report.view.policy;
	const struct policy_hashes *hashes = &page->hashes;
	size_t i;

	page_table(html, "Hashes of the parts, and peer sets", hash_columns,
		   ARRAY_SIZE(hash_columns));
	for (i = 0; i < hashes->count; i++)
		put_hash(html, hashes->parts[i].name, hashes->parts[i].hex,
			 set_of(policy, hashes->parts[i].name));
	put_hash(html, "all", hashes->all, NULL);
	put_hash(html, "in force, with switches", page->in_force, NULL);
	page_table_end(html);
}

/* A set of many prefixes would bury the rest. */
static void put_text(struct html *html, const struct policy *policy)
{
	struct policy shown = *policy;
	struct join left_out;
	size_t length;
	char *text;
	unsigned int i;

	join_begin(&left_out, ", ");
	for (i = 0; i < SETS_MAX; i++) {
		if (peer_set_count(&shown.sets[i]) <= PREFIXES_LISTED)
			continue;
		shown.sets[i].bound = false;
		join_add(&left_out, "%s", policy_set_name(policy, i));
	}
	text = join_end(&left_out);
	if (*text)
		html_leaf(html, "p", "Peer sets of more than %u prefixes are left out below: %s.",
			  PREFIXES_LISTED, text);
	free(text);
	text = config_text(&shown, &length);
	html_open(html, "pre");
	html_set(html, "tabindex", "0");
	html_lines(html, text);
	html_close(html);
	free(text);
}

/**
 * page_config - write the configuration in force and its hashes
 * @html: the page
 * @page: the facts
 */
void page_config(struct html *html, const struct page *page)
{
	put_hashes(html, page);
	put_text(html, &page->report.view.policy);
}
