// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl test: does a policy answer as its site expects?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "cmd/apply.h"
#include "cmd/expect.h"
#include "cmd/module.h"
#include "cmd/named.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "config/read.h"
#include "config/text.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/judge.h"
#include "policy/table.h"
#include "print/test.h"

static void print_help(void)
{
	fputs("usage: edgectl test [--all] [--json] EXPECTATIONS [CONFIG]\n"
	      "       edgectl test [--all] [--json] --running EXPECTATIONS\n"
	      "\n"
	      "Compares answers of a policy with those that a site expects.  The policy is\n"
	      "that of a configuration (" DEFAULT_CONFIG " if no CONFIG is named),\n"
	      "which need not be in force; the module is not asked.  A line is a question of\n"
	      "edgectl explain, =>, and its answer:\n"
	      "\n"
	      "  --in wan0 tcp 198.51.100.7 edge1.access:443 => accept external/5\n"
	      "  --in lan0 tcp 192.0.2.1 edge1.internal:3389 => drop peer    # a comment\n"
	      "\n"
	      "Rows that are named are all rows of the answer, unless ... stands behind them.\n"
	      "The reason of a drop and all rows may be left out.  - is standard input.\n"
	      "\n"
	      "  --running   ask the policy in force\n"
	      "  --all       print each answer, not only those that differ\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 all as expected, 1 an answer differs or the configuration has errors,\n"
	      "2 usage or lines that are no expectation, 3 system error.\n",
	      out);
}

/**
 * struct test - expectations, and the policy that they are of
 * @expectations: the expectations
 * @view: the policy, with its rows
 * @report: the part that is printed
 * @json: print JSON
 */
struct test {
	struct expectations expectations;
	struct view view;
	struct test_report report;
	bool json;
};

static enum outcome print(struct test *test)
{
	struct test_report *report = &test->report;

	report->items = test->expectations.items;
	report->count = test->expectations.count;
	if (test->json)
		out_json_print(test_json(report), JSON_INDENT(2));
	else
		test_print(report);
	return test_differing(report) ? out_flush(REFUSED) : DONE;
}

/* Print the errors of a file, and that nothing was asked. */
static enum outcome refuse(struct test *test, const char *file,
			   const struct findings *errors, enum outcome outcome)
{
	findings_print(errors);
	fail_with(outcome, "%s: %zu error%s, nothing was tested", file,
		  errors->total, errors->total == 1 ? "" : "s");
	if (!test->json)
		return outcome;
	test->report.errors = errors;
	out_json_print(test_json(&test->report), JSON_INDENT(2));
	test->report.errors = NULL;
	return out_flush(outcome);
}

/* Refuse a file of expectations that has errors. */
static enum outcome check_expectations(struct test *test)
{
	const struct findings *errors = &test->expectations.errors;

	return errors->total ? refuse(test, test->report.file, errors, USAGE) :
			       DONE;
}

static enum outcome read_expectations(struct test *test)
{
	expectations_read(&test->expectations, &test->view.policy,
			  &test->view.table);
	return check_expectations(test);
}

/* Say why a row is not live, as the module does. */
static uint32_t why_dead(const struct policy *policy, const struct row *row)
{
	uint32_t dead = 0;

	if (!(policy->zones & (1U << row->zone)))
		dead |= 1U << NF_EDGE_DEAD_ZONE_OFF;
	if (row->feature != NF_EDGE_FEATURE_NONE &&
	    !(policy->features & (1U << row->feature)))
		dead |= 1U << NF_EDGE_DEAD_FEATURE_OFF;
	if (policy_is_off(policy, row->id))
		dead |= 1U << NF_EDGE_DEAD_ROW_OFF;
	return dead;
}

/* View the policy of a configuration as the module would tell of it. */
static void view_config(struct view *view, const struct config *config)
{
	const struct policy *policy = &config->policy;
	uint32_t bound = policy_bound(policy);
	size_t i;

	view->loaded = true;
	view->policy = *policy;
	view->table = config->table;
	for (i = 0; i < view->table.count; i++) {
		const struct row *row = &view->table.row[i];
		uint32_t dead = why_dead(policy, row);

		view->states[i] = (struct row_state){
			.live = !dead, .dead = dead,
			.bound = row->peer_sets & bound,
		};
	}
}

