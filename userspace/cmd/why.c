// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl why: what refuses an address, and what would permit it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/moment.h"
#include "cmd/listen.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "config/text.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/service_name.h"
#include "print/event.h"
#include "print/event_read.h"
#include "print/why.h"
#include "system/connections.h"

/* Seconds to listen, unless others are given. */
#define USUAL_TIME	30U

/*
 * Events a second of a processor and a reason: a flood of others must not hide
 * the address, whose filter comes behind the rate.
 */
#define RATE		10000U

static void print_help(void)
{
	fputs("usage: edgectl why [--for TIME] [--utc] [--json] ADDRESS\n"
	      "       edgectl why --from FILE [--utc] [--json] ADDRESS\n"
	      "\n"
	      "Listens while somebody tries again, and tells what refuses an address: each\n"
	      "kind of refused packet and of permitted connection once, with what would\n"
	      "permit it, then how often each came, and a conclusion.  Ports that nothing\n"
	      "else tells apart, as of a scan, share a line.  Ctrl-C ends.\n"
	      "\n"
	      "  ADDRESS      packets from and to it: an address, a prefix, or NODE.SERVICE\n"
	      "  --for TIME   listen for this time: 30s (without this option), 10m, 2h\n"
	      "  --from FILE  read what edgectl monitor --json has written, - for standard\n"
	      "               input; the module is not asked\n"
	      "  --utc        times in UTC, not in local time\n"
	      "  --json       print one JSON object\n"
	      "  -h, --help   print this\n"
	      "\n"
	      "Exit: 0 nothing was refused, 1 something was, also in mode audit, 2 usage or\n"
	      "a FILE with other lines, 3 system error.\n", out);
}

/**
 * struct asked - what the verb was asked for
 * @listen: takes events
 * @filter: the events that are wanted; of a file, the prefix
 * @why: the events
 * @seconds: time to listen
 * @utc: times in UTC
 * @json: print JSON
 */
struct asked {
	struct listen listen;
	struct event_filter filter;
	struct why why;
	uint32_t seconds;
	bool utc;
	bool json;
};

/* Have the filter take the addresses of a service: NULL, or a new sentence. */
static char *take_service(struct event_filter *filter,
			  const struct policy *policy, const char *text)
{
	const struct binding *binding;
	struct service_name name;
	char *why = service_name_find(&name, policy, text);

	if (why)
		return why;
	node_for_each_binding(name.node, binding) {
		size_t i = filter->prefix_count;

		if (binding->service != name.service || i == FILTER_MAX ||
		    (name.family && binding->ip.family != name.family))
			continue;
		filter->prefixes[i] = binding->ip;
		filter->lengths[i] = ip_bits(&binding->ip);
		filter->prefix_count++;
	}
	return filter->prefix_count ? NULL :
	       xformat("has no %s address",
		       name.family == AF_INET ? "IPv4" : "IPv6");
}

static enum outcome refuse_address(const char *text, char *why)
{
	enum outcome outcome = fail_usage("why", "%s: %s", text, why);

	free(why);
	return outcome;
}

/* Tell whether a word is written as an address or a prefix. */
static bool is_prefix(const char *text)
{
	unsigned int length;
	struct ip ip;

	return prefix_read(text, &ip, &length);
}

static enum outcome take_prefix(struct asked *asked)
{
	struct event_filter *filter = &asked->filter;
	char *why = prefix_parse(asked->why.whom, filter->prefixes,
				 filter->lengths);

	if (why)
		return refuse_address(asked->why.whom, why);
	filter->prefix_count = 1;
	return DONE;
}

/*
 * Refuse a word that is neither an address nor a name of a service.  Where the
 * policy can be read, its nodes tell the nearest name.
 */
static enum outcome refuse_word(const char *text)
{
	struct client client = { 0 };
	struct view view = { 0 };
	char *why = NULL;

	if (!client_open(&client) &&
	    client.family_version == NF_EDGE_FAMILY_VERSION &&
	    !view_read(&client, &view, VIEW_NODES))
		why = service_name_advice(&view.policy, text);
	view_free(&view);
	client_close(&client);
	return refuse_address(text, why ? : address_advice(text, WANTED_END));
}

