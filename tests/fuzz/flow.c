// SPDX-License-Identifier: GPL-2.0-only
/* Packets and connections, read from the input. */
#include <arpa/inet.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "hooks.h"

/* One end of a tuple. */
struct end {
	struct ref_address address;
	uint16_t port;
};

/* Often an edge address. */
static struct ref_address draw_address(const struct ref_site *site,
				       struct input *in, bool ipv6)
{
	unsigned int how = read_u8(in);
	int i, at;

	if (!(how & 1) || !site->n_bindings)
		return site_other(site, in, ipv6);
	at = (int)(how >> 1) % site->n_bindings;
	for (i = 0; i < site->n_bindings; i++) {
		const struct ref_address *a =
			&site->binding[(at + i) % site->n_bindings].address;

		if (a->ipv6 == ipv6)
			return *a;
	}
	return site_other(site, in, ipv6);
}

static struct end draw_end(const struct ref_site *site, struct input *in,
			   bool ipv6)
{
	struct end end = { draw_address(site, in, ipv6), 0 };

	end.port = site_port(in);
	return end;
}

/* A peer of a row: in one of its sets if there is a prefix of one. */
static struct ref_address draw_peer(const struct ref_site *site,
				    struct input *in,
				    const struct ref_row *row, bool ipv6)
{
	int i, at = site->n_prefixes ? read_u16(in) % site->n_prefixes : 0;

	for (i = 0; i < site->n_prefixes; i++) {
		const struct ref_prefix *p =
			&site->prefix[(at + i) % site->n_prefixes];

		if (p->first.ipv6 == ipv6 && (row->sets & BIT(p->set)))
			return p->first;
	}
	return site_other(site, in, ipv6);
}

/* The ends that a row names; false when no edge address has its service. */
static bool draw_row(const struct ref_site *site, struct input *in, bool ipv6,
		     u8 *protocol, struct end *src, struct end *dst)
{
	const struct ref_row *row = &site->row[pick(in, site->n_rows)];
	const struct ref_range *range =
		&row->range[row->n_ranges > 1 ? pick(in, row->n_ranges) : 0];
	bool inward = row->direction == NF_EDGE_DIRECTION_IN;
	struct end *edge = inward ? dst : src, *peer = inward ? src : dst;
	int i, at = site->n_bindings ? read_u8(in) % site->n_bindings : 0;

	for (i = 0; i < site->n_bindings; i++) {
		const struct ref_binding *b =
			&site->binding[(at + i) % site->n_bindings];

		if (b->address.ipv6 == ipv6 && b->service == row->service)
			break;
	}
	if (i == site->n_bindings)
		return false;
	*protocol = range->protocol == REF_TCP ? IPPROTO_TCP : IPPROTO_UDP;
	edge->address = site->binding[(at + i) % site->n_bindings].address;
	peer->address = draw_peer(site, in, row, ipv6);
	src->port = site_port(in);
	dst->port = range->low;
	/* A range has the logging agent's ports at its beginning. */
	if (range->high > range->low)
		dst->port += read_u8(in) & 1 ? pick(in, 5) :
			     read_u16(in) % (range->high - range->low + 1);
	return true;
}

static void set_address(union nf_inet_addr *to, const struct ref_address *from)
{
	memset(to, 0, sizeof(*to));
	memcpy(to, from->octet, from->ipv6 ? 16 : 4);
}

static void set_tuple(struct nf_conntrack_tuple *tuple, const struct end *src,
		      const struct end *dst, u8 protocol, u8 type)
{
	memset(tuple, 0, sizeof(*tuple));
	set_address(&tuple->src.u3, &src->address);
	set_address(&tuple->dst.u3, &dst->address);
	tuple->dst.protonum = protocol;
	tuple->src.u.all = __cpu_to_be16(src->port);
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		tuple->dst.u.icmp.type = type;
	else
		tuple->dst.u.all = __cpu_to_be16(dst->port);
}

