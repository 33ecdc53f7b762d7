// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl metrics: the state and the counters, for Prometheus.
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/hash.h"
#include "cmd/missing.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/ready.h"
#include "cmd/verbs.h"
#include "output/file.h"
#include "output/http.h"
#include "output/stdout.h"
#include "print/metrics.h"

/* The path of the metrics. */
#define PATH		"/metrics"

#define PLAIN		"text/plain; charset=utf-8"
#define EXPOSITION	"text/plain; version=0.0.4; charset=utf-8"

/* Permissions of a file of metrics, which another user reads. */
#define FILE_MODE	0644

static void print_help(void)
{
	fputs("usage: edgectl metrics [--openmetrics] [-o FILE | --http]\n"
	      "\n"
	      "The state and the counters in the text format of Prometheus.  Without the\n"
	      "module or a policy, the metrics say so.\n"
	      "\n"
	      "      --openmetrics  in the format OpenMetrics 1.0.0\n"
	      "  -o, --output FILE  write FILE, whole and in one step\n"
	      "      --http         answer one request of HTTP on standard input\n"
	      "  -h, --help         print this\n",
	      out);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static enum outcome read_report(struct client *client, struct metrics *metrics)
{
	const struct report_request request = {
		.zone = -1, .parts = VIEW_COUNTS | VIEW_PREFIXES,
	};
	int error = report_read(client, &request, &metrics->report);

	if (error)
		return module_fail(client, error, "cannot read the counters");
	if (metrics->report.view.loaded)
		hashes_as_loaded(&metrics->hashes, &metrics->report.view);
	return DONE;
}

/* The module is absent, which is an answer; or the answer is missing. */
static enum outcome read_module(struct client *client, struct metrics *metrics)
{
	const char *absent;
	enum outcome outcome = module_find(client, &absent);

	metrics->module = client->family != GENL_ID_CTRL;
	metrics->family = client->family_version;
	memcpy(metrics->version, client->module_version,
	       sizeof(metrics->version));
	if (outcome != DONE || !absent)
		return outcome;
	return metrics->module ? fail_with(SYSTEM, "%s", absent) : DONE;
}

/* Read all facts.  After a failure, its complaint is on standard error, and the
 * metrics say that they are not up.
 */
static enum outcome read_metrics(struct metrics *metrics)
{
	uint64_t begin = now_us();
	enum outcome outcome;
	struct client client;

	outcome = read_module(&client, metrics);
	if (outcome == DONE && metrics->module)
		outcome = read_report(&client, metrics);
	client_close(&client);
	missing_read_stand_in(&metrics->stand_in);
	ready_read_modules(&metrics->ready);
	metrics->up = outcome == DONE;
	metrics->microseconds = now_us() - begin;
	return outcome == DONE ? DONE : SYSTEM;
}

static void free_metrics(struct metrics *metrics)
{
	report_free(&metrics->report);
	policy_hashes_free(&metrics->hashes);
	ready_free(&metrics->ready);
}

/* Make the metrics: a new string. */
static enum outcome make_text(bool openmetrics, char **text, size_t *size)
{
	struct metrics metrics = { 0 };
	enum outcome outcome = read_metrics(&metrics);
	FILE *stream = open_memstream(text, size);

	if (!stream)
		out_of_memory();
	metrics_print(&metrics, stream, openmetrics);
	if (fclose(stream))
		out_of_memory();
	free_metrics(&metrics);
	return outcome;
}

static enum outcome to_file(const char *file, bool openmetrics)
{
	enum outcome outcome, written;
	size_t size;
	char *text;

	outcome = make_text(openmetrics, &text, &size);
	written = file_write(file, text, size, FILE_MODE, true);
	free(text);
	return written == DONE ? outcome : written;
}

/* A failure of the client is none of this program. */
static enum outcome to_client(void)
{
	struct http_answer answer = { .type = PLAIN };
	enum outcome outcome = DONE;
	char *text;

	answer.status = http_request(STDIN_FILENO, PATH, &answer.without_body);
	if (!answer.status)
		return DONE;
	if (answer.status == 200) {
		answer.type = EXPOSITION;
		outcome = make_text(false, &text, &answer.size);
	} else {
		text = http_sentence(answer.status, PATH);
		answer.size = strlen(text);
	}
	answer.body = text;
	http_answer(STDOUT_FILENO, &answer);
	free(text);
	return outcome;
}

static enum outcome to_stdout(bool openmetrics)
{
	enum outcome outcome;
	size_t size;
	char *text;

	outcome = make_text(openmetrics, &text, &size);
	fwrite(text, 1, size, out);
	free(text);
	return outcome == DONE ? DONE : out_flush(outcome);
}

/**
 * cmd_metrics - the verb metrics
 * @argc: its words, "metrics" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_metrics(int argc, char **argv)
{
	bool openmetrics = false, http = false;
	const char *file = NULL;
	const struct option_spec specs[] = {
		{ .name = "openmetrics", .flag = &openmetrics },
		{ .name = "output", .letter = 'o', .value = &file },
		{ .name = "http", .flag = &http },
	};
	enum outcome outcome;

	if (!options_read("metrics", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;
	if (http && file)
		return fail_usage("metrics", "--http and --output exclude each other");
	if (http && openmetrics)
		return fail_usage("metrics",
				  "--http: answers in Prometheus' text format; leave --openmetrics out");
	if (http)
		return to_client();
	return file ? to_file(file, openmetrics) : to_stdout(openmetrics);
}
