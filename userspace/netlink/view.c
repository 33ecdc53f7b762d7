// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force, read back.  Several replies make one policy only when
 * the generation is the same before and after.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "netlink/attribute.h"
#include "netlink/view.h"
#include "netlink/view_rows.h"
#include "policy/profiles.h"
#include "policy/table.h"

static void read_interface(struct policy *policy, struct nlattr *nest)
{
	struct nlattr *attrs[NF_EDGE_A_INTERFACE_MAX + 1];
	struct interface *interface;

	if (nla_parse_nested(attrs, NF_EDGE_A_INTERFACE_MAX, nest, NULL) < 0 ||
	    !attrs[NF_EDGE_A_INTERFACE_NAME])
		return;
	interface = interface_add(policy, "");
	nla_strlcpy(interface->name, attrs[NF_EDGE_A_INTERFACE_NAME],
		    sizeof(interface->name));
	interface->sides = attr_u32(attrs[NF_EDGE_A_INTERFACE_SIDES]);
	interface->ifindex =
		attr_u32(attrs[NF_EDGE_A_INTERFACE_IFINDEX]);
}

static void read_row_off(struct policy *policy, const struct nlattr *attr)
{
	char id[NF_EDGE_ROW_ID_MAX + 1];

	nla_strlcpy(id, attr, sizeof(id));
	policy_turn_off(policy, id, 0);
}

static void read_loaded_off(struct view *view, const struct nlattr *attr)
{
	struct row_off *off;

	if (view->loaded_off_count == ROWS_MAX)
		return;
	off = &view->loaded_off[view->loaded_off_count++];
	nla_strlcpy(off->id, attr, sizeof(off->id));
}

static void read_waiting(struct waiting *waiting, struct nlattr **attrs)
{
	*waiting = (struct waiting){
		.waits = attrs[NF_EDGE_A_POLICY_CONFIRM_LEFT],
		.generation = attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]),
		.left = attr_u32(attrs[NF_EDGE_A_POLICY_CONFIRM_LEFT]),
		.loaded = attrs[NF_EDGE_A_POLICY_CONFIRM_BACK],
		.back = attr_u32(attrs[NF_EDGE_A_POLICY_CONFIRM_BACK]),
		.back_mode = attr_u32(attrs[NF_EDGE_A_POLICY_CONFIRM_BACK_MODE]),
	};
}

static void read_status(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1], *attr;
	struct view *view = arg;
	struct policy *policy = &view->policy;
	int left;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	view->generation = attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
	view->loaded = attrs[NF_EDGE_A_POLICY_MODE];
	policy->mode = attr_u32(attrs[NF_EDGE_A_POLICY_MODE]);
	policy->zones = attr_u32(attrs[NF_EDGE_A_POLICY_ZONES]);
	policy->features = attr_u32(attrs[NF_EDGE_A_POLICY_FEATURES]);
	policy->ping = attr_u32(attrs[NF_EDGE_A_POLICY_PING]);
	policy->expose_cls_ports = attrs[NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS];
	view->loaded_mode =
		attr_u32(attrs[NF_EDGE_A_POLICY_LOADED_MODE]);
	view->loaded_zones =
		attr_u32(attrs[NF_EDGE_A_POLICY_LOADED_ZONES]);
	view->loaded_features =
		attr_u32(attrs[NF_EDGE_A_POLICY_LOADED_FEATURES]);
	view->governed = attr_u32(attrs[NF_EDGE_A_POLICY_GOVERNED]);
	read_waiting(&view->waiting, attrs);
	view->conntrack_count =
		attr_u32(attrs[NF_EDGE_A_POLICY_CONNTRACK_COUNT]);
	view->conntrack_max =
		attr_u32(attrs[NF_EDGE_A_POLICY_CONNTRACK_MAX]);
	view->conntrack_drop =
		attr_u64(attrs[NF_EDGE_A_POLICY_CONNTRACK_DROP]);
	view->conntrack_early_drop =
		attr_u64(attrs[NF_EDGE_A_POLICY_CONNTRACK_EARLY_DROP]);
	view->conntrack_insert_failed =
		attr_u64(attrs[NF_EDGE_A_POLICY_CONNTRACK_INSERT_FAILED]);
	view->offloaded = attr_u64(attrs[NF_EDGE_A_POLICY_OFFLOADED]);
	view->listeners = attr_u32(attrs[NF_EDGE_A_POLICY_LISTENERS]);
	view->lost.suppressed =
		attr_u64(attrs[NF_EDGE_A_POLICY_EVENTS_SUPPRESSED]);
	view->lost.ring_full =
		attr_u64(attrs[NF_EDGE_A_POLICY_EVENTS_RING_FULL]);
	view->lost.socket_full =
		attr_u64(attrs[NF_EDGE_A_POLICY_EVENTS_SOCKET_FULL]);

	policy->profile = attr_u32(attrs[NF_EDGE_A_POLICY_PROFILE]);
	if (policy->profile >= PROFILE_COUNT)
		view->fault = "the module has a profile that this edgectl does not know";
	policy->narrows_ping = attrs[NF_EDGE_A_POLICY_PING_PEERS];
	policy->ping_peers = attr_u32(attrs[NF_EDGE_A_POLICY_PING_PEERS]);

	nlmsg_for_each_attr(attr, reply, GENL_HDRLEN, left) {
		if (nla_type(attr) == NF_EDGE_A_POLICY_INTERFACE)
			read_interface(policy, attr);
		else if (nla_type(attr) == NF_EDGE_A_POLICY_ROW_OFF)
			read_row_off(policy, attr);
		else if (nla_type(attr) == NF_EDGE_A_POLICY_LOADED_ROW_OFF)
			read_loaded_off(view, attr);
	}
}

