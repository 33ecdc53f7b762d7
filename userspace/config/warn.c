// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warnings of settings that are allowed, and hardly meant: one function each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/warn.h"
#include "config/warn_rows.h"
#include "policy/profiles.h"
#include "policy/table.h"
#include "system/links.h"

#define FEATURE(name)	(1U << NF_EDGE_FEATURE_##name)

static bool has_feature(const struct config *config, uint32_t features)
{
	return (config->policy.features & features) == features;
}

static bool has_zone(const struct config *config, uint32_t zone)
{
	return config->policy.zones & zone;
}

static void warn_feature(struct config *config, uint32_t feature,
			 const char *sentence)
{
	findings_add(&config->warnings, config->file,
		     config->feature_lines[feature],
		     names_word(&names_features, feature), "%s", sentence);
}

static void warn_set(struct config *config, unsigned int set,
		     const char *sentence, const char *detail)
{
	const struct peer_set *peers = &config->policy.sets[set];

	findings_add(&config->warnings, config->file, peers->line,
		     policy_set_name(&config->policy, set), "%s%s", sentence,
		     detail);
}

static bool is_live(const struct config *config, size_t row)
{
	return policy_row_live(&config->table, &config->policy, row);
}

/* Rows of the profile, which come first. */
static size_t documented(const struct config *config)
{
	return profiles[config->policy.profile].count;
}

/* The document calls SIP in both directions mandatory; it takes one of these
 * to have any reach the Access Edge.
 */
static void media_without_sip(struct config *config)
{
	static const uint32_t media[] = {
		NF_EDGE_FEATURE_WEB_CONFERENCING, NF_EDGE_FEATURE_AV,
	};
	uint32_t sip = FEATURE(REMOTE_ACCESS) | FEATURE(FEDERATION) |
		       FEATURE(PIC);
	char *names, *sentence;
	size_t i;

	if (config->policy.features & sip)
		return;
	sip &= profile_features(config->policy.profile);
	names = names_list(&names_features, sip, " or ");
	sentence = xformat("no SIP reaches the Access Edge without %s; switch one of them on",
			   names);
	for (i = 0; i < ARRAY_SIZE(media); i++)
		if (has_feature(config, 1U << media[i]))
			warn_feature(config, media[i], sentence);
	free(sentence);
	free(names);
}

static void federation_without_media(struct config *config)
{
	if (profile_features(config->policy.profile) & FEATURE(FEDERATION_AV) &&
	    has_feature(config, FEATURE(FEDERATION) | FEATURE(AV)) &&
	    !has_feature(config, FEATURE(FEDERATION_AV)))
		warn_feature(config, NF_EDGE_FEATURE_AV,
			     "with federation, media to partners needs federation-av too");
}

static void federation_av_alone(struct config *config)
{
	if (has_feature(config, FEATURE(FEDERATION_AV)) &&
	    !has_feature(config, FEATURE(FEDERATION) | FEATURE(AV)))
		warn_feature(config, NF_EDGE_FEATURE_FEDERATION_AV,
			     "is of no use without both federation and av");
}

static void ocs2007_alone(struct config *config)
{
	if (has_feature(config, FEATURE(OCS2007)) &&
	    !has_feature(config, FEATURE(FEDERATION_AV)))
		warn_feature(config, NF_EDGE_FEATURE_OCS2007,
			     "media with OCS 2007 partners needs federation-av too");
}

static void live_messenger_alone(struct config *config)
{
	if (has_feature(config, FEATURE(LIVE_MESSENGER)) &&
	    !has_feature(config, FEATURE(PIC) | FEATURE(AV)))
		warn_feature(config, NF_EDGE_FEATURE_LIVE_MESSENGER,
			     "is of no use without both pic and av");
}

/*
 * A feature that is on, while no zone is that has its rows of one direction at
 * the Access Edge.
 *
 * @sentence: the lack, behind "without zone ..."
 */
static void feature_without_zone(struct config *config, int feature,
				 unsigned int direction, const char *sentence)
{
	const struct row_table *table = &config->table;
	uint32_t zones = 0;
	char *names, *text;
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct row *row = &table->row[i];

		if (row->feature == feature && row->direction == direction &&
		    row->service == NF_EDGE_SERVICE_ACCESS)
			zones |= 1U << row->zone;
	}
	if (!has_feature(config, 1U << feature) || !zones ||
	    has_zone(config, zones))
		return;
	names = names_list(&names_zones, zones, " or ");
	text = xformat("without zone %s %s", names, sentence);
	warn_feature(config, (uint32_t)feature, text);
	free(text);
	free(names);
}

static void xmpp_without_zone(struct config *config)
{
	feature_without_zone(config, NF_EDGE_FEATURE_XMPP,
			     NF_EDGE_DIRECTION_OUT,
			     "nothing can be sent to XMPP partners");
}

static void federation_without_zone(struct config *config)
{
	feature_without_zone(config, NF_EDGE_FEATURE_FEDERATION,
			     NF_EDGE_DIRECTION_IN,
			     "no partner can reach the Access Edge");
}

