// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "policy/profiles.h"
#include "system/connections.h"
#include "system/ssh.h"
#include "module.h"

#define FAMILY		0x21
#define QUEUE_MAX	128
#define MESSAGES_MAX	64

struct module module;
struct query session;
struct tracked_list connections;
int connections_error;

static struct datagram {
	void *data;
	size_t size;
	uint32_t sender;
} queue[QUEUE_MAX];
static size_t first, last;

static struct nl_msg *messages[MESSAGES_MAX];
static size_t message_count;
static nl_recvmsg_msg_cb_t callback;
static int list_asked;
static void *callback_arg;

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_recvfrom(int fd, void *data, size_t size, int flags,
			struct sockaddr *from, socklen_t *length);
/* Events of the module come as a test says; without one the socket fails. */
int __wrap_client_await(struct client *client, int milliseconds,
			const sigset_t *signals)
{
	return module.await ? module.await(client) : -ECONNRESET;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t size);
int __wrap_client_await(struct client *client, int milliseconds,
			const sigset_t *signals);
int __wrap_nl_connect(struct nl_sock *socket, int protocol);
int __wrap_nl_send_simple(struct nl_sock *socket, int type, int flags,
			  void *data, size_t size);
int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t call,
			       void *arg);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);
void __wrap_sessions_find(struct sessions *sessions);
int __wrap_tracked_read(struct tracked_list *list);

/* --- the queue of answers */

static void push(struct nl_msg *msg, uint32_t sender)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);

	assert_true(last < QUEUE_MAX);
	queue[last].size = header->nlmsg_len;
	queue[last].data = malloc(header->nlmsg_len);
	memcpy(queue[last].data, header, header->nlmsg_len);
	queue[last++].sender = sender;
	nlmsg_free(msg);
}

static struct nl_msg *reply(uint32_t sequence, int flags, uint8_t command)
{
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_MAX);

	genlmsg_put(msg, 0, sequence, FAMILY, 0, flags, command, 1);
	return msg;
}

static void push_end(uint32_t sequence, int error, uint32_t offset, bool dump,
		     bool interrupted)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096);
	struct nlmsgerr ack = { .error = -error };
	int flags = dump ? NLM_F_MULTI : NLM_F_CAPPED;

	if (error)
		flags |= NLM_F_ACK_TLVS;
	if (interrupted)
		flags |= NLM_F_DUMP_INTR;
	nlmsg_put(msg, 0, sequence, dump ? NLMSG_DONE : NLMSG_ERROR, 0, flags);
	nlmsg_append(msg, &ack, dump ? sizeof(int) : sizeof(ack), NLMSG_ALIGNTO);
	if (error && module.sentence)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, module.sentence);
	if (error && offset)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, offset);
	push(msg, 0);
}

/* --- the module's answers */

