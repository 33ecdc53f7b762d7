/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_NETDEVICE_H
#define SHIM_LINUX_NETDEVICE_H

#define IFNAMSIZ	16
#define IFF_LOOPBACK	0x8

struct net_device { unsigned int flags; };

#define netif_is_l3_master(dev)	0

#endif
