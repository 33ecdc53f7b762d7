// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of a verb, by getopt_long().
 */
#include <getopt.h>
#include <stdlib.h>

#include "base/fail.h"
#include "cmd/options.h"

#define OPTIONS_MAX	10

static enum outcome complain(const char *verb, int what, const char *word)
{
	if (what == ':')
		return fail_usage(verb, "%s: the value is missing", word);
	/* Inside a cluster of letters getopt has not come to the next word. */
	if (optopt && optopt < 256)
		return fail_usage(verb, "-%c: unknown option", optopt);
	return fail_usage(verb, "%s: unknown option", word);
}

/**
 * options_unknown_word - say on standard error that a word is not known
 * @verb: whose help to point to
 * @vocabulary: the enumeration that the word should be of
 * @word: the word
 *
 * Return: USAGE.
 */
enum outcome options_unknown_word(const char *verb,
				  const struct vocabulary *vocabulary,
				  const char *word)
{
	char *advice = names_advice(vocabulary, word);
	enum outcome outcome;

	outcome = fail_usage(verb, "%s: unknown %s; %s", word,
			     vocabulary->kind, advice);
	free(advice);
	return outcome;
}

/**
 * options_read - read the command line of a verb
 * @verb: the verb, for complaints
 * @argc: its words, its own name first
 * @argv: the words
 * @specs: its options; --help and -h are understood always
 * @count: how many options
 * @operands_max: how many words it takes beside its options
 * @operands: filled in with those words, NULL where there is none
 * @print_help: called when help is asked for
 * @outcome: the exit code, when there is nothing more to do
 *
 * Return: false when there is not: after help, or after a complaint.
 */
bool options_read(const char *verb, int argc, char **argv,
		  const struct option_spec *specs, size_t count,
		  size_t operands_max, const char **operands,
		  void (*print_help)(void), enum outcome *outcome)
{
	struct option options[OPTIONS_MAX + 2] = { 0 };
	char letters[2 * OPTIONS_MAX + 3] = ":h", *p = letters + 2;
	size_t i;
	int c;

	for (i = 0; i < count; i++) {
		options[i] = (struct option){
			.name = specs[i].name,
			.has_arg = specs[i].value ? required_argument :
						    no_argument,
			.val = 256 + (int)i,
		};
		if (specs[i].letter) {
			*p++ = specs[i].letter;
			if (specs[i].value)
				*p++ = ':';
		}
	}
	options[count] = (struct option){
		.name = "help", .val = 256 + (int)count,
	};

	*outcome = DONE;
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (c == 'h' || c == 256 + (int)count) {
			print_help();
			return false;
		}
		if (c == ':' || c == '?') {
			*outcome = complain(verb, c, argv[optind - 1]);
			return false;
		}
		for (i = 0; i < count; i++)
			if (c == 256 + (int)i || c == specs[i].letter)
				break;
		if (specs[i].value)
			*specs[i].value = optarg;
		else
			*specs[i].flag = true;
	}

	for (i = 0; i < operands_max; i++)
		operands[i] = optind < argc ? argv[optind++] : NULL;
	if (optind < argc)
		*outcome = fail_usage(verb, "%s: is one word too many",
				      argv[optind]);
	return *outcome == DONE;
}
