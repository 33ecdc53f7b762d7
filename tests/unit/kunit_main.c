// SPDX-License-Identifier: GPL-2.0-only
/* In the kernel, all suites are one module. */

#include <linux/module.h>

#include "../../kmod/netns.h"

unsigned int nf_edge_net_id;

MODULE_DESCRIPTION("KUnit suites of nf_edge");
MODULE_LICENSE("GPL");
