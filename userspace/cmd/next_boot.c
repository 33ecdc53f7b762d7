// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration of the next boot, compared with the policy in force.
 */
#include <sys/stat.h>

#include "base/memory.h"
#include "base/words.h"
#include "cmd/apply.h"
#include "cmd/next_boot.h"
#include "config/read.h"
#include "policy/changes.h"

/* The link that has systemd start the unit. */
#define WANTED	"/etc/systemd/system/sysinit.target.wants/nf_edge.service"

#define OTHER \
	"the next boot loads %s, which is not what is in force: edgectl diff %s"
#define BROKEN \
	"the next boot cannot load %s, which has %zu %s: edgectl check"

/**
 * next_boot_is_governed - tell whether a boot loads a policy
 *
 * Return: true when the unit is enabled.
 */
bool next_boot_is_governed(void)
{
	struct stat status;

	return !lstat(WANTED, &status);
}

/* Compare with the policy in force, as it was loaded. */
static bool is_the_same(struct view *view, const struct config *config)
{
	struct changes changes;
	bool same;

	view_as_loaded(view);
	diff_policies(&changes, &view->policy, &config->policy);
	same = !changes.count;
	diff_free(&changes);
	return same;
}

/**
 * next_boot_loads - tell whether a configuration is what is in force
 * @view: the policy in force with its nodes and prefixes; its switches are undone
 * @file: name of the configuration, in the folder of DEFAULT_CONFIG.  Its files
 *	of prefixes may have changed since it was loaded
 *
 * Return: true when it is.
 */
bool next_boot_loads(struct view *view, const char *file)
{
	struct config config;
	bool same;

	config_read_as(&config, file, DEFAULT_CONFIG);
	same = !config.errors.total && is_the_same(view, &config);
	config_free(&config);
	return same;
}

/**
 * next_boot_fault - tell how the next boot would differ from what is in force
 * @client: the module
 *
 * While a change waits for its confirmation, no fault is told: the status tells
 * of the change, and the confirmation puts its file in place.
 *
 * Return: a new sentence with the remedy; NULL when a boot loads the same, loads
 * nothing because the unit is not enabled, or when this cannot be told.
 */
char *next_boot_fault(struct client *client)
{
	struct view view = { 0 };
	struct config config;
	char *fault = NULL;
	size_t errors;

	if (!next_boot_is_governed())
		return NULL;
	if (view_read(client, &view, VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES) ||
	    !view.loaded || view.waiting.waits)
		goto out;
	config_read(&config, DEFAULT_CONFIG);
	errors = config.errors.total;
	if (errors)
		fault = xformat(BROKEN, DEFAULT_CONFIG, errors,
				words_plural(errors, "error", "errors"));
	else if (!is_the_same(&view, &config))
		fault = xformat(OTHER, DEFAULT_CONFIG, DEFAULT_CONFIG);
	config_free(&config);
out:
	view_free(&view);
	return fault;
}
