// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading of a file of expectations: a question a line, "=>", and the answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "cmd/expect.h"
#include "cmd/query.h"

#define BLANKS		" \t\r\v\f"

/* Words of a question, and all words of a line: each row may be named. */
#define QUESTION_WORDS	16U
#define LINE_WORDS	(QUESTION_WORDS + 2 * ROWS_MAX)

#define ARROW		"=>"
#define OTHERS		"..."

/* Reasons with near rows; others of a drop have none. */
static bool has_near_rows(int reason)
{
	return reason == NF_EDGE_REASON_CLS_GUARD ||
	       reason == NF_EDGE_REASON_INTERFACE ||
	       reason == NF_EDGE_REASON_PEER ||
	       reason == NF_EDGE_REASON_DISABLED ||
	       reason == NF_EDGE_REASON_SEVERAL;
}

/* Reasons that the first packet of a connection never has. */
static bool comes_later(int reason)
{
	return reason == NF_EDGE_REASON_UNTRACKED ||
	       reason == NF_EDGE_REASON_INVALID;
}

/**
 * struct reader - a file that is being read
 * @into: the expectations
 * @policy: the policy whose nodes the names are of
 * @table: the rows that there are
 * @line: number of the line
 * @placeholder_line: line of the first placeholder
 * @placeholder: the first placeholder, a new string, or NULL
 * @placeholders: number of lines with placeholders
 */
struct reader {
	struct expectations *into;
	const struct policy *policy;
	const struct row_table *table;
	unsigned int line;
	unsigned int placeholder_line;
	char *placeholder;
	size_t placeholders;
};

static void __printf(3, 4)
refuse(struct reader *reader, const char *word, const char *format, ...)
{
	char *sentence;
	va_list args;

	va_start(args, format);
	sentence = xvformat(format, args);
	va_end(args);
	findings_add(&reader->into->errors, reader->into->file, reader->line,
		     word, "%s", sentence);
	free(sentence);
}

static void refuse_row(struct reader *reader, const char *word)
{
	char *advice = rows_advice_in(reader->table, word);

	refuse(reader, word, "unknown row; %s", advice);
	free(advice);
}

static void refuse_word(struct reader *reader,
			const struct vocabulary *vocabulary, const char *word)
{
	char *advice = names_advice(vocabulary, word);

	refuse(reader, word, "unknown %s; %s", vocabulary->kind, advice);
	free(advice);
}

/* Read the word behind drop: the reason. */
static void read_reason(struct reader *reader, struct expectation *expectation,
			const char *word)
{
	expectation->reason = names_find(&names_reasons, word);
	if (comes_later(expectation->reason))
		refuse(reader, word,
		       "no first packet of a connection has this reason; expect another");
	else if (expectation->reason < 0 &&
		 (rows_find(reader->table, word) >= 0 || !strcmp(word, OTHERS)))
		refuse(reader, word,
		       "stands behind the reason of a drop; write drop peer %s, or another reason",
		       word);
	else if (expectation->reason < 0)
		refuse_word(reader, &names_reasons, word);
}