static void read_generation(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	uint32_t *generation = arg;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	*generation = attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
}

/* Values that stand for words, or count bits, and ports that make a range. */
static bool is_known(struct nlattr **attrs)
{
	uint8_t protocol = attr_u8(attrs[NF_EDGE_A_ROW_PROTOCOL]);
	uint16_t low = attr_u16(attrs[NF_EDGE_A_ROW_PORT_LOW]);

	return attr_u32(attrs[NF_EDGE_A_ROW_ZONE]) < ZONE_COUNT &&
	       attr_u32(attrs[NF_EDGE_A_ROW_SERVICE]) < SERVICE_COUNT &&
	       attr_u32(attrs[NF_EDGE_A_ROW_DIRECTION]) < DIRECTION_COUNT &&
	       attr_u32(attrs[NF_EDGE_A_ROW_FEATURE]) < FEATURE_COUNT &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) &&
	       low && low <= attr_u16(attrs[NF_EDGE_A_ROW_PORT_HIGH]);
}

/* Why a row cannot follow the rows of a table, or NULL. */
static const char *row_fault(const struct row_table *table,
			     struct nlattr **attrs, const char *id)
{
	if (table->count == ROWS_MAX)
		return "the module has more than 64 rows";
	if (!*id)
		return "the module has a row without an id";
	if (strlen(id) > ROW_ID_MAX)
		return "the module has a row whose id is too long";
	if (rows_find(table, id) >= 0)
		return "the module has two rows with the same id";
	if (!is_known(attrs))
		return "the module has a row with values that this edgectl does not know";
	return NULL;
}

static void free_texts(struct row_texts *texts)
{
	free(texts->id);
	free(texts->role);
	free(texts->application);
	free(texts->note);
}

