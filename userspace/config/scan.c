// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar of a configuration file.  One pass sets the values of all keys,
 * and notes each error with what would be right.  After an error the scanner
 * goes on at the next word that can begin a statement.
 */
#include <linux/nf_edge.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "config/ahead.h"
#include "config/config.h"
#include "config/key.h"
#include "config/scan.h"
#include "config/token.h"

/* Sections that are compared and opened: more than a policy can have.  Each one
 * beyond is an error in any case, and comparing all pairs would take too long.
 */
#define SECTIONS_MAX	(NF_EDGE_MAX_INTERFACES * 2)

/* The begin of a section that was read. */
struct heading {
	const struct key *key;
	char *name;
	unsigned int line;
};

struct scanner {
	struct config *config;
	const struct key *keys;
	struct lexer lexer;
	struct heading headings[SECTIONS_MAX];
	size_t heading_count;
	unsigned int unclosed;		/* sections, in which another began */
};

static void __printf(3, 4)
complain(struct scanner *s, const struct token *token, const char *format, ...)
{
	char *word, *message;
	va_list args;

	word = token->kind == TOKEN_END ? xstrdup("end") :
					  token_text(token);
	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&s->config->errors, s->config->file, token->line, word,
		     "%s", message);
	free(message);
	free(word);
}

static bool begins_statement(const struct scanner *s, const struct token *word)
{
	return ahead_begins_statement(s->keys, s->lexer, word);
}

static bool check_word(struct scanner *s, const struct token *word)
{
	if (word->wrong)
		complain(s, word, "%s", word->wrong);
	return !word->wrong;
}

/* Set a word of a key, unless @section is NULL or skipped. */
static void set_word(struct scanner *s, const struct token *word,
		     const struct key *key, const struct section *section)
{
	struct value value = {
		.key = key, .section = section, .line = word->line,
	};
	char *text;

	if (!check_word(s, word) || !section || section->skipped)
		return;
	text = token_value(word);
	value.word = text;
	key->set(s->config, &value);
	free(text);
}

/* A semicolon begins a comment elsewhere.  Here the rest of the line, or of the
 * list around it, is one error.
 */
static bool scan_semicolon(struct scanner *s, const struct token *word,
			   const char *end)
{
	const char *rest = word->start;

	if (*rest != ';')
		return false;
	s->lexer.position = rest + strcspn(rest, end);
	rest += strspn(rest, "; \t\r");
	if (rest < s->lexer.position)
		complain(s, word, "begins no comment here; write #");
	else
		complain(s, word, "ends nothing here; take it out");
	return true;
}

/* An address with wild cards, such as 10.0.*.*, is one word. */
static bool scan_wild(struct scanner *s, struct token *word)
{
	const char *start = word->start;
	char *text, *advice;

	if (start[strspn(start, "0123456789.")] != '*')
		return false;
	word->end = start + strcspn(start, " \t\r\n,{}");
	s->lexer.position = word->end;
	text = token_text(word);
	advice = address_advice(text, WANTED_PREFIX);
	complain(s, word, "%s", advice);
	free(advice);
	free(text);
	return true;
}

/* Read a list up to its closing brace; @open is the brace that begins it. */
static void scan_list(struct scanner *s, const struct token *name,
		      const struct token *open, const struct key *key,
		      const struct section *section)
{
	bool comma_due = false, told = false;

	for (;;) {
		struct token token = token_next(&s->lexer);
		bool word = token.kind == TOKEN_WORD;

		if (token_is(&token, '}'))
			return;

		if (token.kind == TOKEN_END || token_is(&token, '{') ||
		    (word && begins_statement(s, &token))) {
			struct token where = *name;

			where.line = open->line;
			complain(s, &where, "the list that begins here is not closed; add }");
			token_go_back(&s->lexer, &token);
			return;
		}
		if (word && scan_semicolon(s, &token, "\n}"))
			continue;
		if (word) {
			if (comma_due && !told)
				complain(s, &token,
					 "there is no comma before it; write { one, two }");
			told |= comma_due;
			if (!scan_wild(s, &token))
				set_word(s, &token, key, comma_due ? NULL : section);
			comma_due = true;
		} else if (token_is(&token, ',') && comma_due) {
			comma_due = false;
		} else {
			complain(s, &token, "does not belong into a list; write { one, two }");
		}
	}
}

/* Skip the rest of a statement that has its error.  A comma joins lines. */
static void skip_rest(struct scanner *s, unsigned int line)
{
	while (ahead_is_rest(s->keys, s->lexer, line)) {
		struct token token = token_next(&s->lexer);

		if (token.kind == TOKEN_WORD)
			check_word(s, &token);
		if (token_is(&token, ','))
			line = token_peek(&s->lexer).line;
	}
}

