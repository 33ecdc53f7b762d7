// SPDX-License-Identifier: GPL-2.0-only
/*
 * The person who runs the tool: by login, sudo and passwd; the terminal, and the
 * address.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "system/ancestry.h"
#include "system/sockets.h"
#include "trace/requester.h"

#define PASSWD								\
	"root:x:0:0:root:/root:/bin/sh\n"				\
	"alice:x:1000:1000::/home/alice:/bin/sh\n"			\
	"bob:x:1001:1001::/home/bob:/bin/sh\n"				\
	"bobby:x:1001:1001::/home/bob:/bin/sh\n"

/**
 * struct situation - a process that is the tool
 * @login: /proc/self/loginuid, or NULL without such a file
 * @passwd: /etc/passwd, or NULL
 * @uid: its real uid
 * @terminals: of standard input, output and error, or NULL
 * @held: a process above holds the connection of 198.51.100.7
 * @holds_both: and that of 192.0.2.1, which is listed before
 * @deaf: the kernel does not list connections
 * @variable: SSH_CONNECTION, or NULL
 */
static struct situation {
	const char *login, *passwd;
	uid_t uid;
	const char *terminals[3];
	bool held, holds_both, deaf;
	const char *variable;
} now;

static struct requester requester;

static int files_open;

int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
uid_t __wrap_getuid(void);
int __wrap_ttyname_r(int fd, char *path, size_t size);
void __wrap_ancestry_read(struct ancestry *ancestry);
bool __wrap_connections_read(struct connections *connections);

int __wrap_fclose(FILE *file)
{
	files_open--;
	return __real_fclose(file);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	const char *text;

	if (!strcmp(path, "/proc/self/loginuid"))
		text = now.login;
	else if (!strcmp(path, "/etc/passwd"))
		text = now.passwd;
	else
		return __real_fopen(path, mode);
	if (!text) {
		errno = ENOENT;
		return NULL;
	}
	files_open++;
	return fmemopen((void *)text, strlen(text), "r");
}

uid_t __wrap_getuid(void)
{
	return now.uid;
}

int __wrap_ttyname_r(int fd, char *path, size_t size)
{
	if (!now.terminals[fd])
		return ENOTTY;
	assert_true(strlen(now.terminals[fd]) < size);
	strcpy(path, now.terminals[fd]);
	return 0;
}

static void hold(struct ancestry *ancestry, uint32_t inode)
{
	struct inodes *sockets = &ancestry->sockets;

	sockets->items = xgrow(sockets->items, &sockets->capacity,
			       sockets->count, sizeof(*sockets->items));
	sockets->items[sockets->count++] = inode;
}

void __wrap_ancestry_read(struct ancestry *ancestry)
{
	*ancestry = (struct ancestry){
		.variable = now.variable ? xstrdup(now.variable) : NULL,
	};
	hold(ancestry, now.held ? 12 : 99);
	if (now.holds_both)
		hold(ancestry, 11);
}

bool __wrap_connections_read(struct connections *connections)
{
	static const char *const peers[] = { "192.0.2.1", "198.51.100.7" };
	size_t i;

	*connections = (struct connections){ 0 };
	for (i = 0; i < ARRAY_SIZE(peers) && !now.deaf; i++) {
		connections->items = xgrow(connections->items,
					   &connections->capacity,
					   connections->count,
					   sizeof(*connections->items));
		connections->items[i] = (struct connection){
			.inode = (uint32_t)(11 + i),
		};
		assert_true(ip_parse(peers[i], &connections->items[i].peer));
		connections->count++;
	}
	return !now.deaf;
}

static int begin(void **state)
{
	memset(&now, 0, sizeof(now));
	now.passwd = PASSWD;
	unsetenv("SUDO_USER");
	unsetenv("SUDO_UID");
	return 0;
}

static int end(void **state)
{
	requester_free(&requester);
	return begin(state);
}

static void is_named(const char *name)
{
	requester_free(&requester);
	requester_read(&requester);
	assert_string_equal(requester.name, name);
	assert_int_equal(files_open, 0);
}

