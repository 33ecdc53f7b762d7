// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notices: states that are out of the ordinary, and ways round the policy.
 */
#include <stdlib.h>

#include "base/words.h"
#include "print/offload.h"
#include "print/page.h"

/* One finding: a word or a place, and a sentence. */
static void put(struct html *html, size_t *count, const char *where,
		const char *text)
{
	if (!(*count)++)
		html_open(html, "ul");
	html_open(html, "li");
	html_leaf(html, "b", "%s", where);
	html_text(html, ": %s", text);
	html_close(html);
}

static void put_states(struct html *html, size_t *count, const struct view *view)
{
	const struct policy *policy = &view->policy;
	char *switched = view_switches(view, ", ");
	size_t i;

	if (!view->loaded)
		put(html, count, "no policy",
		    "nothing is governed; load one with edgectl load");
	else if (policy->mode == NF_EDGE_MODE_AUDIT)
		put(html, count, "mode audit",
		    "refused packets are counted, and pass");
	if (*switched)
		put(html, count, switched,
		    "switched since the load; the next load, and so a restart, undoes it");
	if (view->waiting.waits)
		put(html, count, "pending",
		    "the last change is taken back unless it is confirmed");
	for (i = 0; i < policy->interface_count; i++)
		if (!policy->interfaces[i].ifindex)
			put(html, count, policy->interfaces[i].name,
			    "no device has this name; its sides have no packets");
	free(switched);
}

/**
 * page_findings - write what is to be noticed
 * @html: the page
 * @page: the facts
 */
void page_findings(struct html *html, const struct page *page)
{
	char *offloaded = offload_text(&page->offload);
	size_t count = 0, i;

	put_states(html, &count, &page->report.view);
	for (i = 0; i < page->ways.count; i++)
		put(html, &count, page->ways.items[i].where,
		    page->ways.items[i].text);
	if (offloaded)
		put(html, &count, "flowtables", offloaded);
	if (count)
		html_close(html);
	else
		html_leaf(html, "p", "Nothing.");
	free(offloaded);
}
