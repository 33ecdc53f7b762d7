// SPDX-License-Identifier: GPL-2.0-only
/*
 * Search of ancestors for an SSH session, with real processes: sockets, a
 * variable that sudo removes, and a terminal.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "system/ancestry.h"

enum { YES, NO, BROKEN };

#define VARIABLE	"SSH_CONNECTION="
#define SESSION		"127.0.0.9 50000 127.0.0.1 22"
#define ANOTHER		"127.0.0.8 50000 127.0.0.1 22"

static int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return BROKEN;
	return WEXITSTATUS(status);
}

/* Start this program anew, in a role, with one variable or none. */
static int again(const char *role, const char *word, const char *variable)
{
	char *words[] = { "ancestry_test", (char *)role, (char *)word, NULL };
	char *variables[] = { (char *)variable, NULL };
	pid_t pid = fork();

	if (!pid) {
		execve("/proc/self/exe", words, variables);
		_exit(BROKEN);
	}
	return status_of(pid);
}

static uint32_t open_socket(int *fd)
{
	struct stat status;

	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0 || fstat(*fd, &status))
		exit(BROKEN);
	return (uint32_t)status.st_ino;
}

/* Roles of the process that asks. */

static int ask_variable(const char *expected)
{
	struct ancestry ancestry;
	bool same;

	ancestry_read(&ancestry);
	same = ancestry.variable && !strcmp(ancestry.variable, expected);
	ancestry_free(&ancestry);
	return same ? YES : NO;
}

/* A process above holds the socket; one that this process holds is none. */
static int ask_socket(const char *number)
{
	struct ancestry ancestry;
	bool above, own;
	uint32_t inode;
	int fd;

	inode = open_socket(&fd);
	ancestry_read(&ancestry);
	above = ancestry_has(&ancestry.sockets,
			     (uint32_t)strtoul(number, NULL, 10));
	own = ancestry_has(&ancestry.sockets, inode);
	ancestry_free(&ancestry);
	close(fd);
	if (own)
		return BROKEN;
	return above ? YES : NO;
}

static int ask_terminal(void)
{
	struct ancestry ancestry;
	bool terminal;

	ancestry_read(&ancestry);
	terminal = ancestry.terminal;
	ancestry_free(&ancestry);
	return terminal ? YES : NO;
}

/* The first terminal that the leader of a session opens is its own. */
static int ask_below_terminal(const char *with)
{
	int master;

	if (setsid() < 0)
		return BROKEN;
	if (!strcmp(with, "none"))
		return ask_terminal();
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    open(ptsname(master), O_RDWR) < 0)
		return BROKEN;
	return ask_terminal();
}

static int play(const char *role, const char *word)
{
	/* A shell passes on what it was asked, and no variable. */
	if (!strcmp(role, "shell"))
		return again("variable", word, NULL);
	/* Names that look like the end of a name. */
	if (!strcmp(role, "odd shell"))
		return prctl(PR_SET_NAME, "a) b") ? BROKEN :
		       again("odder shell", word, NULL);
	if (!strcmp(role, "odder shell"))
		return prctl(PR_SET_NAME, "a) R 1 (b") ? BROKEN :
		       again("variable", word, NULL);
	if (!strcmp(role, "other shell"))
		return again("variable", word, VARIABLE ANOTHER);
	if (!strcmp(role, "below other shell"))
		return again("shell", word, VARIABLE ANOTHER);
	if (!strcmp(role, "holder"))
		return again("socket", word, NULL);
	if (!strcmp(role, "variable"))
		return ask_variable(word);
	if (!strcmp(role, "socket"))
		return ask_socket(word);
	if (!strcmp(role, "terminal"))
		return ask_below_terminal(word);
	return BROKEN;
}

static void the_nearest_variable_is_found(void **state)
{
	static const struct {
		const char *role, *expected;
	} cases[] = {
		{ "variable", SESSION },
		{ "shell", SESSION },
		{ "odd shell", SESSION },
		{ "other shell", ANOTHER },
		{ "below other shell", ANOTHER },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(again(cases[i].role, cases[i].expected,
				       VARIABLE SESSION), YES);
	/* A name that only begins as that of the variable is another one. */
	assert_int_equal(again("shell", SESSION, "SSH_CONNECTION_" SESSION),
			 NO);
	assert_int_equal(again("shell", "", VARIABLE), YES);
}

static void sockets_of_processes_above_are_found(void **state)
{
	char number[16];
	int fd;

	snprintf(number, sizeof(number), "%u", open_socket(&fd));
	assert_int_equal(again("socket", number, NULL), YES);
	assert_int_equal(again("holder", number, NULL), YES);
	close(fd);
	assert_int_equal(again("socket", number, NULL), NO);
}

static void a_terminal_is_one_that_a_program_made(void **state)
{
	assert_int_equal(again("terminal", "pts", NULL), YES);
	assert_int_equal(again("terminal", "none", NULL), NO);
}

/* A process of a name holds a socket until its input ends. */
static bool holds_as_server(const char *name)
{
	struct inodes servers;
	int orders[2], answers[2], fd;
	uint32_t inode = 0;
	bool found;
	pid_t pid;
	char end;

	assert_int_equal(pipe(orders) || pipe(answers), 0);
	pid = fork();
	if (!pid) {
		close(orders[1]);
		inode = open_socket(&fd);
		if (prctl(PR_SET_NAME, name) ||
		    write(answers[1], &inode, sizeof(inode)) < 0 ||
		    read(orders[0], &end, 1) < 0)
			_exit(BROKEN);
		_exit(YES);
	}
	assert_int_equal(read(answers[0], &inode, sizeof(inode)),
			 sizeof(inode));
	ancestry_servers(&servers);
	found = ancestry_has(&servers, inode);
	free(servers.items);
	close(orders[1]);
	assert_int_equal(status_of(pid), YES);
	close(orders[0]);
	close(answers[0]);
	close(answers[1]);
	return found;
}

static void ssh_servers_are_known_by_name(void **state)
{
	static const struct {
		const char *name;
		bool is;
	} cases[] = {
		{ "sshd", true },
		{ "sshd-session", true },
		{ "dropbear", true },
		{ "ssh", false },
		{ "httpd", false },
		{ "my-sshd", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(holds_as_server(cases[i].name), cases[i].is);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_nearest_variable_is_found),
	cmocka_unit_test(sockets_of_processes_above_are_found),
	cmocka_unit_test(a_terminal_is_one_that_a_program_made),
	cmocka_unit_test(ssh_servers_are_known_by_name),
};

int main(int argc, char **argv)
{
	if (argc == 3)
		return play(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
