// SPDX-License-Identifier: GPL-2.0-only
/* Surroundings of the family: attribute policies, devices, notifiers, locks. */

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

struct notifier_block *shim_netlink_notifier;
void (*shim_before_lock)(struct mutex *m);
void (*shim_after_unlock)(struct mutex *m);
struct mutex shim_rtnl;

static u64 number_in(const struct nlattr *attr)
{
	u64 value = 0;

	memcpy(&value, nla_data(attr), nla_len(attr) < 8 ? nla_len(attr) : 8);
	return value;
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
		       (!policy->limited ||
			(number_in(attr) <= policy->allowed_max &&
			 !(number_in(attr) & ~policy->allowed_mask)));
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
