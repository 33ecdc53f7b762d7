// SPDX-License-Identifier: GPL-2.0-only
/* Usage: folds of counters that begin anew, and the file that keeps them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "policy/profiles.h"
#include "usage/fold.h"
#include "usage/record.h"
#include "usage/store.h"
#include "verbs/module.h"

#define HOUR	3600U

/* 2025-11-29, noon in UTC. */
#define NOON	(20421ULL * USAGE_DAY + 12 * HOUR)

static unsigned int files_synced, folders_synced;
static struct report report;
static struct node_counts nodes[2];
static struct fold_moment moment;
static struct usage *usage;

static void add_node(const char *name)
{
	struct node *node = node_add(&report.view.policy, name);
	uint8_t service;
	struct ip ip;

	for (service = 0; service < SERVICE_COUNT; service++) {
		assert_true(ip_parse("192.0.2.1", &ip));
		node_bind(node, service, &ip, 0);
	}
	snprintf(nodes[report.node_count].node, sizeof(nodes[0].node), "%s",
		 name);
	report.node_count++;
}

int __wrap_fsync(int fd);

/* No power is lost here. */
int __wrap_fsync(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	if (!S_ISDIR(status.st_mode))
		files_synced++;
	else if (files_synced)
		folders_synced++;
	return 0;
}

static int begin(void **state)
{
	size_t n, i;

	(void)state;
	begin_state();
	memset(&report, 0, sizeof(report));
	memset(nodes, 0, sizeof(nodes));
	report.view.loaded = true;
	report.view.generation = 7;
	report.view.table = profiles[0];
	report.nodes = nodes;
	add_node("edge1");
	add_node("edge2");
	for (i = 0; i < report.view.table.count; i++) {
		report.view.states[i].live = true;
		report.view.states[i].bound = report.view.table.row[i].peer_sets;
		for (n = 0; n < 2; n++)
			nodes[n].rows[i].known = true;
	}
	moment = (struct fold_moment){
		.time = NOON, .uptime = 1000, .boot = "first",
	};
	usage = usage_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	policy_free(&report.view.policy);
	usage_free(usage);
	end_state();
	return 0;
}

static size_t place_of(const char *id)
{
	int i = rows_find(&report.view.table, id);

	assert_true(i >= 0);
	return (size_t)i;
}

static void hit(unsigned int node, const char *id, uint64_t connections)
{
	struct counts *counts = &nodes[node].rows[place_of(id)];

	counts->connections += connections;
	counts->packets_to_edge += connections * 2;
	counts->packets_from_edge += connections;
	counts->last_hit = moment.time;
}

static void pass(uint64_t seconds)
{
	moment.time += seconds;
	moment.uptime += seconds;
}

static void fold_now_again(void)
{
	fold(usage, &report, &moment);
}

/* An hour with a connection by external/5 of the first node, and a fold. */
static void busy_hour(void)
{
	pass(HOUR);
	hit(0, "external/5", 1);
	fold_now_again();
}

static void restart(void)
{
	size_t n, i;

	for (n = 0; n < 2; n++)
		for (i = 0; i < report.view.table.count; i++)
			nodes[n].rows[i] = (struct counts){ .known = true };
	strcpy(moment.boot, "second");
	moment.uptime = 60;
	report.view.generation = 1;
}

static const struct usage_row *row(const char *id)
{
	const struct usage_row *found =
		usage_find(usage, &report.view.policy,
			   &report.view.table.row[place_of(id)]);

	assert_non_null(found);
	assert_string_equal(found->id, id);
	return found;
}

static struct usage_hits sum(const char *id)
{
	return usage_sum(usage, row(id), USAGE_DAYS);
}

