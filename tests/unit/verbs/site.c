// SPDX-License-Identifier: GPL-2.0-only
/*
 * A site that a module enforces, and checks of the output of verbs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/profiles.h"

#include "site.h"
#include "netlink/attribute.h"

struct policy *policy;

struct ip ip(const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return ip;
}

void give(struct node *node, uint8_t service, const char *text)
{
	struct ip address = ip(text);

	node_bind(node, service, &address, 0);
}

void add(unsigned int which, const char *text)
{
	struct peer_set *set = &policy->sets[which];
	unsigned int length;
	struct ip address;

	set->bound = true;
	if (!text)
		return;
	assert_null(prefix_parse(text, &address, &length));
	peer_set_add(set, &address, length);
	peer_set_sort(set);
}

/* Marks rows live or dead as the module would. */
void set_rows(void)
{
	uint32_t bound = policy_bound(policy);
	size_t i;

	for (i = 0; i < module.view.table.count; i++) {
		const struct row *row = &module.view.table.row[i];
		struct row_state *state = &module.view.states[i];

		state->dead = policy->zones & (1U << row->zone) ? 0 :
			      1U << NF_EDGE_DEAD_ZONE_OFF;
		if (row->feature != NF_EDGE_FEATURE_NONE &&
		    !(policy->features & (1U << row->feature)))
			state->dead |= 1U << NF_EDGE_DEAD_FEATURE_OFF;
		if (row->id && policy_is_off(policy, row->id))
			state->dead |= 1U << NF_EDGE_DEAD_ROW_OFF;
		state->live = !state->dead;
		state->bound = row->peer_sets & bound;
	}
}

void add_own_set(unsigned int which, const char *name, const char *text)
{
	struct peer_set *set = &policy->sets[which];

	snprintf(set->own, sizeof(set->own), "%s", name);
	if (text)
		add(which, text);
}

struct site_row *add_own_row(const char *name, uint8_t service,
			     uint8_t direction, uint32_t sets)
{
	struct site_row *own = site_row_add(policy, name);

	own->service = service;
	own->direction = direction;
	own->sets = sets;
	own->any = !sets;
	return own;
}

void add_ports(struct site_row *own, uint8_t protocol, uint16_t low,
	       uint16_t high)
{
	own->ports[own->port_count++] = (struct port_range){
		protocol, low, high,
	};
}

struct row_ids ids(const char *names)
{
	struct row_ids list = { 0 };
	size_t length;

	for (; *names; names += length + (names[length] == ' ')) {
		length = strcspn(names, " ");
		assert_true(length <= ROW_ID_MAX && list.count < ROWS_MAX);
		memcpy(list.id[list.count++], names, length);
	}
	return list;
}

void add_flowtable(const char *name)
{
	struct nfgenmsg head = { .nfgen_family = NFPROTO_INET };
	struct nl_msg *msg = new_message(NFNL_SUBSYS_NFTABLES << 8 |
					 NFT_MSG_NEWFLOWTABLE, &head,
					 sizeof(head));
	struct nlattr *hook, *devices;

	nla_put_string(msg, NFTA_FLOWTABLE_TABLE, "fast");
	nla_put_string(msg, NFTA_FLOWTABLE_NAME, name);
	hook = attr_nest(msg, NFTA_FLOWTABLE_HOOK);
	devices = attr_nest(msg, NFTA_FLOWTABLE_HOOK_DEVS);
	nla_put_string(msg, NFTA_DEVICE_NAME, "wan0");
	nla_put_string(msg, NFTA_DEVICE_NAME, "dmz0");
	nla_nest_end(msg, devices);
	nla_nest_end(msg, hook);
	add_message(msg);
}

