// SPDX-License-Identifier: GPL-2.0-only
/*
 * One exchange of HTTP, with a client that may be slow, hostile or gone.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "output/http.h"

/* Bounds of reading the rest of a refused request: a socket that is closed with
 * octets unread takes the answer away from its client.
 */
#define DRAIN_MAX	(256U << 10)
#define DRAIN_MS	500

#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKEN		LETTERS "0123456789!#$%&'*+-.^_`|~"

static const struct {
	unsigned int status;
	const char *reason;
	const char *sentence;
} statuses[] = {
	{ 200, "OK", "" },
	{ 400, "Bad Request", "this is no request of HTTP/1.1" },
	{ 404, "Not Found", "the metrics are at " },
	{ 405, "Method Not Allowed", "the methods are GET and HEAD" },
	{ 408, "Request Timeout", "the request was not whole in time" },
	{ 431, "Request Header Fields Too Large", "the request is too long" },
	{ 505, "HTTP Version Not Supported", "the versions are 1.0 and 1.1" },
};

static size_t place_of(unsigned int status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			return i;
	return 1;
}

/**
 * http_sentence - say why a request is refused
 * @status: the status
 * @path: the path that is served
 *
 * Return: a new string, one line.
 */
char *http_sentence(unsigned int status, const char *path)
{
	size_t i = place_of(status);

	return xformat("%u %s: %s%s\n", status, statuses[i].reason,
		       statuses[i].sentence, status == 404 ? path : "");
}

/* --- judging the head of a request */

/* The length of a line, without its end; *next is behind the end. */
static size_t line_length(const char *line, const char **next)
{
	const char *end = strchr(line, '\n');
	size_t length = end ? (size_t)(end - line) : strlen(line);

	*next = end ? end + 1 : line + length;
	return length && line[length - 1] == '\r' ? length - 1 : length;
}

/* Fields are well-formed, and HTTP/1.1 has one field Host. */
static bool are_fields(const char *line, bool wants_host)
{
	unsigned int hosts = 0;
	const char *next;
	char name[5] = "";
	size_t length;

	for (; (length = line_length(line, &next)); line = next) {
		size_t token = strspn(line, TOKEN);

		if (!token || token >= length || line[token] != ':')
			return false;
		if (token == strlen("host")) {
			memcpy(name, line, token);
			hosts += nearest_same_letters(name, "host");
		}
	}
	return wants_host ? hosts == 1 : hosts <= 1;
}

/* Whether a target, which ends with a space, names a path: in the short form,
 * or behind http:// and a host.
 */
static bool names_path(const char *target, const char *path)
{
	size_t length = strcspn(target, " ?");

	if (!strncmp(target, "http://", 7)) {
		size_t host = strcspn(target + 7, "/? ");

		target += 7 + host;
		length = strcspn(target, " ?");
	}
	return length == strlen(path) && !strncmp(target, path, length);
}

/**
 * http_judge - judge the head of a request
 * @head: the head, with a NUL behind it
 * @size: its octets
 * @path: the path that is served
 * @without_body: set to whether the client asks for the head of the answer alone
 *
 * Return: 200, or the status of an error.
 */
unsigned int http_judge(const char *head, size_t size, const char *path,
			bool *without_body)
{
	size_t method = strspn(head, TOKEN), target, length;
	const char *next, *version;
	bool found;

	*without_body = method == 4 && !strncmp(head, "HEAD", 4);
	length = line_length(head, &next);
	if (strlen(head) != size || !method || head[method] != ' ')
		return 400;
	target = strcspn(head + method + 1, "\n ");
	version = head + method + 1 + target;
	if (!target || *version++ != ' ')
		return 400;
	if (head + length - version != (ptrdiff_t)strlen("HTTP/1.1") ||
	    strncmp(version, "HTTP/", 5) || !strchr("0123456789", version[5]) ||
	    version[6] != '.' || !strchr("0123456789", version[7]))
		return 400;
	if (version[5] != '1')
		return 505;
	if (!are_fields(next, version[7] != '0'))
		return 400;
	found = names_path(head + method + 1, path);
	if (!found)
		return 404;
	return *without_body || (method == 3 && !strncmp(head, "GET", 3)) ?
	       200 : 405;
}

