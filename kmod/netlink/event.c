// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to listeners: events by the names of their policy, and how many
 * events were lost.
 */

#include <linux/bitops.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "netlink/event.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netns.h"
#include "node.h"
#include "snapshot.h"
#include "table.h"

static int put_rows(struct sk_buff *msg, const struct nf_edge_snapshot *s,
		    const struct nf_edge_event *event)
{
	int type = event->kind == NF_EDGE_KIND_PERMITTED ?
		   NF_EDGE_A_EVENT_ROW : NF_EDGE_A_EVENT_NEAR;
	u64 rows;

	for (rows = event->rows; rows; rows &= rows - 1)
		if (nla_put_string(msg, type,
				   s->site->table->row[__ffs64(rows)].id))
			return -EMSGSIZE;
	return 0;
}

static int put_verdict(struct sk_buff *msg, const struct nf_edge_event *event)
{
	if (event->kind == NF_EDGE_KIND_PERMITTED)
		return nla_put_u32(msg, NF_EDGE_A_EVENT_VERDICT,
				   NF_EDGE_VERDICT_ACCEPT);
	return nla_put_u32(msg, NF_EDGE_A_EVENT_VERDICT,
			   NF_EDGE_VERDICT_DROP) ?:
	       nla_put_u32(msg, NF_EDGE_A_EVENT_REASON, event->kind) ?:
	       nla_put_u32(msg, NF_EDGE_A_EVENT_MODE,
			   event->flags & NF_EDGE_EVENT_WOULD_BE ?
			   NF_EDGE_MODE_AUDIT : NF_EDGE_MODE_ENFORCE);
}

static int put_addresses(struct sk_buff *msg, const struct nf_edge_event *event)
{
	if (event->flags & NF_EDGE_EVENT_IPV4)
		return nla_put_in_addr(msg, NF_EDGE_A_EVENT_SOURCE_IPV4,
				       event->source.ip) ?:
		       nla_put_in_addr(msg, NF_EDGE_A_EVENT_DESTINATION_IPV4,
				       event->destination.ip);
	return nla_put_in6_addr(msg, NF_EDGE_A_EVENT_SOURCE_IPV6,
				&event->source.in6) ?:
	       nla_put_in6_addr(msg, NF_EDGE_A_EVENT_DESTINATION_IPV6,
				&event->destination.in6);
}

static int put_ends(struct sk_buff *msg, const struct nf_edge_snapshot *s,
		    const struct nf_edge_event *e)
{
	if (e->source_services &&
	    (nla_put_u32(msg, NF_EDGE_A_EVENT_SOURCE_SERVICES,
			 e->source_services) ||
	     nla_put_string(msg, NF_EDGE_A_EVENT_SOURCE_NODE,
			    s->nodes[e->source_node]->name)))
		return -EMSGSIZE;
	if (e->destination_services &&
	    (nla_put_u32(msg, NF_EDGE_A_EVENT_DESTINATION_SERVICES,
			 e->destination_services) ||
	     nla_put_string(msg, NF_EDGE_A_EVENT_DESTINATION_NODE,
			    s->nodes[e->destination_node]->name)))
		return -EMSGSIZE;
	return 0;
}

static int put_interface(struct sk_buff *msg, struct net *net, u32 ifindex)
{
	const struct net_device *dev;
	int err = 0;

	if (!ifindex)
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		err = nla_put_string(msg, NF_EDGE_A_EVENT_IN, dev->name);
	rcu_read_unlock();
	return err ?: nla_put_u32(msg, NF_EDGE_A_EVENT_IFINDEX, ifindex);
}

static int put_transport(struct sk_buff *msg, const struct nf_edge_event *e)
{
	if (nla_put_u8(msg, NF_EDGE_A_EVENT_PROTOCOL, e->l4proto))
		return -EMSGSIZE;
	if ((e->flags & NF_EDGE_EVENT_PORTS) &&
	    (nla_put_u16(msg, NF_EDGE_A_EVENT_SOURCE_PORT, e->sport) ||
	     nla_put_u16(msg, NF_EDGE_A_EVENT_DESTINATION_PORT, e->dport)))
		return -EMSGSIZE;
	if ((e->flags & NF_EDGE_EVENT_ICMP) &&
	    (nla_put_u8(msg, NF_EDGE_A_EVENT_ICMP_TYPE, e->icmp_type) ||
	     nla_put_u8(msg, NF_EDGE_A_EVENT_ICMP_CODE, e->icmp_code)))
		return -EMSGSIZE;
	if (e->flags & NF_EDGE_EVENT_TCP)
		return nla_put_u8(msg, NF_EDGE_A_EVENT_TCP_FLAGS, e->tcp_flags);
	return 0;
}

static int put_flags(struct sk_buff *msg, const struct nf_edge_event *e)
{
	if ((e->flags & NF_EDGE_EVENT_REPLY) &&
	    nla_put_flag(msg, NF_EDGE_A_EVENT_REPLY))
		return -EMSGSIZE;
	return e->flags & NF_EDGE_EVENT_ERROR ?
	       nla_put_flag(msg, NF_EDGE_A_EVENT_ERROR) : 0;
}