int begin_site(void **state)
{
	struct interface *interface;
	struct view *view = &module.view;
	struct node *node;
	int i, j;

	module_begin();
	policy = &view->policy;
	*view = (struct view){
		.generation = 41, .loaded = true, .governed = 5,
		.loaded_mode = NF_EDGE_MODE_ENFORCE,
		.loaded_zones = ALL_ZONES & ~(1U << NF_EDGE_ZONE_XMPP),
		.loaded_features = ALL_FEATURES,
		.conntrack_count = 11, .conntrack_max = 65536,
		.conntrack_drop = 7, .conntrack_early_drop = 13,
		.offloaded = 17, .listeners = 2, .table = profiles[0],
		.lost = {
			.suppressed = 19, .ring_full = 23, .socket_full = 29,
		},
		.policy = {
			.mode = NF_EDGE_MODE_AUDIT, .zones = ALL_ZONES,
			.features = ALL_FEATURES & ~(1U << NF_EDGE_FEATURE_AV),
			.ping = 1U << NF_EDGE_SIDE_INTERNAL,
		},
	};
	interface = interface_add(policy, "wan0");
	interface->sides = 1U << NF_EDGE_SIDE_EXTERNAL;
	interface->ifindex = 3;
	interface = interface_add(policy, "lan0");
	interface->sides = 1U << NF_EDGE_SIDE_INTERNAL | 1U << NF_EDGE_SIDE_EDGE;
	node = node_add(policy, "edge1");
	give(node, NF_EDGE_SERVICE_ACCESS, "131.107.155.10");
	give(node, NF_EDGE_SERVICE_AV, "2001:db8::30");
	give(node, NF_EDGE_SERVICE_AV, "131.107.155.30");
	node = node_add(policy, "edge2");
	give(node, NF_EDGE_SERVICE_INTERNAL, "172.25.33.11");
	add(NF_EDGE_PEER_SET_CRL, "192.0.2.0/24");
	add(NF_EDGE_PEER_SET_CRL, "198.51.100.0/25");
	add(NF_EDGE_PEER_SET_CRL, "2001:db8:7::/48");
	add(NF_EDGE_PEER_SET_FRONTEND, NULL);
	set_rows();
	for (i = 0; i < 10; i++)
		for (j = 0; j < 4; j++)
			module.drop[i][j] = (uint64_t)(100 * (i + 1) + j);
	return 0;
}

int end_site(void **state)
{
	release_streams();
	module_end();
	return 0;
}

/* --- reading JSON */

/* One line, or lines that are indented by two blanks. */
json_t *json(void)
{
	json_error_t error;
	json_t *object = json_loads(printed, 0, &error);
	const char *line = strchr(printed, '\n');

	if (!object)
		fail_msg("%s: %s", error.text, printed);
	if (line[1] && strncmp(line, "\n  \"", 4) != 0)
		fail_msg("indented otherwise: %s", printed);
	return object;
}

void expect_int(json_t *object, const char *key, json_int_t wanted)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) != wanted)
		fail_msg("%s is not %lld in %s", key, (long long)wanted, printed);
}

void expect_text(json_t *object, const char *key, const char *wanted)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (wanted ? !text || strcmp(text, wanted) :
		     !json_is_null(json_object_get(object, key)))
		fail_msg("%s is %s, not %s", key, text ? text : "no text",
			 wanted ? wanted : "null");
}

void expect_bool(json_t *object, const char *key, bool wanted)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value) || json_is_true(value) != wanted)
		fail_msg("%s is not %d", key, wanted);
}

/* A list of words, separated by blanks. */
void expect_words(json_t *object, const char *key, const char *wanted)
{
	json_t *array = json_object_get(object, key), *item;
	char text[2048] = "";
	size_t i;

	if (!json_is_array(array))
		fail_msg("%s is no list", key);
	json_array_foreach(array, i, item) {
		if (i)
			strcat(text, " ");
		strcat(text, json_string_value(item));
	}
	assert_string_equal(text, wanted);
}

void says(const char *text)
{
	if (!strstr(printed, text))
		fail_msg("no \"%s\" in:\n%s", text, printed);
}

void is_silent_of(const char *text)
{
	if (strstr(printed, text))
		fail_msg("\"%s\" in:\n%s", text, printed);
}

size_t times_said(const char *text)
{
	const char *at = printed;
	size_t n = 0;

	while ((at = strstr(at, text))) {
		n++;
		at++;
	}
	return n;
}

void complains(const char *text)
{
	if (!strstr(complained, text))
		fail_msg("no \"%s\" in:\n%s", text, complained);
}

json_t *item(json_t *object, const char *list, const char *key,
		    const char *value)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(object, list), i, one)
		if (!strcmp(json_string_value(json_object_get(one, key)), value))
			return one;
	fail_msg("no %s of %s in %s", value, list, printed);
	return NULL;
}
