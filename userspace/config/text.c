// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading of whole text files.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "config/text.h"

/* Three times what a million IPv6 prefixes take. */
#define SIZE_MAX_READ	(128UL << 20)

/* Symbolic links that the kernel follows at most. */
#define LINKS_MAX	40U

static char *read_all(int fd, size_t *length, char **why)
{
	size_t capacity = 65536, count = 0;
	char *buffer = xalloc(capacity);
	ssize_t got;

	for (;;) {
		/* One octet stays for the end of the string. */
		if (count + 1 == capacity)
			buffer = xgrow(buffer, &capacity, capacity, 1);
		got = read(fd, buffer + count, capacity - count - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*why = xformat("cannot be read: %s",
				       strerror(errno));
			break;
		}
		if (!got) {
			buffer[count] = '\0';
			*length = count;
			return buffer;
		}
		count += (size_t)got;
		if (count > SIZE_MAX_READ) {
			*why = xformat("is larger than %lu MiB; check the name",
				       SIZE_MAX_READ >> 20);
			break;
		}
	}
	free(buffer);
	return NULL;
}

/* Files that were joined have a mark wherever one of them began. */
static void blank_marks(struct text *text)
{
	char *line = text->buffer, *rest;

	while (line) {
		rest = (char *)foreign_skip_mark(line);
		memset(line, ' ', (size_t)(rest - line));
		line = strchr(rest, '\n');
		if (line)
			line++;
	}
}

/* Find the line at which a file is no text that this tool reads. */
static bool is_text(struct text *text, unsigned int *line, char **why)
{
	const char *nul = memchr(text->buffer, '\0', text->length);
	const char *encoding, *p;

	*line = 1;
	encoding = foreign_encoding(text->buffer, text->length);
	if (encoding) {
		*why = xformat("is %s; save it as UTF-8", encoding);
		return false;
	}
	if (nul) {
		for (p = text->buffer; p < nul; p++)
			*line += *p == '\n';
		p = memrchr(text->buffer, '\n', (size_t)(nul - text->buffer));
		p = p ? p + 1 : text->buffer;
		encoding = foreign_encoding(p, text->length -
					    (size_t)(p - text->buffer));
		*why = encoding ?
		       xformat("goes on in %s here; save each file as UTF-8",
			       encoding) :
		       xstrdup("holds a NUL, as no text file does; check the name");
		return false;
	}
	blank_marks(text);
	return true;
}

static bool is_in_proc(const char *path)
{
	char *copy = xstrdup(path);
	struct statfs status;
	bool is;

	is = !statfs(dirname(copy), &status) &&
	     status.f_type == PROC_SUPER_MAGIC;
	free(copy);
	return is;
}

/* Tell whether a name, such as /dev/stdin or /dev/fd/3, leads to a link in /proc.
 * Such a link opens a file that is open already, and has another folder.
 */
static bool is_descriptor(const char *file)
{
	char *path = xstrdup(file), *copy, *next;
	char target[PATH_MAX];
	bool is = is_in_proc(path);
	unsigned int i;

	for (i = 0; !is && i < LINKS_MAX; i++) {
		ssize_t length = readlink(path, target, sizeof(target) - 1);

		if (length < 0)
			break;
		target[length] = '\0';
		copy = xstrdup(path);
		next = *target == '/' ? xstrdup(target) :
		       xformat("%s/%s", dirname(copy), target);
		free(copy);
		free(path);
		path = next;
		is = is_in_proc(path);
	}
	free(path);
	return is;
}

/**
 * text_read - read a file
 * @text: filled in; text_free() it, also after a failure
 * @file: its name, - for standard input
 * @line: on failure, the line at fault, 0 when it cannot be read at all
 * @why: on failure, a new string: what is wrong
 *
 * Return: false when it cannot be read, or is no text.
 */
bool text_read(struct text *text, const char *file, unsigned int *line,
	       char **why)
{
	struct stat status;
	int fd;

	*line = 0;
	*text = (struct text){ 0 };
	text->is_stream = !strcmp(file, STANDARD_INPUT) || is_descriptor(file);
	fd = strcmp(file, STANDARD_INPUT) != 0 ?
	     open(file, O_RDONLY | O_CLOEXEC) :
	     fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) {
		*why = xformat("cannot be opened: %s", strerror(errno));
		return false;
	}
	if (fstat(fd, &status))
		status.st_mode = S_IFREG;
	text->is_stream |= !S_ISREG(status.st_mode);
	if (S_ISDIR(status.st_mode))
		*why = xstrdup("is a directory; name a file");
	else
		text->buffer = read_all(fd, &text->length, why);
	close(fd);
	return text->buffer && is_text(text, line, why);
}

/**
 * text_free - forget a file
 * @text: the file
 */
void text_free(struct text *text)
{
	free(text->buffer);
}