static int put_event(struct sk_buff *msg, struct nf_edge_net *en,
		     const struct nf_edge_snapshot *snapshot,
		     const struct nf_edge_event *event)
{
	struct nlattr *nest = nla_nest_start(msg, NF_EDGE_A_LISTEN_EVENT);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(msg, NF_EDGE_A_EVENT_TIME, event->time,
			      NF_EDGE_A_EVENT_PAD) ||
	    put_verdict(msg, event) || put_rows(msg, snapshot, event) ||
	    put_ends(msg, snapshot, event) ||
	    put_interface(msg, en->net, event->ifindex) ||
	    put_addresses(msg, event) || put_transport(msg, event) ||
	    nla_put_u32(msg, NF_EDGE_A_EVENT_LENGTH, event->len) ||
	    put_flags(msg, event) ||
	    nla_put_u32(msg, NF_EDGE_A_EVENT_GENERATION, event->generation)) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/* Make room for a message, unless one is being filled. */
static bool open_message(struct nf_edge_listener *listener)
{
	if (listener->msg)
		return true;
	listener->msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!listener->msg)
		return false;
	listener->header = genlmsg_put(listener->msg, 0, 0, &nf_edge_nl_family,
				       0, NF_EDGE_CMD_EVENT_NTF);
	if (listener->header)
		return true;
	nlmsg_free(listener->msg);
	listener->msg = NULL;
	return false;
}

/* Send the message that is being filled.  Count its events if that fails. */
static bool send_message(struct nf_edge_net *en,
			 struct nf_edge_listener *listener)
{
	struct sk_buff *msg = listener->msg;
	bool sent;
	u32 i;

	if (!msg)
		return true;
	listener->msg = NULL;
	genlmsg_end(msg, listener->header);
	sent = !genlmsg_unicast(en->net, msg, listener->portid);
	for (i = 0; i < NF_EDGE_KINDS; i++) {
		if (!sent)
			listener->socket_full[i] += listener->filled[i];
		listener->filled[i] = 0;
	}
	return sent;
}

/**
 * nf_edge_listener_send - put an event into the message of a listener
 * @en: the namespace
 * @listener: the listener
 * @snapshot: the policy that judged the packet
 * @event: the event
 *
 * A full message is sent.  An event that finds no room is counted.
 *
 * Context: may sleep; @en->events_mutex is held.
 */
void nf_edge_listener_send(struct nf_edge_net *en,
			   struct nf_edge_listener *listener,
			   const struct nf_edge_snapshot *snapshot,
			   const struct nf_edge_event *event)
{
	int tries;

	/* A message of its own has room for an event with all rows. */
	for (tries = 0; tries < 2 && open_message(listener); tries++) {
		if (!put_event(listener->msg, en, snapshot, event)) {
			listener->filled[event->kind]++;
			return;
		}
		send_message(en, listener);
	}
	listener->socket_full[event->kind]++;
}

static int put_lost(struct sk_buff *msg, u32 kind,
		    const struct nf_edge_lost *lost)
{
	struct nlattr *nest = nla_nest_start(msg, NF_EDGE_A_LISTEN_LOST);
	bool permitted = kind == NF_EDGE_KIND_PERMITTED;

	if (!nest ||
	    nla_put_u32(msg, NF_EDGE_A_LOST_VERDICT,
			permitted ? NF_EDGE_VERDICT_ACCEPT :
				    NF_EDGE_VERDICT_DROP) ||
	    (!permitted && nla_put_u32(msg, NF_EDGE_A_LOST_REASON, kind)) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_LOST_SUPPRESSED, lost->suppressed,
			      NF_EDGE_A_LOST_PAD) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_LOST_RING_FULL, lost->ring_full,
			      NF_EDGE_A_LOST_PAD) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_LOST_SOCKET_FULL,
			      lost->socket_full, NF_EDGE_A_LOST_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Count the events of a kind that a listener has lost since it began. */
static struct nf_edge_lost lost_since(const struct nf_edge_listener *listener,
				      const struct nf_edge_lost *lost, u32 kind)
{
	return (struct nf_edge_lost){
		.suppressed = lost->suppressed -
			      listener->base[kind].suppressed,
		.ring_full = lost->ring_full - listener->base[kind].ring_full,
		.socket_full = listener->socket_full[kind],
	};
}

/**
 * nf_edge_listener_flush - send what waits, then what was lost unless told
 * @en: the namespace
 * @listener: the listener
 * @lost: what was lost on the way to the rings, by kind, since the first socket
 *	listened
 *
 * Losses that cannot be told are told by a later call.
 *
 * Context: may sleep; @en->events_mutex is held.
 */
void nf_edge_listener_flush(struct nf_edge_net *en,
			    struct nf_edge_listener *listener,
			    const struct nf_edge_lost *lost)
{
	struct nf_edge_lost told[NF_EDGE_KINDS];
	bool news = false;
	u32 i;

	send_message(en, listener);
	for (i = 0; i < NF_EDGE_KINDS; i++) {
		told[i] = lost_since(listener, &lost[i], i);
		if (!(listener->filter.kinds & BIT(i)) ||
		    !memcmp(&told[i], &listener->told[i], sizeof(told[i])))
			continue;
		/* A message has room for all kinds. */
		if (!open_message(listener) ||
		    put_lost(listener->msg, i, &told[i]))
			break;
		news = true;
	}
	if (!news)
		return;
	/* Tell again all of what a message that was lost has told. */
	if (send_message(en, listener) && i == NF_EDGE_KINDS)
		memcpy(listener->told, told, sizeof(told));
}

/**
 * nf_edge_listener_end - tell a listener that nothing will be sent any more
 * @en: the namespace
 * @listener: the listener
 *
 * Context: may sleep; @en->events_mutex is held.
 */
void nf_edge_listener_end(struct nf_edge_net *en,
			  struct nf_edge_listener *listener)
{
	if (open_message(listener) &&
	    !nla_put_flag(listener->msg, NF_EDGE_A_LISTEN_END))
		send_message(en, listener);
}
