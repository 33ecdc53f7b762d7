/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP connections that others have opened to this host, and their tuples in
 * connection tracking.
 */
#ifndef SYSTEM_SOCKETS_H
#define SYSTEM_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/address.h"

/**
 * struct connection - an established TCP connection to a listening port
 * @local: address of this host
 * @local_port: port of this host
 * @peer: address of the other end
 * @peer_port: port of the other end
 * @ifindex: device that the socket is bound to, or 0
 * @inode: number of the socket
 */
struct connection {
	struct ip local;
	uint16_t local_port;
	struct ip peer;
	uint16_t peer_port;
	uint32_t ifindex;
	uint32_t inode;
};

/**
 * struct connections - the connections of this namespace
 * @items: the connections
 * @count: how many
 * @capacity: how many there is room for
 */
struct connections {
	struct connection *items;
	size_t count;
	size_t capacity;
};

/**
 * enum original - original tuple of a connection
 * @ORIGINAL_FOUND: the tuple is known
 * @ORIGINAL_NONE: no entry, so that nothing was translated
 * @ORIGINAL_UNKNOWN: connection tracking does not answer
 */
enum original {
	ORIGINAL_FOUND,
	ORIGINAL_NONE,
	ORIGINAL_UNKNOWN,
};

bool connections_read(struct connections *connections);
void connections_free(struct connections *connections);
enum original connection_original(const struct connection *connection,
				  struct connection *original);

#endif /* SYSTEM_SOCKETS_H */
