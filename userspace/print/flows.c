// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows that open and close between two policies, as text and as JSON.
 */
#include <netinet/in.h>
#include <stdlib.h>

#include "base/join.h"
#include "base/memory.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/flow_notes.h"
#include "print/flows.h"
#include "print/prefixes.h"

/* Prefixes and Edge addresses of a flow, unless all are asked for. */
#define TEXT_MAX	5
#define JSON_MAX	1000

static const char *protocol_word(const struct flow *flow)
{
	return flow->protocol == IPPROTO_TCP ? "tcp" :
	       flow->protocol == IPPROTO_UDP ? "udp" : "icmp";
}

/* --- text */

static char *spans_text(const struct flow_report *report,
			const struct spans *spans, unsigned int family)
{
	return prefixes_text(spans, family,
			     report->list ? SIZE_MAX : TEXT_MAX);
}

static char *ends_text(const struct flow_report *report,
		       const struct flow_group *group, bool opens)
{
	json_t *words = json_array();
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < group->count && (report->list || i < TEXT_MAX); i++) {
		const struct flow_end *end = &group->ends[i];
		char *word = xformat("%s %s", end->node[opens]->name,
				     ip_format(&end->ip, text));

		json_array_append_new(words, json_string(word));
		free(word);
	}
	return prefixes_list(words, group->count);
}

static void print_flow(const struct flow_report *report,
		       const struct flow *flow)
{
	const struct flow_diff *diff = &report->diff;
	const struct flow_group *group = &diff->groups[flow->group];
	char *ends = ends_text(report, group, flow->opens);
	char *peers = spans_text(report, flow->peers, group->family);
	char *rows = rows_ids(&diff->tables[flow->opens], flow->rows, ", ");

	fprintf(out, "%s %s %s", flow->opens ? "opens: " : "closes:",
		names_word(&names_directions, flow->direction),
		protocol_word(flow));
	if (flow->low)
		fprintf(out, " %u", flow->low);
	if (flow->low != flow->high)
		fprintf(out, "-%u", flow->high);
	fprintf(out, ", %s%s%s\n        %s %s\n", ends, *rows ? ", by " : "",
		rows, flow->direction == NF_EDGE_DIRECTION_IN ? "from" : "to",
		peers);
	free(rows);
	free(peers);
	free(ends);
}

static void print_arrival(const struct arrival_change *change)
{
	char *was = names_list(&names_sides, change->sides[BEFORE], " ");
	char *is = names_list(&names_sides, change->sides[AFTER], " ");
	char *guard = names_list(&names_sides, change->guard[AFTER], " ");

	fputs("arrival: ", out);
	out_put(change->name ? change->name : "any other interface");
	fprintf(out, " holds %s, held %s", *is ? is : "no side",
		*was ? was : "no side");
	if (change->guard[BEFORE] != change->guard[AFTER])
		fprintf(out, "; guard against spoofed sources: %s",
			*guard ? guard : "none");
	fputc('\n', out);
	free(guard);
	free(is);
	free(was);
}

static void print_spans(const struct flow_report *report, const char *what,
			const struct spans *spans)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++) {
		char *text;

		if (!spans[family].count)
			continue;
		text = spans_text(report, &spans[family], family);
		fprintf(out, "%s %s\n", what, text);
		free(text);
	}
}

static size_t count_flows(const struct flow_diff *diff, bool opens)
{
	size_t count = 0, i;

	for (i = 0; i < diff->flow_count; i++)
		count += diff->flows[i].opens == opens;
	return count;
}

static void print_mode(const struct flow_diff *diff)
{
	uint32_t was = diff->policy[BEFORE]->mode;
	uint32_t is = diff->policy[AFTER]->mode;

	if (was == is)
		return;
	fprintf(out, "mode: %s, was %s: %s\n", names_word(&names_modes, is),
		names_word(&names_modes, was), is == NF_EDGE_MODE_AUDIT ?
		"nothing is dropped any more" :
		"all that the policy refuses is dropped from now on");
}

static void print_name(const char *name)
{
	out_put(name ? name : "the policy in force");
}

/**
 * flows_print - print a difference, a short summary first
 * @report: the difference
 */
