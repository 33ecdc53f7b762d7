// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look ahead in a configuration file.  After an error the scanner goes on where
 * the next statement begins.
 */
#include <string.h>

#include "config/ahead.h"

static const struct key *find(const struct key *key, const struct token *word)
{
	size_t length = (size_t)(word->end - word->start);

	for (; key->name; key++)
		if (strlen(key->name) == length &&
		    !memcmp(key->name, word->start, length))
			return key;
	return NULL;
}

/**
 * ahead_begins_statement - tell whether a word begins a statement
 * @keys: the table of the top
 * @lexer: the place behind the word
 * @word: the word
 *
 * Statements are KEY =, KEY {, and KEY NAME {.  A word before KEY { is a value,
 * and so is the last word of a line, unless KEY is a section of the table.
 * A statement inside of a list means that the list is not closed.
 *
 * Return: true when it does.
 */
bool ahead_begins_statement(const struct key *keys, struct lexer lexer,
			    const struct token *word)
{
	struct token second = token_next(&lexer), third;
	const struct key *key;

	if (token_is(&second, '=') || token_is(&second, '+') ||
	    token_is(&second, '{'))
		return true;
	if (second.kind != TOKEN_WORD)
		return false;
	third = token_next(&lexer);
	if (!token_is(&third, '{'))
		return false;
	key = find(keys, word);
	if (key && key->keys)
		return true;
	return second.line == word->line && !find(keys, &second);
}

/**
 * ahead_is_rest - tell whether a statement goes on
 * @keys: the table of the top
 * @lexer: the place behind the part that was read
 * @line: line of the statement
 *
 * Return: true when the line has one more sign, or one more word that begins
 * neither a statement nor a comment.
 */
bool ahead_is_rest(const struct key *keys, struct lexer lexer,
		   unsigned int line)
{
	struct token token = token_next(&lexer);

	if (token.kind == TOKEN_END || token.line != line)
		return false;
	if (token.kind == TOKEN_SIGN)
		return token.sign != '{' && token.sign != '}';
	return *token.start != ';' &&
	       !ahead_begins_statement(keys, lexer, &token);
}

/**
 * ahead_is_block - tell whether braces with statements follow
 * @keys: the table of the top
 * @lexer: a place
 *
 * Return: true when an opening brace and the begin of a statement do.
 */
bool ahead_is_block(const struct key *keys, struct lexer lexer)
{
	struct token open = token_next(&lexer);
	struct token first = token_next(&lexer);

	return token_is(&open, '{') && first.kind == TOKEN_WORD &&
	       ahead_begins_statement(keys, lexer, &first);
}

/**
 * ahead_is_named - tell whether a name and a brace follow
 * @lexer: a place
 *
 * Return: true when a word and an opening brace do.
 */
bool ahead_is_named(struct lexer lexer)
{
	struct token name = token_next(&lexer);
	struct token open = token_next(&lexer);

	return name.kind == TOKEN_WORD && token_is(&open, '{');
}
