// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl learn: the peers that use each row, in a file for advise.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/words.h"
#include "cmd/listen.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "learn/file.h"
#include "output/file.h"
#include "output/stdout.h"

/* Seconds between two writes of the file. */
#define WRITE_EVERY	(10U * 60)

/* Events a second of a processor and a kind, unless another number is lost. */
#define RATE		10000U

/* A file of peers holds addresses of the site. */
#define FILE_MODE	0600

/**
 * struct learning - a listener of this verb
 * @listen: the listener
 * @learned: the peers
 * @file: file to write
 * @seconds: time to listen
 * @written: seconds of listening at the last write
 * @failure: a write failed
 */
struct learning {
	struct listen listen;
	struct learned learned;
	const char *file;
	uint32_t seconds;
	uint64_t written;
	bool failure;
};

static void print_help(void)
{
	fputs("usage: edgectl learn --for TIME --file FILE\n"
	      "\n"
	      "Collects the peers of permitted connections, and those refused as no member\n"
	      "of a set, by row, in a file for edgectl advise --learned FILE.  A row has at\n"
	      "most 64 prefixes of each family, none wider than /16 (IPv4) or /32 (IPv6).\n"
	      "The file is written every ten minutes while events come, and at the end;\n"
	      "Ctrl-C ends.\n"
	      "\n"
	      "  --for TIME   end after this time: 30m, 2h, 1d\n"
	      "  --file FILE  the file, which must not be there yet\n"
	      "  -h, --help   print this\n",
	      out);
}

static void take_event(const struct event *event, void *arg)
{
	struct learning *l = arg;
	const struct view *view;

	if (!learned_wants(event))
		return;
	view = listen_view(&l->listen, event->generation);
	if (view->generation == event->generation)
		learned_add(&l->learned, &view->policy, &view->table, event);
	else
		l->learned.beyond++;
}

static void take_loss(const struct loss *loss, void *arg)
{
	struct learning *l = arg;

	learned_lose(&l->learned, loss);
}

static enum outcome write_learned(struct learning *l)
{
	enum outcome outcome;
	char *text;

	l->learned.ended = (uint64_t)time(NULL);
	text = learned_text(&l->learned);
	outcome = file_write(l->file, text, strlen(text), FILE_MODE, true);
	free(text);
	return outcome;
}

/* Write the file now and then. Return: true when that fails. */
static bool write_meanwhile(void *arg)
{
	struct learning *l = arg;
	uint64_t now = listen_seconds(&l->listen);

	if (now >= l->written + WRITE_EVERY) {
		l->written = now;
		l->failure = write_learned(l) != DONE;
	}
	return l->failure;
}

static void print_summary(const struct learned *learned)
{
	char *span = moment_span(learned->ended > learned->began ?
				 learned->ended - learned->began : 0);
	uint64_t lost = learned_lost(learned);

	fprintf(out, "%ju permitted and %ju refused for their peers in %s, of %zu %s; ",
		(uintmax_t)learned->permitted, (uintmax_t)learned->refused,
		span, learned->count,
		words_plural(learned->count, "row", "rows"));
	if (lost)
		fprintf(out, "lost: %ju, so that peers may be missing\n",
			(uintmax_t)lost);
	else
		fputs("nothing was lost\n", out);
	free(span);
}

static enum outcome listen_to(struct learning *l)
{
	const struct event_filter filter = { .rate = RATE };
	enum outcome outcome, written;

	outcome = listen_open(&l->listen);
	if (outcome != DONE)
		return outcome;
	if (!access(l->file, F_OK))
		return fail_with(REFUSED,
				 "%s: is there already; name another file, or remove it",
				 l->file);
	l->learned.began = (uint64_t)time(NULL);
	l->listen.listener = (struct listener){
		take_event, take_loss, l, 0, false,
	};
	outcome = listen_begin(&l->listen, &filter);
	/* A file that cannot be written is told before a day is lost. */
	if (outcome == DONE)
		outcome = write_learned(l);
	if (outcome != DONE)
		return outcome;
	outcome = listen_follow(&l->listen, l->seconds, write_meanwhile);
	if (l->failure)
		return SYSTEM;
	written = write_learned(l);
	if (outcome == DONE && written == DONE)
		print_summary(&l->learned);
	return outcome == DONE ? written : outcome;
}

/**
 * cmd_learn - the verb learn
 * @argc: its words, "learn" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_learn(int argc, char **argv)
{
	const char *time = NULL;
	struct learning l = { .file = NULL };
	const struct option_spec specs[] = {
		{ .name = "for", .value = &time },
		{ .name = "file", .value = &l.file },
	};
	enum outcome outcome;

	if (!options_read("learn", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;
	if (!time || !l.file)
		return fail_usage("learn",
				  "write how long, and a file: --for 1d --file peers.json");
	if (!moment_read_span(time, LISTEN_MAX, &l.seconds))
		return fail_usage("learn",
				  "--for %s: write a time as 30m, 2h or 1d, up to 30d",
				  time);
	outcome = listen_to(&l);
	learned_free(&l.learned);
	listen_close(&l.listen);
	return outcome;
}
