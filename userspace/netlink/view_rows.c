// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows of the site's own, and moved ports, as the module tells them.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "netlink/attribute.h"
#include "netlink/view_rows.h"

static bool read_range(struct port_range *range, struct nlattr *nest)
{
	struct nlattr *attrs[NF_EDGE_A_PORTS_MAX + 1];

	if (nla_parse_nested(attrs, NF_EDGE_A_PORTS_MAX, nest, NULL) < 0)
		return false;
	*range = (struct port_range){
		.protocol = attr_u8(attrs[NF_EDGE_A_PORTS_PROTOCOL]),
		.low = attr_u16(attrs[NF_EDGE_A_PORTS_LOW]),
		.high = attr_u16(attrs[NF_EDGE_A_PORTS_HIGH]),
	};
	return (range->protocol == IPPROTO_TCP ||
		range->protocol == IPPROTO_UDP) &&
	       range->low && range->low <= range->high;
}

/**
 * view_read_ports - read all ports of a row
 * @row: a row with its first ports; gets all of them, and the documented ones
 * @reply: the reply with the row
 * @attrs: its attributes
 *
 * Return: false when the ports make no sense.
 */
bool view_read_ports(struct row *row, struct nlmsghdr *reply,
		     struct nlattr **attrs)
{
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, reply, GENL_HDRLEN, left) {
		if (nla_type(attr) != NF_EDGE_A_ROW_PORTS)
			continue;
		if (row->port_count == NF_EDGE_MAX_PORTS ||
		    !read_range(&row->ports[row->port_count], attr))
			return false;
		row->port_count++;
	}
	if (!row->port_count)
		row->ports[row->port_count++] = (struct port_range){
			row->protocol, row->port_low, row->port_high,
		};
	if (attrs[NF_EDGE_A_ROW_DOCUMENTED_LOW]) {
		row->documented_low =
			attr_u16(attrs[NF_EDGE_A_ROW_DOCUMENTED_LOW]);
		row->documented_high =
			attr_u16(attrs[NF_EDGE_A_ROW_DOCUMENTED_HIGH]);
	} else if (row->zone != NF_EDGE_ZONE_SITE) {
		row->documented_low = row->port_low;
		row->documented_high = row->port_high;
	}
	return true;
}

/**
 * view_read_site_row - add a row to the site's own of a policy
 * @policy: the policy
 * @row: the row, with all its ports
 * @reply: the reply with the row
 * @attrs: its attributes
 */
void view_read_site_row(struct policy *policy, const struct row *row,
			struct nlmsghdr *reply, struct nlattr **attrs)
{
	struct site_row *own = site_row_add(policy, "");
	char node[NF_EDGE_NODE_NAME_MAX + 1];
	struct nlattr *attr;
	int left;

	snprintf(own->id, sizeof(own->id), "%s", row->id);
	own->service = row->service;
	own->direction = row->direction;
	memcpy(own->ports, row->ports, sizeof(own->ports));
	own->port_count = row->port_count;
	own->sets = row->peer_sets;
	own->any = attrs[NF_EDGE_A_ROW_ANY];
	own->exposed = attrs[NF_EDGE_A_ROW_EXPOSED];
	snprintf(own->note, sizeof(own->note), "%s", row->note);
	nlmsg_for_each_attr(attr, reply, GENL_HDRLEN, left) {
		if (nla_type(attr) != NF_EDGE_A_ROW_NODE)
			continue;
		nla_strlcpy(node, attr, sizeof(node));
		site_row_add_node(own, node);
	}
}
