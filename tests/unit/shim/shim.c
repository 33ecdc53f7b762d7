// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>

long shim_allocations_left = -1;
unsigned int shim_cpu;
unsigned int shim_module_refs;
unsigned int shim_hooks;
u64 shim_stopped_clock;
struct net init_net;
struct notifier_block *shim_netdev_notifier;

static unsigned int readers;
static struct rcu_work *waiting;

void rcu_read_lock(void)
{
	readers++;
}

void rcu_read_unlock(void)
{
	struct rcu_work *rwork;

	if (--readers)
		return;
	while ((rwork = waiting)) {
		waiting = rwork->next;
		rwork->work.run(&rwork->work);
	}
}

void shim_queue(struct rcu_work *rwork)
{
	rcu_read_lock();
	rwork->next = waiting;
	waiting = rwork;
	rcu_read_unlock();
}

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
