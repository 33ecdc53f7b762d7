// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common part of check and load: read a configuration, and compare it
 * with the policy in force.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/apply.h"
#include "cmd/module.h"
#include "config/read.h"
#include "config/warn.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/findings.h"
#include "print/impact.h"
#include "print/offload.h"
#include "system/connections.h"
#include "system/ways.h"

/**
 * apply_read - read a configuration, with its errors and warnings
 * @apply: zero but for its options; filled in, apply_free() it
 * @file: its name, NULL for DEFAULT_CONFIG
 *
 * Return: DONE, or REFUSED when it has errors.
 */
enum outcome apply_read(struct apply *apply, const char *file)
{
	config_read_as(&apply->config, file ? : DEFAULT_CONFIG, apply->place);
	if (apply->config.errors.count)
		return REFUSED;
	config_warn(&apply->config);
	return DONE;
}

static void warn_of_ways(struct config *config)
{
	const struct interface *interface;
	struct ways ways;
	size_t i;

	ways_read(&ways, &config->policy);
	for (i = 0; i < ways.count; i++) {
		interface = interface_find(&config->policy,
					   ways.items[i].where);
		findings_add(&config->warnings, config->file, interface ?
			     interface->line : config->policy.mode_line,
			     ways.items[i].where, "%s", ways.items[i].text);
	}
	findings_sort(&config->warnings, config->file);
	ways_free(&ways);
}

/* For hosts with the module only: a look at flowtables makes the kernel load
 * nf_tables.
 */
static void warn_of_offload(struct config *config)
{
	struct offload offload;
	size_t i;

	offload_read(&offload, NULL);
	for (i = 0; i < offload.count; i++) {
		char *table = offload_table_text(&offload.tables[i]);

		findings_add(&config->warnings, config->file,
			     config->policy.mode_line, table,
			     "is an nft flowtable; what it takes goes past the policy: keep the Edge addresses out of it");
		free(table);
	}
	findings_sort(&config->warnings, config->file);
	offload_free(&offload);
}

/* Ids of rows mean other lines in another profile. */
static void warn_of_rows_off(struct apply *apply)
{
	const struct policy *before = &apply->before.policy;
	const struct policy *after = &apply->config.policy;
	size_t i;

	for (i = 0; i < after->off_count; i++) {
		const struct row_off *off = &after->rows_off[i];

		if (!site_row_find(after, off->id) &&
		    policy_is_off(before, off->id))
			findings_add(&apply->config.warnings,
				     apply->config.file, off->line, off->id,
				     "stays off while the profile changes from %s, where this id may be of another row; look it up in show rows",
				     names_word(&names_profiles,
						before->profile));
	}
	findings_sort(&apply->config.warnings, apply->config.file);
}

/**
 * apply_is_other_profile - tell whether a load changes the profile
 * @apply: a configuration that was tried
 *
 * Return: true when the policy in force has another profile.
 */
bool apply_is_other_profile(const struct apply *apply)
{
	return apply->before.loaded &&
	       apply->before.policy.profile != apply->config.policy.profile;
}

/**
 * apply_fail - note or say why the kernel refused a load
 * @apply: the configuration; gets an error when the kernel refused a part of it
 * @error: the negative errno that the load returned
 * @reply: the part that was refused
 *
 * Return: the exit code; REFUSED without a word when @apply has the reason, or
 * when a policy that came first is reason enough.
 */
enum outcome apply_fail(struct apply *apply, int error,
			const struct load_reply *reply)
{
	const struct refusal *refusal = &apply->client.refusal;
	struct config *config = &apply->config;

	if (reply->refused) {
		char *unknown = module_unknown(&apply->client);
		const char *said = *refusal->message ? refusal->message :
				   strerror(refusal->error);

		findings_add(&config->errors, config->file, reply->line,
			     *reply->word ? reply->word : config->file, "%s",
			     unknown ? unknown : said);
		free(unknown);
		return REFUSED;
	}
	if (error == -ESTALE && apply->if_none)
		return REFUSED;
	return module_fail_change(&apply->client, error,
				  "the kernel does not take the policy");
}

/**
 * apply_try - have the module check a configuration
 * @apply: a configuration without errors
 * @need_module: fail when the module cannot be asked, instead of saying so in
 *	@apply->absent
 * @query: a question to ask of it, or NULL
 *
 * Return: DONE; REFUSED when @apply has errors now; or the exit code of a
 * complaint.
 */
enum outcome apply_try(struct apply *apply, bool need_module,
		       const struct query *query)
{
	const struct policy *policy = &apply->config.policy;
	enum outcome outcome;
	int attempt, error;

	outcome = module_connect(&apply->client, need_module ?
				 NULL : &apply->absent);
	if (outcome != DONE || apply->absent)
		return outcome;
	warn_of_offload(&apply->config);
	error = load_prepare(&apply->client, policy, &apply->tried);
	if (error)
		return apply_fail(apply, error, &apply->tried);
	for (attempt = 0; attempt < VIEW_ATTEMPTS; attempt++) {
		error = view_read(&apply->client, &apply->before,
				  VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES);
		if (error)
			return module_fail(&apply->client, error,
					   "cannot read the policy");
		diff_policies(&apply->changes, &apply->before.policy, policy);
		error = load_try(&apply->client, policy, query, &apply->tried);
		if (error)
			return apply_fail(apply, error, &apply->tried);
		if (apply->tried.generation == apply->before.generation) {
			warn_of_ways(&apply->config);
			if (apply_is_other_profile(apply))
				warn_of_rows_off(apply);
			return DONE;
		}
		diff_free(&apply->changes);
		view_free(&apply->before);
	}
	return module_fail(&apply->client, -EAGAIN, "cannot read the policy");
}

