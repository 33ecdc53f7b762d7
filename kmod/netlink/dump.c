// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps of rows, nodes, peer sets and prefixes.  A dump pins one policy, and all
 * its messages are of that policy.
 */

#include <linux/bitops.h>
#include <net/sock.h>

#include "netlink/dump.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netns.h"
#include "node.h"
#include "profiles.h"
#include "snapshot.h"
#include "table.h"

/* The profile whose rows are dumped without a policy. */
#define DEFAULT_PROFILE		NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC

/* Prefixes in one message: a message fits a reader's buffer of 32 KiB. */
#define PREFIXES_A_MESSAGE	1024

/**
 * nf_edge_nl_pin - begin a dump and pin its policy
 * @cb: state of the dump
 *
 * Context: process context.
 * Return: 0.
 */
int nf_edge_nl_pin(struct netlink_callback *cb)
{
	struct nf_edge_net *en = nf_edge_net(sock_net(cb->skb->sk));
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);

	dump->generation = READ_ONCE(en->generation);
	dump->snapshot = nf_edge_snapshot_get(en);
	if (dump->snapshot)
		dump->generation = dump->snapshot->generation;
	cb->seq = dump->generation;
	cb->prev_seq = cb->seq;
	cb->min_dump_alloc = NF_EDGE_DUMP_ROOM;
	return 0;
}

/**
 * nf_edge_nl_unpin - end a dump and give its policy back
 * @cb: state of the dump
 *
 * Context: process context.
 * Return: 0.
 */
int nf_edge_nl_unpin(struct netlink_callback *cb)
{
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);

	if (dump->snapshot)
		nf_edge_snapshot_put(dump->snapshot);
	return 0;
}

/**
 * nf_edge_dump_put - begin a message of a dump
 * @skb: message to fill
 * @cb: state of the dump
 * @cmd: the command
 *
 * Context: any.
 * Return: the header of the message; NULL without room.
 */
void *nf_edge_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &nf_edge_nl_family, NLM_F_MULTI, cmd);
}

static u32 why_dead(const struct nf_edge_row *row, u32 place,
		    const struct nf_edge_switches *switches)
{
	u32 dead = 0;

	if (!(switches->zones & BIT(row->zone)))
		dead |= BIT(NF_EDGE_DEAD_ZONE_OFF);
	if (row->feature != NF_EDGE_FEATURE_NONE &&
	    !(switches->features & BIT(row->feature)))
		dead |= BIT(NF_EDGE_DEAD_FEATURE_OFF);
	if (switches->rows_off & BIT_ULL(place))
		dead |= BIT(NF_EDGE_DEAD_ROW_OFF);
	return dead;
}

static int put_ports(struct sk_buff *skb, const struct nf_edge_row *row)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < row->n_ports; i++) {
		const struct nf_edge_ports *ports = &row->ports[i];

		nest = nla_nest_start(skb, NF_EDGE_A_ROW_PORTS);
		if (!nest ||
		    nla_put_u8(skb, NF_EDGE_A_PORTS_PROTOCOL,
			       ports->l4proto) ||
		    nla_put_u16(skb, NF_EDGE_A_PORTS_LOW, ports->low) ||
		    nla_put_u16(skb, NF_EDGE_A_PORTS_HIGH, ports->high))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (row->zone == NF_EDGE_ZONE_SITE ||
	    (row->documented.low == row->ports[0].low &&
	     row->documented.high == row->ports[0].high))
		return 0;
	return nla_put_u16(skb, NF_EDGE_A_ROW_DOCUMENTED_LOW,
			   row->documented.low) ?:
	       nla_put_u16(skb, NF_EDGE_A_ROW_DOCUMENTED_HIGH,
			   row->documented.high);
}

/* Without a policy, no set has another name than in the document. */
static int put_set_names(struct sk_buff *skb, const struct nf_edge_row *row,
			 const struct nf_edge_snapshot *snapshot)
{
	u32 left, i;

	for (left = row->peer_sets; left; left &= left - 1) {
		i = __ffs(left);
		if (nla_put_string(skb, NF_EDGE_A_ROW_SET_NAME,
				   snapshot ? snapshot->site->table->set_name[i] :
					      nf_edge_document_sets[i]))
			return -EMSGSIZE;
	}
	return 0;
}

