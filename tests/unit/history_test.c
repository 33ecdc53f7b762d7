// SPDX-License-Identifier: GPL-2.0-only
/* The history: whole entries or none, whatever happens while one is written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "trace/folder.h"
#include "trace/history.h"
#include "verbs/module.h"

#define HASH	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Steps to the disk until one kills the process, or fails with @fault. */
static int steps_left = -1;
static int fault;

int __real_renameat(int from, const char *old, int to, const char *new);
int __real_unlinkat(int fd, const char *name, int flags);
int __real_openat(int fd, const char *name, int flags, mode_t mode);
ssize_t __real_write(int fd, const void *data, size_t size);
int __wrap_fsync(int fd);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_unlinkat(int fd, const char *name, int flags);
int __wrap_openat(int fd, const char *name, int flags, mode_t mode);
ssize_t __wrap_write(int fd, const void *data, size_t size);

/* Return: true when the step does not happen. */
static bool stops(void)
{
	if (steps_left < 0)
		return false;
	if (steps_left--)
		return false;
	if (!fault)
		_exit(7);
	errno = fault;
	return true;
}

/* No power is lost here, and a busy disk takes its time. */
int __wrap_fsync(int fd)
{
	(void)fd;
	return stops() ? -1 : 0;
}

int __wrap_renameat(int from, const char *old, int to, const char *new)
{
	return stops() ? -1 : __real_renameat(from, old, to, new);
}

int __wrap_unlinkat(int fd, const char *name, int flags)
{
	return stops() ? -1 : __real_unlinkat(fd, name, flags);
}

int __wrap_openat(int fd, const char *name, int flags, mode_t mode)
{
	return stops() ? -1 : __real_openat(fd, name, flags, mode);
}

/* A process that is killed has written half. */
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	if (!steps_left && !fault)
		__real_write(fd, data, size / 2);
	return stops() ? -1 : __real_write(fd, data, size);
}

static int begin(void **state)
{
	(void)state;
	begin_state();
	return 0;
}

static int end(void **state)
{
	(void)state;
	steps_left = -1;
	fault = 0;
	end_state();
	return 0;
}

static void fill(struct entry *entry, uint32_t generation)
{
	*entry = (struct entry){
		.time = 1764383400, .file = xstrdup("/etc/nf_edge/edge.conf"),
		.hash = xstrdup(HASH), .generation = generation, .mode = 0,
		.by = {
			.name = xstrdup("alice"), .login = 1000, .uid = 0,
			.sudo = xstrdup("alice"), .terminal = xstrdup("pts/0"),
			.peer = xstrdup("2001:db8::7"),
		},
		.place = { .boot = "b", .netns = 4026531840 },
	};
}

/* Return: the number of the entry, 0 for none, with *@why. */
static uint32_t add(uint32_t generation, char **why)
{
	char text[64];
	struct entry entry;
	uint32_t number;

	fill(&entry, generation);
	snprintf(text, sizeof(text), "text of generation %u\n", generation);
	*why = history_add(&entry, text, strlen(text));
	number = entry.number;
	entry_free(&entry);
	return number;
}

static uint32_t add_one(uint32_t generation)
{
	char *why;
	uint32_t number = add(generation, &why);

	if (why)
		fail_msg("%s", why);
	return number;
}

static void read_all(struct history *history)
{
	char *why = history_read(history);

	if (why)
		fail_msg("%s", why);
}

static char *path_of(const char *name)
{
	char *folder = history_folder(), *path = xformat("%s/%s", folder, name);

	free(folder);
	return path;
}

