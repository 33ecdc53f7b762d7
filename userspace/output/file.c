// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are written whole, or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "output/file.h"

static enum outcome cannot_write(const char *file, int error)
{
	return fail_with(SYSTEM, "%s: cannot be written: %s", file,
			 strerror(error));
}

static enum outcome is_there(const char *file)
{
	return fail_with(REFUSED, "%s: is there already; write --force to replace it",
			 file);
}

/* Write the text to a new file, down to the disk. */
static int write_text(int fd, const char *text, size_t size, mode_t mode)
{
	int error = 0;
	ssize_t done;

	while (size && !error) {
		done = write(fd, text, size);
		if (done < 0 && errno != EINTR)
			error = errno;
		if (done > 0) {
			text += done;
			size -= (size_t)done;
		}
	}
	if (!error && (fchmod(fd, mode) || fsync(fd)))
		error = errno;
	/* After fsync(), close() has no error left to tell. */
	close(fd);
	return error;
}

/* Give a whole file its name, in one step. */
static int give_name(const char *temporary, const char *file, bool replace)
{
	if (replace)
		return rename(temporary, file) ? errno : 0;
	if (link(temporary, file))
		return errno;
	unlink(temporary);
	return 0;
}

/* Name a hidden file of the same folder, which no pattern such as *.prom has:
 * a new string, for mkostemp().
 */
static char *temporary_name(const char *file)
{
	char *folder = xstrdup(file), *name = xstrdup(file), *temporary;

	temporary = xformat("%s/.%s.XXXXXX", dirname(folder), basename(name));
	free(name);
	free(folder);
	return temporary;
}

static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/**
 * file_write - write a file whole, or not at all
 * @file: its name
 * @text: its text
 * @size: octets of @text
 * @mode: its permissions; FILE_USUAL_MODE for those of a new file, and for those
 *	that a replaced file had
 * @replace: whether a file that is there is replaced
 *
 * Readers see the old file or the whole new one.
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome file_write(const char *file, const char *text, size_t size,
			mode_t mode, bool replace)
{
	bool usual = mode == FILE_USUAL_MODE;
	struct stat old;
	char *temporary;
	int error, fd;

	if (usual)
		mode = usual_mode();
	if (!lstat(file, &old)) {
		if (!replace)
			return is_there(file);
		if (!S_ISREG(old.st_mode))
			return fail_with(REFUSED, "%s: is no regular file", file);
		if (usual)
			mode = old.st_mode & 07777;
	}
	temporary = temporary_name(file);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		error = errno;
	} else {
		error = write_text(fd, text, size, mode) ? :
			give_name(temporary, file, replace);
		if (error)
			unlink(temporary);
	}
	free(temporary);
	if (error == EEXIST)
		return is_there(file);
	return error ? cannot_write(file, error) : DONE;
}
