/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts of a connection that conntrack has. */
#ifndef _NF_EDGE_CONNECTION_H
#define _NF_EDGE_CONNECTION_H

#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/types.h>

struct net;
struct nf_edge_judgement;
struct nf_edge_snapshot;

/**
 * struct nf_edge_tuple - addresses of one direction, in network order
 * @source: source of the direction's packets, before NAT
 * @destination: their destination, before NAT
 */
struct nf_edge_tuple {
	const void *source;
	const void *destination;
};

/**
 * struct nf_edge_connection - a connection as conntrack has it
 * @tuple: by enum ip_conntrack_dir
 * @ipv4: family of the addresses
 * @l4proto: protocol
 * @icmp_type: type of the original tuple, with ICMP of the family
 * @dport: destination port of the original tuple, host order, with TCP or UDP
 */
struct nf_edge_connection {
	struct nf_edge_tuple tuple[IP_CT_DIR_MAX];
	bool ipv4;
	u8 l4proto;
	u8 icmp_type;
	u16 dport;
};

int nf_edge_judge_connection(struct net *net,
			     const struct nf_edge_snapshot *snapshot,
			     const struct nf_edge_connection *c,
			     struct nf_edge_judgement *judgements);

#endif