static void put_file(const char *name, const char *text)
{
	char *path = path_of(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static mode_t rights_of(const char *name)
{
	char *path = path_of(name);
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	free(path);
	return status.st_mode & 07777;
}

static size_t files(void)
{
	char *folder = history_folder();
	DIR *list = opendir(folder);
	size_t count = 0;

	assert_non_null(list);
	while (readdir(list))
		count++;
	closedir(list);
	free(folder);
	return count - 2;
}

/* An entry has its own text, whole. */
static void expect_text(uint32_t number, uint32_t generation)
{
	char wanted[64], got[64] = "", *path = history_file(number);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
	fclose(file);
	snprintf(wanted, sizeof(wanted), "text of generation %u\n", generation);
	assert_string_equal(got, wanted);
	free(path);
}

static void an_entry_comes_back_as_it_was_added(void **state)
{
	struct history history;
	const struct entry *entry;

	(void)state;
	read_all(&history);
	assert_int_equal(history.count, 0);
	history_free(&history);
	assert_int_equal(add_one(7), 1);
	assert_int_equal(add_one(8), 2);
	read_all(&history);
	assert_int_equal(history.count, 2);
	assert_int_equal(history.fault_count, 0);
	entry = history_find(&history, 1);
	assert_int_equal(entry->generation, 7);
	assert_int_equal(entry->time, 1764383400);
	assert_string_equal(entry->by.name, "alice");
	assert_string_equal(entry->by.peer, "2001:db8::7");
	assert_string_equal(entry->by.terminal, "pts/0");
	assert_int_equal(entry->by.login, 1000);
	assert_string_equal(entry->hash, HASH);
	assert_int_equal(entry->state, ENTRY_LOADED);
	assert_null(history_find(&history, 3));
	history_free(&history);
	expect_text(1, 7);
	expect_text(2, 8);
}

static void nobody_else_reads_or_writes_it(void **state)
{
	(void)state;
	umask(0);
	add_one(7);
	umask(022);
	assert_int_equal(rights_of("."), 0700);
	assert_int_equal(rights_of("1.conf"), 0600);
	assert_int_equal(rights_of("1.json"), 0600);
}

static void a_folder_that_others_write_to_is_not_used(void **state)
{
	char *folder = history_folder(), *why;
	struct history history;

	(void)state;
	add_one(7);
	chmod(folder, 0770);
	assert_int_equal(add(8, &why), 0);
	assert_non_null(strstr(why, "can be written by other users"));
	free(why);
	why = history_read(&history);
	assert_non_null(strstr(why, "chmod 700"));
	free(why);
	history_free(&history);
	chmod(folder, 0750);
	assert_int_equal(add_one(9), 2);
	free(folder);
}

static void a_link_is_no_folder(void **state)
{
	char *folder = history_folder(), *why;

	(void)state;
	assert_int_equal(symlink("/tmp", folder), 0);
	assert_int_equal(add(7, &why), 0);
	assert_non_null(strstr(why, "make it a folder of root"));
	free(why);
	free(folder);
}

static void the_last_fifty_are_kept(void **state)
{
	struct history history;
	uint32_t i;

	(void)state;
	for (i = 1; i <= HISTORY_KEPT + 3; i++)
		assert_int_equal(add_one(i), i);
	read_all(&history);
	assert_int_equal(history.count, HISTORY_KEPT);
	assert_int_equal(history.entries[0].number, 4);
	assert_int_equal(history.entries[HISTORY_KEPT - 1].number,
			 HISTORY_KEPT + 3);
	history_free(&history);
	assert_int_equal(files(), 2 * HISTORY_KEPT);
}

/* Add an entry of a namespace that is in a state. */
static uint32_t add_to(uint64_t netns, enum entry_state entry_state)
{
	struct entry entry;
	uint32_t number;

	fill(&entry, 1);
	entry.place.netns = netns;
	entry.state = entry_state;
	assert_null(history_add(&entry, "text\n", 5));
	number = entry.number;
	entry_free(&entry);
	return number;
}

/* The policy in force keeps its entry, however many loads are taken back. */
static void a_policy_outlives_loads_that_were_taken_back(void **state)
{
	struct history history;
	uint32_t here, there;

	(void)state;
	add_to(1, ENTRY_LOADED);
	add_to(2, ENTRY_CONFIRMED);
	here = add_to(1, ENTRY_CONFIRMED);
	there = add_to(2, ENTRY_LOADED);
	while (add_to(1, ENTRY_TAKEN_BACK) < there + HISTORY_KEPT + 3)
		;
	add_to(1, ENTRY_WAITING);
	read_all(&history);
	assert_int_equal(history.count, HISTORY_KEPT + 2);
	assert_non_null(history_find(&history, here));
	assert_non_null(history_find(&history, there));
	history_free(&history);
	/* What comes into force afterwards takes its place. */
	add_to(1, ENTRY_LOADED);
	read_all(&history);
	assert_null(history_find(&history, here));
	assert_non_null(history_find(&history, there));
	history_free(&history);
}

/* Those of a kernel that ended, and of many namespaces, take no room for ever. */
static void places_without_end_fill_no_disk(void **state)
{
	struct history history;
	struct entry entry;
	uint32_t i;

	(void)state;
	for (i = 1; i <= 2 * HISTORY_KEPT + 2; i++)
		add_to(i, ENTRY_LOADED);
	read_all(&history);
	assert_int_equal(history.count, 2 * HISTORY_KEPT);
	assert_int_equal(history.entries[0].number, 3);
	history_free(&history);

	fill(&entry, 1);
	strcpy(entry.place.boot, "c");
	assert_null(history_add(&entry, "text\n", 5));
	entry_free(&entry);
	read_all(&history);
	assert_int_equal(history.count, HISTORY_KEPT);
	history_free(&history);
}

/* Numbers are given once, and files of others stay. */
static void other_files_are_left_alone(void **state)
{
	struct history history;

	(void)state;
	add_one(1);
	put_file("notes.txt", "mine");
	put_file("007.conf", "mine");
	put_file("9999999999.conf", "mine");
	put_file("41.conf", "left by a load that was killed");
	put_file("77.bak", "mine");
	put_file("78", "mine");
	put_file("79.json~", "mine");
	assert_int_equal(add_one(2), 42);
	read_all(&history);
	assert_int_equal(history.count, 2);
	assert_int_equal(history.fault_count, 0);
	history_free(&history);
	assert_int_equal(files(), 4 + 6);
}

static void expect_fault(uint32_t number, const char *why)
{
	const struct fault *found;
	struct history history;

	read_all(&history);
	assert_int_equal(history.count, 1);
	found = history_fault(&history, number);
	assert_non_null(found);
	if (!strstr(found->why, why))
		fail_msg("%s", found->why);
	history_free(&history);
}

static void an_entry_that_cannot_be_read_is_named(void **state)
{
	static const char *const wrong[] = {
		"", "{", "[]", "{}", "{\"number\": 1}", "\xff\xfe",
	};
	char *path = path_of("2.conf"), *facts = path_of("2.json");
	size_t i;

	(void)state;
	add_one(1);
	add_one(2);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		put_file("2.json", wrong[i]);
		expect_fault(2, "2.json: does not hold the facts of an entry");
	}
	unlink(facts);
	mkdir(facts, 0700);
	expect_fault(2, "2.json: cannot be read");
	unlink(path);
	expect_fault(2, "2.conf: is missing");
	/* The next load goes on behind the broken entry. */
	assert_int_equal(add_one(3), 3);
	rmdir(facts);
	free(facts);
	free(path);
}

/* Facts of another entry under the name of one. */
static void an_entry_under_another_number_is_named(void **state)
{
	char *from = path_of("1.json"), *to = path_of("2.json");

	(void)state;
	add_one(1);
	add_one(2);
	assert_int_equal(rename(from, to), 0);
	put_file("1.json", "x");
	add_one(3);
	assert_int_equal(unlink(to), 0);
	free(from);
	free(to);
	expect_fault(1, "1.json: does not hold");
}

/* Return: how the process ended that added an entry and died at a step. */
static int die_at(int step)
{
	pid_t child = fork();
	int status;
	char *why;

	assert_true(child >= 0);
	if (!child) {
		fault = 0;
		steps_left = step;
		add(100, &why);
		steps_left = -1;
		_exit(why ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Killed at each step: the old entries are whole, the new one too or not there. */
static void a_load_that_is_killed_leaves_whole_entries(void **state)
{
	uint32_t i, whole = 0, none = 0, number, last = HISTORY_KEPT;
	struct history history;
	int step, status;

	(void)state;
	for (i = 1; i <= HISTORY_KEPT; i++)
		add_one(i);
	for (step = 0; (status = die_at(step)); step++) {
		assert_int_equal(status, 7);
		read_all(&history);
		assert_int_equal(history.fault_count, 0);
		assert_true(history.count >= HISTORY_KEPT);
		number = history.entries[history.count - 1].number;
		for (i = 0; i < history.count; i++) {
			const struct entry *entry = &history.entries[i];

			expect_text(entry->number, entry->generation);
		}
		whole += number != last;
		none += number == last;
		last = number;
		history_free(&history);
	}
	assert_true(step > 8);
	assert_true(whole > 1 && none > 5);
	/* The next load removes what those left. */
	add_one(200);
	assert_int_equal(files(), 2 * HISTORY_KEPT);
}

static void a_disk_that_refuses_is_named(void **state)
{
	static const struct {
		int error;
		const char *remedy;
	} cases[] = {
		{ ENOSPC, "free space there" },
		{ EDQUOT, "free space there" },
		{ EROFS, "mount it writable" },
		{ EACCES, "be root" },
		{ EIO, "see to the disk" },
	};
	struct history history;
	uint32_t before, number, failed = 0;
	size_t i;
	int step;

	(void)state;
	before = add_one(1);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool more = true;

		for (step = 0; more; step++) {
			char *why;

			fault = cases[i].error;
			steps_left = step;
			number = add(2, &why);
			assert_int_equal(number != 0, !why);
			if (why && !strstr(why, cases[i].remedy))
				fail_msg("%s", why);
			failed += why != NULL;
			free(why);
			more = steps_left < 0;
			steps_left = -1;
			read_all(&history);
			assert_int_equal(history.fault_count, 0);
			assert_non_null(history_find(&history, before));
			history_free(&history);
		}
	}
	assert_true(failed >= 5 * 5);
}

/* Another edgectl that writes: this one waits for it. */
static void two_loads_have_two_numbers(void **state)
{
	char *folder = history_folder();
	struct history history;
	int i, status;
	char *why;

	(void)state;
	for (i = 0; i < 8; i++) {
		if (fork())
			continue;
		add((uint32_t)i + 1, &why);
		_exit(why ? 1 : 0);
	}
	for (i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	read_all(&history);
	assert_int_equal(history.count, 8);
	for (i = 0; i < 8; i++) {
		const struct entry *entry = &history.entries[i];

		assert_int_equal(entry->number, i + 1);
		expect_text(entry->number, entry->generation);
	}
	history_free(&history);
	free(folder);
}

static void a_lock_that_stays_is_named(void **state)
{
	char *folder = history_folder(), *why;
	int fd;

	(void)state;
	add_one(1);
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(add(2, &why), 0);
	assert_non_null(strstr(why, "another edgectl has kept it locked"));
	free(why);
	close(fd);
	assert_int_equal(add_one(2), 2);
	free(folder);
}

static void the_load_that_waits_is_settled(void **state)
{
	struct place here = { .boot = "b", .netns = 4026531840 };
	struct place there = { .boot = "b", .netns = 1 };
	struct history history;
	struct entry entry;
	struct timespec now;
	uint32_t number;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &now);
	fill(&entry, 1);
	entry.state = ENTRY_WAITING;
	entry.deadline = (uint64_t)now.tv_sec - 1;
	assert_null(history_add(&entry, "x", 1));
	entry.deadline = (uint64_t)now.tv_sec + 600;
	assert_null(history_add(&entry, "x", 1));
	entry_free(&entry);
	assert_null(history_settle(&there, ENTRY_CONFIRMED, &number));
	assert_int_equal(number, 0);
	assert_null(history_settle(&here, ENTRY_CONFIRMED, &number));
	assert_int_equal(number, 2);
	assert_null(history_settle(&here, ENTRY_TAKEN_BACK, &number));
	assert_int_equal(number, 0);
	read_all(&history);
	assert_int_equal(history.entries[0].state, ENTRY_WAITING);
	assert_int_equal(history.entries[1].state, ENTRY_CONFIRMED);
	history_free(&history);
}

static void numbers_are_read_strictly(void **state)
{
	static const char *const wrong[] = {
		"", "0", "01", "1x", "-1", " 1", "+1", "1.conf", "9999999999",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(history_number(wrong[i]), 0);
	assert_int_equal(history_number("1"), 1);
	assert_int_equal(history_number("999999999"), 999999999);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_comes_back_as_it_was_added),
		TEST(nobody_else_reads_or_writes_it),
		TEST(a_folder_that_others_write_to_is_not_used),
		TEST(a_link_is_no_folder),
		TEST(the_last_fifty_are_kept),
		TEST(a_policy_outlives_loads_that_were_taken_back),
		TEST(places_without_end_fill_no_disk),
		TEST(other_files_are_left_alone),
		TEST(an_entry_that_cannot_be_read_is_named),
		TEST(an_entry_under_another_number_is_named),
		TEST(a_load_that_is_killed_leaves_whole_entries),
		TEST(a_disk_that_refuses_is_named),
		TEST(two_loads_have_two_numbers),
		TEST(a_lock_that_stays_is_named),
		TEST(the_load_that_waits_is_settled),
		TEST(numbers_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
