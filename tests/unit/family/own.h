/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads with rows and sets of the site's own, and with moved ports. */
#ifndef FAMILY_OWN_H
#define FAMILY_OWN_H

#include "site.h"

#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP
#define NONE	-1

enum { ADMINS = 31, MONITOR = 30 };

/* A row of the site's own: what is left out is not put. */
struct own_row {
	const char *name;
	int service;
	int direction;
	struct { int l4proto, low, high; } ports[NF_EDGE_MAX_PORTS + 1];
	s64 sets;
	bool any;
	bool exposed;
	const char *nodes[3];
	const char *note;
};

static const struct own_row rdp = {
	"rdp", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN,
	{ { TCP, 3389, 3389 }, { UDP, 3389, 3390 } }, BIT(ADMINS),
	.note = "jump hosts",
};

static inline void put_ports(struct sk_buff *skb, int l4proto, int low, int high)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_SITE_ROW_PORTS);

	if (l4proto >= 0)
		nla_put_u8(skb, NF_EDGE_A_PORTS_PROTOCOL, l4proto);
	if (low >= 0)
		nla_put_u16(skb, NF_EDGE_A_PORTS_LOW, low);
	if (high >= 0)
		nla_put_u16(skb, NF_EDGE_A_PORTS_HIGH, high);
	nla_nest_end(skb, nest);
}

static inline void put_own_row(struct sk_buff *skb, const struct own_row *row)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_SITE_ROW);
	u32 i;

	if (row->name)
		nla_put_string(skb, NF_EDGE_A_SITE_ROW_NAME, row->name);
	if (row->service >= 0)
		nla_put_u32(skb, NF_EDGE_A_SITE_ROW_SERVICE, row->service);
	if (row->direction >= 0)
		nla_put_u32(skb, NF_EDGE_A_SITE_ROW_DIRECTION, row->direction);
	for (i = 0; i < ARRAY_SIZE(row->ports) && row->ports[i].l4proto; i++)
		put_ports(skb, row->ports[i].l4proto, row->ports[i].low,
			  row->ports[i].high);
	if (row->sets >= 0)
		nla_put_u32(skb, NF_EDGE_A_SITE_ROW_SETS, row->sets);
	if (row->any)
		nla_put_flag(skb, NF_EDGE_A_SITE_ROW_ANY);
	for (i = 0; i < ARRAY_SIZE(row->nodes) && row->nodes[i]; i++)
		nla_put_string(skb, NF_EDGE_A_SITE_ROW_NODES, row->nodes[i]);
	if (row->exposed)
		nla_put_flag(skb, NF_EDGE_A_SITE_ROW_EXPOSED);
	if (row->note)
		nla_put_string(skb, NF_EDGE_A_SITE_ROW_NOTE, row->note);
	nla_nest_end(skb, nest);
}

static inline void put_own_set(struct sk_buff *skb, int set, const char *name)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_OWN_SET);

	if (set >= 0)
		nla_put_u32(skb, NF_EDGE_A_OWN_SET_SET, set);
	if (name)
		nla_put_string(skb, NF_EDGE_A_OWN_SET_NAME, name);
	nla_nest_end(skb, nest);
}

static inline void put_prefixes(struct sk_buff *skb, u32 set, const char *prefix)
{
	struct nlattr *nest = begin_peers(skb, set), *list;

	list = nla_nest_start(skb, strchr(prefix, ':') ?
				   NF_EDGE_A_PEERS_PREFIXES_IPV6 :
				   NF_EDGE_A_PEERS_PREFIXES_IPV4);
	list->nla_type &= NLA_TYPE_MASK;
	put_entry(skb, list, prefix);
	nla_nest_end(skb, list);
	nla_nest_end(skb, nest);
}

/* A load of the usual site, with a set that the rows here name. */
static inline struct sk_buff *begin_load(void)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					   ALL_FEATURES);

	put_own_set(skb, ADMINS, "admins");
	put_prefixes(skb, ADMINS, "203.0.113.0/24");
	return skb;
}

static inline struct sk_buff *load_of(const struct own_row *row)
{
	struct sk_buff *skb = begin_load();

	put_own_row(skb, row);
	return skb;
}

static inline void put_port(struct sk_buff *skb, int service, int l4proto,
		     int documented_low, int documented_high, int low, int high)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_PORT);

	if (service >= 0)
		nla_put_u32(skb, NF_EDGE_A_PORT_SERVICE, service);
	nla_put_u8(skb, NF_EDGE_A_PORT_PROTOCOL, l4proto);
	nla_put_u16(skb, NF_EDGE_A_PORT_DOCUMENTED_LOW, documented_low);
	nla_put_u16(skb, NF_EDGE_A_PORT_DOCUMENTED_HIGH, documented_high);
	nla_put_u16(skb, NF_EDGE_A_PORT_LOW, low);
	nla_put_u16(skb, NF_EDGE_A_PORT_HIGH, high);
	nla_nest_end(skb, nest);
}

static inline const struct nf_edge_table *in_force(void)
{
	return en->snapshot->site->table;
}

#endif