static void put_status(struct nl_msg *msg)
{
	const struct view *view = &module.view;
	const struct policy *policy = &view->policy;
	struct nlattr *nest;
	size_t i;

	nla_put_string(msg, NF_EDGE_A_POLICY_VERSION, module.version);
	nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, view->generation);
	nla_put_u32(msg, NF_EDGE_A_POLICY_CONNTRACK_COUNT, view->conntrack_count);
	nla_put_u32(msg, NF_EDGE_A_POLICY_CONNTRACK_MAX, view->conntrack_max);
	nla_put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_DROP, view->conntrack_drop);
	nla_put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_EARLY_DROP,
		    view->conntrack_early_drop);
	nla_put_u64(msg, NF_EDGE_A_POLICY_OFFLOADED, view->offloaded);
	nla_put_u32(msg, NF_EDGE_A_POLICY_LISTENERS, view->listeners);
	nla_put_u64(msg, NF_EDGE_A_POLICY_EVENTS_SUPPRESSED,
		    view->lost.suppressed);
	nla_put_u64(msg, NF_EDGE_A_POLICY_EVENTS_RING_FULL,
		    view->lost.ring_full);
	nla_put_u64(msg, NF_EDGE_A_POLICY_EVENTS_SOCKET_FULL,
		    view->lost.socket_full);
	if (view->waiting.waits)
		nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_LEFT,
			    view->waiting.left);
	if (view->waiting.waits && view->waiting.loaded) {
		nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_BACK,
			    view->waiting.back);
		nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_BACK_MODE,
			    view->waiting.back_mode);
	}
	if (!view->loaded)
		return;
	nla_put_u32(msg, NF_EDGE_A_POLICY_MODE, policy->mode);
	nla_put_u32(msg, NF_EDGE_A_POLICY_ZONES, policy->zones);
	nla_put_u32(msg, NF_EDGE_A_POLICY_FEATURES, policy->features);
	nla_put_u32(msg, NF_EDGE_A_POLICY_PING, policy->ping);
	nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE, policy->profile);
	if (policy->narrows_ping)
		nla_put_u32(msg, NF_EDGE_A_POLICY_PING_PEERS,
			    policy->ping_peers);
	for (i = 0; i < policy->off_count; i++)
		nla_put_string(msg, NF_EDGE_A_POLICY_ROW_OFF,
			       policy->rows_off[i].id);
	for (i = 0; i < view->loaded_off_count; i++)
		nla_put_string(msg, NF_EDGE_A_POLICY_LOADED_ROW_OFF,
			       view->loaded_off[i].id);
	if (policy->expose_cls_ports)
		nla_put_flag(msg, NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS);
	nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_MODE, view->loaded_mode);
	nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_ZONES, view->loaded_zones);
	nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_FEATURES, view->loaded_features);
	nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED, view->governed);
	for (i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		nest = attr_nest(msg, NF_EDGE_A_POLICY_INTERFACE);
		nla_put_string(msg, NF_EDGE_A_INTERFACE_NAME, interface->name);
		nla_put_u32(msg, NF_EDGE_A_INTERFACE_SIDES, interface->sides);
		if (interface->ifindex)
			nla_put_u32(msg, NF_EDGE_A_INTERFACE_IFINDEX,
				    interface->ifindex);
		nla_nest_end(msg, nest);
	}
}

/* The first range is where port_low and port_high say. */
static void put_ports(struct nl_msg *msg, const struct row *row)
{
	struct nlattr *nest;
	size_t i;

	for (i = 0; !i || i < row->port_count; i++) {
		struct port_range range = row->ports[i];

		if (!i)
			range = (struct port_range){
				row->protocol, row->port_low, row->port_high,
			};
		nest = attr_nest(msg, NF_EDGE_A_ROW_PORTS);
		nla_put_u8(msg, NF_EDGE_A_PORTS_PROTOCOL, range.protocol);
		nla_put_u16(msg, NF_EDGE_A_PORTS_LOW, range.low);
		nla_put_u16(msg, NF_EDGE_A_PORTS_HIGH, range.high);
		nla_nest_end(msg, nest);
	}
	if (!row_is_moved(row))
		return;
	nla_put_u16(msg, NF_EDGE_A_ROW_DOCUMENTED_LOW, row->documented_low);
	nla_put_u16(msg, NF_EDGE_A_ROW_DOCUMENTED_HIGH, row->documented_high);
}

static void put_origin(struct nl_msg *msg, const struct row *row)
{
	const struct policy *policy = &module.view.policy;
	const struct site_row *own = row->id ?
				     site_row_find(policy, row->id) : NULL;
	unsigned int set;
	size_t i;

	nla_put_u32(msg, NF_EDGE_A_ROW_ORIGIN,
		    row->zone == NF_EDGE_ZONE_SITE ? NF_EDGE_ORIGIN_SITE :
						     NF_EDGE_ORIGIN_DOCUMENT);
	nla_put_u32(msg, NF_EDGE_A_ROW_PROFILE, policy->profile);
	for (set = 0; set < SETS_MAX; set++)
		if (row->peer_sets & (1U << set))
			nla_put_string(msg, NF_EDGE_A_ROW_SET_NAME,
				       policy_set_name(policy, set));
	if (!own)
		return;
	if (own->any)
		nla_put_flag(msg, NF_EDGE_A_ROW_ANY);
	if (own->exposed)
		nla_put_flag(msg, NF_EDGE_A_ROW_EXPOSED);
	for (i = 0; i < own->node_count; i++)
		nla_put_string(msg, NF_EDGE_A_ROW_NODE, own->nodes[i]);
}

