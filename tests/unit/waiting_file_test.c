// SPDX-License-Identifier: GPL-2.0-only
/* The file of a change that waits: kept, put in its place, locked, refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "system/waiting_file.h"
#include "verbs/module.h"

static const char *folder;
static char *boot, *waiting, *old, *other;

static char *in_folder(const char *name)
{
	return xformat("%s/%s", folder, name);
}

static int begin(void **state)
{
	(void)state;
	begin_state();
	folder = getenv("NF_EDGE_STATE");
	boot = in_folder("edge.conf");
	waiting = in_folder("edge.conf.waiting");
	old = in_folder("edge.conf~");
	other = in_folder("other.conf");
	return 0;
}

static int end(void **state)
{
	(void)state;
	end_state();
	free(boot);
	free(waiting);
	free(old);
	free(other);
	return 0;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void expect_file(const char *name, const char *text)
{
	char buffer[64] = "";
	FILE *file = fopen(name, "re");

	if (!text) {
		assert_null(file);
		return;
	}
	assert_non_null(file);
	assert_int_equal(fread(buffer, 1, sizeof(buffer) - 1, file),
			 strlen(text));
	assert_string_equal(buffer, text);
	fclose(file);
}

static mode_t mode_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return status.st_mode & 07777;
}

static void a_file_is_kept_and_put_in_place(void **state)
{
	(void)state;
	write_file(boot, "before", 0640);
	write_file(old, "long ago", 0600);
	assert_null(waiting_file_write(boot, "after, and more", 5));
	expect_file(waiting, "after");
	assert_int_equal(mode_of(waiting), 0640);
	expect_file(boot, "before");
	assert_null(waiting_file_put(boot));
	expect_file(boot, "after");
	expect_file(old, "before");
	expect_file(waiting, NULL);
}

static void a_second_file_takes_the_place_of_the_first(void **state)
{
	(void)state;
	assert_null(waiting_file_write(boot, "one", 3));
	assert_null(waiting_file_write(boot, "two", 3));
	expect_file(waiting, "two");
	waiting_file_remove(boot);
	expect_file(waiting, NULL);
	waiting_file_remove(boot);
	/* Without an earlier file, none is kept under the name with a ~. */
	assert_null(waiting_file_write(boot, "three", 5));
	assert_null(waiting_file_put(boot));
	expect_file(boot, "three");
	expect_file(old, NULL);
}

static void a_symbolic_link_stays_one(void **state)
{
	char *name;

	(void)state;
	write_file(other, "before", 0600);
	assert_int_equal(symlink("other.conf", boot), 0);
	name = waiting_file_name(boot);
	assert_string_equal(name + strlen(folder), "/other.conf.waiting");
	free(name);
	assert_null(waiting_file_write(boot, "after", 5));
	assert_null(waiting_file_put(boot));
	expect_file(other, "after");
	expect_file(boot, "after");
	assert_int_equal(unlink(boot), 0);
}

static void a_file_that_cannot_be_kept_says_why(void **state)
{
	char *why, *inside = in_folder("edge.conf.waiting/x");

	(void)state;
	write_file(boot, "before", 0600);
	assert_int_equal(mkdir(waiting, 0700), 0);
	write_file(inside, "in the way", 0600);
	why = waiting_file_write(boot, "after", 5);
	assert_non_null(why);
	assert_non_null(strstr(why, "edge.conf.waiting: "));
	free(why);
	why = in_folder("edge.conf.waiting.new");
	expect_file(why, NULL);
	free(why);
	expect_file(boot, "before");
	unlink(inside);
	rmdir(waiting);
	/* Nor is a file put in place that is not there. */
	why = waiting_file_put(boot);
	assert_non_null(why);
	free(why);
	expect_file(boot, "before");
	free(inside);
}

static void names_lead_to_one_file_or_folder(void **state)
{
	char *link_name = in_folder("link.conf"), *sub = in_folder("sub");
	char *below = in_folder("sub/edge.conf");

	(void)state;
	write_file(boot, "a", 0600);
	write_file(other, "a", 0600);
	assert_int_equal(symlink("edge.conf", link_name), 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_true(waiting_file_is_boot(boot, boot));
	assert_true(waiting_file_is_boot(boot, link_name));
	assert_false(waiting_file_is_boot(boot, other));
	assert_false(waiting_file_is_boot(boot, below));
	assert_true(waiting_file_same_folder(boot, other));
	assert_false(waiting_file_same_folder(boot, below));
	free(below);
	free(sub);
	free(link_name);
}

static void one_edgectl_has_the_lock(void **state)
{
	int lock = waiting_file_lock(boot, 0);

	(void)state;
	assert_true(lock >= 0);
	errno = 0;
	assert_true(waiting_file_lock(boot, 60) < 0);
	assert_int_equal(errno, EWOULDBLOCK);
	/* Whoever ends lets the others at the file. */
	waiting_file_unlock(lock);
	lock = waiting_file_lock(boot, 0);
	assert_true(lock >= 0);
	waiting_file_unlock(lock);
	assert_true(waiting_file_lock("/nonexistent/edge.conf", 0) < 0);
	assert_int_equal(errno, ENOENT);
	waiting_file_unlock(-1);
}

#define A_TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		A_TEST(a_file_is_kept_and_put_in_place),
		A_TEST(a_second_file_takes_the_place_of_the_first),
		A_TEST(a_symbolic_link_stays_one),
		A_TEST(a_file_that_cannot_be_kept_says_why),
		A_TEST(names_lead_to_one_file_or_folder),
		A_TEST(one_edgectl_has_the_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
