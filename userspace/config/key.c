// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look-ups in a table of keys and sections.
 */
#include <stddef.h>
#include <string.h>

#include "base/nearest.h"
#include "config/key.h"

/**
 * key_find - a key or a section by name
 * @keys: the table
 * @name: name of the key
 *
 * Return: the entry of the table, or NULL.
 */
const struct key *key_find(const struct key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name))
			return keys;
	return NULL;
}

/**
 * key_advice - advise a known key instead of an unknown one
 * @keys: the table of the place where it stands
 * @name: the unknown one
 *
 * Return: a new string, the second half of a sentence.
 */
char *key_advice(const struct key *keys, const char *name)
{
	const char *words[KEYS_MAX] = { NULL };
	size_t count = 0;

	for (; keys->name; keys++)
		words[count++] = keys->name;
	return nearest_advice("key", words, count, name);
}
