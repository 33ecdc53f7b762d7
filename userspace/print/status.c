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
#include "output/wrap.h"
#include "policy/profiles.h"
#include "print/config.h"
#include "print/event.h"
#include "print/offload.h"
#include "print/stand_in.h"
#include "print/status.h"
#include "print/waiting.h"
#include "print/ways.h"
#include "system/links.h"

/* Of a boot that went wrong. */
#define NO_POLICY_BUT \
	"nf_edge %s: %s%sNO POLICY LOADED%s; %s: systemctl start nf_edge, and systemctl status nf_edge says why it failed\n"

/* Cells before the values of a line. */
#define INDENT	13

/* Of a hundred entries of the connection tracking table. */
#define NEARLY_FULL	90U

static json_t *interface_json(const struct interface *interface,
			      const struct links *links)
{
	const struct link *master = link_master(links, interface->name);

	return json_pack("{s:o, s:o, s:b, s:o}", "name",
			 out_json_text(interface->name),
			 "sides", out_json_words(&names_sides,
						 interface->sides),
			 "present", interface->ifindex != 0,
			 "master", master ? out_json_text(master->name) :
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

/**
 * status_switches_json - list the switches that were thrown since the load
 * @view: the policy in force
 *
 * Return: a new array of words, as view_switch() has them.
 */
json_t *status_switches_json(const struct view *view)
{
	json_t *array = json_array();
	char *word;
	size_t i;

	for (i = 0; (word = view_switch(view, i)); i++) {
		json_array_append_new(array, out_json_text(word));
		free(word);
	}
	return array;
}

/* Null where anybody may ping. */
static json_t *ping_peers_json(const struct policy *policy)
{
	json_t *array;
	unsigned int i;

	if (!policy->narrows_ping)
		return json_null();
	array = json_array();
	for (i = 0; i < SETS_MAX; i++)
		if (policy->ping_peers & (1U << i))
			json_array_append_new(array,
					      out_json_text(policy_set_name(policy, i)));
	return array;
}

/**
 * status_json - print the status as one JSON object
 * @status: facts of the status, without drops
 */
void status_json(const struct status *status)
{
	static const char layout[] =
	"{s:i,s:o,s:b,s:s?,s:s?,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:I,s:o,s:o,s:o}";
	const struct view *view = status->view;
	const struct policy *policy = &view->policy;
	json_t *interfaces = json_array(), *object;
	struct links links;
	size_t i;

	links_read(&links);
	for (i = 0; i < policy->interface_count; i++)
		json_array_append_new(interfaces,
				      interface_json(&policy->interfaces[i],
						     &links));
	links_free(&links);
	object = json_pack(layout,
			   SCHEMA,
			   "version", out_json_text(status->version),
			   "loaded", view->loaded,
			   "profile", view->loaded ?
			   names_word(&names_profiles, policy->profile) : NULL,
			   "mode", view->loaded ?
			   names_word(&names_modes, policy->mode) : NULL,
			   "generation", (json_int_t)view->generation,
			   "governed", (json_int_t)view->governed,
			   "pending", waiting_json(&view->waiting),
			   "zones", out_json_words(&names_zones, policy->zones),
			   "features", out_json_words(&names_features,
						      policy->features),
			   "rows_off", config_rows_off_json(policy),
			   "switched", status_switches_json(view),
			   "ping", out_json_words(&names_sides, policy->ping),
			   "ping_peers", ping_peers_json(policy),
			   "expose_cls_ports", policy->expose_cls_ports,
			   "interfaces", interfaces,
			   "conntrack", conntrack_json(view),
			   "offloaded", (json_int_t)view->offloaded,
			   "offloaded_connections",
			   offload_connections_json(&status->offload),
			   "flowtables", offload_tables_json(&status->offload),
			   "ways_round", ways_json(&status->ways));
	json_object_set_new(object, "next_boot", status->next_boot ?
			    out_json_text(status->next_boot) : json_null());
	json_object_set_new(object, "fallback",
			    stand_in_json(&status->stand_in));
	json_object_set_new(object, "events",
			    json_pack("{s:I, s:o}", "listeners",
				      (json_int_t)view->listeners,
				      "lost", loss_json(&view->lost)));
	out_json_print(object, JSON_INDENT(2));
}

static void line(const char *what)
{
	fprintf(out, "  %-11s", what);
}

/* @all are the values that the profile knows. */
static void print_on_off(const char *what, const struct vocabulary *vocabulary,
			 uint32_t on, uint32_t all)
{
	char *yes = names_list(vocabulary, on, " ");
	char *no = names_list(vocabulary, all & ~on, " ");

	line(what);
	fprintf(out, "%s%s%s", colour_code(GREEN),
		*yes ? yes : "none", colour_code(PLAIN));
	if (*no)
		fprintf(out, "; off: %s", no);
	fputc('\n', out);
	free(no);
	free(yes);
}

/* A boot whose policy could not be loaded. */
static void print_stand_in(const char *version, const struct stand_in *stand_in)
{
	char *text = stand_in_text(stand_in);

	fprintf(out, NO_POLICY_BUT,
		version, colour_code(BOLD), colour_code(RED),
		colour_code(PLAIN), text);
	free(text);
}

static void print_mode(const struct status *status)
{
	const char *version = status->version;
	const struct view *view = status->view;

	if (!view->loaded && status->stand_in.state != STAND_IN_NONE)
		print_stand_in(version, &status->stand_in);
	else if (!view->loaded)
		fprintf(out,
			"nf_edge %s: %s%sNO POLICY LOADED%s, nothing is governed: edgectl load\n",
			version, colour_code(BOLD),
			colour_code(RED), colour_code(PLAIN));
	else if (view->policy.mode == NF_EDGE_MODE_AUDIT)
		fprintf(out,
			"nf_edge %s: policy loaded, mode %s%sAUDIT: NOTHING IS DROPPED%s, generation %u\n",
			version, colour_code(BOLD),
			colour_code(YELLOW), colour_code(PLAIN),
			view->generation);
	else
		fprintf(out, "nf_edge %s: policy loaded, mode %senforce%s, generation %u\n",
			version, colour_code(GREEN),
			colour_code(PLAIN), view->generation);
}

static void print_interface(const struct interface *interface,
			    const struct links *links)
{
	const struct link *master = link_master(links, interface->name);
	char *sides = names_list(&names_sides, interface->sides, " ");
	char *name = foreign_shown(interface->name), *above;

	fprintf(out, "%-15s %s", name, sides);
	if (!interface->ifindex)
		fprintf(out, ", %sABSENT%s", colour_code(YELLOW),
			colour_code(PLAIN));
	if (master) {
		above = foreign_shown(master->name);
		fprintf(out, ", %sMEMBER OF %s%s: packets arrive there, not here",
			colour_code(YELLOW), above, colour_code(PLAIN));
		free(above);
	}
	fputc('\n', out);
	free(name);
	free(sides);
}

static void print_interfaces(const struct policy *policy)
{
	struct links links;
	size_t i;

	links_read(&links);
	for (i = 0; i < policy->interface_count; i++) {
		line(i ? "" : "interfaces");
		print_interface(&policy->interfaces[i], &links);
	}
	links_free(&links);
	if (!policy->interface_count) {
		line("interfaces");
		fputs("none bound: each holds all sides\n", out);
	}
}

static void print_rows_off(const struct policy *policy)
{
	size_t i;

	if (!policy->off_count)
		return;
	line("rows off");
	for (i = 0; i < policy->off_count; i++)
		fprintf(out, "%s%s", i ? " " : "", policy->rows_off[i].id);
	fputc('\n', out);
}

static void print_ping(const struct policy *policy)
{
	char *sides = names_list(&names_sides, policy->ping, " ");
	char *sets = policy_set_names(policy, policy->ping_peers, " or ");

	line("ping");
	fputs(*sides ? sides : "none", out);
	if (policy->narrows_ping)
		fprintf(out, ", peers %s", *sets ? sets : "nobody");
	fputc('\n', out);
	free(sets);
	free(sides);
}

static void print_waiting(const struct waiting *waiting)
{
	char *text;

	if (!waiting->waits)
		return;
	text = waiting_text(waiting);
	line("pending");
	fprintf(out, "%s%s%s (or edgectl rollback)\n", colour_code(YELLOW),
		text, colour_code(PLAIN));
	free(text);
}

static void print_policy(const struct view *view)
{
	const struct policy *policy = &view->policy;
	char *switched = view_switches(view, ", ");

	print_waiting(&view->waiting);
	line("profile");
	fprintf(out, "%s\n", names_word(&names_profiles, policy->profile));
	line("governed");
	fprintf(out, "%u address%s of %zu node%s\n", view->governed,
		view->governed == 1 ? "" : "es", policy->node_count,
		policy->node_count == 1 ? "" : "s");
	print_on_off("zones", &names_zones, policy->zones,
		     profile_zones(policy->profile));
	print_on_off("features", &names_features, policy->features,
		     profile_features(policy->profile));
	print_rows_off(policy);
	if (*switched) {
		line("switched");
		fprintf(out, "%s%s%s, until the next load\n",
			colour_code(YELLOW), switched,
			colour_code(PLAIN));
	}
	print_ping(policy);
	print_interfaces(policy);
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
	fprintf(out, "%ju %s", packets,
		words_plural(packets, "packet", "packets"));
	if (would_be)
		fprintf(out, ", %ju would-be", would_be);
	for (i = 0; i < REASON_COUNT; i++)
		if (drops[i].packets || drops[i].would_be_packets)
			fprintf(out, "%s%s %ju",
				packets || would_be ? "; " : "",
				names_word(&names_reasons, i),
				(uintmax_t)(drops[i].packets +
					    drops[i].would_be_packets));
	fputc('\n', out);
}

/* Nothing, unless somebody listens or has lost an event. */
static void print_events(const struct view *view)
{
	const struct loss *lost = &view->lost;

	if (!view->listeners && !lost->suppressed && !lost->ring_full &&
	    !lost->socket_full)
		return;
	line("events");
	fprintf(out, "%u %s; ", view->listeners,
		words_plural(view->listeners, "listener", "listeners"));
	loss_print(lost);
	fputc('\n', out);
}

/* Only an early drop proves that the table was full: packets are dropped for
 * other causes too.
 */
static void warn_of_conntrack(const struct view *view)
{
	uintmax_t drop = view->conntrack_drop;
	uintmax_t given_up = view->conntrack_early_drop;
	uintmax_t failed = view->conntrack_insert_failed;

	if (given_up)
		colour_warn("the kernel gave up %ju %s because the table was full",
			    given_up,
			    words_plural(given_up, "entry", "entries"));
	if (drop && failed)
		colour_warn("connection tracking dropped %ju %s, and could not insert %ju %s, as when NAT gives two connections the same addresses and ports",
			    drop, words_plural(drop, "packet", "packets"),
			    failed,
			    words_plural(failed, "entry", "entries"));
	else if (drop)
		colour_warn("connection tracking dropped %ju %s; if the table was full, the kernel's log says so",
			    drop, words_plural(drop, "packet", "packets"));
}

static void print_conntrack(const struct view *view)
{
	line("conntrack");
	fprintf(out, "%u of %u %s\n", view->conntrack_count,
		view->conntrack_max,
		words_plural(view->conntrack_max, "entry", "entries"));
	if (view->conntrack_max &&
	    (uint64_t)view->conntrack_count * 100 >=
	    (uint64_t)view->conntrack_max * NEARLY_FULL)
		colour_warn("the table is nearly full: raise net.netfilter.nf_conntrack_max");
	warn_of_conntrack(view);
}

static void print_offload(const struct view *view,
			  const struct offload *offload)
{
	char *tables = offload_tables_text(offload, "; ");
	char *text = offload_text(offload);

	if (*tables) {
		line("flowtables");
		out_put(tables);
		fputc('\n', out);
	}
	if (text)
		colour_warn("%s", text);
	if (view->offloaded)
		colour_warn("%ju governed %s of offloaded connections: do not offload those",
			    (uintmax_t)view->offloaded,
			    words_plural(view->offloaded, "packet was",
					 "packets were"));
	free(text);
	free(tables);
}

static void print_lines(const struct status *status)
{
	const struct view *view = status->view;

	print_mode(status);
	if (view->loaded)
		print_policy(view);
	print_drops(status->drops);
	print_events(view);
	if (!view->loaded)
		return;
	print_conntrack(view);
	if (status->next_boot)
		colour_warn("%s", status->next_boot);
	if (status->stand_in.state != STAND_IN_NONE)
		colour_warn("nftables holds the ruleset of a boot without the policy too: /usr/lib/nf_edge/fallback remove");
	print_offload(view, &status->offload);
	ways_print(&status->ways);
}

/**
 * status_print - print the status for people
 * @status: facts of the status
 *
 * On a terminal, a line that is too long goes on below its values.
 */
void status_print(const struct status *status)
{
	struct wrap wrap;

	wrap_begin(&wrap);
	print_lines(status);
	wrap_end(&wrap, wrap_width(), INDENT);
}
