// SPDX-License-Identifier: GPL-2.0-only
/*
 * The person who runs the tool.  Names come from /etc/passwd alone: a directory
 * server may be behind the policy that was just loaded.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "system/ancestry.h"
#include "system/sockets.h"
#include "trace/requester.h"

#define PASSWD		"/etc/passwd"
#define LOGIN_UID	"/proc/self/loginuid"

static uint32_t read_login(void)
{
	FILE *file = fopen(LOGIN_UID, "re");
	unsigned int uid = NO_LOGIN;

	if (!file)
		return NO_LOGIN;
	if (fscanf(file, "%u", &uid) != 1)
		uid = NO_LOGIN;
	fclose(file);
	return uid;
}

/* Return: a new string, or NULL for a user that the file does not name. */
static char *find_name(uint32_t uid)
{
	FILE *file = fopen(PASSWD, "re");
	struct passwd *entry;
	char *name = NULL;

	if (!file)
		return NULL;
	while (!name && (entry = fgetpwent(file)))
		if (entry->pw_uid == uid)
			name = xstrdup(entry->pw_name);
	fclose(file);
	return name;
}

/* sudo names the users that only a directory server knows. */
static char *name_of(uint32_t uid, const char *sudo)
{
	const char *sudo_uid = getenv("SUDO_UID");
	char *name = find_name(uid), *number;

	if (name)
		return name;
	number = xformat("%u", uid);
	if (sudo && sudo_uid && !strcmp(sudo_uid, number))
		name = xstrdup(sudo);
	else
		name = xformat("uid %u", uid);
	free(number);
	return name;
}

static char *find_terminal(void)
{
	char path[64];
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (!ttyname_r(fd, path, sizeof(path)))
			return xstrdup(!strncmp(path, "/dev/", 5) ?
				       path + 5 : path);
	return NULL;
}

static char *address_of(const struct ip *ip)
{
	char text[INET6_ADDRSTRLEN];

	return xstrdup(ip_format(ip, text));
}

/* The client of the connection that a process above holds; without one, the
 * client that the variable names.
 */
static char *find_peer(void)
{
	struct connections alive;
	struct ancestry ancestry;
	char *peer = NULL;
	struct ip ip;
	size_t i;

	ancestry_read(&ancestry);
	if (ancestry.sockets.count && connections_read(&alive)) {
		for (i = 0; i < alive.count && !peer; i++)
			if (ancestry_has(&ancestry.sockets,
					 alive.items[i].inode))
				peer = address_of(&alive.items[i].peer);
		connections_free(&alive);
	}
	if (!peer && ancestry.variable) {
		ancestry.variable[strcspn(ancestry.variable, " %")] = '\0';
		if (ip_parse(ancestry.variable, &ip))
			peer = address_of(&ip);
	}
	ancestry_free(&ancestry);
	return peer;
}

/**
 * requester_read - find out who runs the tool
 * @requester: filled in; requester_free() it
 */
void requester_read(struct requester *requester)
{
	const char *sudo = getenv("SUDO_USER");
	uint32_t login = read_login(), uid = getuid();

	*requester = (struct requester){
		.login = login,
		.uid = uid,
		.sudo = sudo ? xstrdup(sudo) : NULL,
		.terminal = find_terminal(),
		.peer = find_peer(),
	};
	if (login == NO_LOGIN && sudo && !uid)
		requester->name = xstrdup(sudo);
	else
		requester->name = name_of(login == NO_LOGIN ? uid : login,
					  sudo);
}

/**
 * requester_text - the person in a sentence
 * @requester: the person
 *
 * Return: a new string, as "alice (pts/0, from 198.51.100.7)".
 */
char *requester_text(const struct requester *requester)
{
	const char *terminal = requester->terminal, *peer = requester->peer;
	char *name = foreign_shown(requester->name), *text;

	if (!terminal && !peer)
		return name;
	text = xformat("%s (%s%s%s%s)", name, terminal ? terminal : "",
		       terminal && peer ? ", " : "", peer ? "from " : "",
		       peer ? peer : "");
	free(name);
	return text;
}

/**
 * requester_free - forget a person
 * @requester: the person
 */
void requester_free(struct requester *requester)
{
	free(requester->name);
	free(requester->sudo);
	free(requester->terminal);
	free(requester->peer);
	*requester = (struct requester){ 0 };
}
