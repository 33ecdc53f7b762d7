/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes of the kernel in user space: a test says where an address leads. */
#ifndef FAMILY_NET_DST_H
#define FAMILY_NET_DST_H

#include <linux/netdevice.h>
#include <net/flow.h>

struct net;
struct dst_entry { struct net_device *dev; };

/* Sets the device of the last octet of an address; an error, or 0. */
extern int (*shim_route)(u8 last, struct net_device **dev);
/* Routes that are held. */
extern unsigned int shim_dsts;

int nf_route(struct net *net, struct dst_entry **dst, struct flowi *fl,
	     bool strict, unsigned short family);
void dst_release(struct dst_entry *dst);

#endif
