/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One exchange of HTTP, with a client that may be slow, hostile or gone.
 */
#ifndef OUTPUT_HTTP_H
#define OUTPUT_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of the head of a request, at most. */
#define HTTP_HEAD_MAX	8192U

/* Time for the head of a request, and for the answer, in milliseconds. */
#define HTTP_READ_MS	2000
#define HTTP_WRITE_MS	5000

/**
 * struct http_answer - an answer
 * @status: 200, or the status of an error
 * @without_body: whether the body is left out, as HEAD wants
 * @type: media type of the body
 * @body: the body
 * @size: its octets
 */
struct http_answer {
	unsigned int status;
	bool without_body;
	const char *type;
	const char *body;
	size_t size;
};

unsigned int http_judge(const char *head, size_t size, const char *path,
			bool *without_body);
unsigned int http_request(int fd, const char *path, bool *without_body);
char *http_sentence(unsigned int status, const char *path);
void http_answer(int fd, const struct http_answer *answer);

#endif /* OUTPUT_HTTP_H */
