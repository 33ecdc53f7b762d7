// SPDX-License-Identifier: GPL-2.0-only
/*
 * A folder of facts that edgectl keeps, as the history.  A file is written under
 * another name first, down to the disk, and then gets its name in one step.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "trace/folder.h"

/* Name of a file until it is whole. */
#define UNFINISHED	".new"

/* Attempts to get the lock, and milliseconds between two of them. */
#define LOCK_ATTEMPTS	100
#define LOCK_PAUSE	50

/* A configuration of 1,000,000 prefixes has some 50 MB. */
#define FILE_MAX_SIZE	(256L << 20)

/**
 * folder_of_state - name a folder of facts that edgectl keeps
 * @name: name of the folder
 *
 * Return: a new string.
 */
char *folder_of_state(const char *name)
{
	const char *state = getenv(STATE_VARIABLE);

	return xformat("%s/%s", state && *state ? state : STATEDIR, name);
}

/**
 * folder_complaint - say why the folder cannot be used, with the remedy
 * @folder: the folder
 * @error: the errno
 *
 * Return: a new string.
 */
char *folder_complaint(const struct folder *folder, int error)
{
	const char *remedy;

	switch (error) {
	case ENOSPC:
	case EDQUOT:
		remedy = "free space there";
		break;
	case EROFS:
		remedy = "mount it writable";
		break;
	case EACCES:
	case EPERM:
		remedy = "be root, and see who owns it";
		break;
	case ENOTDIR:
	case ELOOP:
		remedy = "make it a folder of root";
		break;
	default:
		remedy = "see to the disk";
		break;
	}
	return xformat("%s: %s; %s", folder->path, strerror(error), remedy);
}

/* A folder that others write to could be made to hold any policy. */
static char *check_owner(const struct folder *folder)
{
	struct stat status;

	if (fstat(folder->fd, &status))
		return folder_complaint(folder, errno);
	if (status.st_uid != geteuid())
		return xformat("%s: belongs to uid %u; look into it, then chown root it",
			       folder->path, (unsigned int)status.st_uid);
	if (status.st_mode & 0022)
		return xformat("%s: can be written by other users; look into it, then chmod 700 it",
			       folder->path);
	return NULL;
}

/**
 * folder_open - open the folder
 * @folder: filled in; folder_close() it, also after a failure
 * @path: its name
 *
 * Return: NULL; or a new string that says why not. Without such a folder, NULL
 * with @folder->fd below 0.
 */
char *folder_open(struct folder *folder, const char *path)
{
	*folder = (struct folder){ .path = xstrdup(path) };
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
				O_CLOEXEC);
	if (folder->fd >= 0)
		return check_owner(folder);
	return errno == ENOENT ? NULL : folder_complaint(folder, errno);
}

/* Make the folder above, which others may read, then the folder itself. */
static bool make_folders(const char *path)
{
	char *above = xstrdup(path), *slash = strrchr(above, '/');
	bool made;

	if (slash && slash != above) {
		*slash = '\0';
		mkdir(above, 0755);
	}
	made = !mkdir(path, 0700) || errno == EEXIST;
	free(above);
	return made;
}

/**
 * folder_create - open the folder, and make it first where there is none
 * @folder: filled in; folder_close() it, also after a failure
 * @path: its name; the folder two above has to be there
 *
 * Return: NULL, or a new string that says why not.
 */
char *folder_create(struct folder *folder, const char *path)
{
	bool made = make_folders(path);
	int error = errno;
	char *why = folder_open(folder, path);

	return why || folder->fd >= 0 ? why :
	       folder_complaint(folder, made ? ENOENT : error);
}

/**
 * folder_lock - wait until no other edgectl writes to the folder
 * @folder: the folder, open; keeps the lock until it is closed
 *
 * Return: NULL, or a new string that says why not.
 */
char *folder_lock(struct folder *folder)
{
	unsigned int attempt;

	for (attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
		if (!flock(folder->fd, LOCK_EX | LOCK_NB))
			return NULL;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return folder_complaint(folder, errno);
		poll(NULL, 0, LOCK_PAUSE);
	}
	return xformat("%s: another edgectl has kept it locked for five seconds; see fuser %s",
		       folder->path, folder->path);
}

static struct folder_name *name_of(struct folder *folder, uint32_t number)
{
	size_t i;

	for (i = 0; i < folder->count; i++)
		if (folder->names[i].number == number)
			return &folder->names[i];
	folder->names = xgrow(folder->names, &folder->capacity, folder->count,
			      sizeof(*folder->names));
	folder->names[folder->count] = (struct folder_name){
		.number = number,
	};
	return &folder->names[folder->count++];
}

static void take_name(struct folder *folder, const char *name)
{
	size_t digits = strspn(name, "0123456789");
	unsigned long number = strtoul(name, NULL, 10);
	bool is_text = !strcmp(name + digits, "." FOLDER_TEXT);
	struct folder_name *found;

	if (!digits || digits > 9 || *name == '0' ||
	    (!is_text && strcmp(name + digits, "." FOLDER_FACTS) != 0))
		return;
	found = name_of(folder, (uint32_t)number);
	found->has_text |= is_text;
	found->has_facts |= !is_text;
}

