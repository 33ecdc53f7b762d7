// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: each number of the module at its own place, names escaped, a page
 * whole or none, also when memory ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "output/stdout.h"
#include "print/page.h"
#include "verbs/site.h"

/* Allocations that fail in the test of memory, beside the first ones. */
#define FAILURES	25U

/* --- memory that ends */

/* Allocations since the begin, and the one that fails, -1 for none. */
static long *allocations;
static long failing = -1;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_reallocarray(void *array, size_t count, size_t size);
void *__wrap_reallocarray(void *array, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
int __real_vasprintf(char **text, const char *format, va_list args);
int __wrap_vasprintf(char **text, const char *format, va_list args);
FILE *__real_open_memstream(char **text, size_t *size);
FILE *__wrap_open_memstream(char **text, size_t *size);
void __wrap_exit(int code);

static bool fails(void)
{
	return allocations && (*allocations)++ == failing;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *array, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(array, count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
	return fails() ? -1 : __real_vasprintf(text, format, args);
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
	return fails() ? NULL : __real_open_memstream(text, size);
}

/* Memory that is left at the end of the program is no leak. */
void __wrap_exit(int code)
{
	_exit(code);
}

/* Run the verb in a process of its own. */
static int exit_code(char *file, long which)
{
	char *argv[] = { "report", "--html", file, NULL };
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		out_begin();
		*allocations = 0;
		failing = which;
		_exit(cmd_report(3, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static char *read_file(const char *name)
{
	FILE *file = fopen(name, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

static void without_memory_the_file_is_whole_or_the_old_one(void **state)
{
	char *whole, *now, *file = xformat("%s/page.html", getenv("NF_EDGE_STATE"));
	long count, i;

	allocations = mmap(NULL, sizeof(*allocations), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_int_equal(exit_code(file, -1), DONE);
	count = *allocations;
	assert_true(count > 2000);
	whole = read_file(file);
	for (i = 0; i < count; i += i < 20 ? 1 : count / FAILURES) {
		FILE *old = fopen(file, "w");

		fputs("old", old);
		fclose(old);
		assert_int_equal(exit_code(file, i), SYSTEM);
		now = read_file(file);
		assert_string_equal(now, "old");
		free(now);
	}
	munmap(allocations, sizeof(*allocations));
	allocations = NULL;
	assert_non_null(strstr(whole, "</html>\n"));
	free(whole);
	free(file);
}

/* --- the page */

/* The cells of counters, those of both directions side by side. */
static char *cells(size_t k)
{
	static const size_t places[] = { 1, 2, 4, 3, 5, 6 };
	char *text = xstrdup(""), *more;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		char *value = page_grouped(k + places[i]);

		more = xformat("%s\n<td class=\"number\">%s</td>", text, value);
		free(value);
		free(text);
		text = more;
	}
	return text;
}

static void line(const char *first, const char *second, size_t k)
{
	char *counts = cells(k);
	char *text = xformat("<tr>\n<th scope=\"row\">%s</th>\n<td>%s</td>%s\n<td class=\"moment\">",
			     first, second, counts);

	says(text);
	free(text);
	free(counts);
}

static void each_number_is_at_its_place(void **state)
{
	static const char *const names[] = { "edge1", "edge2" };
	size_t n, i;

	GOOD(report, "report", "--html");
	for (n = 0; n < 2; n++) {
		for (i = 0; i < module.view.table.count; i++)
			line(names[n], module.view.table.row[i].id,
			     (n + 1) * 10000 + i * 10);
		for (i = 0; i < SERVICE_COUNT; i++)
			line(names[n], service_words[i],
			     (n + 1) * 10000 + i * 10);
	}
	says("<th scope=\"row\">no-row</th>\n<td>No row has the service, direction, protocol and port of the packet.</td>\n<td class=\"number\">400</td>\n<td class=\"number\">401</td>\n<td class=\"number\">402</td>\n<td class=\"number\">403</td>");
	/* Each node has a band for each zone of a side, and for no other. */
	assert_int_equal(times_said("class=\"band external"), 2);
	assert_int_equal(times_said("class=\"band internal"), 2);
	assert_int_equal(times_said("class=\"band pic"), 2);
	assert_int_equal(times_said("class=\"band xmpp"), 4);
	assert_int_equal(times_said("class=\"band site"), 0);
	says("<dd>5 addresses of 2 nodes</dd>");
	says("mode audit: nothing is dropped");
	says("<b>mode, zone xmpp, feature av</b>: switched since the load");
	says("<b>lan0</b>: no device has this name");
	says("generation 41");
	says("<th scope=\"row\">peers/crl</th>\n<td class=\"number\">3</td>\n<td>192.0.2.0/24, 198.51.100.0/25, 2001:db8:7::/48</td>");
	says("<dd>11 of 65536 entries</dd>");
}

/* What stands to the right in a column, a bit each: its heading, or its cell. */
static uint32_t numbers_of(const char *from, const char *end, const char *const *cells)
{
	uint32_t found = 0;
	size_t i, n = 0;

	for (; from < end; from++) {
		for (i = 0; cells[i]; i++) {
			size_t length = strlen(cells[i]);

			if (strncmp(from, cells[i], length) != 0)
				continue;
			if (!strncmp(from + length, " class=\"number", 14))
				found |= 1U << n;
			n++;
		}
	}
	return found;
}

static void numbers_stand_below_headings_of_numbers(void **state)
{
	static const char *const headings[] = { "<th scope=\"col\"", NULL };
	static const char *const cells[] = { "<th scope=\"row\"", "<td", NULL };
	const char *head, *body, *line, *end;
	size_t tables = 0;

	GOOD(report, "report", "--html");
	for (head = printed; (head = strstr(head, "<thead>")); head = end) {
		uint32_t found = 0;

		body = strstr(head, "<tbody>");
		assert_non_null(body);
		end = strstr(body, "</tbody>");
		assert_non_null(end);
		/* A cell may be empty. */
		for (line = strstr(body, "<tr"); line && line < end;
		     line = strstr(line + 1, "<tr"))
			found |= numbers_of(line, strstr(line, "</tr>"), cells);
		assert_int_equal(numbers_of(head, body, headings), found);
		tables++;
	}
	assert_true(tables >= 5);
}

static void a_site_without_traffic_is_drawn(void **state)
{
	module.silent = true;
	memset(module.drop, 0, sizeof(module.drop));
	GOOD(report, "report", "--html");
	says("external: none");
	is_silent_of("nan");
	is_silent_of("inf ");
	says("<b>0</b> packets permitted");
}

/* Nobody sees lines and boxes beneath the frame of the drawing. */
static void expect_all_in_frame(void)
{
	const char *at = strstr(printed, "viewBox=\"0 0 ");
	const char *end = strstr(printed, "</svg>");
	int width, height, y, tall;

	assert_non_null(at);
	assert_non_null(end);
	assert_int_equal(sscanf(at, "viewBox=\"0 0 %d %d\"", &width, &height), 2);
	for (; (at = strstr(at, " y=\"")) && at < end; at++) {
		assert_int_equal(sscanf(at, " y=\"%d\" ", &y), 1);
		assert_in_range(y, 0, height);
	}
	/* Boxes are of one height at least: the nodes', and those of both sides. */
	for (at = printed; (at = strstr(at, "<rect class=\"")) && at < end; at++)
		if (sscanf(at, "<rect class=\"%*[a-z ]\" x=\"%*d\" y=\"%d\" width=\"%*d\" height=\"%d\"",
			   &y, &tall) == 2)
			assert_in_range(y + tall, 0, height);
}

/* The nodes are higher than the sides, and then the sides are higher. */
static void the_drawing_has_room_for_all(void **state)
{
	char name[16];
	int i;

	GOOD(report, "report", "--html");
	expect_all_in_frame();
	for (i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "port%d", i);
		interface_add(policy, name)->sides = 1U << NF_EDGE_SIDE_INTERNAL;
	}
	GOOD(report, "report", "--html");
	expect_all_in_frame();
	policy->node_count = 1;
	GOOD(report, "report", "--html");
	expect_all_in_frame();
	policy->node_count = 2;
}

/* The widest band is of the zone with most bytes; none is thinner than a line. */
static void bands_are_as_wide_as_their_share(void **state)
{
	const char *at, *stroke;
	double width, most = 0;

	GOOD(report, "report", "--html");
	for (at = printed; (at = strstr(at, "<line class=\"band")); at++) {
		stroke = strstr(at, "stroke-width=\"");
		assert_non_null(stroke);
		assert_int_equal(sscanf(stroke, "stroke-width=\"%lf\"", &width), 1);
		assert_true(width >= 1);
		if (width > most)
			most = width;
	}
	assert_true(most > 10);
}

/* Where nothing is to be noticed, that is said. */
static void a_site_in_order_has_no_findings(void **state)
{
	policy->mode = module.view.loaded_mode = NF_EDGE_MODE_ENFORCE;
	policy->zones = module.view.loaded_zones = ALL_ZONES;
	policy->features = module.view.loaded_features = ALL_FEATURES;
	policy->interfaces[1].ifindex = 4;
	set_rows();
	GOOD(report, "report", "--html");
	says("<p>Nothing.</p>");
	policy->mode = NF_EDGE_MODE_AUDIT;
	GOOD(report, "report", "--html");
	is_silent_of("<p>Nothing.</p>");
}

static void names_are_escaped(void **state)
{
	snprintf(policy->interfaces[0].name, sizeof(policy->interfaces[0].name),
		 "<w&\"\n\xff>");
	module.view.table.row[0].note = "</small><script>";
	GOOD(report, "report", "--html");
	says("&lt;w&amp;&quot;\\n\\xff&gt;</text>");
	says("<small>&lt;/small&gt;&lt;script&gt;</small>");
	is_silent_of("<script");
}

static void no_policy_is_an_answer(void **state)
{
	module.view.loaded = false;
	policy->node_count = 0;
	GOOD(report, "report", "--html");
	says("no policy: nothing is governed");
	says("id=\"refused\"");
	is_silent_of("<svg");
	is_silent_of("id=\"configuration\"");
	policy->node_count = 2;
}

static void what_cannot_be_read_makes_no_page(void **state)
{
	static const uint8_t commands[] = {
		NF_EDGE_CMD_STATUS_GET, NF_EDGE_CMD_ROW_GET,
		NF_EDGE_CMD_COUNTERS_DUMP, NF_EDGE_CMD_DROPS_GET,
		NF_EDGE_CMD_PREFIX_GET,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		module.refused = commands[i];
		module.error = EIO;
		assert_int_equal(RUN(report, "report", "--html"), SYSTEM);
		assert_string_equal(printed, "");
		assert_string_not_equal(complained, "");
	}
	module.refused = 0;
	assert_int_equal(RUN(report, "report"), USAGE);
	complains("write --html");
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(each_number_is_at_its_place),
	SITE_TEST(numbers_stand_below_headings_of_numbers),
	SITE_TEST(a_site_without_traffic_is_drawn),
	SITE_TEST(the_drawing_has_room_for_all),
	SITE_TEST(bands_are_as_wide_as_their_share),
	SITE_TEST(a_site_in_order_has_no_findings),
	SITE_TEST(names_are_escaped),
	SITE_TEST(no_policy_is_an_answer),
	SITE_TEST(what_cannot_be_read_makes_no_page),
	SITE_TEST(without_memory_the_file_is_whole_or_the_old_one),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