static void the_first_fold_counts_nothing_and_knows_the_last_hit(void **state)
{
	(void)state;
	hit(0, "external/5", 100);
	pass(10);
	fold_now_again();
	assert_int_equal(sum("external/5").connections, 0);
	assert_int_equal(row("external/5")->last_hit, NOON);
	assert_int_equal(row("external/5")->first_seen, NOON + 10);
	assert_int_equal(row("external/5")->watched, 0);
	assert_int_equal(row("external/6")->last_hit, 0);
}

static void folds_add_up(void **state)
{
	(void)state;
	hit(0, "external/5", 100);
	fold_now_again();
	busy_hour();
	pass(HOUR);
	hit(0, "external/5", 3);
	hit(1, "external/5", 4);
	nodes[1].rows[place_of("internal/4")].denied = 9;
	pass(600);
	fold_now_again();
	assert_int_equal(sum("external/5").connections, 8);
	assert_int_equal(sum("external/5").packets, 24);
	assert_int_equal(sum("internal/4").denied, 9);
	assert_int_equal(sum("internal/4").connections, 0);
	assert_int_equal(row("external/5")->watched, 2 * HOUR + 600);
	assert_int_equal(row("external/5")->quiet, 600);
	assert_int_equal(row("internal/4")->quiet, 2 * HOUR + 600);
	assert_int_equal(usage_gap(row("internal/4")), 0);
	assert_int_equal(usage->watched, 2 * HOUR + 600);
}

static void a_restart_loses_nothing_that_was_folded(void **state)
{
	(void)state;
	fold_now_again();
	busy_hour();
	restart();
	pass(2 * HOUR);
	hit(0, "external/5", 50);
	fold_now_again();
	busy_hour();
	assert_int_equal(sum("external/5").connections, 52);
	assert_int_equal(row("external/5")->watched, 2 * HOUR);
	assert_int_equal(usage_gap(row("external/5")), 2 * HOUR);
	/* The hours over the restart prove nothing of a silent row. */
	assert_int_equal(row("internal/4")->quiet, 2 * HOUR);
}

static void a_host_that_runs_longer_than_before_was_started_anew(void **state)
{
	(void)state;
	fold_now_again();
	hit(0, "external/5", 5);
	busy_hour();
	restart();
	/* Nothing but the start itself tells: all numbers have grown. */
	moment.uptime = 100 * HOUR;
	report.view.generation = 100;
	hit(0, "external/5", 50);
	hit(0, "external/6", 50);
	pass(HOUR);
	fold_now_again();
	assert_int_equal(sum("external/5").connections, 6 + 50);
}

static void counters_that_were_reset_lose_nothing_that_was_folded(void **state)
{
	size_t i = place_of("external/5");

	(void)state;
	fold_now_again();
	busy_hour();
	hit(1, "external/5", 20);
	busy_hour();
	nodes[1].rows[i] = (struct counts){ .known = true };
	hit(1, "external/5", 5);
	busy_hour();
	assert_int_equal(sum("external/5").connections, 28);
	assert_int_equal(row("internal/4")->watched, 2 * HOUR);
	assert_int_equal(usage_gap(row("internal/4")), HOUR);
}

static void without_a_policy_nothing_is_watched(void **state)
{
	(void)state;
	fold_nothing(usage, &moment);
	assert_int_equal(usage->first, 0);
	fold_now_again();
	busy_hour();
	pass(HOUR);
	fold_nothing(usage, &moment);
	memset(&nodes[0].rows[place_of("external/5")].connections, 0, 8);
	hit(0, "external/5", 7);
	busy_hour();
	assert_int_equal(row("external/5")->watched, HOUR);
	/* All were counted since then: the counters began at zero. */
	assert_int_equal(sum("external/5").connections, 9);
}

static void a_time_without_any_hit_proves_nothing(void **state)
{
	(void)state;
	fold_now_again();
	busy_hour();
	pass(HOUR);
	fold_now_again();
	pass(5 * HOUR);
	fold_now_again();
	assert_int_equal(row("internal/4")->watched, HOUR);
	assert_int_equal(row("internal/4")->quiet, HOUR);
	assert_int_equal(usage_gap(row("internal/4")), 6 * HOUR);
	busy_hour();
	assert_int_equal(row("internal/4")->watched, 2 * HOUR);
}

