// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is to be said about a configuration: file, line, word, sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "edgectl.h"
#include "findings.h"

/* A word may be anything that stood in a file: keep it short and printable. */
#define WORD_SHOWN	64

static char *printable(const char *word)
{
	char *shown = nf_edge_format("%.*s%s", WORD_SHOWN, word,
				     strlen(word) > WORD_SHOWN ? "..." : "");
	unsigned char *p;

	for (p = (unsigned char *)shown; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return shown;
}

/**
 * nf_edge_find - note an error or a warning
 * @findings: where
 * @file: the file that it is about, as the user knows it
 * @line: its line, from 1
 * @word: the word that is at fault
 * @format: one sentence, which says what would be right
 */
void nf_edge_find(struct findings *findings, const char *file,
		  unsigned int line, const char *word, const char *format, ...)
{
	struct finding *finding;
	va_list args;

	findings->items = nf_edge_grow(findings->items, &findings->capacity,
				       findings->count, sizeof(*finding));
	finding = &findings->items[findings->count++];
	finding->file = nf_edge_strdup(file);
	finding->line = line ? line : 1;
	finding->word = printable(*word ? word : "\"\"");
	va_start(args, format);
	finding->message = nf_edge_vformat(format, args);
	va_end(args);
}

static int compare(const void *a, const void *b, void *first_file)
{
	const struct finding *x = a, *y = b;
	int x_later = strcmp(x->file, first_file) != 0;
	int y_later = strcmp(y->file, first_file) != 0;
	int order;

	if (x_later != y_later)
		return x_later - y_later;
	order = strcmp(x->file, y->file);
	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	order = strcmp(x->word, y->word);
	return order ? order : strcmp(x->message, y->message);
}

/**
 * nf_edge_findings_sort - put findings into the order of the lines
 * @findings: what was noted
 * @first_file: the file that comes before all others
 */
void nf_edge_findings_sort(struct findings *findings, const char *first_file)
{
	if (findings->count)
		qsort_r(findings->items, findings->count,
			sizeof(*findings->items), compare, (void *)first_file);
}

/**
 * nf_edge_findings_print - one line each
 * @findings: what was noted
 * @stream: where to
 */
void nf_edge_findings_print(const struct findings *findings, FILE *stream)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		fprintf(stream, "%s:%u: %s: %s\n", findings->items[i].file,
			findings->items[i].line, findings->items[i].word,
			findings->items[i].message);
}

/* A path need not be UTF-8, which a JSON string has to be. */
static json_t *text_json(const char *text)
{
	json_t *json = json_string(text);
	char *shown;

	if (!json) {
		shown = printable(text);
		json = json_string(shown);
		free(shown);
	}
	return json;
}

static json_t *finding_json(const struct finding *finding)
{
	return json_pack("{s:o, s:i, s:s, s:o}",
			 "file", text_json(finding->file),
			 "line", (int)finding->line,
			 "word", finding->word,
			 "message", text_json(finding->message));
}

/**
 * nf_edge_findings_json - the same for machines
 * @findings: what was noted
 *
 * Return: a new array.
 */
json_t *nf_edge_findings_json(const struct findings *findings)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < findings->count; i++)
		json_array_append_new(array, finding_json(&findings->items[i]));
	return array;
}

/**
 * nf_edge_findings_free - forget all
 * @findings: what was noted
 */
void nf_edge_findings_free(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		free(findings->items[i].file);
		free(findings->items[i].word);
		free(findings->items[i].message);
	}
	free(findings->items);
	*findings = (struct findings){ 0 };
}
