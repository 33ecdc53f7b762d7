// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled-in policy, for what looks at it row by row.
 */

#include "flow_table.h"

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
