/* SPDX-License-Identifier: GPL-2.0-only */
#include <net/net_namespace.h>

/* State of the only module in a namespace. */
#define net_generic(net, id)	((net)->generic)