void flows_print(const struct flow_report *report)
{
	const struct flow_diff *diff = &report->diff;
	json_t *notes = flow_notes(diff);
	size_t i;

	print_name(report->name[AFTER]);
	fputs(flows_same(diff) ? " decides the same as " : " instead of ", out);
	print_name(report->name[BEFORE]);
	if (!flows_same(diff))
		fprintf(out, ": %zu open, %zu close, %zu interfaces differ",
			count_flows(diff, true), count_flows(diff, false),
			diff->arrival_count);
	fputc('\n', out);
	print_mode(diff);
	print_spans(report, "governed no more, open to everybody:",
		    diff->bound[BEFORE]);
	print_spans(report, "governed now:", diff->bound[AFTER]);
	for (i = 0; i < diff->flow_count; i++)
		print_flow(report, &diff->flows[i]);
	for (i = 0; i < diff->arrival_count; i++)
		print_arrival(&diff->arrivals[i]);
	print_spans(report, "guard: refused from the external side no more:",
		    diff->guarded[BEFORE]);
	print_spans(report, "guard: refused from the external side now:",
		    diff->guarded[AFTER]);
	for (i = 0; i < json_array_size(notes); i++) {
		out_put(json_string_value(json_array_get(notes, i)));
		fputc('\n', out);
	}
	json_decref(notes);
}

/* --- JSON */

static json_t *ends_json(const struct flow_group *group, bool opens)
{
	json_t *array = json_array();
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < group->count; i++) {
		const struct flow_end *end = &group->ends[i];

		json_array_append_new(array,
				      json_pack("{s:o, s:o, s:s}", "node",
						out_json_text(end->node[opens]->name),
						"services",
						out_json_words(&names_services,
							       end->services[opens]),
						"address",
						ip_format(&end->ip, text)));
	}
	return array;
}

static json_t *flow_json(const struct flow_report *report,
			 const struct flow *flow)
{
	const struct flow_diff *diff = &report->diff;
	const struct flow_group *group = &diff->groups[flow->group];

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:o}",
			 "direction", names_word(&names_directions,
						 flow->direction),
			 "protocol", protocol_word(flow),
			 "port_low", flow->low ? json_integer(flow->low) :
			 json_null(),
			 "port_high", flow->high ? json_integer(flow->high) :
			 json_null(),
			 "rows", out_json_rows(&diff->tables[flow->opens],
					       flow->rows),
			 "ends", ends_json(group, flow->opens),
			 "prefixes", (json_int_t)prefixes_count(flow->peers,
								group->family),
			 "peers", prefixes_json(flow->peers, group->family,
						report->list ? SIZE_MAX :
						JSON_MAX));
}

static json_t *all_flows_json(const struct flow_report *report, bool opens)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < report->diff.flow_count; i++)
		if (report->diff.flows[i].opens == opens)
			json_array_append_new(array,
					      flow_json(report,
							&report->diff.flows[i]));
	return array;
}

static json_t *arrivals_json(const struct flow_diff *diff)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < diff->arrival_count; i++) {
		const struct arrival_change *one = &diff->arrivals[i];

		json_array_append_new(array,
				      json_pack("{s:o, s:o, s:o, s:o, s:o}",
						"interface", one->name ?
						out_json_text(one->name) :
						json_null(),
						"sides_before",
						out_json_words(&names_sides,
							       one->sides[BEFORE]),
						"sides_after",
						out_json_words(&names_sides,
							       one->sides[AFTER]),
						"guards_before",
						out_json_words(&names_sides,
							       one->guard[BEFORE]),
						"guards_after",
						out_json_words(&names_sides,
							       one->guard[AFTER])));
	}
	return array;
}

/* Addresses of both families, an array of prefixes. */
static json_t *spans_json(const struct flow_report *report,
			  const struct spans *spans)
{
	size_t most = report->list ? SIZE_MAX : JSON_MAX;
	json_t *array = prefixes_json(&spans[IPV4], IPV4, most);
	json_t *more = prefixes_json(&spans[IPV6], IPV6, most);

	json_array_extend(array, more);
	json_decref(more);
	return array;
}

static json_t *name_json(const char *name)
{
	return name ? out_json_text(name) : json_null();
}

/**
 * flows_json - print a difference as one JSON object
 * @report: the difference
 */
void flows_json(const struct flow_report *report)
{
	const struct flow_diff *diff = &report->diff;

	out_json_print(json_pack("{s:i,s:o,s:o,s:b,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
				 SCHEMA,
				 "before", name_json(report->name[BEFORE]),
				 "after", name_json(report->name[AFTER]),
				 "same", flows_same(diff),
				 "mode_before",
				 names_word(&names_modes,
					    diff->policy[BEFORE]->mode),
				 "mode_after",
				 names_word(&names_modes,
					    diff->policy[AFTER]->mode),
				 "opened", all_flows_json(report, true),
				 "closed", all_flows_json(report, false),
				 "arrivals", arrivals_json(diff),
				 "governed_no_more",
				 spans_json(report, diff->bound[BEFORE]),
				 "governed_now",
				 spans_json(report, diff->bound[AFTER]),
				 "guarded_no_more",
				 spans_json(report, diff->guarded[BEFORE]),
				 "guarded_now",
				 spans_json(report, diff->guarded[AFTER]),
				 "notes", flow_notes(diff)), JSON_INDENT(2));
}
