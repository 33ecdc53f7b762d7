/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_COMPAT_LINUX_UNALIGNED_H
#define _NF_EDGE_COMPAT_LINUX_UNALIGNED_H

#ifdef NF_EDGE_HAVE_LINUX_UNALIGNED
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif
