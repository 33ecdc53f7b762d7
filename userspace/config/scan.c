// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar of a configuration file, apart from its values.
 *
 * libConfuse lets a repeated key win in silence, takes a file that is cut
 * inside a section for a whole one, expands ${NAME} from the environment and
 * stops at the first mistake.  So this reads the text first and notes every
 * mistake; what is broken is blanked out, and libConfuse gets the rest.
 */
#include <linux/nf_edge.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "config/text.h"
#include "policy/address.h"

/* What ends an unquoted word. */
#define DELIMITERS	" \t\r\n#\"'={}()+,*"

enum kind { END, WORD, SIGN };

/**
 * struct token - a word or a sign
 * @kind: which
 * @sign: of a sign: itself, '+' for +=
 * @start: offset of its first octet
 * @end: offset behind its last one
 * @line: where it stands
 * @wrong: what is wrong with it, or NULL
 */
struct token {
	enum kind kind;
	char sign;
	size_t start;
	size_t end;
	unsigned int line;
	const char *wrong;
};

struct scanner {
	struct text *text;
	const cfg_opt_t *schema;
	struct findings *errors;
	size_t position;
	unsigned int line;
};

static void blank(struct text *text, size_t start, size_t end)
{
	size_t i;

	for (i = start; i < end; i++)
		if (text->buffer[i] != '\n')
			text->buffer[i] = ' ';
}

static char *text_of(const struct scanner *s, const struct token *token)
{
	const char *start = s->text->buffer + token->start;
	size_t length = token->end - token->start;

	if (length >= 2 && strchr("\"'", *start) &&
	    start[length - 1] == *start) {
		start++;
		length -= 2;
	}
	return nf_edge_format("%.*s", (int)length, start);
}

static void __printf(3, 4)
complain(struct scanner *s, const struct token *token, const char *format, ...)
{
	char *word, *message;
	va_list args;

	word = token->kind == END ? nf_edge_strdup("end") : text_of(s, token);
	va_start(args, format);
	message = nf_edge_vformat(format, args);
	va_end(args);
	nf_edge_find(s->errors, s->text->file, token->line, word, "%s",
		     message);
	free(message);
	free(word);
}

/* Comments are blanked as they pass: libConfuse miscounts lines at some. */
static void skip_space(struct scanner *s)
{
	char *buffer = s->text->buffer;
	size_t length = s->text->length, start;

	for (; s->position < length; s->position++) {
		const char *p = buffer + s->position;

		if (*p == '\n') {
			s->line++;
		} else if (*p == '#' || !strncmp(p, "//", 2)) {
			start = s->position;
			s->position += strcspn(p, "\n");
			blank(s->text, start, s->position--);
		} else if (!strncmp(p, "/*", 2)) {
			const char *close = strstr(p + 2, "*/");

			if (!close)
				return;
			start = s->position;
			for (; p < close; p++)
				s->line += *p == '\n';
			s->position = (size_t)(close - buffer) + 1;
			blank(s->text, start, s->position + 1);
		} else if (!strchr(" \t\r", *p)) {
			return;
		}
	}
}

static void scan_quoted(struct scanner *s, struct token *token)
{
	const char *buffer = s->text->buffer;
	char quote = buffer[token->start];
	size_t i;

	for (i = token->start + 1; i < s->text->length; i++) {
		if (buffer[i] == '\n')
			break;
		if (buffer[i] == '\\' && i + 1 < s->text->length &&
		    buffer[i + 1] != '\n') {
			i++;
		} else if (buffer[i] == quote) {
			token->end = i + 1;
			return;
		}
	}
	token->end = i;
	token->wrong = "the quote that begins it is not closed on its line";
}

static void scan_word(struct scanner *s, struct token *token)
{
	const char *start = s->text->buffer + token->start;

	if (*start == '"' || *start == '\'')
		scan_quoted(s, token);
	else
		token->end = token->start + strcspn(start, DELIMITERS);

	if (!strncmp(s->text->buffer + token->end - 1, "${", 2))
		token->end += strcspn(s->text->buffer + token->end, " \t\r\n,");
	if (!token->wrong &&
	    memmem(start, token->end - token->start, "${", 2))
		token->wrong = "the environment is not looked into; write the value itself";
}

