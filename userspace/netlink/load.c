// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load of a policy.  Few prefixes stand in the load itself, many arrive before
 * the load in a transaction.  The line of each attribute is kept, for refusals
 * that point to an attribute.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "netlink/explain.h"
#include "netlink/load.h"

/* Most prefixes in the load itself. */
#define INLINE_PREFIXES	1024U

struct mark {
	uint32_t offset;
	unsigned int line;
	char word[sizeof(((struct load_reply *)NULL)->word)];
};

/**
 * struct draft - a request, with the lines of its parts
 * @msg: the request
 * @marks: the origins, by offset in the request
 * @mark_count: how many
 * @mark_capacity: how many there is room for
 */
struct draft {
	struct nl_msg *msg;
	struct mark *marks;
	size_t mark_count;
	size_t mark_capacity;
};

/* Note the line of the attributes that follow. */
static void mark(struct draft *draft, unsigned int line, const char *word)
{
	struct mark *next;

	draft->marks = xgrow(draft->marks, &draft->mark_capacity,
			     draft->mark_count, sizeof(*next));
	next = &draft->marks[draft->mark_count++];
	*next = (struct mark){
		.offset = nlmsg_hdr(draft->msg)->nlmsg_len, .line = line,
	};
	snprintf(next->word, sizeof(next->word), "%s", word);
}

static void begin_draft(struct draft *draft, struct client *client,
			uint8_t command)
{
	*draft = (struct draft){
		.msg = client_request(client, command, NLM_F_ACK, MESSAGE_MAX),
	};
}

/* Find the line of the attribute that the kernel refuses: the last mark up to
 * its offset.
 */
static void find_place(const struct refusal *refusal, const struct draft *draft,
		       struct load_reply *reply)
{
	const struct mark *found = NULL;
	size_t i;

	for (i = 0; i < draft->mark_count; i++)
		if (draft->marks[i].offset <= refusal->offset)
			found = &draft->marks[i];
	reply->refused = true;
	if (!found)
		return;
	reply->line = found->line;
	memcpy(reply->word, found->word, sizeof(reply->word));
}

static int send_draft(struct client *client, struct draft *draft,
		      struct load_reply *reply, reply_fn read)
{
	int error = client_do(client, draft->msg, read, reply);

	if (error == -EINVAL || error == -E2BIG || error == -EOPNOTSUPP)
		find_place(&client->refusal, draft, reply);
	free(draft->marks);
	return error;
}

static void put_interface(struct draft *draft,
			  const struct interface *interface)
{
	struct nlattr *nest;

	mark(draft, interface->line, interface->name);
	nest = attr_nest(draft->msg, NF_EDGE_A_POLICY_INTERFACE);
	nla_put_string(draft->msg, NF_EDGE_A_INTERFACE_NAME, interface->name);
	nla_put_u32(draft->msg, NF_EDGE_A_INTERFACE_SIDES, interface->sides);
	nla_nest_end(draft->msg, nest);
}

static void put_binding(struct draft *draft, const struct binding *binding)
{
	char text[INET6_ADDRSTRLEN];
	struct nlattr *nest;

	mark(draft, binding->line, ip_format(&binding->ip, text));
	nest = attr_nest(draft->msg, NF_EDGE_A_NODE_ADDRESS);
	nla_put_u32(draft->msg, NF_EDGE_A_ADDRESS_SERVICE, binding->service);
	if (binding->ip.family == AF_INET)
		nla_put(draft->msg, NF_EDGE_A_ADDRESS_IPV4, 4,
			binding->ip.bytes);
	else
		nla_put(draft->msg, NF_EDGE_A_ADDRESS_IPV6, 16,
			binding->ip.bytes);
	nla_nest_end(draft->msg, nest);
}

static void put_node(struct draft *draft, const struct node *node)
{
	const struct binding *binding;
	struct nlattr *nest;

	mark(draft, node->line, node->name);
	nest = attr_nest(draft->msg, NF_EDGE_A_POLICY_NODE);
	nla_put_string(draft->msg, NF_EDGE_A_NODE_NAME, node->name);
	node_for_each_binding(node, binding)
		put_binding(draft, binding);
	nla_nest_end(draft->msg, nest);
}

