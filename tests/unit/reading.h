/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers of tests of edge.conf: a folder, a text that is parsed there, and its
 * findings.
 */
#ifndef READING_H
#define READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/read.h"
#include "config/warn.h"

#define TOP	"mode = enforce\nzones = { external }\nfeatures = { remote-access }\n"
#define NODE	"node edge1 { access = { 192.0.2.10 } }\n"
#define INSIDE	"peers internal-networks { prefixes = { 10.0.0.0/8 } }\n"

static char folder[] = "/tmp/reading.XXXXXX";
static char path[64];
static struct config config;

static inline void write_bytes(const char *name, const char *text,
			       size_t length)
{
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* Read a text as edge.conf. */
static inline void read_text(const char *text)
{
	config_free(&config);
	write_bytes("edge.conf", text, strlen(text));
	config_read(&config, path);
}

static inline const struct finding *
find(const struct findings *findings, unsigned int line, const char *word,
     const char *sentence)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings->items[i].line == line &&
		    !strcmp(findings->items[i].word, word) &&
		    strstr(findings->items[i].message, sentence))
			return &findings->items[i];
	findings_print(findings);
	fail_msg("no line %u: %s: ...%s...", line, word, sentence);
	return NULL;
}

static inline void error(unsigned int line, const char *word,
			 const char *sentence)
{
	find(&config.errors, line, word, sentence);
}

static inline void errors(size_t count)
{
	if (config.errors.count != count)
		findings_print(&config.errors);
	assert_int_equal(config.errors.count, count);
}

/* The only error of a text. */
static inline void one_error(const char *text, unsigned int line,
			     const char *word, const char *sentence)
{
	read_text(text);
	error(line, word, sentence);
	errors(1);
}

static inline void warning(const char *text, unsigned int line,
			   const char *word, const char *sentence)
{
	read_text(text);
	errors(0);
	config_warn(&config);
	find(&config.warnings, line, word, sentence);
}

static inline void no_warning(const char *text, const char *word,
			      const char *sentence)
{
	size_t i;

	read_text(text);
	errors(0);
	config_warn(&config);
	for (i = 0; i < config.warnings.count; i++)
		assert_false(!strcmp(config.warnings.items[i].word, word) &&
			     strstr(config.warnings.items[i].message,
				    sentence));
}

static inline int make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
	static const char *const names[] = { "edge.conf", "partners.list" };
	size_t i;

	config_free(&config);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

#endif /* READING_H */
