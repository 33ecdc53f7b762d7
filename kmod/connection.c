// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judge the next packets of a connection that conntrack has, as the deciding
 * hook would.  read_tuples() and judge_packet() of slowpath.c are the model:
 * a change there is a change here.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/string.h>

#include "connection.h"
#include "ifmap.h"
#include "judge.h"
#include "route.h"
#include "snapshot.h"

static bool same_address(const struct nf_edge_connection *c, const void *a,
			 const void *b)
{
	return !memcmp(a, b, c->ipv4 ? 4 : 16);
}

static const struct nf_edge_class *
class_of(const struct nf_edge_snapshot *snapshot,
	 const struct nf_edge_connection *c, const void *address)
{
	return nf_edge_class_of(&snapshot->index, c->ipv4, address);
}

static u8 kind_of(const struct nf_edge_connection *c)
{
	switch (c->l4proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return NF_EDGE_KIND_ROWS;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return c->icmp_type == (c->ipv4 ? ICMP_ECHO :
						  ICMPV6_ECHO_REQUEST) ?
		       NF_EDGE_KIND_ECHO : NF_EDGE_KIND_OTHER;
	default:
		return NF_EDGE_KIND_OTHER;
	}
}

/* Check whether NAT writes an edge address into packets of a connection. */
static bool nat_leads_to_edge(const struct nf_edge_snapshot *snapshot,
			      const struct nf_edge_connection *c)
{
	const struct nf_edge_tuple *original = &c->tuple[IP_CT_DIR_ORIGINAL];
	const struct nf_edge_tuple *reply = &c->tuple[IP_CT_DIR_REPLY];

	if (same_address(c, original->source, reply->destination) &&
	    same_address(c, original->destination, reply->source))
		return false;
	return class_of(snapshot, c, reply->source)->services ||
	       class_of(snapshot, c, reply->destination)->services;
}

/*
 * Check whether a packet of the local host never leaves the host: neither the
 * way to its destination nor the way that NAT gives the packet leads out.
 */
static int stays_local(struct net *net, const struct nf_edge_connection *c,
		       enum ip_conntrack_dir direction, bool *stays)
{
	const void *end = c->tuple[!direction].source;
	struct nf_edge_route route;
	int err;

	*stays = false;
	err = nf_edge_route(net, c->ipv4, c->tuple[direction].destination,
			    &route);
	if (err || route.way != NF_EDGE_WAY_LOCAL)
		return err;
	err = nf_edge_route(net, c->ipv4, end, &route);
	*stays = route.way == NF_EDGE_WAY_LOCAL;
	return err;
}

/* Find sides and guards of the packets of one direction. */
static int find_arrival(struct net *net,
			const struct nf_edge_snapshot *snapshot,
			const struct nf_edge_connection *c,
			enum ip_conntrack_dir direction,
			struct nf_edge_packet *p, bool *exempt)
{
	struct nf_edge_arrival arrival = { .sides = NF_EDGE_ANYWHERE };
	struct nf_edge_route route;
	int err;

	*exempt = false;
	err = nf_edge_route(net, c->ipv4, c->tuple[direction].source, &route);
	if (err)
		return err;
	switch (route.way) {
	case NF_EDGE_WAY_LOCAL:
		arrival.sides = NF_EDGE_LOCAL_HOST;
		err = stays_local(net, c, direction, exempt);
		break;
	case NF_EDGE_WAY_DEVICE:
		rcu_read_lock();
		arrival = nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
						route.ifindex);
		rcu_read_unlock();
		*exempt = arrival.guards & NF_EDGE_GUARD_EXEMPT;
		break;
	}
	p->arrival = arrival.sides;
	p->guards = arrival.guards;
	return err;
}

/**
 * nf_edge_judge_connection - judge both directions of a connection
 * @net: the namespace
 * @snapshot: the policy, with its map of interfaces; pinned by the caller
 * @c: the connection
 * @judgements: receives a judgement by enum ip_conntrack_dir
 *
 * The route to the source of a direction tells where its packets arrive.
 * Without a route, no guard holds and every side suits.
 *
 * Context: may sleep; takes rcu_read_lock().
 * Return: 0 or -ENOMEM.
 */
int nf_edge_judge_connection(struct net *net,
			     const struct nf_edge_snapshot *snapshot,
			     const struct nf_edge_connection *c,
			     struct nf_edge_judgement *judgements)
{
	const struct nf_edge_tuple *original = &c->tuple[IP_CT_DIR_ORIGINAL];
	int direction, err;

	for (direction = 0; direction < IP_CT_DIR_MAX; direction++) {
		const struct nf_edge_tuple *tuple = &c->tuple[direction];
		struct nf_edge_judgement *j = &judgements[direction];
		struct nf_edge_packet p = {
			.header_source = class_of(snapshot, c, tuple->source),
			.header_destination = class_of(snapshot, c,
						       tuple->destination),
			.source = class_of(snapshot, c, original->source),
			.destination = class_of(snapshot, c,
						original->destination),
			.dport = c->dport,
			.kind = kind_of(c),
			.l4proto = c->l4proto,
			.first_direction = direction == IP_CT_DIR_ORIGINAL,
			.nat_to_edge = nat_leads_to_edge(snapshot, c),
		};
		bool exempt;

		*j = (struct nf_edge_judgement){
			.verdict = NF_EDGE_VERDICT_NOT_GOVERNED,
		};
		err = find_arrival(net, snapshot, c, direction, &p, &exempt);
		if (err)
			return err;
		if (!exempt)
			nf_edge_judge(&snapshot->masks, &p, j);
	}
	return 0;
}