/* Ask all questions.  Return 0, or what @ask returned. */
static int ask_all(struct test *test, answer_fn ask, void *arg)
{
	size_t i;

	for (i = 0; i < test->expectations.count; i++) {
		struct expectation *item = &test->expectations.items[i];
		struct answers answers = { 0 };
		int error = answers_ask(&answers, &test->view.policy,
					&item->query, ask, arg);

		if (!error)
			expect_take(item, &answers, &test->view.table);
		answers_free(&answers);
		if (error)
			return error;
	}
	return 0;
}

static int ask_judge(const struct query *query, struct verdict *verdict,
		     void *judge)
{
	judge_ask(judge, query, verdict);
	return 0;
}

static enum outcome test_config(struct test *test, const char *file)
{
	struct config config;
	enum outcome outcome;
	struct judge judge;

	test->report.config = file;
	config_read(&config, file);
	if (config.errors.total) {
		outcome = refuse(test, file, &config.errors, REFUSED);
	} else {
		view_config(&test->view, &config);
		outcome = read_expectations(test);
		if (outcome == DONE) {
			judge_begin(&judge, &config.policy);
			ask_all(test, ask_judge, &judge);
			judge_end(&judge);
			outcome = print(test);
		}
	}
	config_free(&config);
	return outcome;
}

/* Ask the policy in force, whole: all answers are of one policy. */
static enum outcome ask_running(struct test *test, struct client *client)
{
	struct asking asking = { .client = client };
	enum outcome outcome;
	int attempts, error = -EAGAIN;

	for (attempts = 0; error == -EAGAIN && attempts < VIEW_ATTEMPTS;
	     attempts++) {
		view_free(&test->view);
		error = view_read(client, &test->view,
				  VIEW_ROWS | VIEW_NODES | VIEW_COUNTS |
				  VIEW_PREFIXES);
		if (error)
			break;
		if (!test->view.loaded)
			return module_unloaded();
		outcome = read_expectations(test);
		if (outcome != DONE)
			return outcome;
		asking.generation = test->view.generation;
		error = ask_all(test, named_ask_view, &asking);
	}
	return error ? module_fail(client, error, "cannot test the policy") :
		       print(test);
}

static enum outcome test_running(struct test *test)
{
	enum outcome outcome;
	struct client client;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = ask_running(test, &client);
	client_close(&client);
	view_free(&test->view);
	return outcome;
}

/**
 * cmd_test - the verb test
 * @argc: its words, "test" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_test(int argc, char **argv)
{
	struct test test = { 0 };
	bool running = false;
	const struct option_spec specs[] = {
		{ .name = "all", .flag = &test.report.all },
		{ .name = "json", .flag = &test.json },
		{ .name = "running", .flag = &running },
	};
	const char *files[2];
	enum outcome outcome;

	if (!options_read("test", argc, argv, specs, ARRAY_SIZE(specs), 2,
			  files, print_help, &outcome))
		return outcome;
	if (!files[0])
		return fail_usage("test", "write the file of expectations");
	if (running && files[1])
		return fail_usage("test",
				  "%s: --running asks the policy in force, and no configuration",
				  files[1]);
	if (files[1] && !strcmp(files[0], STANDARD_INPUT) &&
	    !strcmp(files[1], STANDARD_INPUT))
		return fail_usage("test", "-: one of the two files can be standard input");

	test.report.file = files[0];
	test.report.view = &test.view;
	expectations_open(&test.expectations, files[0]);
	outcome = check_expectations(&test);
	if (outcome == DONE)
		outcome = running ? test_running(&test) :
			  test_config(&test, files[1] ? : DEFAULT_CONFIG);
	expectations_free(&test.expectations);
	return outcome;
}
