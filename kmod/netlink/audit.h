/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of changes for the kernel's audit system. */
#ifndef _NF_EDGE_AUDIT_H
#define _NF_EDGE_AUDIT_H

#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

struct nf_edge_snapshot;

void nf_edge_audit(const struct nf_edge_snapshot *snapshot, u32 generation,
		   enum nf_edge_change change);

#endif
