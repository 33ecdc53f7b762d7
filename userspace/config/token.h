/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words and signs of a configuration file.
 */
#ifndef CONFIG_TOKEN_H
#define CONFIG_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * enum token_kind - kinds of tokens
 * @TOKEN_END: end of the text
 * @TOKEN_WORD: a word, quoted or not
 * @TOKEN_SIGN: one of = += { } ( ) , + *
 */
enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_SIGN,
};

/**
 * struct token - a word or a sign
 * @kind: its kind
 * @sign: the sign; '+' for +=, and '*' for a + alone
 * @start: first octet
 * @end: octet behind the last one
 * @line: line of @start, from 1
 * @wrong: error of the token, or NULL
 */
struct token {
	enum token_kind kind;
	char sign;
	const char *start;
	const char *end;
	unsigned int line;
	const char *wrong;
};

/**
 * struct lexer - a place in a text
 * @position: next octet of the text, which ends with a NUL
 * @line: line of @position, from 1
 */
struct lexer {
	const char *position;
	unsigned int line;
};

struct token token_next(struct lexer *lexer);
struct token token_peek(const struct lexer *lexer);
void token_go_back(struct lexer *lexer, const struct token *token);
bool token_is(const struct token *token, char sign);
char *token_text(const struct token *token);
char *token_value(const struct token *token);

#endif /* CONFIG_TOKEN_H */