static struct token next(struct scanner *s)
{
	const char *p;
	struct token token = { .kind = WORD };

	skip_space(s);
	p = s->text->buffer + s->position;
	token.start = s->position;
	token.end = s->position + 1;
	token.line = s->line;

	if (s->position >= s->text->length) {
		token.kind = END;
		token.end = token.start;
	} else if (!strncmp(p, "/*", 2)) {
		token.end = s->text->length;
		token.wrong = "the comment that begins here is not closed; add */";
	} else if (!strncmp(p, "+=", 2)) {
		token.kind = SIGN;
		token.sign = '+';
		token.end++;
	} else if (strchr("={}(),+*", *p)) {
		token.kind = SIGN;
		token.sign = *p == '+' ? '*' : *p;
	} else {
		scan_word(s, &token);
	}
	s->position = token.end;
	return token;
}

static struct token peek(const struct scanner *s)
{
	struct scanner copy = *s;

	return next(&copy);
}

static bool is_sign(const struct token *token, char sign)
{
	return token->kind == SIGN && token->sign == sign;
}

/* Whether a word that has been read begins a statement: KEY =, TYPE {, or
 * TYPE TITLE {.  Where none may begin, something before it is not closed.
 */
static bool begins_statement(const struct scanner *s)
{
	struct scanner copy = *s;
	struct token token = next(&copy);

	if (token.kind == WORD)
		token = next(&copy);
	else if (is_sign(&token, '=') || is_sign(&token, '+'))
		return true;
	return is_sign(&token, '{');
}

static void go_back(struct scanner *s, const struct token *token)
{
	s->position = token->start;
	s->line = token->line;
}

static bool check_word(struct scanner *s, const struct token *word)
{
	if (word->wrong)
		complain(s, word, "%s", word->wrong);
	return !word->wrong;
}

/* What begins a comment elsewhere, and nothing here, goes up to the end of its
 * line, or of the list that it stands in.
 */
static bool scan_semicolon(struct scanner *s, const struct token *word,
			   const char *end)
{
	const char *rest = s->text->buffer + word->start;

	if (*rest != ';')
		return false;
	s->position = word->start + strcspn(rest, end);
	rest += strspn(rest, "; \t\r");
	if (rest < s->text->buffer + s->position)
		complain(s, word, "begins no comment here; write #");
	else
		complain(s, word, "ends nothing here; take it out");
	blank(s->text, word->start, s->position);
	return true;
}

/* An address with wild cards, such as 10.0.*.*, is one word. */
static bool scan_wild(struct scanner *s, struct token *word)
{
	const char *start = s->text->buffer + word->start;
	char *text, *advice;

	if (start[strspn(start, "0123456789.")] != '*')
		return false;
	word->end = word->start + strcspn(start, " \t\r\n,{}");
	s->position = word->end;
	text = text_of(s, word);
	advice = nf_edge_address_advice(text, WANTED_PREFIX);
	complain(s, word, "%s", advice);
	free(advice);
	free(text);
	return true;
}

/* The items of a list, up to its closing brace. */
static bool scan_list(struct scanner *s, const struct token *name,
		      const struct token *open)
{
	bool good = true, comma_due = false;

	for (;;) {
		struct token token = next(s);

		if (is_sign(&token, '}'))
			return good;

		if (token.kind == END || is_sign(&token, '{') ||
		    (token.kind == WORD && begins_statement(s))) {
			struct token where = *name;

			where.line = open->line;
			complain(s, &where, "the list that begins here is not closed; add }");
			go_back(s, &token);
			return false;
		}
		if (token.kind == WORD && scan_semicolon(s, &token, "\n}")) {
			good = false;
		} else if (token.kind == WORD && scan_wild(s, &token)) {
			good = false;
			comma_due = true;
		} else if (token.kind == WORD) {
			if (comma_due)
				complain(s, &token,
					 "there is no comma before it; write { one, two }");
			good &= !comma_due;
			good &= check_word(s, &token);
			comma_due = true;
		} else if (is_sign(&token, ',') && comma_due) {
			comma_due = false;
		} else {
			complain(s, &token, "does not belong into a list; write { one, two }");
			good = false;
		}
	}
}

