// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of single values and names of sections, and words of all keys.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "config/value.h"

/**
 * value_wrong - note an error of a value
 * @config: the configuration
 * @value: the value
 * @format: fault and remedy
 */
void value_wrong(struct config *config, const struct value *value,
		 const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&config->errors, config->file, value->line, value->word,
		     "%s", message);
	free(message);
}

/**
 * value_word - look up a word, and note an error of an unknown word
 * @config: the configuration
 * @value: the word
 * @vocabulary: the enumeration that the word should be of
 *
 * Return: the value of the word, or -1.
 */
int value_word(struct config *config, const struct value *value,
	       const struct vocabulary *vocabulary)
{
	int number = names_find(vocabulary, value->word);
	char *advice;

	if (number < 0) {
		advice = names_advice(vocabulary, value->word);
		value_wrong(config, value, "unknown %s; %s", vocabulary->kind,
			    advice);
		free(advice);
	}
	return number;
}

/**
 * value_truth - read true or false
 * @config: the configuration
 * @value: the word
 *
 * Return: the truth; false after an error too.
 */
bool value_truth(struct config *config, const struct value *value)
{
	static const char *const words[] = {
		"false", "no", "off", "true", "yes", "on",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (nearest_same_letters(words[i], value->word))
			return i >= ARRAY_SIZE(words) / 2;
	value_wrong(config, value, "is neither true nor false; write %s = false",
		    value->key->name);
	return false;
}

/**
 * section_wrong - note an error of the name of a section
 * @config: the configuration
 * @section: the section
 * @format: fault and remedy
 */
void section_wrong(struct config *config, const struct section *section,
		   const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&config->errors, config->file, section->line,
		     section->name, "%s", message);
	free(message);
}