static u8 draw_protocol(struct input *in, bool ipv6)
{
	static const u8 others[] = { 47, 132, 136, 33, 0, 255, 50, 94 };
	unsigned int how = read_u8(in);

	switch (how % 16) {
	case 0:
		return others[how >> 5];
	case 1:
	case 2:
		return ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	case 3:
		return ipv6 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	default:
		return how & 1 ? IPPROTO_TCP : IPPROTO_UDP;
	}
}

static void draw_tuple(struct nf_conntrack_tuple *tuple,
		       const struct ref_site *site, struct input *in, bool ipv6)
{
	struct end src = draw_end(site, in, ipv6);
	struct end dst = draw_end(site, in, ipv6);

	set_tuple(tuple, &src, &dst, draw_protocol(in, ipv6), 0);
}

static u8 draw_type(struct input *in, bool ipv6)
{
	static const u8 types[2][8] = {
		{ ICMP_ECHO, ICMP_ECHOREPLY, ICMP_DEST_UNREACH, ICMP_REDIRECT,
		  ICMP_TIME_EXCEEDED, ICMP_ECHO, ICMP_TIMESTAMP, 128 },
		{ ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY, ICMPV6_DEST_UNREACH,
		  137, 135, 133, ICMPV6_PKT_TOOBIG, 138 },
	};

	return types[ipv6][pick(in, 8)];
}

/* Writes a transport header and what follows; returns how long both are. */
static unsigned int write_transport(u8 *at, struct input *in, u8 protocol,
				    u8 type, const struct end *src,
				    const struct end *dst)
{
	static const u8 flags[] = {
		0x02, 0x12, 0x10, 0x18, 0x04, 0x14, 0x11, 0x00, 0x03, 0xc2,
	};
	unsigned int size = 8 + pick(in, 32);

	memset(at, 0, size);
	switch (protocol) {
	case IPPROTO_TCP:
		size += 12;
		memset(at, 0, size);
		at[12] = 0x50;
		at[13] = flags[pick(in, ARRAY_SIZE(flags))];
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		at[0] = type;
		return size;
	}
	at[0] = src->port >> 8;
	at[1] = src->port & 0xff;
	at[2] = dst->port >> 8;
	at[3] = dst->port & 0xff;
	return size;
}

static unsigned int write_ipv4(u8 *at, struct input *in, u8 protocol,
			       const struct end *src, const struct end *dst)
{
	static const u16 fragments[] = { IP_DF, IP_MF, 1, IP_MF | 185, 0x8000 };
	struct iphdr *ip = (struct iphdr *)at;
	unsigned int how = read_u8(in), size = sizeof(*ip);

	if (how % 8 == 1)
		size += 4 * (1 + (how >> 3) % 10);
	memset(at, 0, size);
	ip->version = 4;
	ip->ihl = size / 4;
	ip->ttl = how & 1 ? 255 : 64;
	ip->protocol = protocol;
	if (how % 8 == 2)
		ip->frag_off = __cpu_to_be16(fragments[(how >> 3) %
						       ARRAY_SIZE(fragments)]);
	memcpy(&ip->saddr, src->address.octet, 4);
	memcpy(&ip->daddr, dst->address.octet, 4);
	return size;
}