/* --- reading and writing in time */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Wait until a socket is ready, or the time is over: then return false. */
static bool wait_for(int fd, short events, int64_t until)
{
	struct pollfd ready = { .fd = fd, .events = events };
	int64_t left;
	int count;

	do {
		left = until - now_ms();
		count = left > 0 ? poll(&ready, 1, (int)left) : 0;
	} while (count < 0 && errno == EINTR);
	return count > 0;
}

/* The end of the head, which is an empty line, or NULL. */
static const char *end_of_head(const char *text)
{
	const char *line = text;

	while ((line = strchr(line, '\n'))) {
		line++;
		if (*line == '\n')
			return line + 1;
		if (line[0] == '\r' && line[1] == '\n')
			return line + 2;
	}
	return NULL;
}

/* Empty lines before a request are let pass. */
static size_t skip_empty_lines(char *text, size_t size)
{
	size_t empty = strspn(text, "\r\n");

	memmove(text, text + empty, size - empty + 1);
	return size - empty;
}

/**
 * http_request - read the head of a request, and judge it
 * @fd: the socket
 * @path: the path that is served
 * @without_body: as http_judge() says
 *
 * Context: takes HTTP_READ_MS at most.
 *
 * Return: 200; the status of an error; 0 of a client that went without a word.
 */
unsigned int http_request(int fd, const char *path, bool *without_body)
{
	int64_t until = now_ms() + HTTP_READ_MS;
	char head[HTTP_HEAD_MAX + 1] = "";
	size_t size = 0;
	ssize_t got;

	*without_body = false;
	for (;;) {
		const char *end = end_of_head(head);

		if (end) {
			head[end - head] = '\0';
			return http_judge(head, (size_t)(end - head), path,
					  without_body);
		}
		if (strlen(head) != size)
			return 400;
		if (size == HTTP_HEAD_MAX)
			return 431;
		if (!wait_for(fd, POLLIN, until))
			return size ? 408 : 0;
		got = read(fd, head + size, HTTP_HEAD_MAX - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return size && !got ? 400 : 0;
		head[size + (size_t)got] = '\0';
		size = skip_empty_lines(head, size + (size_t)got);
	}
}

/* A client that reads nothing is left. A pipe is written to as well. */
static bool send_all(int fd, const char *text, size_t size, int64_t until)
{
	ssize_t done;

	while (size) {
		if (!wait_for(fd, POLLOUT, until))
			return false;
		done = sendto(fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL, NULL,
			      0);
		if (done < 0 && errno == ENOTSOCK)
			done = write(fd, text, size);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (done > 0) {
			text += done;
			size -= (size_t)done;
		}
	}
	return true;
}

static void drain(int fd)
{
	int64_t until = now_ms() + DRAIN_MS;
	char rest[4096];
	size_t size = 0;
	ssize_t got;

	if (shutdown(fd, SHUT_WR))
		return;
	while (size < DRAIN_MAX && wait_for(fd, POLLIN, until)) {
		got = read(fd, rest, sizeof(rest));
		if (got <= 0)
			return;
		size += (size_t)got;
	}
}

/**
 * http_answer - send an answer, and end the exchange
 * @fd: the socket
 * @answer: the answer
 *
 * A client that goes, or reads nothing, is no failure.
 *
 * Context: takes HTTP_WRITE_MS and half a second at most.
 */
void http_answer(int fd, const struct http_answer *answer)
{
	int64_t until = now_ms() + HTTP_WRITE_MS;
	time_t now = time(NULL);
	struct tm tm;
	char date[64], *fields, *head;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %T GMT", &tm);
	fields = xformat("Content-Type: %s\r\nContent-Length: %zu\r\n%s",
			 answer->type, answer->size, answer->status == 405 ?
			 "Allow: GET, HEAD\r\n" : "");
	head = xformat("HTTP/1.1 %u %s\r\nDate: %s\r\n%sConnection: close\r\n\r\n",
		       answer->status,
		       statuses[place_of(answer->status)].reason, date, fields);
	if (send_all(fd, head, strlen(head), until) && !answer->without_body)
		send_all(fd, answer->body, answer->size, until);
	free(head);
	free(fields);
	drain(fd);
}
