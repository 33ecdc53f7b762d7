// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traces of verbs: entries of the history, and lines of the journal.
 */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "trace/folder.h"
#include "trace/history.h"
#include "verbs/site.h"

#define SITE								\
	"mode = audit\n"						\
	"zones = { external, site }\n"					\
	"features = { remote-access }\n"				\
	"interface wan0 { sides = { external } }\n"			\
	"node edge1 { access = { 131.107.155.10 } }\n"			\
	"peers partners { prefixes = { 192.0.2.0/24 } }\n"		\
	"row odd { service = access  out = { tcp/25 }  peers = { partners }  note = \"a \\\"b\\\" \\044{c\" }\n"

static char path[32];
static int file = -1;

static void write_file(const char *text)
{
	if (file >= 0)
		close(file);
	file = memfd_create("edge.conf", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(pwrite(file, text, strlen(text), 0), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
}

static int close_file(void **state)
{
	if (file >= 0)
		close(file);
	file = -1;
	return end_site(state);
}

#define FILE_TEST(name)							\
	cmocka_unit_test_setup_teardown(name, begin_site, close_file)

static void expect_journal(const char *begin, const char *end)
{
	size_t length = strlen(end);

	assert_int_equal(module.journal_lines, 1);
	module.journal_lines = 0;
	assert_memory_equal(module.journal, begin, strlen(begin));
	assert_true(strlen(module.journal) > length);
	assert_string_equal(module.journal + strlen(module.journal) - length,
			    end);
}

static size_t entries(void)
{
	struct history history;
	size_t count;

	assert_null(history_read(&history));
	count = history.count;
	history_free(&history);
	return count;
}

static void a_load_leaves_an_entry_and_a_line(void **state)
{
	json_t *answer, *entry;

	(void)state;
	write_file(SITE);
	GOOD(load, "load", path);
	expect_journal("alice (pts/0, from 198.51.100.7) loaded /",
		       ", history 1");
	assert_non_null(strstr(module.journal, ", mode audit, sha256 "));
	GOOD(history, "history", "--json");
	answer = json();
	entry = item(answer, "entries", "who", "alice");
	expect_int(entry, "number", 1);
	expect_int(entry, "login_uid", 1000);
	expect_text(entry, "sudo_user", "alice");
	expect_text(entry, "terminal", "pts/0");
	expect_text(entry, "ssh_peer", "198.51.100.7");
	expect_text(entry, "mode", "audit");
	assert_true(json_is_null(json_object_get(entry, "rollback_to")));
	json_decref(answer);
	GOOD(history, "history", "-o", "N,WHO,FROM,TERMINAL,MODE");
	says("1 alice 198.51.100.7 pts/0    audit");
}

static void what_changes_nothing_leaves_neither(void **state)
{
	(void)state;
	write_file(SITE);
	GOOD(check, "check", path);
	module.changed = false;
	GOOD(load, "load", path);
	GOOD(mode, "mode", "audit");
	GOOD(switch, "zone", "on", "pic");
	module.changed = true;
	module.refused = NF_EDGE_CMD_LOAD;
	module.error = EINVAL;
	assert_int_equal(RUN(load, "load", path), REFUSED);
	module.refused = NF_EDGE_CMD_SWITCH;
	assert_int_equal(RUN(mode, "mode", "audit"), REFUSED);
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	module.refused = NF_EDGE_CMD_FLUSH;
	assert_int_equal(RUN(flush, "flush"), REFUSED);
	assert_int_equal(module.journal_lines, 0);
	assert_int_equal(entries(), 0);
}

/* A switch happened, though its answer cannot be completed. */
static void each_switch_is_a_line(void **state)
{
	(void)state;
	GOOD(mode, "mode", "audit");
	expect_journal("alice (pts/0, from 198.51.100.7) switched mode audit: generation ",
		       "");
	GOOD(switch, "zone", "off", "pic");
	expect_journal("alice (pts/0, from 198.51.100.7) switched zone off pic: generation ",
		       "");
	GOOD(switch, "row", "off", "pic/1", "pic/2");
	expect_journal("alice (pts/0, from 198.51.100.7) switched row off pic/1, pic/2: generation ",
		       "");
	GOOD(flush, "flush");
	expect_journal("alice (pts/0, from 198.51.100.7) ended the policy: generation ",
		       ", nothing is governed");
	assert_int_equal(entries(), 0);
}

/* The text that is kept is read back as the same policy. */
static void an_entry_is_loaded_again(void **state)
{
	char *text;

	(void)state;
	write_file(SITE);
	GOOD(load, "load", path);
	GOOD(history, "history", "1");
	text = xstrdup(printed);
	says("note = \"a \\\"b\\\" \\044{c\"");
	module.journal_lines = 0;
	GOOD(rollback, "rollback", "1");
	expect_journal("alice (pts/0, from 198.51.100.7) loaded history 1 again: ",
		       ", history 2");
	GOOD(history, "history", "2");
	assert_string_equal(printed, text);
	free(text);
	GOOD(history, "history", "-o", "N,FILE");
	says("2 rollback to 1");
	GOOD(check, "check", "history:2");
	says("history/2.conf: no errors");
}

static void an_entry_that_is_not_there_is_refused(void **state)
{
	static const char *const words[] = { "0", "x", "-1", "1.conf" };
	size_t i;

	(void)state;
	assert_int_equal(RUN(rollback, "rollback", "7"), REFUSED);
	complains("history:7: is no entry of the history; edgectl history lists them");
	assert_int_equal(RUN(history, "history", "7"), REFUSED);
	complains("is no entry of the history");
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_int_equal(RUN(rollback, "rollback", "--", words[i]),
				 USAGE);
		complains("is no number of an entry");
		assert_int_equal(RUN(history, "history", "--", words[i]),
				 USAGE);
	}
	assert_int_equal(RUN(check, "check", "history:x"), REFUSED);
	complains("has no number of an entry");
	assert_int_equal(RUN(rollback, "rollback", "--force"), USAGE);
	complains("--force: is for an entry of the history; write its number");
	assert_int_equal(RUN(rollback, "rollback", "1", "2"), USAGE);
	assert_int_equal(RUN(history, "history", "1", "-o", "N"), USAGE);
	assert_null(request_of(NF_EDGE_CMD_LOAD, 0));
}

/* The history needs no module, and none of this family. */
static void a_module_of_another_family_hides_nothing(void **state)
{
	json_t *answer, *entry;

	(void)state;
	write_file(SITE);
	GOOD(load, "load", path);
	module.family_version = 9;
	GOOD(history, "history", "-o", "N,STATE");
	says("1 unknown");
	complains("the module speaks version 9 of ");
	GOOD(history, "history", "--json");
	answer = json();
	entry = item(answer, "entries", "who", "alice");
	expect_text(entry, "state", "unknown");
	assert_true(json_is_null(json_object_get(answer, "in_force")));
	json_decref(answer);
	GOOD(history, "history", "1");
	says("mode ");
	GOOD(history, "history", "1", "--json");
	says("unknown");
}

static void expect_state(const char *state)
{
	json_t *answer;

	GOOD(history, "history", "--json");
	answer = json();
	expect_text(json_array_get(json_object_get(answer, "entries"), 0), "state", state);
	json_decref(answer);
}

/* What became of a load that waited is unknown where the module says nothing. */
static void a_load_that_waited_was_taken_back_or_is_unknown(void **state)
{
	struct entry entry = {
		.time = 1, .by.name = "root", .file = "/new.conf",
		.hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		.generation = 40, .state = ENTRY_WAITING, .deadline = 1,
	};

	(void)state;
	place_read(&entry.place);
	assert_null(history_add(&entry, "mode = audit\n", 13));
	expect_state("taken-back");
	module.family_version = 9;
	expect_state("unknown");
}

static void an_entry_that_was_changed_is_refused(void **state)
{
	char *name = history_file(1);
	FILE *stream;

	(void)state;
	write_file(SITE);
	GOOD(load, "load", path);
	stream = fopen(name, "a");
	assert_non_null(stream);
	fputs("peers crl { prefixes = { 0.0.0.0/1 } }\n", stream);
	fclose(stream);
	forget_requests();
	assert_int_equal(RUN(rollback, "rollback", "1"), REFUSED);
	complains("is another policy than the one that was loaded");
	assert_null(request_of(NF_EDGE_CMD_LOAD, 0));
	free(name);
}

static void a_load_stands_without_its_entry(void **state)
{
	(void)state;
	write_file(SITE);
	setenv(STATE_VARIABLE, "/dev/null", true);
	GOOD(load, "load", path);
	complains("the policy is in force, but the history has no entry of it: /dev/null/history: ");
	expect_journal("alice (pts/0, from 198.51.100.7) loaded ",
		       ", not in the history");
	setenv(STATE_VARIABLE, "/no/such/folder", true);
	GOOD(load, "load", path);
	complains("/no/such/folder/history: No such file or directory");
}

static const struct CMUnitTest tests[] = {
	FILE_TEST(a_load_leaves_an_entry_and_a_line),
	FILE_TEST(what_changes_nothing_leaves_neither),
	FILE_TEST(each_switch_is_a_line),
	FILE_TEST(an_entry_is_loaded_again),
	FILE_TEST(an_entry_that_is_not_there_is_refused),
	FILE_TEST(a_module_of_another_family_hides_nothing),
	FILE_TEST(a_load_that_waited_was_taken_back_or_is_unknown),
	FILE_TEST(an_entry_that_was_changed_is_refused),
	FILE_TEST(a_load_stands_without_its_entry),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
