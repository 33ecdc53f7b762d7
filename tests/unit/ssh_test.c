// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SSH session is found by the environment of a process further up, as sudo
 * takes the variable away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "edgectl.h"
#include "query.h"
#include "ssh.h"

enum { FOUND, OTHER, NONE, BROKEN };

/* Starts this program anew, with one variable or none. */
static int again(const char *role, const char *variable)
{
	char *words[] = { "ssh_test", (char *)role, NULL };
	char *variables[] = { (char *)variable, NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		execve("/proc/self/exe", words, variables);
		_exit(BROKEN);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return BROKEN;
	return WEXITSTATUS(status);
}

static int ask(void)
{
	struct query query;
	struct ip from, to;

	if (!nf_edge_ssh_query(&query))
		return NONE;
	nf_edge_ip_parse("127.0.0.9", &from);
	nf_edge_ip_parse("127.0.0.1", &to);
	return nf_edge_ip_equal(&query.source, &from) &&
	       nf_edge_ip_equal(&query.destination, &to) &&
	       query.protocol == IPPROTO_TCP && query.port == 22 &&
	       !strcmp(query.in, "lo") ? FOUND : OTHER;
}

static int play(const char *role)
{
	/* The shell that has the variable. */
	if (!strcmp(role, "shell"))
		return again("sudo", NULL);
	/* A name that looks like the end of a name. */
	if (!strcmp(role, "sudo"))
		return prctl(PR_SET_NAME, "a) b") ? BROKEN : again("tool", NULL);
	return ask();
}

static void a_session_is_found_behind_sudo(void **state)
{
	static const char session[] =
		"SSH_CONNECTION=127.0.0.9 50000 127.0.0.1 22";

	assert_int_equal(again("tool", session), FOUND);
	assert_int_equal(again("shell", session), FOUND);
}

static void a_session_that_cannot_be_read_is_none(void **state)
{
	static const char *const sessions[] = {
		"SSH_CONNECTION=127.0.0.9 50000 127.0.0.1",
		"SSH_CONNECTION=127.0.0.9 50000 127.0.0.1 65536",
		"SSH_CONNECTION=::1 50000 127.0.0.1 22",
		"SSH_CONNECTION=127.0.0.9 50000 192.0.2.1 22",
		"SSH_CONNECTION=",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sessions); i++) {
		assert_int_equal(again("tool", sessions[i]), NONE);
		assert_int_equal(again("shell", sessions[i]), NONE);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_session_is_found_behind_sudo),
	cmocka_unit_test(a_session_that_cannot_be_read_is_none),
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return play(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
