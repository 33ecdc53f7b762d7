// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse the rows of the site's own.
 */

#include <linux/in.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse_rows.h"
#include "table.h"

/**
 * nf_edge_good_name - whether a row or a peer set may have a name
 * @name: the name
 */
bool nf_edge_good_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') &&
		    *c != '-')
			return false;
	return c != name;
}

/**
 * nf_edge_check_ports - refuse port 0, and a range turned round
 * @low: attribute with the first port
 * @high: attribute with the last port
 * @extack: takes the reason of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int nf_edge_check_ports(const struct nlattr *low, const struct nlattr *high,
			struct netlink_ext_ack *extack)
{
	if (!nla_get_u16(low)) {
		NL_SET_ERR_MSG_ATTR(extack, low,
				    "there is no port 0: ports are 1 to 65535");
		return -EINVAL;
	}
	if (nla_get_u16(low) > nla_get_u16(high)) {
		NL_SET_ERR_MSG_ATTR(extack, high,
				    "the range of ports is turned round");
		return -EINVAL;
	}
	return 0;
}

static int parse_name(const struct nlattr *row_attr, const struct nlattr *name,
		      const struct nf_edge_table *table,
		      struct nf_edge_row_text *text,
		      struct netlink_ext_ack *extack)
{
	u32 i;

	if (!name || !nf_edge_good_name(nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(extack, name ?: row_attr,
				    "a row's name is 1 to 31 of a-z 0-9 -");
		return -EINVAL;
	}
	snprintf(text->id, sizeof(text->id), "site/%s",
		 (const char *)nla_data(name));
	for (i = table->n_document; i < table->n; i++) {
		if (strcmp(table->row[i].id, text->id))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, name,
				    "two rows of the site's own have this name");
		return -EINVAL;
	}
	return 0;
}

static int parse_ports(const struct nlattr *attr, struct nf_edge_row *row,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_PORTS_MAX + 1];
	const struct nlattr *protocol, *low, *high;
	u8 l4proto;
	int err;

	if (row->n_ports == NF_EDGE_MAX_PORTS) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "more than 16 ports and ranges");
		return -E2BIG;
	}
	err = nla_parse_nested(tb, NF_EDGE_A_PORTS_MAX, attr,
			       nf_edge_ports_nl_policy, extack);
	if (err)
		return err;
	protocol = tb[NF_EDGE_A_PORTS_PROTOCOL];
	low = tb[NF_EDGE_A_PORTS_LOW];
	high = tb[NF_EDGE_A_PORTS_HIGH];
	if (!protocol || !low || !high) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "ports need a protocol, and a first and a last port");
		return -EINVAL;
	}
	l4proto = nla_get_u8(protocol);
	if (l4proto != IPPROTO_TCP && l4proto != IPPROTO_UDP) {
		NL_SET_ERR_MSG_ATTR(extack, protocol,
				    "the protocol of a row is TCP or UDP");
		return -EINVAL;
	}
	err = nf_edge_check_ports(low, high, extack);
	if (err)
		return err;
	row->ports[row->n_ports++] = (struct nf_edge_ports){
		.low = nla_get_u16(low),
		.high = nla_get_u16(high),
		.l4proto = l4proto,
	};
	return 0;
}

static int parse_node(const struct nlattr *attr, struct nf_edge_row *row,
		      const struct nf_edge_row_facts *facts,
		      struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < facts->n_nodes; i++) {
		if (nla_strcmp(attr, facts->node[i]))
			continue;
		row->nodes |= BIT_ULL(i);
		return 0;
	}
	NL_SET_ERR_MSG_ATTR(extack, attr, "the policy has no node of this name");
	return -EINVAL;
}

/* Ports and nodes, which may repeat. */
static int parse_lists(const struct nlattr *row_attr, struct nf_edge_row *row,
		       const struct nf_edge_row_facts *facts,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, row_attr, rem) {
		err = 0;
		if (nla_type(attr) == NF_EDGE_A_SITE_ROW_PORTS)
			err = parse_ports(attr, row, extack);
		else if (nla_type(attr) == NF_EDGE_A_SITE_ROW_NODES)
			err = parse_node(attr, row, facts, extack);
		if (err)
			return err;
	}
	if (!row->n_ports) {
		NL_SET_ERR_MSG_ATTR(extack, row_attr,
				    "a row needs at least one port");
		return -EINVAL;
	}
	if (!row->nodes)
		row->nodes = NF_EDGE_ALL_NODES;
	return 0;
}

static int parse_peers(const struct nlattr *row_attr, struct nlattr **tb,
		       struct nf_edge_row *row, u32 known_sets,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *sets = tb[NF_EDGE_A_SITE_ROW_SETS];

	row->peer_sets = sets ? nla_get_u32(sets) : 0;
	row->any_when_unbound = tb[NF_EDGE_A_SITE_ROW_ANY];
	if (row->peer_sets & ~known_sets) {
		NL_SET_ERR_MSG_ATTR(extack, sets,
				    "the row has a set that the profile does not have, and that no own-set names");
		return -EINVAL;
	}
	if (!row->peer_sets == !row->any_when_unbound) {
		NL_SET_ERR_MSG_ATTR(extack, sets ?: row_attr,
				    "a row needs peers: sets, or any alone");
		return -EINVAL;
	}
	return 0;
}

