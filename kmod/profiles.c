// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled-in tables, each from its file in include/nf_edge/profiles.
 */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/in.h>
#include <linux/kernel.h>

#include "profiles.h"

#define PEER(set)	BIT(NF_EDGE_PEER_SET_##set)
#define UNBOUND_ANY	true
#define UNBOUND_NOBODY	false

#define PORTS(_protocol, _low, _high)					\
	{ .low = (_low), .high = (_high), .l4proto = IPPROTO_##_protocol }

#define GUARD(...)
#define ROW(_id, _zone, _service, _direction, _role, _application, _protocol, \
	    _low, _high, _sets, _unbound, _feature, _note)		\
	{								\
		.id = (_id),						\
		.role = (_role),					\
		.application = (_application),				\
		.note = (_note),					\
		.nodes = NF_EDGE_ALL_NODES,				\
		.peer_sets = (_sets),					\
		.ports = { PORTS(_protocol, _low, _high) },		\
		.documented = PORTS(_protocol, _low, _high),		\
		.n_ports = 1,						\
		.zone = NF_EDGE_ZONE_##_zone,				\
		.service = NF_EDGE_SERVICE_##_service,			\
		.direction = NF_EDGE_DIRECTION_##_direction,		\
		.side = NF_EDGE_SERVICE_##_service ==			\
			NF_EDGE_SERVICE_INTERNAL ?			\
			NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL,	\
		.feature = NF_EDGE_FEATURE_##_feature,			\
		.any_when_unbound = UNBOUND_##_unbound,			\
	},

static const struct nf_edge_row lync2013_scaled_public[] = {
#include <nf_edge/profiles/lync2013-scaled-public.def>
};

static const struct nf_edge_row lync2013_scaled_nat[] = {
#include <nf_edge/profiles/lync2013-scaled-nat.def>
};

static const struct nf_edge_row lync2013_single_public[] = {
#include <nf_edge/profiles/lync2013-single-public.def>
};

static const struct nf_edge_row lync2013_single_nat[] = {
#include <nf_edge/profiles/lync2013-single-nat.def>
};

static const struct nf_edge_row sfb2015[] = {
#include <nf_edge/profiles/sfb2015.def>
};

static const struct nf_edge_row sfb2019[] = {
#include <nf_edge/profiles/sfb2019.def>
};

#undef GUARD
#undef ROW

#define ROW(...)
#define GUARD(_protocol, _low, _high)	.guard = PORTS(_protocol, _low, _high),

const struct nf_edge_profile_rows nf_edge_profiles[NF_EDGE_PROFILES] = {
	[NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC] = {
		.row = lync2013_scaled_public,
		.n = ARRAY_SIZE(lync2013_scaled_public),
#include <nf_edge/profiles/lync2013-scaled-public.def>
	},
	[NF_EDGE_PROFILE_LYNC2013_SCALED_NAT] = {
		.row = lync2013_scaled_nat,
		.n = ARRAY_SIZE(lync2013_scaled_nat),
#include <nf_edge/profiles/lync2013-scaled-nat.def>
	},
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC] = {
		.row = lync2013_single_public,
		.n = ARRAY_SIZE(lync2013_single_public),
#include <nf_edge/profiles/lync2013-single-public.def>
	},
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_NAT] = {
		.row = lync2013_single_nat,
		.n = ARRAY_SIZE(lync2013_single_nat),
#include <nf_edge/profiles/lync2013-single-nat.def>
	},
	[NF_EDGE_PROFILE_SFB2015] = {
		.row = sfb2015,
		.n = ARRAY_SIZE(sfb2015),
#include <nf_edge/profiles/sfb2015.def>
	},
	[NF_EDGE_PROFILE_SFB2019] = {
		.row = sfb2019,
		.n = ARRAY_SIZE(sfb2019),
#include <nf_edge/profiles/sfb2019.def>
	},
};

static_assert(ARRAY_SIZE(lync2013_scaled_public) <= NF_EDGE_TABLE_ROWS);
static_assert(ARRAY_SIZE(lync2013_scaled_nat) <= NF_EDGE_TABLE_ROWS);
static_assert(ARRAY_SIZE(lync2013_single_public) <= NF_EDGE_TABLE_ROWS);
static_assert(ARRAY_SIZE(lync2013_single_nat) <= NF_EDGE_TABLE_ROWS);
static_assert(ARRAY_SIZE(sfb2015) <= NF_EDGE_TABLE_ROWS);
static_assert(ARRAY_SIZE(sfb2019) <= NF_EDGE_TABLE_ROWS);

const char *const nf_edge_document_sets[NF_EDGE_DOCUMENT_SETS] = {
	[NF_EDGE_PEER_SET_INTERNAL_NETWORKS] = "internal-networks",
	[NF_EDGE_PEER_SET_XMPP_PARTNERS] = "xmpp-partners",
	[NF_EDGE_PEER_SET_CRL] = "crl",
	[NF_EDGE_PEER_SET_DNS] = "dns",
	[NF_EDGE_PEER_SET_FEDERATION_PARTNERS] = "federation-partners",
	[NF_EDGE_PEER_SET_XMPP_GATEWAY] = "xmpp-gateway",
	[NF_EDGE_PEER_SET_DIRECTOR] = "director",
	[NF_EDGE_PEER_SET_FRONTEND] = "frontend",
	[NF_EDGE_PEER_SET_SBA] = "sba",
	[NF_EDGE_PEER_SET_CMS] = "cms",
	[NF_EDGE_PEER_SET_CLS_CONTROLLER] = "cls-controller",
	[NF_EDGE_PEER_SET_PIC_PARTNERS] = "pic-partners",
	[NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS] = "live-messenger-clients",
};
