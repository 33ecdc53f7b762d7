// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that an nftables flowtable has taken over are forwarded before
 * PRE_ROUTING: nf_edge sees nothing of them, so it cannot say so itself.  The
 * list of flowtables is short.  Connection tracking, which knows what they
 * took, is asked only where there is one.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>

#include "base/memory.h"
#include "netlink/client.h"
#include "output/json.h"
#include "system/flowtables.h"

/* Rulesets do not change this often in the time that reading them takes. */
#define ATTEMPTS	10

#define TABLES_LIST	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETFLOWTABLE)
#define TABLES_ITEM	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE)
#define CONNECTIONS_LIST (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET)
#define CONNECTIONS_ITEM (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)

/* What add_connection() needs. */
struct search {
	struct offload *offload;
	const struct policy *policy;
};

/* The other families of nf_tables have no flowtables. */
static const char *family_word(uint8_t family)
{
	switch (family) {
	case PF_INET:
		return "ip";
	case PF_INET6:
		return "ip6";
	default:
		return "inet";
	}
}

static json_t *read_devices(struct nlattr *hook)
{
	struct nlattr *attrs[NFTA_FLOWTABLE_HOOK_MAX + 1], *device;
	json_t *names = json_array();
	int left;

	if (!hook || nla_parse_nested(attrs, NFTA_FLOWTABLE_HOOK_MAX, hook,
				      NULL) < 0 ||
	    !attrs[NFTA_FLOWTABLE_HOOK_DEVS])
		return names;
	nla_for_each_nested(device, attrs[NFTA_FLOWTABLE_HOOK_DEVS], left) {
		json_array_append_new(names,
				      nf_edge_json_text(nla_get_string(device)));
	}
	return names;
}

static int add_table(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[NFTA_FLOWTABLE_MAX + 1];
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct offload *offload = arg;
	struct flowtable *table;

	if (header->nlmsg_type != TABLES_ITEM ||
	    nlmsg_parse(header, sizeof(struct nfgenmsg), attrs,
			NFTA_FLOWTABLE_MAX, NULL) < 0 ||
	    !attrs[NFTA_FLOWTABLE_TABLE] || !attrs[NFTA_FLOWTABLE_NAME])
		return NL_SKIP;

	offload->tables = nf_edge_grow(offload->tables, &offload->capacity,
				       offload->count, sizeof(*table));
	table = &offload->tables[offload->count++];
	table->name = nf_edge_format("%s %s %s",
				     family_word(((struct nfgenmsg *)
					nlmsg_data(header))->nfgen_family),
				     nla_get_string(attrs[NFTA_FLOWTABLE_TABLE]),
				     nla_get_string(attrs[NFTA_FLOWTABLE_NAME]));
	table->devices = read_devices(attrs[NFTA_FLOWTABLE_HOOK]);
	return NL_OK;
}

static void forget_tables(struct offload *offload)
{
	while (offload->count) {
		struct flowtable *table = &offload->tables[--offload->count];

		json_decref(table->devices);
		free(table->name);
	}
}

static bool is_bound_attr(const struct policy *policy, struct nlattr *attr,
			  sa_family_t family)
{
	struct ip ip = { .family = family };

	if (!attr)
		return false;
	nla_memcpy(ip.bytes, attr, family == AF_INET ? 4 : 16);
	return nf_edge_policy_binds(policy, &ip);
}

/* Whether a tuple of a connection names an Edge address. */
static bool is_governed(const struct policy *policy, struct nlattr *tuple)
{
	struct nlattr *attrs[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1];

	return tuple &&
	       nla_parse_nested(attrs, CTA_TUPLE_MAX, tuple, NULL) >= 0 &&
	       attrs[CTA_TUPLE_IP] &&
	       nla_parse_nested(ip, CTA_IP_MAX, attrs[CTA_TUPLE_IP],
				NULL) >= 0 &&
	       (is_bound_attr(policy, ip[CTA_IP_V4_SRC], AF_INET) ||
		is_bound_attr(policy, ip[CTA_IP_V4_DST], AF_INET) ||
		is_bound_attr(policy, ip[CTA_IP_V6_SRC], AF_INET6) ||
		is_bound_attr(policy, ip[CTA_IP_V6_DST], AF_INET6));
}

static int add_connection(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTA_MAX + 1];
	struct search *search = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != CONNECTIONS_ITEM ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), attrs,
			CTA_MAX, NULL) < 0)
		return NL_SKIP;
	/* Older kernels know no filter, and list all. */
	if (ntohl(nf_edge_attr_u32(attrs[CTA_STATUS])) & IPS_OFFLOAD &&
	    (is_governed(search->policy, attrs[CTA_TUPLE_ORIG]) ||
	     is_governed(search->policy, attrs[CTA_TUPLE_REPLY])))
		search->offload->connections++;
	return NL_OK;
}