static bool scan_value(struct scanner *s, const struct token *name,
		       const cfg_opt_t *option)
{
	struct token token = next(s);

	if (is_sign(&token, '{')) {
		bool good = scan_list(s, name, &token);

		if (!option || option->flags & CFGF_LIST)
			return good;
		complain(s, name, "takes one value, not a list; leave out the braces");
		return false;
	}
	if (token.kind == WORD && !begins_statement(s))
		return check_word(s, &token);

	complain(s, name, "has no value; write %s = %s",
		 option ? option->name : "key",
		 option && option->flags & CFGF_LIST ? "{ ... }" : "value");
	go_back(s, &token);
	return false;
}

/* Skip an unknown section: its title, and whatever is in its braces. */
static void skip_section(struct scanner *s)
{
	unsigned int depth = 0;
	struct token token;

	do {
		token = next(s);
		if (is_sign(&token, '{'))
			depth++;
		else if (is_sign(&token, '}'))
			depth--;
	} while (token.kind != END && (depth || token.kind == WORD));
}

static const cfg_opt_t *find_option(const cfg_opt_t *schema, const char *name)
{
	for (; schema->name; schema++)
		if (!strcmp(schema->name, name))
			return schema;
	return NULL;
}

/* A new string. */
static char *option_advice(const cfg_opt_t *schema, const char *name)
{
	const char *words[KEYS_MAX] = { NULL };
	size_t count = 0;

	for (; schema->name; schema++)
		words[count++] = schema->name;
	return nf_edge_advice("key", words, count, name);
}

static void scan_unknown(struct scanner *s, const struct token *name,
			 const char *word, const cfg_opt_t *schema)
{
	char *advice = option_advice(schema, word);
	struct token token = peek(s);

	if (name->wrong) {
		complain(s, name, "%s", name->wrong);
	} else if (is_sign(&token, '=') || is_sign(&token, '+')) {
		complain(s, name, "unknown key; %s", advice);
		next(s);
		scan_value(s, name, NULL);
	} else if (begins_statement(s)) {
		complain(s, name, "unknown section; %s", advice);
		skip_section(s);
	} else {
		complain(s, name, "does not belong here; of keys, %s", advice);
	}
	free(advice);
	blank(s->text, name->start, s->position);
}

static void scan_key(struct scanner *s, const struct token *name,
		     const cfg_opt_t *option, unsigned int *line)
{
	struct token token = peek(s);
	bool good = false;

	if (is_sign(&token, '=')) {
		next(s);
		good = scan_value(s, name, option);
	} else if (is_sign(&token, '+')) {
		complain(s, name, "cannot be added to; write all of it in one list after =");
		next(s);
		scan_value(s, name, option);
	} else {
		complain(s, name, "has no value; write %s = ...",
			 option->name);
	}

	if (*line) {
		complain(s, name, "is given again; line %u has it already",
			 *line);
		good = false;
	} else {
		*line = name->line;
	}
	if (!good)
		blank(s->text, name->start, s->position);
}

static size_t add_section(struct text *text, const cfg_opt_t *option,
			  char *title, unsigned int line)
{
	text->sections = nf_edge_grow(text->sections, &text->section_capacity,
				      text->section_count,
				      sizeof(*text->sections));
	text->sections[text->section_count] = (struct section){
		.option = option, .title = title, .line = line,
	};
	return text->section_count++;
}

static void scan_statements(struct scanner *s, const cfg_opt_t *schema,
			    size_t section);

/* Sections that are compared, and whose values are read: more than a policy can
 * have.  Each of them beyond is an error, and libConfuse compares all pairs.
 */
#define SECTIONS_MAX	(NF_EDGE_MAX_INTERFACES * 2)

static const struct section *find_twin(const struct text *text,
				       const cfg_opt_t *option,
				       const char *title)
{
	size_t i;

	for (i = 1; i < text->section_count && i <= SECTIONS_MAX;
	     i++)
		if (text->sections[i].option == option &&
		    !strcmp(text->sections[i].title, title))
			return &text->sections[i];
	return NULL;
}