static void read_row(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_ROW_MAX + 1];
	struct view *view = arg;
	size_t i = view->table.count;
	struct row_texts texts;

	if (view->fault)
		return;
	client_parse(reply, attrs, NF_EDGE_A_ROW_MAX);
	texts = (struct row_texts){
		.id = attr_text(attrs[NF_EDGE_A_ROW_ID]),
		.role = attr_text(attrs[NF_EDGE_A_ROW_ROLE]),
		.application = attr_text(attrs[NF_EDGE_A_ROW_APPLICATION]),
		.note = attr_text(attrs[NF_EDGE_A_ROW_NOTE]),
	};
	view->fault = row_fault(&view->table, attrs, texts.id);
	if (view->fault) {
		free_texts(&texts);
		return;
	}
	view->texts[i] = texts;
	view->table.row[i] = (struct row){
		.id = texts.id,
		.zone = (uint8_t)attr_u32(attrs[NF_EDGE_A_ROW_ZONE]),
		.service = (uint8_t)attr_u32(attrs[NF_EDGE_A_ROW_SERVICE]),
		.direction = (uint8_t)attr_u32(attrs[NF_EDGE_A_ROW_DIRECTION]),
		.role = texts.role,
		.application = texts.application,
		.protocol = attr_u8(attrs[NF_EDGE_A_ROW_PROTOCOL]),
		.port_low = attr_u16(attrs[NF_EDGE_A_ROW_PORT_LOW]),
		.port_high = attr_u16(attrs[NF_EDGE_A_ROW_PORT_HIGH]),
		.peer_sets = attr_u32(attrs[NF_EDGE_A_ROW_PEER_SETS]),
		.any_when_unbound =
			attr_u8(attrs[NF_EDGE_A_ROW_ANY_WHEN_UNBOUND]),
		.feature = attrs[NF_EDGE_A_ROW_FEATURE] ?
			   (int)attr_u32(attrs[NF_EDGE_A_ROW_FEATURE]) :
			   NF_EDGE_FEATURE_NONE,
		.note = texts.note,
	};
	if (!view_read_ports(&view->table.row[i], reply, attrs))
		view->fault = "the module has a row with ports that make no sense";
	if (view->table.row[i].zone == NF_EDGE_ZONE_SITE)
		view_read_site_row(&view->policy, &view->table.row[i], reply,
				   attrs);
	view->states[i] = (struct row_state){
		.live = attr_u8(attrs[NF_EDGE_A_ROW_LIVE]),
		.dead = attr_u32(attrs[NF_EDGE_A_ROW_DEAD]),
		.bound = attr_u32(attrs[NF_EDGE_A_ROW_BOUND_SETS]),
	};
	view->table.count++;
}

static void read_binding(struct node *node, struct nlattr *nest)
{
	struct nlattr *attrs[NF_EDGE_A_ADDRESS_MAX + 1], *ipv4, *ipv6;
	struct ip ip = { 0 };
	uint32_t service;

	if (nla_parse_nested(attrs, NF_EDGE_A_ADDRESS_MAX, nest, NULL) < 0)
		return;
	service = attr_u32(attrs[NF_EDGE_A_ADDRESS_SERVICE]);
	ipv4 = attrs[NF_EDGE_A_ADDRESS_IPV4];
	ipv6 = attrs[NF_EDGE_A_ADDRESS_IPV6];
	ip.family = ipv4 ? AF_INET : AF_INET6;
	if (ipv4)
		nla_memcpy(ip.bytes, ipv4, 4);
	else if (ipv6)
		nla_memcpy(ip.bytes, ipv6, 16);
	if (service < SERVICE_COUNT)
		node_bind(node, (uint8_t)service, &ip, 0);
}

static void read_node(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1], *attr;
	struct view *view = arg;
	struct node *node;
	int left;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	if (!attrs[NF_EDGE_A_POLICY_NODE])
		return;
	node = node_add(&view->policy, "");
	nla_for_each_nested(attr, attrs[NF_EDGE_A_POLICY_NODE], left) {
		if (nla_type(attr) == NF_EDGE_A_NODE_NAME)
			nla_strlcpy(node->name, attr, sizeof(node->name));
		else if (nla_type(attr) == NF_EDGE_A_NODE_ADDRESS)
			read_binding(node, attr);
	}
}

/* Read the peers nest of a reply: attributes, and the number of the set. */
static struct peer_set *read_peers_nest(struct nlmsghdr *reply,
					struct view *view,
					struct nlattr **nested,
					unsigned int *which)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	if (!attrs[NF_EDGE_A_POLICY_PEERS] ||
	    nla_parse_nested(nested, NF_EDGE_A_PEERS_MAX,
			     attrs[NF_EDGE_A_POLICY_PEERS], NULL) < 0 ||
	    !nested[NF_EDGE_A_PEERS_SET])
		return NULL;
	*which = attr_u32(nested[NF_EDGE_A_PEERS_SET]);
	return *which < SETS_MAX ? &view->policy.sets[*which] : NULL;
}

