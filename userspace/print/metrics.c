// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics of the module and of the policy in force.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/profiles.h"
#include "print/metrics.h"

static void put(struct exposition *exposition, const char *name,
		uint64_t value, const char *help)
{
	exposition_family(exposition, name, METRIC_GAUGE, help);
	exposition_sample(exposition, value, LABELS_END);
}

/* Known also of a module that does not answer, or of another release. */
static void put_module(struct exposition *exposition,
		       const struct metrics *metrics)
{
	char *family = xformat("%u", metrics->family);

	put(exposition, "nf_edge_up", metrics->up,
	    "Whether edgectl could read the state of nf_edge. 0: all other metrics but those of the module are missing.");
	exposition_family(exposition, "nf_edge_info", METRIC_INFO,
			  "Versions of edgectl, of the module in the kernel, and of its netlink family.");
	exposition_sample(exposition, 1, "edgectl", NF_EDGE_VERSION,
			  "module", metrics->version,
			  "family", metrics->family ? family : "", LABELS_END);
	put(exposition, "nf_edge_module_loaded", metrics->module,
	    "Whether the module is in the kernel.");
	free(family);
}

/* Of a boot that went wrong, and of the next one. */
static void put_boot(struct exposition *exposition,
		     const struct metrics *metrics)
{
	put(exposition, "nf_edge_fallback_active",
	    metrics->stand_in.state != STAND_IN_NONE,
	    "Whether nftables holds the fallback of a boot without the policy, or the closed ruleset.");
	ready_metrics(exposition, &metrics->ready);
}

static void put_policy(struct exposition *exposition, const struct view *view,
		       bool loaded)
{
	put(exposition, "nf_edge_policy_loaded", loaded,
	    "Whether a policy is loaded. 0: nothing is governed.");
	put(exposition, "nf_edge_policy_enforcing",
	    loaded && view->policy.mode == NF_EDGE_MODE_ENFORCE,
	    "Whether packets that the policy refuses are dropped. 0: there is no policy, or its mode is audit.");
	put(exposition, "nf_edge_governed_addresses",
	    loaded ? view->governed : 0, "Edge addresses that the policy governs.");
}

/* A policy that was changed since it was loaded, or may still go back. */
static void put_changes(struct exposition *exposition, const struct view *view)
{
	static const char *const kinds[] = { "mode", "zone", "feature", "row" };
	uint64_t counts[ARRAY_SIZE(kinds)] = { 0 };
	char *word;
	size_t i, k;

	for (i = 0; (word = view_switch(view, i)); i++) {
		for (k = 0; k < ARRAY_SIZE(kinds); k++)
			counts[k] += !strncmp(word, kinds[k], strlen(kinds[k]));
		free(word);
	}
	exposition_family(exposition, "nf_edge_policy_switches", METRIC_GAUGE,
			  "Switches that differ from the loaded policy.");
	for (k = 0; k < ARRAY_SIZE(kinds); k++)
		exposition_sample(exposition, counts[k], "kind", kinds[k], LABELS_END);

	put(exposition, "nf_edge_change_waiting", view->waiting.waits,
	    "Whether a change waits for its confirmation.");
	put(exposition, "nf_edge_change_waiting_seconds",
	    view->waiting.waits ? view->waiting.left : 0,
	    "Time until the waiting change is taken back. 0: none waits.");
}

static void put_hashes(struct exposition *exposition,
		       const struct policy_hashes *hashes)
{
	size_t i;

	exposition_family(exposition, "nf_edge_policy_hash_info", METRIC_INFO,
			  "SHA-256 of the policy as it was loaded, whole (part=\"all\") and by part.");
	exposition_sample(exposition, 1, "part", "all", "sha256", hashes->all,
			  LABELS_END);
	for (i = 0; i < hashes->count; i++)
		exposition_sample(exposition, 1, "part", hashes->parts[i].name,
				  "sha256", hashes->parts[i].hex, LABELS_END);
}

