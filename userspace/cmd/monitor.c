// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl monitor: refused packets and permitted connections as they come.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/moment.h"
#include "cmd/listen.h"
#include "cmd/module.h"
#include "cmd/named.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/view.h"
#include "output/stdout.h"
#include "print/event.h"
#include "print/tally.h"

/**
 * struct monitor - a listener of this verb
 * @listen: takes events
 * @filter: the events that are wanted
 * @names: texts that @filter points to
 * @look: how to print
 * @tally: numbers of events
 * @count: events to print, 0 for no end
 * @seconds: time to listen, 0 for no end
 * @printed: events that were printed
 */
struct monitor {
	struct listen listen;
	struct event_filter filter;
	char *names;
	struct event_look look;
	struct tally tally;
	uint32_t count;
	uint32_t seconds;
	uint32_t printed;
};

static void print_help(void)
{
	fputs("usage: edgectl monitor [--refused | --permitted] [--reason REASON,...]\n"
	      "                       [--zone ZONE,...] [--row ROW,...] [--node NODE]\n"
	      "                       [--address PREFIX,...] [--count N] [--for TIME]\n"
	      "                       [--rate N] [--utc] [--json | --cef]\n"
	      "\n"
	      "Prints refused packets, and the first packet of permitted connections, as the\n"
	      "module judges them: one line each.  Ends with a summary.\n"
	      "\n"
	      "  --refused             refused packets only, with those of mode audit\n"
	      "  --permitted           permitted connections only\n"
	      "  --reason REASON,...   packets refused for one of these reasons\n"
	      "  --zone ZONE,...       of rows, or near rows, in one of these zones\n"
	      "  --row ROW,...         of one of these rows, or near rows\n"
	      "  --node NODE           from or to an address of this node\n"
	      "  --address PREFIX,...  from or to an address in one of these prefixes\n"
	      "  --count N             end after N events\n"
	      "  --for TIME            end after this time: 30s, 10m, 2h\n"
	      "  --rate N              events a second that each processor sends of each\n"
	      "                        reason, at most (100)\n"
	      "  --utc                 times in UTC, not in local time\n"
	      "  --json                print one JSON object a line\n"
	      "  --cef                 print lines of the Common Event Format\n"
	      "  -h, --help            print this\n"
	      "\n"
	      "Filters add up.  The module filters: packets that no listener wants cost\n"
	      "nothing.  Events that could not be sent are counted, and their number is\n"
	      "printed.  Ctrl-C ends, with the summary.\n", out);
}

/* --- the filter */

/* Call a function for each word of a list with commas, until one fails. */
static enum outcome each_word(char **names, const char *list,
			      enum outcome (*take)(struct event_filter *filter,
						   const char *word),
			      struct event_filter *filter)
{
	enum outcome outcome = DONE;
	char *next, *word;

	if (!list)
		return DONE;
	next = xstrdup(list);
	free(*names);
	*names = next;
	while (outcome == DONE && (word = strsep(&next, ",")))
		outcome = *word ? take(filter, word) :
			  fail_usage("monitor", "%s: a word is missing", list);
	return outcome;
}

static enum outcome take_word(const struct vocabulary *vocabulary,
			      const char *word, uint32_t *mask)
{
	int value = names_find(vocabulary, word);

	if (value < 0)
		return options_unknown_word("monitor", vocabulary, word);
	*mask |= 1U << value;
	return DONE;
}

static enum outcome take_reason(struct event_filter *filter, const char *word)
{
	return take_word(&names_reasons, word, &filter->reasons);
}

static enum outcome take_zone(struct event_filter *filter, const char *word)
{
	return take_word(&names_zones, word, &filter->zones);
}

static enum outcome take_row(struct event_filter *filter, const char *word)
{
	if (filter->row_count == FILTER_MAX)
		return fail_usage("monitor", "--row: takes %d rows at most",
				  FILTER_MAX);
	filter->rows[filter->row_count++] = word;
	return DONE;
}

static enum outcome take_prefix(struct event_filter *filter, const char *word)
{
	size_t i = filter->prefix_count;
	enum outcome outcome;
	char *why;

	if (i == FILTER_MAX)
		return fail_usage("monitor", "--address: takes %d prefixes at most",
				  FILTER_MAX);
	why = prefix_parse(word, &filter->prefixes[i], &filter->lengths[i]);
	if (why) {
		outcome = fail_usage("monitor", "--address %s: %s", word, why);
		free(why);
		return outcome;
	}
	filter->prefix_count++;
	return DONE;
}

