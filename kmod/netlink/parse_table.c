// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse the table of a load: its profile, the peer sets and rows of the site's
 * own, and the ports that were moved.
 */

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse_rows.h"
#include "netlink/parse_table.h"
#include "table.h"

static bool is_set_name(const struct nf_edge_table *table, const char *name)
{
	u32 i;

	for (i = 0; i < NF_EDGE_TABLE_SETS; i++)
		if (!strcmp(table->set_name[i], name))
			return true;
	return false;
}

static int parse_own_set(const struct nlattr *attr, struct nf_edge_table *table,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_OWN_SET_MAX + 1];
	const struct nlattr *number, *name;
	u32 set;
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_OWN_SET_MAX, attr,
			       nf_edge_own_set_nl_policy, extack);
	if (err)
		return err;
	number = tb[NF_EDGE_A_OWN_SET_SET];
	name = tb[NF_EDGE_A_OWN_SET_NAME];
	if (!number || !name) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a set of the site's own needs a number and a name");
		return -EINVAL;
	}
	if (!nf_edge_good_name(nla_data(name)) || !nla_strcmp(name, "any")) {
		NL_SET_ERR_MSG_ATTR(extack, name,
				    "a set's name is 1 to 31 of a-z 0-9 -, and not any");
		return -EINVAL;
	}
	set = nla_get_u32(number);
	if (table->sets & BIT(set)) {
		NL_SET_ERR_MSG_ATTR(extack, number,
				    "another set has this number: take one that no set of the profile has");
		return -EINVAL;
	}
	if (is_set_name(table, nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(extack, name, "two sets have this name");
		return -EINVAL;
	}
	strscpy(table->set_name[set], nla_data(name),
		sizeof(table->set_name[set]));
	table->sets |= BIT(set);
	table->own_sets |= BIT(set);
	return 0;
}

static int parse_own_sets(struct genl_info *info, struct nf_edge_table *table)
{
	const struct nlattr *attr;
	int rem, err;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_OWN_SET, rem) {
		err = parse_own_set(attr, table, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* Point at the set of peers that are bound to one of @sets. */
static void point_at_peers(struct genl_info *info, u32 sets)
{
	const struct nlattr *attr, *set;
	int rem;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_PEERS, rem) {
		set = nla_find_nested(attr, NF_EDGE_A_PEERS_SET);
		if (set && (sets & BIT(nla_get_u32(set))))
			NL_SET_BAD_ATTR(info->extack, set);
	}
}

/* Refuse a set without a name, bound or named by ping-peers. */
static int check_sets(struct genl_info *info, const struct nf_edge_table *table,
		      u32 bound_sets)
{
	const struct nlattr *ping = info->attrs[NF_EDGE_A_POLICY_PING_PEERS];

	if (bound_sets & ~table->sets) {
		NL_SET_ERR_MSG(info->extack,
			       "peers are bound to a set that the profile does not have, and that no own-set names");
		point_at_peers(info, bound_sets & ~table->sets);
		return -EINVAL;
	}
	if (ping && (nla_get_u32(ping) & ~table->sets)) {
		NL_SET_ERR_MSG_ATTR(info->extack, ping,
				    "ping-peers has a set that the profile does not have, and that no own-set names");
		return -EINVAL;
	}
	return 0;
}

/* Refuse a set of the site's own that nothing uses. */
static int check_uses(struct genl_info *info, const struct nf_edge_table *table)
{
	const struct nlattr *ping = info->attrs[NF_EDGE_A_POLICY_PING_PEERS];
	u32 used = ping ? nla_get_u32(ping) : 0;
	u32 i;

	for (i = table->n_document; i < table->n; i++)
		used |= table->row[i].peer_sets;
	if (!(table->own_sets & ~used))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_EDGE_A_POLICY_OWN_SET],
			    "no row uses one of the site's own sets, nor does ping-peers");
	return -EINVAL;
}

/* Move the ports of the rows that have exactly the documented ones. */
static int parse_port(const struct nlattr *attr, struct nf_edge_table *table,
		      u64 *moved, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_PORT_MAX + 1];
	struct nf_edge_ports from, to;
	u64 rows = 0;
	u32 service;
	int err, i;

	err = nla_parse_nested(tb, NF_EDGE_A_PORT_MAX, attr,
			       nf_edge_port_nl_policy, extack);
	if (err)
		return err;
	for (i = 1; i <= NF_EDGE_A_PORT_MAX; i++) {
		if (tb[i])
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a moved port needs a service, a protocol, the documented ports and those in force");
		return -EINVAL;
	}
	service = nla_get_u32(tb[NF_EDGE_A_PORT_SERVICE]);
	from.l4proto = nla_get_u8(tb[NF_EDGE_A_PORT_PROTOCOL]);
	from.low = nla_get_u16(tb[NF_EDGE_A_PORT_DOCUMENTED_LOW]);
	from.high = nla_get_u16(tb[NF_EDGE_A_PORT_DOCUMENTED_HIGH]);
	to = (struct nf_edge_ports){
		.low = nla_get_u16(tb[NF_EDGE_A_PORT_LOW]),
		.high = nla_get_u16(tb[NF_EDGE_A_PORT_HIGH]),
		.l4proto = from.l4proto,
	};
	err = nf_edge_check_ports(tb[NF_EDGE_A_PORT_LOW],
				  tb[NF_EDGE_A_PORT_HIGH], extack);
	if (err)
		return err;
	if (from.low == from.high && to.low != to.high) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NF_EDGE_A_PORT_HIGH],
				    "a single port moves to a single port");
		return -EINVAL;
	}

	for (i = 0; i < table->n; i++) {
		struct nf_edge_row *row = &table->row[i];

		if (row->direction != NF_EDGE_DIRECTION_IN ||
		    row->service != service ||
		    row->documented.l4proto != from.l4proto ||
		    row->documented.low != from.low ||
		    row->documented.high != from.high)
			continue;
		rows |= BIT_ULL(i);
		row->ports[0] = to;
	}
	if (!rows) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the profile has no in row of this service with these documented ports");
		return -EINVAL;
	}
	if (rows & *moved) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "these ports are moved twice");
		return -EINVAL;
	}
	*moved |= rows;
	return 0;
}

static int parse_moved_ports(struct genl_info *info,
			     struct nf_edge_table *table)
{
	const struct nlattr *attr;
	u64 moved = 0;
	int rem, err;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_PORT, rem) {
		err = parse_port(attr, table, &moved, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nf_edge_parse_table - build the table that a load describes
 * @info: the request
 * @facts: its nodes and peer sets
 *
 * Context: may sleep.
 * Return: the table, for nf_edge_table_free() and kvfree(), or an ERR_PTR().
 * The extack is set when an attribute is at fault.
 */
struct nf_edge_table *
nf_edge_parse_table(struct genl_info *info,
		    const struct nf_edge_row_facts *facts)
{
	const struct nlattr *profile = info->attrs[NF_EDGE_A_POLICY_PROFILE];
	struct nf_edge_table *table;
	int err;

	table = kvmalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	nf_edge_table_start(table, profile ? nla_get_u32(profile) :
				   NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	err = parse_own_sets(info, table) ?:
	      check_sets(info, table, facts->bound_sets) ?:
	      parse_moved_ports(info, table) ?:
	      nf_edge_parse_site_rows(info, table, facts) ?:
	      check_uses(info, table) ?:
	      nf_edge_table_lay_out(table);
	if (err) {
		nf_edge_table_free(table);
		kvfree(table);
		return ERR_PTR(err);
	}
	return table;
}
