// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the parser of edge.conf: any text is parsed or refused.  From a parsed
 * text, `show config` writes a text that parses to the same policy, and load
 * sends all of the policy.  diff finds no flow between a policy and itself, and
 * the same flows in either direction.  Any text is a file of expectations, or is
 * refused; each expectation has an answer.
 *
 * Lines "%%" divide the input into the configuration and the files list1, list2
 * and list3 in its folder.  list3 is the file of expectations, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "cmd/expect.h"
#include "config/read.h"
#include "config/warn.h"
#include "netlink/attribute.h"
#include "netlink/load.h"
#include "output/stdout.h"
#include "policy/changes.h"
#include "policy/flows.h"
#include "policy/hash.h"
#include "policy/judge.h"
#include "print/config.h"
#include "print/findings.h"
#include "system/links.h"
#include "fuzz.h"

#define FOLDER	"/fuzz/"
#define FILES	4

static const char * const names[FILES] = {
	FOLDER "edge.conf", FOLDER "list1", FOLDER "list2", FOLDER "list3",
};

static int files[FILES];

int __wrap_open(const char *path, int flags, ...);
bool __wrap_links_read(struct links *links);
int __wrap_client_do(struct client *client, struct nl_msg *request,
		     reply_fn reply, void *arg);

/* The tool sees these files, and no others. */
int __wrap_open(const char *path, int flags, ...)
{
	char own[32];
	int i;

	for (i = 0; i < FILES; i++) {
		if (strcmp(path, names[i]) != 0 || files[i] < 0)
			continue;
		snprintf(own, sizeof(own), "/proc/self/fd/%d", files[i]);
		return openat(AT_FDCWD, own, flags);
	}
	errno = ENOENT;
	return -1;
}

bool __wrap_links_read(struct links *links)
{
	static const struct link devices[] = {
		{ .name = "wan0" }, { .name = "lan0" }, { .name = "dmz0" },
		{ .name = "site", .is_vrf = true },
		{ .name = "bridge", .ifindex = 9 },
		{ .name = "port", .ifindex = 8, .above = 9 },
	};

	*links = (struct links){ .count = ARRAY_SIZE(devices) };
	links->items = xalloc(sizeof(devices));
	memcpy(links->items, devices, sizeof(devices));
	return true;
}

static struct {
	size_t interfaces;
	size_t addresses;
	size_t nodes;
	size_t prefixes;
	uint32_t bound;
	size_t own_sets;
	size_t moves;
	size_t rows;
	size_t ranges;
	size_t rows_off;
	size_t profiles;
	size_t ping_peers;
} sent;

static void count_peers(struct nlattr *nest)
{
	struct nlattr *attrs[NF_EDGE_A_PEERS_MAX + 1];

	EXPECT(!nla_parse_nested(attrs, NF_EDGE_A_PEERS_MAX, nest, NULL));
	EXPECT(attrs[NF_EDGE_A_PEERS_SET]);
	sent.bound |= 1U << attr_u32(attrs[NF_EDGE_A_PEERS_SET]);
	if (attrs[NF_EDGE_A_PEERS_PREFIXES_IPV4])
		sent.prefixes += (size_t)nla_len(attrs[NF_EDGE_A_PEERS_PREFIXES_IPV4]) /
				 NF_EDGE_PREFIX_IPV4_SIZE;
	if (attrs[NF_EDGE_A_PEERS_PREFIXES_IPV6])
		sent.prefixes += (size_t)nla_len(attrs[NF_EDGE_A_PEERS_PREFIXES_IPV6]) /
				 NF_EDGE_PREFIX_IPV6_SIZE;
}

static void count_row(struct nlattr *nest)
{
	struct nlattr *attr;
	int left;

	sent.rows++;
	nla_for_each_nested(attr, nest, left)
		sent.ranges += nla_type(attr) == NF_EDGE_A_SITE_ROW_PORTS;
	EXPECT(!left);
}

