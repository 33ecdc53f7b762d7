/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handing a configuration to the module.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "netlink/client.h"
#include "policy/query.h"

/**
 * struct load_reply - what the module says to a load
 * @generation: of the policy that is in force now
 * @governed: Edge addresses of the policy that was handed over
 * @changed: whether it differs from the one that was in force
 * @verdict: the answer to the question, of a dry run with one
 */
struct load_reply {
	uint32_t generation;
	uint32_t governed;
	bool changed;
	struct verdict verdict;
};

enum outcome nf_edge_load_prepare(struct client *client,
				  struct config *config);
enum outcome nf_edge_load_try(struct client *client, struct config *config,
			      const struct query *query,
			      struct load_reply *reply);
enum outcome nf_edge_load_publish(struct client *client,
				  struct config *config, uint32_t generation,
				  struct load_reply *reply);

#endif /* LOAD_H */