static void push_rows(uint32_t sequence)
{
	size_t i;

	for (i = 0; i < module.view.table.count + module.rows_beyond; i++) {
		const struct row_state *state = &module.view.states[i % ROWS_MAX];
		struct row row = module.view.table.row[i % ROWS_MAX];
		struct nl_msg *msg = reply(sequence, NLM_F_MULTI,
					   NF_EDGE_CMD_ROW_GET);

		if (i >= module.view.table.count)
			row.id = "beyond/1";
		if (row.id)
			nla_put_string(msg, NF_EDGE_A_ROW_ID, row.id);
		nla_put_u32(msg, NF_EDGE_A_ROW_ZONE, row.zone);
		nla_put_u32(msg, NF_EDGE_A_ROW_SERVICE, row.service);
		nla_put_u32(msg, NF_EDGE_A_ROW_DIRECTION, row.direction);
		nla_put_u32(msg, NF_EDGE_A_ROW_SIDE, row_side(&row));
		nla_put_string(msg, NF_EDGE_A_ROW_ROLE, row.role);
		nla_put_string(msg, NF_EDGE_A_ROW_APPLICATION, row.application);
		nla_put_u8(msg, NF_EDGE_A_ROW_PROTOCOL, row.protocol);
		nla_put_u16(msg, NF_EDGE_A_ROW_PORT_LOW, row.port_low);
		nla_put_u16(msg, NF_EDGE_A_ROW_PORT_HIGH, row.port_high);
		nla_put_u32(msg, NF_EDGE_A_ROW_PEER_SETS, row.peer_sets);
		nla_put_u8(msg, NF_EDGE_A_ROW_ANY_WHEN_UNBOUND,
			   row.any_when_unbound);
		if (row.feature != NF_EDGE_FEATURE_NONE)
			nla_put_u32(msg, NF_EDGE_A_ROW_FEATURE,
				    (uint32_t)row.feature);
		nla_put_string(msg, NF_EDGE_A_ROW_NOTE, row.note);
		nla_put_u8(msg, NF_EDGE_A_ROW_LIVE, state->live);
		nla_put_u32(msg, NF_EDGE_A_ROW_DEAD, state->dead);
		nla_put_u32(msg, NF_EDGE_A_ROW_BOUND_SETS, state->bound);
		put_ports(msg, &row);
		put_origin(msg, &row);
		push(msg, 0);
	}
}

static void push_nodes(uint32_t sequence)
{
	const struct policy *policy = &module.view.policy;
	struct nlattr *nest, *inner;
	size_t n, i;

	for (n = 0; n < policy->node_count; n++) {
		const struct node *node = &policy->nodes[n];
		struct nl_msg *msg = reply(sequence, NLM_F_MULTI,
					   NF_EDGE_CMD_NODE_GET);

		nest = attr_nest(msg, NF_EDGE_A_POLICY_NODE);
		nla_put_string(msg, NF_EDGE_A_NODE_NAME, node->name);
		for (i = 0; i < node->count; i++) {
			const struct binding *b = &node->bindings[i];
			bool ipv4 = b->ip.family == AF_INET;

			inner = attr_nest(msg, NF_EDGE_A_NODE_ADDRESS);
			nla_put_u32(msg, NF_EDGE_A_ADDRESS_SERVICE, b->service);
			nla_put(msg, ipv4 ? NF_EDGE_A_ADDRESS_IPV4 :
				NF_EDGE_A_ADDRESS_IPV6, ipv4 ? 4 : 16,
				b->ip.bytes);
			nla_nest_end(msg, inner);
		}
		nla_nest_end(msg, nest);
		push(msg, 0);
	}
}