/* The site's own sets have names that no documented set of their number has. */
static void read_name(struct peer_set *set, unsigned int which,
		      const struct nlattr *attr)
{
	if (!attr)
		return;
	nla_strlcpy(set->own, attr, sizeof(set->own));
	if (!strcmp(set->own, names_word(&names_peer_sets, which)))
		*set->own = '\0';
}

static void read_count(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *nested[NF_EDGE_A_PEERS_MAX + 1];
	struct view *view = arg;
	struct peer_set *set;
	unsigned int which;

	set = read_peers_nest(reply, view, nested, &which);
	if (!set)
		return;
	set->bound = nested[NF_EDGE_A_PEERS_COUNT];
	read_name(set, which, nested[NF_EDGE_A_PEERS_NAME]);
	view->set_counts[which] =
		attr_u32(nested[NF_EDGE_A_PEERS_COUNT]);
}

static void read_prefixes(struct nlmsghdr *reply, void *arg)
{
	static const int attributes[FAMILY_COUNT] = {
		[IPV4] = NF_EDGE_A_PEERS_PREFIXES_IPV4,
		[IPV6] = NF_EDGE_A_PEERS_PREFIXES_IPV6,
	};
	struct nlattr *nested[NF_EDGE_A_PEERS_MAX + 1];
	unsigned int which, family;
	struct view *view = arg;
	struct peer_set *set;

	set = read_peers_nest(reply, view, nested, &which);
	if (!set)
		return;
	for (family = 0; family < FAMILY_COUNT; family++) {
		struct nlattr *attr = nested[attributes[family]];

		if (attr)
			peer_set_add_entries(set, family, nla_data(attr),
					     (size_t)nla_len(attr) /
					     peer_set_entry_size(family));
	}
}

/* An answer that is no use, told as a refusal is. */
static int refuse(struct client *client, const char *fault)
{
	client->refusal = (struct refusal){ .error = EPROTO };
	snprintf(client->refusal.message, sizeof(client->refusal.message),
		 "%s", fault);
	return -EPROTO;
}

static int read_parts(struct client *client, struct view *view,
		      unsigned int parts)
{
	static const struct {
		unsigned int part;
		uint8_t command;
		reply_fn reply;
	} dumps[] = {
		{ VIEW_ROWS, NF_EDGE_CMD_ROW_GET, read_row },
		{ VIEW_NODES, NF_EDGE_CMD_NODE_GET, read_node },
		{ VIEW_COUNTS | VIEW_PREFIXES, NF_EDGE_CMD_PEERS_GET,
		  read_count },
		{ VIEW_PREFIXES, NF_EDGE_CMD_PREFIX_GET, read_prefixes },
	};
	uint32_t generation = 0;
	size_t i;
	int error;

	/* No release of this family has another guard. */
	view->table.guard = profiles[0].guard;
	error = client_get(client, NF_EDGE_CMD_STATUS_GET, read_status, view);
	if (!error && view->fault)
		return refuse(client, view->fault);
	if (error || !parts)
		return error;
	for (i = 0; i < ARRAY_SIZE(dumps); i++) {
		if (!(parts & dumps[i].part))
			continue;
		error = client_dump(client, dumps[i].command, dumps[i].reply,
				    view);
		if (error)
			return error;
		if (view->fault)
			return refuse(client, view->fault);
	}
	policy_take_ports(&view->policy, &view->table);
	error = client_get(client, NF_EDGE_CMD_STATUS_GET, read_generation,
			   &generation);
	if (error)
		return error;
	return generation == view->generation ? 0 : -EAGAIN;
}

/**
 * view_read - read back the policy in force
 * @client: the socket
 * @view: filled in; view_free() it, also after a failure
 * @parts: VIEW_ROWS, ..., the parts to read beyond the status
 *
 * Return: 0; -EAGAIN when the policy changes faster than it can be read; or
 * another negative errno.
 */
int view_read(struct client *client, struct view *view, unsigned int parts)
{
	int attempt, error;

	memset(view, 0, sizeof(*view));
	for (attempt = 0; attempt < VIEW_ATTEMPTS; attempt++) {
		error = read_parts(client, view, parts);
		view->parts = parts;
		if (error != -EAGAIN)
			return error;
		view_free(view);
	}
	return -EAGAIN;
}

/* The word of switched value @i of an enumeration; without so many switched
 * values NULL, and @i less their number.
 */
