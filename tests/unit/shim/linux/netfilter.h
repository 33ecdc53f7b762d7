/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_NETFILTER_H
#define SHIM_LINUX_NETFILTER_H

#include <errno.h>
#include <linux/in.h>
#include_next <linux/netfilter.h>
#include <linux/slab.h>
#include <linux/types.h>

struct net;
struct net_device;
struct sk_buff;
struct netlink_ext_ack;

struct nf_hook_state {
	u8 hook;
	u8 pf;
	struct net_device *in;
	struct net_device *out;
	struct net *net;
};

struct nf_hook_ops {
	unsigned int (*hook)(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state);
	void *priv;
	u8 pf;
	unsigned int hooknum;
	int priority;
};

/* Hooks that are registered. */
extern unsigned int shim_hooks;

/* As the kernel: it takes memory, and can be refused. */
static inline int nf_register_net_hooks(struct net *net,
					const struct nf_hook_ops *ops,
					unsigned int n)
{
	void *entries = kvcalloc(n, sizeof(*ops), GFP_KERNEL);

	kvfree(entries);
	shim_hooks += entries ? n : 0;
	return entries ? 0 : -ENOMEM;
}

static inline void nf_unregister_net_hooks(struct net *net,
					   const struct nf_hook_ops *ops,
					   unsigned int n)
{
	shim_hooks -= n;
}

#endif
