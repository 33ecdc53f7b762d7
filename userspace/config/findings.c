// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors or warnings about a configuration: file, line, word, sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "config/findings.h"

/* Findings printed of one file, and of all files together. */
#define SHOWN_OF_FILE	20U
#define SHOWN_IN_ALL	100U

/* Findings kept of one file: enough to be put into the order of the lines. */
#define KEPT_OF_FILE	1000U

static struct finding_file *find_file(struct findings *findings,
				      const char *name)
{
	struct finding_file *file;
	size_t i;

	for (i = 0; i < findings->file_count; i++)
		if (!strcmp(findings->files[i].name, name))
			return &findings->files[i];
	findings->files = xgrow(findings->files,
				&findings->file_capacity,
				findings->file_count, sizeof(*file));
	file = &findings->files[findings->file_count++];
	*file = (struct finding_file){ .name = xstrdup(name) };
	return file;
}

/**
 * findings_add - note an error or a warning
 * @findings: where
 * @file: the file that it is about, as the user knows it
 * @line: its line, from 1
 * @word: the word that is at fault
 * @format: one sentence, which says what would be right
 *
 * A character of @word that is taken for another is named behind the sentence.
 */
void findings_add(struct findings *findings, const char *file,
		  unsigned int line, const char *word, const char *format, ...)
{
	struct finding_file *of = find_file(findings, file);
	char *sentence, *odd;
	struct finding *finding;
	va_list args;

	findings->total++;
	if (of->count++ >= KEPT_OF_FILE)
		return;
	findings->items = xgrow(findings->items, &findings->capacity,
				findings->count, sizeof(*finding));
	finding = &findings->items[findings->count++];
	finding->file = xstrdup(file);
	finding->line = line ? line : 1;
	finding->word = foreign_shown_word(word);
	va_start(args, format);
	sentence = xvformat(format, args);
	va_end(args);
	odd = foreign_odd(word);
	finding->message = xformat("%s%s%s", sentence, odd ? "; " : "",
				   odd ? odd : "");
	free(odd);
	free(sentence);
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
 * findings_sort - put findings into the order of the lines
 * @findings: what was noted
 * @first_file: the file that comes before all others
 */
void findings_sort(struct findings *findings, const char *first_file)
{
	if (findings->count)
		qsort_r(findings->items, findings->count,
			sizeof(*findings->items), compare, (void *)first_file);
}

/**
 * findings_is_shown - step to the next finding of a walk
 * @walk: the walk, zero at the begin
 * @finding: the next finding, in sorted order
 *
 * Return: false when enough of its file, or of all files, was shown before.
 */
bool findings_is_shown(struct findings_walk *walk,
		       const struct finding *finding)
{
	if (!walk->file || strcmp(walk->file, finding->file) != 0) {
		walk->file = finding->file;
		walk->of_file = 0;
	}
	if (walk->of_file == SHOWN_OF_FILE || walk->in_all == SHOWN_IN_ALL)
		return false;
	walk->of_file++;
	walk->in_all++;
	return true;
}

/**
 * findings_left_out - count what is not printed
 * @findings: what was noted, sorted
 *
 * Return: the number.
 */
size_t findings_left_out(const struct findings *findings)
{
	struct findings_walk walk = { 0 };
	size_t i;

	for (i = 0; i < findings->count; i++)
		findings_is_shown(&walk, &findings->items[i]);
	return findings->total - walk.in_all;
}

static void print_line(const struct finding *finding, FILE *stream)
{
	char *file = foreign_shown(finding->file);
	char *message = foreign_shown(finding->message);

	fprintf(stream, "%s:%u: %s: %s\n", file, finding->line, finding->word,
		message);
	free(message);
	free(file);
}

static size_t count_of(const struct findings *findings, const char *name)
{
	size_t i;

	for (i = 0; i < findings->file_count; i++)
		if (!strcmp(findings->files[i].name, name))
			return findings->files[i].count;
	return 0;
}

/**
 * findings_print - one line each, and one for what is left out
 * @findings: what was noted, sorted
 * @stream: where to
 */
void findings_print(const struct findings *findings, FILE *stream)
{
	size_t i, more, left = findings_left_out(findings);
	struct findings_walk walk = { 0 };

	for (i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (findings_is_shown(&walk, finding))
			print_line(finding, stream);
		if (i + 1 < findings->count &&
		    !strcmp(finding[1].file, finding->file))
			continue;
		more = count_of(findings, finding->file) - walk.of_file;
		if (more && walk.of_file) {
			char *file = foreign_shown(finding->file);

			fprintf(stream, "edgectl: %s: %zu more not shown\n",
				file, more);
			free(file);
			left -= more;
		}
	}
	if (left)
		fprintf(stream, "edgectl: %zu more not shown, in other files\n",
			left);
}

/**
 * findings_free - forget all
 * @findings: what was noted
 */
void findings_free(struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		free(findings->items[i].file);
		free(findings->items[i].word);
		free(findings->items[i].message);
	}
	for (i = 0; i < findings->file_count; i++)
		free(findings->files[i].name);
	free(findings->files);
	free(findings->items);
	*findings = (struct findings){ 0 };
}