/* More words than one, or a wild card, up to the brace of a section. */
static bool scan_names(struct scanner *s, const cfg_opt_t *option)
{
	struct token title = peek(s), token;
	struct scanner end = *s, copy = *s;
	bool wild = false, one = true;

	for (token = next(&copy); token.kind == WORD || is_sign(&token, ',') ||
	     is_sign(&token, '*') || is_sign(&token, '+');
	     token = next(&copy)) {
		one &= token.start == title.start && token.kind == WORD;
		wild |= token.kind == SIGN && token.sign != ',';
		title.end = token.end;
		end = copy;
	}
	if (!is_sign(&token, '{') || one)
		return false;
	title.kind = WORD;
	complain(s, &title, wild ?
		 "has a wild card, which no name has; write a section for each %s" :
		 "is more than one name; write a section for each %s",
		 option->name);
	*s = end;
	return true;
}

static void scan_section(struct scanner *s, const struct token *name,
			 const cfg_opt_t *option)
{
	struct token title = peek(s), open;
	const struct section *twin = NULL;
	bool good = true;
	size_t section;
	char *word;

	if (scan_names(s, option)) {
		word = nf_edge_strdup("");
		good = false;
	} else if (title.kind == WORD) {
		next(s);
		good = check_word(s, &title);
		word = text_of(s, &title);
		twin = find_twin(s->text, option, word);
	} else {
		complain(s, name, "has no name; write %s NAME { ... }",
			 option->name);
		word = nf_edge_strdup("");
		good = false;
	}
	open = peek(s);
	if (!is_sign(&open, '{')) {
		complain(s, name, "has no braces; write %s NAME { ... }",
			 option->name);
		free(word);
		blank(s->text, name->start, s->position);
		return;
	}
	next(s);

	if (twin) {
		complain(s, &title, "a second section %s; line %u has the first",
			 option->name, twin->line);
		good = false;
	}
	section = add_section(s->text, option, word, name->line);
	s->text->sections[section].broken = !good || section > SECTIONS_MAX;
	scan_statements(s, option->subopts, section);
	if (s->text->sections[section].broken)
		blank(s->text, name->start, s->position);
}

static void scan_statements(struct scanner *s, const cfg_opt_t *schema,
			    size_t section)
{
	for (;;) {
		struct section *this = &s->text->sections[section];
		struct token token = next(s);
		const cfg_opt_t *option;
		char *word;

		if (is_sign(&token, '}') && section)
			return;
		if (token.kind == END && !section)
			return;
		if (token.kind == SIGN) {
			complain(s, &token, "does not belong here; take it out");
			blank(s->text, token.start, token.end);
			continue;
		}
		if (token.kind == WORD && scan_semicolon(s, &token, "\n"))
			continue;

		word = token.kind == WORD ? text_of(s, &token) : NULL;
		option = word && !token.wrong ? find_option(schema, word) :
						NULL;
		/* A key of the top in a section: its brace is missing. */
		if (section && (!word || (!option && !token.wrong &&
					  begins_statement(s) &&
					  find_option(s->schema, word)))) {
			nf_edge_find(s->errors, s->text->file, this->line,
				     this->title,
					"the section that begins here is not closed; add }");
			this->broken = true;
			go_back(s, &token);
			free(word);
			return;
		}

		if (!option)
			scan_unknown(s, &token, word, schema);
		else if (option->type == CFGT_SEC)
			scan_section(s, &token, option);
		else
			scan_key(s, &token, option,
				 &this->key_lines[option - schema]);
		free(word);
	}
}

/**
 * nf_edge_text_scan - note every mistake in the grammar of a file
 * @text: the file; sections are filled in, and what is broken is blanked out
 * @schema: the keys and sections that it may hold, at most KEYS_MAX a level
 * @errors: where to note
 */
void nf_edge_text_scan(struct text *text, const cfg_opt_t *schema,
		       struct findings *errors)
{
	struct scanner s = {
		.text = text, .schema = schema, .errors = errors, .line = 1,
	};

	add_section(text, NULL, NULL, 1);
	scan_statements(&s, schema, 0);
}
