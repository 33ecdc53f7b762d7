// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors or warnings about a configuration: file, line, word, sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/join.h"
#include "base/memory.h"
#include "config/findings.h"

/* Findings printed of one file, and of all files together. */
#define SHOWN_OF_FILE	20U
#define SHOWN_IN_ALL	100U

/* Words of warnings with the same advice. */
#define WORDS_SHOWN	5U

/* Findings kept of one file: enough to be put into the order of the lines. */
#define KEPT_OF_FILE	1000U

static struct finding_file *find_file(const struct findings *findings,
				      const char *name)
{
	struct finding_file *file = findings->last;
	size_t i;

	/* Most findings are in the file of the one before. */
	if (file && !strcmp(file->name, name))
		return file;
	for (i = 0; i < findings->file_count; i++) {
		file = findings->files[i];
		if (!strcmp(file->name, name))
			return file;
	}
	return NULL;
}

static struct finding_file *add_file(struct findings *findings,
				     const char *name)
{
	struct finding_file *file = xalloc(sizeof(*file));

	file->name = xstrdup(name);
	findings->files = xgrow(findings->files, &findings->file_capacity,
				findings->file_count, sizeof(*findings->files));
	findings->files[findings->file_count++] = file;
	return file;
}

static void add(struct findings *findings, const char *file, unsigned int line,
		const char *word, const char *sentence)
{
	struct finding_file *of = find_file(findings, file);
	struct finding *finding;
	char *odd;

	if (!of)
		of = add_file(findings, file);
	findings->last = of;
	findings->total++;
	if (of->count >= KEPT_OF_FILE) {
		of->count++;
		return;
	}
	of->lines = xgrow(of->lines, &of->capacity, of->count,
			  sizeof(*of->lines));
	of->lines[of->count++] = line;
	findings->items = xgrow(findings->items, &findings->capacity,
				findings->count, sizeof(*finding));
	finding = &findings->items[findings->count++];
	finding->file = xstrdup(file);
	finding->line = line;
	finding->word = foreign_shown_word(word);
	odd = foreign_odd(word);
	finding->message = xformat("%s%s%s", sentence, odd ? "; " : "",
				   odd ? odd : "");
	free(odd);
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
	char *sentence;
	va_list args;

	va_start(args, format);
	sentence = xvformat(format, args);
	va_end(args);
	add(findings, file, line ? line : 1, word, sentence);
	free(sentence);
}

/**
 * findings_add_file - note why a file cannot be read
 * @findings: where
 * @file: its name, as the user knows it
 * @line: the line at fault, from 1; 0 of the file as a whole
 * @why: one sentence
 */
void findings_add_file(struct findings *findings, const char *file,
		       unsigned int line, const char *why)
{
	add(findings, file, line, file, why);
}

/**
 * findings_within - tell whether anything was found in lines of a file
 * @findings: what was noted
 * @file: the file
 * @first: the first line
 * @end: the line behind the last one
 *
 * Return: true when a finding that is kept stands there.
 */
bool findings_within(const struct findings *findings, const char *file,
		     unsigned int first, unsigned int end)
{
	const struct finding_file *of = find_file(findings, file);
	size_t i;

	for (i = 0; of && i < of->count && i < KEPT_OF_FILE; i++)
		if (of->lines[i] >= first && of->lines[i] < end)
			return true;
	return false;
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

static void print_line(const struct finding *finding, const char *kind,
		       const char *rest)
{
	char *file = foreign_shown(finding->file);
	char *message = foreign_shown(finding->message);

	if (finding->line)
		fprintf(stderr, "%s:%u: %s%s: %s%s\n", file, finding->line,
			kind, finding->word, message, rest);
	else
		fprintf(stderr, "%s: %s%s%s\n", file, kind, message, rest);
	free(message);
	free(file);
}

/* The advice of a finding: the words behind its last semicolon, or NULL. */
static const char *advice_of(const struct finding *finding)
{
	return strrchr(finding->message, ';');
}

static bool same_advice(const struct finding *a, const struct finding *b)
{
	const char *one = advice_of(a), *other = advice_of(b);

	return one && other && !strcmp(one, other) && !strcmp(a->file, b->file);
}

/* Tell whether a line that was printed gave the advice of finding @i. */
static bool is_told(const struct findings *findings, const bool *printed,
		    size_t i)
{
	const struct finding *finding = &findings->items[i];
	size_t j;

	if (!advice_of(finding))
		return false;
	for (j = i; j > 0; j--) {
		const struct finding *before = &findings->items[j - 1];

		if (strcmp(before->file, finding->file))
			return false;
		if (printed[j - 1] && same_advice(finding, before))
			return true;
	}
	return false;
}

/*
 * Count the findings behind @i with its advice, and name their words.
 * Return: a new string, empty when there are none.
 */
static char *tell_others(const struct findings *findings, size_t i)
{
	size_t others = 0, j;
	struct join words;
	char *list, *rest;

	join_begin(&words, ", ");
	for (j = i + 1; j < findings->count; j++) {
		if (!same_advice(&findings->items[i], &findings->items[j]))
			continue;
		if (++others <= WORDS_SHOWN)
			join_add(&words, "%s", findings->items[j].word);
	}
	if (others > WORDS_SHOWN)
		join_add(&words, "...");
	list = join_end(&words);
	rest = others ? xformat(" (and %zu more: %s; --verbose prints each)",
				others, list) : xstrdup("");
	free(list);
	return rest;
}

/* Print what a walk over the findings of a file has left out. */
static size_t tell_more(const struct findings *findings, const char *kind,
			const char *name, size_t printed)
{
	size_t more = find_file(findings, name)->count - printed;
	char *file;

	if (!more || !printed)
		return 0;
	file = foreign_shown(name);
	fprintf(stderr, "edgectl: %s%s: %zu more not shown\n", kind, file,
		more);
	free(file);
	return more;
}

/* One line each, or one for each advice, and one for what is left out. */
static void print(const struct findings *findings, const char *kind, bool brief)
{
	bool *printed = xalloc(findings->count * sizeof(*printed) + 1);
	size_t i, told = 0, told_of_file = 0, left = findings->total;
	struct findings_walk walk = { 0 };

	for (i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		char *rest;

		if (brief && is_told(findings, printed, i)) {
			told_of_file++;
		} else if (findings_is_shown(&walk, finding)) {
			printed[i] = true;
			rest = brief ? tell_others(findings, i) : xstrdup("");
			print_line(finding, kind, rest);
			free(rest);
		}
		if (i + 1 < findings->count &&
		    !strcmp(finding[1].file, finding->file))
			continue;
		left -= tell_more(findings, kind, finding->file,
				  walk.of_file + told_of_file);
		told += told_of_file;
		told_of_file = 0;
	}
	left -= walk.in_all + told;
	if (left)
		fprintf(stderr, "edgectl: %s%zu more not shown, in other files\n",
			kind, left);
	free(printed);
}

/**
 * findings_print - print errors on standard error, one line each, and one for
 *	what is left out
 * @findings: the errors, sorted
 */
void findings_print(const struct findings *findings)
{
	print(findings, "", false);
}

/**
 * findings_warn - print warnings on standard error
 * @findings: the warnings, sorted
 * @verbose: one line each; else those with the same advice are one line
 */
void findings_warn(const struct findings *findings, bool verbose)
{
	print(findings, "warning: ", !verbose);
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
	for (i = 0; i < findings->file_count; i++) {
		free(findings->files[i]->name);
		free(findings->files[i]->lines);
		free(findings->files[i]);
	}
	free(findings->files);
	free(findings->items);
	*findings = (struct findings){ 0 };
}
