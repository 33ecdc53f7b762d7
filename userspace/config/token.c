// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words and signs of a configuration file.  Comments are # and // up to the
 * end of the line, and C comments.  A word may be quoted: between ' only \\ and
 * \' are escapes, between " those of C and \e.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/token.h"

/* Octets that end an unquoted word. */
#define DELIMITERS	" \t\r\n#\"'={}()+,*"

static void skip_space(struct lexer *lexer)
{
	const char *p, *close;

	for (p = lexer->position; *p; p++) {
		if (*p == '\n') {
			lexer->line++;
		} else if (*p == '#' || !strncmp(p, "//", 2)) {
			p += strcspn(p, "\n") - 1;
		} else if (!strncmp(p, "/*", 2)) {
			close = strstr(p + 2, "*/");
			if (!close)
				break;
			for (; p < close; p++)
				lexer->line += *p == '\n';
			p++;
		} else if (!strchr(" \t\r", *p)) {
			break;
		}
	}
	lexer->position = p;
}

/* The character that a backslash and a letter stand for. */
static int escaped(char letter)
{
	switch (letter) {
	case 'a':
		return '\a';
	case 'b':
		return '\b';
	case 'e':
		return '\033';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	default:
		return (unsigned char)letter;
	}
}

#define OCTAL	"01234567"
#define HEX	"0123456789abcdefABCDEF"

/**
 * read_escape - read an escape of a word between double quotes
 * @p: the backslash; moved behind the escape
 *
 * Return: the character, or -1 when a number stands for none.
 */
static int read_escape(const char **p)
{
	const char *start = *p + 1;
	size_t length = strspn(start, OCTAL "89");
	char number[4] = "";
	long c;

	if (length) {
		*p = start + length;
		if (length > 3 || strspn(start, OCTAL) < length)
			return -1;
		memcpy(number, start, length);
		c = strtol(number, NULL, 8);
	} else if (*start == 'x' && strspn(start + 1, HEX)) {
		length = strspn(start + 1, HEX) > 1 ? 2 : 1;
		*p = start + 1 + length;
		memcpy(number, start + 1, length);
		c = strtol(number, NULL, 16);
	} else {
		*p = start + 1;
		return escaped(*start);
	}
	return c && c <= 0xff ? (int)c : -1;
}

static void read_quoted(struct token *token)
{
	char quote = *token->start;
	const char *p = token->start + 1;

	while (*p && *p != '\n' && *p != quote) {
		if (*p != '\\' || !p[1] || p[1] == '\n')
			p++;
		else if (quote == '\'')
			p += 2;
		else if (read_escape(&p) < 0)
			token->wrong = "no character has this number; write the character itself";
	}
	if (*p == quote)
		p++;
	else
		token->wrong = "the quote that begins it is not closed on its line";
	token->end = p;
}

static void read_word(struct token *token)
{
	if (*token->start == '"' || *token->start == '\'')
		read_quoted(token);
	else
		token->end = token->start + strcspn(token->start, DELIMITERS);

	if (!strncmp(token->end - 1, "${", 2))
		token->end += strcspn(token->end, " \t\r\n,");
	if (!token->wrong && memmem(token->start,
				    (size_t)(token->end - token->start),
				    "${", 2))
		token->wrong = "the environment is not looked into; write the value itself";
}

/**
 * token_next - read the next token
 * @lexer: a place; moved behind the token
 *
 * Return: the token, TOKEN_END again and again at the end.
 */
struct token token_next(struct lexer *lexer)
{
	struct token token = { .kind = TOKEN_WORD };
	const char *p;

	skip_space(lexer);
	p = lexer->position;
	token.start = p;
	token.end = p + 1;
	token.line = lexer->line;

	if (!*p) {
		token.kind = TOKEN_END;
		token.end = p;
	} else if (!strncmp(p, "/*", 2)) {
		token.end = p + strlen(p);
		token.wrong = "the comment that begins here is not closed; add */";
	} else if (!strncmp(p, "+=", 2)) {
		token.kind = TOKEN_SIGN;
		token.sign = '+';
		token.end++;
	} else if (strchr("={}(),+*", *p)) {
		token.kind = TOKEN_SIGN;
		token.sign = *p == '+' ? '*' : *p;
	} else {
		read_word(&token);
	}
	lexer->position = token.end;
	return token;
}

/**
 * token_peek - look at the next token
 * @lexer: a place, which stays
 *
 * Return: the token.
 */
struct token token_peek(const struct lexer *lexer)
{
	struct lexer copy = *lexer;

	return token_next(&copy);
}

/**
 * token_go_back - move a place before a token
 * @lexer: the place
 * @token: a token of the same text
 */
void token_go_back(struct lexer *lexer, const struct token *token)
{
	lexer->position = token->start;
	lexer->line = token->line;
}

/**
 * token_is - tell whether a token is one sign
 * @token: the token
 * @sign: the sign
 *
 * Return: true when it is.
 */
bool token_is(const struct token *token, char sign)
{
	return token->kind == TOKEN_SIGN && token->sign == sign;
}

static bool is_quoted(const struct token *token)
{
	return token->end - token->start >= 2 &&
	       strchr("\"'", *token->start) && token->end[-1] == *token->start;
}

/**
 * token_text - copy a token as it is written
 * @token: the token
 *
 * Return: a new string without the quotes, with all escapes.
 */
char *token_text(const struct token *token)
{
	size_t quote = is_quoted(token);
	size_t length = (size_t)(token->end - token->start) - 2 * quote;
	char *text = xalloc(length + 1);

	memcpy(text, token->start + quote, length);
	text[length] = '\0';
	return text;
}

/**
 * token_value - copy a word as it is meant
 * @token: a word without error
 *
 * Return: a new string without quotes and escapes.
 */
char *token_value(const struct token *token)
{
	char quote = *token->start;
	char *text, *to;
	const char *p;

	if (!is_quoted(token) || !memchr(token->start, '\\', (size_t)
					 (token->end - token->start)))
		return token_text(token);
	text = xalloc((size_t)(token->end - token->start));
	to = text;
	for (p = token->start + 1; p < token->end - 1;) {
		if (*p == '\\' && quote == '"') {
			*to++ = (char)read_escape(&p);
			continue;
		}
		if (*p == '\\' && (p[1] == '\\' || p[1] == '\''))
			p++;
		*to++ = *p++;
	}
	*to = '\0';
	return text;
}
