/* SPDX-License-Identifier: GPL-2.0-only */
/* The compiled-in tables, and the names of their peer sets. */
#ifndef _NF_EDGE_PROFILES_H
#define _NF_EDGE_PROFILES_H

#include "row.h"

#define NF_EDGE_PROFILES	(NF_EDGE_PROFILE_MAX + 1)
#define NF_EDGE_DOCUMENT_SETS	(NF_EDGE_PEER_SET_MAX + 1)

/**
 * struct nf_edge_profile_rows - a compiled-in table
 * @row: the rows, in document order
 * @n: number of rows
 * @guard: the guarded ports
 */
struct nf_edge_profile_rows {
	const struct nf_edge_row *row;
	u32 n;
	struct nf_edge_port_guard guard;
};

/* By enum nf_edge_profile. */
extern const struct nf_edge_profile_rows nf_edge_profiles[NF_EDGE_PROFILES];

/* By enum nf_edge_peer_set. */
extern const char *const nf_edge_document_sets[NF_EDGE_DOCUMENT_SETS];

#endif