static void put_interfaces(struct exposition *exposition,
			   const struct policy *policy)
{
	unsigned int side;
	size_t i;

	exposition_family(exposition, "nf_edge_interface_present", METRIC_GAUGE,
			  "Whether a device has the name that is bound to the side.");
	for (i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		for (side = 0; side < SIDE_COUNT; side++)
			if (interface->sides & (1U << side))
				exposition_sample(exposition,
						  interface->ifindex != 0,
						  "interface", interface->name,
						  "side", side_words[side],
						  LABELS_END);
	}
}

/* Each value that rows of the profile have, or rows of the site's own. */
static void put_words(struct exposition *exposition,
		      const struct vocabulary *vocabulary, uint32_t known,
		      uint32_t on)
{
	unsigned int i;

	for (i = 0; i < vocabulary->count; i++)
		if (known & (1U << i))
			exposition_sample(exposition, (on >> i) & 1,
					  vocabulary->kind,
					  vocabulary->words[i], LABELS_END);
}

static void put_sets(struct exposition *exposition, const struct policy *policy)
{
	unsigned int i;

	exposition_family(exposition, "nf_edge_peer_set_prefixes", METRIC_GAUGE,
			  "Prefixes of a bound peer set.");
	for (i = 0; i < SETS_MAX; i++)
		if (policy->sets[i].bound)
			exposition_sample(exposition,
					  peer_set_count(&policy->sets[i]),
					  "set", policy_set_name(policy, i), LABELS_END);
}

static void put_loaded(struct exposition *exposition,
		       const struct metrics *metrics)
{
	const struct view *view = &metrics->report.view;
	const struct policy *policy = &view->policy;

	exposition_family(exposition, "nf_edge_policy_info", METRIC_INFO,
			  "Profile and mode of the policy.");
	exposition_sample(exposition, 1,
			  "profile", names_word(&names_profiles, policy->profile),
			  "mode", names_word(&names_modes, policy->mode), LABELS_END);
	put_hashes(exposition, &metrics->hashes);
	put_changes(exposition, view);
	put_interfaces(exposition, policy);
	exposition_family(exposition, "nf_edge_zone_on", METRIC_GAUGE,
			  "Whether the zone is on.");
	put_words(exposition, &names_zones,
		  profile_zones(policy->profile) | 1U << NF_EDGE_ZONE_SITE,
		  policy->zones);
	exposition_family(exposition, "nf_edge_feature_on", METRIC_GAUGE,
			  "Whether the feature is on.");
	put_words(exposition, &names_features,
		  profile_features(policy->profile), policy->features);
	put_sets(exposition, policy);
	metrics_rows(exposition, view);
}

/**
 * metrics_print - print all metrics
 * @metrics: the facts
 * @stream: the stream to print to
 * @openmetrics: whether to print OpenMetrics 1.0.0 instead of Prometheus' text
 *	format 0.0.4
 */
void metrics_print(const struct metrics *metrics, FILE *stream,
		   bool openmetrics)
{
	struct exposition exposition = {
		.stream = stream, .openmetrics = openmetrics,
	};
	const struct view *view = &metrics->report.view;
	bool answers = metrics->up && metrics->module;

	put_module(&exposition, metrics);
	if (metrics->up)
		put_boot(&exposition, metrics);
	if (metrics->up)
		put_policy(&exposition, view, answers && view->loaded);
	if (answers) {
		put(&exposition, "nf_edge_policy_generation", view->generation,
		    "Number of the policy, which rises with each change.");
		if (view->loaded)
			put_loaded(&exposition, metrics);
		metrics_counters(&exposition, &metrics->report);
		metrics_events(&exposition, view);
	}
	exposition_family(&exposition, "nf_edge_read_duration_seconds",
			  METRIC_GAUGE, "Time that edgectl took to read all this.");
	exposition_seconds(&exposition, metrics->microseconds);
	exposition_end(&exposition);
}
