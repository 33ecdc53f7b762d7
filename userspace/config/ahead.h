/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Look ahead in a configuration file: the begin of a statement, and the rest of
 * one.
 */
#ifndef CONFIG_AHEAD_H
#define CONFIG_AHEAD_H

#include <stdbool.h>

#include "config/key.h"
#include "config/token.h"

bool ahead_begins_statement(const struct key *keys, struct lexer lexer,
			    const struct token *word);
bool ahead_is_rest(const struct key *keys, struct lexer lexer,
		   unsigned int line);
bool ahead_is_block(const struct key *keys, struct lexer lexer);
bool ahead_is_named(struct lexer lexer);

#endif /* CONFIG_AHEAD_H */