/* Each set; its prefixes of each family in a message of their own. */
static void push_sets(uint32_t sequence, uint8_t command)
{
	unsigned int which, family;
	struct nlattr *nest;

	for (which = 0; which < SETS_MAX; which++) {
		const struct peer_set *set = &module.view.policy.sets[which];
		bool documented = profile_sets(module.view.policy.profile) &
				  (1U << which);

		for (family = 0; family < FAMILY_COUNT; family++) {
			const struct prefixes *p = &set->prefixes[family];
			bool counts = command == NF_EDGE_CMD_PEERS_GET;
			struct nl_msg *msg;

			if (counts ? family : !p->count)
				continue;
			if (!documented && !*set->own)
				continue;
			msg = reply(sequence, NLM_F_MULTI, command);
			nest = attr_nest(msg, NF_EDGE_A_POLICY_PEERS);
			nla_put_u32(msg, NF_EDGE_A_PEERS_SET, which);
			if (counts)
				nla_put_string(msg, NF_EDGE_A_PEERS_NAME,
					       policy_set_name(&module.view.policy,
							       which));
			if (counts && set->bound)
				nla_put_u32(msg, NF_EDGE_A_PEERS_COUNT,
					    (uint32_t)peer_set_count(set));
			if (!counts)
				nla_put(msg, family == IPV4 ?
					NF_EDGE_A_PEERS_PREFIXES_IPV4 :
					NF_EDGE_A_PEERS_PREFIXES_IPV6,
					(int)(p->count *
					      peer_set_entry_size(family)),
					p->entries);
			nla_nest_end(msg, nest);
			push(msg, 0);
		}
	}
}

static void put_counts(struct nl_msg *msg, int nest_type, size_t node, size_t i)
{
	static const int attributes[] = {
		NF_EDGE_A_COUNTS_CONNECTIONS,
		NF_EDGE_A_COUNTS_PACKETS_TO_EDGE,
		NF_EDGE_A_COUNTS_BYTES_TO_EDGE,
		NF_EDGE_A_COUNTS_PACKETS_FROM_EDGE,
		NF_EDGE_A_COUNTS_BYTES_FROM_EDGE,
		NF_EDGE_A_COUNTS_DENIED,
		NF_EDGE_A_COUNTS_LAST_HIT,
	};
	struct nlattr *nest = attr_nest(msg, nest_type);
	size_t k;

	if (nest_type == NF_EDGE_A_COUNTERS_ROW)
		nla_put_string(msg, NF_EDGE_A_COUNTS_ROW,
			       module.view.table.row[i].id);
	else
		nla_put_u32(msg, NF_EDGE_A_COUNTS_SERVICE, (uint32_t)i);
	for (k = 0; k < ARRAY_SIZE(attributes); k++)
		if (!module.silent || attributes[k] != NF_EDGE_A_COUNTS_LAST_HIT)
			nla_put_u64(msg, attributes[k], module.silent ? 0 :
				    (node + 1) * 10000 + i * 10 + k + 1);
	nla_nest_end(msg, nest);
}

static void put_node_counters(struct nl_msg *msg, struct nlmsghdr *asked,
			      size_t n)
{
	struct nlattr *zone = attr_of(asked, NF_EDGE_A_COUNTERS_ZONE);
	const struct policy *policy = &module.view.policy;
	size_t i;

	nla_put_string(msg, NF_EDGE_A_COUNTERS_NODE, policy->nodes[n].name);
	nla_put_u32(msg, NF_EDGE_A_COUNTERS_GENERATION, module.view.generation);
	nla_put_u32(msg, NF_EDGE_A_COUNTERS_PROFILE, policy->profile);
	for (i = 0; i < module.view.table.count; i++)
		if (!zone || module.view.table.row[i].zone == nla_get_u32(zone))
			put_counts(msg, NF_EDGE_A_COUNTERS_ROW, n, i);
	for (i = 0; i < SERVICE_COUNT && !zone; i++)
		put_counts(msg, NF_EDGE_A_COUNTERS_SERVICE, n, i);
}

static void put_counters(struct nl_msg *msg, struct nlmsghdr *asked)
{
	struct nlattr *name = attr_of(asked, NF_EDGE_A_COUNTERS_NODE);
	const struct policy *policy = &module.view.policy;
	size_t n;

	for (n = 0; n < policy->node_count; n++)
		if (!strcmp(policy->nodes[n].name, nla_get_string(name)))
			put_node_counters(msg, asked, n);
}

static void push_counters(uint32_t sequence, struct nlmsghdr *asked)
{
	struct nl_msg *msg;
	size_t n;

	for (n = 0; n < module.view.policy.node_count; n++) {
		msg = reply(sequence, NLM_F_MULTI, NF_EDGE_CMD_COUNTERS_DUMP);
		put_node_counters(msg, asked, n);
		push(msg, 0);
	}
}

