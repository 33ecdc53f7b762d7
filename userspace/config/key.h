/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grammar of a configuration file: a table of keys and sections.
 */
#ifndef CONFIG_KEY_H
#define CONFIG_KEY_H

#include <stdbool.h>

/* Keys of the top, or of one kind of section. */
#define KEYS_MAX	16

struct config;
struct key;

/**
 * struct section - a section that is being read, or the top of a file
 * @key: its entry of the table, NULL for the top
 * @name: its name, NULL when it has none
 * @line: its first line
 * @key_lines: first line of each of its keys by place in the table, 0 for none
 * @refused: a section of this key was not made
 * @skipped: its values are not set
 * @made: result of the open function
 */
struct section {
	const struct key *key;
	const char *name;
	unsigned int line;
	unsigned int key_lines[KEYS_MAX];
	bool refused[KEYS_MAX];
	bool skipped;
	void *made;
};

/**
 * struct value - one word behind a key
 * @key: the key
 * @section: the section of the key
 * @word: the word, without quotes and escapes
 * @line: its line
 */
struct value {
	const struct key *key;
	const struct section *section;
	const char *word;
	unsigned int line;
};

/**
 * enum key_kind - statements
 * @KEY_ONE: NAME = word
 * @KEY_LIST: NAME = { word, word }, or NAME = word
 * @KEY_SECTION: NAME { statements }, once
 * @KEY_SECTIONS: NAME title { statements }, once for each title
 */
enum key_kind {
	KEY_ONE,
	KEY_LIST,
	KEY_SECTION,
	KEY_SECTIONS,
};

/**
 * struct key - a key or a section of the table
 * @name: its name; NULL ends a table
 * @kind: its kind
 * @number: number for the functions below
 * @required: example to write when a file does not have it, NULL when a file
 *	need not
 * @set: of a key: sets one word
 * @open: of a section: returns the thing that its keys are set in, or NULL
 * @close: of a section: is called when all of it was read; may be NULL
 * @keys: of a section: its table
 */
struct key {
	const char *name;
	enum key_kind kind;
	unsigned int number;
	const char *required;
	void (*set)(struct config *config, const struct value *value);
	void *(*open)(struct config *config, const struct section *section);
	void (*close)(struct config *config, const struct section *section);
	const struct key *keys;
};

const struct key *key_find(const struct key *keys, const char *name);
char *key_advice(const struct key *keys, const char *name);

#endif /* CONFIG_KEY_H */