static void folds_more_than_a_day_apart_leave_a_gap(void **state)
{
	(void)state;
	fold_now_again();
	pass(25 * HOUR);
	busy_hour();
	assert_int_equal(row("internal/4")->watched, 26 * HOUR);
	pass(26 * HOUR);
	busy_hour();
	assert_int_equal(row("internal/4")->watched, 26 * HOUR);
	assert_int_equal(usage_gap(row("internal/4")), 27 * HOUR);
	assert_int_equal(sum("external/5").connections, 2);
}

static void a_row_that_can_permit_nothing_is_not_watched(void **state)
{
	size_t off = place_of("internal/4"), nobody = place_of("pic/1");

	(void)state;
	fold_now_again();
	busy_hour();
	report.view.states[off].live = false;
	report.view.states[nobody].bound = 0;
	busy_hour();
	busy_hour();
	report.view.states[off].live = true;
	busy_hour();
	busy_hour();
	assert_int_equal(row("internal/4")->watched, 2 * HOUR);
	assert_int_equal(usage_gap(row("internal/4")), 3 * HOUR);
	assert_int_equal(row("pic/1")->watched, HOUR);
	assert_int_equal(row("external/6")->watched, 5 * HOUR);
}

static void a_row_that_is_changed_is_another_row(void **state)
{
	struct row *changed = &report.view.table.row[place_of("external/5")];

	(void)state;
	fold_now_again();
	busy_hour();
	changed->ports[0].low = 5061;
	changed->ports[0].high = 5061;
	busy_hour();
	assert_int_equal(row("external/5")->watched, 0);
	assert_int_equal(row("external/5")->first_seen, NOON + 2 * HOUR);
	assert_int_equal(row("external/6")->watched, 2 * HOUR);
	/* Back again, its time goes on. */
	changed->ports[0].low = 443;
	changed->ports[0].high = 443;
	busy_hour();
	busy_hour();
	assert_int_equal(row("external/5")->watched, 2 * HOUR);
	assert_int_equal(usage_gap(row("external/5")), 2 * HOUR);
}

/* Sixty-four rows, sixty-four days: rows out of force make room, the oldest
 * first, and no row in force does.
 */
static void there_is_room_for_all_rows_in_force(void **state)
{
	struct row_table *table = &report.view.table;
	char names[ROWS_MAX][16];
	unsigned int round;
	size_t i;

	(void)state;
	table->count = ROWS_MAX;
	for (i = 0; i < ROWS_MAX; i++)
		table->row[i] = profiles[0].row[0];
	for (round = 0; round < 5; round++) {
		for (i = 0; i < ROWS_MAX; i++) {
			snprintf(names[i], sizeof(names[i]), "r%u/%zu",
				 i < 2 ? 0 : round, i);
			table->row[i].id = names[i];
			report.view.states[i].live = true;
			nodes[0].rows[i] = (struct counts){
				.known = true, .connections = round * 10,
				.last_hit = moment.time + 1,
			};
		}
		pass(HOUR);
		fold_now_again();
		for (i = 0; i < ROWS_MAX; i++)
			assert_string_equal(row(names[i])->id, names[i]);
	}
	assert_int_equal(usage->row_count, USAGE_ROWS);
	assert_int_equal(row("r0/0")->watched, 4 * HOUR);
	assert_int_equal(sum("r0/0").connections, 40);
	assert_int_equal(sum("r4/5").connections, 40);
}

