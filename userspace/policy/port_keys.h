/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listening ports of an Edge that a site may move.
 */
#ifndef POLICY_PORT_KEYS_H
#define POLICY_PORT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/rows.h"

enum port_key {
	PORT_ACCESS_CLIENT,
	PORT_ACCESS_FEDERATION,
	PORT_WEBCONF_CLIENT,
	PORT_TURN_TCP,
	PORT_TURN_UDP,
	PORT_MEDIA,
	PORT_INTERNAL_SIP,
	PORT_INTERNAL_PSOM,
	PORT_INTERNAL_MRAS,
	PORT_INTERNAL_TURN_TCP,
	PORT_INTERNAL_TURN_UDP,
	PORT_KEYS,
};

/**
 * struct port_key_info - the in rows that a key of ports moves
 * @name: the key
 * @service: their enum nf_edge_service
 * @tcp: rows of TCP are among them
 * @udp: rows of UDP are among them
 * @low: first documented port of all of them
 * @high: last documented port of all of them
 */
struct port_key_info {
	const char *name;
	uint8_t service;
	bool tcp;
	bool udp;
	uint16_t low;
	uint16_t high;
};

extern const struct port_key_info port_keys[PORT_KEYS];

bool port_key_moves(enum port_key key, const struct row *row);
bool port_key_known(enum port_key key, uint32_t profile);

#endif /* POLICY_PORT_KEYS_H */
