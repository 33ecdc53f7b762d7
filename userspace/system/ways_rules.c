// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that rules of nftables open, iptables-nft among them:
 * translations to an Edge address, addresses written into packets, frames
 * forwarded at ingress, zones of connection tracking.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_CT.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/ways.h"

#define TABLES_TYPE(name)	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_##name)

/* Offsets of the destination in the headers. */
#define IPV4_DESTINATION	16U
#define IPV6_DESTINATION	24U

/* Registers of 32 bits. */
#define SLOTS	16

/**
 * struct slot - content of a register at some point of a rule
 * @holds: kind of content
 * @ip: of CONSTANT, the address
 * @set: of MAPPED, the name of the map, in the attribute of the rule
 * @by_destination: of MAPPED, whether the key of the map is a destination
 */
struct slot {
	enum { UNKNOWN, CONSTANT, DESTINATION, MAPPED } holds;
	struct ip ip;
	const char *set;
	bool by_destination;
};

/**
 * struct set_look - a set or map to be looked into when the rules are read
 * @request: the question for the elements
 * @where: the rule, for people
 * @target: the address that the rule translates to; unknown when the map says
 * @family: of the translation
 * @has_keys: whether the keys are the addresses that clients dial
 */
struct set_look {
	struct nl_msg *request;
	char *where;
	struct ip target;
	uint8_t family;
	bool has_keys;
};

/**
 * struct search - all rules
 * @ways: the list to add to
 * @looks: sets and maps to be looked into
 * @count: number of them
 * @capacity: number that there is room for
 * @look: the one that is read
 */
struct search {
	struct ways *ways;
	struct set_look *looks;
	size_t count;
	size_t capacity;
	const struct set_look *look;
};

/**
 * struct rule - a rule, while its expressions are followed
 * @search: all rules
 * @family: family of the table
 * @table: table of the rule
 * @where: table and chain, for people
 * @slots: the registers
 * @dialled: destination that the rule takes; family 0 when unknown
 * @set: the set that holds the destination, or NULL
 */
struct rule {
	struct search *search;
	uint8_t family;
	const char *table;
	char *where;
	struct slot slots[SLOTS];
	struct ip dialled;
	const char *set;
};

static const char *family_word(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_ARP:
		return "arp";
	default:
		return "inet";
	}
}

/* An address at the begin of some octets. */
static struct ip read_ip(uint8_t family, const void *bytes, size_t size)
{
	size_t length = family == NFPROTO_IPV4 ? 4 : 16;
	struct ip ip = { 0 };

	if ((family == NFPROTO_IPV4 || family == NFPROTO_IPV6) &&
	    size >= length) {
		ip.family = family == NFPROTO_IPV4 ? AF_INET : AF_INET6;
		memcpy(ip.bytes, bytes, length);
	}
	return ip;
}

static struct ip read_value(uint8_t family, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_DATA_MAX + 1];

	if (!data || nla_parse_nested(attrs, NFTA_DATA_MAX, data, NULL) < 0 ||
	    !attrs[NFTA_DATA_VALUE])
		return (struct ip){ 0 };
	return read_ip(family, nla_data(attrs[NFTA_DATA_VALUE]),
		       (size_t)nla_len(attrs[NFTA_DATA_VALUE]));
}

/* The family of a constant goes by its size. */
static struct ip read_constant(struct nlattr *data)
{
	struct ip ip = read_value(NFPROTO_IPV6, data);

	return ip.family ? ip : read_value(NFPROTO_IPV4, data);
}

static struct slot *slot_of(struct rule *rule, struct nlattr *attr)
{
	uint32_t reg = ntohl(attr_u32(attr));

	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
		return &rule->slots[(reg - NFT_REG_1) * 4];
	if (reg >= NFT_REG32_00 && reg <= NFT_REG32_15)
		return &rule->slots[reg - NFT_REG32_00];
	return NULL;
}

static void say_dnat(struct ways *ways, const char *where,
		     const struct ip *dialled, const struct ip *target)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	if (!policy_binds(ways->policy, target))
		return;
	ip_format(target, to);
	if (!dialled->family)
		ways_add(ways, "dnat", where,
			 "translates any destination to the Edge address %s; let the rule match an address that is bound to the same node",
			 to);
	else if (!policy_binds(ways->policy, dialled))
		ways_add(ways, "dnat", where,
			 "translates %s to the Edge address %s; bind %s to the same node, or no row permits these connections",
			 ip_format(dialled, from), to, from);
}