static void zone_without_live_row(struct config *config)
{
	unsigned int zone;
	size_t i;

	for (zone = 0; zone < ZONE_COUNT; zone++) {
		bool live = false;

		for (i = 0; i < config->table.count; i++)
			live |= config->table.row[i].zone == zone &&
				is_live(config, i);
		if (zone == NF_EDGE_ZONE_SITE && !config->policy.row_count)
			continue;
		if (has_zone(config, 1U << zone) && !live)
			findings_add(&config->warnings, config->file,
				     config->zone_lines[zone],
				     names_word(&names_zones, zone),
				     "no row of this zone is live; switch a feature of it on, or leave the zone out");
	}
}

/* One line for all live rows that a sentence holds for and that the same sets
 * could narrow.
 */
static void warn_rows(struct config *config,
		      bool (*holds)(const struct row *row, uint32_t bound),
		      const char *of_one, const char *of_many)
{
	uint32_t bound = policy_bound(&config->policy);
	const struct row *row = config->table.row;
	uint64_t done = 0, rows;
	size_t i, j;

	for (i = 0; i < documented(config); i++) {
		uint32_t sets = row[i].peer_sets;
		char *list, *names;

		if (!sets || done & (1ULL << i))
			continue;
		rows = 0;
		for (j = i; j < documented(config); j++) {
			if (row[j].peer_sets != sets)
				continue;
			done |= 1ULL << j;
			if (is_live(config, j) && holds(&row[j], bound))
				rows |= 1ULL << j;
		}
		if (!rows)
			continue;
		list = rows_ids(&config->table, rows, ", ");
		names = names_list(&names_peer_sets, sets, " or ");
		findings_add(&config->warnings, config->file,
			     config->policy.zones_line, names, "%s %s", list,
			     rows & (rows - 1) ? of_many : of_one);
		free(names);
		free(list);
	}
}

static void rows_at_any(struct config *config)
{
	warn_rows(config, row_at_any,
		  "holds for Any; a set would narrow that",
		  "hold for Any; a set would narrow that");
}

static void rows_at_nobody(struct config *config)
{
	warn_rows(config, row_at_nobody,
		  "has no peers, and permits nothing; bind a set",
		  "have no peers, and permit nothing; bind a set");
}

/* The live rows at Any that permit all that a row permits. */
static uint64_t wider_rows(const struct config *config, size_t narrow,
			   uint32_t bound)
{
	const struct row *row = &config->table.row[narrow];
	uint64_t wider = 0;
	size_t i;

	for (i = 0; i < documented(config); i++) {
		const struct row *other = &config->table.row[i];

		if (i != narrow && is_live(config, i) &&
		    row_at_any(other, bound) &&
		    row_same_flow(row, other) &&
		    other->port_low <= row->port_low &&
		    other->port_high >= row->port_high)
			wider |= 1ULL << i;
	}
	return wider;
}

static void set_that_narrows_nothing(struct config *config)
{
	uint32_t bound = policy_bound(&config->policy);
	unsigned int set;
	size_t i;

	for (set = 0; set < SETS_MAX; set++) {
		uint64_t narrow = 0, wide = 0;
		char *narrowed, *wider, *detail;

		for (i = 0; i < documented(config); i++) {
			uint64_t found;

			if (!(config->table.row[i].peer_sets & bound & (1U << set)) ||
			    !is_live(config, i))
				continue;
			found = wider_rows(config, i, bound);
			wide |= found;
			if (found)
				narrow |= 1ULL << i;
		}
		if (!narrow)
			continue;
		narrowed = rows_ids(&config->table, narrow, ", ");
		wider = rows_ids(&config->table, wide, ", ");
		detail = xformat("%s: %s %s the same flow for Any",
				 narrowed, wider, wide & (wide - 1) ?
				 "permit" : "permits");
		warn_set(config, set, "narrows nothing for ", detail);
		free(detail);
		free(wider);
		free(narrowed);
	}
}

/* Rows that take several sets, of which this one is bound and another not. */
static void one_of_several_sets(struct config *config)
{
	uint32_t bound = policy_bound(&config->policy);
	unsigned int set, other;
	size_t i;

	for (set = 0; set < SETS_MAX; set++) {
		uint32_t missing = 0;
		uint64_t rows = 0;
		char *list, *names, *detail;

		for (i = 0; i < documented(config); i++) {
			uint32_t sets = config->table.row[i].peer_sets;

			if (!(sets & bound & (1U << set)) ||
			    !(sets & ~bound) || !is_live(config, i))
				continue;
			rows |= 1ULL << i;
			for (other = 0; other < PEER_SET_COUNT; other++)
				missing |= sets & ~bound & (1U << other);
		}
		if (!rows)
			continue;
		list = rows_ids(&config->table, rows, ", ");
		names = names_list(&names_peer_sets, missing, " and ");
		detail = xformat("%s: %s %s all others", names, list,
				 rows & (rows - 1) ? "refuse" : "refuses");
		warn_set(config, set, "is bound without ", detail);
		free(detail);
		free(names);
		free(list);
	}
}

