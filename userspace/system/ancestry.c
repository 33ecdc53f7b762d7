// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes above this one, by /proc: the sockets that they hold, and their
 * variable SSH_CONNECTION.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/memory.h"
#include "system/ancestry.h"

#define VARIABLE	"SSH_CONNECTION="

/* Major numbers of the terminals below /dev/pts. */
#define PTS_FIRST	136U
#define PTS_LAST	143U

/**
 * struct process - facts of a process in /proc
 * @parent: number of the parent process, 0 above this namespace
 * @terminal: device number of the terminal, or 0
 */
struct process {
	int parent;
	unsigned int terminal;
};

/* Read the words behind the name, which stands in parentheses and may hold
 * parentheses itself.
 */
static bool read_process(pid_t pid, struct process *process)
{
	char path[64], stat[512], *close;
	int terminal;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	stat[fread(stat, 1, sizeof(stat) - 1, file)] = '\0';
	fclose(file);
	close = strrchr(stat, ')');
	if (!close || sscanf(close, ") %*c %d %*d %*d %d", &process->parent,
			     &terminal) != 2)
		return false;
	process->terminal = (unsigned int)terminal;
	return true;
}

static char *find_in_environment(pid_t pid)
{
	char path[64], *entry = NULL, *found = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while (!found && getdelim(&entry, &size, '\0', file) > 0)
		if (!strncmp(entry, VARIABLE, strlen(VARIABLE)))
			found = xstrdup(entry + strlen(VARIABLE));
	free(entry);
	fclose(file);
	return found;
}

static void add_sockets(pid_t pid, struct inodes *inodes)
{
	char path[64], target[64], *name;
	struct dirent *entry;
	unsigned int inode;
	ssize_t length;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		name = xformat("%s/%s", path, entry->d_name);
		length = readlink(name, target, sizeof(target) - 1);
		free(name);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (sscanf(target, "socket:[%u]", &inode) != 1)
			continue;
		inodes->items = xgrow(inodes->items, &inodes->capacity,
				      inodes->count,
				      sizeof(*inodes->items));
		inodes->items[inodes->count++] = inode;
	}
	closedir(folder);
}

/**
 * ancestry_read - ask the processes above this one
 * @ancestry: filled in; ancestry_free() it
 *
 * sudo removes the variable; the shell that called sudo keeps the variable.
 */
void ancestry_read(struct ancestry *ancestry)
{
	const char *value = getenv("SSH_CONNECTION");
	struct process process;
	unsigned int number;
	pid_t pid;

	*ancestry = (struct ancestry){
		.variable = value ? xstrdup(value) : NULL,
	};
	if (!read_process(getpid(), &process))
		return;
	number = major((dev_t)process.terminal);
	ancestry->terminal = number >= PTS_FIRST && number <= PTS_LAST;
	for (pid = process.parent; pid > 1; pid = process.parent) {
		add_sockets(pid, &ancestry->sockets);
		if (!ancestry->variable)
			ancestry->variable = find_in_environment(pid);
		if (!read_process(pid, &process))
			return;
	}
	ancestry->whole = pid == 1;
}

/**
 * ancestry_free - forget facts of processes
 * @ancestry: the facts
 */
void ancestry_free(struct ancestry *ancestry)
{
	free(ancestry->sockets.items);
	free(ancestry->variable);
	*ancestry = (struct ancestry){ 0 };
}

static bool is_server(pid_t pid)
{
	char path[64], name[32];
	FILE *file;
	bool is;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	is = fgets(name, sizeof(name), file) &&
	     (!strncmp(name, "sshd", 4) || !strncmp(name, "dropbear", 8));
	fclose(file);
	return is;
}

/**
 * ancestry_servers - list the sockets of SSH servers
 * @inodes: filled in, their items to be freed; empty without /proc
 */
void ancestry_servers(struct inodes *inodes)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	pid_t pid;

	*inodes = (struct inodes){ 0 };
	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid > 0 && is_server(pid))
			add_sockets(pid, inodes);
	}
	closedir(folder);
}

/**
 * ancestry_has - look for a socket among others
 * @inodes: the others
 * @inode: number of the socket
 *
 * Return: true when @inodes has the socket.
 */
bool ancestry_has(const struct inodes *inodes, uint32_t inode)
{
	size_t i;

	for (i = 0; i < inodes->count; i++)
		if (inodes->items[i] == inode)
			return true;
	return false;
}
