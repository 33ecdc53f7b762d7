/* SPDX-License-Identifier: GPL-2.0-only */
#include <net/net_namespace.h>

/* There is one module. */
#define net_generic(net, id)	((net)->generic)
