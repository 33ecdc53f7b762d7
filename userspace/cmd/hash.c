// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl show hash: a policy as numbers that can be compared at a glance.
 */
#include <stdlib.h>

#include "cmd/hash.h"
#include "cmd/source.h"
#include "print/hash.h"
#include "print/status.h"

/**
 * hashes_as_loaded - hash the policy in force without its switches
 * @hashes: filled in; policy_hashes_free() it
 * @view: the policy in force, with its nodes and prefixes
 */
void hashes_as_loaded(struct policy_hashes *hashes, const struct view *view)
{
	struct view loaded = *view;

	loaded.policy.rows_off = NULL;
	loaded.policy.off_capacity = 0;
	view_as_loaded(&loaded);
	policy_hashes(hashes, &loaded.policy);
	free(loaded.policy.rows_off);
}

/* Note what is lost once the switches are undone. */
static void take_switches(struct hash_report *report, const struct view *view)
{
	report->running = true;
	report->generation = view->generation;
	report->in_force = policy_hash(&view->policy);
	report->switches = view_switches(view, ", ");
	report->switched = status_switches_json(view);
}

static void print(struct source *source, bool json)
{
	struct hash_report report = { 0 };

	if (!source->name) {
		take_switches(&report, &source->view);
		view_as_loaded(&source->view);
	}
	policy_hashes(&report.hashes, source_policy(source));
	if (json)
		hash_json(&report);
	else
		hash_print(&report);
	policy_hashes_free(&report.hashes);
	free(report.in_force);
	free(report.switches);
	json_decref(report.switched);
}

/**
 * show_hash - print the hashes of a policy
 * @file: name of a configuration, or NULL for the policy in force
 * @json: whether to print one JSON object
 *
 * Return: what to exit with.
 */
enum outcome show_hash(const char *file, bool json)
{
	struct source source;
	enum outcome outcome = source_read(&source, file);

	if (outcome == DONE)
		print(&source, json);
	source_free(&source);
	return outcome;
}
