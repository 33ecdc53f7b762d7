// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of prefixes that stand in a file of their own: one a line, #
 * comments.
 */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "edgectl.h"
#include "text.h"

/* A name without a leading slash is relative to the configuration file. */
static char *resolve(const char *config_file, const char *name)
{
	char *copy, *path;

	if (*name == '/' || !strchr(config_file, '/'))
		return nf_edge_strdup(name);
	copy = nf_edge_strdup(config_file);
	path = nf_edge_format("%s/%s", dirname(copy), name);
	free(copy);
	return path;
}

static void read_line(struct config *config, struct peer_set *set,
		      const char *file, unsigned int line, char *p)
{
	char *word, *rest, *advice = NULL;

	p[strcspn(p, "#")] = '\0';
	word = p + strspn(p, NF_EDGE_LIST_BLANKS);
	if (!*word)
		return;

	rest = word + strcspn(word, NF_EDGE_LIST_BLANKS);
	if (rest[strspn(rest, NF_EDGE_LIST_BLANKS)])
		advice = nf_edge_line_advice(word);
	*rest = '\0';
	if (advice)
		nf_edge_find(&config->errors, file, line, word, "%s", advice);
	else
		nf_edge_config_prefix(config, set, file, line, word);
	free(advice);
}

/**
 * nf_edge_prefix_file_read - read a list of prefixes into a set
 * @config: the configuration
 * @set: one of its sets
 * @name: name of the list, as the configuration has it
 * @line: where the configuration names it
 */
void nf_edge_prefix_file_read(struct config *config, struct peer_set *set,
			      const char *name, unsigned int line)
{
	char *path = resolve(config->file, name), *why = NULL, *p, *end;
	unsigned int bad_line, i;
	struct text text;

	if (!nf_edge_text_read(&text, path, &bad_line, &why)) {
		nf_edge_find(&config->errors, bad_line ? path : config->file,
			     bad_line ? bad_line : line, name, "%s", why);
	} else {
		for (i = 1, p = text.buffer; *p; i++, p = end) {
			end = p + strcspn(p, "\n");
			if (*end)
				*end++ = '\0';
			if (config->prefix_count > NF_EDGE_MAX_PREFIXES)
				break;
			read_line(config, set, path, i, p);
		}
	}
	nf_edge_text_free(&text);
	free(why);
	free(path);
}