static const char *count_switched(const struct vocabulary *vocabulary,
				  uint32_t differs, size_t *i)
{
	unsigned int value;

	for (value = 0; value < vocabulary->count; value++)
		if (differs & (1U << value) && !(*i)--)
			return vocabulary->words[value];
	return NULL;
}

static bool was_off(const struct view *view, const char *id)
{
	size_t i;

	for (i = 0; i < view->loaded_off_count; i++)
		if (!strcmp(view->loaded_off[i].id, id))
			return true;
	return false;
}

/* The id of switched row @i; without so many NULL. */
static const char *count_rows(const struct view *view, size_t *i)
{
	const struct policy *policy = &view->policy;
	size_t n;

	for (n = 0; n < policy->off_count; n++)
		if (!was_off(view, policy->rows_off[n].id) && !(*i)--)
			return policy->rows_off[n].id;
	for (n = 0; n < view->loaded_off_count; n++)
		if (!policy_is_off(policy, view->loaded_off[n].id) && !(*i)--)
			return view->loaded_off[n].id;
	return NULL;
}

/**
 * view_row_permits - tell whether a row can permit anything
 * @view: the policy in force, with its rows and nodes
 * @i: place of the row
 *
 * Return: true when the row is live, some node has it, and its peers are not
 * nobody.
 */
bool view_row_permits(const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];

	return view->states[i].live &&
	       !row_at_nobody(row, view->states[i].bound) &&
	       policy_row_has_node(&view->policy, row);
}

/**
 * view_switch - name a switch that was thrown since the load
 * @view: the policy in force
 * @i: place of the switch, from 0
 *
 * Return: a new string, "mode", "zone ...", "feature ..." or "row ..."; NULL
 * behind the last switch.
 */
char *view_switch(const struct view *view, size_t i)
{
	const struct policy *policy = &view->policy;
	const char *word;

	if (policy->mode != view->loaded_mode && !i--)
		return xstrdup("mode");
	word = count_switched(&names_zones,
			      policy->zones ^ view->loaded_zones, &i);
	if (word)
		return xformat("zone %s", word);
	word = count_switched(&names_features,
			      policy->features ^ view->loaded_features, &i);
	if (word)
		return xformat("feature %s", word);
	word = count_rows(view, &i);
	return word ? xformat("row %s", word) : NULL;
}

/**
 * view_switches - list the switches that were thrown since the load
 * @view: the policy in force
 * @separator: text between two switches
 *
 * Return: a new string, empty without a switch.
 */
char *view_switches(const struct view *view, const char *separator)
{
	struct join list;
	char *word;
	size_t i;

	join_begin(&list, separator);
	for (i = 0; (word = view_switch(view, i)); i++) {
		join_add(&list, "%s", word);
		free(word);
	}
	return join_end(&list);
}

/**
 * view_as_loaded - turn a policy back into the one that was loaded
 * @view: the policy in force; every switch is undone in @view->policy
 */
void view_as_loaded(struct view *view)
{
	struct policy *policy = &view->policy;
	size_t i;

	policy->mode = view->loaded_mode;
	policy->zones = view->loaded_zones;
	policy->features = view->loaded_features;
	policy->off_count = 0;
	for (i = 0; i < view->loaded_off_count; i++)
		policy_turn_off(policy, view->loaded_off[i].id, 0);
}

/**
 * view_drop_row - forget one row of the table
 * @view: the policy in force, with its rows
 * @i: place of the row; the rows behind it move up
 */
void view_drop_row(struct view *view, size_t i)
{
	size_t behind = --view->table.count - i;

	free_texts(&view->texts[i]);
	memmove(&view->table.row[i], &view->table.row[i + 1],
		behind * sizeof(view->table.row[0]));
	memmove(&view->texts[i], &view->texts[i + 1],
		behind * sizeof(view->texts[0]));
	memmove(&view->states[i], &view->states[i + 1],
		behind * sizeof(view->states[0]));
}

/**
 * view_free - forget a policy that was read
 * @view: the view
 */
void view_free(struct view *view)
{
	size_t i;

	for (i = 0; i < view->table.count; i++)
		free_texts(&view->texts[i]);
	policy_free(&view->policy);
	memset(view, 0, sizeof(*view));
}