static void a_year_of_days_is_kept(void **state)
{
	unsigned int i;

	(void)state;
	fold_now_again();
	for (i = 0; i < USAGE_DAYS + 20; i++) {
		pass(23 * HOUR);
		busy_hour();
	}
	assert_int_equal(usage->day_count, USAGE_DAYS);
	assert_int_equal(usage->days[USAGE_DAYS - 1].day,
			 moment.time / USAGE_DAY);
	assert_int_equal(sum("external/5").connections, USAGE_DAYS);
	assert_int_equal(usage_sum(usage, row("external/5"), 30).connections,
			 30);
	assert_true(usage_a_day(usage, row("external/5"), 30) == 1.0);
	assert_int_equal(row("internal/4")->watched,
			 (USAGE_DAYS + 20) * 24ULL * HOUR);
}

static void a_clock_that_is_set_does_no_harm(void **state)
{
	unsigned int i;

	(void)state;
	fold_now_again();
	busy_hour();
	moment.time -= 40ULL * USAGE_DAY;
	busy_hour();
	assert_int_equal(usage->day_count, 2);
	assert_true(usage->days[0].day < usage->days[1].day);
	assert_int_equal(row("internal/4")->watched, 2 * HOUR);
	assert_int_equal(row("external/5")->quiet, 0);
	for (i = 0; i < USAGE_DAYS + 2; i++) {
		moment.time += USAGE_DAY;
		busy_hour();
	}
	moment.time = 1;
	busy_hour();
	assert_int_equal(usage->day_count, USAGE_DAYS);
	for (i = 1; i < USAGE_DAYS; i++)
		assert_true(usage->days[i - 1].day < usage->days[i].day);
}

/* --- the text */

static void expect_same_text(const char *text)
{
	struct usage *again = usage_new();
	char *why = record_read(again, text, strlen(text)), *other;

	if (why)
		fail_msg("%s", why);
	other = record_text(again);
	assert_string_equal(other, text);
	free(other);
	usage_free(again);
}

static void a_text_is_read_back_as_it_was(void **state)
{
	char *text;

	(void)state;
	fold_now_again();
	busy_hour();
	hit(1, "internal/8", UINT32_MAX);
	pass(USAGE_DAY);
	busy_hour();
	text = record_text(usage);
	expect_same_text(text);
	free(text);
}

/* Every node, row and day, each with its largest number. */
static void the_largest_text_is_bounded(void **state)
{
	size_t n, i, k;
	char *text;

	(void)state;
	fold_now_again();
	for (i = usage->row_count; i < USAGE_ROWS; i++) {
		usage->rows[i] = usage->rows[0];
		usage->rows[i].key = xformat("%s %zu", usage->rows[0].key, i);
	}
	usage->row_count = USAGE_ROWS;
	for (n = 0; n < NF_EDGE_MAX_NODES; n++)
		for (i = 0; i < USAGE_ROWS; i++) {
			memset(usage->nodes[n].name, 'a', NF_EDGE_NODE_NAME_MAX);
			usage->nodes[n].known[i] = i < ROWS_MAX;
			usage->nodes[n].read[i].packets = UINT64_MAX;
		}
	usage->node_count = NF_EDGE_MAX_NODES;
	for (k = 0; k < USAGE_DAYS; k++) {
		usage->days[k].day = (uint32_t)(20000 + k);
		for (i = 0; i < USAGE_ROWS; i++)
			usage->days[k].hits[i] = (struct usage_hits){
				1000000, 1000000000, 1000,
			};
	}
	usage->day_count = USAGE_DAYS;
	text = record_text(usage);
	assert_true(strlen(text) < 4 << 20);
	expect_same_text(text);
	free(text);
}