/* Some prefixes of a set.  A set without prefixes is bound too. */
static void put_peers(struct draft *draft, const struct policy *policy,
		      unsigned int which, unsigned int family, size_t first,
		      size_t count)
{
	const struct peer_set *set = &policy->sets[which];
	size_t size = peer_set_entry_size(family);
	struct nlattr *nest;

	mark(draft, set->line, policy_set_name(policy, which));
	nest = attr_nest(draft->msg, NF_EDGE_A_POLICY_PEERS);
	nla_put_u32(draft->msg, NF_EDGE_A_PEERS_SET, which);
	if (count)
		nla_put(draft->msg, family == IPV4 ?
			NF_EDGE_A_PEERS_PREFIXES_IPV4 :
			NF_EDGE_A_PEERS_PREFIXES_IPV6, (int)(count * size),
			set->prefixes[family].entries + first * size);
	nla_nest_end(draft->msg, nest);
}

static void put_own_set(struct draft *draft, const struct policy *policy,
			unsigned int which)
{
	struct nlattr *nest;

	mark(draft, policy->sets[which].line, policy->sets[which].own);
	nest = attr_nest(draft->msg, NF_EDGE_A_POLICY_OWN_SET);
	nla_put_u32(draft->msg, NF_EDGE_A_OWN_SET_SET, which);
	nla_put_string(draft->msg, NF_EDGE_A_OWN_SET_NAME,
		       policy->sets[which].own);
	nla_nest_end(draft->msg, nest);
}

static void put_move(struct draft *draft, enum port_key key, uint8_t protocol,
		     const struct port_move *move)
{
	const struct port_key_info *info = &port_keys[key];
	struct nlattr *nest = attr_nest(draft->msg, NF_EDGE_A_POLICY_PORT);

	nla_put_u32(draft->msg, NF_EDGE_A_PORT_SERVICE, info->service);
	nla_put_u8(draft->msg, NF_EDGE_A_PORT_PROTOCOL, protocol);
	nla_put_u16(draft->msg, NF_EDGE_A_PORT_DOCUMENTED_LOW, info->low);
	nla_put_u16(draft->msg, NF_EDGE_A_PORT_DOCUMENTED_HIGH, info->high);
	nla_put_u16(draft->msg, NF_EDGE_A_PORT_LOW, move->low);
	nla_put_u16(draft->msg, NF_EDGE_A_PORT_HIGH, move->high);
	nla_nest_end(draft->msg, nest);
}

static void put_moves(struct draft *draft, const struct policy *policy)
{
	unsigned int key;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_move *move = &policy->ports[key];

		if (!move->moved)
			continue;
		mark(draft, move->line, port_keys[key].name);
		if (port_keys[key].tcp)
			put_move(draft, key, IPPROTO_TCP, move);
		if (port_keys[key].udp)
			put_move(draft, key, IPPROTO_UDP, move);
	}
}

static void put_range(struct draft *draft, const struct port_range *range)
{
	struct nlattr *nest = attr_nest(draft->msg, NF_EDGE_A_SITE_ROW_PORTS);

	nla_put_u8(draft->msg, NF_EDGE_A_PORTS_PROTOCOL, range->protocol);
	nla_put_u16(draft->msg, NF_EDGE_A_PORTS_LOW, range->low);
	nla_put_u16(draft->msg, NF_EDGE_A_PORTS_HIGH, range->high);
	nla_nest_end(draft->msg, nest);
}

static void put_row(struct draft *draft, const struct site_row *row)
{
	const char *name = site_row_name(row);
	struct nlattr *nest;
	size_t i;

	mark(draft, row->line, name);
	nest = attr_nest(draft->msg, NF_EDGE_A_POLICY_SITE_ROW);
	nla_put_string(draft->msg, NF_EDGE_A_SITE_ROW_NAME, name);
	nla_put_u32(draft->msg, NF_EDGE_A_SITE_ROW_SERVICE, row->service);
	nla_put_u32(draft->msg, NF_EDGE_A_SITE_ROW_DIRECTION, row->direction);
	mark(draft, row->ports_line, name);
	for (i = 0; i < row->port_count; i++)
		put_range(draft, &row->ports[i]);
	mark(draft, row->peers_line, name);
	if (row->any)
		nla_put_flag(draft->msg, NF_EDGE_A_SITE_ROW_ANY);
	else
		nla_put_u32(draft->msg, NF_EDGE_A_SITE_ROW_SETS, row->sets);
	mark(draft, row->nodes_line, name);
	for (i = 0; i < row->node_count; i++)
		nla_put_string(draft->msg, NF_EDGE_A_SITE_ROW_NODES,
			       row->nodes[i]);
	mark(draft, row->exposed_line, name);
	if (row->exposed)
		nla_put_flag(draft->msg, NF_EDGE_A_SITE_ROW_EXPOSED);
	mark(draft, row->line, name);
	if (*row->note)
		nla_put_string(draft->msg, NF_EDGE_A_SITE_ROW_NOTE, row->note);
	nla_nest_end(draft->msg, nest);
}

