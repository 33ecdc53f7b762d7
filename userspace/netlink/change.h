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
 * struct switching - a switch
 * @attribute: NF_EDGE_A_SWITCH_MODE, _ZONES_ON, _ROW_OFF, ...
 * @value: the mode, or a bit a zone or feature
 * @ids: the rows, of NF_EDGE_A_SWITCH_ROW_ON and _ROW_OFF
 * @confirm: seconds that the switch waits for its confirmation, 0 to keep it
 * @may_cut: whether the switch may cut connections
 */
struct switching {
	int attribute;
	uint32_t value;
	const struct row_ids *ids;
	uint32_t confirm;
	bool may_cut;
};

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

/**
 * struct settled - the answer to a confirmation or a rollback
 * @loaded: whether a policy is in force now
 * @generation: generation now
 * @governed: Edge addresses of the policy in force
 * @mode: mode of that policy
 * @back: after a rollback, the generation whose policy came back; 0 if none
 */
struct settled {
	bool loaded;
	uint32_t generation;
	uint32_t governed;
	uint32_t mode;
	uint32_t back;
};

int change_switch(struct client *client, const struct switching *wanted,
		  const uint32_t *generation, struct switched *switched);
int change_try(struct client *client, const struct switching *wanted,
	       struct switched *switched);
int change_flush(struct client *client, struct flushed *flushed);
int change_confirm(struct client *client, uint32_t generation,
		   struct settled *settled);
int change_rollback(struct client *client, struct settled *settled);

#endif /* NETLINK_CHANGE_H */
