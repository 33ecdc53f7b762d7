/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NET_NET_NAMESPACE_H
#define SHIM_NET_NET_NAMESPACE_H

extern struct net { int unused; } init_net;

#endif