/* Put what only a row of the site's own has, and who says that the row is there. */
static int put_origin(struct sk_buff *skb, const struct nf_edge_row *row,
		      const struct nf_edge_snapshot *snapshot)
{
	bool own = row->zone == NF_EDGE_ZONE_SITE;
	u64 left;

	if (nla_put_u32(skb, NF_EDGE_A_ROW_ORIGIN,
			own ? NF_EDGE_ORIGIN_SITE : NF_EDGE_ORIGIN_DOCUMENT) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_PROFILE,
			snapshot ? snapshot->site->table->profile :
				   DEFAULT_PROFILE) ||
	    (own && row->any_when_unbound &&
	     nla_put_flag(skb, NF_EDGE_A_ROW_ANY)) ||
	    (row->exposed && nla_put_flag(skb, NF_EDGE_A_ROW_EXPOSED)))
		return -EMSGSIZE;
	if (row->nodes == NF_EDGE_ALL_NODES)
		return 0;
	for (left = row->nodes; left; left &= left - 1)
		if (nla_put_string(skb, NF_EDGE_A_ROW_NODE,
				   snapshot->nodes[__ffs64(left)]->name))
			return -EMSGSIZE;
	return 0;
}

static int put_row(struct sk_buff *skb, const struct nf_edge_row *row,
		   const struct nf_edge_dump *dump)
{
	const struct nf_edge_snapshot *snapshot = dump->snapshot;
	u32 bound = snapshot ? snapshot->site->sets.bound : 0;
	u32 dead = 0;

	if (snapshot)
		dead = why_dead(row, dump->at, &snapshot->switches);

	if (nla_put_string(skb, NF_EDGE_A_ROW_ID, row->id) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_ZONE, row->zone) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_SERVICE, row->service) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_DIRECTION, row->direction) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_SIDE, row->side) ||
	    nla_put_string(skb, NF_EDGE_A_ROW_ROLE, row->role) ||
	    nla_put_string(skb, NF_EDGE_A_ROW_APPLICATION, row->application) ||
	    nla_put_u8(skb, NF_EDGE_A_ROW_PROTOCOL, row->ports[0].l4proto) ||
	    nla_put_u16(skb, NF_EDGE_A_ROW_PORT_LOW, row->ports[0].low) ||
	    nla_put_u16(skb, NF_EDGE_A_ROW_PORT_HIGH, row->ports[0].high) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_PEER_SETS, row->peer_sets) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_BOUND_SETS,
			row->peer_sets & bound) ||
	    nla_put_u8(skb, NF_EDGE_A_ROW_ANY_WHEN_UNBOUND,
		       row->any_when_unbound) ||
	    (row->feature != NF_EDGE_FEATURE_NONE &&
	     nla_put_u32(skb, NF_EDGE_A_ROW_FEATURE, row->feature)) ||
	    nla_put_string(skb, NF_EDGE_A_ROW_NOTE, row->note) ||
	    nla_put_u8(skb, NF_EDGE_A_ROW_LIVE, snapshot && !dead) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_DEAD, dead) ||
	    nla_put_u32(skb, NF_EDGE_A_ROW_GENERATION, dump->generation))
		return -EMSGSIZE;
	return put_ports(skb, row) ?: put_set_names(skb, row, snapshot) ?:
	       put_origin(skb, row, snapshot);
}

/**
 * nf_edge_nl_row_get_dumpit - dump rows
 * @skb: message to fill
 * @cb: state of the dump
 *
 * Context: process context; the policy is pinned.
 * Return: length of the message; 0 at the end of the dump.
 */
