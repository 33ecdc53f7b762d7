// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening ports of an Edge that a site may move, as Set-CsEdgeServer does.
 */
#include <netinet/in.h>

#include "policy/port_keys.h"
#include "policy/profiles.h"

#define MOVES(name_, service_, tcp_, udp_, low_, high_)			\
	{								\
		.name = name_, .service = NF_EDGE_SERVICE_##service_,	\
		.tcp = tcp_, .udp = udp_, .low = low_, .high = high_,	\
	}

const struct port_key_info port_keys[PORT_KEYS] = {
	[PORT_ACCESS_CLIENT] =
		MOVES("access-client", ACCESS, true, false, 443, 443),
	[PORT_ACCESS_FEDERATION] =
		MOVES("access-federation", ACCESS, true, false, 5061, 5061),
	[PORT_WEBCONF_CLIENT] =
		MOVES("webconf-client", WEBCONF, true, false, 443, 443),
	[PORT_TURN_TCP] = MOVES("turn-tcp", AV, true, false, 443, 443),
	[PORT_TURN_UDP] = MOVES("turn-udp", AV, false, true, 3478, 3478),
	[PORT_MEDIA] = MOVES("media", AV, true, true, 50000, 59999),
	[PORT_INTERNAL_SIP] =
		MOVES("internal-sip", INTERNAL, true, false, 5061, 5061),
	[PORT_INTERNAL_PSOM] =
		MOVES("internal-psom", INTERNAL, true, false, 8057, 8057),
	[PORT_INTERNAL_MRAS] =
		MOVES("internal-mras", INTERNAL, true, false, 5062, 5062),
	[PORT_INTERNAL_TURN_TCP] =
		MOVES("internal-turn-tcp", INTERNAL, true, false, 443, 443),
	[PORT_INTERNAL_TURN_UDP] =
		MOVES("internal-turn-udp", INTERNAL, false, true, 3478, 3478),
};

/**
 * port_key_moves - tell whether a key moves a row
 * @key: the key
 * @row: a row of a profile, moved or not
 *
 * Return: true when it does.
 */
bool port_key_moves(enum port_key key, const struct row *row)
{
	const struct port_key_info *info = &port_keys[key];

	return row->direction == NF_EDGE_DIRECTION_IN &&
	       row->service == info->service &&
	       row->documented_low == info->low &&
	       row->documented_high == info->high &&
	       (row->protocol == IPPROTO_TCP ? info->tcp : info->udp);
}

/**
 * port_key_known - tell whether a key moves any row of a profile
 * @key: the key
 * @profile: an enum nf_edge_profile
 *
 * Return: true when it does.
 */
bool port_key_known(enum port_key key, uint32_t profile)
{
	size_t i;

	for (i = 0; i < profiles[profile].count; i++)
		if (port_key_moves(key, &profiles[profile].row[i]))
			return true;
	return false;
}
