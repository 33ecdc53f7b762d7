// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration of a change that waits for its confirmation.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "system/waiting_file.h"

/* Milliseconds between two attempts to get the lock. */
#define LOCK_PAUSE	50

/* The file that a name leads to, which need not be there: a new string. */
static char *target_of(const char *boot)
{
	char *path = realpath(boot, NULL);

	return path ? path : xstrdup(boot);
}

/**
 * waiting_file_name - name the file of a change that waits
 * @boot: name of the file that is loaded at boot
 *
 * Return: a new string.
 */
char *waiting_file_name(const char *boot)
{
	char *target = target_of(boot);
	char *name = xformat("%s.waiting", target);

	free(target);
	return name;
}

/**
 * waiting_file_is_boot - tell whether a file is the one that is loaded at boot
 * @boot: name of the file that is loaded at boot
 * @file: name of a file
 *
 * Return: true when both names lead to one file.
 */
bool waiting_file_is_boot(const char *boot, const char *file)
{
	struct stat a, b;

	return !stat(boot, &a) && !stat(file, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/**
 * waiting_file_same_folder - tell whether a name means the same from both files
 * @boot: name of the file that is loaded at boot
 * @file: name of a file
 *
 * Return: true when both names lead to one folder.
 */
bool waiting_file_same_folder(const char *boot, const char *file)
{
	char *a = xstrdup(boot), *b = xstrdup(file);
	bool same = waiting_file_is_boot(dirname(a), dirname(b));

	free(b);
	free(a);
	return same;
}

static int open_folder(const char *file)
{
	char *copy = xstrdup(file);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(copy);
	return fd;
}

/* Make what happened in a folder outlive a loss of power. */
static bool sync_folder(const char *file)
{
	int fd = open_folder(file);
	bool done = fd >= 0 && !fsync(fd);

	if (fd >= 0)
		close(fd);
	return done;
}

/**
 * waiting_file_lock - keep other edgectls from the file of a change that waits
 * @boot: name of the file that is loaded at boot
 * @wait: milliseconds to wait for another edgectl
 *
 * Return: what waiting_file_unlock() takes; below 0 without the lock, with
 * EWOULDBLOCK as the errno when another edgectl has it.
 */
int waiting_file_lock(const char *boot, int wait)
{
	char *target = target_of(boot);
	int fd = open_folder(target);

	free(target);
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		if ((errno == EWOULDBLOCK || errno == EINTR) && wait > 0) {
			poll(NULL, 0, LOCK_PAUSE);
			wait -= LOCK_PAUSE;
			continue;
		}
		close(fd);
		fd = -1;
	}
	return fd;
}

/**
 * waiting_file_unlock - let other edgectls at the file
 * @lock: from waiting_file_lock(), also without the lock
 */
void waiting_file_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

static bool write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t put = write(fd, text, length);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0) {
			text += put;
			length -= (size_t)put;
		}
	}
	return true;
}

/* Give a file the owner and the rights of the file that it is to replace. */
static void take_rights(int fd, const char *target)
{
	struct stat status;

	if (stat(target, &status))
		return;
	if (fchown(fd, status.st_uid, status.st_gid))
		return;
	fchmod(fd, status.st_mode & 07777);
}

static bool fill(const char *name, const char *target, const char *text,
		 size_t length)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool done;

	if (fd < 0)
		return false;
	take_rights(fd, target);
	done = write_all(fd, text, length) && !fsync(fd);
	return !close(fd) && done;
}

/**
 * waiting_file_write - keep a configuration until its change is confirmed
 * @boot: name of the file that is loaded at boot
 * @text: the configuration
 * @length: octets of the configuration
 *
 * Return: NULL, or a new string that says why the file could not be written.
 */
char *waiting_file_write(const char *boot, const char *text, size_t length)
{
	char *name = waiting_file_name(boot), *target = target_of(boot);
	char *new = xformat("%s.new", name), *why = NULL;

	if ((unlink(new) && errno != ENOENT) ||
	    !fill(new, target, text, length) || rename(new, name) ||
	    !sync_folder(name)) {
		why = xformat("%s: %s", name, strerror(errno));
		unlink(new);
	}
	free(new);
	free(target);
	free(name);
	return why;
}

/**
 * waiting_file_put - put the configuration of a change in its place
 * @boot: name of the file that is loaded at boot; what it was is kept under
 *	this name with a ~
 *
 * Return: NULL, or a new string that says why the file stays where it was.
 */
char *waiting_file_put(const char *boot)
{
	char *name = waiting_file_name(boot), *target = target_of(boot);
	char *old = xformat("%s~", target), *why = NULL;

	if ((unlink(old) && errno != ENOENT) ||
	    (link(target, old) && errno != ENOENT) || rename(name, target) ||
	    !sync_folder(target))
		why = xformat("%s: %s", target, strerror(errno));
	free(old);
	free(target);
	free(name);
	return why;
}

/**
 * waiting_file_remove - forget the configuration of a change
 * @boot: name of the file that is loaded at boot
 */
void waiting_file_remove(const char *boot)
{
	char *name = waiting_file_name(boot);

	unlink(name);
	free(name);
}
