// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows are the module's: verbs show a table that is not the compiled-in one, and
 * refuse a table that is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verbs/site.h"
#include "base/macros.h"

#define QUESTION	"--in", "lan0", "tcp", "192.0.2.7:1", "172.25.33.11:3389"

static const char longest[] =
	"site/a-name-of-a-row-that-takes-all-the-room-that-there-is-for-i";

static struct row *row_of(const char *id)
{
	int i = rows_find(&module.view.table, id);

	assert_true(i >= 0);
	return &module.view.table.row[i];
}

/* Another id, another port, and one more row, which a set narrows. */
static int begin_table(void **state)
{
	int error = begin_site(state);
	struct row_table *table = &module.view.table;

	row_of("external/15")->port_low = 444;
	row_of("external/15")->port_high = 444;
	row_of("internal/7")->id = "internal/70";
	table->row[table->count++] = (struct row){
		.id = "site/rdp", .zone = NF_EDGE_ZONE_INTERNAL,
		.service = NF_EDGE_SERVICE_INTERNAL,
		.direction = NF_EDGE_DIRECTION_IN, .role = "",
		.application = "RDP", .protocol = IPPROTO_TCP,
		.port_low = 3389, .port_high = 3390,
		.peer_sets = 1U << NF_EDGE_PEER_SET_CRL,
		.feature = NF_EDGE_FEATURE_NONE, .note = "jump hosts",
	};
	set_rows();
	return error;
}

#define TABLE_TEST(name)						\
	cmocka_unit_test_setup_teardown(name, begin_table, end_site)

static void rows_are_shown_as_the_module_has_them(void **state)
{
	json_t *object, *row;

	GOOD(show, "show", "rows", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "rows")), 38);
	row = json_array_get(json_object_get(object, "rows"), 37);
	expect_text(row, "id", "site/rdp");
	expect_text(row, "zone", "internal");
	expect_text(row, "service", "internal");
	expect_text(row, "side", "internal");
	expect_text(row, "direction", "in");
	expect_text(row, "role", "");
	expect_text(row, "application", "RDP");
	expect_text(row, "protocol", "tcp");
	expect_text(row, "ports", "3389-3390");
	expect_int(row, "port_low", 3389);
	expect_int(row, "port_high", 3390);
	expect_words(row, "peer_sets", "crl");
	expect_words(row, "peers", "crl");
	expect_bool(row, "any_when_unbound", false);
	expect_text(row, "feature", NULL);
	expect_text(row, "note", "jump hosts");
	expect_bool(row, "live", true);
	expect_text(item(object, "rows", "id", "external/15"), "ports", "444");
	expect_text(item(object, "rows", "id", "internal/70"), "ports", "443");
	json_decref(object);
	GOOD(show, "show", "rows", "-o", "ID,PORTS,NOTE");
	says("site/rdp");
	says("3389-3390");
	says("internal/70");
	GOOD(show, "show", "peers", "--json");
	object = json();
	expect_words(item(object, "peers", "set", "crl"), "rows",
		     "external/2 site/rdp");
	json_decref(object);
}

static void counters_are_of_the_rows_of_the_module(void **state)
{
	json_t *object, *rows, *row;

	GOOD(counters, "counters", "--node", "edge2", "--json");
	object = json();
	rows = json_object_get(object, "rows");
	assert_int_equal(json_array_size(rows), 38);
	row = json_array_get(rows, 37);
	expect_text(row, "row", "site/rdp");
	expect_int(row, "connections", 20000 + 37 * 10 + 1);
	json_decref(object);
	GOOD(counters, "counters", "-o", "ROW,PORTS,NOTE");
	says("jump hosts");
	says("internal/70");
}