/* Skip a section: its name, and all in its braces. */
static void skip_section(struct scanner *s)
{
	unsigned int depth = 0;
	struct token token;

	do {
		token = token_next(&s->lexer);
		if (token_is(&token, '{'))
			depth++;
		else if (token_is(&token, '}'))
			depth--;
	} while (token.kind != TOKEN_END &&
		 (depth || token.kind == TOKEN_WORD));
}

/* Skip the value of a statement that has its error. */
static void skip_value(struct scanner *s, const struct token *name)
{
	struct token open = token_peek(&s->lexer);

	if (ahead_is_block(s->keys, s->lexer)) {
		skip_section(s);
	} else if (token_is(&open, '{')) {
		token_next(&s->lexer);
		scan_list(s, name, &open, NULL, NULL);
	} else {
		skip_rest(s, name->line);
	}
}

/* Read the one word of a value.  Of words without braces around them, the first
 * is set if it can be the first of a list.
 */
static void scan_word(struct scanner *s, const struct token *name,
		      struct token *word, const struct key *key,
		      const struct section *section)
{
	bool list = key && key->kind == KEY_LIST, wild = scan_wild(s, word);
	bool rest = ahead_is_rest(s->keys, s->lexer, word->line);
	bool bracket = *word->start == '[';
	char *text, *first;

	if (!wild && (!rest || (list && !bracket)))
		set_word(s, word, key, section);
	if (rest && list) {
		text = bracket ? xstrdup("one") : token_text(word);
		first = foreign_short(text);
		complain(s, name, "is a list without braces; write %s = { %s, ... }",
			 key->name, first);
		free(first);
		free(text);
	} else if (rest && key) {
		complain(s, name, "takes one value; put a value with blanks into quotes");
	}
	skip_rest(s, word->line);
}

/* Read what follows the = of a key; @key is NULL when the key is unknown. */
static void scan_value(struct scanner *s, const struct token *name,
		       const struct key *key, const struct section *section)
{
	bool list = key && key->kind == KEY_LIST;
	struct token token = token_next(&s->lexer);

	if (token_is(&token, '{')) {
		scan_list(s, name, &token, key, list ? section : NULL);
		if (key && !list)
			complain(s, name, "takes one value, not a list; leave out the braces");
	} else if (token.kind == TOKEN_WORD && !begins_statement(s, &token)) {
		scan_word(s, name, &token, key, section);
	} else {
		if (key)
			complain(s, name, "has no value; write %s = %s",
				 key->name, list ? "{ ... }" : "value");
		token_go_back(&s->lexer, &token);
		skip_rest(s, name->line);
	}
}

static void scan_key(struct scanner *s, const struct token *name,
		     const struct key *key, const struct section *section,
		     unsigned int *line)
{
	struct token token = token_peek(&s->lexer);

	if (token_is(&token, '=')) {
		token_next(&s->lexer);
		scan_value(s, name, key, *line ? NULL : section);
	} else if (token_is(&token, '+')) {
		complain(s, name, "cannot be added to; write all of it in one list after =");
		token_next(&s->lexer);
		scan_value(s, name, key, NULL);
	} else {
		complain(s, name, token_is(&token, '{') ||
			 ahead_is_rest(s->keys, s->lexer, name->line) ?
			 "has no = before its value; write %s = %s" :
			 "has no value; write %s = %s", key->name,
			 key->kind == KEY_LIST ? "{ ... }" : "value");
		skip_value(s, name);
	}

	if (*line)
		complain(s, name, "is given again; line %u has it already",
			 *line);
	else
		*line = name->line;
}

static void scan_unknown(struct scanner *s, const struct token *name,
			 const char *word, const struct key *keys)
{
	char *advice = key_advice(keys, word);
	struct token token = token_peek(&s->lexer);
	bool key = token_is(&token, '=') || token_is(&token, '+');
	/* The next line does not belong to a quote that is not closed. */
	bool section = begins_statement(s, name) &&
		       (!name->wrong || token.line == name->line);

	if (name->wrong)
		complain(s, name, "%s", name->wrong);
	else if (key)
		complain(s, name, "unknown key; %s", advice);
	else if (section)
		complain(s, name, "unknown section; %s", advice);
	else
		complain(s, name, "does not belong here; of keys, %s", advice);

	if (key) {
		token_next(&s->lexer);
		scan_value(s, name, NULL, NULL);
	} else if (section) {
		skip_section(s);
	} else {
		skip_rest(s, name->line);
	}
	free(advice);
}

