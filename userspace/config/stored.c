// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations of the history: history:3 instead of the name of a file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/stored.h"
#include "policy/hash.h"
#include "trace/history.h"

static void refuse(struct config *config, const char *word, const char *why)
{
	findings_add_file(&config->errors, word, 0, why);
}

static void find_entry(struct config *config, const char *word, uint32_t number)
{
	struct history history;
	char *why = history_read(&history);
	const struct entry *entry = history_find(&history, number);
	const struct fault *fault = history_fault(&history, number);

	if (why)
		refuse(config, word, why);
	else if (fault)
		refuse(config, word, fault->why);
	else if (!entry)
		refuse(config, word,
		       "is no entry of the history; edgectl history lists them");
	if (entry && !config->errors.total) {
		config->stored = number;
		config->stored_hash = xstrdup(entry->hash);
		config->stored_file = history_file(number);
		config->file = config->stored_file;
	}
	history_free(&history);
	free(why);
}

/**
 * stored_find - find the file of an entry of the history
 * @config: an empty configuration; gets the name of the file, or an error
 * @word: the word that names a configuration
 *
 * Return: false when the word names a file.
 */
bool stored_find(struct config *config, const char *word)
{
	uint32_t number;

	if (strncmp(word, HISTORY_WORD, strlen(HISTORY_WORD)) != 0)
		return false;
	number = history_number(word + strlen(HISTORY_WORD));
	if (number)
		find_entry(config, word, number);
	else
		refuse(config, word,
		       "has no number of an entry; edgectl history lists them; write ./ before the name of a file");
	return true;
}

/**
 * stored_check - refuse an entry that is not what was loaded
 * @config: a configuration that was read
 */
void stored_check(struct config *config)
{
	char *hash;

	if (!config->stored || config->errors.total)
		return;
	hash = policy_hash(&config->policy);
	if (strcmp(hash, config->stored_hash) != 0)
		findings_add_file(&config->errors, config->file, 0,
				  "is another policy than the one that was loaded: the file was changed since; load a copy of it under another name, if you trust it");
	free(hash);
}