static void put_drops(struct nl_msg *msg)
{
	struct nlattr *nest;
	uint32_t i;

	for (i = 0; i < REASON_COUNT; i++) {
		nest = attr_nest(msg, NF_EDGE_A_DROPS_DROP);
		nla_put_u32(msg, NF_EDGE_A_DROP_REASON, i);
		nla_put_u64(msg, NF_EDGE_A_DROP_PACKETS, module.drop[i][0]);
		nla_put_u64(msg, NF_EDGE_A_DROP_BYTES, module.drop[i][1]);
		nla_put_u64(msg, NF_EDGE_A_DROP_WOULD_BE_PACKETS,
			    module.drop[i][2]);
		nla_put_u64(msg, NF_EDGE_A_DROP_WOULD_BE_BYTES,
			    module.drop[i][3]);
		nla_nest_end(msg, nest);
	}
}

static void put_rows(struct nl_msg *msg, int attribute,
		     const struct row_ids *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		nla_put_string(msg, attribute, rows->id[i]);
}

/* Near rows of replies are sent unless they are those of the first direction. */
static void put_reply(struct nl_msg *msg, const struct verdict *v,
		      const struct verdict *reply)
{
	nla_put_u32(msg, NF_EDGE_A_QUERY_REPLY_VERDICT, reply->verdict);
	if (reply->reason >= 0)
		nla_put_u32(msg, NF_EDGE_A_QUERY_REPLY_REASON,
			    (uint32_t)reply->reason);
	if (reply != v)
		put_rows(msg, NF_EDGE_A_QUERY_REPLY_NEAR, &reply->near);
}

static void put_verdict(struct nl_msg *msg, const struct verdict *v,
			const struct verdict *reply)
{
	struct nlattr *nest = attr_nest(msg, NF_EDGE_A_POLICY_QUERY);

	nla_put_u32(msg, NF_EDGE_A_QUERY_VERDICT, v->verdict);
	if (v->reason >= 0)
		nla_put_u32(msg, NF_EDGE_A_QUERY_REASON, (uint32_t)v->reason);
	if (v->mode >= 0)
		nla_put_u32(msg, NF_EDGE_A_QUERY_MODE, (uint32_t)v->mode);
	if (*v->source_node)
		nla_put_string(msg, NF_EDGE_A_QUERY_SOURCE_NODE, v->source_node);
	if (*v->destination_node)
		nla_put_string(msg, NF_EDGE_A_QUERY_DESTINATION_NODE,
			       v->destination_node);
	put_rows(msg, NF_EDGE_A_QUERY_ROW, &v->rows);
	put_rows(msg, NF_EDGE_A_QUERY_NEAR, &v->near);
	if (reply)
		put_reply(msg, v, reply);
	nla_nest_end(msg, nest);
}

static bool is_connection(const struct nlattr *query)
{
	return nla_find(nla_data(query), nla_len(query),
			NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4) ||
	       nla_find(nla_data(query), nla_len(query),
			NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6);
}

static bool goes_to(const struct nlattr *query, uint16_t port)
{
	struct nlattr *attr = nla_find(nla_data(query), nla_len(query),
				       NF_EDGE_A_QUERY_DESTINATION_PORT);

	return attr && nla_get_u16(attr) == port;
}

static size_t count_queries(struct nlmsghdr *asked)
{
	struct nlattr *attr;
	size_t n = 0;
	int left;

	nlmsg_for_each_attr(attr, asked, GENL_HDRLEN, left)
		n += nla_type(attr) == NF_EDGE_A_POLICY_QUERY;
	return n;
}

/* One answer a query: of the tried policy, or of the one in force. */
static void put_verdicts(struct nl_msg *msg, struct nlmsghdr *asked)
{
	bool tried = attr_of(asked, NF_EDGE_A_POLICY_TRIED);
	size_t n = count_queries(asked);
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, asked, GENL_HDRLEN, left) {
		const struct verdict *v = tried || !module.now ?
					  &module.tried : module.now;
		const struct verdict *reply = NULL;

		if (nla_type(attr) != NF_EDGE_A_POLICY_QUERY)
			continue;
		if (n-- <= module.unanswered)
			break;
		if (is_connection(attr)) {
			if (module.cut_port && !goes_to(attr, module.cut_port))
				v = module.now;
			reply = v == &module.tried && module.reply ?
				module.reply : v;
		}
		put_verdict(msg, v, reply);
	}
}