static enum outcome print(struct asked *asked, uint64_t seconds)
{
	const struct why *why = &asked->why;

	if (asked->json)
		out_json_print(why_json(why, seconds), JSON_INDENT(2));
	else
		why_print(why, seconds);
	return out_flush(why->tally.refused ? REFUSED : DONE);
}

/* --- events that come */

static void take_event(const struct event *event, void *arg)
{
	struct asked *asked = arg;
	const struct view *view = listen_view(&asked->listen,
					      event->generation);
	struct why *why = &asked->why;

	if (why_add(why, event, event_remedy(event, view)) && !asked->json)
		why_print_kind(why, why->count - 1, asked->utc);
}

static void take_loss(const struct loss *loss, void *arg)
{
	struct asked *asked = arg;

	*tally_lost(&asked->why.tally, loss) = *loss;
}

static bool is_wanted(const struct event_filter *filter, const struct ip *ip)
{
	size_t i;

	for (i = 0; i < filter->prefix_count; i++) {
		struct ip network = *ip;

		if (network.family != filter->prefixes[i].family)
			continue;
		ip_mask(&network, filter->lengths[i]);
		if (ip_equal(&network, &filter->prefixes[i]))
			return true;
	}
	return false;
}

/* Count the connections that the address has, where this can be told. */
static void count_tracked(struct asked *asked)
{
	struct tracked_list list = { 0 };
	size_t i;

	if (!tracked_read(&list)) {
		asked->why.tracked = 0;
		for (i = 0; i < list.count; i++)
			asked->why.tracked +=
				is_wanted(&asked->filter,
					  &list.items[i].source) ||
				is_wanted(&asked->filter,
					  &list.items[i].destination);
	}
	tracked_free(&list);
}

/* Look the name of a service up; nothing is refused without a policy. */
static enum outcome check_policy(struct asked *asked, bool named)
{
	struct client *module = &asked->listen.module;
	enum outcome outcome = DONE;
	struct view view = { 0 };
	char *why = NULL;
	int error;

	error = view_read(module, &view, VIEW_NODES);
	if (error)
		outcome = module_fail(module, error, "cannot read the policy");
	else if (!view.loaded)
		outcome = module_unloaded();
	else if (named)
		why = take_service(&asked->filter, &view.policy,
				   asked->why.whom);
	if (why)
		outcome = refuse_address(asked->why.whom, why);
	view_free(&view);
	return outcome;
}

static void print_begin(const struct asked *asked)
{
	char *span = moment_span(asked->seconds);

	if (!asked->json) {
		fprintf(out, "listening for %s: have ", span);
		out_put(asked->why.whom);
		fputs(" try again; Ctrl-C ends\n", out);
	}
	free(span);
}

static enum outcome ask_module(struct asked *asked, bool named)
{
	struct listen *listen = &asked->listen;
	enum outcome outcome = listen_open(listen), last;

	if (outcome == DONE)
		outcome = check_policy(asked, named);
	asked->filter.rate = RATE;
	listen->listener = (struct listener){
		take_event, take_loss, asked, 0, false,
	};
	if (outcome == DONE)
		outcome = listen_begin(listen, &asked->filter);
	if (outcome != DONE)
		return outcome;
	print_begin(asked);
	outcome = out_flush(DONE);
	if (outcome == DONE)
		outcome = listen_follow(listen, asked->seconds, NULL);
	if (!asked->why.tally.refused && !asked->why.tally.permitted)
		count_tracked(asked);
	last = print(asked, listen_seconds(listen));
	return outcome == DONE ? last : outcome;
}

/* --- events of a file */

/* Tell whether an end of an event is the service that a name stands for. */
static bool is_service(const char *whom, const char *node, uint32_t services,
		       const struct ip *ip)
{
	char family = ip->family == AF_INET ? '4' : '6';
	unsigned int service;
	bool is = false;

	for (service = 0; service < SERVICE_COUNT; service++) {
		char *bare = xformat("%s.%s", node,
				     names_word(&names_services, service));
		char *full = xformat("%s/%c", bare, family);

		if (services & (1U << service))
			is |= !strcmp(whom, bare) || !strcmp(whom, full);
		free(full);
		free(bare);
	}
	return is;
}

