// SPDX-License-Identifier: GPL-2.0-only
/* Surroundings of the family: attribute policies, devices, notifiers, locks, audit. */

#include <linux/audit.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <net/dst.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

static struct notifier_block *notifiers[4];
void (*shim_before_lock)(struct mutex *m);
void (*shim_after_unlock)(struct mutex *m);
struct mutex shim_rtnl;
u32 audit_enabled;
bool shim_audit_lost;
struct audit_buffer shim_audit;
struct task_struct shim_task = { .pid = 4711, .comm = "edgectl" };
int (*shim_route)(u8 last, struct net_device **dev);
unsigned int shim_dsts;

int nf_route(struct net *net, struct dst_entry **dst, struct flowi *fl,
	     bool strict, unsigned short family)
{
	const u8 *octets = family == AF_INET ? (const u8 *)&fl->u.ip4.daddr :
					       (const u8 *)&fl->u.ip6.daddr;
	struct net_device *dev;
	int err = shim_route ? shim_route(octets[family == AF_INET ? 3 : 15],
					  &dev) : -ENETUNREACH;

	if (err)
		return err;
	*dst = kmalloc(sizeof(**dst), GFP_KERNEL);
	if (!*dst)
		return -ENOBUFS;
	(*dst)->dev = dev;
	shim_dsts++;
	return 0;
}

void dst_release(struct dst_entry *dst)
{
	shim_dsts--;
	kfree(dst);
}

int netlink_register_notifier(struct notifier_block *nb)
{
	unsigned int i;

	for (i = 0; notifiers[i]; i++)
		assert(i + 1 < ARRAY_SIZE(notifiers));
	notifiers[i] = nb;
	return 0;
}

void netlink_unregister_notifier(struct notifier_block *nb)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(notifiers); i++)
		if (notifiers[i] == nb)
			notifiers[i] = NULL;
}

void shim_netlink_release(struct net *net, int protocol, u32 portid)
{
	struct netlink_notify notify = { net, portid, protocol };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(notifiers); i++)
		if (notifiers[i])
			notifiers[i]->notifier_call(notifiers[i],
						    NETLINK_URELEASE, &notify);
}

static u64 number_in(const struct nlattr *attr)
{
	u64 value = 0;

	memcpy(&value, nla_data(attr), nla_len(attr) < 8 ? nla_len(attr) : 8);
	return value;
}

static bool is_within(u64 value, const struct nla_policy *policy)
{
	return !policy->limited ||
	       (value >= policy->allowed_min && value <= policy->allowed_max &&
		!(value & ~policy->allowed_mask));
}

/* Whether an attribute is as its policy wants it. */
static bool fits(const struct nlattr *attr, const struct nla_policy *policy)
{
	static const int sizes[] = {
		[NLA_U8] = 1, [NLA_U16] = 2, [NLA_U32] = 4, [NLA_U64] = 8,
	};
	int size = nla_len(attr);
	const char *text = nla_data(attr);

	switch (policy->type) {
	case NLA_U8:
	case NLA_U16:
	case NLA_U32:
	case NLA_U64:
		return size == sizes[policy->type] &&
		       is_within(number_in(attr), policy);
	case NLA_FLAG:
		return !size;
	case NLA_NESTED:
		return attr->nla_type & NLA_F_NESTED;
	case NLA_NUL_STRING:
		return size && !text[size - 1] &&
		       (!policy->len || size <= policy->len + 1);
	default:
		return !policy->exact || size == policy->len;
	}
}

int shim_nla_parse(struct nlattr **tb, int max, const struct nlattr *first,
		   int size, const struct nla_policy *policy,
		   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int left;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	nla_for_each_attr(attr, first, size, left) {
		int type = nla_type(attr);

		if (type > max || !policy || !policy[type].type ||
		    !fits(attr, &policy[type])) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "does not fit");
			return -EINVAL;
		}
		tb[type] = (struct nlattr *)attr;
	}
	return left ? -EINVAL : 0;
}
