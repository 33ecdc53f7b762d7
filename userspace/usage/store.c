// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of the usage.  Its name is that of the network namespace, which has
 * to mean the same after a restart: numbers of namespaces do not.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "trace/entry.h"
#include "usage/record.h"
#include "usage/store.h"

/* Kernels before 5.14 do not know the option, and their headers not the name. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

#define FOLDER		"usage"
#define SUFFIX		".json"

/* The network namespace of the host itself. */
#define HOST		"host"

/* Cookie that the kernel gives to it. */
#define HOST_COOKIE	1

/* Folder in which ip netns names namespaces, and the begin of such a file. */
#define NAMES		"/run/netns"
#define NAMED		"netns-"

/* Begin of the file of a namespace without a name, until the next start. */
#define UNNAMED		"unnamed-"

/* Return: the cookie of the namespace, 0 where the kernel has none. */
static uint64_t read_cookie(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		cookie = 0;
	close(fd);
	return cookie;
}

/* Return: a new string, the name that ip netns gave the namespace; or NULL. */
static char *find_name(void)
{
	struct dirent *entry;
	struct place place;
	struct stat status;
	char *name = NULL;
	DIR *names;
	int fd;

	place_read(&place);
	names = opendir(NAMES);
	fd = names ? dirfd(names) : -1;
	while (fd >= 0 && !name && (entry = readdir(names)))
		if (!fstatat(fd, entry->d_name, &status, 0) &&
		    S_ISREG(status.st_mode) && status.st_ino == place.netns)
			name = xstrdup(entry->d_name);
	if (names)
		closedir(names);
	return name;
}

/* Name the file: a new string. */
static char *name_file(void)
{
	uint64_t cookie = read_cookie();
	char *name, *file;

	if (cookie == HOST_COOKIE)
		return xstrdup(HOST SUFFIX);
	name = find_name();
	file = name ? xformat(NAMED "%s" SUFFIX, name) :
		      xformat(UNNAMED "%ju" SUFFIX, (uintmax_t)cookie);
	free(name);
	return file;
}

static bool is_unnamed(const char *name)
{
	return !strncmp(name, UNNAMED, strlen(UNNAMED));
}

/* A namespace without a name is gone with the kernel that had it. */
static void forget_unnamed(const struct folder *folder)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	struct timespec uptime = { 0 };
	struct dirent *entry;
	struct stat status;
	time_t start;

	if (!list) {
		if (fd >= 0)
			close(fd);
		return;
	}
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	start = time(NULL) - uptime.tv_sec;
	while ((entry = readdir(list)))
		if (is_unnamed(entry->d_name) &&
		    !fstatat(folder->fd, entry->d_name, &status,
			     AT_SYMLINK_NOFOLLOW) && status.st_mtime < start)
			unlinkat(folder->fd, entry->d_name, 0);
	closedir(list);
}

static struct usage *new_usage(const char *path, const char *name)
{
	struct usage *usage = usage_new();

	usage->file = xformat("%s/%s", path, name);
	return usage;
}

/* Return: NULL, also without a file; or a new string that says why not. */
static char *read_usage(struct store *store)
{
	const char *file = store->usage->file;
	char *text, *why, *sentence;
	struct place place;
	size_t length;

	text = folder_read_file(&store->folder, store->name, &length);
	if (!text && errno == ENOENT)
		return NULL;
	if (!text)
		return xformat("%s: cannot be read: %s", file, strerror(errno));
	why = record_read(store->usage, text, length);
	free(text);
	if (why) {
		sentence =
			xformat("%s: %s; move it away, and the record begins anew",
				file, why);
		free(why);
		return sentence;
	}
	place_read(&place);
	if (is_unnamed(store->name) &&
	    strcmp(store->usage->boot, place.boot) != 0) {
		struct usage *fresh = new_usage(store->folder.path, store->name);

		usage_free(store->usage);
		store->usage = fresh;
	}
	return NULL;
}

/**
 * store_begin - read the usage, and keep other folds out
 * @store: filled in; store_end() it, also after a failure
 *
 * Return: NULL, or a new string that says why not.
 */
char *store_begin(struct store *store)
{
	char *path = folder_of_state(FOLDER), *why;

	*store = (struct store){ .name = name_file() };
	store->usage = new_usage(path, store->name);
	why = folder_create(&store->folder, path) ? :
	      folder_lock(&store->folder);
	free(path);
	return why ? : read_usage(store);
}

/**
 * store_write - write the usage, whole or not at all
 * @store: a store that begun
 *
 * Return: NULL, or a new string that says why not.
 */
char *store_write(struct store *store)
{
	char *text, *why = NULL;

	text = record_text(store->usage);
	if (!folder_write_file(&store->folder, store->name, text, strlen(text)))
		why = folder_complaint(&store->folder, errno);
	folder_sync(&store->folder);
	forget_unnamed(&store->folder);
	free(text);
	return why;
}

/**
 * store_end - forget the usage, and let other folds in
 * @store: the store
 */
void store_end(struct store *store)
{
	folder_close(&store->folder);
	usage_free(store->usage);
	free(store->name);
	*store = (struct store){ .folder = { .fd = -1 } };
}

/**
 * store_read - read the usage
 * @usage: set to the usage, which has no fold where there is no file;
 *	usage_free() it, also after a failure
 *
 * Return: NULL, or a new string that says why not.
 */
char *store_read(struct usage **usage)
{
	char *path = folder_of_state(FOLDER), *why;
	struct store store = { .name = name_file() };

	store.usage = new_usage(path, store.name);
	why = folder_open(&store.folder, path);
	if (!why && store.folder.fd >= 0)
		why = read_usage(&store);
	*usage = store.usage;
	store.usage = NULL;
	store_end(&store);
	free(path);
	return why;
}