static void push_family(uint32_t sequence)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096);

	genlmsg_put(msg, 0, sequence, GENL_ID_CTRL, 0, 0, CTRL_CMD_NEWFAMILY, 2);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, FAMILY);
	nla_put_u32(msg, CTRL_ATTR_VERSION, module.family_version);
	push(msg, 0);
	push_end(sequence, 0, 0, false, false);
}

/* Where the refused text stands in a request. */
static uint32_t offset_of(const struct nlmsghdr *asked)
{
	const char *at = module.place ?
		memmem(asked, asked->nlmsg_len, module.place,
		       strlen(module.place)) : NULL;

	return at ? (uint32_t)(at - (const char *)asked) - NLA_HDRLEN -
		    module.around : 0;
}

static void answer(struct nlmsghdr *asked, uint8_t command)
{
	uint32_t sequence = asked->nlmsg_seq;
	struct nl_msg *msg;

	if (module.forges) {
		msg = reply(sequence, 0, command);
		nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, 666);
		push(msg, FORGER);
		/* Believed, it would end the answer. */
		push_end(sequence, 0, 0, false, false);
		queue[last - 1].sender = FORGER;
	}
	if (command == module.refused && module.spared-- <= 0) {
		if (module.times && !--module.times)
			module.refused = 0;
		push_end(sequence, module.error, offset_of(asked), false, false);
		return;
	}
	if (command == module.cut) {
		module.cut = 0;
		push_end(sequence, 0, 0, true, true);
		return;
	}
	if (module.late && (command == NF_EDGE_CMD_LOAD ||
			    command == NF_EDGE_CMD_COUNTERS_DUMP ||
			    command == NF_EDGE_CMD_COUNTERS_GET)) {
		module.late--;
		module.view.generation++;
	}
	msg = reply(sequence, 0, command);
	switch (command) {
	case NF_EDGE_CMD_ROW_GET:
		push_rows(sequence);
		break;
	case NF_EDGE_CMD_NODE_GET:
		push_nodes(sequence);
		if (module.moves) {
			module.moves--;
			module.view.generation++;
		}
		break;
	case NF_EDGE_CMD_PEERS_GET:
	case NF_EDGE_CMD_PREFIX_GET:
		push_sets(sequence, command);
		break;
	case NF_EDGE_CMD_STATUS_GET:
		put_status(msg);
		break;
	case NF_EDGE_CMD_COUNTERS_GET:
		put_counters(msg, asked);
		break;
	case NF_EDGE_CMD_COUNTERS_DUMP:
		push_counters(sequence, asked);
		break;
	case NF_EDGE_CMD_DROPS_GET:
		put_drops(msg);
		break;
	case NF_EDGE_CMD_CONFIRM:
		nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			    module.view.generation);
		nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED, module.view.governed);
		nla_put_u32(msg, NF_EDGE_A_POLICY_MODE, module.view.policy.mode);
		break;
	case NF_EDGE_CMD_LISTEN:
		nla_put_u32(msg, NF_EDGE_A_LISTEN_RATE, 100);
		break;
	case NF_EDGE_CMD_SWITCH:
		nla_put_u32(msg, NF_EDGE_A_SWITCH_GENERATION,
			    module.view.generation);
		nla_put_u8(msg, NF_EDGE_A_SWITCH_CHANGED, module.changed);
		break;
	default:
		nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			    module.view.generation);
		nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED, module.view.governed);
		nla_put_u8(msg, NF_EDGE_A_POLICY_CHANGED, module.changed);
		if (module.view.loaded)
			nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE,
				    module.view.policy.profile);
		put_verdicts(msg, asked);
	}
	if (asked->nlmsg_flags & NLM_F_DUMP) {
		nlmsg_free(msg);
		push_end(sequence, 0, 0, true, false);
	} else {
		push(msg, 0);
		push_end(sequence, 0, 0, false, false);
	}
}

/* --- the sockets of the tool */

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
	struct asked *asked = &module.requests[module.n];
	struct genlmsghdr *header;

	assert_true(module.n < REQUESTS_MAX);
	asked->message = malloc(size);
	memcpy(asked->message, data, size);
	assert_int_equal(asked->message->nlmsg_len, size);
	if (asked->message->nlmsg_type == GENL_ID_CTRL) {
		if (module.is_absent)
			push_end(asked->message->nlmsg_seq, ENOENT, 0, false,
				 false);
		else
			push_family(asked->message->nlmsg_seq);
		free(asked->message);
		return (ssize_t)size;
	}
	assert_int_equal(asked->message->nlmsg_type, FAMILY);
	header = nlmsg_data(asked->message);
	asked->command = header->cmd;
	module.n++;
	answer(asked->message, header->cmd);
	return (ssize_t)size;
}

