/* SPDX-License-Identifier: GPL-2.0-only */
#define net_generic(net, id)	NULL