static int by_number(const void *a, const void *b)
{
	const struct folder_name *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/**
 * folder_list - list the entries that the folder has files of
 * @folder: the folder, open; @folder->names is filled in, the oldest first
 *
 * Return: false with an errno.
 */
bool folder_list(struct folder *folder)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *list;

	folder->count = 0;
	list = fd >= 0 ? fdopendir(fd) : NULL;
	if (!list) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(list)))
		take_name(folder, entry->d_name);
	closedir(list);
	if (folder->count)
		qsort(folder->names, folder->count, sizeof(*folder->names),
		      by_number);
	return true;
}

static void file_name(char *name, size_t size, uint32_t number,
		      const char *suffix)
{
	snprintf(name, size, "%u.%s", number, suffix);
}

static char *read_all(int fd, size_t size)
{
	char *text = xalloc(size + 1);
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(fd, text + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (!got)
				errno = EIO;
			free(text);
			return NULL;
		}
		length += (size_t)got;
	}
	text[length] = '\0';
	return text;
}

/**
 * folder_read_file - read a file by its name
 * @folder: the folder, open
 * @name: name of the file
 * @length: set to the octets of the file
 *
 * Return: a new string, or NULL with an errno.
 */
char *folder_read_file(const struct folder *folder, const char *name,
		       size_t *length)
{
	struct stat status;
	char *text = NULL;
	int fd, error;

	fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
				      O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status)) {
		error = errno;
	} else if (!S_ISREG(status.st_mode) ||
		   status.st_size > FILE_MAX_SIZE) {
		error = EINVAL;
	} else {
		*length = (size_t)status.st_size;
		text = read_all(fd, *length);
		error = errno;
	}
	close(fd);
	errno = error;
	return text;
}

/**
 * folder_read - read a file of an entry
 * @folder: the folder, open
 * @number: number of the entry
 * @suffix: which of its files
 * @length: set to the octets of the file
 *
 * Return: a new string, or NULL with an errno.
 */
char *folder_read(const struct folder *folder, uint32_t number,
		  const char *suffix, size_t *length)
{
	char name[32];

	file_name(name, sizeof(name), number, suffix);
	return folder_read_file(folder, name, length);
}

static bool write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t put = write(fd, text, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		text += put;
		length -= (size_t)put;
	}
	return true;
}

/**
 * folder_write_file - write a file by its name, whole or not at all
 * @folder: the folder, locked
 * @name: name of the file
 * @text: the text
 * @length: octets of the text
 *
 * Return: false with an errno.
 */
bool folder_write_file(const struct folder *folder, const char *name,
		       const char *text, size_t length)
{
	bool written;
	int fd, error;

	unlinkat(folder->fd, UNFINISHED, 0);
	fd = openat(folder->fd, UNFINISHED, O_WRONLY | O_CREAT | O_EXCL |
					    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	written = write_all(fd, text, length) && !fsync(fd);
	error = errno;
	if (close(fd) && written) {
		error = errno;
		written = false;
	}
	if (written && renameat(folder->fd, UNFINISHED, folder->fd, name)) {
		error = errno;
		written = false;
	}
	if (!written)
		unlinkat(folder->fd, UNFINISHED, 0);
	errno = error;
	return written;
}

/**
 * folder_write - write a file of an entry, whole or not at all
 * @folder: the folder, locked
 * @number: number of the entry
 * @suffix: which of its files
 * @text: the text
 * @length: octets of the text
 *
 * Return: false with an errno.
 */
bool folder_write(const struct folder *folder, uint32_t number,
		  const char *suffix, const char *text, size_t length)
{
	char name[32];

	file_name(name, sizeof(name), number, suffix);
	return folder_write_file(folder, name, text, length);
}

/**
 * folder_remove - remove a file
 * @folder: the folder, locked
 * @number: number of the entry
 * @suffix: which of its files
 *
 * Return: false when the file is there still.
 */
bool folder_remove(const struct folder *folder, uint32_t number,
		   const char *suffix)
{
	char name[32];

	file_name(name, sizeof(name), number, suffix);
	return !unlinkat(folder->fd, name, 0) || errno == ENOENT;
}

/**
 * folder_clean - remove what a load left that did not come to its end
 * @folder: the folder, locked and listed
 *
 * An entry is there with its facts, which come last and go first.
 */
void folder_clean(struct folder *folder)
{
	size_t i, kept = 0;

	unlinkat(folder->fd, UNFINISHED, 0);
	for (i = 0; i < folder->count; i++)
		if (folder->names[i].has_facts ||
		    !folder_remove(folder, folder->names[i].number,
				   FOLDER_TEXT))
			folder->names[kept++] = folder->names[i];
	folder->count = kept;
}

/**
 * folder_sync - make the names in the folder outlive a loss of power
 * @folder: the folder
 */
void folder_sync(const struct folder *folder)
{
	fsync(folder->fd);
}

/**
 * folder_close - close the folder, and give its lock back
 * @folder: the folder
 */
void folder_close(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	free(folder->names);
	free(folder->path);
	*folder = (struct folder){ .fd = -1 };
}
