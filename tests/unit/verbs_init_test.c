// SPDX-License-Identifier: GPL-2.0-only
/*
 * init: the options choose the text, a file is never overwritten without
 * --force, and a bad option is answered with one sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "system/default_route.h"
#include "system/ways.h"
#include "verbs/site.h"

static void options_choose_the_text(void **state)
{
	GOOD(init, "init", "--profile", "sfbse", "--nodes", "2", "--single-ip",
	     "--external", "ens3", "--internal=br0", "--edge", "vmbr1");
	says("profile  = sfb2019\n");
	says("node edge2 {");
	is_silent_of("node edge3 {");
	says("    access-client  = 5061\n");
	says("interface \"ens3\" { sides = { external } }\n");
	says("interface \"br0\" { sides = { internal } }\n");
	says("interface \"vmbr1\" { sides = { edge } }\n");

	GOOD(init, "init");
	says("profile  = lync2013-scaled-public\n");
	is_silent_of("node edge2 {");
	is_silent_of("access-client");
	assert_int_equal(times_said("\ninterface "), 3);

	GOOD(init, "init", "--host");
	assert_int_equal(times_said("\ninterface "), 2);
	is_silent_of("-public>");
	GOOD(init, "init", "--nat");
	says("access   = { <edge1-access-public>, <edge1-access> }");
	GOOD(init, "init", "--nat", "--single-ip");
	says("webconf  = { <edge1-external-public>, <edge1-external> }");
}

/* One sentence, and no text. */
static void refused(enum outcome outcome, enum outcome wanted,
		    const char *sentence)
{
	assert_int_equal(outcome, wanted);
	complains(sentence);
	assert_string_equal(printed, "");
	assert_ptr_equal(strchr(complained, '\n'),
			 complained + strlen(complained) - 1);
}

static void bad_options_are_refused(void **state)
{
	static const char *const counts[] = { "0", "65", "", "2x", "-1", "+1",
					      "99999999999999999999" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		refused(RUN(init, "init", "--nodes", counts[i]), USAGE,
			"is no number of nodes; write 1 to 64");
	refused(RUN(init, "init", "--profile", "sfb2091"), USAGE,
		"sfb2091: unknown profile; ");
	refused(RUN(init, "init", "--host", "--nodes", "2"), USAGE,
		"lists itself alone");
	refused(RUN(init, "init", "--host", "--nat"), USAGE,
		"leave --nat out");
	refused(RUN(init, "init", "--host", "--edge", "dmz0"), USAGE,
		"leave --edge out");
	refused(RUN(init, "init", "--force"), USAGE, "without -o FILE");
	refused(RUN(init, "init", "--external", "a\"b"), USAGE,
		"is no name of an interface");
	refused(RUN(init, "init", "--edge", "sixteen-letters-"), USAGE,
		"is no name of an interface");
	refused(RUN(init, "init", "--external", "a", "--edge", "a"), USAGE,
		"is given twice; name another");
	refused(RUN(init, "init", "--internal", "a", "--edge", "a"), USAGE,
		"a: is given twice; name another");
	refused(RUN(init, "init", "--external", "a", "--internal", "a"), USAGE,
		"a: is given twice; name another");
	refused(RUN(init, "init", "edge.conf"), USAGE, "one word too many");
	refused(RUN(init, "init", "-o", "/nowhere/edge.conf"), SYSTEM,
		"cannot be written");
}

static struct stat status_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status;
}

/* Nothing but some files is in a folder; all of them go. */
static void empty_folder(const char *folder, size_t files)
{
	DIR *open = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(open))) {
		if (*entry->d_name == '.')
			continue;
		count++;
		unlinkat(dirfd(open), entry->d_name, 0);
	}
	closedir(open);
	assert_int_equal(count, files);
}

