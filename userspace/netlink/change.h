/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that change a policy in force: a switch, and its end.
 */
#ifndef NETLINK_CHANGE_H
#define NETLINK_CHANGE_H

#include <stdbool.h>

#include "netlink/client.h"
#include "policy/rows.h"

/**
 * struct switched - the answer to a switch
 * @changed: whether the switch changed the policy
 * @generation: generation of the policy now
 */
struct switched {
	bool changed;
	uint32_t generation;
};

/**
 * struct flushed - the answer to a flush
 * @governed: Edge addresses of the policy that ended, 0 without a policy
 * @generation: generation now
 */
struct flushed {
	uint32_t governed;
	uint32_t generation;
};

int change_switch(struct client *client, int attribute, uint32_t value,
		  struct switched *switched);
int change_switch_rows(struct client *client, int attribute,
		       const struct row_ids *ids, struct switched *switched);
int change_flush(struct client *client, struct flushed *flushed);

#endif /* NETLINK_CHANGE_H */