static enum outcome read_number(const char *option, const char *text,
				uint32_t most, uint32_t *number)
{
	const char *p = text;
	uint64_t value = 0;

	if (!text)
		return DONE;
	for (; *p >= '0' && *p <= '9' && value <= most; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	if (*p || p == text || !value || value > most)
		return fail_usage("monitor", "%s %s: write a number of 1 to %u",
				  option, text, most);
	*number = (uint32_t)value;
	return DONE;
}

/* --- events */

static bool is_complete(void *arg)
{
	const struct monitor *m = arg;

	return m->count && m->printed == m->count;
}

static void take_event(const struct event *event, void *arg)
{
	struct monitor *m = arg;

	if (is_complete(m))
		return;
	m->printed++;
	tally_add(&m->tally, event);
	event_print(event, listen_view(&m->listen, event->generation),
		    &m->look);
}

static void take_loss(const struct loss *loss, void *arg)
{
	struct monitor *m = arg;
	struct loss *before = tally_lost(&m->tally, loss);

	if (is_complete(m))
		return;
	event_print_loss(before, loss, m->listen.listener.rate, &m->look);
	*before = *loss;
}

/* --- listening */

static void print_summary(const struct monitor *m)
{
	uint64_t seconds = listen_seconds(&m->listen);

	if (m->look.style == EVENT_JSON)
		tally_print_json(&m->tally, seconds);
	else if (m->look.style == EVENT_TEXT)
		tally_print(&m->tally, seconds);
}

static bool has_node(const struct policy *policy, const char *name)
{
	const struct node *node;

	policy_for_each_node(policy, node)
		if (!strcmp(node->name, name))
			return true;
	return false;
}

/* Look for names in the policy in force; without one, any may come. */
static enum outcome check_names(struct client *module,
				const struct event_filter *filter)
{
	enum outcome outcome = DONE;
	struct view view = { 0 };
	int error;
	size_t i;

	error = view_read(module, &view, VIEW_ROWS | VIEW_NODES);
	if (error)
		outcome = module_fail(module, error, "cannot read the policy");
	if (!error && !view.loaded)
		fail_warn("no policy is loaded: events begin with edgectl load");
	if (!error && view.loaded && filter->node &&
	    !has_node(&view.policy, filter->node))
		outcome = named_unknown_node(&view.policy, filter->node);
	for (i = 0; outcome == DONE && view.loaded && i < filter->row_count; i++)
		if (rows_find(&view.table, filter->rows[i]) < 0)
			outcome = named_unknown_row(&view.table,
						    filter->rows[i]);
	view_free(&view);
	return outcome;
}

static enum outcome listen_to(struct monitor *m)
{
	enum outcome outcome = listen_open(&m->listen);

	if (outcome == DONE)
		outcome = check_names(&m->listen.module, &m->filter);
	m->listen.listener = (struct listener){
		take_event, take_loss, m, 0, false,
	};
	if (outcome == DONE)
		outcome = listen_begin(&m->listen, &m->filter);
	if (outcome != DONE)
		return outcome;
	outcome = listen_follow(&m->listen, m->seconds, is_complete);
	print_summary(m);
	return out_flush(outcome);
}

/**
 * cmd_monitor - the verb monitor
 * @argc: its words, "monitor" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_monitor(int argc, char **argv)
{
	const char *reasons = NULL, *zones = NULL, *rows = NULL;
	const char *prefixes = NULL, *count = NULL, *time = NULL, *rate = NULL;
	bool refused = false, permitted = false, json = false, cef = false;
	struct monitor m = { 0 };
	char *words = NULL;
	const struct option_spec specs[] = {
		{ .name = "refused", .flag = &refused },
		{ .name = "permitted", .flag = &permitted },
		{ .name = "reason", .value = &reasons },
		{ .name = "zone", .value = &zones },
		{ .name = "row", .value = &rows },
		{ .name = "node", .value = &m.filter.node },
		{ .name = "address", .value = &prefixes },
		{ .name = "count", .value = &count },
		{ .name = "for", .value = &time },
		{ .name = "rate", .value = &rate },
		{ .name = "utc", .flag = &m.look.utc },
		{ .name = "json", .flag = &json },
		{ .name = "cef", .flag = &cef },
	};
	enum outcome outcome;

	if (!options_read("monitor", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;
	if (refused && permitted)
		return fail_usage("monitor",
				  "--refused and --permitted exclude each other");
	if (permitted && reasons)
		return fail_usage("monitor",
				  "--reason: only refused packets have one; leave --permitted out");
	if (json && cef)
		return fail_usage("monitor", "--json and --cef exclude each other");
	if (time && !moment_read_span(time, LISTEN_MAX, &m.seconds))
		return fail_usage("monitor",
				  "--for %s: write a time as 30s, 10m or 2h, up to 720h",
				  time);
	if (refused)
		m.filter.verdicts = 1U << NF_EDGE_VERDICT_DROP;
	if (permitted)
		m.filter.verdicts = 1U << NF_EDGE_VERDICT_ACCEPT;
	m.look.style = json ? EVENT_JSON : cef ? EVENT_CEF : EVENT_TEXT;
	outcome = read_number("--count", count, UINT32_MAX - 1, &m.count);
	if (outcome == DONE)
		outcome = read_number("--rate", rate, NF_EDGE_RATE_MAX,
				      &m.filter.rate);
	if (outcome == DONE)
		outcome = each_word(&words, reasons, take_reason, &m.filter);
	if (outcome == DONE)
		outcome = each_word(&words, zones, take_zone, &m.filter);
	if (outcome == DONE)
		outcome = each_word(&words, prefixes, take_prefix, &m.filter);
	if (outcome == DONE)
		outcome = each_word(&m.names, rows, take_row, &m.filter);
	if (outcome == DONE) {
		tally_begin(&m.tally);
		outcome = listen_to(&m);
		tally_end(&m.tally);
	}
	listen_close(&m.listen);
	free(m.names);
	free(words);
	return outcome;
}