static bool is_of_address(const struct asked *asked, const struct event *event)
{
	const char *whom = asked->why.whom;

	return is_wanted(&asked->filter, &event->source) ||
	       is_wanted(&asked->filter, &event->destination) ||
	       is_service(whom, event->source_node, event->source_services,
			  &event->source) ||
	       is_service(whom, event->destination_node,
			  event->destination_services, &event->destination);
}

/* Take a line.  Return: false when it is no line of monitor. */
static bool take_line(struct asked *asked, const char *line, size_t length)
{
	json_t *object = json_loadb(line, length, 0, NULL);
	const char *remedy;
	struct event event;
	enum event_line kind;
	struct loss loss;

	kind = event_line_read(object, &event, &remedy, &loss);
	if (kind == LINE_EVENT && is_of_address(asked, &event))
		why_add(&asked->why, &event, xstrdup(remedy));
	else if (kind == LINE_LOST)
		take_loss(&loss, asked);
	json_decref(object);
	return kind != LINE_OTHER;
}

static enum outcome take_lines(struct asked *asked, FILE *file)
{
	const char *name = asked->why.file;
	enum outcome outcome = DONE;
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (outcome == DONE &&
	       (length = getline(&line, &size, file)) >= 0) {
		number++;
		if (length == 1 || take_line(asked, line, (size_t)length))
			continue;
		/* A last line that is cut: its writer was ended. */
		if (line[length - 1] != '\n' && number > 1)
			break;
		outcome = fail_usage("why", "%s: line %u is none of edgectl monitor --json",
				     name, number);
	}
	if (ferror(file))
		outcome = fail_with(SYSTEM, "%s: cannot be read: %s", name,
				    strerror(errno));
	free(line);
	return outcome;
}

static enum outcome ask_file(struct asked *asked)
{
	const char *name = asked->why.file;
	bool is_input = !strcmp(name, STANDARD_INPUT);
	FILE *file = is_input ? stdin : fopen(name, "re");
	enum outcome outcome;
	size_t i;

	if (!file)
		return fail_with(SYSTEM, "%s: cannot be read: %s", name,
				 strerror(errno));
	outcome = take_lines(asked, file);
	if (!is_input)
		fclose(file);
	if (outcome != DONE)
		return outcome;
	for (i = 0; i < asked->why.count && !asked->json; i++)
		why_print_kind(&asked->why, i, asked->utc);
	return print(asked, 0);
}

/**
 * cmd_why - the verb why
 * @argc: its words, "why" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_why(int argc, char **argv)
{
	const char *time = NULL, *file = NULL, *whom;
	struct asked asked = { .seconds = USUAL_TIME };
	const struct option_spec specs[] = {
		{ .name = "for", .value = &time },
		{ .name = "from", .value = &file },
		{ .name = "utc", .flag = &asked.utc },
		{ .name = "json", .flag = &asked.json },
	};
	enum outcome outcome = DONE;
	bool named;

	if (!options_read("why", argc, argv, specs, ARRAY_SIZE(specs), 1, &whom,
			  print_help, &outcome))
		return outcome;
	if (!whom)
		return fail_usage("why", "write the address that is refused");
	if (time && file)
		return fail_usage("why", "--for and --from exclude each other");
	if (time && !moment_read_span(time, LISTEN_MAX, &asked.seconds))
		return fail_usage("why",
				  "--for %s: write a time as 30s, 10m or 2h, up to 720h",
				  time);
	why_begin(&asked.why, whom, file);
	named = service_name_like(whom);
	if (!named && !is_prefix(whom))
		outcome = refuse_word(whom);
	else if (!named)
		outcome = take_prefix(&asked);
	if (outcome == DONE)
		outcome = file ? ask_file(&asked) : ask_module(&asked, named);
	listen_close(&asked.listen);
	why_end(&asked.why);
	return outcome;
}
