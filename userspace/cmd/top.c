// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl top: what passes and what is refused a second, now.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/rates.h"
#include "screen/screen.h"

#define MILLISECONDS	1000U

/* Delay between two readings, in milliseconds. */
#define DELAY_USUAL	2000U
#define DELAY_LEAST	100U
#define DELAY_MOST	(3600U * MILLISECONDS)

/* Iterations, at most. */
#define TIMES_MOST	1000000000U

/**
 * struct top - the command line
 * @by: the lines to print, or to begin with
 * @batch: print, and leave the terminal alone
 * @json: print JSON
 * @times: iterations, 0 for no end
 * @delay: time between two readings, in milliseconds
 */
struct top {
	enum rates_by by;
	bool batch;
	bool json;
	uint32_t times;
	uint32_t delay;
};

/**
 * struct follower - a module that is asked again and again
 * @client: the socket
 * @open: whether the socket is open
 * @outcome: what to exit with after the last failure
 */
struct follower {
	struct client client;
	bool open;
	enum outcome outcome;
};

static void print_help(void)
{
	fputs("usage: edgectl top [-d SECONDS] [--by VIEW]\n"
	      "       edgectl top --batch [-n N] [-d SECONDS] [--by VIEW] [--json]\n"
	      "\n"
	      "What passes and what is refused a second: by row, node, service or reason of\n"
	      "refusal, until q is pressed.  ? lists the keys.  No counter is reset.\n"
	      "\n"
	      "  -d, --delay SECONDS   time between two readings, 0.1 to 3600; usually 2\n"
	      "      --by VIEW         rows (as usual), nodes, services or reasons\n"
	      "      --batch           print text, for scripts: each time after a delay\n"
	      "  -n, --iterations N    end after printing N times\n"
	      "      --json            print one JSON object a line\n"
	      "  -h, --help            print this\n",
	      out);
}

static void leave(struct follower *follower)
{
	if (follower->open)
		client_close(&follower->client);
	follower->open = false;
}

static char *refusal(struct follower *follower, int error)
{
	char *sentence = module_refusal(&follower->client, error,
					"cannot read the counters",
					&follower->outcome);

	leave(follower);
	return sentence;
}

static char *begin(struct follower *follower)
{
	char *sentence = module_open(&follower->client);

	follower->open = true;
	follower->outcome = SYSTEM;
	if (sentence)
		leave(follower);
	return sentence;
}

/* A module that was loaded anew answers to another number. */
static char *take(void *arg, struct reading **reading)
{
	struct follower *follower = arg;
	bool fresh = !follower->open;
	char *sentence = NULL;
	int error;

	if (fresh)
		sentence = begin(follower);
	if (sentence)
		return sentence;
	error = reading_take(&follower->client, reading);
	if (!error)
		return NULL;
	sentence = refusal(follower, error);
	if (fresh || error == -EAGAIN)
		return sentence;
	free(sentence);
	return take(follower, reading);
}

static void wait_for(uint32_t delay)
{
	struct timespec left = {
		.tv_sec = delay / MILLISECONDS,
		.tv_nsec = (long)(delay % MILLISECONDS) * 1000000,
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static enum outcome print(const struct live *live, const struct top *top)
{
	if (top->json)
		out_json_print(rates_json(live, top->by), JSON_COMPACT);
	else
		rates_print(live, top->by);
	return out_flush(DONE);
}

static enum outcome run_batch(struct follower *follower, const struct top *top)
{
	enum outcome outcome = DONE;
	struct reading *reading;
	struct live live = { 0 };
	uint32_t i = 0;
	char *sentence;

	while (outcome == DONE) {
		sentence = take(follower, &reading);
		if (sentence) {
			outcome = fail_with(follower->outcome, "%s", sentence);
			free(sentence);
			break;
		}
		live_add(&live, reading);
		if (live.before)
			outcome = print(&live, top);
		if (live.before && ++i == top->times)
			break;
		wait_for(top->delay);
	}
	live_forget(&live);
	return outcome;
}

/* Refuse an ordinary user before the terminal is taken. */
static enum outcome run_screen(struct follower *follower, const struct top *top)
{
	const struct source source = { .take = take, .arg = follower };
	const char *absent;
	enum outcome outcome;

	outcome = module_connect(&follower->client, &absent);
	follower->open = true;
	if (outcome == DONE && absent && follower->client.family != GENL_ID_CTRL)
		outcome = fail_with(SYSTEM, "%s", absent);
	if (outcome == DONE && absent)
		leave(follower);
	return outcome == DONE ? screen_run(&source, top->by, top->delay) :
				 outcome;
}

/* Read a number with up to three digits behind the point, in thousandths. */
static bool read_thousandths(const char *text, uint32_t *value)
{
	uint64_t number = 0, unit = MILLISECONDS;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && number <= DELAY_MOST; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	number *= MILLISECONDS;
	if (p != text && *p == '.')
		for (p++; *p >= '0' && *p <= '9' && unit > 1; p++) {
			unit /= 10;
			number += (uint64_t)(*p - '0') * unit;
		}
	*value = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
	return p != text && !*p;
}

static bool read_times(const char *text, uint32_t *times)
{
	uint64_t number = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && number <= TIMES_MOST; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	*times = (uint32_t)number;
	return p != text && !*p && number && number <= TIMES_MOST;
}

static enum outcome read_words(struct top *top, const char *delay,
			       const char *times, const char *by)
{
	int view;

	if (delay && (!read_thousandths(delay, &top->delay) ||
		      top->delay < DELAY_LEAST || top->delay > DELAY_MOST))
		return fail_usage("top", "-d: %s is no time; write seconds from 0.1 to 3600",
				  delay);
	if (times && !read_times(times, &top->times))
		return fail_usage("top", "-n: %s is no number of iterations; write 1 or more",
				  times);
	view = by ? names_find(&rates_by_words, by) : BY_ROWS;
	if (view < 0)
		return options_unknown_word("top", &rates_by_words, by);
	top->by = (enum rates_by)view;
	if (times && !top->batch)
		return fail_usage("top", "-n: is for scripts; write --batch too");
	if (top->json && !top->batch)
		return fail_usage("top", "--json: is for scripts; write --batch too");
	if (!top->batch && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return fail_usage("top",
				  "standard input and output are no terminal; write --batch");
	return DONE;
}

/**
 * cmd_top - the verb top
 * @argc: its words, "top" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_top(int argc, char **argv)
{
	struct follower follower = { .outcome = SYSTEM };
	struct top top = { .delay = DELAY_USUAL };
	const char *delay = NULL, *times = NULL, *by = NULL;
	const struct option_spec specs[] = {
		{ .name = "delay", .letter = 'd', .value = &delay },
		{ .name = "iterations", .letter = 'n', .value = &times },
		{ .name = "by", .value = &by },
		{ .name = "batch", .flag = &top.batch },
		{ .name = "json", .flag = &top.json },
	};
	enum outcome outcome;

	if (!options_read("top", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;
	outcome = read_words(&top, delay, times, by);
	if (outcome == DONE)
		outcome = top.batch ? run_batch(&follower, &top) :
				      run_screen(&follower, &top);
	leave(&follower);
	return outcome;
}
