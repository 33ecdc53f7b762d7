// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page's summary: totals, and the facts of the policy in force.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/nf_edge.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/words.h"
#include "policy/profiles.h"
#include "print/page.h"
#include "print/waiting.h"
#include "rates/rates.h"

/**
 * struct fact - a fact about the policy in force
 * @name: its name
 * @text: makes the fact: a new string, or NULL without one
 * @always: whether the fact is there without a policy, too
 */
struct fact {
	const char *name;
	char *(*text)(const struct page *page);
	bool always;
};

static char *profile_text(const struct page *page)
{
	return xstrdup(names_word(&names_profiles,
				  page->report.view.policy.profile));
}

static char *hash_text(const struct page *page)
{
	return xformat("SHA-256 %s as loaded", page->hashes.all);
}

static char *switched_text(const struct page *page)
{
	char *switched = view_switches(&page->report.view, ", "), *text;

	text = *switched ? xformat("%s, until the next load; SHA-256 with the switches %s",
				   switched, page->in_force) :
			   xstrdup("nothing since the load");
	free(switched);
	return text;
}

static char *pending_text(const struct page *page)
{
	const struct waiting *waiting = &page->report.view.waiting;

	return waiting->waits ? waiting_text(waiting) : NULL;
}

static char *loaded_text(const struct page *page)
{
	const struct entry *entry = page->entry;
	char *when, *who, *text;

	if (!entry && page->no_history)
		return xformat("the history cannot be read: %s",
			       page->no_history);
	if (!entry)
		return xstrdup("no entry of the history has this policy");
	when = moment_text(entry->time, page->time, page->moments);
	who = requester_text(&entry->by);
	text = entry->again ?
	       xformat("%s by %s, as rollback to %u: entry %u of the history",
		       when, who, entry->again, entry->number) :
	       xformat("%s by %s, of %s: entry %u of the history", when, who,
		       strcmp(entry->file, "-") ? entry->file : "standard input",
		       entry->number);
	free(who);
	free(when);
	return text;
}

static char *governed_text(const struct page *page)
{
	const struct view *view = &page->report.view;
	size_t nodes = view->policy.node_count;

	return xformat("%u %s of %zu %s", view->governed,
		       words_plural(view->governed, "address", "addresses"),
		       nodes, words_plural(nodes, "node", "nodes"));
}

static char *on_off(const struct vocabulary *vocabulary, uint32_t on,
		    uint32_t all)
{
	char *yes = names_list(vocabulary, on, ", ");
	char *no = names_list(vocabulary, all & ~on, ", ");
	char *text = xformat("%s%s%s", *yes ? yes : "none",
			     *no ? "; off: " : "", no);

	free(no);
	free(yes);
	return text;
}

static char *zones_text(const struct page *page)
{
	const struct policy *policy = &page->report.view.policy;

	return on_off(&names_zones, policy->zones,
		      profile_zones(policy->profile));
}

static char *features_text(const struct page *page)
{
	const struct policy *policy = &page->report.view.policy;

	return on_off(&names_features, policy->features,
		      profile_features(policy->profile));
}

static char *rows_text(const struct page *page)
{
	const struct view *view = &page->report.view;
	size_t live = 0, i;

	for (i = 0; i < view->table.count; i++)
		live += view->states[i].live;
	return xformat("%zu, %zu of them live; %zu of the document, %zu of the site's own",
		       view->table.count, live,
		       view->table.count - view->policy.row_count,
		       view->policy.row_count);
}

static char *since_text(const struct since *since, const char *span,
			const char *from)
{
	const char *why = difference_why(since->restart);
	struct join text;

	join_begin(&text, "; ");
	join_add(&text, "%s, from %s, generation %u", span, from,
		 since->generation);
	if (why)
		join_add(&text, "%s: counters began at zero", why);
	if (json_array_size(since->anew))
		join_add(&text, "some counters began at zero in between");
	if (json_array_size(since->missing))
		join_add(&text, "some are new since, and counted in full");
	return join_end(&text);
}

/* Counters begin at zero with the module, or a reset: nothing else is known. */
static char *span_text(const struct page *page)
{
	const struct since *since = page->since;
	char *from = moment_text(since ? since->time : page->booted,
				 page->time, page->moments);
	uint64_t begin = since ? since->time : page->booted;
	char *span = moment_span(page->time > begin ? page->time - begin : 0);
	char *text;

	text = since ? since_text(since, span, from) :
	       xformat("%s at most, since the start of this host, %s; or since a reset",
		       span, from);
	free(span);
	free(from);
	return text;
}

static char *conntrack_text(const struct page *page)
{
	const struct view *view = &page->report.view;

	return view->conntrack_max ?
	       xformat("%u of %u entries", view->conntrack_count,
		       view->conntrack_max) : NULL;
}

static char *versions_text(const struct page *page)
{
	return xformat("edgectl %s, module %s, netlink family %d",
		       NF_EDGE_VERSION, page->version,
		       NF_EDGE_FAMILY_VERSION);
}

static const struct fact facts[] = {
	{ "Profile", profile_text, false },
	{ "Policy", hash_text, false },
	{ "Loaded", loaded_text, false },
	{ "Switched", switched_text, false },
	{ "Pending", pending_text, true },
	{ "Governed", governed_text, false },
	{ "Zones", zones_text, false },
	{ "Features", features_text, false },
	{ "Rows", rows_text, false },
	{ "Counters", span_text, true },
	{ "Connection tracking", conntrack_text, false },
	{ "Versions", versions_text, true },
};

static void put_facts(struct html *html, const struct page *page)
{
	char *text;
	size_t i;

	html_open(html, "dl");
	for (i = 0; i < ARRAY_SIZE(facts); i++) {
		if (!facts[i].always && !page->report.view.loaded)
			continue;
		text = facts[i].text(page);
		if (!text)
			continue;
		html_leaf(html, "dt", "%s", facts[i].name);
		html_leaf(html, "dd", "%s", text);
		free(text);
	}
	html_close(html);
}

static void put_total(struct html *html, const char *what, uint64_t value)
{
	char *text = page_grouped(value);

	html_open(html, "li");
	html_leaf(html, "b", "%s", text);
	html_text(html, " %s", what);
	html_close(html);
	free(text);
}

static void sum_up(const struct report *report, struct counts *sum,
		   struct drop_counts *refused)
{
	unsigned int i;
	size_t n;

	for (n = 0; n < report->node_count; n++)
		for (i = 0; i < SERVICE_COUNT; i++)
			rates_add(sum, &report->nodes[n].services[i]);
	for (i = 0; i < REASON_COUNT; i++) {
		refused->packets += report->drops[i].packets;
		refused->would_be_packets += report->drops[i].would_be_packets;
	}
}

/**
 * page_summary - write totals and facts
 * @html: the page
 * @page: the facts
 */
void page_summary(struct html *html, const struct page *page)
{
	struct drop_counts refused = { 0 };
	struct counts sum = { 0 };

	sum_up(&page->report, &sum, &refused);
	html_open(html, "ul");
	html_set(html, "class", "totals");
	put_total(html, "connections permitted", sum.connections);
	put_total(html, "packets permitted",
		  sum.packets_to_edge + sum.packets_from_edge);
	put_total(html, "bytes permitted",
		  sum.bytes_to_edge + sum.bytes_from_edge);
	put_total(html, "packets dropped", refused.packets);
	if (refused.would_be_packets)
		put_total(html, "packets would be dropped",
			  refused.would_be_packets);
	html_close(html);
	put_facts(html, page);
}