static void inside_unbound(struct config *config)
{
	if (!config->policy.sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS].bound)
		warn_set(config, NF_EDGE_PEER_SET_INTERNAL_NETWORKS,
			 "is not bound; rows at Any reach the inside too", "");
}

static bool has_family(const struct policy *policy, unsigned int family)
{
	sa_family_t wanted = family == IPV4 ? AF_INET : AF_INET6;
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (binding->ip.family == wanted)
			return true;
	return false;
}

static void empty_set(struct config *config)
{
	const struct policy *policy = &config->policy;
	unsigned int set, family;

	for (set = 0; set < SETS_MAX; set++) {
		const struct peer_set *peers = &policy->sets[set];

		if (!peers->bound)
			continue;
		if (!peer_set_count(peers) &&
		    config->sources[set].may_be_empty)
			continue;
		if (!peer_set_count(peers)) {
			warn_set(config, set, "is bound and empty; nobody is in it", "");
			continue;
		}
		for (family = 0; family < FAMILY_COUNT; family++)
			if (has_family(policy, family) &&
			    !peers->prefixes[family].count)
				warn_set(config, set, family == IPV4 ?
					 "holds no IPv4 prefix, and a node has an IPv4 address" :
					 "holds no IPv6 prefix, and a node has an IPv6 address",
					 "");
	}
}

static void edge_inside(struct config *config)
{
	static const char *const meant[] = {
		[false] = "lies inside internal-networks, but is never counted as inside",
		[true] = "lies inside internal-networks, and so is a peer of the nodes",
	};
	const struct policy *policy = &config->policy;
	const struct peer_set *inside =
		&policy->sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS];
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (peer_set_contains(inside, &binding->ip))
			findings_add(&config->warnings, config->file,
				     binding->line,
				     ip_format(&binding->ip, text), "%s",
				     meant[binding->service ==
					   NF_EDGE_SERVICE_INTERNAL]);
}

static void interface_without_guards(struct config *config)
{
	const uint32_t both = 1U << NF_EDGE_SIDE_EXTERNAL |
			      1U << NF_EDGE_SIDE_INTERNAL;
	const struct policy *policy = &config->policy;
	size_t i;

	for (i = 0; i < policy->interface_count; i++)
		if ((policy->interfaces[i].sides & both) == both)
			findings_add(&config->warnings, config->file,
				     policy->interfaces[i].line,
				     policy->interfaces[i].name,
				     "holds external and internal, so that no guard tells inside from outside there");
}

static void interface_absent(struct config *config)
{
	const struct policy *policy = &config->policy;
	struct links links;
	size_t i;

	links_read(&links);
	for (i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];
		char *absent = device_absent(&links, interface->name);

		if (interface->absent && absent)
			findings_add(&config->warnings, config->file,
				     interface->line, interface->name, "%s",
				     absent);
		free(absent);
	}
	links_free(&links);
}

static void nodes_without_edge_side(struct config *config)
{
	const struct policy *policy = &config->policy;
	size_t i;

	if (policy->node_count < 2)
		return;
	for (i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].sides & (1U << NF_EDGE_SIDE_EDGE))
			return;
	findings_add(&config->warnings, config->file, policy->nodes[1].line,
		     policy->nodes[1].name,
		     "there are several nodes, and no interface has side edge; bind the one toward the Edge Servers");
}

static void logging_exposed(struct config *config)
{
	const struct row_table *table = &config->table;
	uint64_t rows = 0;
	char *list;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (row_guarded(&table->row[i], &table->guard))
			rows |= 1ULL << i;
	if (!config->policy.expose_cls_ports || !rows)
		return;
	list = rows_ids(table, rows, ", ");
	findings_add(&config->warnings, config->file,
		     config->policy.expose_line, "expose-cls-ports",
		     "%s %s the Centralized Logging ports %u-%u to the outside; leave it out unless partners need them",
		     list, rows & (rows - 1) ? "open" : "opens",
		     table->guard.port_low, table->guard.port_high);
	free(list);
}

static void (*const rules[])(struct config *config) = {
	media_without_sip,
	federation_without_media,
	federation_av_alone,
	ocs2007_alone,
	live_messenger_alone,
	xmpp_without_zone,
	federation_without_zone,
	zone_without_live_row,
	rows_at_any,
	rows_at_nobody,
	set_that_narrows_nothing,
	one_of_several_sets,
	inside_unbound,
	empty_set,
	edge_inside,
	interface_without_guards,
	interface_absent,
	nodes_without_edge_side,
	logging_exposed,
};

/**
 * config_warn - note what a configuration's author should know
 * @config: a configuration without errors
 */
void config_warn(struct config *config)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		rules[i](config);
	config_warn_rows(config);
	findings_sort(&config->warnings, config->file);
}
