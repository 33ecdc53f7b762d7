// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a whole text file.  libConfuse is never let near the file itself:
 * a directory would make it exit, and a NUL would end it early.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edgectl.h"
#include "text.h"

/* Three times what a million IPv6 prefixes take. */
#define SIZE_MAX_READ	(128UL << 20)

static char *read_all(int fd, size_t *length, char **why)
{
	size_t capacity = 65536, count = 0;
	char *buffer = nf_edge_alloc(capacity);
	ssize_t got;

	for (;;) {
		/* One octet stays for the end of the string. */
		if (count + 1 == capacity)
			buffer = nf_edge_grow(buffer, &capacity, capacity, 1);
		got = read(fd, buffer + count, capacity - count - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*why = nf_edge_format("cannot be read: %s",
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
			*why = nf_edge_format("is larger than %lu MiB; check the name",
					      SIZE_MAX_READ >> 20);
			break;
		}
	}
	free(buffer);
	return NULL;
}

/* What tells that a file is no text that this tool reads, at a line. */
static bool is_text(struct text *text, unsigned int *line, char **why)
{
	const char *nul = memchr(text->buffer, '\0', text->length), *p;

	*line = 1;
	if (!memcmp(text->buffer, "\xff\xfe", 2) ||
	    !memcmp(text->buffer, "\xfe\xff", 2)) {
		*why = nf_edge_strdup("is UTF-16; save it as UTF-8");
		return false;
	}
	if (nul) {
		for (p = text->buffer; p < nul; p++)
			*line += *p == '\n';
		*why = nf_edge_strdup("holds a NUL, as no text file does; check the name");
		return false;
	}
	/* Some editors begin what they save as UTF-8 with this. */
	if (!strncmp(text->buffer, "\xef\xbb\xbf", 3))
		memset(text->buffer, ' ', 3);
	return true;
}

/**
 * nf_edge_text_read - read a file
 * @text: filled in; nf_edge_text_free() it, also after a failure
 * @file: its name, which has to outlive @text
 * @line: on failure, the line at fault, 0 when it cannot be read at all
 * @why: on failure, a new string: what is wrong
 *
 * Return: false when it cannot be read, or is no text.
 */
bool nf_edge_text_read(struct text *text, const char *file, unsigned int *line,
		       char **why)
{
	struct stat status;
	int fd;

	*line = 0;
	*text = (struct text){ .file = file };
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		*why = nf_edge_format("cannot be opened: %s", strerror(errno));
		return false;
	}
	if (!fstat(fd, &status) && S_ISDIR(status.st_mode))
		*why = nf_edge_strdup("is a directory; name a file");
	else
		text->buffer = read_all(fd, &text->length, why);
	close(fd);
	return text->buffer && is_text(text, line, why);
}

/**
 * nf_edge_text_free - forget a file
 * @text: the file
 */
void nf_edge_text_free(struct text *text)
{
	size_t i;

	for (i = 0; i < text->section_count; i++)
		free(text->sections[i].title);
	free(text->sections);
	free(text->buffer);
}
