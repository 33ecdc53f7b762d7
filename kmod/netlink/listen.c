// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listeners: sockets that asked for the events of their namespace.
 *
 * A work of the namespace sends what is in the rings, again and again while a
 * socket listens.  The packet path neither starts the work nor waits for it.
 * Each listener has a message that is being filled.  Messages are unicast, and
 * a socket without room loses its message: the events in it are counted.
 *
 * A listener holds no reference on the module.  A policy does, so no packet is
 * judged when the module goes away; listeners are told then.
 */

#include <asm/barrier.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "netlink/event.h"
#include "netlink/family.h"
#include "netlink/filter.h"
#include "netlink/listen.h"
#include "netlink/netlink-gen.h"
#include "netns.h"
#include "rings.h"
#include "snapshot.h"

#define PERIOD		(HZ / 20)	/* between two runs of the work */

/* Count events of a kind that were lost on their way to the rings. */
static void sum_lost(const struct nf_edge_events *events, u32 kind,
		     struct nf_edge_lost *lost)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct nf_edge_ring *ring = events->ring[cpu];

		lost->suppressed += READ_ONCE(ring->suppressed[kind]);
		lost->ring_full += READ_ONCE(ring->full[kind]);
	}
}

static struct nf_edge_events *events_of(struct nf_edge_net *en)
{
	return rcu_dereference_protected(en->events,
					 lockdep_is_held(&en->events_mutex));
}

/* Add what was lost on the way to the rings. */
static void add_rings(struct nf_edge_lost *sum,
		      const struct nf_edge_events *events)
{
	u32 i;

	for (i = 0; i < NF_EDGE_KINDS; i++)
		sum_lost(events, i, sum);
}

/* Add what the socket of a listener had no room for. */
static void add_socket(struct nf_edge_lost *sum,
		       const struct nf_edge_listener *listener)
{
	u32 i;

	for (i = 0; i < NF_EDGE_KINDS; i++)
		sum->socket_full += listener->socket_full[i];
}

/**
 * nf_edge_listeners_lost - sum what all listeners of a namespace have lost
 * @en: the namespace
 * @lost: filled in, since the namespace has the module
 *
 * Context: may sleep; takes the namespace's events_mutex.
 * Return: number of sockets that listen.
 */
u32 nf_edge_listeners_lost(struct nf_edge_net *en, struct nf_edge_lost *lost)
{
	const struct nf_edge_listener *listener;
	u32 n = 0;

	mutex_lock(&en->events_mutex);
	*lost = en->lost;
	if (events_of(en))
		add_rings(lost, events_of(en));
	list_for_each_entry(listener, &en->listeners, list) {
		add_socket(lost, listener);
		n++;
	}
	mutex_unlock(&en->events_mutex);
	return n;
}

/* Tell each listener what was lost, and send what waits in its message. */
static void finish(struct nf_edge_net *en)
{
	struct nf_edge_lost lost[NF_EDGE_KINDS] = {};
	struct nf_edge_listener *listener;
	u32 i;

	for (i = 0; i < NF_EDGE_KINDS; i++)
		sum_lost(events_of(en), i, &lost[i]);
	list_for_each_entry(listener, &en->listeners, list)
		nf_edge_listener_flush(en, listener, lost);
}

/**
 * struct policies - policies that events may be of
 * @en: the namespace
 * @old: the policy that went out of force just now, or NULL
 * @now: the policy in force, pinned, or NULL
 */
struct policies {
	struct nf_edge_net *en;
	const struct nf_edge_snapshot *old;
	struct nf_edge_snapshot *now;
};

/* Find a policy by its generation, or NULL: its events are sent elsewhere. */
static const struct nf_edge_snapshot *find_policy(struct policies *p,
						  u32 generation)
{
	if (p->old && p->old->generation == generation)
		return p->old;
	if (p->now && p->now->generation == generation)
		return p->now;
	if (p->now)
		nf_edge_snapshot_put(p->now);
	p->now = nf_edge_snapshot_get(p->en);
	return p->now && p->now->generation == generation ? p->now : NULL;
}

/*
 * Send the events of a ring.  Leave those of a policy that is neither in force
 * nor known here: who took it out of force sends them.  Return whether many
 * were there.
 */
