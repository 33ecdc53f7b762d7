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
#include "cmd/named.h"
#include "cmd/query.h"
#include "netlink/explain.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/explain.h"

/* Answers to this many fit into the socket's buffer with room to spare. */
#define AHEAD		64U

#define LINE_WORDS	16U

/**
 * struct pending - a line that is to be answered
 * @line: its number
 * @sequence: number of the request, whose answer is outstanding
 * @query: the question
 * @why: why the line could not be read, or NULL
 * @answers: the answers to a question with names, else none
 */
struct pending {
	unsigned int line;
	uint32_t sequence;
	struct query query;
	char *why;
	struct answers answers;
};

/**
 * struct batch - lines under way
 * @client: the socket of questions that are sent ahead
 * @names: the socket of questions with names, which are answered one by one
 * @view: the nodes that have the names
 * @pending: lines that are to be answered
 * @count: number of these lines
 * @line: number of the last line
 * @unread: some line could not be read
 */
struct batch {
	struct client *client;
	struct client names;
	struct view view;
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

/* Tell the cause that the module gave for not taking a question. */
static const char *module_says(const struct client *client)
{
	return *client->refusal.message ? client->refusal.message :
					  strerror(EINVAL);
}

/* An answer to a line, as it comes. */
struct coming {
	struct client *client;
	uint32_t sequence;
};

static int receive(const struct query *query, struct verdict *verdict,
		   void *arg)
{
	const struct coming *coming = arg;

	(void)query;
	*verdict = (struct verdict){ .reason = -1, .mode = -1, .profile = -1 };
	return client_receive(coming->client, coming->sequence, explain_read,
			      verdict);
}

static enum outcome answer(struct batch *batch, struct pending *pending,
			   const struct links *links)
{
	struct coming coming = { batch->client, pending->sequence };
	struct arrival arrival;
	int error = 0;

	if (pending->why) {
		print_error(pending->line, pending->why);
		return DONE;
	}
	if (!pending->answers.count)
		error = answers_ask(&pending->answers, NULL, &pending->query,
				    receive, &coming);
	if (error == -EINVAL) {
		batch->unread = true;
		print_error(pending->line, module_says(batch->client));
		return DONE;
	}
	if (error)
		return module_fail(batch->client, error, "cannot explain");
	arrival_find(&arrival, links, pending->query.in);
	out_json_print(explain_json(&pending->answers, &arrival), JSON_COMPACT);
	arrival_free(&arrival);
	return DONE;
}

static void forget_pending(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		free(batch->pending[i].why);
		answers_free(&batch->pending[i].answers);
	}
	batch->count = 0;
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
	forget_pending(batch);
	return out_flush(outcome);
}

/* Ask a question with names, and keep its answer for its turn. */
static enum outcome ask_named(struct batch *batch, char **words, size_t count,
			      struct pending *pending)
{
	struct query_fault fault = { 0 };
	enum outcome outcome = DONE;
	int error;

	if (!batch->names.socket)
		outcome = module_connect(&batch->names, NULL);
	if (outcome != DONE)
		return outcome;
	error = named_ask(&batch->names, &batch->view, 0, words, count,
			  &pending->query, &pending->answers, &fault);
	if (error == -EINVAL) {
		pending->why = xstrdup(module_says(&batch->names));
		batch->unread = true;
	} else if (error) {
		return module_fail(&batch->names, error, "cannot explain");
	} else if (fault.why) {
		batch->unread = true;
		pending->why = query_fault_text(&fault);
		query_fault_free(&fault);
	}
	return DONE;
}

static enum outcome send_ahead(struct batch *batch, struct pending *pending)
{
	struct nl_msg *request = explain_request(batch->client,
						 &pending->query);
	int error;

	pending->sequence = batch->client->sequence;
	error = client_send(batch->client, request);
	return error ? fail_with(SYSTEM, "cannot explain: %s",
				 strerror(-error)) : DONE;
}

static enum outcome ask(struct batch *batch, char *line, size_t length)
{
	const char *encoding = foreign_encoding(line, length);
	struct pending *pending;
	char *words[LINE_WORDS] = { NULL }, *word;
	char *rest = (char *)foreign_skip_mark(line);
	enum outcome outcome = DONE;
	struct query_fault fault;
	size_t count = 0;

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
	} else if (!query_parse(&pending->query, words, count, NULL, &fault)) {
		batch->unread = true;
		pending->why = query_fault_text(&fault);
		query_fault_free(&fault);
	} else {
		outcome = query_is_named(&pending->query) ?
			  ask_named(batch, words, count, pending) :
			  send_ahead(batch, pending);
	}
	if (outcome != DONE)
		return outcome;
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
	struct batch *batch = xalloc(sizeof(*batch));
	size_t capacity = 65536;
	char *buffer = xalloc(capacity);
	enum outcome outcome;

	batch->client = client;
	outcome = read_input(batch, &buffer, &capacity);
	if (outcome == DONE)
		outcome = answer_all(batch);
	if (outcome == DONE && batch->unread)
		outcome = USAGE;
	forget_pending(batch);
	client_close(&batch->names);
	view_free(&batch->view);
	free(buffer);
	free(batch);
	return outcome;
}
