// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl advise: what the use of the rows says about the policy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advice/make.h"
#include "base/fail.h"
#include "cmd/folding.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "config/read.h"
#include "config/warn.h"
#include "learn/file.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/advice.h"
#include "print/usage.h"
#include "usage/store.h"

static void print_help(void)
{
	fputs("usage: edgectl advise [--days N] [--learned FILE] [--json] [FILE]\n"
	      "       edgectl advise --usage [--days N] [-o COL,...] [--json]\n"
	      "       edgectl advise --record\n"
	      "\n"
	      "Advises about the policy in force: rows that were not hit, rows that hold for\n"
	      "any peer, peers that are refused often, sets that nothing uses; each with the\n"
	      "evidence, what would change, and what would not work then.  With a\n"
	      "configuration FILE, its warnings too.  Nothing is changed.\n"
	      "\n"
	      "  --days N              rows that were watched for N days without a hit (30)\n"
	      "  --learned FILE        look at the peers of edgectl learn, and propose sets\n"
	      "  --usage               print the use of each row instead\n"
	      "  --record              add the counters to the recorded use of the rows, which\n"
	      "                        outlives a restart; a timer does so every hour\n"
	      "  --json                print one JSON object\n"
	      "  -o, --output COL,...  of --usage: the columns; +COL,... adds to the usual\n"
	      "  -h, --help            print this\n"
	      "\n"
	      "Columns of --usage:\n", out);
	table_help(&columns_of_usage);
}

/**
 * struct advise - the words of the command line, and the facts
 * @days: days without a hit
 * @usage: print the use of each row
 * @json: print JSON
 * @learned_file: file of peers, or NULL
 * @config_file: configuration whose warnings are passed on, or NULL
 * @table: the table, without @json
 * @report: the policy in force and its counters
 */
struct advise {
	uint32_t days;
	bool usage;
	bool json;
	const char *learned_file;
	const char *config_file;
	struct table *table;
	struct report report;
};

static enum outcome read_report(struct client *client, struct report *report)
{
	const struct report_request request = {
		.zone = -1, .parts = VIEW_COUNTS,
	};
	int error = report_read(client, &request, report);

	return error ? module_fail(client, error, "cannot read the counters") :
		       DONE;
}

static enum outcome make_fold(void)
{
	const char *nothing;
	enum outcome outcome = folding_make(&nothing);

	if (outcome == DONE && nothing)
		fprintf(out, "nothing was recorded: %s\n", nothing);
	return outcome;
}

static void print(struct advise *advise, const struct advice_facts *facts)
{
	struct advice_list list;

	if (advise->usage && advise->json) {
		out_json_print(usage_json(facts), JSON_INDENT(2));
		return;
	}
	if (advise->usage) {
		usage_print_watch(facts);
		usage_print(facts, advise->table);
		return;
	}
	advice_make(&list, facts);
	if (advise->json)
		out_json_print(advice_json(&list, facts), JSON_INDENT(2));
	else
		advice_print(&list, facts);
	advice_free(&list);
}

/* The usage, and what the command line names. */
static enum outcome read_facts(const struct advise *advise,
			       struct usage **usage, struct learned *learned,
			       struct config *config)
{
	enum outcome outcome = DONE;
	char *why = store_read(usage);

	if (why)
		outcome = fail_with(SYSTEM, "the usage cannot be read: %s", why);
	free(why);
	if (outcome == DONE && advise->learned_file)
		outcome = learned_read(learned, advise->learned_file);
	if (outcome != DONE || !advise->config_file)
		return outcome;
	config_read(config, advise->config_file);
	if (config->errors.total) {
		findings_print(&config->errors);
		return REFUSED;
	}
	config_warn(config);
	return DONE;
}

static enum outcome give_advice(struct advise *advise)
{
	struct learned learned = { 0 };
	struct config config = { 0 };
	struct advice_facts facts = {
		.report = &advise->report, .days = advise->days,
		.learned = advise->learned_file ? &learned : NULL,
		.warnings = &config.warnings, .time = (uint64_t)time(NULL),
	};
	struct usage *usage = NULL;
	struct client client;
	enum outcome outcome;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = read_report(&client, &advise->report);
	client_close(&client);
	if (outcome == DONE && !advise->report.view.loaded)
		outcome = module_unloaded();
	if (outcome == DONE)
		outcome = read_facts(advise, &usage, &learned, &config);
	facts.usage = usage;
	if (outcome == DONE)
		print(advise, &facts);
	usage_free(usage);
	learned_free(&learned);
	config_free(&config);
	return outcome;
}

static enum outcome read_days(const char *text, uint32_t *days)
{
	const char *p = text;

	*days = ADVICE_DAYS;
	if (!text)
		return DONE;
	for (*days = 0; *p >= '0' && *p <= '9' && *days <= USAGE_DAYS; p++)
		*days = *days * 10 + (uint32_t)(*p - '0');
	if (*p || !*days || *days > USAGE_DAYS)
		return fail_usage("advise", "--days %s: write a number of 1 to %u",
				  text, USAGE_DAYS);
	return DONE;
}

/**
 * cmd_advise - the verb advise
 * @argc: its words, "advise" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_advise(int argc, char **argv)
{
	const char *days = NULL, *columns = NULL;
	struct advise advise = { 0 };
	bool folds = false;
	const struct option_spec specs[] = {
		{ .name = "days", .value = &days },
		{ .name = "learned", .value = &advise.learned_file },
		{ .name = "usage", .flag = &advise.usage },
		{ .name = "record", .flag = &folds },
		/* The word of before, in units and crontabs. */
		{ .name = "fold", .flag = &folds },
		{ .name = "json", .flag = &advise.json },
		{ .name = "output", .letter = 'o', .value = &columns },
	};
	enum outcome outcome;

	if (!options_read("advise", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &advise.config_file, print_help, &outcome))
		return outcome;
	if (folds && (days || advise.usage || advise.json || columns ||
		      advise.learned_file || advise.config_file))
		return fail_usage("advise", "--record takes no other option, and no file");
	if (advise.usage && (advise.learned_file || advise.config_file))
		return fail_usage("advise",
				  "--usage prints the use of rows alone; leave the files out");
	if (columns && !advise.usage)
		return fail_usage("advise", "-o is for the table of --usage");
	outcome = read_days(days, &advise.days);
	if (outcome != DONE)
		return outcome;
	advise.table = table_new(&columns_of_usage, "advise", columns);
	if (!advise.table)
		return USAGE;
	outcome = folds ? make_fold() : give_advice(&advise);
	report_free(&advise.report);
	table_free(advise.table);
	return outcome;
}