/* Asks for a list: 0, or what libnl says. */
static int dump(struct nl_sock *socket, int type, uint32_t status)
{
	struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	struct nl_msg *request = nlmsg_alloc_simple(type, NLM_F_DUMP);
	int error;

	if (!request || nlmsg_append(request, &head, sizeof(head), NLMSG_ALIGNTO))
		nf_edge_out_of_memory();
	if (status)
		nla_put_u32(request, CTA_STATUS, htonl(status));
	error = nl_send_auto(socket, request);
	nlmsg_free(request);
	return error < 0 ? error : nl_recvmsgs_default(socket);
}

static void read_tables(struct nl_sock *socket, struct offload *offload)
{
	int attempt;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, add_table,
			    offload);
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		forget_tables(offload);
		if (dump(socket, TABLES_LIST, 0) != -NLE_DUMP_INTR)
			break;
	}
}

/**
 * nf_edge_offload_read - look for what goes past the policy
 * @offload: filled in; nf_edge_offload_free() it
 * @policy: whose addresses to look for, with its nodes; or NULL, for the
 *	flowtables only
 *
 * A kernel without nf_tables has no flowtable.
 */
void nf_edge_offload_read(struct offload *offload, const struct policy *policy)
{
	struct search search = { .offload = offload, .policy = policy };
	struct nl_sock *socket = nl_socket_alloc();

	*offload = (struct offload){ .known = true };
	if (!socket)
		nf_edge_out_of_memory();
	if (nl_connect(socket, NETLINK_NETFILTER) >= 0) {
		read_tables(socket, offload);
		if (offload->count && policy) {
			nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM,
					    add_connection, &search);
			offload->known = dump(socket, CONNECTIONS_LIST,
					      IPS_OFFLOAD) >= 0;
		}
	}
	nl_socket_free(socket);
}

/* "inet filter fast (wan0, dmz0)": a new string. */
static char *table_text(const struct flowtable *table)
{
	char *text = nf_edge_format("%s (", table->name), *longer;
	json_t *device;
	size_t i;

	json_array_foreach(table->devices, i, device) {
		longer = nf_edge_format("%s%s%s", text, i ? ", " : "",
					json_string_value(device));
		free(text);
		text = longer;
	}
	longer = nf_edge_format("%s)", text);
	free(text);
	return longer;
}

/**
 * nf_edge_offload_tables_text - the flowtables and their devices
 * @offload: what was found
 * @separator: what to put between two
 *
 * Return: a new string, empty when there is none.
 */
char *nf_edge_offload_tables_text(const struct offload *offload,
				  const char *separator)
{
	char *text = nf_edge_strdup("");
	size_t i;

	for (i = 0; i < offload->count; i++) {
		char *table = table_text(&offload->tables[i]);
		char *longer = nf_edge_format("%s%s%s", text,
					      i ? separator : "", table);

		free(table);
		free(text);
		text = longer;
	}
	return text;
}

/**
 * nf_edge_offload_text - what somebody should know who revokes something
 * @offload: what was found
 *
 * Return: a new sentence, or NULL when there is nothing to be said.
 */
char *nf_edge_offload_text(const struct offload *offload)
{
	bool one = offload->connections == 1;

	if (!offload->known)
		return nf_edge_strdup("the kernel does not tell what flowtables took");
	if (!offload->connections)
		return NULL;
	return nf_edge_format("%ju governed connection%s offloaded, %s: end %s with conntrack -D",
			      (uintmax_t)offload->connections,
			      one ? " is" : "s are",
			      "neither judged nor counted",
			      one ? "it" : "them");
}

/**
 * nf_edge_offload_tables_json - the flowtables
 * @offload: what was found
 *
 * Return: a new array of objects.
 */
json_t *nf_edge_offload_tables_json(const struct offload *offload)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < offload->count; i++) {
		const struct flowtable *table = &offload->tables[i];

		json_array_append_new(array,
				      json_pack("{s:o, s:O}", "name",
						nf_edge_json_text(table->name),
						"devices", table->devices));
	}
	return array;
}

/**
 * nf_edge_offload_connections_json - how many connections go past the policy
 * @offload: what was found
 *
 * Return: a new number, or null when the kernel did not tell.
 */
json_t *nf_edge_offload_connections_json(const struct offload *offload)
{
	return offload->known ? json_integer((json_int_t)offload->connections) :
				json_null();
}

/**
 * nf_edge_offload_warn - note that a policy will not see all
 * @config: a configuration without errors
 *
 * To be asked only where nf_edge is: a look at flowtables makes the kernel load
 * nf_tables.
 */
void nf_edge_offload_warn(struct config *config)
{
	struct offload offload;
	size_t i;

	nf_edge_offload_read(&offload, NULL);
	for (i = 0; i < offload.count; i++) {
		char *table = table_text(&offload.tables[i]);

		nf_edge_find(&config->warnings, config->file,
			     config->mode_line, table,
			     "is an nft flowtable; what it takes goes past the policy: keep the Edge addresses out of it");
		free(table);
	}
	nf_edge_findings_sort(&config->warnings, config->file);
	nf_edge_offload_free(&offload);
}

/**
 * nf_edge_offload_free - forget it
 * @offload: what was found
 */
void nf_edge_offload_free(struct offload *offload)
{
	forget_tables(offload);
	free(offload->tables);
	*offload = (struct offload){ 0 };
}
