// SPDX-License-Identifier: GPL-2.0-only
/*
 * One exchange of HTTP: what is answered, what is refused, and in which time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "output/http.h"

#define HOST	"Host: a\r\n"

static const struct {
	const char *head;
	unsigned int status;
	bool without_body;
} heads[] = {
	{ "GET /metrics HTTP/1.1\r\n" HOST "\r\n", 200 },
	{ "GET /metrics HTTP/1.1\n" "host:a\n\n", 200 },
	{ "GET /metrics HTTP/1.0\r\n\r\n", 200 },
	{ "GET /metrics?x=1 HTTP/1.1\r\n" HOST "\r\n", 200 },
	{ "GET http://a:9/metrics HTTP/1.1\r\n" HOST "\r\n", 200 },
	{ "HEAD /metrics HTTP/1.1\r\n" HOST "Accept: */*\r\n\r\n", 200, true },
	{ "GET / HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "GET /metricsx HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "GET /metric HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "GET /metrics/ HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "GET http://a/ HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "GET http://metrics HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "HEAD /x HTTP/1.1\r\n" HOST "\r\n", 404, true },
	{ "POST /metrics HTTP/1.1\r\n" HOST "\r\n", 405 },
	{ "get /metrics HTTP/1.1\r\n" HOST "\r\n", 405 },
	{ "GETS /metrics HTTP/1.1\r\n" HOST "\r\n", 405 },
	{ "GET /metrics HTTP/2.0\r\n" HOST "\r\n", 505 },
	{ "GET /metrics HTTP/1.1\r\n\r\n", 400 },
	{ "GET /metrics HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
	{ "GET /metrics HTTP/1.1\r\n" HOST " folded\r\n\r\n", 400 },
	{ "GET /metrics HTTP/1.1\r\n" HOST "a b: c\r\n\r\n", 400 },
	{ "GET /metrics HTTP/1.1\r\n" HOST "none\r\n\r\n", 400 },
	{ "GET /metrics HTTP/1.1\r\n" HOST ": c\r\n\r\n", 400 },
	{ "GET /metrics\r\n\r\n", 400 },
	{ "GET /metrics \r\n\r\n", 400 },
	{ "GET  HTTP/1.1\r\n\r\n", 400 },
	{ "GET /metrics HTTP/1.1 \r\n" HOST "\r\n", 400 },
	{ "GET /metrics HTTP/11\r\n" HOST "\r\n", 400 },
	{ "GET /metrics HTTP/1.x\r\n" HOST "\r\n", 400 },
	{ "GET /metrics HTTX/1.1\r\n" HOST "\r\n", 400 },
	{ " GET /metrics HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "\x16\x03\x01\x02\n\n", 400 },
	{ "GET\n\n", 400 },
};

static void each_head_has_its_status(void **state)
{
	bool without_body;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		/* At the end of memory that belongs to it. */
		char *head = strdup(heads[i].head);
		unsigned int status = http_judge(head, strlen(head), "/metrics",
						 &without_body);

		if (status != heads[i].status ||
		    (status != 400 && without_body != heads[i].without_body))
			fail_msg("%u for %s", status, head);
		free(head);
	}
	assert_int_equal(http_judge("GET /metrics HTTP/1.0\0\n\n", 24,
				    "/metrics", &without_body), 400);
}

/* A client that says this in two parts, and goes or stays. */
static unsigned int asked(const char *text, size_t size, size_t first, bool stays)
{
	unsigned int status;
	bool without_body;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	if (size)
		assert_int_equal(write(ends[1], text, first), first);
	if (size > first)
		assert_int_equal(write(ends[1], text + first, size - first),
				 size - first);
	if (!stays)
		shutdown(ends[1], SHUT_WR);
	status = http_request(ends[0], "/metrics", &without_body);
	close(ends[0]);
	close(ends[1]);
	return status;
}

static void a_request_may_come_in_parts(void **state)
{
	static const char good[] = "\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\nrest";
	size_t i, size = sizeof(good) - 1;

	for (i = 1; i < size; i++)
		assert_int_equal(asked(good, size, i, true), 200);
}

static void a_request_that_ends_early_is_refused(void **state)
{
	static const char good[] = "GET /metrics HTTP/1.0\r\n\r\n";
	size_t i;

	assert_int_equal(asked("", 0, 0, false), 0);
	for (i = 1; i < sizeof(good) - 1; i++)
		assert_int_equal(asked(good, i, i, false), 400);
	assert_int_equal(asked("GET /\0 HTTP/1.0\r\n\r\n", 19, 19, true), 400);
}

static void a_giant_request_is_refused(void **state)
{
	char *giant = malloc(HTTP_HEAD_MAX + 1);
	static const char begin[] = "GET /metrics HTTP/1.0\r\nX: ";

	memset(giant, 'a', HTTP_HEAD_MAX + 1);
	assert_int_equal(asked(giant, HTTP_HEAD_MAX + 1, 1, true), 431);
	memcpy(giant, begin, sizeof(begin) - 1);
	assert_int_equal(asked(giant, HTTP_HEAD_MAX + 1, 1, true), 431);
	memcpy(giant + HTTP_HEAD_MAX - 4, "\r\n\r\n", 4);
	assert_int_equal(asked(giant, HTTP_HEAD_MAX, 1, true), 200);
	free(giant);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static void a_slow_request_is_refused_in_time(void **state)
{
	int64_t begin = milliseconds();

	assert_int_equal(asked("GET /metrics HTTP/1.0\r\n", 23, 1, true), 408);
	assert_in_range(milliseconds() - begin, HTTP_READ_MS,
			HTTP_READ_MS + 10000);
}

/* What a client reads that has sent this much more than its request. */
static char *answered(const struct http_answer *answer, size_t more)
{
	char *rest = calloc(1, more + 1), *text = calloc(1, 65536);
	size_t size = 0;
	ssize_t got;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(write(ends[1], rest, more), more);
	shutdown(ends[1], SHUT_WR);
	http_answer(ends[0], answer);
	close(ends[0]);
	while ((got = read(ends[1], text + size, 65535 - size)) > 0)
		size += (size_t)got;
	assert_int_equal(got, 0);
	close(ends[1]);
	free(rest);
	return text;
}

static void an_answer_has_its_length_and_ends(void **state)
{
	struct http_answer answer = {
		.status = 200, .type = "text/x", .body = "body\n", .size = 5,
	};
	char *text = answered(&answer, 5000);

	assert_memory_equal(text, "HTTP/1.1 200 OK\r\nDate: ", 23);
	assert_non_null(strstr(text, " GMT\r\nContent-Type: text/x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nbody\n"));
	free(text);
	answer.without_body = true;
	text = answered(&answer, 0);
	assert_non_null(strstr(text, "Content-Length: 5\r\nConnection: close\r\n\r\n"));
	assert_null(strstr(text, "body"));
	free(text);
	answer.status = 405;
	text = answered(&answer, 0);
	assert_memory_equal(text, "HTTP/1.1 405 Method Not Allowed\r\n", 33);
	assert_non_null(strstr(text, "\r\nAllow: GET, HEAD\r\n"));
	free(text);
}

static void a_client_that_is_gone_kills_nobody(void **state)
{
	struct http_answer answer = {
		.status = 200, .type = "text/x", .body = "body\n", .size = 5,
	};
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	http_answer(ends[0], &answer);
	close(ends[0]);
}

static void a_client_that_reads_nothing_is_left(void **state)
{
	size_t size = 8U << 20;
	struct http_answer answer = {
		.status = 200, .type = "text/x", .body = calloc(1, size),
		.size = size,
	};
	int64_t begin = milliseconds();
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	http_answer(ends[0], &answer);
	assert_in_range(milliseconds() - begin, HTTP_WRITE_MS,
			HTTP_WRITE_MS + 10000);
	close(ends[0]);
	close(ends[1]);
	free((void *)answer.body);
}

static void each_error_has_one_sentence(void **state)
{
	static const unsigned int errors[] = { 400, 404, 405, 408, 431, 505 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		char *text = http_sentence(errors[i], "/metrics");

		assert_int_equal(strtoul(text, NULL, 10), errors[i]);
		assert_int_equal(strchr(text, '\n') - text, strlen(text) - 1);
		assert_int_equal(strstr(text, "/metrics") != NULL,
				 errors[i] == 404);
		free(text);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_head_has_its_status),
	cmocka_unit_test(a_request_may_come_in_parts),
	cmocka_unit_test(a_request_that_ends_early_is_refused),
	cmocka_unit_test(a_giant_request_is_refused),
	cmocka_unit_test(a_slow_request_is_refused_in_time),
	cmocka_unit_test(an_answer_has_its_length_and_ends),
	cmocka_unit_test(a_client_that_is_gone_kills_nobody),
	cmocka_unit_test(a_client_that_reads_nothing_is_left),
	cmocka_unit_test(each_error_has_one_sentence),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
