// SPDX-License-Identifier: GPL-2.0-only
/*
 * metrics prints each number of the module at its own place, zeros too, and
 * escapes what others have named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "output/exposition.h"
#include "verbs/site.h"

/* The line of a sample. */
static void sample(const char *format, ...)
{
	va_list args;
	char *line, *whole;

	va_start(args, format);
	line = xvformat(format, args);
	va_end(args);
	whole = xformat("\n%s\n", line);
	says(whole);
	free(whole);
	free(line);
}

static void each_number_is_at_its_place(void **state)
{
	static const char *const names[] = { "edge1", "edge2" };
	size_t n, i;

	GOOD(metrics, "metrics");
	sample("nf_edge_up 1");
	sample("nf_edge_info{edgectl=\"%s\",module=\"%s\",family=\"1\"} 1",
	       NF_EDGE_VERSION, NF_EDGE_VERSION);
	sample("nf_edge_policy_loaded 1");
	sample("nf_edge_policy_enforcing 0");
	sample("nf_edge_policy_generation 41");
	sample("nf_edge_governed_addresses 5");
	sample("nf_edge_policy_switches{kind=\"mode\"} 1");
	sample("nf_edge_policy_switches{kind=\"zone\"} 1");
	sample("nf_edge_policy_switches{kind=\"feature\"} 1");
	sample("nf_edge_policy_switches{kind=\"row\"} 0");
	sample("nf_edge_change_waiting 0");
	sample("nf_edge_interface_present{interface=\"wan0\",side=\"external\"} 1");
	sample("nf_edge_interface_present{interface=\"lan0\",side=\"internal\"} 0");
	sample("nf_edge_interface_present{interface=\"lan0\",side=\"edge\"} 0");
	sample("nf_edge_zone_on{zone=\"site\"} 0");
	sample("nf_edge_zone_on{zone=\"xmpp\"} 1");
	sample("nf_edge_feature_on{feature=\"av\"} 0");
	sample("nf_edge_peer_set_prefixes{set=\"crl\"} 3");
	sample("nf_edge_peer_set_prefixes{set=\"frontend\"} 0");
	sample("nf_edge_offloaded_packets_total 17");
	sample("nf_edge_event_listeners 2");
	sample("nf_edge_events_lost_total{where=\"rate\"} 19");
	sample("nf_edge_events_lost_total{where=\"ring\"} 23");
	sample("nf_edge_events_lost_total{where=\"socket\"} 29");
	is_silent_of("# EOF");
	for (n = 0; n < 2; n++) {
		for (i = 0; i < module.view.table.count; i++) {
			const struct row *row = &module.view.table.row[i];
			const char *zone = names_word(&names_zones, row->zone);
			size_t k = (n + 1) * 10000 + i * 10;

			sample("nf_edge_row_connections_total{node=\"%s\",row=\"%s\",zone=\"%s\"} %zu",
			       names[n], row->id, zone, k + 1);
			sample("nf_edge_row_packets_total{node=\"%s\",row=\"%s\",zone=\"%s\",direction=\"to_edge\"} %zu",
			       names[n], row->id, zone, k + 2);
			sample("nf_edge_row_bytes_total{node=\"%s\",row=\"%s\",zone=\"%s\",direction=\"from_edge\"} %zu",
			       names[n], row->id, zone, k + 5);
			sample("nf_edge_row_denied_packets_total{node=\"%s\",row=\"%s\",zone=\"%s\"} %zu",
			       names[n], row->id, zone, k + 6);
		}
		sample("nf_edge_service_last_hit_timestamp_seconds{node=\"%s\",service=\"access\"} %zu",
		       names[n], (n + 1) * 10000 + 7);
	}
	for (i = 0; i < REASON_COUNT; i++) {
		sample("nf_edge_refused_packets_total{reason=\"%s\",verdict=\"would_be\"} %zu",
		       reason_words[i], 100 * (i + 1) + 2);
		sample("nf_edge_refused_bytes_total{reason=\"%s\",verdict=\"dropped\"} %zu",
		       reason_words[i], 100 * (i + 1) + 1);
	}
}