static void an_answer_names_rows_of_the_module(void **state)
{
	json_t *object;

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("internal/70 site/rdp"),
	};
	GOOD(explain, "explain", QUESTION);
	says("  internal/70   the media path when UDP fails");
	says("  site/rdp      jump hosts\n");
	GOOD(explain, "explain", QUESTION, "--json");
	object = json();
	expect_words(object, "rows", "internal/70 site/rdp");
	json_decref(object);
	assert_null(request_of(NF_EDGE_CMD_ROW_GET, 0));

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_PEER, .near = ids("site/rdp"),
	};
	assert_int_equal(RUN(explain, "explain", QUESTION), REFUSED);
	says("    site/rdp      needs 192.0.2.7 in the peer set crl\n");
}

static void a_switch_pairs_rows_of_the_module(void **state)
{
	json_t *object;

	row_of("site/rdp")->zone = NF_EDGE_ZONE_PIC;
	row_of("internal/8")->port_low = 3390;
	row_of("internal/8")->port_high = 3390;
	row_of("internal/8")->peer_sets = 0;
	policy->zones &= ~(1U << NF_EDGE_ZONE_PIC);
	set_rows();
	GOOD(switch, "zone", "off", "pic", "--json");
	object = json();
	expect_text(item(object, "still_permitted", "row", "site/rdp"), "by",
		    "internal/8");
	json_decref(object);
	GOOD(switch, "zone", "off", "pic");
	says("site/rdp (internal in tcp 3389-3390) is still permitted by internal/8: edgectl zone off internal closes it\n");
}

static void an_export_is_of_the_rows_of_the_module(void **state)
{
	GOOD(export, "export", "nftables");
	says("counter site/rdp { }");
	says("proto-dst 3389-3390 ct original ip daddr @internal_ipv4 ct original ip saddr @crl_ipv4 counter name \"site/rdp\" comment \"site/rdp internal in: jump hosts\"\n");
	says("Off, and left out: ");
	says("internal/70");
	is_silent_of("internal/7 ");
}

/* The rule that counts a row has these ports; NULL asks for no rule. */
static void expect_range(const struct row *row, const char *ports)
{
	char counter[64], match[64], *rule;

	if (!ports)
		return;
	snprintf(counter, sizeof(counter), "counter name \"%s\"", row->id);
	snprintf(match, sizeof(match), "ct original proto-dst %s ct ", ports);
	for (rule = strstr(printed, counter); rule;
	     rule = strstr(rule + 1, counter)) {
		char *line = rule, *found;

		while (line > printed && line[-1] != '\n')
			line--;
		found = strstr(line, match);
		if (found && found < rule)
			return;
	}
	fail_msg("no rule of %s for %s", row->id, ports);
}

/* The guard stands on each inbound TCP row of the external side. */
static void the_guard_is_cut_out_of_each_row_that_covers_it(void **state)
{
	static const struct {
		const char *id;
		unsigned int low, high;
		const char *first, *second;
	} rows[] = {
		{ "external/11", 50000, 59999, "50000", "50004-59999" },
		{ "external/15", 50000, 50002, "50000", NULL },
		{ "external/15", 50003, 50005, "50004-50005", NULL },
		{ "external/15", 50001, 50003, NULL, NULL },
		{ "external/15", 50002, 50002, NULL, NULL },
		{ "external/15", 50000, 50000, "50000", NULL },
		{ "external/15", 50004, 50004, "50004", NULL },
		{ "external/12", 50001, 50003, "50001-50003", NULL },
		{ "external/16", 50001, 50003, "50001-50003", NULL },
		{ "site/rdp", 50001, 50003, "50001-50003", NULL },
	};
	struct row_table whole = module.view.table;
	char text[128];
	size_t i;

	policy->features = ALL_FEATURES;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct row *row = row_of(rows[i].id);
		/* The A/V Edge has an address of each family. */
		size_t families = row->service == NF_EDGE_SERVICE_AV ? 2 : 1;

		row->port_low = (uint16_t)rows[i].low;
		row->port_high = (uint16_t)rows[i].high;
		set_rows();
		policy->expose_cls_ports = false;
		GOOD(export, "export", "nftables");
		snprintf(text, sizeof(text), "counter name \"%s\"", row->id);
		assert_int_equal(times_said(text), families *
				 (!!rows[i].first + !!rows[i].second));
		expect_range(row, rows[i].first);
		expect_range(row, rows[i].second);
		policy->expose_cls_ports = true;
		GOOD(export, "export", "nftables");
		assert_int_equal(times_said(text), families);
		module.view.table = whole;
	}
}