ssize_t __wrap_recvfrom(int fd, void *data, size_t size, int flags,
			struct sockaddr *from, socklen_t *length)
{
	struct sockaddr_nl sender = { .nl_family = AF_NETLINK };
	struct datagram *one = &queue[first];
	ssize_t got;

	if (first == last)
		fail_msg("nothing is left to be received");
	assert_true(one->size <= size);
	sender.nl_pid = one->sender;
	memcpy(from, &sender, sizeof(sender));
	memcpy(data, one->data, one->size);
	got = (ssize_t)one->size;
	free(one->data);
	if (++first == last)
		first = last = 0;
	return got;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t size)
{
	assert_true(level == SOL_SOCKET || level == SOL_NETLINK);
	return 0;
}

int __wrap_nl_connect(struct nl_sock *socket, int protocol)
{
	return 0;
}

int __wrap_nl_send_simple(struct nl_sock *socket, int type, int flags,
			  void *data, size_t size)
{
	list_asked = type;
	return (int)size;
}

int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg)
{
	list_asked = nlmsg_hdr(msg)->nlmsg_type;
	return (int)nlmsg_hdr(msg)->nlmsg_len;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t call,
			       void *arg)
{
	callback = call;
	callback_arg = arg;
	return 0;
}

/* A subsystem of the kernel answers with its own messages. */
int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	size_t i;

	for (i = 0; i < message_count; i++)
		if (nlmsg_hdr(messages[i])->nlmsg_type >> 8 == list_asked >> 8)
			callback(messages[i], callback_arg);
	return 0;
}

void __wrap_sessions_find(struct sessions *sessions)
{
	*sessions = (struct sessions){ .whose = OURS };
	if (!*session.in)
		return;
	sessions->items = xgrow(NULL, &sessions->capacity, 0, sizeof(session));
	sessions->items[sessions->count++] = session;
}

int __wrap_tracked_read(struct tracked_list *list)
{
	*list = (struct tracked_list){ .count = connections.count };
	if (connections_error)
		*list = (struct tracked_list){ 0 };
	if (!list->count)
		return connections_error;
	list->items = xalloc(list->count * sizeof(*list->items));
	memcpy(list->items, connections.items,
	       list->count * sizeof(*list->items));
	return 0;
}

void add_message(struct nl_msg *msg)
{
	assert_true(message_count < MESSAGES_MAX);
	messages[message_count++] = msg;
}

struct nl_msg *new_message(int type, const void *head, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(4096);

	nlmsg_put(msg, 0, 0, type, 0, 0);
	nlmsg_append(msg, (void *)head, size, NLMSG_ALIGNTO);
	return msg;
}

/* --- for tests */

struct nlattr *attr_of(struct nlmsghdr *message, int type)
{
	return nlmsg_find_attr(message, GENL_HDRLEN, type);
}

struct nlmsghdr *request_of(uint8_t command, size_t i)
{
	size_t n;

	for (n = 0; n < module.n; n++)
		if (module.requests[n].command == command && !i--)
			return module.requests[n].message;
	return NULL;
}

void forget_answers(void)
{
	while (first < last)
		free(queue[first++].data);
	first = last = 0;
}

bool all_received(void)
{
	return first == last;
}

void module_begin(void)
{
	memset(&module, 0, sizeof(module));
	memset(&session, 0, sizeof(session));
	connections = (struct tracked_list){ 0 };
	connections_error = 0;
	nothing_can_be_printed = false;
	module.version = NF_EDGE_VERSION;
	module.family_version = NF_EDGE_FAMILY_VERSION;
	module.changed = true;
	begin_state();
}

void forget_requests(void)
{
	while (module.n)
		free(module.requests[--module.n].message);
}

void module_end(void)
{
	forget_requests();
	policy_free(&module.view.policy);
	free(module.journal);
	end_state();
	while (message_count)
		nlmsg_free(messages[--message_count]);
	forget_answers();
}
