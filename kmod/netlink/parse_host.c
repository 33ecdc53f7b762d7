// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuse addresses that are closed to nodes and peers.
 */

#include "netlink/parse_host.h"

static const struct {
	u64 hi;
	u64 lo;
	u64 mask_hi;
	u64 mask_lo;
	bool ipv6;
	u8 len;
} special[] = {
#define MASK_HIGH(len)	(~0ULL << ((len) < 64 ? 64 - (len) : 0))
#define MASK_LOW(len)	((len) > 64 ? ~0ULL << ((128 - (len)) & 63) : 0)
#define SPECIAL_RANGE(use, version, high, low, length, text, word)	\
	{ high, low, MASK_HIGH(length), MASK_LOW(length),		\
	  (version) == 6, length },
#include <nf_edge/special_ranges.def>
#undef SPECIAL_RANGE
};

/* Check whether a special range has all of a prefix.  None has 0.0.0.0/0. */
static bool is_special(u64 hi, u64 lo, bool ipv6, u8 len)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(special); i++)
		if (ipv6 == special[i].ipv6 && len >= special[i].len &&
		    (hi & special[i].mask_hi) == special[i].hi &&
		    (lo & special[i].mask_lo) == special[i].lo)
			return true;
	return false;
}

/**
 * nf_edge_parse_host - refuse an address or a prefix that no host has
 * @hi: upper half, as in struct nf_edge_prefix
 * @lo: lower half
 * @ipv6: the family
 * @len: prefix length
 * @attr: place of the address in the request
 * @extack: takes the reason of a refusal
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nf_edge_parse_host(u64 hi, u64 lo, bool ipv6, u8 len,
		       const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	if (!is_special(hi, lo, ipv6, len))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "not the address of a host: unspecified, loopback, link-local, multicast, broadcast or IPv4-mapped");
	return -EINVAL;
}
