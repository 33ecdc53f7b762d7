// SPDX-License-Identifier: GPL-2.0-only
/* Functions of the kernel that hooks call for packets and connections. */
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack_core.h>

struct nf_conn *shim_connection;
const void *nf_nat_hook;

/* Like the kernel's, whose lengths of headers these are. */
int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdrp,
		     __be16 *frag_offp)
{
	u8 nexthdr = *nexthdrp;

	*frag_offp = 0;
	while (nexthdr == IPPROTO_HOPOPTS || nexthdr == IPPROTO_ROUTING ||
	       nexthdr == NEXTHDR_FRAGMENT || nexthdr == NEXTHDR_AUTH ||
	       nexthdr == NEXTHDR_NONE || nexthdr == IPPROTO_DSTOPTS) {
		u8 buffer[2], *header;
		__be16 frag, *fragp;
		int length;

		if (nexthdr == NEXTHDR_NONE)
			return -1;
		header = skb_header_pointer(skb, start, sizeof(buffer), buffer);
		if (!header)
			return -1;
		length = (header[1] + 1) * 8;
		if (nexthdr == NEXTHDR_FRAGMENT) {
			fragp = skb_header_pointer(skb, start + 2, sizeof(frag),
						   &frag);
			if (!fragp)
				return -1;
			memcpy(frag_offp, fragp, sizeof(*frag_offp));
			if (*frag_offp & __cpu_to_be16(~7))
				break;
			length = 8;
		} else if (nexthdr == NEXTHDR_AUTH) {
			length = (header[1] + 2) * 4;
		}
		nexthdr = header[0];
		start += length;
	}
	*nexthdrp = nexthdr;
	return start;
}

/* As conntrack parses packets, short of what is no TCP, UDP or echo. */
bool nf_ct_get_tuplepr(const struct sk_buff *skb, unsigned int offset,
		       u16 family, struct net *net,
		       struct nf_conntrack_tuple *tuple)
{
	__be16 buffer[2], *ports, fragment = 0;
	u8 protocol;
	int behind;

	memset(tuple, 0, sizeof(*tuple));
	if (family == NFPROTO_IPV4) {
		const struct iphdr *ip = ip_hdr(skb);

		memcpy(&tuple->src.u3, &ip->saddr, sizeof(ip->saddr));
		memcpy(&tuple->dst.u3, &ip->daddr, sizeof(ip->daddr));
		protocol = ip->protocol;
		behind = ip_hdrlen(skb);
		fragment = ip->frag_off & __cpu_to_be16(IP_OFFSET);
	} else {
		const struct ipv6hdr *ip = ipv6_hdr(skb);

		memcpy(&tuple->src.u3, &ip->saddr, sizeof(ip->saddr));
		memcpy(&tuple->dst.u3, &ip->daddr, sizeof(ip->daddr));
		protocol = ip->nexthdr;
		behind = ipv6_skip_exthdr(skb, sizeof(*ip), &protocol,
					  &fragment);
		fragment &= __cpu_to_be16(~7);
	}
	ports = behind < 0 || fragment ? NULL :
		skb_header_pointer(skb, behind, sizeof(buffer), buffer);
	if (!ports || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return false;
	tuple->dst.protonum = protocol;
	tuple->src.u.all = ports[0];
	tuple->dst.u.all = ports[1];
	return true;
}

/* A connection is in the table once it is confirmed. */
struct nf_conntrack_tuple_hash *
nf_conntrack_find_get(struct net *net, const void *zone,
		      const struct nf_conntrack_tuple *tuple)
{
	int i;

	if (!shim_connection || !nf_ct_is_confirmed(shim_connection))
		return NULL;
	for (i = 0; i < IP_CT_DIR_MAX; i++)
		if (!memcmp(&shim_connection->tuplehash[i].tuple, tuple,
			    sizeof(*tuple)))
			return &shim_connection->tuplehash[i];
	return NULL;
}