static void look_into(struct rule *rule, const char *set, uint8_t family,
		      const struct ip *target, bool has_keys)
{
	struct nfgenmsg head = { .nfgen_family = rule->family };
	struct search *search = rule->search;
	struct set_look *look;

	search->looks = xgrow(search->looks, &search->capacity,
			      search->count, sizeof(*look));
	look = &search->looks[search->count++];
	*look = (struct set_look){
		.request = nlmsg_alloc_simple(0, 0),
		.where = xstrdup(rule->where),
		.target = *target, .family = family, .has_keys = has_keys,
	};
	if (!look->request ||
	    nlmsg_append(look->request, &head, sizeof(head), NLMSG_ALIGNTO) ||
	    nla_put_string(look->request, NFTA_SET_ELEM_LIST_TABLE,
			   rule->table) ||
	    nla_put_string(look->request, NFTA_SET_ELEM_LIST_SET, set))
		out_of_memory();
}

static void of_target(struct rule *rule, uint8_t family,
		      const struct ip *target)
{
	if (!target->family ||
	    !policy_binds(rule->search->ways->policy, target))
		return;
	if (!rule->dialled.family && rule->set)
		look_into(rule, rule->set, family, target, true);
	else
		say_dnat(rule->search->ways, rule->where, &rule->dialled,
			 target);
}

static void follow_nat(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_NAT_MAX + 1];
	const struct slot *slot;
	uint8_t family;
	struct ip ip;

	if (nla_parse_nested(attrs, NFTA_NAT_MAX, data, NULL) < 0 ||
	    ntohl(attr_u32(attrs[NFTA_NAT_TYPE])) != NFT_NAT_DNAT)
		return;
	family = (uint8_t)ntohl(attr_u32(attrs[NFTA_NAT_FAMILY]));
	slot = slot_of(rule, attrs[NFTA_NAT_REG_ADDR_MIN]);
	if (!slot)
		return;
	if (slot->holds == CONSTANT) {
		ip = read_ip(family, slot->ip.bytes, sizeof(slot->ip.bytes));
		of_target(rule, family, &ip);
	} else if (slot->holds == MAPPED) {
		ip = (struct ip){ 0 };
		look_into(rule, slot->set, family, &ip, slot->by_destination);
	}
}

/* iptables-nft: the target DNAT, or a zone by the target CT. */
static void follow_target(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_TARGET_MAX + 1];
	struct nf_nat_ipv4_multi_range_compat old;
	struct xt_ct_target_info zone;
	struct nf_nat_range range;
	struct ip target;
	size_t size;

	if (nla_parse_nested(attrs, NFTA_TARGET_MAX, data, NULL) < 0 ||
	    !attrs[NFTA_TARGET_NAME] || !attrs[NFTA_TARGET_INFO])
		return;
	size = (size_t)nla_len(attrs[NFTA_TARGET_INFO]);
	if (!nla_strcmp(attrs[NFTA_TARGET_NAME], "CT") &&
	    size >= sizeof(zone)) {
		memcpy(&zone, nla_data(attrs[NFTA_TARGET_INFO]), sizeof(zone));
		if (zone.zone)
			ways_add(rule->search->ways, "zone",
				 rule->where,
				 "tracks connections in a zone; an answer in another zone is refused as invalid, so give both directions the same one");
	}
	if (nla_strcmp(attrs[NFTA_TARGET_NAME], "DNAT"))
		return;
	if (ntohl(attr_u32(attrs[NFTA_TARGET_REV])) == 0 &&
	    size >= sizeof(old)) {
		memcpy(&old, nla_data(attrs[NFTA_TARGET_INFO]), sizeof(old));
		target = read_ip(NFPROTO_IPV4, &old.range[0].min_ip, 4);
	} else if (size >= sizeof(range)) {
		memcpy(&range, nla_data(attrs[NFTA_TARGET_INFO]),
		       sizeof(range));
		target = read_ip(rule->family, &range.min_addr,
				 sizeof(range.min_addr));
	} else {
		return;
	}
	of_target(rule, rule->family, &target);
}