/* More names than one, or a wild card, up to the brace of a section. */
static bool scan_names(struct scanner *s, const struct key *key)
{
	struct token title = token_peek(&s->lexer), token;
	struct lexer end = s->lexer, copy = s->lexer;
	bool wild = false, one = true;
	unsigned int line = title.line;

	for (token = token_next(&copy);
	     (token.kind == TOKEN_WORD && token.line == line) ||
	     token_is(&token, ',') || token_is(&token, '*') ||
	     token_is(&token, '+');
	     token = token_next(&copy)) {
		if (token_is(&token, ','))
			line = token_peek(&copy).line;
		one &= token.start == title.start && token.kind == TOKEN_WORD;
		wild |= token.kind == TOKEN_SIGN && token.sign != ',';
		title.end = token.end;
		end = copy;
	}
	if (!token_is(&token, '{') || one)
		return false;
	title.kind = TOKEN_WORD;
	complain(s, &title, wild ?
		 "has a wild card, which no name has; write a section for each %s" :
		 "is more than one name; write a section for each %s",
		 key->name);
	s->lexer = end;
	return true;
}

/* Read the name of a section.  A name keeps its escapes: no name that may be
 * bound has a backslash.  Return a new string, or NULL after an error.
 */
static char *scan_name(struct scanner *s, const struct token *word,
		       const struct key *key)
{
	struct token name = token_peek(&s->lexer);

	if (scan_names(s, key))
		return NULL;
	if (name.kind != TOKEN_WORD) {
		complain(s, word, "has no name; write %s NAME { ... }",
			 key->name);
		return NULL;
	}
	token_next(&s->lexer);
	return check_word(s, &name) ? token_value(&name) : NULL;
}

/* Take the name of a section that has none for an error of its own. */
static void refuse_name(struct scanner *s, const struct token *name,
			const struct key *key)
{
	complain(s, name, "names a section that has no name; write %s { ... }",
		 key->name);
	token_next(&s->lexer);
}

/* Tell whether a section with a name is the first of this name, and keep it. */
static bool check_twin(struct scanner *s, const struct token *name,
		       const struct section *section)
{
	struct heading heading = {
		.key = section->key, .line = section->line,
	};
	size_t i;

	for (i = 0; i < s->heading_count; i++) {
		if (s->headings[i].key != section->key ||
		    strcmp(s->headings[i].name, section->name) != 0)
			continue;
		complain(s, name, "a second section %s; line %u has the first",
			 section->key->name, s->headings[i].line);
		return false;
	}
	if (s->heading_count == SECTIONS_MAX)
		return false;
	heading.name = xstrdup(section->name);
	s->headings[s->heading_count++] = heading;
	return true;
}

/* Tell whether the values of a section are set. */
static bool is_welcome(struct scanner *s, const struct token *word,
		       const struct token *name, const struct section *section,
		       unsigned int first_line)
{
	if (section->key->kind == KEY_SECTIONS)
		return section->name && check_twin(s, name, section);
	if (first_line)
		complain(s, word, "is given again; line %u has it already",
			 first_line);
	return !first_line;
}

static void scan_statements(struct scanner *s, const struct key *keys,
			    struct section *section);

/* Refuse the sign of a key behind a section, and step over it. */
static bool refuse_sign(struct scanner *s, const struct token *word,
			const struct key *key)
{
	struct token sign = token_peek(&s->lexer);

	if (!token_is(&sign, '=') && !token_is(&sign, '+'))
		return false;
	complain(s, word, "is a section, not a key; write %s%s { ... }",
		 key->name, key->kind == KEY_SECTIONS ? " NAME" : "");
	token_next(&s->lexer);
	return true;
}

/* Read the statements of a section without an opening brace. */
static void scan_unbraced(struct scanner *s, struct section *section)
{
	const struct key *keys = section->key->keys, *key;
	bool any = false;
	struct token token;
	char *word;

	for (;;) {
		token = token_peek(&s->lexer);
		word = token_text(&token);
		key = token.kind == TOKEN_WORD ? key_find(keys, word) : NULL;
		free(word);
		if (!key || key->keys)
			break;
		token_next(&s->lexer);
		scan_key(s, &token, key, section,
			 &section->key_lines[key - keys]);
		any = true;
	}
	if (any && token_is(&token, '}'))
		token_next(&s->lexer);
}

