// SPDX-License-Identifier: GPL-2.0-only
/*
 * learn writes the peers of each row in a file, and says how many events that
 * took and how many were lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "netlink/attribute.h"
#include "verbs/events.h"

#define FILE_NAME	"learned.json"
#define LEARN		"learn", "--for", "1h", "--file", FILE_NAME

static char folder[] = "/tmp/verbs_learn.XXXXXX";

static int begin(void **state)
{
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	return begin_events(state);
}

static int end(void **state)
{
	unlink(FILE_NAME);
	if (chdir("/") || rmdir(folder))
		return -1;
	return end_events(state);
}

/* The peers of a row, which belong to the file; a key begins with a profile. */
static json_t *row_of(json_t *file, const char *key)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(file, "rows"), i, row)
		if (strstr(json_string_value(json_object_get(row, "key")), key))
			return row;
	fail_msg("no row %s", key);
	return NULL;
}

static void expect_peer(json_t *row, const char *which, const char *prefix,
			int count)
{
	json_t *peers = json_object_get(row, which);

	if (!prefix) {
		assert_int_equal(json_array_size(peers), 0);
		return;
	}
	assert_int_equal(json_array_size(peers), 1);
	expect_text(json_array_get(peers, 0), "prefix", prefix);
	expect_int(json_array_get(peers, 0), "count", count);
}

static void peers_are_written_by_row(void **state)
{
	json_t *file, *row;
	struct stat st;

	put_all();
	events_then = -EINTR;
	GOOD(learn, LEARN);
	says("1 permitted and 2 refused for their peers in 0s, of 3 rows; lost: 14, so that peers may be missing\n");
	file = json_load_file(FILE_NAME, 0, NULL);
	row = row_of(file, " internal/4 ");
	expect_peer(row, "refused", "192.168.10.77", 2);
	expect_peer(row, "permitted", NULL, 0);
	expect_int(file, "suppressed", 9);
	expect_int(file, "ring_full", 2);
	expect_int(file, "socket_full", 3);
	row = row_of(file, " external/13 ");
	expect_peer(row, "permitted", "2001:db8:7::1", 1);
	expect_peer(row, "refused", NULL, 0);
	json_decref(file);
	assert_int_equal(stat(FILE_NAME, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void nothing_that_is_lost_is_said_so(void **state)
{
	put_permitted(message());
	events_then = -EINTR;
	GOOD(learn, LEARN);
	says("1 permitted and 0 refused for their peers in 0s, of 2 rows; nothing was lost\n");
}

static void of_another_policy_no_row_is_known(void **state)
{
	put_all();
	events_then = -EINTR;
	module.view.generation = 42;
	GOOD(learn, LEARN);
	says("0 permitted and 0 refused for their peers in 0s, of 0 rows; lost: 17, ");
}

static void the_module_is_asked_for_many(void **state)
{
	events_then = -EINTR;
	GOOD(learn, LEARN);
	assert_int_equal(attr_u32(attr_of(request_of(NF_EDGE_CMD_LISTEN, 0),
					  NF_EDGE_A_LISTEN_RATE)), 10000);
}

static void a_file_that_is_there_is_kept(void **state)
{
	int fd = open(FILE_NAME, O_WRONLY | O_CREAT, 0644);

	assert_int_equal(write(fd, "mine", 4), 4);
	close(fd);
	assert_int_equal(RUN(learn, LEARN), REFUSED);
	complains("learned.json: is there already; name another file, or remove it");
	assert_null(request_of(NF_EDGE_CMD_LISTEN, 0));
}

static void a_file_that_cannot_be_written_is_told_at_once(void **state)
{
	put_all();
	assert_int_equal(RUN(learn, "learn", "--for", "1d", "--file", "none/x"),
			 SYSTEM);
	complains("none/x: ");
	is_silent_of("permitted");
}

static void what_was_learned_stays_when_the_module_goes(void **state)
{
	json_t *file;

	put_permitted(message());
	nla_put_flag(message(), NF_EDGE_A_LISTEN_END);
	assert_int_equal(RUN(learn, LEARN), SYSTEM);
	complains("the module was unloaded: it sends no more events");
	is_silent_of("permitted");
	file = json_load_file(FILE_NAME, 0, NULL);
	expect_peer(row_of(file, " external/13 "), "permitted",
		    "2001:db8:7::1", 1);
	json_decref(file);
}

static void words_are_checked(void **state)
{
	assert_int_equal(RUN(learn, "learn", "--for", "1h"), USAGE);
	complains("write how long, and a file: --for 1d --file peers.json");
	assert_int_equal(RUN(learn, "learn", "--for", "31d", "--file", "x"), USAGE);
	complains("--for 31d: write a time as 30m, 2h or 1d, up to 30d");
	assert_int_equal(RUN(learn, "learn", "--for", "0s", "--file", "x"), USAGE);
	complains("--for 0s: write a time");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(peers_are_written_by_row),
		TEST(nothing_that_is_lost_is_said_so),
		TEST(of_another_policy_no_row_is_known),
		TEST(the_module_is_asked_for_many),
		TEST(a_file_that_is_there_is_kept),
		TEST(a_file_that_cannot_be_written_is_told_at_once),
		TEST(what_was_learned_stays_when_the_module_goes),
		TEST(words_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