static void a_login_names_the_person(void **state)
{
	now.login = "1000";
	is_named("alice");
	assert_int_equal(requester.login, 1000);
	assert_int_equal(requester.uid, 0);
	assert_null(requester.sudo);
	/* The login stays through sudo. */
	setenv("SUDO_USER", "bob", 1);
	setenv("SUDO_UID", "1001", 1);
	is_named("alice");
	assert_string_equal(requester.sudo, "bob");
}

/* A service, a kernel that keeps no login, and a file that is none. */
static void without_a_login_the_user_is_named(void **state)
{
	static const char *const none[] = { "4294967295", NULL, "x" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		now.login = none[i];
		now.uid = 1001;
		is_named("bob");
		assert_int_equal(requester.login, NO_LOGIN);
		assert_int_equal(requester.uid, 1001);
		now.uid = 0;
		is_named("root");
	}
}

static void without_a_login_sudo_names_who_became_root(void **state)
{
	setenv("SUDO_USER", "carol", 1);
	is_named("carol");
	/* A user who is not root has not become root. */
	now.uid = 1001;
	is_named("bob");
}

/* A directory server knows the user, and sudo has asked the server. */
static void sudo_names_whom_passwd_does_not(void **state)
{
	now.login = "1500";
	is_named("uid 1500");
	setenv("SUDO_USER", "carol", 1);
	is_named("uid 1500");
	setenv("SUDO_UID", "1501", 1);
	is_named("uid 1500");
	setenv("SUDO_UID", "1500", 1);
	is_named("carol");
	unsetenv("SUDO_USER");
	is_named("uid 1500");
	now.login = "1000";
	now.passwd = NULL;
	is_named("uid 1000");
}

static void the_first_terminal_is_told(void **state)
{
	is_named("root");
	assert_null(requester.terminal);
	now.terminals[2] = "/dev/pts/3";
	is_named("root");
	assert_string_equal(requester.terminal, "pts/3");
	now.terminals[1] = "/devices/tty";
	is_named("root");
	assert_string_equal(requester.terminal, "/devices/tty");
	now.terminals[0] = "/dev/tty1";
	is_named("root");
	assert_string_equal(requester.terminal, "tty1");
}

static void comes_from(const char *peer)
{
	is_named("root");
	if (peer)
		assert_string_equal(requester.peer, peer);
	else
		assert_null(requester.peer);
}

static void the_connection_of_a_process_above_names_the_client(void **state)
{
	comes_from(NULL);
	now.held = true;
	comes_from("198.51.100.7");
	now.variable = "203.0.113.9 50000 192.0.2.2 22";
	comes_from("198.51.100.7");
	now.deaf = true;
	comes_from("203.0.113.9");
	now.deaf = false;
	now.holds_both = true;
	comes_from("192.0.2.1");
	now.holds_both = false;
	now.held = false;
	comes_from("203.0.113.9");
}

static void the_variable_is_read_as_an_address(void **state)
{
	now.variable = "fe80::1%eth0 50000 fe80::2%eth0 22";
	comes_from("fe80::1");
	now.variable = "2001:db8::1";
	comes_from("2001:db8::1");
	now.variable = "nobody 1 2 3";
	comes_from(NULL);
	now.variable = "";
	comes_from(NULL);
}

static void expect_text(const char *wanted)
{
	char *text = requester_text(&requester);

	assert_string_equal(text, wanted);
	free(text);
}

static void a_sentence_tells_what_is_known(void **state)
{
	now.login = "1000";
	is_named("alice");
	expect_text("alice");
	now.terminals[0] = "/dev/pts/0";
	is_named("alice");
	expect_text("alice (pts/0)");
	now.held = true;
	is_named("alice");
	expect_text("alice (pts/0, from 198.51.100.7)");
	now.terminals[0] = NULL;
	is_named("alice");
	expect_text("alice (from 198.51.100.7)");
	now.held = false;
	now.login = NULL;
	setenv("SUDO_USER", "a\nb", 1);
	is_named("a\nb");
	expect_text("a\\nb");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_login_names_the_person),
		TEST(without_a_login_the_user_is_named),
		TEST(without_a_login_sudo_names_who_became_root),
		TEST(sudo_names_whom_passwd_does_not),
		TEST(the_first_terminal_is_told),
		TEST(the_connection_of_a_process_above_names_the_client),
		TEST(the_variable_is_read_as_an_address),
		TEST(a_sentence_tells_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
