// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl report: one HTML page to look at, and to hand to an auditor.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "advice/make.h"
#include "base/fail.h"
#include "base/memory.h"
#include "cmd/hash.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/file.h"
#include "output/stdout.h"
#include "print/history.h"
#include "print/page.h"
#include "usage/store.h"

static void print_help(void)
{
	fputs("usage: edgectl report --html [--since FILE] [--utc] [FILE]\n"
	      "\n"
	      "One HTML page of the policy in force: the site drawn, its rows and their use,\n"
	      "refusals, near misses, and the configuration with its hashes.  The page needs\n"
	      "no network, no script and no other file.\n"
	      "\n"
	      "      --html        the form of the report; there is no other\n"
	      "      --since FILE  counters since FILE was written by counters --save\n"
	      "      --utc         times in UTC, not in local time\n"
	      "  -h, --help        print this\n"
	      "\n"
	      "FILE is written whole, in one step, and may be there already.  Without FILE,\n"
	      "the page goes to standard output.\n",
	      out);
}

static enum outcome read_module(struct page *page, struct client *client)
{
	const struct report_request request = {
		.zone = -1, .parts = VIEW_COUNTS | VIEW_PREFIXES,
	};
	int error = report_read(client, &request, &page->report);

	if (error)
		return module_fail(client, error, "cannot read the counters");
	memcpy(page->version, client->module_version, sizeof(page->version));
	return DONE;
}

static void read_clocks(struct page *page)
{
	struct timespec running = { 0 };

	page->time = (uint64_t)time(NULL);
	clock_gettime(CLOCK_BOOTTIME, &running);
	page->booted = page->time - (uint64_t)running.tv_sec;
}

/* Advice is of all counters, not of differences. */
static void read_advice(struct page *page)
{
	struct advice_facts facts = {
		.report = &page->report, .days = ADVICE_DAYS,
		.time = page->time,
	};
	struct usage *usage = NULL;

	page->no_usage = store_read(&usage);
	facts.usage = usage;
	if (!page->no_usage)
		advice_make(&page->advice, &facts);
	usage_free(usage);
}

/* @history has to outlive @page. */
static void read_policy(struct page *page, struct history *history)
{
	const struct view *view = &page->report.view;
	struct present present = {
		.loaded = true, .generation = view->generation,
	};

	hashes_as_loaded(&page->hashes, view);
	page->in_force = policy_hash(&view->policy);
	page->no_history = history_read(history);
	place_read(&present.place);
	present.hash = page->hashes.all;
	page->entry = history_in_force(history, &present);
	read_advice(page);
	offload_read(&page->offload, &view->policy);
	ways_read(&page->ways, &view->policy);
}

static enum outcome print(const struct page *page, const char *file)
{
	enum outcome outcome;
	char *text = NULL;
	size_t size = 0;
	FILE *stream;

	if (!file) {
		page_print(page, out);
		return DONE;
	}
	stream = open_memstream(&text, &size);
	if (!stream)
		out_of_memory();
	page_print(page, stream);
	if (fclose(stream))
		out_of_memory();
	outcome = file_write(file, text, size, FILE_USUAL_MODE, true);
	free(text);
	return outcome;
}

static void free_page(struct page *page)
{
	report_free(&page->report);
	policy_hashes_free(&page->hashes);
	free(page->in_force);
	free(page->no_history);
	advice_free(&page->advice);
	free(page->no_usage);
	offload_free(&page->offload);
	ways_free(&page->ways);
}

/* @since is filled in, if there is a file. */
static enum outcome run(struct page *page, struct since *since,
			const char *file)
{
	struct history history = { 0 };
	enum outcome outcome;
	struct client client;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = read_module(page, &client);
	read_clocks(page);
	if (outcome == DONE && page->report.view.loaded)
		read_policy(page, &history);
	if (outcome == DONE && since->file) {
		since_subtract(since, &page->report);
		page->since = since;
	}
	if (outcome == DONE)
		outcome = print(page, file);
	page->entry = NULL;
	history_free(&history);
	client_close(&client);
	return outcome;
}

/**
 * cmd_report - the verb report
 * @argc: its words, "report" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_report(int argc, char **argv)
{
	const char *file = NULL, *begin = NULL;
	bool html = false, utc = false;
	const struct option_spec specs[] = {
		{ .name = "html", .flag = &html },
		{ .name = "since", .value = &begin },
		{ .name = "utc", .flag = &utc },
	};
	char host[HOST_NAME_MAX + 1] = "";
	struct page page = { .host = host, .offload = { .known = true } };
	struct since since = { 0 };
	enum outcome outcome = DONE;

	if (!options_read("report", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &file, print_help, &outcome))
		return outcome;
	if (!html)
		return fail_usage("report", "write --html: the report is an HTML page");
	page.moments = utc ? MOMENT_UTC : MOMENT_LOCAL;
	gethostname(host, sizeof(host) - 1);
	if (begin)
		outcome = since_read(&since, begin);
	if (outcome == DONE)
		outcome = run(&page, &since, file);
	since_free(&since);
	free_page(&page);
	return outcome;
}
