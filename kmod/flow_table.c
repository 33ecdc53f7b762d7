// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled-in policy: row by row, and by port.
 */

#include <linux/cache.h>

#include "flow_table.h"
#include "port_map.h"

#define PEER(set)	BIT(NF_EDGE_PEER_SET_##set)
#define UNBOUND_ANY	true
#define UNBOUND_NOBODY	false

#define ROW(_id, _zone, _service, _direction, _role, _application, _protocol, \
	    _low, _high, _sets, _unbound, _feature, _note)		\
	{								\
		.id = (_id),						\
		.role = (_role),					\
		.application = (_application),				\
		.note = (_note),					\
		.peer_sets = (_sets),					\
		.port_low = (_low),					\
		.port_high = (_high),					\
		.l4proto = IPPROTO_##_protocol,				\
		.zone = NF_EDGE_ZONE_##_zone,				\
		.service = NF_EDGE_SERVICE_##_service,			\
		.direction = NF_EDGE_DIRECTION_##_direction,		\
		.side = NF_EDGE_SERVICE_##_service ==			\
			NF_EDGE_SERVICE_INTERNAL ?			\
			NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL,	\
		.feature = NF_EDGE_FEATURE_##_feature,			\
		.any_when_unbound = UNBOUND_##_unbound,			\
	},

const struct nf_edge_row nf_edge_rows[NF_EDGE_ROWS] = {
#include <nf_edge/flow_table.def>
};

struct nf_edge_port_map nf_edge_port_map __ro_after_init;
u64 nf_edge_rows_before[NF_EDGE_ROWS] __ro_after_init;

/**
 * nf_edge_flow_table_init - lay the table out for the packet path
 *
 * Return: 0, or -ENOSPC when the table names more ports than the maps hold.
 */
int nf_edge_flow_table_init(void)
{
	int i, j;

	for (i = 0; i < NF_EDGE_ROWS; i++)
		for (j = 0; j < i; j++)
			if (nf_edge_rows[j].service == nf_edge_rows[i].service)
				nf_edge_rows_before[i] |= BIT_ULL(j);

	return nf_edge_port_map_build(&nf_edge_port_map, nf_edge_rows,
				      NF_EDGE_ROWS);
}
