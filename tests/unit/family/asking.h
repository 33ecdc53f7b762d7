/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the netlink family, for tests: build a message, hand the message to
 * the module's own functions, and read the answer back octet by octet.
 */
#ifndef FAMILY_ASKING_H
#define FAMILY_ASKING_H

#include <kunit/test.h>
#include <linux/rtnetlink.h>

#include "../../../kmod/confirm.h"
#include "../../../kmod/counters.h"
#include "../../../kmod/drops.h"
#include "../../../kmod/netdev.h"
#include "../../../kmod/netlink/family.h"
#include "../../../kmod/netlink/listen.h"
#include "../../../kmod/netlink/netlink-gen.h"
#include "../../../kmod/netlink/pending.h"
#include "../../../kmod/netlink/transaction.h"
#include "../../../kmod/netns.h"
#include "../../../kmod/node.h"
#include "../../../kmod/publish.h"
#include "../../../kmod/snapshot.h"
#include "../words.h"

unsigned int nf_edge_net_id;

static struct nf_edge_net *en;
static struct sk_buff *answer;		/* the last one */
static struct netlink_ext_ack extack;
static unsigned int events;
static struct { s64 generation, mode, change, held; } event;	/* the last one */
static unsigned int conntrack_refs;
static int reply_error;			/* no answer reaches the reader */
static int conntrack_error;
static void (*while_going_live)(void);
static u32 portid = 100;		/* of the socket that asks */

/* --- attributes */

static inline const struct nlattr *attr_in(const void *first, int size,
					   int type)
{
	const struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, first, size, left)
		if (nla_type(attr) == type)
			return attr;
	return NULL;
}

static inline const struct nlattr *nested(const struct nlattr *nest, int type)
{
	return nest ? attr_in(nla_data(nest), nla_len(nest), type) : NULL;
}

