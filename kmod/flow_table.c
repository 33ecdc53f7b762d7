// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled-in table, from the profile lync2013-scaled-public.
 */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/in.h>

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

#define GUARD(...)

const struct nf_edge_row nf_edge_rows[NF_EDGE_ROWS] = {
#include <nf_edge/profiles/lync2013-scaled-public.def>
};

#undef GUARD
#undef ROW
#define ROW(...)
#define GUARD(_protocol, _low, _high)					\
	{								\
		.port_low = (_low),					\
		.port_high = (_high),					\
		.l4proto = IPPROTO_##_protocol,				\
	}

/* Two lines, or none, do not build. */
static const struct nf_edge_port_guard logging_ports =
#include <nf_edge/profiles/lync2013-scaled-public.def>
;

static_assert(NF_EDGE_ROWS <= NF_EDGE_TABLE_ROWS);

/* Not __ro_after_init: kmemleak finds no pointers in that section of a module. */
struct nf_edge_table nf_edge_flow_table;

/**
 * nf_edge_flow_table_init - lay the compiled-in table out
 *
 * Return: 0, or -ENOMEM; nf_edge_flow_table_exit() frees what was built either
 * way.
 */
int nf_edge_flow_table_init(void)
{
	return nf_edge_table_build(&nf_edge_flow_table, nf_edge_rows,
				   NF_EDGE_ROWS, &logging_ports);
}

/**
 * nf_edge_flow_table_exit - free what the compiled-in table holds
 */
void nf_edge_flow_table_exit(void)
{
	nf_edge_table_free(&nf_edge_flow_table);
}
