/* SPDX-License-Identifier: GPL-2.0-only */
/* Generic netlink of the kernel in user space: the test receives each answer. */
#ifndef FAMILY_NET_GENETLINK_H
#define FAMILY_NET_GENETLINK_H

#include <linux/genetlink.h>
#include <linux/module.h>
#include <linux/netlink.h>

#define GENL_MCAST_CAP_NET_ADMIN	1
#define __ro_after_init

struct genl_info {
	u32 snd_seq;
	u32 snd_portid;
	struct genlmsghdr *genlhdr;
	struct nlattr **attrs;
	struct net *net;
	struct netlink_ext_ack *extack;
};

struct genl_split_ops {
	u8 cmd;
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	const struct nla_policy *policy;
	int maxattr;
	u8 flags;
};

struct genl_multicast_group {
	const char *name;
	u8 flags;
};

struct genl_family {
	u16 id;
	const char *name;
	u8 version;
	bool netnsok;
	bool parallel_ops;
	void *module;
	const struct genl_split_ops *split_ops;
	int n_split_ops;
	const struct genl_multicast_group *mcgrps;
	int n_mcgrps;
};

#define genl_info_net(info)		((info)->net)
#define genlmsg_data(header)		((void *)((header) + 1))
#define genlmsg_new(size, gfp)		nlmsg_new(GENL_HDRLEN + (size), gfp)
#define genl_unregister_family(family)	((void)(family))

static inline int genl_register_family(struct genl_family *family)
{
	family->id = 0x20;
	return 0;
}

static inline int genlmsg_len(const struct genlmsghdr *header)
{
	const struct nlmsghdr *nlh = (const void *)((const u8 *)header -
						    NLMSG_HDRLEN);

	return nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
}

static inline void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
				const struct genl_family *family, int flags,
				u8 cmd)
{
	struct genlmsghdr *header;
	struct nlmsghdr *nlh;

	if (skb_tailroom(skb) < NLMSG_HDRLEN + GENL_HDRLEN)
		return NULL;
	nlh = skb_put_zero(skb, NLMSG_HDRLEN);
	nlh->nlmsg_type = family->id;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_pid = portid;
	nlh->nlmsg_seq = seq;
	header = skb_put_zero(skb, GENL_HDRLEN);
	header->cmd = cmd;
	header->version = family->version;
	return header + 1;
}

static inline void *genlmsg_put_reply(struct sk_buff *skb,
				      struct genl_info *info,
				      const struct genl_family *family,
				      int flags, u8 cmd)
{
	return genlmsg_put(skb, info->snd_portid, info->snd_seq, family, flags,
			   cmd);
}

static inline void genlmsg_end(struct sk_buff *skb, void *payload)
{
	struct nlmsghdr *nlh = (void *)((u8 *)payload - GENL_HDRLEN -
					NLMSG_HDRLEN);

	nlh->nlmsg_len = skb->tail - (u8 *)nlh;
}

static inline void genlmsg_cancel(struct sk_buff *skb, void *payload)
{
	u8 *start = (u8 *)payload - GENL_HDRLEN - NLMSG_HDRLEN;

	skb->len -= skb->tail - start;
	skb->tail = start;
}

/* All take the message over, whatever they return. */
int genlmsg_reply(struct sk_buff *skb, struct genl_info *info);
int genlmsg_unicast(struct net *net, struct sk_buff *skb, u32 portid);
int genlmsg_multicast_netns(const struct genl_family *family, struct net *net,
			    struct sk_buff *skb, u32 portid, unsigned int group,
			    int gfp);

#endif