int nf_edge_nl_row_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);
	const struct nf_edge_row *row = nf_edge_profiles[DEFAULT_PROFILE].row;
	u32 n = nf_edge_profiles[DEFAULT_PROFILE].n;

	if (dump->snapshot) {
		row = dump->snapshot->site->table->row;
		n = dump->snapshot->site->table->n;
	}
	for (; dump->at < n; dump->at++) {
		void *header = nf_edge_dump_put(skb, cb, NF_EDGE_CMD_ROW_GET);

		if (!header)
			break;
		if (put_row(skb, &row[dump->at], dump)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

static int put_address(struct sk_buff *skb, const struct nf_edge_address *a)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_NODE_ADDRESS);
	__be64 ipv6[2] = { cpu_to_be64(a->hi), cpu_to_be64(a->lo) };

	if (!nest || nla_put_u32(skb, NF_EDGE_A_ADDRESS_SERVICE, a->service))
		return -EMSGSIZE;
	if (a->ipv6 ? nla_put(skb, NF_EDGE_A_ADDRESS_IPV6, sizeof(ipv6), ipv6) :
		      nla_put_be32(skb, NF_EDGE_A_ADDRESS_IPV4,
				   cpu_to_be32(a->hi >> 32)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_node(struct sk_buff *skb, const struct nf_edge_dump *dump)
{
	const struct nf_edge_site *site = dump->snapshot->site;
	struct nlattr *nest;
	u32 i;

	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);
	if (!nest || nla_put_string(skb, NF_EDGE_A_NODE_NAME,
				    site->node[dump->at]->name))
		return -EMSGSIZE;
	for (i = 0; i < site->n_addresses; i++)
		if (site->address[i].node == dump->at &&
		    put_address(skb, &site->address[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, dump->generation);
}

/**
 * nf_edge_nl_node_get_dumpit - dump nodes and their addresses
 * @skb: message to fill
 * @cb: state of the dump
 *
 * Context: process context; the policy is pinned.
 * Return: length of the message; 0 at the end of the dump.
 */
int nf_edge_nl_node_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);

	for (; dump->snapshot && dump->at < dump->snapshot->site->n_nodes;
	     dump->at++) {
		void *header = nf_edge_dump_put(skb, cb, NF_EDGE_CMD_NODE_GET);

		if (!header)
			break;
		if (put_node(skb, dump)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

static int put_peers(struct sk_buff *skb, const struct nf_edge_dump *dump)
{
	const struct nf_edge_site *site = dump->snapshot->site;
	struct nlattr *nest;

	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_PEERS);
	if (!nest || nla_put_u32(skb, NF_EDGE_A_PEERS_SET, dump->at) ||
	    nla_put_string(skb, NF_EDGE_A_PEERS_NAME,
			   site->table->set_name[dump->at]) ||
	    ((site->sets.bound & BIT(dump->at)) &&
	     nla_put_u32(skb, NF_EDGE_A_PEERS_COUNT,
			 site->n_of_set[dump->at])))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, dump->generation);
}

/**
 * nf_edge_nl_peers_get_dumpit - dump peer sets
 * @skb: message to fill
 * @cb: state of the dump
 *
 * Context: process context; the policy is pinned.
 * Return: length of the message; 0 at the end of the dump.
 */
int nf_edge_nl_peers_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);

	for (; dump->snapshot && dump->at < NF_EDGE_TABLE_SETS; dump->at++) {
		void *header;

		if (!(dump->snapshot->site->table->sets & BIT(dump->at)))
			continue;
		header = nf_edge_dump_put(skb, cb, NF_EDGE_CMD_PEERS_GET);
		if (!header)
			break;
		if (put_peers(skb, dump)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

/* Index of the first prefix of @set from @i on, or n_prefixes. */
static u32 next_of_set(const struct nf_edge_site *site, u8 set, u32 i)
{
	while (i < site->n_prefixes && site->prefix[i].set != set)
		i++;
	return i;
}

/* Append an entry to a list of prefixes.  The caller has checked the room. */
static void put_prefix(struct sk_buff *skb, const struct nf_edge_prefix *p)
{
	__be64 addr[2] = { cpu_to_be64(p->hi), cpu_to_be64(p->lo) };
	int size = p->ipv6 ? 16 : 4;
	u8 *entry = skb_put_zero(skb, size + 4);

	memcpy(entry, addr, size);
	entry[size] = p->len;
}

/*
 * Put prefixes of one set and family from dump->prefix on, as many as fit a
 * message, and move dump->prefix behind them.
 */
static int put_prefixes(struct sk_buff *skb, struct nf_edge_dump *dump)
{
	const struct nf_edge_site *site = dump->snapshot->site;
	u32 i = next_of_set(site, dump->at, dump->prefix);
	bool ipv6 = site->prefix[i].ipv6;
	struct nlattr *nest, *list;
	int n;

	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_PEERS);
	if (!nest || nla_put_u32(skb, NF_EDGE_A_PEERS_SET, dump->at))
		return -EMSGSIZE;
	list = nla_reserve(skb, ipv6 ? NF_EDGE_A_PEERS_PREFIXES_IPV6 :
				       NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	if (!list)
		return -EMSGSIZE;
	/* The attributes after the list take less than 64 octets. */
	for (n = 0; n < PREFIXES_A_MESSAGE && i < site->n_prefixes; n++) {
		if (site->prefix[i].ipv6 != ipv6 ||
		    skb_tailroom(skb) < NF_EDGE_PREFIX_IPV6_SIZE + 64)
			break;
		put_prefix(skb, &site->prefix[i]);
		i = next_of_set(site, dump->at, i + 1);
	}
	if (!n)
		return -EMSGSIZE;
	list->nla_len = skb_tail_pointer(skb) - (u8 *)list;
	nla_nest_end(skb, nest);
	if (nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, dump->generation))
		return -EMSGSIZE;
	dump->prefix = i;
	dump->put += n;
	return 0;
}

/**
 * nf_edge_nl_prefix_get_dumpit - dump prefixes of peer sets
 * @skb: message to fill
 * @cb: state of the dump
 *
 * Context: process context; the policy is pinned.
 * Return: length of the message; 0 at the end of the dump.
 */
int nf_edge_nl_prefix_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);

	while (dump->snapshot && dump->at < NF_EDGE_TABLE_SETS) {
		const struct nf_edge_site *site = dump->snapshot->site;
		void *header;

		if (dump->put == site->n_of_set[dump->at]) {
			dump->at++;
			dump->prefix = 0;
			dump->put = 0;
			continue;
		}
		header = nf_edge_dump_put(skb, cb, NF_EDGE_CMD_PREFIX_GET);
		if (!header)
			break;
		if (put_prefixes(skb, dump)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}
