/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink attributes and messages of the kernel in user space.  A message has
 * exactly the size that the kernel would give, so ASan sees each octet past its
 * end.
 */
#ifndef FAMILY_LINUX_NETLINK_H
#define FAMILY_LINUX_NETLINK_H

#include <errno.h>
#include <linux/bits.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <string.h>

struct nlattr;

struct netlink_ext_ack {
	const char *_msg;
	const struct nlattr *bad_attr;
};

#define NL_SET_ERR_MSG(extack, text)	((void)((extack)->_msg = (text)))
#define NL_SET_BAD_ATTR(extack, attr)	((void)((extack)->bad_attr = (attr)))
#define NL_SET_ERR_MSG_ATTR(extack, attr, text)				\
	do {								\
		NL_SET_ERR_MSG(extack, text);				\
		NL_SET_BAD_ATTR(extack, attr);				\
	} while (0)

#include_next <linux/netlink.h>

#define NLMSG_GOODSIZE		3776
#define NLMSG_DEFAULT_SIZE	(NLMSG_GOODSIZE - NLMSG_HDRLEN)
#define NETLINK_URELEASE	1

struct net;
struct sock { struct net *net; };

#define sock_net(sk)		((sk)->net)

struct netlink_skb_parms { u32 portid; };

struct sk_buff {
	struct sock *sk;
	struct netlink_skb_parms cb;
	u8 *head;
	u8 *tail;
	u8 *end;
	u32 len;
};

#define NETLINK_CB(skb)		((skb)->cb)

struct netlink_callback {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	long ctx[6];
	struct netlink_ext_ack *extack;
	unsigned int prev_seq, seq;
	u32 min_dump_alloc;
};

struct netlink_notify {
	struct net *net;
	u32 portid;
	int protocol;
};

int netlink_register_notifier(struct notifier_block *nb);
void netlink_unregister_notifier(struct notifier_block *nb);

/* A socket of this port closes. */
void shim_netlink_release(struct net *net, int protocol, u32 portid);

/* --- messages */

static inline struct sk_buff *nlmsg_new(size_t size, int gfp)
{
	struct sk_buff *skb = kzalloc(sizeof(*skb), gfp);

	if (!skb)
		return NULL;
	size = NLMSG_ALIGN(NLMSG_HDRLEN + size);
	skb->head = kvmalloc(size, gfp);
	if (!skb->head) {
		kfree(skb);
		return NULL;
	}
	skb->tail = skb->head;
	skb->end = skb->head + size;
	return skb;
}

static inline void nlmsg_free(struct sk_buff *skb)
{
	if (!skb)
		return;
	kvfree(skb->head);
	kfree(skb);
}

static inline struct nlmsghdr *nlmsg_hdr(const struct sk_buff *skb)
{
	return (struct nlmsghdr *)skb->head;
}

static inline void nlmsg_end(struct sk_buff *skb, struct nlmsghdr *nlh)
{
	nlh->nlmsg_len = skb->tail - (u8 *)nlh;
}

static inline int skb_tailroom(const struct sk_buff *skb)
{
	return skb->end - skb->tail;
}

static inline u8 *skb_tail_pointer(const struct sk_buff *skb)
{
	return skb->tail;
}

static inline void *skb_put_zero(struct sk_buff *skb, unsigned int size)
{
	u8 *at = skb->tail;

	assert(skb_tailroom(skb) >= (int)size);
	skb->tail += size;
	skb->len += size;
	return memset(at, 0, size);
}

/* --- writing attributes */

static inline int nla_total_size(int payload)
{
	return NLA_ALIGN(NLA_HDRLEN + payload);
}

/* As where 64 bits may stand at any place. */
static inline int nla_total_size_64bit(int payload)
{
	return nla_total_size(payload);
}

static inline struct nlattr *nla_reserve(struct sk_buff *skb, int type,
					 int size)
{
	struct nlattr *attr;

	if (skb_tailroom(skb) < nla_total_size(size))
		return NULL;
	attr = skb_put_zero(skb, nla_total_size(size));
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	return attr;
}

static inline int nla_put(struct sk_buff *skb, int type, int size,
			  const void *data)
{
	struct nlattr *attr = nla_reserve(skb, type, size);

	if (!attr)
		return -EMSGSIZE;
	if (size)
		memcpy(attr + 1, data, size);
	return 0;
}

#define NLA_PUT(name, kind)						\
	static inline int name(struct sk_buff *skb, int type, kind value) \
	{								\
		return nla_put(skb, type, sizeof(value), &value);	\
	}

NLA_PUT(nla_put_u8, u8)
NLA_PUT(nla_put_u16, u16)
NLA_PUT(nla_put_u32, u32)
NLA_PUT(nla_put_be32, __be32)

static inline int nla_put_u64_64bit(struct sk_buff *skb, int type, u64 value,
				    int padding)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_in_addr(struct sk_buff *skb, int type, __be32 address)
{
	return nla_put_be32(skb, type, address);
}

