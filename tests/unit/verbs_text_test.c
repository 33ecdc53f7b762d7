// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of edgectl for people: each cell of a table has the value of the JSON, and
 * each verb explains itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "print/tables.h"
#include "verbs/site.h"

/* A value of JSON as a cell has it. */
static char *cell_of(const json_t *value)
{
	char *text = xstrdup(""), *longer;
	const json_t *one;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, one) {
			longer = xformat("%s%s%s", text, i ? "," : "",
					 json_string_value(one));
			free(text);
			text = longer;
		}
		return text;
	}
	free(text);
	if (json_is_integer(value))
		return xformat("%lld", (long long)json_integer_value(value));
	if (json_is_boolean(value))
		return xstrdup(json_is_true(value) ? "yes" : "no");
	return xstrdup(json_is_string(value) ? json_string_value(value) :
						      "");
}

static char *key_of(const char *heading)
{
	char *key = xstrdup(heading), *p;

	for (p = key; *p; p++)
		*p = (char)tolower(*p);
	return key;
}

/* The lines of a table of one column are its heading and its cells. */
static void expect_column(const char *heading, const json_t *records,
			  const char *key)
{
	char *left = xstrdup(printed), *line, *save = NULL;
	const json_t *record;
	size_t i;

	for (i = 0, line = left; line && i <= json_array_size(records); i++) {
		char *end = strchr(line, '\n'), *wanted;

		assert_non_null(end);
		*end = '\0';
		while (*line == ' ')
			line++;
		save = line + strlen(line);
		while (save > line && save[-1] == ' ')
			*--save = '\0';
		if (!i) {
			assert_string_equal(line, heading);
		} else {
			record = json_array_get(records, i - 1);
			wanted = cell_of(json_object_get(record, key));
			assert_string_equal(line, wanted);
			free(wanted);
		}
		line = end + 1;
	}
	assert_int_equal(i, json_array_size(records) + 1);
	free(left);
}

static void expect_table(const char *subject, const struct columns *columns,
			 const char *const *special)
{
	json_t *object, *records;
	size_t i, n = 0;

	GOOD(show, "show", subject, "--json");
	object = json();
	records = json_object_get(object, subject);
	assert_true(json_array_size(records) > 1);
	for (i = 0; i < columns->count; i++) {
		const char *heading = columns->items[i].name;
		char *key = key_of(heading);
		size_t j;

		for (j = 0; special[j] && strcmp(special[j], heading);)
			j++;
		if (!special[j]) {
			assert_non_null(json_object_get(json_array_get(records, 0),
							key));
			GOOD(show, "show", subject, "-o", heading);
			expect_column(heading, records, key);
			n++;
		}
		free(key);
	}
	assert_true(n > 2);
	json_decref(object);
}

static void a_table_has_in_each_cell_what_its_json_has(void **state)
{
	/* Two keys, or words for people. */
	static const char *const of_rows[] = {
		"PROTOCOL", "PORTS", "PEERS", "FEATURE", "LIVE", "SETS",
		"NODES", NULL
	};
	static const char *const none[] = { NULL };

	unsetenv("TERM");
	expect_table("rows", &columns_of_rows, of_rows);
	expect_table("nodes", &columns_of_nodes, none);
	expect_table("peers", &columns_of_peers, none);
}

static const struct {
	const char *name;
	verb_fn run;
	const char *options[5];
} verbs[] = {
	{ "check", cmd_check, { "--json" } },
	{ "load", cmd_load, { "--json", "--force" } },
	{ "test", cmd_test, { "--json", "--running", "--all", "EXPECTATIONS" } },
	{ "show", cmd_show, { "--json", "--output", "ROWS", "NOTE" } },
	{ "counters", cmd_counters, { "--json", "--node", "--zone", "--reset" } },
	{ "advise", cmd_advise, { "--days", "--record", "--usage", "QUIET" } },
	{ "learn", cmd_learn, { "--for", "--file" } },
	{ "metrics", cmd_metrics, { "--output", "--http", "--openmetrics" } },
	{ "report", cmd_report, { "--html", "--since", "--utc" } },
	{ "top", cmd_top, { "--delay", "--by", "--batch", "--iterations", "--json" } },
	{ "monitor", cmd_monitor, { "--json", "--cef", "--rate", "PREFIX" } },
	{ "why", cmd_why, { "--json", "--from", "NODE.SERVICE" } },
	{ "explain", cmd_explain, { "--json" } },
	{ "export", cmd_export, { "nftables" } },
	{ "zone", cmd_switch, { "--json", "ZONE" } },
	{ "feature", cmd_switch, { "--json", "FEATURE" } },
	{ "mode", cmd_mode, { "--json", "--force", "audit" } },
	{ "confirm", cmd_confirm, { "--json" } },
	{ "rollback", cmd_rollback, { "--json", "--confirm", "--force" } },
	{ "history", cmd_history, { "--json", "--output", "TERMINAL" } },
	{ "upgrade-module", cmd_upgrade_module, { "--json", "FILE" } },
	{ "flush", cmd_flush, { "--json" } },
};

static void each_verb_explains_itself(void **state)
{
	static const char *const ask[] = { "--help", "-h" };
	size_t i, j, k;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		for (j = 0; j < ARRAY_SIZE(ask); j++) {
			assert_int_equal(run_verb(verbs[i].run, verbs[i].name,
						  ask[j], NULL), DONE);
			assert_memory_equal(printed, "usage: edgectl ", 15);
			says(verbs[i].name);
			says("--help");
			for (k = 0; k < ARRAY_SIZE(verbs[i].options) &&
				     verbs[i].options[k]; k++)
				says(verbs[i].options[k]);
			assert_string_equal(complained, "");
			assert_null(request_of(NF_EDGE_CMD_STATUS_GET, 0));
		}
		assert_int_equal(run_verb(verbs[i].run, verbs[i].name,
					  "--no-such", NULL), USAGE);
		assert_string_equal(printed, "");
		complains("--no-such");
	}
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(a_table_has_in_each_cell_what_its_json_has),
	SITE_TEST(each_verb_explains_itself),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