static void count_table(struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case NF_EDGE_A_POLICY_OWN_SET:
		sent.own_sets++;
		break;
	case NF_EDGE_A_POLICY_PORT:
		sent.moves++;
		break;
	case NF_EDGE_A_POLICY_SITE_ROW:
		count_row(attr);
		break;
	case NF_EDGE_A_POLICY_ROW_OFF:
		sent.rows_off++;
		break;
	case NF_EDGE_A_POLICY_PROFILE:
		sent.profiles++;
		break;
	case NF_EDGE_A_POLICY_PING_PEERS:
		sent.ping_peers++;
		break;
	}
}

/* Takes the place of the kernel, which is sent a policy. */
int __wrap_client_do(struct client *client, struct nl_msg *request,
		     reply_fn reply, void *arg)
{
	struct nlattr *attr, *inner;
	int left, rest;

	(void)client;
	(void)reply;
	(void)arg;
	EXPECT(nlmsg_hdr(request)->nlmsg_len <= MESSAGE_MAX);
	nlmsg_for_each_attr(attr, nlmsg_hdr(request), GENL_HDRLEN, left) {
		if (nla_type(attr) == NF_EDGE_A_POLICY_INTERFACE)
			sent.interfaces++;
		if (nla_type(attr) == NF_EDGE_A_POLICY_PEERS)
			count_peers(attr);
		count_table(attr);
		if (nla_type(attr) != NF_EDGE_A_POLICY_NODE)
			continue;
		sent.nodes++;
		nla_for_each_nested(inner, attr, rest)
			sent.addresses += nla_type(inner) ==
					  NF_EDGE_A_NODE_ADDRESS;
	}
	EXPECT(!left);
	nlmsg_free(request);
	return 0;
}

static void check_table(const struct policy *policy)
{
	size_t own_sets = 0, moves = 0, ranges = 0, i;

	for (i = 0; i < SETS_MAX; i++)
		own_sets += *policy->sets[i].own != '\0';
	for (i = 0; i < PORT_KEYS; i++)
		if (policy->ports[i].moved)
			moves += port_keys[i].tcp + port_keys[i].udp;
	for (i = 0; i < policy->row_count; i++)
		ranges += policy->rows[i].port_count;
	EXPECT(sent.own_sets == own_sets);
	EXPECT(sent.moves == moves);
	EXPECT(sent.rows == policy->row_count && sent.ranges == ranges);
	EXPECT(sent.rows_off == policy->off_count);
	EXPECT(sent.profiles == 1);
	EXPECT(sent.ping_peers == policy->narrows_ping);
}

static void check_load(struct config *config)
{
	const struct policy *policy = &config->policy;
	struct load_reply reply;
	struct client client = { .family = 20 };
	size_t addresses = 0, i;

	memset(&sent, 0, sizeof(sent));
	EXPECT(!load_prepare(&client, policy, &reply));
	EXPECT(!load_publish(&client, policy, 7, 0, &reply));
	for (i = 0; i < policy->node_count; i++)
		addresses += policy->nodes[i].count;
	EXPECT(sent.interfaces == policy->interface_count);
	EXPECT(sent.nodes == policy->node_count);
	EXPECT(sent.addresses == addresses);
	EXPECT(sent.prefixes == policy_prefixes(policy));
	EXPECT(sent.bound == policy_bound(policy));
	check_table(policy);
}

static void check_json(json_t *json)
{
	char *text = json_dumps(json, JSON_ENSURE_ASCII);

	EXPECT(json && text);
	free(text);
	json_decref(json);
}

/* As show config prints it: a new string. */
static char *write_back(const struct config *config, bool json)
{
	const struct policy *policy = &config->policy;
	const struct view view = {
		.generation = 7, .loaded = true, .policy = *policy,
		.loaded_mode = policy->mode, .loaded_zones = policy->zones,
		.loaded_features = policy->features,
	};
	FILE *before = out;
	char *text = NULL;
	size_t size;

	out = open_memstream(&text, &size);
	config_print(&view, json);
	fclose(out);
	out = before;
	return text;
}