static void a_file_is_replaced_with_force_only(void **state)
{
	char folder[] = "/tmp/init.XXXXXX", path[64], other[64];
	struct stat first, second;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/edge.conf", folder);
	snprintf(other, sizeof(other), "%s/link.conf", folder);
	umask(027);
	GOOD(init, "init", "-o", path, "--nodes", "3");
	assert_string_equal(printed, "");
	first = status_of(path);
	assert_int_equal(first.st_mode, S_IFREG | 0640);
	assert_true(first.st_size > 1000);
	refused(RUN(init, "init", "-o", path), REFUSED, "is there already");
	assert_int_equal(status_of(path).st_ino, first.st_ino);
	assert_int_equal(status_of(path).st_size, first.st_size);

	/* A reader that has the old file open keeps it; its permissions stay. */
	assert_int_equal(chmod(path, 0600), 0);
	GOOD(init, "init", "--output", path, "--force");
	second = status_of(path);
	assert_int_equal(second.st_mode, S_IFREG | 0600);
	assert_true(second.st_ino != first.st_ino);
	assert_in_range(second.st_size, 1000, first.st_size - 1);

	/* What is no file is left alone, also a link that leads nowhere. */
	assert_int_equal(symlink("nowhere", other), 0);
	refused(RUN(init, "init", "-o", other), REFUSED, "is there already");
	refused(RUN(init, "init", "-o", other, "--force"), REFUSED,
		"is no regular file");
	assert_int_equal(status_of(other).st_mode & S_IFMT, S_IFLNK);
	refused(RUN(init, "init", "-o", folder, "--force"), REFUSED,
		"is no regular file");
	empty_folder(folder, 2);
	rmdir(folder);
}

/* A disk that is full leaves no file behind, and the old one as it is. */
static void a_file_is_written_whole_or_not_at_all(void **state)
{
	char folder[] = "/tmp/init.XXXXXX", path[64];
	struct rlimit old, limit;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/edge.conf", folder);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 100;
	setrlimit(RLIMIT_FSIZE, &limit);
	refused(RUN(init, "init", "-o", path), SYSTEM, "cannot be written");
	setrlimit(RLIMIT_FSIZE, &old);
	empty_folder(folder, 0);
	rmdir(folder);
}

static void write_proc(const char *folder, const char *name, const char *lines)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/net/%s", folder, name);
	file = fopen(path, "w");
	fputs(lines, file);
	fclose(file);
}

static void the_default_route_leads_outside(void **state)
{
	static const struct {
		const char *v4, *v6, *device;
	} cases[] = {
		{ "", "", NULL },
		{ "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
		  "", "eth0" },
		/* A network, a default route that is down, one with a worse metric. */
		{ "a\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
		  "b\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n"
		  "c\t00000000\t010200C0\t0003\t0\t0\t9\t00000000\t0\t0\t0\n"
		  "d\t00000000\t010200C0\t0003\t0\t0\t8\t00000000\t0\t0\t0\n"
		  "e\t00000000\t010200C0\t0003\t0\t0\t8\t00000000\t0\t0\t0\n",
		  "", "d" },
		{ "unreadable\n",
		  "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     ppp0\n"
		  "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n",
		  "ppp0" },
		{ "", "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1\n",
		  NULL },
	};
	char folder[] = "/tmp/init.XXXXXX", net[64], name[IF_NAMESIZE];
	const char *real = ways_procfs;
	size_t i;

	assert_non_null(mkdtemp(folder));
	snprintf(net, sizeof(net), "%s/net", folder);
	mkdir(net, 0700);
	ways_procfs = folder;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		write_proc(folder, "route", cases[i].v4);
		write_proc(folder, "ipv6_route", cases[i].v6);
		assert_int_equal(default_route_device(name), !!cases[i].device);
		if (cases[i].device)
			assert_string_equal(name, cases[i].device);
	}
	ways_procfs = real;
	empty_folder(net, 2);
	rmdir(net);
	rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SITE_TEST(options_choose_the_text),
		SITE_TEST(bad_options_are_refused),
		SITE_TEST(a_file_is_replaced_with_force_only),
		SITE_TEST(a_file_is_written_whole_or_not_at_all),
		SITE_TEST(the_default_route_leads_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