static inline const void *payload_of(const struct nlmsghdr *nlh)
{
	return (const u8 *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
}

static inline int payload_size(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
}

/* The number in an attribute, -1 when there is none. */
static inline s64 number(const struct nlattr *attr)
{
	u64 value = 0;

	if (!attr)
		return -1;
	memcpy(&value, nla_data(attr), nla_len(attr));
	return value;
}

static inline s64 number_of(const struct nlmsghdr *nlh, int type)
{
	return number(attr_in(payload_of(nlh), payload_size(nlh), type));
}

/* --- the module's surroundings */

int genlmsg_reply(struct sk_buff *skb, struct genl_info *info)
{
	nlmsg_free(answer);
	answer = skb;
	return reply_error;
}

int genlmsg_multicast_netns(const struct genl_family *family, struct net *net,
			    struct sk_buff *skb, u32 from, unsigned int group,
			    int gfp)
{
	const struct nlmsghdr *nlh = (const void *)skb->head;

	events++;
	event.generation = number_of(nlh, NF_EDGE_A_POLICY_GENERATION);
	event.mode = number_of(nlh, NF_EDGE_A_POLICY_MODE);
	event.change = number_of(nlh, NF_EDGE_A_POLICY_CHANGE);
	event.held = shim_module_refs;
	nlmsg_free(skb);
	return 0;
}

/* Unicast messages of the last call, in order, or what refuses them. */
static struct sk_buff *sent[64];
static u32 sent_to[64];
static unsigned int n_sent;
static int unicast_error;

int genlmsg_unicast(struct net *net, struct sk_buff *skb, u32 to)
{
	if (unicast_error) {
		nlmsg_free(skb);
		return unicast_error;
	}
	assert(n_sent < ARRAY_SIZE(sent));
	sent_to[n_sent] = to;
	sent[n_sent++] = skb;
	return 0;
}

static inline void forget_sent(void)
{
	while (n_sent)
		nlmsg_free(sent[--n_sent]);
}

int shim_ct_netns_get(void)
{
	if (while_going_live)
		while_going_live();
	conntrack_refs += !conntrack_error;
	return conntrack_error;
}

void shim_ct_netns_put(void)
{
	assert(conntrack_refs);
	conntrack_refs--;
}

static unsigned int let_by(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static inline int start_family(void)
{
	int i, err = start_flow_table() ?: nf_edge_snapshots_init() ?:
		     nf_edge_netdev_init() ?: nf_edge_transactions_init() ?:
		     nf_edge_listeners_init() ?: nf_edge_family_init();

	if (err)
		return err;
	en = kzalloc(sizeof(*en), GFP_KERNEL);
	en->drops = alloc_percpu(struct nf_edge_drops);
	en->net = &init_net;
	mutex_init(&en->mutex);
	mutex_init(&en->reset_mutex);
	INIT_LIST_HEAD(&en->transactions);
	nf_edge_confirm_init(en, nf_edge_nl_expire);
	nf_edge_listeners_start(en);
	for (i = 0; i < NF_EDGE_HOOKS; i++)
		en->hooks[i].hook = let_by;
	init_net.generic = en;
	init_net.devices = NULL;
	init_net.ct.stat = alloc_percpu(struct ip_conntrack_stat);
	events = 0;
	conntrack_refs = 0;
	reply_error = 0;
	conntrack_error = 0;
	while_going_live = NULL;
	shim_before_lock = NULL;
	shim_after_unlock = NULL;
	portid = 100;
	shim_cpu = 0;
	return 0;
}

static inline void end_family(void)
{
	mutex_lock(&en->mutex);
	nf_edge_transactions_end(en);
	nf_edge_confirm_end(en);
	nf_edge_unpublish(en);
	mutex_unlock(&en->mutex);
	nf_edge_listeners_end(en);
	assert(!shim_hooks && !conntrack_refs);
	nf_edge_family_exit();
	nf_edge_listeners_exit();
	nf_edge_transactions_exit();
	nf_edge_netdev_exit();
	nf_edge_snapshots_exit();
	end_flow_table();
	free_percpu(init_net.ct.stat);
	free_percpu(en->drops);
	kfree(en);
	nlmsg_free(answer);
	answer = NULL;
	forget_sent();
}

/* --- requests */

static inline struct sk_buff *request(u8 command)
{
	struct sk_buff *skb = nlmsg_new(1 << 20, GFP_KERNEL);

	genlmsg_put(skb, portid, 1, &nf_edge_nl_family, 0, command);
	return skb;
}

static inline const struct genl_split_ops *operation(u8 command)
{
	const struct genl_family *family = &nf_edge_nl_family;
	int i;

	for (i = 0; i < family->n_split_ops; i++)
		if (family->split_ops[i].cmd == command)
			return &family->split_ops[i];
	return NULL;
}

/* Hands a request over, which stays the caller's: 0 or an error. */
static inline int hand_over(struct sk_buff *skb)
{
	struct nlmsghdr *nlh = (void *)skb->head;
	struct genlmsghdr *header = (void *)(skb->head + NLMSG_HDRLEN);
	const struct genl_split_ops *op = operation(header->cmd);
	struct nlattr *attrs[64] = {};
	struct genl_info info = {
		.snd_seq = 1, .snd_portid = portid, .genlhdr = header,
		.attrs = attrs, .net = &init_net, .extack = &extack,
	};

	genlmsg_end(skb, genlmsg_data(header));
	assert(nlh->nlmsg_len == skb->len);
	extack = (struct netlink_ext_ack){};
	return (op->policy ? shim_nla_parse(attrs, op->maxattr,
					    genlmsg_data(header),
					    genlmsg_len(header), op->policy,
					    &extack) : 0) ?:
	       op->doit(skb, &info);
}

static inline int ask(struct sk_buff *skb)
{
	int err = hand_over(skb);

	nlmsg_free(skb);
	return err;
}

static inline int ask_for(u8 command)
{
	return ask(request(command));
}

static inline void put_address(struct sk_buff *skb, u32 service,
			       const char *text)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_NODE_ADDRESS);
	struct address a = read_address(text);

	nla_put_u32(skb, NF_EDGE_A_ADDRESS_SERVICE, service);
	nla_put(skb, a.ipv6 ? NF_EDGE_A_ADDRESS_IPV6 : NF_EDGE_A_ADDRESS_IPV4,
		a.ipv6 ? 16 : 4, a.octets);
	nla_nest_end(skb, nest);
}