static unsigned int write_ipv6(u8 *at, struct input *in, u8 protocol,
			       const struct end *src, const struct end *dst)
{
	static const u8 kinds[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING,
		NEXTHDR_FRAGMENT, NEXTHDR_AUTH, NEXTHDR_NONE,
	};
	struct ipv6hdr *ip = (struct ipv6hdr *)at;
	unsigned int how = read_u8(in), size = sizeof(*ip), n;
	u8 *next = &ip->nexthdr;

	memset(at, 0, size);
	ip->version = 6;
	ip->hop_limit = how & 1 ? 255 : 64;
	memcpy(&ip->saddr, src->address.octet, 16);
	memcpy(&ip->daddr, dst->address.octet, 16);
	for (n = how % 8 == 1 ? 1 + (how >> 3) % 3 : 0; n; n--) {
		u8 kind = kinds[pick(in, ARRAY_SIZE(kinds))];
		u8 *header = at + size;

		*next = kind;
		next = header;
		memset(header, 0, 16);
		size += 8;
		if (kind == NEXTHDR_FRAGMENT) {
			/* Of four, three are the whole packet. */
			header[3] = (how & 0xc0) == 0xc0 ? pick(in, 16) : 0;
		} else if (kind == NEXTHDR_AUTH) {
			header[1] = 1;
			size += 4;
		} else if (how & 0x20) {
			header[1] = 1;
			size += 8;
		}
	}
	*next = protocol;
	return size;
}

/* The packet, cut anywhere behind its IP header, and its linear part there. */
static void write_packet(struct flow *flow, struct input *in, u8 protocol,
			 u8 type, const struct end *src, const struct end *dst,
			 const void *behind)
{
	u8 whole[256] __aligned(8);
	bool ipv6 = src->address.ipv6;
	unsigned int least = ipv6 ? sizeof(struct ipv6hdr) :
				    sizeof(struct iphdr);
	unsigned int size, linear, how = read_u8(in);

	size = ipv6 ? write_ipv6(whole, in, protocol, src, dst) :
		      write_ipv4(whole, in, protocol, src, dst);
	size += write_transport(whole + size, in, protocol, type, src, dst);
	if (how % 8 == 1)
		size = least + pick(in, size - least + 1);
	linear = size;
	if (how % 8 == 2)
		linear = least + pick(in, size - least + 1);

	flow->linear[0] = malloc(linear);
	flow->linear[1] = malloc(linear);
	flow->paged = malloc(size - linear);
	memcpy(flow->linear[0], whole, linear);
	memcpy(flow->paged, whole + linear, size - linear);
	/* The destination ends the IP header of both families. */
	memcpy(whole + (ipv6 ? 24 : 16), behind, ipv6 ? 16 : 4);
	memcpy(flow->linear[1], whole, linear);
	flow->skb.data = flow->linear[0];
	flow->skb.paged = flow->paged;
	flow->skb.len = size;
	flow->skb.data_len = size - linear;
	flow->behind = flow->skb;
	flow->behind.data = flow->linear[1];
}

/* The destination that NAT gives a packet of the connection. */
static const void *translated(const struct flow *flow,
			      enum ip_conntrack_info info,
			      const struct end *dst)
{
	const struct nf_conntrack_tuple_hash *hash = flow->ct.tuplehash;

	if (info < IP_CT_IS_REPLY && (flow->ct.status & IPS_DST_NAT))
		return &hash[IP_CT_DIR_REPLY].tuple.src.u3;
	if (info >= IP_CT_IS_REPLY && (flow->ct.status & IPS_SRC_NAT))
		return &hash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
	return dst->address.octet;
}

/* The connection, and which ends the packet in one direction of it has. */
static enum ip_conntrack_info draw_connection(struct flow *flow,
					      const struct ref_site *site,
					      struct input *in, u8 protocol,
					      u8 type, struct end *src,
					      struct end *dst)
{
	static const u8 infos[] = {
		IP_CT_NEW, IP_CT_NEW, IP_CT_ESTABLISHED, IP_CT_ESTABLISHED,
		IP_CT_ESTABLISHED_REPLY, IP_CT_ESTABLISHED_REPLY,
		IP_CT_RELATED, IP_CT_RELATED_REPLY,
	};
	enum ip_conntrack_info info = infos[pick(in, ARRAY_SIZE(infos))];
	unsigned int how = read_u8(in);
	struct end from = *src, to = *dst;
	bool ipv6 = src->address.ipv6;