static bool drain_ring(struct policies *p, struct nf_edge_ring *ring, u32 since)
{
	const struct nf_edge_snapshot *snapshot;
	const struct nf_edge_event *event;
	struct nf_edge_listener *listener;
	u32 head, tail, first = ring->tail;

	/* Events up to there are whole: pairs with tell(). */
	head = smp_load_acquire(&ring->head);
	for (tail = first; tail != head; tail++) {
		event = &ring->event[tail % NF_EDGE_RING_SIZE];
		/* From before the first socket listened. */
		if ((s32)(event->generation - since) < 0)
			continue;
		snapshot = find_policy(p, event->generation);
		if (!snapshot)
			break;
		list_for_each_entry(listener, &p->en->listeners, list)
			if (nf_edge_filter_takes(&listener->filter, snapshot,
						 event))
				nf_edge_listener_send(p->en, listener, snapshot,
						      event);
	}
	/* The CPU may write where the events were: pairs with is_full(). */
	smp_store_release(&ring->tail, tail);
	return tail - first > NF_EDGE_RING_SIZE / 4;
}

static bool drain_rings(struct nf_edge_net *en,
			const struct nf_edge_snapshot *old)
{
	struct policies policies = { .en = en, .old = old };
	struct nf_edge_events *events = events_of(en);
	bool many = false;
	int cpu;

	for_each_possible_cpu(cpu)
		many |= drain_ring(&policies, events->ring[cpu], events->since);
	if (policies.now)
		nf_edge_snapshot_put(policies.now);
	finish(en);
	return many;
}

static void drain(struct nf_edge_net *en, const struct nf_edge_snapshot *old)
{
	drain_rings(en, old);
}

static void work(struct work_struct *work)
{
	struct nf_edge_net *en = container_of(to_delayed_work(work),
					      struct nf_edge_net, events_work);

	mutex_lock(&en->events_mutex);
	if (events_of(en))
		schedule_delayed_work(&en->events_work,
				      drain_rings(en, NULL) ? 1 : PERIOD);
	mutex_unlock(&en->events_mutex);
}

/* Let the packet path tell what any listener asked for. */
static void set_wanted(struct nf_edge_net *en)
{
	struct nf_edge_events *events = events_of(en);
	struct nf_edge_listener *listener;
	u32 wanted = 0, rate = 0;

	list_for_each_entry(listener, &en->listeners, list) {
		wanted |= listener->filter.kinds;
		rate = max(rate, listener->rate);
	}
	WRITE_ONCE(events->rate, rate);
	WRITE_ONCE(events->wanted, wanted);
}

static struct nf_edge_listener *find_listener(struct nf_edge_net *en,
					      u32 portid)
{
	struct nf_edge_listener *listener;

	list_for_each_entry(listener, &en->listeners, list)
		if (listener->portid == portid)
			return listener;
	return NULL;
}

/*
 * Check whether a socket may begin to listen.  One that asks again is refused,
 * and has all events until now.
 */
static int check_place(struct nf_edge_net *en, struct genl_info *info)
{
	struct nf_edge_listener *listener;
	int n = 0;

	if (find_listener(en, info->snd_portid)) {
		drain_rings(en, NULL);
		NL_SET_ERR_MSG(info->extack,
			       "this socket listens already: close it to listen to something else");
		return -EBUSY;
	}
	list_for_each_entry(listener, &en->listeners, list)
		n++;
	if (n < NF_EDGE_MAX_LISTENERS)
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "eight sockets listen in this network namespace: end one of them");
	return -EBUSY;
}

/* Begin to listen.  Listeners before get the events until now. */
static int enlist(struct nf_edge_net *en, struct nf_edge_listener *listener)
{
	u32 i;

	if (!events_of(en)) {
		int err = nf_edge_events_start(en);

		if (err)
			return err;
		schedule_delayed_work(&en->events_work, PERIOD);
	} else {
		drain_rings(en, NULL);
	}
	for (i = 0; i < NF_EDGE_KINDS; i++)
		sum_lost(events_of(en), i, &listener->base[i]);
	list_add_tail(&listener->list, &en->listeners);
	set_wanted(en);
	return 0;
}

static int begin(struct nf_edge_net *en, struct genl_info *info,
		 struct nf_edge_listener *listener, struct sk_buff *msg)
{
	const struct nlattr *rate = info->attrs[NF_EDGE_A_LISTEN_RATE];
	struct nf_edge_snapshot *snapshot = nf_edge_snapshot_get(en);
	int err;

