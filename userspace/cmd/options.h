/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of a verb.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"
#include "policy/names.h"

/**
 * struct option_spec - an option of a verb
 * @name: the long one, without its dashes
 * @letter: the short one, or 0
 * @flag: set when a flag is given
 * @value: set to the value that is given, of an option that takes one
 */
struct option_spec {
	const char *name;
	char letter;
	bool *flag;
	const char **value;
};

enum outcome options_unknown_word(const char *verb,
				  const struct vocabulary *vocabulary,
				  const char *word);
bool options_read(const char *verb, int argc, char **argv,
		  const struct option_spec *specs, size_t count,
		  size_t operands_max, const char **operands,
		  void (*print_help)(void), enum outcome *outcome);

#endif /* CMD_OPTIONS_H */
