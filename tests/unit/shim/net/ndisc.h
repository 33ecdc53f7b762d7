/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/icmpv6.h>

#define NDISC_ROUTER_SOLICITATION	133
#define NDISC_REDIRECT			137
