// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report: one HTML page, which needs no other file and no network.
 */
#include "print/page.h"

/**
 * struct section - a section of the page
 * @id: its anchor
 * @title: its heading
 * @intro: a paragraph below the heading, or NULL
 * @print: writes the rest
 * @always: whether the section is there without a policy, too
 */
struct section {
	const char *id;
	const char *title;
	const char *intro;
	void (*print)(struct html *html, const struct page *page);
	bool always;
};

static const struct section sections[] = {
	{
		"summary", "In force", NULL,
		page_summary, true,
	}, {
		"findings", "Notices", NULL,
		page_findings, true,
	}, {
		"advice", "Advice",
		"What the use of the rows says, as edgectl advise has it.",
		page_advice, false,
	}, {
		"site", "The site", NULL,
		page_site, false,
	}, {
		"rows", "Rows and their use",
		"All nodes together; the last hit is the latest of them. A packet that several rows permit counts on each. Denied are packets that the row nearly permitted.",
		page_rows, false,
	}, {
		"refused", "Refused packets",
		"By reason, the first that applies. Would-be drops are those of mode audit: they were refused by the policy, and passed.",
		page_refused, true,
	}, {
		"near", "Near misses",
		"Rows that refused packets missed by a single test: a switch, a peer, an interface, a logging port. edgectl explain and edgectl monitor tell which test.",
		page_near, false,
	}, {
		"nodes", "Nodes",
		"Each packet counts once for its service here, however many rows permit it.",
		page_nodes, false,
	}, {
		"configuration", "Configuration",
		"The policy in force with its switches, as edgectl show config prints it. The hashes are those of edgectl show hash: of the policy as it was loaded.",
		page_config, false,
	},
};

static bool is_shown(const struct section *section, const struct page *page)
{
	return section->always || page->report.view.loaded;
}

/* Nothing that the page holds may be fetched, or run. */
static void put_head(struct html *html, const struct page *page)
{
	html_open(html, "head");
	html_open(html, "meta");
	html_set(html, "charset", "utf-8");
	html_void(html);
	html_open(html, "meta");
	html_set(html, "http-equiv", "Content-Security-Policy");
	html_set(html, "content", "default-src 'none'; style-src 'unsafe-inline'");
	html_void(html);
	html_open(html, "meta");
	html_set(html, "name", "viewport");
	html_set(html, "content", "width=device-width, initial-scale=1");
	html_void(html);
	html_open(html, "meta");
	html_set(html, "name", "color-scheme");
	html_set(html, "content", "light dark");
	html_void(html);
	html_leaf(html, "title", "nf_edge on %s", page->host);
	html_open(html, "style");
	html_raw(html, page_style);
	html_close(html);
	html_close(html);
}

static void put_mode(struct html *html, const struct view *view)
{
	bool audit = view->policy.mode == NF_EDGE_MODE_AUDIT;

	html_open(html, "p");
	html_set(html, "class", "mode %s", !view->loaded ? "bad" :
		 audit ? "warn" : "good");
	html_text(html, "%s", !view->loaded ?
		  "no policy: nothing is governed" : audit ?
		  "mode audit: nothing is dropped" : "mode enforce");
	html_close(html);
}

static void put_header(struct html *html, const struct page *page)
{
	html_open(html, "header");
	html_open(html, "h1");
	html_text(html, "nf_edge on ");
	html_leaf(html, "b", "%s", page->host);
	html_close(html);
	put_mode(html, &page->report.view);
	html_open(html, "p");
	html_text(html, "Read on ");
	page_moment(html, page, page->time);
	if (page->report.view.loaded)
		html_text(html, ", generation %u",
			  page->report.view.generation);
	html_close(html);
	html_close(html);
}

static void put_contents(struct html *html, const struct page *page)
{
	size_t i;

	html_open(html, "nav");
	html_set(html, "aria-label", "Contents");
	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		if (!is_shown(&sections[i], page))
			continue;
		html_open(html, "a");
		html_set(html, "href", "#%s", sections[i].id);
		html_text(html, "%s", sections[i].title);
		html_close(html);
	}
	html_close(html);
}

static void put_section(struct html *html, const struct page *page,
			const struct section *section)
{
	html_open(html, "section");
	html_set(html, "id", "%s", section->id);
	html_leaf(html, "h2", "%s", section->title);
	if (section->intro)
		html_leaf(html, "p", "%s", section->intro);
	section->print(html, page);
	html_close(html);
}

/**
 * page_print - write the page
 * @page: the facts
 * @stream: the stream to write to
 */
void page_print(const struct page *page, FILE *stream)
{
	struct html html;
	size_t i;

	html_begin(&html, stream);
	html_open(&html, "html");
	html_set(&html, "lang", "en");
	put_head(&html, page);
	html_open(&html, "body");
	put_header(&html, page);
	put_contents(&html, page);
	html_open(&html, "main");
	for (i = 0; i < ARRAY_SIZE(sections); i++)
		if (is_shown(&sections[i], page))
			put_section(&html, page, &sections[i]);
	html_close(&html);
	html_close(&html);
	html_close(&html);
	fputc('\n', stream);
}