static inline int nla_put_in6_addr(struct sk_buff *skb, int type,
				   const struct in6_addr *address)
{
	return nla_put(skb, type, sizeof(*address), address);
}

static inline int nla_put_string(struct sk_buff *skb, int type,
				 const char *text)
{
	return nla_put(skb, type, strlen(text) + 1, text);
}

static inline int nla_put_flag(struct sk_buff *skb, int type)
{
	return nla_put(skb, type, 0, NULL);
}

static inline struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	return nla_reserve(skb, type | NLA_F_NESTED, 0);
}

static inline void nla_nest_cancel(struct sk_buff *skb, struct nlattr *nest)
{
	skb->len -= skb->tail - (u8 *)nest;
	skb->tail = (u8 *)nest;
}

static inline void nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = skb->tail - (u8 *)nest;
}

/* --- reading attributes */

static inline void *nla_data(const struct nlattr *attr)
{
	return (void *)(attr + 1);
}

static inline int nla_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline int nla_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

#define NLA_GET(name, kind)						\
	static inline kind name(const struct nlattr *attr)		\
	{								\
		kind value;						\
									\
		assert(nla_len(attr) >= (int)sizeof(value));		\
		memcpy(&value, nla_data(attr), sizeof(value));		\
		return value;						\
	}

NLA_GET(nla_get_u8, u8)
NLA_GET(nla_get_u16, u16)
NLA_GET(nla_get_u32, u32)
NLA_GET(nla_get_u64, u64)
NLA_GET(nla_get_be32, __be32)

static inline int nla_strcmp(const struct nlattr *attr, const char *text)
{
	int size = strlen(text) + 1;

	return nla_len(attr) != size || memcmp(nla_data(attr), text, size);
}

static inline ssize_t nla_strscpy(char *to, const struct nlattr *attr,
				  size_t size)
{
	size_t n = strnlen(nla_data(attr), nla_len(attr));

	n = n < size ? n : size - 1;
	memset(to, 0, size);
	memcpy(to, nla_data(attr), n);
	return n;
}

static inline bool nla_ok(const struct nlattr *attr, int left)
{
	return left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN &&
	       attr->nla_len <= left;
}

static inline struct nlattr *nla_next(const struct nlattr *attr, int *left)
{
	int size = NLA_ALIGN(attr->nla_len);

	*left -= size;
	return (struct nlattr *)((char *)attr + size);
}

#define nla_for_each_attr(attr, first, size, left)			\
	for ((attr) = (void *)(first), (left) = (size);			\
	     nla_ok(attr, left); (attr) = nla_next(attr, &(left)))
#define nla_for_each_nested(attr, nest, left)				\
	nla_for_each_attr(attr, nla_data(nest), nla_len(nest), left)

static inline struct nlattr *nlmsg_find_attr(const struct nlmsghdr *nlh,
					     int header, int type)
{
	struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, (const u8 *)nlh + NLMSG_HDRLEN + header,
			  (int)nlh->nlmsg_len - NLMSG_HDRLEN - header, left)
		if (nla_type(attr) == type)
			return attr;
	return NULL;
}

/* --- policies */

enum {
	NLA_UNSPEC, NLA_U8, NLA_U16, NLA_U32, NLA_U64, NLA_STRING, NLA_FLAG,
	NLA_NESTED, NLA_NUL_STRING, NLA_BINARY,
};

struct nla_policy {
	u8 type;
	u16 len;
	bool exact;
	bool limited;
	u64 allowed_max;
	u64 allowed_mask;
	u64 allowed_min;
	const struct nla_policy *nested;
	int nested_max;
};

#define NLA_POLICY_MAX(kind, most)					\
	{ .type = kind, .limited = true, .allowed_max = most,		\
	  .allowed_mask = ~0ULL }
#define NLA_POLICY_MASK(kind, bits)					\
	{ .type = kind, .limited = true, .allowed_max = ~0ULL,		\
	  .allowed_mask = bits }
#define NLA_POLICY_MIN(kind, least)					\
	{ .type = kind, .limited = true, .allowed_min = least,		\
	  .allowed_max = ~0ULL, .allowed_mask = ~0ULL }
#define NLA_POLICY_EXACT_LEN(size)					\
	{ .type = NLA_BINARY, .len = size, .exact = true }
#define NLA_POLICY_NESTED(policy)					\
	{ .type = NLA_NESTED, .nested = policy,				\
	  .nested_max = ARRAY_SIZE(policy) - 1 }

int shim_nla_parse(struct nlattr **tb, int max, const struct nlattr *first,
		   int size, const struct nla_policy *policy,
		   struct netlink_ext_ack *extack);

static inline struct nlattr *nla_find_nested(const struct nlattr *nest,
					     int type)
{
	struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) == type)
			return attr;
	return NULL;
}

static inline int nla_parse_nested(struct nlattr **tb, int max,
				   const struct nlattr *nest,
				   const struct nla_policy *policy,
				   struct netlink_ext_ack *extack)
{
	return shim_nla_parse(tb, max, nla_data(nest), nla_len(nest), policy,
			      extack);
}

#endif