static void follow_payload(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_PAYLOAD_MAX + 1];
	struct ways *ways = rule->search->ways;
	uint32_t offset, length;
	struct slot *slot;
	bool destination;

	if (nla_parse_nested(attrs, NFTA_PAYLOAD_MAX, data, NULL) < 0)
		return;
	offset = ntohl(attr_u32(attrs[NFTA_PAYLOAD_OFFSET]));
	length = ntohl(attr_u32(attrs[NFTA_PAYLOAD_LEN]));
	destination = ntohl(attr_u32(attrs[NFTA_PAYLOAD_BASE])) ==
		      NFT_PAYLOAD_NETWORK_HEADER &&
		      ((offset == IPV4_DESTINATION && length == 4) ||
		       (offset == IPV6_DESTINATION && length == 16));
	slot = slot_of(rule, attrs[NFTA_PAYLOAD_DREG]);
	if (slot) {
		*slot = (struct slot){
			.holds = destination ? DESTINATION : UNKNOWN,
		};
		return;
	}
	slot = slot_of(rule, attrs[NFTA_PAYLOAD_SREG]);
	if (slot && destination &&
	    (slot->holds != CONSTANT ||
	     policy_binds(ways->policy, &slot->ip)))
		ways_add(ways, "rewrite", rule->where,
			 "writes a destination into packets, which leads to an Edge past the policy; translate with dnat instead");
}

static void follow_immediate(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_IMMEDIATE_MAX + 1];
	struct slot *slot;

	if (nla_parse_nested(attrs, NFTA_IMMEDIATE_MAX, data, NULL) < 0)
		return;
	slot = slot_of(rule, attrs[NFTA_IMMEDIATE_DREG]);
	if (slot)
		*slot = (struct slot){
			.holds = CONSTANT,
			.ip = read_constant(attrs[NFTA_IMMEDIATE_DATA]),
		};
}

static void follow_cmp(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_CMP_MAX + 1];
	const struct slot *slot;

	if (nla_parse_nested(attrs, NFTA_CMP_MAX, data, NULL) < 0)
		return;
	slot = slot_of(rule, attrs[NFTA_CMP_SREG]);
	if (slot && slot->holds == DESTINATION &&
	    ntohl(attr_u32(attrs[NFTA_CMP_OP])) == NFT_CMP_EQ)
		rule->dialled = read_constant(attrs[NFTA_CMP_DATA]);
}

static struct nla_policy lookup_policy[NFTA_LOOKUP_MAX + 1] = {
	[NFTA_LOOKUP_SET] = { .type = NLA_STRING },
};

static void follow_lookup(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_LOOKUP_MAX + 1];
	const struct slot *from;
	struct slot *to;
	bool by_destination;
	const char *set;

	if (nla_parse_nested(attrs, NFTA_LOOKUP_MAX, data,
			     lookup_policy) < 0 ||
	    !attrs[NFTA_LOOKUP_SET])
		return;
	set = nla_get_string(attrs[NFTA_LOOKUP_SET]);
	from = slot_of(rule, attrs[NFTA_LOOKUP_SREG]);
	by_destination = from && from->holds == DESTINATION;
	to = slot_of(rule, attrs[NFTA_LOOKUP_DREG]);
	if (to)
		*to = (struct slot){
			.holds = MAPPED, .set = set,
			.by_destination = by_destination,
		};
	else if (by_destination &&
		 !(ntohl(attr_u32(attrs[NFTA_LOOKUP_FLAGS])) &
		   NFT_LOOKUP_F_INV))
		rule->set = set;
}

static void follow_ct(struct rule *rule, struct nlattr *data)
{
	struct nlattr *attrs[NFTA_CT_MAX + 1];

	if (nla_parse_nested(attrs, NFTA_CT_MAX, data, NULL) >= 0 &&
	    attrs[NFTA_CT_SREG] &&
	    ntohl(attr_u32(attrs[NFTA_CT_KEY])) == NFT_CT_ZONE)
		ways_add(rule->search->ways, "zone", rule->where,
			 "tracks connections in a zone; an answer in another zone is refused as invalid, so give both directions the same one");
	memset(rule->slots, 0, sizeof(rule->slots));
}

static void follow_forward(struct rule *rule, struct nlattr *data)
{
	(void)data;
	if (rule->family == NFPROTO_NETDEV)
		ways_add(rule->search->ways, "forward", rule->where,
			 "sends frames to another device (fwd or dup) past the policy; take the rule away");
}

