/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NF_CONNTRACK_H
#define SHIM_NF_CONNTRACK_H

#include <linux/bitops.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/skbuff.h>

extern const void *nf_nat_hook;

#define nf_ct_netns_get(net, family)	0
#define nf_ct_netns_put(net, family)	((void)0)

/* Conntrack states that the uapi header leaves out in user space. */
#define IP_CT_UNTRACKED	7

struct nf_conntrack_tuple {
	struct {
		union nf_inet_addr u3;
		union nf_conntrack_man_proto u;
		u16 l3num;
	} src;
	struct {
		union nf_inet_addr u3;
		union {
			__be16 all;
			struct { __be16 port; } tcp, udp;
			struct { u8 type, code; } icmp;
		} u;
		u8 protonum;
		u8 dir;
	} dst;
};

struct nf_conntrack_tuple_hash { struct nf_conntrack_tuple tuple; };

struct nf_conn {
	struct nf_conntrack_tuple_hash tuplehash[IP_CT_DIR_MAX];
	unsigned long status;
} __aligned(8);

static inline struct nf_conn *nf_ct_get(const struct sk_buff *skb,
					enum ip_conntrack_info *ctinfo)
{
	*ctinfo = skb->_nfct & 7;
	return (struct nf_conn *)(skb->_nfct & ~7UL);
}

static inline bool nf_ct_is_template(const struct nf_conn *ct)
{
	return test_bit(IPS_TEMPLATE_BIT, &ct->status);
}

static inline bool nf_ct_is_confirmed(const struct nf_conn *ct)
{
	return test_bit(IPS_CONFIRMED_BIT, &ct->status);
}

#endif