/* The table of the policy: its profile, and the parts that are the site's. */
static void put_table(struct draft *draft, const struct policy *policy)
{
	int which;
	size_t i;

	mark(draft, policy->profile_line, "profile");
	nla_put_u32(draft->msg, NF_EDGE_A_POLICY_PROFILE, policy->profile);
	for (which = SETS_MAX - 1; which >= 0; which--)
		if (*policy->sets[which].own)
			put_own_set(draft, policy, (unsigned int)which);
	put_moves(draft, policy);
	for (i = 0; i < policy->row_count; i++)
		put_row(draft, &policy->rows[i]);
	for (i = 0; i < policy->off_count; i++) {
		mark(draft, policy->rows_off[i].line, policy->rows_off[i].id);
		nla_put_string(draft->msg, NF_EDGE_A_POLICY_ROW_OFF,
			       policy->rows_off[i].id);
	}
	mark(draft, policy->ping_peers_line, "ping-peers");
	if (policy->narrows_ping)
		nla_put_u32(draft->msg, NF_EDGE_A_POLICY_PING_PEERS,
			    policy->ping_peers);
}

static int send_prefixes(struct client *client, const struct policy *policy,
			 unsigned int which, unsigned int family,
			 struct load_reply *reply)
{
	size_t total = policy->sets[which].prefixes[family].count;
	size_t most = CHUNK_MAX / peer_set_entry_size(family), first;
	int error = 0;

	for (first = 0; first < total && !error; first += most) {
		size_t count = total - first < most ? total - first : most;
		struct draft draft;

		begin_draft(&draft, client, NF_EDGE_CMD_PEERS_ADD);
		put_peers(&draft, policy, which, family, first, count);
		error = send_draft(client, &draft, reply, NULL);
	}
	return error;
}

static bool goes_along(const struct policy *policy)
{
	return policy_prefixes(policy) <= INLINE_PREFIXES;
}

/**
 * load_begin - open the transaction of a socket, unless it is open
 * @client: the socket
 *
 * The module has four transactions a namespace: wait up to five seconds.
 *
 * Return: 0, or a negative errno; -EBUSY when others have all four.
 */
int load_begin(struct client *client)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	int tries = 100, error;

	if (client->has_transaction)
		return 0;
	for (;;) {
		error = client_get(client, NF_EDGE_CMD_BEGIN, NULL, NULL);
		client->has_transaction = !error;
		if (!error || client->refusal.error != EBUSY || !--tries)
			return error;
		nanosleep(&pause, NULL);
	}
}

/**
 * load_prepare - hand over the prefixes that do not fit into a load
 * @client: the socket, which the prefixes belong to
 * @policy: the policy of a configuration without errors
 * @reply: where the policy stands that the kernel refuses
 *
 * Return: 0, or a negative errno.
 */
int load_prepare(struct client *client, const struct policy *policy,
		 struct load_reply *reply)
{
	unsigned int which, family;
	int error;

	*reply = (struct load_reply){ 0 };
	if (goes_along(policy))
		return 0;
	error = load_begin(client);
	for (which = 0; which < SETS_MAX; which++)
		for (family = 0; family < FAMILY_COUNT && !error; family++)
			error = send_prefixes(client, policy, which, family,
					      reply);
	return error;
}

