// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of a verb, by getopt_long().
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "cmd/options.h"

#define OPTIONS_MAX	16

/* Complain of a word that is no long option, and name the nearest one. */
static enum outcome complain_unknown(const char *verb,
				     const struct option *options,
				     const char *word)
{
	char *name = xformat("%.*s", (int)strcspn(word + 2, "="), word + 2);
	const char *names[OPTIONS_MAX + 1] = { NULL }, *nearest;
	enum outcome outcome;
	size_t count = 0;

	for (; options->name; options++)
		names[count++] = options->name;
	nearest = nearest_word(names, count, name);
	if (!nearest)
		outcome = fail_usage(verb, "%s: unknown option", word);
	else if (!strcmp(nearest, name))
		outcome = fail_usage(verb, "%s: --%s takes no value", word, name);
	else
		outcome = fail_usage(verb,
				     "%s: unknown option; the nearest is --%s",
				     word, nearest);
	free(name);
	return outcome;
}

static enum outcome complain(const char *verb, const struct option *options,
			     int what, const char *word)
{
	if (what == ':')
		return fail_usage(verb, "%s: the value is missing", word);
	/* Inside a cluster of letters getopt has not come to the next word. */
	if (optopt && optopt < 256)
		return fail_usage(verb, "-%c: unknown option", optopt);
	return complain_unknown(verb, options, word);
}

/* Find the word of a long option that getopt_long() has just read. */
static const char *long_word(char **argv)
{
	const char *word = argv[optind - 1];

	return word == optarg ? argv[optind - 2] : word;
}

/*
 * Tell whether a long option is written out: an abbreviation may change its
 * meaning with the next release.
 */
static bool is_whole(const char *word, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(word + 2, name, length) &&
	       (!word[2 + length] || word[2 + length] == '=');
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
		if (c == ':' || c == '?') {
			*outcome = complain(verb, options, c, argv[optind - 1]);
			return false;
		}
		if (c >= 256 && !is_whole(long_word(argv), options[c - 256].name)) {
			*outcome = complain_unknown(verb, options,
						    long_word(argv));
			return false;
		}
		if (c == 'h' || c == 256 + (int)count) {
			print_help();
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
