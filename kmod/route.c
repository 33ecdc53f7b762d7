// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes: the device that packets of an address arrive on, taken from the route
 * that leads back to the address.
 *
 * Conntrack does not keep the interface of a connection.  The route is right
 * while both directions of a connection take one way.  Rules that select a
 * table by source, mark or interface, further next hops of a multipath route,
 * and tables of VRFs are not asked.
 */

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/dst.h>
#include <net/flow.h>

#include "ifmap.h"
#include "route.h"

/**
 * nf_edge_route - find the way to an address
 * @net: the namespace
 * @ipv4: family of @to
 * @to: the address, in network order
 * @route: receives the way
 *
 * Context: may sleep; takes rcu_read_lock().
 * Return: 0, also without a route; or a negative error without memory.
 */
int nf_edge_route(struct net *net, bool ipv4, const void *to,
		  struct nf_edge_route *route)
{
	struct dst_entry *dst = NULL;
	struct flowi fl = {};
	int err;

	*route = (struct nf_edge_route){ .way = NF_EDGE_WAY_UNKNOWN };
	if (ipv4)
		memcpy(&fl.u.ip4.daddr, to, sizeof(fl.u.ip4.daddr));
	else
		memcpy(&fl.u.ip6.daddr, to, sizeof(fl.u.ip6.daddr));

	rcu_read_lock();
	err = nf_route(net, &dst, &fl, false, ipv4 ? AF_INET : AF_INET6);
	if (!err) {
		const struct net_device *dev = dst->dev;

		if (dev->flags & IFF_LOOPBACK) {
			route->way = NF_EDGE_WAY_LOCAL;
		} else if (!nf_edge_never_governed(dev)) {
			route->way = NF_EDGE_WAY_DEVICE;
			route->ifindex = dev->ifindex;
		}
		dst_release(dst);
	}
	rcu_read_unlock();
	return err == -ENOMEM || err == -ENOBUFS ? -ENOMEM : 0;
}