/* Refuse a row that opens more than its configuration seems to know. */
static int check_exposure(const struct nlattr *row_attr, struct nlattr **tb,
			  const struct nf_edge_row *row,
			  const struct nf_edge_row_facts *facts,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *exposed = tb[NF_EDGE_A_SITE_ROW_EXPOSED];
	bool in = row->direction == NF_EDGE_DIRECTION_IN;
	bool any = row->any_when_unbound;
	bool wide = in && row->side == NF_EDGE_SIDE_EXTERNAL &&
		    (any || (row->peer_sets & facts->wide_sets));

	if (wide && !exposed) {
		NL_SET_ERR_MSG_ATTR(extack, row_attr,
				    "the row lets much of the Internet in, by any or by a prefix shorter than /8 or /16: narrow its peers, or say that it is exposed");
		return -EINVAL;
	}
	if (exposed && !wide) {
		NL_SET_ERR_MSG_ATTR(extack, exposed,
				    "the row is not exposed: leave this out");
		return -EINVAL;
	}
	if (in && any && row->side == NF_EDGE_SIDE_INTERNAL &&
	    !(facts->bound_sets & BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS))) {
		NL_SET_ERR_MSG_ATTR(extack, row_attr,
				    "any would let every address in to an internal one: bind internal-networks, or name sets");
		return -EINVAL;
	}
	return 0;
}

static int parse_row(const struct nlattr *attr, struct nf_edge_table *table,
		     const struct nf_edge_row_facts *facts,
		     struct netlink_ext_ack *extack)
{
	struct nf_edge_row_text *text =
		&table->text[table->n - table->n_document];
	struct nf_edge_row *row = &table->row[table->n];
	struct nlattr *tb[NF_EDGE_A_SITE_ROW_MAX + 1];
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_SITE_ROW_MAX, attr,
			       nf_edge_site_row_nl_policy, extack) ?:
	      parse_name(attr, tb[NF_EDGE_A_SITE_ROW_NAME], table, text,
			 extack);
	if (err)
		return err;
	if (!tb[NF_EDGE_A_SITE_ROW_SERVICE] ||
	    !tb[NF_EDGE_A_SITE_ROW_DIRECTION]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a row needs a service and one direction, in or out");
		return -EINVAL;
	}
	if (tb[NF_EDGE_A_SITE_ROW_NOTE])
		strscpy(text->note, nla_data(tb[NF_EDGE_A_SITE_ROW_NOTE]),
			sizeof(text->note));
	*row = (struct nf_edge_row){
		.id = text->id,
		.role = "",
		.application = "",
		.note = text->note,
		.zone = NF_EDGE_ZONE_SITE,
		.service = nla_get_u32(tb[NF_EDGE_A_SITE_ROW_SERVICE]),
		.direction = nla_get_u32(tb[NF_EDGE_A_SITE_ROW_DIRECTION]),
		.feature = NF_EDGE_FEATURE_NONE,
		.exposed = tb[NF_EDGE_A_SITE_ROW_EXPOSED],
	};
	row->side = row->service == NF_EDGE_SERVICE_INTERNAL ?
		    NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL;
	err = parse_lists(attr, row, facts, extack) ?:
	      parse_peers(attr, tb, row, table->sets, extack) ?:
	      check_exposure(attr, tb, row, facts, extack);
	if (!err)
		table->n++;
	return err;
}

/**
 * nf_edge_parse_site_rows - add the rows of the site's own to a table
 * @info: the request
 * @table: a table that has the rows of its profile and all of its sets
 * @facts: nodes and peer sets of the load
 *
 * Context: may sleep.
 * Return: 0 or a negative error.  The extack is set when an attribute is at
 * fault.
 */
int nf_edge_parse_site_rows(struct genl_info *info,
			    struct nf_edge_table *table,
			    const struct nf_edge_row_facts *facts)
{
	const struct nlattr *attr;
	int rem, err, n;

	n = nf_edge_count_attrs(info, NF_EDGE_A_POLICY_SITE_ROW,
				NF_EDGE_TABLE_ROWS - table->n);
	if (n < 0) {
		NL_SET_ERR_MSG(info->extack,
			       "more than 64 rows: the profile's and the site's own");
		return n;
	}
	if (!n)
		return 0;
	table->text = kvcalloc(n, sizeof(*table->text), GFP_KERNEL_ACCOUNT);
	if (!table->text)
		return -ENOMEM;
	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_SITE_ROW, rem) {
		err = parse_row(attr, table, facts, info->extack);
		if (err)
			return err;
	}
	return 0;
}