/* Judge connections; the transaction keeps the policy of its last dry run. */
static int judge(struct apply *apply, const struct tracked_list *list)
{
	bool kept = apply->client.has_transaction;
	int error = impact_begin(&apply->client, &apply->impact);

	if (!error && !apply->impact.unknown && !kept)
		error = load_try(&apply->client, &apply->config.policy, NULL,
				 &apply->tried);
	if (!error && !apply->impact.unknown)
		error = impact_ask(&apply->client, list, &apply->impact);
	return impact_beyond(&apply->client, &apply->impact, error);
}

/**
 * apply_impact - find the connections that a load would cut
 * @apply: a configuration that was tried, or that no module could try
 *
 * Return: DONE; the exit code of a complaint; REFUSED when too many would be
 * cut, SYSTEM when the connections are unknown and a limit is set.
 */
enum outcome apply_impact(struct apply *apply)
{
	struct tracked_list list = { 0 };
	int error = 0;

	if (apply->absent) {
		apply->impact.asked = true;
		apply->impact.unknown = xstrdup(apply->absent);
	} else if (impact_read(&apply->impact, &list)) {
		error = judge(apply, &list);
	}
	tracked_free(&list);
	return error ? apply_fail(apply, error, &apply->tried) :
		       impact_limit(&apply->words, &apply->impact);
}

/**
 * apply_print_changes - print what changes, a line each
 * @apply: a configuration that was tried
 */
void apply_print_changes(const struct apply *apply)
{
	size_t i;

	for (i = 0; i < apply->changes.count; i++) {
		fputs("  ", out);
		out_put(apply->changes.lines[i]);
		fputc('\n', out);
	}
}

/**
 * apply_json - make a configuration and its changes into JSON
 * @apply: a configuration, tried or not
 *
 * Return: a new object.
 */
json_t *apply_json(const struct apply *apply)
{
	const struct load_reply *reply = &apply->tried;
	bool tried = apply->client.socket && !apply->absent &&
		     !apply->config.errors.count;
	json_t *changes = json_array();
	size_t i;

	for (i = 0; i < apply->changes.count; i++)
		json_array_append_new(changes,
				      out_json_text(apply->changes.lines[i]));
	return json_pack("{s:i, s:s?, s:o, s:I, s:o, s:I, s:b, s:o, s:o, s:o, s:o, s:o}",
			 SCHEMA,
			 "profile", apply->config.errors.count ? NULL :
			 names_word(&names_profiles,
				    apply->config.policy.profile),
			 "errors", findings_json(&apply->config.errors, false),
			 "errors_left_out",
			 (json_int_t)findings_left_out(&apply->config.errors),
			 "warnings",
			 findings_json(&apply->config.warnings, true),
			 "warnings_left_out",
			 (json_int_t)(apply->config.warnings.total -
				      apply->config.warnings.count),
			 "kernel_asked", tried,
			 "changed", tried ? json_boolean(reply->changed) :
					    json_null(),
			 "changes", changes,
			 "generation", tried ? json_integer(reply->generation) :
					       json_null(),
			 "governed", tried ? json_integer(reply->governed) :
					     json_null(),
			 "impact", impact_json(&apply->impact,
					       apply->words.list));
}

/**
 * apply_is_bad - tell whether errors or warnings refuse a configuration
 * @apply: a configuration, tried or not
 *
 * Return: true when it has errors or, in strict mode, warnings.
 */
bool apply_is_bad(const struct apply *apply)
{
	return apply->config.errors.total ||
	       (apply->strict && apply->config.warnings.total);
}

/**
 * apply_refuse - print why a configuration is refused
 * @apply: a configuration with errors or, in strict mode, warnings
 *
 * Return: what to exit with.
 */
enum outcome apply_refuse(struct apply *apply)
{
	bool errors = apply->config.errors.total;
	const struct findings *findings = errors ? &apply->config.errors :
						   &apply->config.warnings;

	if (errors)
		findings_print(findings);
	else
		findings_warn(findings, apply->verbose);
	fail_with(REFUSED, "%s: %zu %s%s%s, nothing was changed",
		  apply->config.file, findings->total,
		  errors ? "error" : "warning",
		  findings->total == 1 ? "" : "s",
		  errors ? "" : ", which --strict refuses");
	if (!apply->json)
		return REFUSED;
	out_json_print(apply_json(apply), JSON_INDENT(2));
	return out_flush(REFUSED);
}

/**
 * apply_free - forget a configuration
 * @apply: the configuration
 */
void apply_free(struct apply *apply)
{
	impact_free(&apply->impact);
	diff_free(&apply->changes);
	view_free(&apply->before);
	client_close(&apply->client);
	config_free(&apply->config);
}