static void put_policy(struct draft *draft, const struct policy *policy)
{
	unsigned int which, family;
	const struct node *node;
	size_t i;

	mark(draft, policy->mode_line, "mode");
	nla_put_u32(draft->msg, NF_EDGE_A_POLICY_MODE, policy->mode);
	mark(draft, policy->zones_line, "zones");
	nla_put_u32(draft->msg, NF_EDGE_A_POLICY_ZONES, policy->zones);
	mark(draft, policy->features_line, "features");
	nla_put_u32(draft->msg, NF_EDGE_A_POLICY_FEATURES, policy->features);
	mark(draft, policy->ping_line, "ping");
	nla_put_u32(draft->msg, NF_EDGE_A_POLICY_PING, policy->ping);
	mark(draft, policy->expose_line, "expose-cls-ports");
	if (policy->expose_cls_ports)
		nla_put_flag(draft->msg, NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS);
	put_table(draft, policy);
	for (i = 0; i < policy->interface_count; i++)
		put_interface(draft, &policy->interfaces[i]);
	policy_for_each_node(policy, node)
		put_node(draft, node);
	for (which = 0; which < SETS_MAX; which++) {
		const struct peer_set *set = &policy->sets[which];

		if (!set->bound)
			continue;
		put_peers(draft, policy, which, IPV4, 0, 0);
		for (family = 0; family < FAMILY_COUNT && goes_along(policy);
		     family++)
			put_peers(draft, policy, which, family, 0,
				  set->prefixes[family].count);
	}
	mark(draft, 0, "");
}

static void read_reply(struct nlmsghdr *message, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	struct load_reply *reply = arg;

	client_parse(message, attrs, NF_EDGE_A_POLICY_MAX);
	reply->generation =
		attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
	reply->governed = attr_u32(attrs[NF_EDGE_A_POLICY_GOVERNED]);
	reply->changed = attr_u8(attrs[NF_EDGE_A_POLICY_CHANGED]);
	if (attrs[NF_EDGE_A_POLICY_QUERY])
		explain_get(attrs[NF_EDGE_A_POLICY_QUERY], &reply->verdict);
}

/**
 * load_try - have the module check a policy, and publish nothing
 * @client: the socket
 * @policy: the policy of a configuration without errors, prepared
 * @query: a question to ask of the policy, or NULL
 * @reply: filled in
 *
 * Return: 0, or a negative errno.
 */
int load_try(struct client *client, const struct policy *policy,
	     const struct query *query, struct load_reply *reply)
{
	struct draft draft;

	*reply = (struct load_reply){ 0 };
	begin_draft(&draft, client, NF_EDGE_CMD_LOAD);
	put_policy(&draft, policy);
	nla_put_flag(draft.msg, NF_EDGE_A_POLICY_DRY_RUN);
	if (query)
		explain_put(draft.msg, query);
	return send_draft(client, &draft, reply, read_reply);
}

/**
 * load_publish - have the module enforce a policy
 * @client: the socket
 * @policy: the policy of a configuration without errors, prepared
 * @generation: of the policy that the user knows to be in force
 * @confirm: seconds that the load waits for its confirmation, 0 to keep it
 * @reply: filled in
 *
 * Return: 0, or a negative errno.
 */
int load_publish(struct client *client, const struct policy *policy,
		 uint32_t generation, uint32_t confirm,
		 struct load_reply *reply)
{
	struct draft draft;

	*reply = (struct load_reply){ 0 };
	begin_draft(&draft, client, NF_EDGE_CMD_LOAD);
	put_policy(&draft, policy);
	nla_put_u32(draft.msg, NF_EDGE_A_POLICY_GENERATION, generation);
	if (confirm)
		nla_put_u32(draft.msg, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT,
			    confirm);
	return send_draft(client, &draft, reply, read_reply);
}

static void put_loaded(struct nl_msg *msg, const struct view *view)
{
	size_t i;

	nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_MODE, view->loaded_mode);
	nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_ZONES, view->loaded_zones);
	nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_FEATURES,
		    view->loaded_features);
	for (i = 0; i < view->loaded_off_count; i++)
		nla_put_string(msg, NF_EDGE_A_POLICY_LOADED_ROW_OFF,
			       view->loaded_off[i].id);
}

/**
 * load_again - have a module without a policy enforce one that another told
 * @client: the socket
 * @view: the policy with its switches, prepared; its nodes and prefixes
 * @switched: say what was switched since the load, which not every module knows
 * @reply: filled in
 *
 * Return: 0, or a negative errno.
 */
int load_again(struct client *client, const struct view *view, bool switched,
	       struct load_reply *reply)
{
	struct draft draft;

	*reply = (struct load_reply){ 0 };
	begin_draft(&draft, client, NF_EDGE_CMD_LOAD);
	put_policy(&draft, &view->policy);
	if (switched)
		put_loaded(draft.msg, view);
	nla_put_u32(draft.msg, NF_EDGE_A_POLICY_GENERATION, 0);
	return send_draft(client, &draft, reply, read_reply);
}