static void damage_is_found(void **state)
{
	static const struct {
		const char *old;
		const char *new;
		const char *says;
	} cases[] = {
		{ "\"schema_version\":1", "\"schema_version\":2", "schema_version" },
		{ "\"uptime\":4600", "\"uptime\":-1", "uptime" },
		{ "\"uptime\":4600", "\"uptime\":\"x\"", "uptime" },
		{ "\"generation\":7", "\"generation\":4294967296", "generation" },
		{ "\"first\":", "\"fist\":", "first" },
		{ "\"boot\":\"first\"", "\"boot\":1", "boot" },
		{ "\"live\":true", "\"live\":1", "rows" },
		{ "\"quiet\":", "\"quit\":", "rows" },
		{ "\"node\":\"edge1\"", "\"node\":\"0123456789012345678901234567890123\"", "nodes" },
		{ "[[0,", "[[37,", "nodes" },
		{ "[[0,", "[[-1,", "nodes" },
		{ "\"days\":[", "\"days\":[7,", "days" },
		{ "\"days\":[", "\"days\":[{\"day\":99999,\"watched\":0,\"rows\":[]},", "days" },
		{ "\"nodes\":[", "\"nodes\":{}, \"x\":[", "nodes" },
	};
	char *text, *found, *bad, *why;
	struct usage *again;
	size_t i, length;

	(void)state;
	fold_now_again();
	busy_hour();
	text = record_text(usage);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		found = strstr(text, cases[i].old);
		assert_non_null(found);
		bad = xformat("%.*s%s%s", (int)(found - text), text,
			      cases[i].new, found + strlen(cases[i].old));
		again = usage_new();
		why = record_read(again, bad, strlen(bad));
		if (!why || !strstr(why, cases[i].says))
			fail_msg("%s: %s", cases[i].new, why ? why : "good");
		free(why);
		usage_free(again);
		free(bad);
	}
	for (length = 0; length + 2 < strlen(text); length += 61) {
		again = usage_new();
		why = record_read(again, text, length);
		assert_non_null(why);
		free(why);
		usage_free(again);
	}
	free(text);
}

/* --- the file */

static void write_usage(void)
{
	struct store store;
	char *why = store_begin(&store);

	if (why)
		fail_msg("%s", why);
	fold(store.usage, &report, &moment);
	assert_null(store_write(&store));
	store_end(&store);
}

