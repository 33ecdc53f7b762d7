// SPDX-License-Identifier: GPL-2.0-only
/*
 * A configuration in memory.
 */
#include <stdlib.h>

#include "config/config.h"

/**
 * config_free - free the parts of a configuration
 * @config: the configuration
 */
void config_free(struct config *config)
{
	size_t i;

	for (i = 0; i < SETS_MAX; i++)
		free(config->sources[i].list);
	for (i = 0; i < config->named_count; i++) {
		free(config->named_sets[i].name);
		free(config->named_sets[i].source.list);
		peer_set_free(&config->named_sets[i].set);
	}
	free(config->named_sets);
	for (i = 0; i < config->row_count; i++) {
		words_free(&config->rows[i].peers);
		words_free(&config->rows[i].nodes);
	}
	free(config->rows);
	words_free(&config->placeholders);
	words_free(&config->unknown_zones);
	words_free(&config->unknown_features);
	words_free(&config->ping_peers);
	words_free(&config->rows_off);
	free(config->stored_file);
	free(config->stored_hash);
	policy_free(&config->policy);
	text_free(&config->text);
	findings_free(&config->errors);
	findings_free(&config->warnings);
}