static void zeros_are_printed(void **state)
{
	module.silent = true;
	memset(module.drop, 0, sizeof(module.drop));
	GOOD(metrics, "metrics");
	sample("nf_edge_row_connections_total{node=\"edge1\",row=\"external/5\",zone=\"external\"} 0");
	sample("nf_edge_row_last_hit_timestamp_seconds{node=\"edge2\",row=\"pic/1\",zone=\"pic\"} 0");
	sample("nf_edge_refused_packets_total{reason=\"spoofed\",verdict=\"dropped\"} 0");
	assert_int_equal(times_said("\nnf_edge_row_connections_total{"),
			 2 * module.view.table.count);
}

static void names_are_escaped(void **state)
{
	snprintf(policy->interfaces[0].name, sizeof(policy->interfaces[0].name),
		 "w\"\\\n\xff");
	module.view.table.row[0].note = "say \"hi\\\"";
	GOOD(metrics, "metrics");
	sample("nf_edge_interface_present{interface=\"w\\\"\\\\\\\\n\\\\xff\",side=\"external\"} 1");
	says("note=\"say \\\"hi\\\\\\\"\"}");
}

static void no_policy_is_an_answer(void **state)
{
	module.view.loaded = false;
	policy->node_count = 0;
	GOOD(metrics, "metrics");
	sample("nf_edge_up 1");
	sample("nf_edge_module_loaded 1");
	sample("nf_edge_policy_loaded 0");
	sample("nf_edge_policy_enforcing 0");
	sample("nf_edge_governed_addresses 0");
	is_silent_of("nf_edge_row_");
	is_silent_of("nf_edge_policy_info");
	policy->node_count = 2;
}

static void what_cannot_be_read_is_not_up(void **state)
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
		assert_int_equal(RUN(metrics, "metrics"), SYSTEM);
		sample("nf_edge_up 0");
		sample("nf_edge_module_loaded 1");
		is_silent_of("nf_edge_policy_loaded");
		is_silent_of("nf_edge_row_");
		is_silent_of("nf_edge_refused");
		assert_string_not_equal(complained, "");
	}
	module.refused = 0;
	module.version = "9.9.9";
	assert_int_equal(RUN(metrics, "metrics"), DONE);
	sample("nf_edge_info{edgectl=\"%s\",module=\"9.9.9\",family=\"1\"} 1",
	       NF_EDGE_VERSION);
	sample("nf_edge_up 1");
	assert_string_equal(complained, "");
}

static void openmetrics_names_families_otherwise_and_ends(void **state)
{
	GOOD(metrics, "metrics", "--openmetrics");
	says("\n# TYPE nf_edge_row_connections counter\n");
	says("\n# HELP nf_edge_row_connections Conn");
	says("\nnf_edge_row_connections_total{");
	says("\n# TYPE nf_edge_policy info\nnf_edge_policy_info{");
	says("\n# TYPE nf_edge_change_waiting_seconds gauge\n");
	assert_string_equal(strrchr(printed, '#'), "# EOF\n");
}

static void spans_are_seconds(void **state)
{
	struct exposition exposition = { .stream = tmpfile() };
	char line[64];

	exposition_family(&exposition, "a_seconds", METRIC_GAUGE, "Help.");
	exposition_seconds(&exposition, 12000034);
	rewind(exposition.stream);
	assert_non_null(fgets(line, sizeof(line), exposition.stream));
	assert_non_null(fgets(line, sizeof(line), exposition.stream));
	assert_non_null(fgets(line, sizeof(line), exposition.stream));
	assert_string_equal(line, "a_seconds 12.000034\n");
	fclose(exposition.stream);
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(each_number_is_at_its_place),
	SITE_TEST(zeros_are_printed),
	SITE_TEST(names_are_escaped),
	SITE_TEST(no_policy_is_an_answer),
	SITE_TEST(what_cannot_be_read_is_not_up),
	SITE_TEST(openmetrics_names_families_otherwise_and_ends),
	SITE_TEST(spans_are_seconds),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