static void the_file_is_that_of_the_namespace(void **state)
{
	struct usage *read;
	struct stat status;

	(void)state;
	assert_null(store_read(&read));
	assert_int_equal(read->first, 0);
	usage_free(read);
	fold_now(&moment);
	write_usage();
	assert_null(store_read(&read));
	assert_int_equal(read->first, moment.time);
	assert_int_equal(read->row_count, report.view.table.count);
	assert_int_equal(stat(read->file, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	usage_free(read);
}

/* The file, then the folder that names the file. */
static void what_is_written_is_on_the_disk(void **state)
{
	(void)state;
	fold_now(&moment);
	files_synced = folders_synced = 0;
	write_usage();
	assert_int_equal(files_synced, 1);
	assert_int_equal(folders_synced, 1);
}

static void overwrite(const char *file, const char *text)
{
	FILE *stream = fopen(file, "we");

	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

static void a_damaged_file_is_named_and_kept(void **state)
{
	struct usage *read;
	struct store store;
	char *why, *wanted, *file;

	(void)state;
	fold_now(&moment);
	write_usage();
	assert_null(store_read(&read));
	file = xstrdup(read->file);
	usage_free(read);
	overwrite(file, "{\"schema_version\":1,");
	wanted = xformat("%s: is damaged in line 1, column 20; move it away, and the record begins anew",
			 file);
	why = store_read(&read);
	assert_string_equal(why, wanted);
	free(why);
	usage_free(read);
	why = store_begin(&store);
	assert_string_equal(why, wanted);
	free(why);
	store_end(&store);
	assert_int_equal(unlink(file), 0);
	write_usage();
	free(wanted);
	free(file);
}

/* A file of the usage's folder, last written at a moment. */
static char *put_beside(const char *folder, const char *name, time_t moment)
{
	const struct timespec times[2] = { { .tv_sec = moment }, { .tv_sec = moment } };
	char *path = xformat("%s/%s", folder, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	return path;
}

/* Namespaces without a name end with the kernel, and their files with them. */
static void files_of_namespaces_that_are_gone_are_removed(void **state)
{
	struct timespec uptime;
	struct store store;
	char *paths[3];
	size_t i;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &uptime), 0);
	assert_null(store_begin(&store));
	paths[0] = put_beside(store.folder.path, "unnamed-7000001.json",
			      time(NULL) - uptime.tv_sec / 2);
	paths[1] = put_beside(store.folder.path, "named-site.json", 1);
	paths[2] = put_beside(store.folder.path, "unnamed-7000002.json",
			      time(NULL) - uptime.tv_sec - HOUR);
	assert_null(store_write(&store));
	store_end(&store);
	for (i = 0; i < 3; i++) {
		assert_int_equal(access(paths[i], F_OK), i < 2 ? 0 : -1);
		unlink(paths[i]);
		free(paths[i]);
	}
}

/* A disk without room: the old file stays whole. */
static void a_full_disk_keeps_the_old_file(void **state)
{
	struct rlimit before, small;
	struct usage *read;
	struct store store;
	char *why;

	(void)state;
	fold_now(&moment);
	write_usage();
	assert_null(store_begin(&store));
	busy_hour();
	fold(store.usage, &report, &moment);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ 512, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	why = store_write(&store);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(why);
	assert_non_null(strstr(why, "File too large"));
	free(why);
	store_end(&store);
	assert_null(store_read(&read));
	assert_int_equal(read->last, moment.time - HOUR);
	usage_free(read);
}

/* Each of four processes folds 25 times; each fold finds the one before. */
static void folds_at_once_write_one_after_the_other(void **state)
{
	unsigned int child, i;
	struct usage *read;
	int status;

	(void)state;
	fold_now(&moment);
	write_usage();
	for (child = 0; child < 4; child++) {
		if (fork())
			continue;
		for (i = 0; i < 25; i++) {
			struct store store;

			if (store_begin(&store))
				_exit(1);
			store.usage->watched++;
			if (store_write(&store))
				_exit(2);
			store_end(&store);
		}
		_exit(0);
	}
	for (child = 0; child < 4; child++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_null(store_read(&read));
	assert_int_equal(read->watched, 100);
	usage_free(read);
}

#define USAGE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	USAGE_TEST(the_first_fold_counts_nothing_and_knows_the_last_hit),
	USAGE_TEST(folds_add_up),
	USAGE_TEST(a_restart_loses_nothing_that_was_folded),
	USAGE_TEST(a_host_that_runs_longer_than_before_was_started_anew),
	USAGE_TEST(counters_that_were_reset_lose_nothing_that_was_folded),
	USAGE_TEST(without_a_policy_nothing_is_watched),
	USAGE_TEST(a_time_without_any_hit_proves_nothing),
	USAGE_TEST(folds_more_than_a_day_apart_leave_a_gap),
	USAGE_TEST(a_row_that_can_permit_nothing_is_not_watched),
	USAGE_TEST(a_row_that_is_changed_is_another_row),
	USAGE_TEST(there_is_room_for_all_rows_in_force),
	USAGE_TEST(a_year_of_days_is_kept),
	USAGE_TEST(a_clock_that_is_set_does_no_harm),
	USAGE_TEST(a_text_is_read_back_as_it_was),
	USAGE_TEST(the_largest_text_is_bounded),
	USAGE_TEST(damage_is_found),
	USAGE_TEST(the_file_is_that_of_the_namespace),
	USAGE_TEST(what_is_written_is_on_the_disk),
	USAGE_TEST(a_damaged_file_is_named_and_kept),
	USAGE_TEST(files_of_namespaces_that_are_gone_are_removed),
	USAGE_TEST(a_full_disk_keeps_the_old_file),
	USAGE_TEST(folds_at_once_write_one_after_the_other),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
