// SPDX-License-Identifier: GPL-2.0-only
/* Module of all suites, in the kernel. */

#include <linux/module.h>

#include "../../kmod/netns.h"

unsigned int nf_edge_net_id;

MODULE_DESCRIPTION("KUnit suites of nf_edge");
MODULE_LICENSE("GPL");