static void read_row(struct reader *reader, struct expectation *expectation,
		     const char *word)
{
	int row = rows_find(reader->table, word);

	if (expectation->verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		return refuse(reader, word, "is one word too many");
	if (expectation->verdict == NF_EDGE_VERDICT_DROP &&
	    !has_near_rows(expectation->reason))
		return refuse(reader, word,
			      "is one word too many; %s has no near rows",
			      names_word(&names_reasons,
					 (uint32_t)expectation->reason));
	expectation->names_rows = true;
	if (!strcmp(word, OTHERS))
		expectation->others = true;
	else if (row < 0)
		refuse_row(reader, word);
	else
		expectation->rows |= 1ULL << row;
}

/* Read the words behind the arrow. */
static void read_answer(struct reader *reader, struct expectation *expectation,
			char **words, size_t count)
{
	size_t errors = reader->into->errors.total;
	int verdict;
	size_t i;

	if (!count)
		return refuse(reader, ARROW,
			      "has no answer behind it; write accept or drop");
	verdict = names_find(&names_verdicts, words[0]);
	if (verdict < 0)
		return refuse_word(reader, &names_verdicts, words[0]);
	expectation->verdict = (uint32_t)verdict;
	for (i = 1; i < count && reader->into->errors.total == errors; i++)
		if (i == 1 && verdict == NF_EDGE_VERDICT_DROP)
			read_reason(reader, expectation, words[i]);
		else
			read_row(reader, expectation, words[i]);
}

static char *join_words(char **words, size_t count)
{
	struct join list;
	size_t i;

	join_begin(&list, " ");
	for (i = 0; i < count; i++)
		join_add(&list, "%s", words[i]);
	return join_end(&list);
}

/* Read the words of a line, which has some. */
static void read_words(struct reader *reader, char **words, size_t count)
{
	struct expectations *into = reader->into;
	size_t arrow = 0, errors = into->errors.total;
	struct expectation *expectation;
	struct query_fault fault;

	while (arrow < count && strcmp(words[arrow], ARROW) != 0)
		arrow++;
	if (arrow == count)
		return refuse(reader, words[count - 1],
			      "is the end of a line without an answer; write => accept or => drop behind the question");
	into->items = xgrow(into->items, &into->capacity, into->count,
			    sizeof(*expectation));
	expectation = &into->items[into->count];
	*expectation = (struct expectation){
		.line = reader->line, .reason = -1,
	};
	if (!query_parse(&expectation->query, words, arrow, reader->policy,
			 &fault))
		refuse(reader, fault.word ? fault.word : words[0], "%s",
		       fault.why);
	query_fault_free(&fault);
	read_answer(reader, expectation, words + arrow + 1, count - arrow - 1);
	if (into->errors.total > errors)
		return;
	expectation->question = join_words(words, arrow);
	into->count++;
}

/* Note a word in < >, which stands for an address. */
static bool has_placeholder(struct reader *reader, char **words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *end = *words[i] == '<' ? strchr(words[i], '>') :
						     NULL;

		if (!end)
			continue;
		if (!reader->placeholders++) {
			reader->placeholder =
				xformat("%.*s", (int)(end + 1 - words[i]),
					words[i]);
			reader->placeholder_line = reader->line;
		}
		return true;
	}
	return false;
}

static void read_line(struct reader *reader, char *rest)
{
	char *words[LINE_WORDS], *word;
	bool answer = false;
	size_t count = 0;

	while ((word = strsep(&rest, answer ? BLANKS "," : BLANKS))) {
		if (*word == '#')
			break;
		if (!*word)
			continue;
		if (count == LINE_WORDS)
			return refuse(reader, word, "is one word too many");
		words[count++] = word;
		answer |= !strcmp(word, ARROW);
	}
	if (count && !has_placeholder(reader, words, count))
		read_words(reader, words, count);
}

static void refuse_placeholders(struct reader *reader)
{
	reader->line = reader->placeholder_line;
	if (reader->placeholders == 1)
		refuse(reader, reader->placeholder,
		       "is a placeholder; write your own address instead");
	else
		refuse(reader, reader->placeholder,
		       "is the first placeholder of %zu lines; write your own addresses instead of them",
		       reader->placeholders);
}

/**
 * expectations_open - read the text of a file of expectations
 * @expectations: filled in; gets an error if there is no text;
 *	expectations_free() it
 * @file: name of the file, - for standard input, which has to outlive
 *	@expectations
 */
void expectations_open(struct expectations *expectations, const char *file)
{
	unsigned int line;
	char *why = NULL;

	*expectations = (struct expectations){ .file = file };
	if (!text_read(&expectations->text, file, &line, &why))
		findings_add_file(&expectations->errors, file, line, why);
	free(why);
}

static void forget_items(struct expectations *expectations)
{
	size_t i;

	for (i = 0; i < expectations->count; i++)
		free(expectations->items[i].question);
	expectations->count = 0;
}

/**
 * expectations_read - read expectations, and note all their errors
 * @expectations: a file that was opened without errors; read anew if it was read
 *	before
 * @policy: the policy whose nodes the names are of
 * @table: the rows of this policy
 */
void expectations_read(struct expectations *expectations,
		       const struct policy *policy,
		       const struct row_table *table)
{
	struct reader reader = {
		.into = expectations, .policy = policy, .table = table,
	};
	char *copy = xstrdup(expectations->text.buffer), *rest = copy, *line;

	forget_items(expectations);
	while ((line = strsep(&rest, "\n"))) {
		reader.line++;
		read_line(&reader, line);
	}
	if (reader.placeholders)
		refuse_placeholders(&reader);
	else if (!expectations->count && !expectations->errors.total)
		refuse(&reader, expectations->file,
		       "holds no expectation; write one a line, as --in wan0 tcp 192.0.2.1 edge1.access:443 => accept");
	findings_sort(&expectations->errors, expectations->file);
	free(reader.placeholder);
	free(copy);
}

/**
 * expectations_free - forget expectations
 * @expectations: the expectations
 */
void expectations_free(struct expectations *expectations)
{
	forget_items(expectations);
	free(expectations->items);
	text_free(&expectations->text);
	findings_free(&expectations->errors);
	*expectations = (struct expectations){ 0 };
}