/* Read a section; return false when its values have no place. */
static bool scan_section(struct scanner *s, const struct token *word,
			 const struct key *key, unsigned int *line)
{
	struct section section = { .key = key, .line = word->line };
	bool assigned = refuse_sign(s, word, key);
	bool named = key->kind == KEY_SECTIONS, wrong = assigned;
	struct token name = token_peek(&s->lexer), open;
	char *text = NULL;

	if (named && (!assigned || (name.kind == TOKEN_WORD &&
				    name.line == word->line)))
		text = scan_name(s, word, key);
	else if (!assigned && name.kind == TOKEN_WORD &&
		 begins_statement(s, word))
		refuse_name(s, &name, key);
	wrong |= named && !text;
	if (!wrong)
		assigned = refuse_sign(s, word, key);

	section.name = text;
	open = token_peek(&s->lexer);
	if (token_is(&open, '{') &&
	    (!assigned || ahead_is_block(s->keys, s->lexer))) {
		token_next(&s->lexer);
		section.skipped = !is_welcome(s, word, &name, &section, *line);
		if (!section.skipped)
			section.made = key->open(s->config, &section);
		scan_statements(s, key->keys, &section);
	} else {
		if (!wrong && !assigned)
			complain(s, word, "has no braces; write %s%s { ... }",
				 key->name, named ? " NAME" : "");
		skip_value(s, word);
		section.skipped = true;
		scan_unbraced(s, &section);
	}
	if (!*line)
		*line = word->line;
	if (section.made && key->close)
		key->close(s->config, &section);
	free(text);
	return section.made;
}

/* Tell whether a word of a section begins a statement of the top: that means that
 * the section is not closed.  A word that is a key of both begins one when it is
 * a section there and has a name.
 */
static bool is_of_top(const struct scanner *s, const struct token *token,
		      const char *word, const struct key *known)
{
	const struct key *key = token->wrong ? NULL : key_find(s->keys, word);

	if (!key || !begins_statement(s, token))
		return false;
	return !known || (key->kind == KEY_SECTIONS && !known->keys &&
			  ahead_is_named(s->lexer));
}

/* Read the statements of the top, or of a section with its closing brace. */
static void scan_statements(struct scanner *s, const struct key *keys,
			    struct section *section)
{
	bool top = !section->key;

	for (;;) {
		struct token token = token_next(&s->lexer);
		const struct key *key;
		unsigned int *line;
		char *word;

		if (top ? token.kind == TOKEN_END : token_is(&token, '}'))
			return;
		if (token_is(&token, '}') && s->unclosed) {
			s->unclosed--;
			continue;
		}
		if (token.kind == TOKEN_SIGN) {
			complain(s, &token, "does not belong here; take it out");
			if (token_is(&token, '{'))
				token_go_back(&s->lexer, &token);
			skip_value(s, &token);
			continue;
		}
		if (token.kind == TOKEN_WORD &&
		    scan_semicolon(s, &token, "\n"))
			continue;

		word = token_text(&token);
		key = token.wrong ? NULL : key_find(keys, word);
		if (!top && (token.kind == TOKEN_END ||
			     is_of_top(s, &token, word, key))) {
			findings_add(&s->config->errors, s->config->file,
				     section->line,
				     section->name ?: section->key->name,
				     "the section that begins here is not closed; add }");
			s->unclosed++;
			token_go_back(&s->lexer, &token);
			free(word);
			return;
		}

		line = key ? &section->key_lines[key - keys] : NULL;
		if (!key)
			scan_unknown(s, &token, word, keys);
		else if (key->keys)
			section->refused[key - keys] |=
				!scan_section(s, &token, key, line);
		else
			scan_key(s, &token, key, section, line);
		free(word);
	}
}

static void check_required(struct scanner *s, const struct section *top)
{
	const struct key *key;

	for (key = s->keys; key->name; key++)
		if (key->required && !top->key_lines[key - s->keys])
			findings_add(&s->config->errors, s->config->file, 1,
				     key->name, "is missing; write %s",
				     key->required);
}

/**
 * scan_text - set the values of a text, and note its errors
 * @config: the configuration; the functions of @keys fill it in
 * @text: the text
 * @keys: the table of the top
 * @top: filled in: the lines of the keys
 */
void scan_text(struct config *config, const char *text,
	       const struct key *keys, struct section *top)
{
	struct scanner s = {
		.config = config, .keys = keys,
		.lexer = { .position = text, .line = 1 },
	};
	size_t i;

	*top = (struct section){ .line = 1 };
	scan_statements(&s, keys, top);
	check_required(&s, top);
	for (i = 0; i < s.heading_count; i++)
		free(s.headings[i].name);
}
