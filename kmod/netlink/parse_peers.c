// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse the peer sets of a request into prefixes.
 */

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse_host.h"
#include "netlink/parse_peers.h"

/**
 * nf_edge_parse_prefix - parse one entry of a list of prefixes
 * @entry: the entry, of NF_EDGE_PREFIX_IPV4_SIZE or NF_EDGE_PREFIX_IPV6_SIZE
 *	octets
 * @ipv6: the family
 * @p: receives all but the set
 * @extack: takes the reason of a refusal
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nf_edge_parse_prefix(const u8 *entry, bool ipv6, struct nf_edge_prefix *p,
			 struct netlink_ext_ack *extack)
{
	/* An extack takes any place in the request: point at the entry. */
	const struct nlattr *place = (const struct nlattr *)entry;

	p->ipv6 = ipv6;
	p->hi = ipv6 ? get_unaligned_be64(entry) :
		       (u64)get_unaligned_be32(entry) << 32;
	p->lo = ipv6 ? get_unaligned_be64(entry + 8) : 0;
	p->len = entry[ipv6 ? 16 : 4];

	if (memchr_inv(entry + (ipv6 ? 17 : 5), 0, 3)) {
		NL_SET_ERR_MSG_ATTR(extack, place,
				    "the last three octets of an entry must be zero");
		return -EINVAL;
	}
	if (p->len > (ipv6 ? 128 : 32)) {
		NL_SET_ERR_MSG_ATTR(extack, place,
				    "the prefix is longer than the address");
		return -EINVAL;
	}
	/* An IPv4 address is the upper 32 bits.  All bits below are zero. */
	if ((p->hi & nf_edge_host_bits_hi(p->len)) ||
	    (p->lo & nf_edge_host_bits_lo(p->len))) {
		NL_SET_ERR_MSG_ATTR(extack, place,
				    "host bits are set in a prefix");
		return -EINVAL;
	}
	return 0;
}

/* Parse an entry of a peer set. */
static int parse_peer(const u8 *entry, u8 set, bool ipv6,
		      struct nf_edge_prefix *p, struct netlink_ext_ack *extack)
{
	p->set = set;
	return nf_edge_parse_prefix(entry, ipv6, p, extack) ?:
	       nf_edge_parse_host(p->hi, p->lo, ipv6, p->len,
				  (const struct nlattr *)entry, extack);
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
		err = parse_peer(nla_data(attr) + i * size, set, ipv6,
				 &chunk[i], extack);
		if (err) {
			kvfree(chunk);
			return err;
		}
	}
	err = nf_edge_prefixes_add(p, chunk, n);
	/* Runs may repeat prefixes of each other: merge them, then count. */
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
 * nf_edge_parse_peers - add the peer sets of a request to a collection
 * @info: the request
 * @p: the prefixes so far
 * @bound_sets: the sets so far, mask of enum nf_edge_peer_set
 *
 * Context: may sleep.
 * Return: 0 or a negative error.  The extack is set when an attribute is at
 * fault.  After an error, @p is incomplete and can only be freed.
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
					    "peers need a set");
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
