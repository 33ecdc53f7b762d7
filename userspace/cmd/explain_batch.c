// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl explain --batch: many questions, one a line.  Questions are sent
 * ahead of the answers as long as more of them are waiting; when none is,
 * all answers are printed, so that somebody can ask and listen by turns.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "cmd/explain_batch.h"
#include "cmd/module.h"
#include "cmd/query.h"
#include "netlink/explain.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/explain.h"

/* Answers to this many fit into the socket's buffer with room to spare. */
#define AHEAD		64U

#define LINE_WORDS	16U

/* A line whose answer is outstanding, or that could not be read. */
struct pending {
	unsigned int line;
	uint32_t sequence;
	char in[NF_EDGE_INTERFACE_NAME_MAX + 1];
	char *why;
};

struct batch {
	struct client *client;
	struct pending pending[AHEAD];
	size_t count;
	unsigned int line;
	bool unread;
};

static void print_error(unsigned int line, const char *why)
{
	char *odd = foreign_odd(why);
	char *sentence = xformat("%s%s%s", why, odd ? "; " : "",
				 odd ? odd : "");

	out_json_print(json_pack("{s:i, s:o, s:i}", SCHEMA,
				 "error", out_json_text(sentence),
				 "line", (int)line), JSON_COMPACT);
	free(sentence);
	free(odd);
}

static enum outcome answer(struct batch *batch, struct pending *pending,
			   const struct links *links)
{
	struct verdict verdict = {
		.reason = -1, .mode = -1, .profile = -1,
	};
	struct arrival arrival;
	int error;

	if (pending->why) {
		print_error(pending->line, pending->why);
		free(pending->why);
		return DONE;
	}
	error = client_receive(batch->client, pending->sequence,
			       explain_read, &verdict);
	if (error == -EINVAL) {
		batch->unread = true;
		print_error(pending->line, *batch->client->refusal.message ?
			    batch->client->refusal.message : strerror(EINVAL));
		return DONE;
	}
	if (error)
		return module_fail(batch->client, error, "cannot explain");
	arrival_find(&arrival, links, pending->in);
	out_json_print(explain_json(&verdict, &arrival), JSON_COMPACT);
	arrival_free(&arrival);
	return DONE;
}

static enum outcome answer_all(struct batch *batch)
{
	enum outcome outcome = DONE;
	struct links links;
	size_t i;

	links_read(&links);
	for (i = 0; i < batch->count && outcome == DONE; i++)
		outcome = answer(batch, &batch->pending[i], &links);
	links_free(&links);
	for (; i < batch->count; i++)
		free(batch->pending[i].why);
	batch->count = 0;
	return out_flush(outcome);
}

static enum outcome ask(struct batch *batch, char *line, size_t length)
{
	const char *encoding = foreign_encoding(line, length);
	struct pending *pending;
	char *words[LINE_WORDS] = { NULL }, *word;
	char *rest = (char *)foreign_skip_mark(line);
	struct nl_msg *request;
	struct query query;
	size_t count = 0;
	int error;

	/* A NUL would hide what stands behind it: let it spoil its word. */
	for (size_t i = 0; i < length; i++)
		if (!line[i])
			line[i] = '\x01';

	batch->line++;
	while ((word = strsep(&rest, " \t\r")))
		if (*word && count < LINE_WORDS)
			words[count++] = word;
	if (!encoding && (!count || *words[0] == '#'))
		return DONE;

	pending = &batch->pending[batch->count++];
	*pending = (struct pending){ .line = batch->line };
	if (encoding) {
		batch->unread = true;
		pending->why = xformat("the line is %s; write UTF-8", encoding);
	} else if (!query_parse(&query, words, count, &pending->why)) {
		batch->unread = true;
	} else {
		request = explain_request(batch->client, &query);
		pending->sequence = batch->client->sequence;
		memcpy(pending->in, query.in, sizeof(pending->in));
		error = client_send(batch->client, request);
		if (error)
			return fail_with(SYSTEM, "cannot explain: %s",
					 strerror(-error));
	}
	return batch->count == AHEAD ? answer_all(batch) : DONE;
}

static bool more_is_waiting(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, 0) > 0;
}

/* Ask what stands in whole lines, and keep the rest. */
static enum outcome ask_lines(struct batch *batch, char *buffer, size_t *length)
{
	char *start = buffer, *end;
	enum outcome outcome = DONE;

	while (outcome == DONE &&
	       (end = memchr(start, '\n',
			     *length - (size_t)(start - buffer)))) {
		*end = '\0';
		outcome = ask(batch, start, (size_t)(end - start));
		start = end + 1;
	}
	*length -= (size_t)(start - buffer);
	memmove(buffer, start, *length);
	return outcome;
}

static enum outcome read_input(struct batch *batch, char **buffer,
			       size_t *capacity)
{
	enum outcome outcome = DONE;
	size_t length = 0;
	ssize_t got;

	while (outcome == DONE) {
		/* One octet stays for the end of the last line. */
		if (length + 1 >= *capacity)
			*buffer = xgrow(*buffer, capacity, *capacity, 1);
		got = read(STDIN_FILENO, *buffer + length,
			   *capacity - length - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_with(SYSTEM, "cannot read standard input: %s",
					 strerror(errno));
		if (!got)
			break;
		length += (size_t)got;
		outcome = ask_lines(batch, *buffer, &length);
		if (outcome == DONE && !more_is_waiting())
			outcome = answer_all(batch);
	}
	if (outcome == DONE && length) {
		(*buffer)[length] = '\0';
		outcome = ask(batch, *buffer, length);
	}
	return outcome;
}

/**
 * explain_batch - answer what stands on standard input
 * @client: the socket
 *
 * Return: DONE; USAGE when a line could not be read; or SYSTEM.
 */
enum outcome explain_batch(struct client *client)
{
	struct batch batch = { .client = client };
	size_t capacity = 65536;
	char *buffer = xalloc(capacity);
	enum outcome outcome;

	outcome = read_input(&batch, &buffer, &capacity);
	if (outcome == DONE)
		outcome = answer_all(&batch);
	free(buffer);
	if (outcome == DONE && batch.unread)
		return USAGE;
	return outcome;
}