static void follow(struct rule *rule, struct nlattr *expression)
{
	static const struct {
		const char *name;
		void (*follow)(struct rule *rule, struct nlattr *data);
	} known[] = {
		{ "cmp", follow_cmp },
		{ "ct", follow_ct },
		{ "dup", follow_forward },
		{ "fwd", follow_forward },
		{ "immediate", follow_immediate },
		{ "lookup", follow_lookup },
		{ "nat", follow_nat },
		{ "payload", follow_payload },
		{ "target", follow_target },
	};
	struct nlattr *attrs[NFTA_EXPR_MAX + 1];
	size_t i;

	if (nla_parse_nested(attrs, NFTA_EXPR_MAX, expression, NULL) < 0 ||
	    !attrs[NFTA_EXPR_NAME] || !attrs[NFTA_EXPR_DATA])
		return;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!nla_strcmp(attrs[NFTA_EXPR_NAME], known[i].name))
			break;
	if (i < ARRAY_SIZE(known))
		known[i].follow(rule, attrs[NFTA_EXPR_DATA]);
	else	/* Any register may be written. */
		memset(rule->slots, 0, sizeof(rule->slots));
}

static struct nla_policy rule_policy[NFTA_RULE_MAX + 1] = {
	[NFTA_RULE_TABLE] = { .type = NLA_STRING },
	[NFTA_RULE_CHAIN] = { .type = NLA_STRING },
};

static int add_rule(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[NFTA_RULE_MAX + 1], *expression;
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct rule rule = { .search = arg };
	int left;

	if (header->nlmsg_type != TABLES_TYPE(NEWRULE) ||
	    nlmsg_parse(header, sizeof(struct nfgenmsg), attrs, NFTA_RULE_MAX,
			rule_policy) < 0 ||
	    !attrs[NFTA_RULE_TABLE] || !attrs[NFTA_RULE_CHAIN] ||
	    !attrs[NFTA_RULE_EXPRESSIONS])
		return NL_SKIP;
	rule.family = ((struct nfgenmsg *)nlmsg_data(header))->nfgen_family;
	rule.table = nla_get_string(attrs[NFTA_RULE_TABLE]);
	rule.where = xformat("%s %s %s", family_word(rule.family),
			     rule.table,
			     nla_get_string(attrs[NFTA_RULE_CHAIN]));
	nla_for_each_nested(expression, attrs[NFTA_RULE_EXPRESSIONS], left) {
		follow(&rule, expression);
	}
	free(rule.where);
	return NL_OK;
}

static int add_elements(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[NFTA_SET_ELEM_LIST_MAX + 1], *element;
	struct nlattr *parts[NFTA_SET_ELEM_MAX + 1];
	const struct search *search = arg;
	const struct set_look *look = search->look;
	struct ip dialled, target;
	int left;

	if (nlmsg_hdr(msg)->nlmsg_type != TABLES_TYPE(NEWSETELEM) ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), attrs,
			NFTA_SET_ELEM_LIST_MAX, NULL) < 0 ||
	    !attrs[NFTA_SET_ELEM_LIST_ELEMENTS])
		return NL_SKIP;
	nla_for_each_nested(element, attrs[NFTA_SET_ELEM_LIST_ELEMENTS], left) {
		if (nla_parse_nested(parts, NFTA_SET_ELEM_MAX, element,
				     NULL) < 0)
			continue;
		dialled = (struct ip){ 0 };
		if (look->has_keys)
			dialled = read_value(look->family,
					     parts[NFTA_SET_ELEM_KEY]);
		target = look->target.family ? look->target :
			 read_value(look->family, parts[NFTA_SET_ELEM_DATA]);
		say_dnat(search->ways, look->where, &dialled, &target);
	}
	return NL_OK;
}

static void look_into_sets(struct search *search, struct nl_sock *socket)
{
	struct nlmsghdr *header;
	size_t i;

	for (i = 0; i < search->count; i++) {
		search->look = &search->looks[i];
		header = nlmsg_hdr(search->look->request);
		ways_dump(socket, TABLES_TYPE(GETSETELEM),
			  nlmsg_data(header),
			  (size_t)nlmsg_datalen(header), add_elements,
			  search);
		nlmsg_free(search->looks[i].request);
		free(search->looks[i].where);
	}
	free(search->looks);
}

/**
 * ways_of_rules - look for ways round in the rules of nftables
 * @ways: the list to add to
 *
 * A kernel without nf_tables has no rule.
 */
void ways_of_rules(struct ways *ways)
{
	struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	struct nl_sock *socket = nl_socket_alloc();
	struct search search = { .ways = ways };

	if (!socket)
		out_of_memory();
	if (nl_connect(socket, NETLINK_NETFILTER) >= 0) {
		ways_dump(socket, TABLES_TYPE(GETRULE), &head,
			  sizeof(head), add_rule, &search);
		look_into_sets(&search, socket);
	}
	nl_socket_free(socket);
}
