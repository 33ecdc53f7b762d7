// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/nf-edge.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/nf_edge.h>

/* Common nested types */
const struct nla_policy nf_edge_address_nl_policy[NF_EDGE_A_ADDRESS_IPV6 + 1] = {
	[NF_EDGE_A_ADDRESS_SERVICE] = NLA_POLICY_MAX(NLA_U32, 3),
	[NF_EDGE_A_ADDRESS_IPV4] = { .type = NLA_U32, },
	[NF_EDGE_A_ADDRESS_IPV6] = NLA_POLICY_EXACT_LEN(16),
};

const struct nla_policy nf_edge_counts_nl_policy[NF_EDGE_A_COUNTS_PAD + 1] = {
	[NF_EDGE_A_COUNTS_ROW] = { .type = NLA_NUL_STRING, },
	[NF_EDGE_A_COUNTS_SERVICE] = NLA_POLICY_MAX(NLA_U32, 3),
	[NF_EDGE_A_COUNTS_CONNECTIONS] = { .type = NLA_U64, },
	[NF_EDGE_A_COUNTS_PACKETS_TO_EDGE] = { .type = NLA_U64, },
	[NF_EDGE_A_COUNTS_BYTES_TO_EDGE] = { .type = NLA_U64, },
	[NF_EDGE_A_COUNTS_PACKETS_FROM_EDGE] = { .type = NLA_U64, },
	[NF_EDGE_A_COUNTS_BYTES_FROM_EDGE] = { .type = NLA_U64, },
	[NF_EDGE_A_COUNTS_DENIED] = { .type = NLA_U64, },
	[NF_EDGE_A_COUNTS_LAST_HIT] = { .type = NLA_U64, },
};

const struct nla_policy nf_edge_drop_nl_policy[NF_EDGE_A_DROP_PAD + 1] = {
	[NF_EDGE_A_DROP_REASON] = NLA_POLICY_MAX(NLA_U32, 9),
	[NF_EDGE_A_DROP_PACKETS] = { .type = NLA_U64, },
	[NF_EDGE_A_DROP_BYTES] = { .type = NLA_U64, },
	[NF_EDGE_A_DROP_WOULD_BE_PACKETS] = { .type = NLA_U64, },
	[NF_EDGE_A_DROP_WOULD_BE_BYTES] = { .type = NLA_U64, },
};

const struct nla_policy nf_edge_interface_nl_policy[NF_EDGE_A_INTERFACE_IFINDEX + 1] = {
	[NF_EDGE_A_INTERFACE_NAME] = { .type = NLA_NUL_STRING, .len = NF_EDGE_INTERFACE_NAME_MAX, },
	[NF_EDGE_A_INTERFACE_SIDES] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[NF_EDGE_A_INTERFACE_IFINDEX] = { .type = NLA_U32, },
};

const struct nla_policy nf_edge_node_nl_policy[NF_EDGE_A_NODE_ADDRESS + 1] = {
	[NF_EDGE_A_NODE_NAME] = { .type = NLA_NUL_STRING, .len = NF_EDGE_NODE_NAME_MAX, },
	[NF_EDGE_A_NODE_ADDRESS] = NLA_POLICY_NESTED(nf_edge_address_nl_policy),
};

const struct nla_policy nf_edge_own_set_nl_policy[NF_EDGE_A_OWN_SET_NAME + 1] = {
	[NF_EDGE_A_OWN_SET_SET] = NLA_POLICY_MAX(NLA_U32, 31),
	[NF_EDGE_A_OWN_SET_NAME] = { .type = NLA_NUL_STRING, .len = NF_EDGE_SET_NAME_MAX, },
};

const struct nla_policy nf_edge_peers_nl_policy[NF_EDGE_A_PEERS_NAME + 1] = {
	[NF_EDGE_A_PEERS_SET] = NLA_POLICY_MAX(NLA_U32, 31),
	[NF_EDGE_A_PEERS_PREFIXES_IPV4] = { .type = NLA_BINARY, },
	[NF_EDGE_A_PEERS_PREFIXES_IPV6] = { .type = NLA_BINARY, },
	[NF_EDGE_A_PEERS_COUNT] = { .type = NLA_U32, },
	[NF_EDGE_A_PEERS_NAME] = { .type = NLA_NUL_STRING, .len = NF_EDGE_SET_NAME_MAX, },
};