	if (how & 1)
		flow->ct.status |= IPS_CONFIRMED;
	else if (info != IP_CT_NEW)
		flow->real = false;
	if (how % 16 == 2)
		flow->ct.status |= IPS_OFFLOAD;
	/* The reply's ends, as NAT made them. */
	if (how >> 4 < 6) {
		if (how & 0x10) {
			flow->ct.status |= IPS_DST_NAT;
			if (how & 4)
				to = draw_end(site, in, ipv6);
			else
				to.port = site_port(in);
		}
		if (how & 0x20) {
			flow->ct.status |= IPS_SRC_NAT;
			if (how & 8)
				from = draw_end(site, in, ipv6);
			else
				from.port = site_port(in);
		}
	}
	set_tuple(&flow->ct.tuplehash[IP_CT_DIR_ORIGINAL].tuple, src, dst,
		  protocol, type);
	set_tuple(&flow->ct.tuplehash[IP_CT_DIR_REPLY].tuple, &to, &from,
		  protocol, type);
	if (info >= IP_CT_IS_REPLY) {
		*src = to;
		*dst = from;
	}
	return info;
}

/* What it is seen on, and what is remembered of where it came in. */
static void draw_place(struct flow *flow, struct input *in,
		       struct net_device *const *devices, unsigned int n)
{
	unsigned int how = read_u8(in);
	struct net_device *dev = devices[pick(in, n)];
	struct net_device *other = devices[pick(in, n)];

	flow->state.net = &init_net;
	flow->skb.dev = dev;
	if (how & 3) {
		flow->state.hook = NF_INET_PRE_ROUTING;
		/* SRv6 names no interface there. */
		flow->state.in = how & 0x10 ? NULL : dev;
		flow->skb.skb_iif = dev->ifindex;
		flow->bridge.in_prerouting = how & 0x40;
		if (how & 0x20)
			flow->skb.nf_bridge = &flow->bridge;
	} else {
		flow->state.hook = NF_INET_LOCAL_OUT;
		flow->state.out = dev;
		if (how & 4)
			flow->skb.skb_iif = other->ifindex;
		if (how & 8)
			flow->skb.dev = other;
	}
}

/**
 * flow_read - draw a packet and its connection
 * @flow: where they go, to be freed by flow_free()
 * @site: the site
 * @in: the input
 * @devices: the devices that are there
 * @n_devices: how many
 */
void flow_read(struct flow *flow, const struct ref_site *site, struct input *in,
	       struct net_device *const *devices, unsigned int n_devices)
{
	unsigned int how = read_u8(in);
	bool ipv6 = how & 1;
	struct end src, dst;
	u8 protocol, type;
	enum ip_conntrack_info info = IP_CT_NEW;
	bool arrives;

	memset(flow, 0, sizeof(*flow));
	flow->state.pf = ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	draw_place(flow, in, devices, n_devices);
	arrives = flow->state.hook == NF_INET_PRE_ROUTING;
	type = draw_type(in, ipv6);
	if (!(read_u8(in) & 3) ||
	    !draw_row(site, in, ipv6, &protocol, &src, &dst)) {
		protocol = draw_protocol(in, ipv6);
		src = draw_end(site, in, ipv6);
		dst = draw_end(site, in, ipv6);
	}
	/* Packets that a bridge has shown have been at conntrack. */
	flow->real = !flow->skb.nf_bridge || flow->bridge.in_prerouting;

