// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that no host has: neither a node nor a peer.
 */

#include "netlink/parse_host.h"

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
 * nf_edge_parse_host - refuse an address or a prefix that no host has
 * @hi: upper half, as in struct nf_edge_prefix
 * @lo: lower half
 * @ipv6: the family
 * @len: prefix length
 * @attr: place of the address in the request
 * @extack: takes the reason of a refusal
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
			    "not the address of a host: unspecified, loopback, link-local, multicast, broadcast or IPv4-mapped");
	return -EINVAL;
}