const struct nla_policy nf_edge_port_nl_policy[NF_EDGE_A_PORT_HIGH + 1] = {
	[NF_EDGE_A_PORT_SERVICE] = NLA_POLICY_MAX(NLA_U32, 3),
	[NF_EDGE_A_PORT_PROTOCOL] = { .type = NLA_U8, },
	[NF_EDGE_A_PORT_DOCUMENTED_LOW] = { .type = NLA_U16, },
	[NF_EDGE_A_PORT_DOCUMENTED_HIGH] = { .type = NLA_U16, },
	[NF_EDGE_A_PORT_LOW] = { .type = NLA_U16, },
	[NF_EDGE_A_PORT_HIGH] = { .type = NLA_U16, },
};

const struct nla_policy nf_edge_ports_nl_policy[NF_EDGE_A_PORTS_HIGH + 1] = {
	[NF_EDGE_A_PORTS_PROTOCOL] = { .type = NLA_U8, },
	[NF_EDGE_A_PORTS_LOW] = { .type = NLA_U16, },
	[NF_EDGE_A_PORTS_HIGH] = { .type = NLA_U16, },
};

const struct nla_policy nf_edge_query_nl_policy[NF_EDGE_A_QUERY_REPLY_NEAR + 1] = {
	[NF_EDGE_A_QUERY_IN] = { .type = NLA_NUL_STRING, .len = NF_EDGE_INTERFACE_NAME_MAX, },
	[NF_EDGE_A_QUERY_LOCAL] = { .type = NLA_FLAG, },
	[NF_EDGE_A_QUERY_PROTOCOL] = { .type = NLA_U8, },
	[NF_EDGE_A_QUERY_SOURCE_IPV4] = { .type = NLA_U32, },
	[NF_EDGE_A_QUERY_SOURCE_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[NF_EDGE_A_QUERY_DESTINATION_IPV4] = { .type = NLA_U32, },
	[NF_EDGE_A_QUERY_DESTINATION_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[NF_EDGE_A_QUERY_DESTINATION_PORT] = { .type = NLA_U16, },
	[NF_EDGE_A_QUERY_VERDICT] = NLA_POLICY_MAX(NLA_U32, 2),
	[NF_EDGE_A_QUERY_REASON] = NLA_POLICY_MAX(NLA_U32, 9),
	[NF_EDGE_A_QUERY_ROW] = { .type = NLA_STRING, },
	[NF_EDGE_A_QUERY_NEAR] = { .type = NLA_STRING, },
	[NF_EDGE_A_QUERY_SOURCE_NODE] = { .type = NLA_NUL_STRING, },
	[NF_EDGE_A_QUERY_DESTINATION_NODE] = { .type = NLA_NUL_STRING, },
	[NF_EDGE_A_QUERY_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4] = { .type = NLA_U32, },
	[NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4] = { .type = NLA_U32, },
	[NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV6] = NLA_POLICY_EXACT_LEN(16),
	[NF_EDGE_A_QUERY_ICMP_TYPE] = { .type = NLA_U8, },
	[NF_EDGE_A_QUERY_REPLY_VERDICT] = NLA_POLICY_MAX(NLA_U32, 2),
	[NF_EDGE_A_QUERY_REPLY_REASON] = NLA_POLICY_MAX(NLA_U32, 9),
	[NF_EDGE_A_QUERY_REPLY_NEAR] = { .type = NLA_STRING, },
};

const struct nla_policy nf_edge_site_row_nl_policy[NF_EDGE_A_SITE_ROW_NOTE + 1] = {
	[NF_EDGE_A_SITE_ROW_NAME] = { .type = NLA_NUL_STRING, .len = NF_EDGE_ROW_NAME_MAX, },
	[NF_EDGE_A_SITE_ROW_SERVICE] = NLA_POLICY_MAX(NLA_U32, 3),
	[NF_EDGE_A_SITE_ROW_DIRECTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[NF_EDGE_A_SITE_ROW_PORTS] = NLA_POLICY_NESTED(nf_edge_ports_nl_policy),
	[NF_EDGE_A_SITE_ROW_SETS] = { .type = NLA_U32, },
	[NF_EDGE_A_SITE_ROW_ANY] = { .type = NLA_FLAG, },
	[NF_EDGE_A_SITE_ROW_NODES] = { .type = NLA_STRING, .len = NF_EDGE_NODE_NAME_MAX, },
	[NF_EDGE_A_SITE_ROW_EXPOSED] = { .type = NLA_FLAG, },
	[NF_EDGE_A_SITE_ROW_NOTE] = { .type = NLA_NUL_STRING, .len = NF_EDGE_NOTE_MAX, },
};

/* NF_EDGE_CMD_PEERS_ADD - do */
static const struct nla_policy nf_edge_peers_add_nl_policy[NF_EDGE_A_POLICY_PEERS + 1] = {
	[NF_EDGE_A_POLICY_PEERS] = NLA_POLICY_NESTED(nf_edge_peers_nl_policy),
};

/* NF_EDGE_CMD_LOAD - do */
static const struct nla_policy nf_edge_load_nl_policy[NF_EDGE_A_POLICY_CONFIRM_TIMEOUT + 1] = {
	[NF_EDGE_A_POLICY_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NF_EDGE_A_POLICY_ZONES] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[NF_EDGE_A_POLICY_FEATURES] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[NF_EDGE_A_POLICY_PING] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS] = { .type = NLA_FLAG, },
	[NF_EDGE_A_POLICY_INTERFACE] = NLA_POLICY_NESTED(nf_edge_interface_nl_policy),
	[NF_EDGE_A_POLICY_NODE] = NLA_POLICY_NESTED(nf_edge_node_nl_policy),
	[NF_EDGE_A_POLICY_PEERS] = NLA_POLICY_NESTED(nf_edge_peers_nl_policy),
	[NF_EDGE_A_POLICY_GENERATION] = { .type = NLA_U32, },
	[NF_EDGE_A_POLICY_DRY_RUN] = { .type = NLA_FLAG, },
	[NF_EDGE_A_POLICY_QUERY] = NLA_POLICY_NESTED(nf_edge_query_nl_policy),
	[NF_EDGE_A_POLICY_PROFILE] = NLA_POLICY_MAX(NLA_U32, 5),
	[NF_EDGE_A_POLICY_PORT] = NLA_POLICY_NESTED(nf_edge_port_nl_policy),
	[NF_EDGE_A_POLICY_SITE_ROW] = NLA_POLICY_NESTED(nf_edge_site_row_nl_policy),
	[NF_EDGE_A_POLICY_ROW_OFF] = { .type = NLA_STRING, .len = NF_EDGE_ROW_ID_MAX, },
	[NF_EDGE_A_POLICY_PING_PEERS] = { .type = NLA_U32, },
	[NF_EDGE_A_POLICY_OWN_SET] = NLA_POLICY_NESTED(nf_edge_own_set_nl_policy),
	[NF_EDGE_A_POLICY_CONFIRM_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 1),
	[NF_EDGE_A_POLICY_LOADED_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NF_EDGE_A_POLICY_LOADED_ZONES] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[NF_EDGE_A_POLICY_LOADED_FEATURES] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[NF_EDGE_A_POLICY_LOADED_ROW_OFF] = { .type = NLA_STRING, .len = NF_EDGE_ROW_ID_MAX, },
};

/* NF_EDGE_CMD_SWITCH - do */
static const struct nla_policy nf_edge_switch_nl_policy[NF_EDGE_A_SWITCH_DRY_RUN + 1] = {
	[NF_EDGE_A_SWITCH_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NF_EDGE_A_SWITCH_ZONES_ON] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[NF_EDGE_A_SWITCH_ZONES_OFF] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[NF_EDGE_A_SWITCH_FEATURES_ON] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[NF_EDGE_A_SWITCH_FEATURES_OFF] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[NF_EDGE_A_SWITCH_GENERATION] = { .type = NLA_U32, },
	[NF_EDGE_A_SWITCH_ROW_ON] = { .type = NLA_STRING, .len = NF_EDGE_ROW_ID_MAX, },
	[NF_EDGE_A_SWITCH_ROW_OFF] = { .type = NLA_STRING, .len = NF_EDGE_ROW_ID_MAX, },
	[NF_EDGE_A_SWITCH_CONFIRM_TIMEOUT] = NLA_POLICY_MIN(NLA_U32, 1),
	[NF_EDGE_A_SWITCH_DRY_RUN] = { .type = NLA_FLAG, },
};

/* NF_EDGE_CMD_COUNTERS_GET - do */
static const struct nla_policy nf_edge_counters_get_nl_policy[NF_EDGE_A_COUNTERS_RESET + 1] = {
	[NF_EDGE_A_COUNTERS_NODE] = { .type = NLA_NUL_STRING, .len = NF_EDGE_NODE_NAME_MAX, },
	[NF_EDGE_A_COUNTERS_ZONE] = NLA_POLICY_MAX(NLA_U32, 5),
	[NF_EDGE_A_COUNTERS_RESET] = { .type = NLA_FLAG, },
};

/* NF_EDGE_CMD_DROPS_GET - do */
static const struct nla_policy nf_edge_drops_get_nl_policy[NF_EDGE_A_DROPS_RESET + 1] = {
	[NF_EDGE_A_DROPS_RESET] = { .type = NLA_FLAG, },
};

/* NF_EDGE_CMD_EXPLAIN - do */
static const struct nla_policy nf_edge_explain_nl_policy[NF_EDGE_A_POLICY_TRIED + 1] = {
	[NF_EDGE_A_POLICY_QUERY] = NLA_POLICY_NESTED(nf_edge_query_nl_policy),
	[NF_EDGE_A_POLICY_TRIED] = { .type = NLA_FLAG, },
};

/* NF_EDGE_CMD_CONFIRM - do */
static const struct nla_policy nf_edge_confirm_nl_policy[NF_EDGE_A_POLICY_GENERATION + 1] = {
	[NF_EDGE_A_POLICY_GENERATION] = { .type = NLA_U32, },
};

/* NF_EDGE_CMD_LISTEN - do */
static const struct nla_policy nf_edge_listen_nl_policy[NF_EDGE_A_LISTEN_RATE + 1] = {
	[NF_EDGE_A_LISTEN_VERDICTS] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[NF_EDGE_A_LISTEN_REASONS] = NLA_POLICY_MASK(NLA_U32, 0x3ff),
	[NF_EDGE_A_LISTEN_ZONES] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[NF_EDGE_A_LISTEN_NODE] = { .type = NLA_NUL_STRING, .len = NF_EDGE_NODE_NAME_MAX, },
	[NF_EDGE_A_LISTEN_ROW] = { .type = NLA_STRING, .len = NF_EDGE_ROW_ID_MAX, },
	[NF_EDGE_A_LISTEN_PREFIXES_IPV4] = { .type = NLA_BINARY, },
	[NF_EDGE_A_LISTEN_PREFIXES_IPV6] = { .type = NLA_BINARY, },
	[NF_EDGE_A_LISTEN_RATE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* NF_EDGE_CMD_COUNTERS_ADD - do */
static const struct nla_policy nf_edge_counters_add_nl_policy[NF_EDGE_A_COUNTERS_SERVICE + 1] = {
	[NF_EDGE_A_COUNTERS_NODE] = { .type = NLA_NUL_STRING, .len = NF_EDGE_NODE_NAME_MAX, },
	[NF_EDGE_A_COUNTERS_ROW] = NLA_POLICY_NESTED(nf_edge_counts_nl_policy),
	[NF_EDGE_A_COUNTERS_SERVICE] = NLA_POLICY_NESTED(nf_edge_counts_nl_policy),
};

/* NF_EDGE_CMD_DROPS_ADD - do */
static const struct nla_policy nf_edge_drops_add_nl_policy[NF_EDGE_A_DROPS_DROP + 1] = {
	[NF_EDGE_A_DROPS_DROP] = NLA_POLICY_NESTED(nf_edge_drop_nl_policy),
};

/* NF_EDGE_CMD_COUNTERS_DUMP - dump */
static const struct nla_policy nf_edge_counters_dump_nl_policy[NF_EDGE_A_COUNTERS_ZONE + 1] = {
	[NF_EDGE_A_COUNTERS_ZONE] = NLA_POLICY_MAX(NLA_U32, 5),
};

/* Ops table for nf_edge */
static const struct genl_split_ops nf_edge_nl_ops[] = {
	{
		.cmd	= NF_EDGE_CMD_STATUS_GET,
		.doit	= nf_edge_nl_status_get_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NF_EDGE_CMD_BEGIN,
		.doit	= nf_edge_nl_begin_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_PEERS_ADD,
		.doit		= nf_edge_nl_peers_add_doit,
		.policy		= nf_edge_peers_add_nl_policy,
		.maxattr	= NF_EDGE_A_POLICY_PEERS,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_LOAD,
		.doit		= nf_edge_nl_load_doit,
		.policy		= nf_edge_load_nl_policy,
		.maxattr	= NF_EDGE_A_POLICY_CONFIRM_TIMEOUT,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_SWITCH,
		.doit		= nf_edge_nl_switch_doit,
		.policy		= nf_edge_switch_nl_policy,
		.maxattr	= NF_EDGE_A_SWITCH_DRY_RUN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NF_EDGE_CMD_FLUSH,
		.doit	= nf_edge_nl_flush_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NF_EDGE_CMD_ROW_GET,
		.start	= nf_edge_nl_pin,
		.dumpit	= nf_edge_nl_row_get_dumpit,
		.done	= nf_edge_nl_unpin,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= NF_EDGE_CMD_NODE_GET,
		.start	= nf_edge_nl_pin,
		.dumpit	= nf_edge_nl_node_get_dumpit,
		.done	= nf_edge_nl_unpin,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= NF_EDGE_CMD_PEERS_GET,
		.start	= nf_edge_nl_pin,
		.dumpit	= nf_edge_nl_peers_get_dumpit,
		.done	= nf_edge_nl_unpin,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= NF_EDGE_CMD_PREFIX_GET,
		.start	= nf_edge_nl_pin,
		.dumpit	= nf_edge_nl_prefix_get_dumpit,
		.done	= nf_edge_nl_unpin,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= NF_EDGE_CMD_COUNTERS_GET,
		.doit		= nf_edge_nl_counters_get_doit,
		.policy		= nf_edge_counters_get_nl_policy,
		.maxattr	= NF_EDGE_A_COUNTERS_RESET,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_DROPS_GET,
		.doit		= nf_edge_nl_drops_get_doit,
		.policy		= nf_edge_drops_get_nl_policy,
		.maxattr	= NF_EDGE_A_DROPS_RESET,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_EXPLAIN,
		.doit		= nf_edge_nl_explain_doit,
		.policy		= nf_edge_explain_nl_policy,
		.maxattr	= NF_EDGE_A_POLICY_TRIED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_CONFIRM,
		.doit		= nf_edge_nl_confirm_doit,
		.policy		= nf_edge_confirm_nl_policy,
		.maxattr	= NF_EDGE_A_POLICY_GENERATION,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= NF_EDGE_CMD_ROLLBACK,
		.doit	= nf_edge_nl_rollback_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_LISTEN,
		.doit		= nf_edge_nl_listen_doit,
		.policy		= nf_edge_listen_nl_policy,
		.maxattr	= NF_EDGE_A_LISTEN_RATE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_COUNTERS_ADD,
		.doit		= nf_edge_nl_counters_add_doit,
		.policy		= nf_edge_counters_add_nl_policy,
		.maxattr	= NF_EDGE_A_COUNTERS_SERVICE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_DROPS_ADD,
		.doit		= nf_edge_nl_drops_add_doit,
		.policy		= nf_edge_drops_add_nl_policy,
		.maxattr	= NF_EDGE_A_DROPS_DROP,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= NF_EDGE_CMD_COUNTERS_DUMP,
		.start		= nf_edge_nl_pin,
		.dumpit		= nf_edge_nl_counters_dump_dumpit,
		.done		= nf_edge_nl_unpin,
		.policy		= nf_edge_counters_dump_nl_policy,
		.maxattr	= NF_EDGE_A_COUNTERS_ZONE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
};

static const struct genl_multicast_group nf_edge_nl_mcgrps[] = {
	[NF_EDGE_NLGRP_POLICY] = { "policy", },
};

struct genl_family nf_edge_nl_family __ro_after_init = {
	.name		= NF_EDGE_FAMILY_NAME,
	.version	= NF_EDGE_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= nf_edge_nl_ops,
	.n_split_ops	= ARRAY_SIZE(nf_edge_nl_ops),
	.mcgrps		= nf_edge_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(nf_edge_nl_mcgrps),
};