	switch (how >> 1 & 15) {
	case 0:
		flow->after = IP_CT_UNTRACKED;
		flow->before = flow->after;
		break;
	case 1:
	case 2:
		/* Invalid. */
		break;
	default:
		info = draw_connection(flow, site, in, protocol, type, &src,
				       &dst);
		flow->after = (unsigned long)&flow->ct | info;
		/* Conntrack tracks no neighbour discovery. */
		if (ipv6 && protocol == IPPROTO_ICMPV6 &&
		    type >= 133 && type <= 137)
			flow->real = false;
		/* An error comes from anywhere. */
		if ((info == IP_CT_RELATED || info == IP_CT_RELATED_REPLY) &&
		    (how & 0x20)) {
			protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
			src.address = draw_address(site, in, ipv6);
		}
		/* What no kernel makes shows what is read, and what is not. */
		if (how >> 5 == 7) {
			unsigned int what = read_u8(in);

			flow->real = false;
			if (what & 1)
				src = draw_end(site, in, ipv6);
			if (what & 2)
				dst = draw_end(site, in, ipv6);
			if (what & 4)
				draw_tuple(&flow->ct.tuplehash[IP_CT_DIR_REPLY].tuple,
					   site, in, ipv6);
		}
		/* A second pass, such as of a bridge. */
		if (how >> 5 == 6)
			flow->before = flow->after;
	}
	if (!flow->before && how >> 5 == 5) {
		flow->template.status = IPS_TEMPLATE;
		flow->before = (unsigned long)&flow->template | IP_CT_NEW;
		/* What conntrack finds invalid keeps its template. */
		if (!flow->after)
			flow->after = flow->before;
	}
	/* Loopback copies are multicast; a VRF's own queue has no connection. */
	if (how >> 5 == 4 && arrives && info < IP_CT_IS_REPLY &&
	    !ref_services(site, &dst.address))
		flow->skb.pkt_type = PACKET_LOOPBACK;
	if (how >> 5 == 4 && !arrives && !flow->after) {
		flow->dst.dev = devices[pick(in, n_devices)];
		flow->skb.dst = &flow->dst;
	}
	write_packet(flow, in, protocol, type, &src, &dst,
		     translated(flow, info, &dst));
	shim_connection = flow->after & ~7UL ? &flow->ct : NULL;
	/* The module may be there for nothing. */
	nf_nat_hook = (flow->ct.status & IPS_NAT_MASK) || (how & 0x40) ?
		      flow : NULL;
}

void flow_free(struct flow *flow)
{
	shim_connection = NULL;
	free(flow->linear[0]);
	free(flow->linear[1]);
	free(flow->paged);
}

static void print_tuple(const char *name, const struct nf_conntrack_tuple *t,
			bool ipv6)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int family = ipv6 ? AF_INET6 : AF_INET;

	fprintf(stderr, "%s: %s %u -> %s %u protocol %u\n", name,
		inet_ntop(family, &t->src.u3, src, sizeof(src)),
		ntohs(t->src.u.all),
		inet_ntop(family, &t->dst.u3, dst, sizeof(dst)),
		ntohs(t->dst.u.all), t->dst.protonum);
}

/* Prints what the hooks were given. */
void flow_print(const struct flow *flow)
{
	const struct nf_hook_state *state = &flow->state;
	bool ipv6 = state->pf == NFPROTO_IPV6;
	unsigned int i;

	fprintf(stderr, "%s, in %s, out %s, skb on %s from %d, type %u\n",
		state->hook == NF_INET_PRE_ROUTING ? "PRE_ROUTING" : "LOCAL_OUT",
		state->in ? state->in->name : "-",
		state->out ? state->out->name : "-", flow->skb.dev->name,
		flow->skb.skb_iif, flow->skb.pkt_type);
	fprintf(stderr, "nfct before %lu, behind %lu, status %#lx, %s\n",
		flow->before & 7, flow->after & 7, flow->ct.status,
		flow->after & ~7UL ? "connection" : "none");
	print_tuple("original", &flow->ct.tuplehash[0].tuple, ipv6);
	print_tuple("reply", &flow->ct.tuplehash[1].tuple, ipv6);
	fprintf(stderr, "packet of %u, %u linear:", flow->skb.len,
		skb_headlen(&flow->skb));
	for (i = 0; i < flow->skb.len; i++)
		fprintf(stderr, " %02x", i < skb_headlen(&flow->skb) ?
			flow->skb.data[i] :
			flow->paged[i - skb_headlen(&flow->skb)]);
	fputc('\n', stderr);
}
