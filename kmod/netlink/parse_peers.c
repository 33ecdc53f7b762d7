// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the attributes of a message to prefixes of peer sets.
 */

#include <linux/slab.h>
#include <linux/string.h>

#include "netlink/netlink-gen.h"
#include "netlink/parse.h"

/* Addresses that stand for no host: no node and no peer has one. */
static bool no_host(u64 hi, u64 lo, bool ipv6, u8 len)
{
	u32 ipv4 = hi >> 32;

	if (!ipv6) {
		if (!ipv4)
			return len == 32;
		if (len >= 8 && ipv4 >> 24 == 127)
			return true;
		if (len >= 16 && ipv4 >> 16 == 0xa9fe)
			return true;
		if (len >= 4 && ipv4 >> 28 == 0xe)
			return true;
		return ipv4 == ~0U;
	}
	if (!hi && len == 128 && lo <= 1)
		return true;
	if (!hi && len >= 96 && lo >> 32 == 0xffff)
		return true;
	if (len >= 10 && hi >> 54 == 0xfe80 >> 6)
		return true;
	if (len >= 8 && hi >> 56 == 0xff)
		return true;
	return false;
}

/**
 * nf_edge_parse_host - check that an address or a prefix is of hosts
 * @hi: upper half, as in struct nf_edge_prefix
 * @lo: lower half
 * @ipv6: the family
 * @len: prefix length
 * @attr: where it stands
 * @extack: where a refusal says why
 *
 * Return: 0 or -EINVAL.
 */
int nf_edge_parse_host(u64 hi, u64 lo, bool ipv6, u8 len,
		       const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	if (!no_host(hi, lo, ipv6, len))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "an unspecified, loopback, link-local, multicast, broadcast or IPv4-mapped address is no host's");
	return -EINVAL;
}

/* One entry of a list of prefixes. */
static int parse_prefix(const u8 *entry, u8 set, bool ipv6,
			struct nf_edge_prefix *p,
			struct netlink_ext_ack *extack)
{
	/* The entry is no attribute, but its place is what a reader wants. */
	const struct nlattr *place = (const struct nlattr *)entry;

	p->set = set;
	p->ipv6 = ipv6;
	p->hi = ipv6 ? get_unaligned_be64(entry) :
		       (u64)get_unaligned_be32(entry) << 32;
	p->lo = ipv6 ? get_unaligned_be64(entry + 8) : 0;
	p->len = entry[ipv6 ? 16 : 4];

	if (memchr_inv(entry + (ipv6 ? 17 : 5), 0, 3)) {
		NL_SET_ERR_MSG_ATTR(extack, place,
				    "an entry ends in three zeros");
		return -EINVAL;
	}
	if (p->len > (ipv6 ? 128 : 32)) {
		NL_SET_ERR_MSG_ATTR(extack, place,
				    "the prefix length passes the address");
		return -EINVAL;
	}
	/* IPv4 addresses end at bit 32: what lies behind is zero. */
	if ((p->hi & nf_edge_host_bits_hi(p->len)) ||
	    (p->lo & nf_edge_host_bits_lo(p->len))) {
		NL_SET_ERR_MSG_ATTR(extack, place,
				    "host bits are set in a prefix");
		return -EINVAL;
	}
	return nf_edge_parse_host(p->hi, p->lo, ipv6, p->len, place, extack);
}

static int parse_prefixes(const struct nlattr *attr, u8 set, bool ipv6,
			  struct nf_edge_prefixes *p,
			  struct netlink_ext_ack *extack)
{
	int size = ipv6 ? NF_EDGE_PREFIX_IPV6_SIZE : NF_EDGE_PREFIX_IPV4_SIZE;
	struct nf_edge_prefix *chunk;
	int i, n, err;

	if (!attr || !nla_len(attr))
		return 0;
	if (nla_len(attr) % size) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the list of prefixes ends inside an entry");
		return -EINVAL;
	}
	n = nla_len(attr) / size;
	chunk = kvmalloc_array(n, sizeof(*chunk), GFP_KERNEL_ACCOUNT);
	if (!chunk)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		err = parse_prefix(nla_data(attr) + i * size, set, ipv6,
				   &chunk[i], extack);
		if (err) {
			kvfree(chunk);
			return err;
		}
	}
	err = nf_edge_prefixes_add(p, chunk, n);
	/* Repetitions may stand in runs that are not merged yet. */
	if (!err && p->total > NF_EDGE_MAX_PREFIXES)
		err = nf_edge_prefixes_finish(p);
	if (!err && p->total > NF_EDGE_MAX_PREFIXES) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "more than 1000000 prefixes in all sets together");
		err = -E2BIG;
	}
	return err;
}

/**
 * nf_edge_parse_peers - add the peer sets of a message to what is collected
 * @info: the message
 * @p: the prefixes so far
 * @bound_sets: mask of the sets that are bound so far
 *
 * Context: may sleep.
 * Return: 0, or a negative error with the extack set where an attribute is at
 * fault; @p is good for nf_edge_prefixes_free() only then.
 */
int nf_edge_parse_peers(struct genl_info *info, struct nf_edge_prefixes *p,
			u32 *bound_sets)
{
	struct nlattr *tb[NF_EDGE_A_PEERS_MAX + 1];
	const struct nlattr *attr;
	int rem, err;
	u32 set;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_PEERS, rem) {
		err = nla_parse_nested(tb, NF_EDGE_A_PEERS_MAX, attr,
				       nf_edge_peers_nl_policy, info->extack);
		if (err)
			return err;
		if (!tb[NF_EDGE_A_PEERS_SET]) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "peers without the name of a set");
			return -EINVAL;
		}
		set = nla_get_u32(tb[NF_EDGE_A_PEERS_SET]);
		*bound_sets |= BIT(set);
		err = parse_prefixes(tb[NF_EDGE_A_PEERS_PREFIXES_IPV4], set,
				     false, p, info->extack) ?:
		      parse_prefixes(tb[NF_EDGE_A_PEERS_PREFIXES_IPV6], set,
				     true, p, info->extack);
		if (err)
			return err;
	}
	return 0;
}
