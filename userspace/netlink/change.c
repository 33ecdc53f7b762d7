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

/**
 * change_switch - switch a mode, zones or features
 * @client: the socket
 * @attribute: NF_EDGE_A_SWITCH_MODE, _ZONES_ON, ...
 * @value: the mode, or a bit a zone or feature
 * @switched: filled in
 *
 * Return: as client_do().
 */
int change_switch(struct client *client, int attribute, uint32_t value,
		  struct switched *switched)
{
	struct nl_msg *request;

	*switched = (struct switched){ 0 };
	request = client_request(client, NF_EDGE_CMD_SWITCH, NLM_F_ACK,
				 MESSAGE_SMALL);
	nla_put_u32(request, attribute, value);
	return client_do(client, request, read_switched, switched);
}

/**
 * change_switch_rows - switch single rows
 * @client: the socket
 * @attribute: NF_EDGE_A_SWITCH_ROW_ON or _ROW_OFF
 * @ids: the rows
 * @switched: filled in
 *
 * Return: as client_do().
 */
int change_switch_rows(struct client *client, int attribute,
		       const struct row_ids *ids, struct switched *switched)
{
	struct nl_msg *request;
	size_t i;

	*switched = (struct switched){ 0 };
	request = client_request(client, NF_EDGE_CMD_SWITCH, NLM_F_ACK,
				 MESSAGE_MAX);
	for (i = 0; i < ids->count; i++)
		nla_put_string(request, attribute, ids->id[i]);
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
