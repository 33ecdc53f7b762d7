// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status: a summary for the operator on call.
 */
#include <stdlib.h>

#include "base/foreign.h"
#include "base/words.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/offload.h"
#include "print/status.h"
#include "print/ways.h"
#include "system/links.h"

/* Of a hundred entries of the connection tracking table. */
#define NEARLY_FULL	90U

static json_t *interface_json(const struct interface *interface,
			      const struct links *links)
{
	const struct link *master = nf_edge_link_master(links,
							interface->name);

	return json_pack("{s:o, s:o, s:b, s:o}", "name",
			 nf_edge_json_text(interface->name),
			 "sides", nf_edge_json_words(&nf_edge_sides,
						     interface->sides),
			 "present", interface->ifindex != 0,
			 "master", master ? nf_edge_json_text(master->name) :
					    json_null());
}

static json_t *conntrack_json(const struct view *view)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}",
			 "count", (json_int_t)view->conntrack_count,
			 "max", (json_int_t)view->conntrack_max,
			 "drop", (json_int_t)view->conntrack_drop,
			 "early_drop", (json_int_t)view->conntrack_early_drop,
			 "insert_failed",
			 (json_int_t)view->conntrack_insert_failed);
}

static json_t *switched_json(const struct view *view)
{
	json_t *array = json_array();
	char *word;
	size_t i;

	for (i = 0; (word = nf_edge_view_switch(view, i)); i++) {
		json_array_append_new(array, json_string(word));
		free(word);
	}
	return array;
}

/**
 * nf_edge_status_json - print the status as one JSON object
 * @status: its facts, without drops
 */
void nf_edge_status_json(const struct status *status)
{
	const struct view *view = status->view;
	const struct policy *policy = &view->policy;
	json_t *interfaces = json_array(), *object;
	struct links links;
	size_t i;

	nf_edge_links_read(&links);
	for (i = 0; i < policy->interface_count; i++)
		json_array_append_new(interfaces,
				      interface_json(&policy->interfaces[i],
						     &links));
	nf_edge_links_free(&links);
	object = json_pack("{s:i,s:s,s:b,s:s?,s:I,s:I,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:I,s:o,s:o,s:o}",
			   SCHEMA,
			   "version", status->version,
			   "loaded", view->loaded,
			   "mode", view->loaded ?
			   nf_edge_word(&nf_edge_modes, policy->mode) : NULL,
			   "generation", (json_int_t)view->generation,
			   "governed", (json_int_t)view->governed,
			   "zones", nf_edge_json_words(&nf_edge_zones,
						       policy->zones),
			   "features", nf_edge_json_words(&nf_edge_features,
							  policy->features),
			   "switched", switched_json(view),
			   "ping", nf_edge_json_words(&nf_edge_sides,
						      policy->ping),
			   "expose_cls_ports", policy->expose_cls_ports,
			   "interfaces", interfaces,
			   "conntrack", conntrack_json(view),
			   "offloaded", (json_int_t)view->offloaded,
			   "offloaded_connections",
			   nf_edge_offload_connections_json(&status->offload),
			   "flowtables", nf_edge_offload_tables_json(&status->offload),
			   "ways_round", nf_edge_ways_json(&status->ways));
	nf_edge_json_print(object, JSON_INDENT(2));
}

static void line(const char *what)
{
	fprintf(nf_edge_out, "  %-11s", what);
}

static void print_on_off(const char *what, const struct vocabulary *vocabulary,
			 uint32_t on)
{
	uint32_t all = (1U << vocabulary->count) - 1;
	char *yes = nf_edge_word_list(vocabulary, on, " ");
	char *no = nf_edge_word_list(vocabulary, all & ~on, " ");

	line(what);
	fprintf(nf_edge_out, "%s%s%s", nf_edge_colour(GREEN),
		*yes ? yes : "none", nf_edge_colour(PLAIN));
	if (*no)
		fprintf(nf_edge_out, "; off: %s", no);
	fputc('\n', nf_edge_out);
	free(no);
	free(yes);
}

static void print_mode(const char *version, const struct view *view)
{
	if (!view->loaded)
		fprintf(nf_edge_out,
			"nf_edge %s: %s%sNO POLICY LOADED%s, nothing is governed: edgectl load\n",
			version, nf_edge_colour(BOLD),
			nf_edge_colour(RED), nf_edge_colour(PLAIN));
	else if (view->policy.mode == NF_EDGE_MODE_AUDIT)
		fprintf(nf_edge_out,
			"nf_edge %s: policy loaded, mode %s%sAUDIT: NOTHING IS DROPPED%s, generation %u\n",
			version, nf_edge_colour(BOLD),
			nf_edge_colour(YELLOW), nf_edge_colour(PLAIN),
			view->generation);
	else
		fprintf(nf_edge_out, "nf_edge %s: policy loaded, mode %senforce%s, generation %u\n",
			version, nf_edge_colour(GREEN),
			nf_edge_colour(PLAIN), view->generation);
}

static void print_interface(const struct interface *interface,
			    const struct links *links)
{
	const struct link *master = nf_edge_link_master(links,
							interface->name);
	char *sides = nf_edge_word_list(&nf_edge_sides, interface->sides, " ");
	char *name = nf_edge_shown(interface->name), *above;

	fprintf(nf_edge_out, "%-15s %s", name, sides);
	if (!interface->ifindex)
		fprintf(nf_edge_out, ", %sABSENT%s", nf_edge_colour(YELLOW),
			nf_edge_colour(PLAIN));
	if (master) {
		above = nf_edge_shown(master->name);
		fprintf(nf_edge_out, ", %sMEMBER OF %s%s: packets arrive there, not here",
			nf_edge_colour(YELLOW), above, nf_edge_colour(PLAIN));
		free(above);
	}
	fputc('\n', nf_edge_out);
	free(name);
	free(sides);
}

