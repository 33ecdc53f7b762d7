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
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		free(config->sources[i].list);
	peer_set_free(&config->unknown_set);
	policy_free(&config->policy);
	findings_free(&config->errors);
	findings_free(&config->warnings);
}
