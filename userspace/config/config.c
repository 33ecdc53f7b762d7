// SPDX-License-Identifier: GPL-2.0-only
/*
 * A configuration in memory.
 */
#include <stdlib.h>

#include "config/config.h"

/**
 * nf_edge_config_free - free the parts of a configuration
 * @config: the configuration
 */
void nf_edge_config_free(struct config *config)
{
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		free(config->sources[i].list);
	nf_edge_set_free(&config->unknown_set);
	nf_edge_policy_free(&config->policy);
	nf_edge_findings_free(&config->errors);
	nf_edge_findings_free(&config->warnings);
}