	err = nf_edge_parse_filter(info, snapshot, &listener->filter);
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	if (err)
		return err;
	listener->portid = info->snd_portid;
	listener->rate = rate ? nla_get_u32(rate) : NF_EDGE_RATE_DEFAULT;
	if (listener->rate > NF_EDGE_RATE_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, rate,
				    "more than 100000 events a second");
		return -EINVAL;
	}
	mutex_lock(&en->events_mutex);
	err = check_place(en, info) ?: enlist(en, listener);
	/* The reply has room: nothing may fail after the socket listens. */
	if (!err)
		nla_put_u32(msg, NF_EDGE_A_LISTEN_RATE, events_of(en)->rate);
	mutex_unlock(&en->events_mutex);
	/* Packets may still be in a hook that saw no listener. */
	if (!err)
		synchronize_rcu();
	return err;
}

/**
 * nf_edge_nl_listen_doit - send events to a socket from now on
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's events_mutex.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_listen_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_listener *listener;
	struct sk_buff *msg;
	int err;

	listener = kzalloc(sizeof(*listener), GFP_KERNEL_ACCOUNT);
	msg = nf_edge_nl_reply(info, nla_total_size(sizeof(u32)));
	if (!listener || !msg) {
		nlmsg_free(msg);
		kfree(listener);
		return -ENOMEM;
	}
	err = begin(en, info, listener, msg);
	if (err)
		kfree(listener);
	nf_edge_nl_send(info, msg, err);
	return err;
}

/* Take a listener out.  Return rings that nobody needs any more, or NULL. */
static struct nf_edge_events *remove_listener(struct nf_edge_net *en,
					      struct nf_edge_listener *listener)
{
	list_del(&listener->list);
	add_socket(&en->lost, listener);
	nlmsg_free(listener->msg);
	kfree(listener);
	if (list_empty(&en->listeners)) {
		add_rings(&en->lost, events_of(en));
		return nf_edge_events_stop(en);
	}
	set_wanted(en);
	return NULL;
}

static void free_rings(struct nf_edge_events *events)
{
	if (!events)
		return;
	synchronize_rcu();
	nf_edge_events_free(events);
}

/* End a listener whose socket closes. */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	struct netlink_notify *notify = ptr;
	struct nf_edge_events *events = NULL;
	struct nf_edge_listener *listener;
	struct nf_edge_net *en;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	en = nf_edge_net(notify->net);
	if (list_empty_careful(&en->listeners))
		return NOTIFY_DONE;
	mutex_lock(&en->events_mutex);
	listener = find_listener(en, notify->portid);
	if (listener)
		events = remove_listener(en, listener);
	mutex_unlock(&en->events_mutex);
	free_rings(events);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

/**
 * nf_edge_listeners_start - begin without a listener
 * @en: the namespace
 *
 * Context: process context.
 */
void nf_edge_listeners_start(struct nf_edge_net *en)
{
	INIT_LIST_HEAD(&en->listeners);
	INIT_DELAYED_WORK(&en->events_work, work);
	nf_edge_events_init(en, drain);
}

/**
 * nf_edge_listeners_end - end all listeners of a namespace
 * @en: the namespace, which ends, or whose module does
 *
 * Sockets of a namespace close before it ends, and are left only when the
 * module ends: they are told.
 *
 * Context: may sleep.
 */
void nf_edge_listeners_end(struct nf_edge_net *en)
{
	struct nf_edge_listener *listener, *next;
	struct nf_edge_events *events = NULL;

	mutex_lock(&en->events_mutex);
	if (events_of(en))
		drain_rings(en, NULL);
	list_for_each_entry_safe(listener, next, &en->listeners, list) {
		nf_edge_listener_end(en, listener);
		events = remove_listener(en, listener);
	}
	mutex_unlock(&en->events_mutex);
	cancel_delayed_work_sync(&en->events_work);
	free_rings(events);
}

/**
 * nf_edge_listeners_init - watch for sockets that close
 *
 * Context: process context; may sleep.
 * Return: 0 or a negative error.
 */
int nf_edge_listeners_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

/**
 * nf_edge_listeners_exit - stop watching for sockets that close
 *
 * Context: process context; may sleep.
 */
void nf_edge_listeners_exit(void)
{
	netlink_unregister_notifier(&netlink_notifier);
}
