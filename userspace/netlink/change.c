// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that change a policy in force: a switch, and its end.
 */
#include <linux/nf_edge.h>
#include <netlink/attr.h>

#include "netlink/attribute.h"
#include "netlink/change.h"

static void read_switched(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_SWITCH_MAX + 1];
	struct switched *switched = arg;

	client_parse(reply, attrs, NF_EDGE_A_SWITCH_MAX);
	switched->generation =
		attr_u32(attrs[NF_EDGE_A_SWITCH_GENERATION]);
	switched->changed = attr_u8(attrs[NF_EDGE_A_SWITCH_CHANGED]);
}

static struct nl_msg *switch_request(struct client *client,
				     const struct switching *wanted)
{
	struct nl_msg *request;
	size_t i;

	request = client_request(client, NF_EDGE_CMD_SWITCH, NLM_F_ACK,
				 wanted->ids ? MESSAGE_MAX : MESSAGE_SMALL);
	for (i = 0; wanted->ids && i < wanted->ids->count; i++)
		nla_put_string(request, wanted->attribute, wanted->ids->id[i]);
	if (!wanted->ids)
		nla_put_u32(request, wanted->attribute, wanted->value);
	return request;
}

/**
 * change_switch - switch a mode, zones, features or rows
 * @client: the socket
 * @wanted: the switch
 * @generation: of the policy that the user knows to be in force, or NULL
 * @switched: filled in
 *
 * Return: as client_do().
 */
int change_switch(struct client *client, const struct switching *wanted,
		  const uint32_t *generation, struct switched *switched)
{
	struct nl_msg *request = switch_request(client, wanted);

	*switched = (struct switched){ 0 };
	if (generation)
		nla_put_u32(request, NF_EDGE_A_SWITCH_GENERATION, *generation);
	if (wanted->confirm)
		nla_put_u32(request, NF_EDGE_A_SWITCH_CONFIRM_TIMEOUT,
			    wanted->confirm);
	return client_do(client, request, read_switched, switched);
}

/**
 * change_try - have the socket's transaction keep a switched policy
 * @client: the socket
 * @wanted: the switch
 * @switched: filled in
 *
 * Return: as client_do().
 */
int change_try(struct client *client, const struct switching *wanted,
	       struct switched *switched)
{
	struct nl_msg *request = switch_request(client, wanted);

	*switched = (struct switched){ 0 };
	nla_put_flag(request, NF_EDGE_A_SWITCH_DRY_RUN);
	return client_do(client, request, read_switched, switched);
}

static void read_flushed(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	struct flushed *flushed = arg;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	flushed->governed = attr_u32(attrs[NF_EDGE_A_POLICY_GOVERNED]);
	flushed->generation =
		attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
}

/**
 * change_flush - take the policy out of force
 * @client: the socket
 * @flushed: filled in
 *
 * Return: as client_do().
 */
int change_flush(struct client *client, struct flushed *flushed)
{
	*flushed = (struct flushed){ 0 };
	return client_get(client, NF_EDGE_CMD_FLUSH, read_flushed, flushed);
}

static void read_settled(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	struct settled *settled = arg;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	settled->generation = attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
	settled->governed = attr_u32(attrs[NF_EDGE_A_POLICY_GOVERNED]);
	settled->loaded = attrs[NF_EDGE_A_POLICY_MODE];
	settled->mode = attr_u32(attrs[NF_EDGE_A_POLICY_MODE]);
	settled->back = attr_u32(attrs[NF_EDGE_A_POLICY_CONFIRM_BACK]);
}

/**
 * change_confirm - keep the change that waits for its confirmation
 * @client: the socket
 * @generation: of the change
 * @settled: filled in
 *
 * Return: as client_do(); -ENOENT when none waits, -ESTALE when another
 * generation does.
 */
int change_confirm(struct client *client, uint32_t generation,
		   struct settled *settled)
{
	struct nl_msg *request = client_request(client, NF_EDGE_CMD_CONFIRM,
						NLM_F_ACK, MESSAGE_SMALL);

	*settled = (struct settled){ 0 };
	nla_put_u32(request, NF_EDGE_A_POLICY_GENERATION, generation);
	return client_do(client, request, read_settled, settled);
}

/**
 * change_rollback - take back the change that waits for its confirmation
 * @client: the socket
 * @settled: filled in
 *
 * Return: as client_do(); -ENOENT when none waits.
 */
int change_rollback(struct client *client, struct settled *settled)
{
	*settled = (struct settled){ 0 };
	return client_get(client, NF_EDGE_CMD_ROLLBACK, read_settled, settled);
}