static void a_table_may_be_full(void **state)
{
	struct row_table *table = &module.view.table;
	static char names[ROWS_MAX][16];
	json_t *object;

	while (table->count < ROWS_MAX) {
		snprintf(names[table->count], sizeof(names[0]), "site/%zu",
			 table->count);
		table->row[table->count] = *row_of("site/rdp");
		table->row[table->count].id = names[table->count];
		table->count++;
	}
	set_rows();
	GOOD(show, "show", "rows", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "rows")), 64);
	expect_bool(item(object, "rows", "id", "site/63"), "live", true);
	json_decref(object);
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("site/63"),
	};
	GOOD(explain, "explain", QUESTION);
	says("  site/63       jump hosts\n");
	GOOD(counters, "counters", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "rows")),
			 2 * 64);
	json_decref(object);

	module.rows_beyond = 1;
	assert_int_equal(RUN(show, "show", "rows"), SYSTEM);
	complains("edgectl: cannot read the policy: the module has more than 64 rows\n");
	assert_string_equal(printed, "");
}

static void refused(const char *why)
{
	static const struct {
		verb_fn verb;
		const char *words[2];
	} verbs[] = {
		{ cmd_show, { "show", "rows" } },
		{ cmd_show, { "show", "peers" } },
		{ cmd_counters, { "counters", NULL } },
		{ cmd_export, { "export", "nftables" } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		assert_int_equal(run_verb(verbs[i].verb, verbs[i].words[0],
					  verbs[i].words[1], NULL), SYSTEM);
		complains("edgectl: cannot read the policy: the module has ");
		complains(why);
		assert_string_equal(printed, "");
	}
}

static void a_malformed_row_is_refused_in_one_sentence(void **state)
{
	struct row *row = row_of("site/rdp"), good = *row;

	row->id = NULL;
	refused("a row without an id\n");
	row->id = "";
	refused("a row without an id\n");
	row->id = longest;
	refused("a row whose id is too long\n");
	row->id = longest + 1;
	GOOD(show, "show", "rows");
	says(longest + 1);
	row->id = "external/1";
	refused("two rows with the same id\n");
	*row = good;
	row->zone = ZONE_COUNT;
	refused("a row with values that this edgectl does not know\n");
	*row = good;
	row->service = SERVICE_COUNT;
	refused("that this edgectl does not know\n");
	*row = good;
	row->direction = DIRECTION_COUNT;
	refused("that this edgectl does not know\n");
	*row = good;
	row->feature = FEATURE_COUNT;
	refused("that this edgectl does not know\n");
	row->feature = -2;
	refused("that this edgectl does not know\n");
	*row = good;
	row->protocol = IPPROTO_ICMP;
	refused("that this edgectl does not know\n");
	*row = good;
	row->port_low = 3391;
	refused("that this edgectl does not know\n");
	row->port_low = 0;
	refused("that this edgectl does not know\n");
	*row = good;
	GOOD(show, "show", "rows");
}

static const struct CMUnitTest tests[] = {
	TABLE_TEST(rows_are_shown_as_the_module_has_them),
	TABLE_TEST(counters_are_of_the_rows_of_the_module),
	TABLE_TEST(an_answer_names_rows_of_the_module),
	TABLE_TEST(a_switch_pairs_rows_of_the_module),
	TABLE_TEST(an_export_is_of_the_rows_of_the_module),
	TABLE_TEST(the_guard_is_cut_out_of_each_row_that_covers_it),
	TABLE_TEST(a_table_may_be_full),
	TABLE_TEST(a_malformed_row_is_refused_in_one_sentence),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
