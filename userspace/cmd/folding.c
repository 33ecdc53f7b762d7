// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folds, as verbs make them: one that is asked for, and one on each side of
 * what sets counters back to zero.
 */
#include <stdlib.h>

#include "base/fail.h"
#include "cmd/folding.h"
#include "cmd/module.h"
#include "netlink/report.h"
#include "usage/fold.h"
#include "usage/store.h"

static enum outcome read_report(struct report *report, const char **nothing)
{
	const struct report_request request = {
		.zone = -1, .parts = VIEW_COUNTS,
	};
	struct client client;
	enum outcome outcome;
	int error = 0;

	outcome = module_connect(&client, nothing);
	if (outcome == DONE && !*nothing)
		error = report_read(&client, &request, report);
	if (error)
		outcome = module_fail(&client, error,
				      "cannot read the counters");
	else if (outcome == DONE && !*nothing && !report->view.loaded)
		*nothing = "no policy is loaded";
	client_close(&client);
	return outcome;
}

/* The counters are read while no other fold can write. */
static enum outcome fold_into(struct store *store, const char **nothing)
{
	struct report report = { 0 };
	struct fold_moment moment;
	enum outcome outcome;
	char *why = NULL;

	outcome = read_report(&report, nothing);
	if (outcome == DONE) {
		fold_now(&moment);
		if (*nothing)
			fold_nothing(store->usage, &moment);
		else
			fold(store->usage, &report, &moment);
		if (store->usage->first)
			why = store_write(store);
	}
	if (why)
		outcome = fail_with(SYSTEM, "the usage cannot be recorded: %s",
				    why);
	free(why);
	report_free(&report);
	return outcome;
}

/**
 * folding_make - make a fold
 * @nothing: set to why there was nothing to fold, or to NULL
 *
 * Return: DONE, or SYSTEM after a complaint.
 */
enum outcome folding_make(const char **nothing)
{
	enum outcome outcome = DONE;
	struct store store;
	char *why;

	*nothing = NULL;
	why = store_begin(&store);
	if (why)
		outcome = fail_with(SYSTEM, "the usage cannot be recorded: %s",
				    why);
	else
		outcome = fold_into(&store, nothing);
	free(why);
	store_end(&store);
	return outcome;
}

/**
 * folding_keep - fold before counters are set to zero, and again behind it
 *
 * Nothing is done on a host that makes no folds.  After a failure, which is told
 * on standard error, the caller goes on all the same.
 */
void folding_keep(void)
{
	struct usage *usage;
	const char *nothing;
	char *why = store_read(&usage);

	if (why)
		fail_with(DONE, "the usage cannot be recorded: %s", why);
	else if (usage->first)
		folding_make(&nothing);
	free(why);
	usage_free(usage);
}
