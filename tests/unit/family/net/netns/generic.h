/* SPDX-License-Identifier: GPL-2.0-only */
#include <net/net_namespace.h>

#define net_generic(net, id)	((net)->generic)