static void put_file(int i, const void *data, size_t size)
{
	files[i] = memfd_create("fuzz", MFD_CLOEXEC);
	EXPECT(files[i] >= 0 &&
	       pwrite(files[i], data, size, 0) == (ssize_t)size);
}

static void remove_files(void)
{
	int i;

	for (i = 0; i < FILES; i++) {
		if (files[i] >= 0)
			close(files[i]);
		files[i] = -1;
	}
}

static bool same_bindings(const struct node *a, const struct node *b)
{
	unsigned int service;

	if (a->count != b->count || strcmp(a->name, b->name) != 0)
		return false;
	for (service = 0; service < SERVICE_COUNT; service++) {
		size_t i = 0, j = 0;

		for (;; i++, j++) {
			while (i < a->count && a->bindings[i].service != service)
				i++;
			while (j < b->count && b->bindings[j].service != service)
				j++;
			if (i == a->count || j == b->count)
				break;
			if (!ip_equal(&a->bindings[i].ip, &b->bindings[j].ip))
				return false;
		}
		if (i != a->count || j != b->count)
			return false;
	}
	return true;
}

static bool same_set(const struct peer_set *a, const struct peer_set *b)
{
	unsigned int f;

	if (a->bound != b->bound || strcmp(a->own, b->own) != 0)
		return false;
	for (f = 0; f < FAMILY_COUNT; f++) {
		size_t n = a->prefixes[f].count;

		if (n != b->prefixes[f].count ||
		    (n && memcmp(a->prefixes[f].entries,
				 b->prefixes[f].entries,
				 n * peer_set_entry_size(f)) != 0))
			return false;
	}
	return true;
}

static bool same_row(const struct site_row *a, const struct site_row *b)
{
	size_t i;

	if (strcmp(a->id, b->id) != 0 || strcmp(a->note, b->note) != 0 ||
	    a->service != b->service || a->direction != b->direction ||
	    a->sets != b->sets || a->any != b->any ||
	    a->exposed != b->exposed || a->port_count != b->port_count ||
	    a->node_count != b->node_count)
		return false;
	for (i = 0; i < a->port_count; i++)
		if (a->ports[i].protocol != b->ports[i].protocol ||
		    a->ports[i].low != b->ports[i].low ||
		    a->ports[i].high != b->ports[i].high)
			return false;
	for (i = 0; i < a->node_count; i++)
		if (strcmp(a->nodes[i], b->nodes[i]) != 0)
			return false;
	return true;
}

static void expect_same_table(const struct policy *a, const struct policy *b)
{
	size_t i;

	EXPECT(a->profile == b->profile);
	EXPECT(a->narrows_ping == b->narrows_ping);
	EXPECT(a->ping_peers == b->ping_peers);
	for (i = 0; i < PORT_KEYS; i++) {
		EXPECT(a->ports[i].moved == b->ports[i].moved);
		EXPECT(!a->ports[i].moved ||
		       (a->ports[i].low == b->ports[i].low &&
			a->ports[i].high == b->ports[i].high));
	}
	EXPECT(a->row_count == b->row_count);
	for (i = 0; i < a->row_count; i++)
		EXPECT(same_row(&a->rows[i], &b->rows[i]));
	EXPECT(a->off_count == b->off_count);
	for (i = 0; i < a->off_count; i++)
		EXPECT(!strcmp(a->rows_off[i].id, b->rows_off[i].id));
}

static void expect_same(const struct policy *a, const struct policy *b)
{
	size_t i;

	EXPECT(a->mode == b->mode && a->zones == b->zones);
	EXPECT(a->features == b->features && a->ping == b->ping);
	EXPECT(a->expose_cls_ports == b->expose_cls_ports);
	EXPECT(a->interface_count == b->interface_count);
	for (i = 0; i < a->interface_count; i++) {
		EXPECT(!strcmp(a->interfaces[i].name, b->interfaces[i].name));
		EXPECT(a->interfaces[i].sides == b->interfaces[i].sides);
	}
	EXPECT(a->node_count == b->node_count);
	for (i = 0; i < a->node_count; i++)
		EXPECT(same_bindings(&a->nodes[i], &b->nodes[i]));
	expect_same_table(a, b);
	for (i = 0; i < SETS_MAX; i++)
		EXPECT(same_set(&a->sets[i], &b->sets[i]));
}

