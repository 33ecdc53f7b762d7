// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prefixes of a peer set, and files of prefixes: one prefix a line, # comments.
 */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/config.h"
#include "config/prefix_file.h"
#include "config/text.h"

/* Shorter prefixes are warned of: a digit of the length may be missing. */
#define SHORT_IPV4	8U
#define SHORT_IPV6	16U

static void warn_short(struct config *config, const struct named_set *set,
		       const char *file, unsigned int line, const char *text,
		       const struct ip *ip, unsigned int length)
{
	const char *inside =
		peer_set_words[NF_EDGE_PEER_SET_INTERNAL_NETWORKS];
	const char *family = ip->family == AF_INET ? "IPv4" : "IPv6";
	char *share;

	if (length >= (ip->family == AF_INET ? SHORT_IPV4 : SHORT_IPV6))
		return;
	share = length ? xformat("one in %u of all %s addresses",
				 1U << length, family) :
			 xformat("every %s address", family);
	if (!strcmp(set->name, inside))
		findings_add(&config->warnings, file, line, text,
			     "takes in %s as internal: from outside they are spoofed, and external rows at Any do not hold for them",
			     share);
	else
		findings_add(&config->warnings, file, line, text,
			     "takes in %s; the rows of its set hold for all of them",
			     share);
	free(share);
}

/**
 * prefix_file_add - read a prefix into a set
 * @config: the configuration
 * @set: one of its sections of peers
 * @file: name of the file of the prefix
 * @line: line of the prefix
 * @text: the prefix
 */
void prefix_file_add(struct config *config, struct named_set *set,
		     const char *file, unsigned int line,
		     const char *text)
{
	unsigned int length;
	struct ip ip;
	char *why;

	why = prefix_parse(text, &ip, &length);
	if (why) {
		findings_add(&config->errors, file, line, text, "%s", why);
		free(why);
		return;
	}
	if (config->prefix_count > NF_EDGE_MAX_PREFIXES ||
	    !peer_set_add(&set->set, &ip, length))
		return;
	warn_short(config, set, file, line, text, &ip, length);
	if (++config->prefix_count > NF_EDGE_MAX_PREFIXES)
		findings_add(&config->errors, file, line, text,
			     "is one prefix too many; all sets together hold %u at most",
			     NF_EDGE_MAX_PREFIXES);
}

/* A name without a leading slash is relative to the folder that the name of the
 * configuration leads to, whether that is a symbolic link or not.
 */
static char *resolve(const struct config *config, const char *name)
{
	char *copy, *path;

	if (*name == '/' || config->is_stream || !strchr(config->file, '/'))
		return xstrdup(name);
	copy = xstrdup(config->file);
	path = xformat("%s/%s", dirname(copy), name);
	free(copy);
	return path;
}

/* Return true when a line holds more than a comment. */
static bool read_line(struct config *config, struct named_set *set,
		      const char *file, unsigned int line, char *p)
{
	char *word, *rest, *advice = NULL;

	p[strcspn(p, "#")] = '\0';
	word = p + strspn(p, LIST_BLANKS);
	if (!*word)
		return false;

	rest = word + strcspn(word, LIST_BLANKS);
	if (rest[strspn(rest, LIST_BLANKS)])
		advice = address_line_advice(word);
	*rest = '\0';
	if (advice)
		findings_add(&config->errors, file, line, word, "%s", advice);
	else
		prefix_file_add(config, set, file, line, word);
	free(advice);
	return true;
}

/* Say where a list was looked for. */
static void complain_unread(struct config *config, unsigned int line,
			    const char *name, const char *path,
			    const char *why)
{
	char *folder = *path == '/' ? NULL : get_current_dir_name();

	findings_add(&config->errors, config->file, line, name,
		     "%s; the path tried is %s%s%s", why, folder ? folder : "",
		     folder ? "/" : "", path);
	free(folder);
}

/* A list that was cut while it was copied may end in 10.0.0.0/1 for /16. */
static void warn_cut(struct config *config, const struct text *text,
		     const char *path)
{
	unsigned int line = 1;
	const char *p, *last = text->buffer;
	char *copy;

	for (p = text->buffer; *p; p++) {
		if (*p != '\n')
			continue;
		line++;
		last = p + 1;
	}
	last += strspn(last, LIST_BLANKS);
	if (!*last)
		return;
	copy = xformat("%.*s", (int)strcspn(last, LIST_BLANKS), last);
	findings_add(&config->warnings, path, line, copy,
		     "stands in a last line without an end: the list may be cut; end the line if it is whole");
	free(copy);
}

/**
 * prefix_file_read - read a list of prefixes into a set
 * @config: the configuration
 * @set: one of its sections of peers
 * @name: name of the list, as the configuration has it
 * @line: where the configuration names it
 *
 * Return: true when there is no error in it, and no prefix either.
 */
bool prefix_file_read(struct config *config, struct named_set *set,
		      const char *name, unsigned int line)
{
	char *path = resolve(config, name), *why = NULL, *p, *end;
	size_t errors = config->errors.total;
	unsigned int bad_line, i;
	struct text text = { 0 };
	bool any = false;

	if (!strcmp(name, STANDARD_INPUT)) {
		findings_add(&config->errors, config->file, line, name,
			     "is standard input, and no list can stand there; name a file, as ./-");
	} else if (!text_read(&text, path, &bad_line, &why)) {
		if (bad_line)
			findings_add(&config->errors, path, bad_line, name,
				     "%s", why);
		else
			complain_unread(config, line, name, path, why);
	} else {
		warn_cut(config, &text, path);
		for (i = 1, p = text.buffer; *p; i++, p = end) {
			end = p + strcspn(p, "\n");
			if (*end)
				*end++ = '\0';
			if (config->prefix_count > NF_EDGE_MAX_PREFIXES)
				break;
			any |= read_line(config, set, path, i, p);
		}
	}
	text_free(&text);
	free(why);
	free(path);
	return !any && config->errors.total == errors;
}
