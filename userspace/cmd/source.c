// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that a verb reads: of a configuration, or in force.
 */
#include "base/fail.h"
#include "cmd/module.h"
#include "cmd/source.h"
#include "config/read.h"

static enum outcome read_file(struct source *source)
{
	const struct findings *errors = &source->config.errors;

	config_read(&source->config, source->name);
	if (!errors->total)
		return DONE;
	findings_print(errors);
	return fail_with(REFUSED, "%s: %zu error%s", source->name,
			 errors->total, errors->total == 1 ? "" : "s");
}

static enum outcome read_module(struct source *source)
{
	enum outcome outcome;
	struct client client;
	int error;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE) {
		error = view_read(&client, &source->view,
				  VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES);
		if (error)
			outcome = module_fail(&client, error,
					      "cannot read the policy");
		else if (!source->view.loaded)
			outcome = module_unloaded();
	}
	client_close(&client);
	return outcome;
}

/**
 * source_read - read a policy, whole
 * @source: filled in; source_free() it, also after a failure
 * @name: name of a configuration, - for standard input; NULL for the policy in
 *	force
 *
 * Return: DONE; REFUSED when the configuration has errors, or no policy is in
 * force, which is said on standard error; or the exit code of a complaint.
 */
enum outcome source_read(struct source *source, const char *name)
{
	*source = (struct source){ .name = name };
	return name ? read_file(source) : read_module(source);
}

/**
 * source_policy - the policy that was read
 * @source: a source that could be read
 *
 * Return: the policy; of the one in force with its switches.
 */
const struct policy *source_policy(const struct source *source)
{
	return source->name ? &source->config.policy : &source->view.policy;
}

/**
 * source_free - forget a policy that was read
 * @source: the source
 */
void source_free(struct source *source)
{
	if (source->name)
		config_free(&source->config);
	view_free(&source->view);
}