static void check_changes(const struct policy *before,
			  const struct policy *after, bool any)
{
	struct changes changes;

	diff_policies(&changes, before, after);
	EXPECT(any || !changes.count);
	diff_free(&changes);
}

static size_t opening(const struct flow_diff *diff)
{
	size_t count = 0, i;

	for (i = 0; i < diff->flow_count; i++)
		count += diff->flows[i].opens;
	return count;
}

/* Compare with the policy of no row: what the one opens, the other closes. */
static void check_flows(const struct policy *policy, const struct policy *again)
{
	struct policy other = *policy;
	struct flow_diff there, back;
	char *hash = policy_hash(policy), *other_hash = policy_hash(again);

	EXPECT(!strcmp(hash, other_hash));
	free(other_hash);
	free(hash);
	flows_compare(&there, policy, again);
	EXPECT(flows_same(&there));
	flows_free(&there);

	other.zones = 0;
	other.expose_cls_ports = !policy->expose_cls_ports;
	flows_compare(&there, policy, &other);
	flows_compare(&back, &other, policy);
	EXPECT(!opening(&there) && opening(&back) == back.flow_count);
	EXPECT(there.flow_count == back.flow_count);
	flows_free(&there);
	flows_free(&back);
}

/* Ask a policy what the expectations ask. */
static void check_expectations(const struct config *config)
{
	struct expectations expectations;
	struct verdict verdict;
	struct judge judge;
	size_t i;

	expectations_open(&expectations, names[FILES - 1]);
	if (!expectations.errors.total)
		expectations_read(&expectations, &config->policy,
				  &config->table);
	check_json(findings_json(&expectations.errors, false));
	judge_begin(&judge, &config->policy);
	for (i = 0; i < expectations.count; i++) {
		judge_ask(&judge, &expectations.items[i].query, &verdict);
		EXPECT((verdict.reason >= 0) ==
		       (verdict.verdict == NF_EDGE_VERDICT_DROP));
		EXPECT(!verdict.rows.count ||
		       verdict.verdict == NF_EDGE_VERDICT_ACCEPT);
	}
	judge_end(&judge);
	expectations_free(&expectations);
}

static void check_accepted(struct config *config)
{
	static const struct policy none;
	struct config again;
	char *text;
	json_t *json;

	config_warn(config);
	check_json(findings_json(&config->warnings, true));
	check_load(config);
	check_expectations(config);

	text = write_back(config, true);
	json = json_loads(text, 0, NULL);
	EXPECT(json);
	EXPECT(json_object_size(json_object_get(json, "interfaces")) ==
	       config->policy.interface_count);
	json_decref(json);
	free(text);

	text = write_back(config, false);
	remove_files();
	put_file(0, text, strlen(text));
	config_read(&again, names[0]);
	if (again.errors.count) {
		fputs(text, stderr);
		findings_print(&again.errors);
		WRONG("what show config wrote is refused");
	}
	expect_same(&config->policy, &again.policy);
	check_changes(&config->policy, &again.policy, false);
	check_changes(&none, &config->policy, true);
	check_flows(&config->policy, &again.policy);
	config_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n%%\n";
	struct config config;
	int i;

	remove_files();
	for (i = 0; i < FILES; i++) {
		const uint8_t *end = size ? memmem(data, size, mark, 4) : NULL;
		size_t length = end ? (size_t)(end - data) + 1 : size;

		put_file(i, data, length);
		if (!end)
			break;
		size -= length + 3;
		data += length + 3;
	}

	config_read(&config, names[0]);
	check_json(findings_json(&config.errors, false));
	if (!config.errors.count)
		check_accepted(&config);
	config_free(&config);
	remove_files();
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int i;

	(void)argc;
	(void)argv;
	for (i = 0; i < FILES; i++)
		files[i] = -1;
	out_begin();
	return 0;
}