static void print_interfaces(const struct policy *policy)
{
	struct links links;
	size_t i;

	nf_edge_links_read(&links);
	for (i = 0; i < policy->interface_count; i++) {
		line(i ? "" : "interfaces");
		print_interface(&policy->interfaces[i], &links);
	}
	nf_edge_links_free(&links);
	if (!policy->interface_count) {
		line("interfaces");
		fputs("none bound: each holds all sides\n", nf_edge_out);
	}
}

static void print_policy(const struct view *view)
{
	const struct policy *policy = &view->policy;
	char *switched = nf_edge_view_switches(view, ", ");
	char *ping = nf_edge_word_list(&nf_edge_sides, policy->ping, " ");

	line("governed");
	fprintf(nf_edge_out, "%u address%s of %zu node%s\n", view->governed,
		view->governed == 1 ? "" : "es", policy->node_count,
		policy->node_count == 1 ? "" : "s");
	print_on_off("zones", &nf_edge_zones, policy->zones);
	print_on_off("features", &nf_edge_features, policy->features);
	if (*switched) {
		line("switched");
		fprintf(nf_edge_out, "%s%s%s, until the next load\n",
			nf_edge_colour(YELLOW), switched,
			nf_edge_colour(PLAIN));
	}
	line("ping");
	fprintf(nf_edge_out, "%s\n", *ping ? ping : "none");
	print_interfaces(policy);
	free(ping);
	free(switched);
}

static void print_drops(const struct drop_counts drops[REASON_COUNT])
{
	uintmax_t packets = 0, would_be = 0;
	unsigned int i;

	for (i = 0; i < REASON_COUNT; i++) {
		packets += drops[i].packets;
		would_be += drops[i].would_be_packets;
	}
	line("drops");
	fprintf(nf_edge_out, "%ju %s", packets,
		nf_edge_plural(packets, "packet", "packets"));
	if (would_be)
		fprintf(nf_edge_out, ", %ju would-be", would_be);
	for (i = 0; i < REASON_COUNT; i++)
		if (drops[i].packets || drops[i].would_be_packets)
			fprintf(nf_edge_out, "%s%s %ju",
				packets || would_be ? "; " : "",
				nf_edge_word(&nf_edge_reasons, i),
				(uintmax_t)(drops[i].packets +
					    drops[i].would_be_packets));
	fputc('\n', nf_edge_out);
}

/* Only an entry that was given up tells that the table was full: packets are
 * dropped for other causes too.
 */
static void warn_of_conntrack(const struct view *view)
{
	uintmax_t drop = view->conntrack_drop;
	uintmax_t given_up = view->conntrack_early_drop;
	uintmax_t failed = view->conntrack_insert_failed;

	if (given_up)
		nf_edge_warn("the kernel gave up %ju %s because the table was full",
			     given_up,
			     nf_edge_plural(given_up, "entry", "entries"));
	if (drop && failed)
		nf_edge_warn("connection tracking dropped %ju %s, and could not insert %ju %s, as when NAT gives two connections the same addresses and ports",
			     drop, nf_edge_plural(drop, "packet", "packets"),
			     failed,
			     nf_edge_plural(failed, "entry", "entries"));
	else if (drop)
		nf_edge_warn("connection tracking dropped %ju %s; if the table was full, the kernel's log says so",
			     drop, nf_edge_plural(drop, "packet", "packets"));
}

static void print_conntrack(const struct view *view)
{
	line("conntrack");
	fprintf(nf_edge_out, "%u of %u %s\n", view->conntrack_count,
		view->conntrack_max,
		nf_edge_plural(view->conntrack_max, "entry", "entries"));
	if (view->conntrack_max &&
	    (uint64_t)view->conntrack_count * 100 >=
	    (uint64_t)view->conntrack_max * NEARLY_FULL)
		nf_edge_warn("the table is nearly full: raise net.netfilter.nf_conntrack_max");
	warn_of_conntrack(view);
}

static void print_offload(const struct view *view,
			  const struct offload *offload)
{
	char *tables = nf_edge_offload_tables_text(offload, "; ");
	char *text = nf_edge_offload_text(offload);

	if (*tables) {
		line("flowtables");
		nf_edge_put(tables);
		fputc('\n', nf_edge_out);
	}
	if (text)
		nf_edge_warn("%s", text);
	if (view->offloaded)
		nf_edge_warn("%ju governed %s of offloaded connections: do not offload those",
			     (uintmax_t)view->offloaded,
			     nf_edge_plural(view->offloaded, "packet was",
					    "packets were"));
	free(text);
	free(tables);
}

/**
 * nf_edge_status_print - print the status for people
 * @status: its facts
 */
void nf_edge_status_print(const struct status *status)
{
	const struct view *view = status->view;

	print_mode(status->version, view);
	if (view->loaded)
		print_policy(view);
	print_drops(status->drops);
	if (!view->loaded)
		return;
	print_conntrack(view);
	print_offload(view, &status->offload);
	nf_edge_ways_print(&status->ways);
}