/* A node with an A/V and an Access Edge at one address, if it is one. */
static inline void put_node(struct sk_buff *skb, const char *name,
			    const char *access, const char *av)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);

	nla_put_string(skb, NF_EDGE_A_NODE_NAME, name);
	put_address(skb, NF_EDGE_SERVICE_ACCESS, access);
	put_address(skb, NF_EDGE_SERVICE_AV, av);
	nla_nest_end(skb, nest);
}

static inline void put_interface(struct sk_buff *skb, const char *name,
				 u32 sides)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_INTERFACE);

	nla_put_string(skb, NF_EDGE_A_INTERFACE_NAME, name);
	nla_put_u32(skb, NF_EDGE_A_INTERFACE_SIDES, sides);
	nla_nest_end(skb, nest);
}

static inline void put_switches(struct sk_buff *skb, u32 mode, u32 zones,
				u32 features)
{
	nla_put_u32(skb, NF_EDGE_A_POLICY_MODE, mode);
	nla_put_u32(skb, NF_EDGE_A_POLICY_ZONES, zones);
	nla_put_u32(skb, NF_EDGE_A_POLICY_FEATURES, features);
}

/* One entry of a list of prefixes, with the octets that end it. */
static inline void put_entry(struct sk_buff *skb, struct nlattr *list,
			     const char *text)
{
	struct nf_edge_prefix p = read_prefix(text, 0);
	__be64 octets[2] = { cpu_to_be64(p.hi), cpu_to_be64(p.lo) };
	int size = p.ipv6 ? 16 : 4;
	u8 *entry = skb_put_zero(skb, size + 4);

	memcpy(entry, octets, size);
	entry[size] = p.len;
	list->nla_len = skb->tail - (u8 *)list;
}

static inline struct nlattr *begin_peers(struct sk_buff *skb, u32 set)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_PEERS);

	nla_put_u32(skb, NF_EDGE_A_PEERS_SET, set);
	return nest;
}

/* --- answers */

static inline const struct nlattr *answered(int type)
{
	const struct nlmsghdr *nlh = (const void *)answer->head;

	return attr_in(payload_of(nlh), payload_size(nlh), type);
}

/* --- dumps */

typedef void (*message_fn)(struct kunit *test, const struct nlmsghdr *nlh);

static bool dump_interrupted;		/* the last one */

/* Reads a dump by buffers of this size, message by message: their number, or an
 * error.  The request is freed.
 */
static inline int dump_asked(struct kunit *test, struct sk_buff *asked,
			     size_t size, message_fn message)
{
	struct nlmsghdr *nlh = nlmsg_hdr(asked);
	const struct genlmsghdr *header = (const void *)(nlh + 1);
	const struct genl_split_ops *op = operation(header->cmd);
	struct netlink_callback cb = {
		.skb = asked, .nlh = nlh, .extack = &extack,
	};
	struct sock sk = { &init_net };
	int got, n = 0, at;

	nlmsg_end(asked, nlh);
	nlh->nlmsg_seq = 7;
	asked->sk = &sk;
	asked->cb.portid = portid;
	KUNIT_ASSERT_EQ(test, op->start(&cb), 0);
	do {
		u8 *head = malloc(size);
		struct sk_buff skb = {
			.head = head, .tail = head, .end = head + size,
		};

		got = op->dumpit(&skb, &cb);
		if (got >= 0)
			KUNIT_ASSERT_EQ(test, got, (int)skb.len);
		for (at = 0; at < got;) {
			const struct nlmsghdr *one = (const void *)(head + at);

			KUNIT_ASSERT_EQ(test, one->nlmsg_seq, 7);
			KUNIT_ASSERT_EQ(test, one->nlmsg_pid, portid);
			KUNIT_ASSERT_TRUE(test, one->nlmsg_flags & NLM_F_MULTI);
			message(test, one);
			at += NLMSG_ALIGN(one->nlmsg_len);
			n++;
		}
		free(head);
	} while (got > 0);
	op->done(&cb);
	dump_interrupted = cb.prev_seq && cb.seq != cb.prev_seq;
	nlmsg_free(asked);
	return got < 0 ? got : n;
}

/* Reads a whole dump of what a command lists. */
static inline int dump(struct kunit *test, u8 command, size_t size,
		       message_fn message)
{
	return dump_asked(test, request(command), size, message);
}

#endif
