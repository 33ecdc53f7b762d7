/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways round the policy that this host shows: settings, devices and rules by
 * which packets reach an Edge without a verdict, or get a wrong one.
 */
#ifndef SYSTEM_WAYS_H
#define SYSTEM_WAYS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/macros.h"
#include "policy/policy.h"

/**
 * struct way - one way round
 * @kind: a word that stays, for machines and for docs/ways-round.md
 * @where: the device, setting, rule or service that opens the way
 * @text: the effect, and the remedy
 */
struct way {
	const char *kind;
	char *where;
	char *text;
};

/**
 * struct device - a network device of this namespace
 * @name: name of the device
 * @kind: kind in words of rtnetlink ("bridge"), empty for a real one
 * @index: number of the device
 * @lower: number of the device below, or 0
 * @master: number of the bridge, bond or VRF, or 0
 * @mac: hardware address
 * @is_bound: whether the policy judges packets of the device: the device is
 *	bound to a side, or no device is
 * @carries: whether the device carries frames of a bound device: a bound device
 *	itself, a port of one, or the device below one
 * @bears_edges: whether the device is bound to the side edge, or none is bound
 * @is_l3: an ipvlan of mode L3 or L3S
 * @has_xdp: whether an XDP program is attached
 * @calls: a bridge that calls netfilter itself, whatever the settings: for
 *	IPv4, for IPv6
 * @has_ingress: whether filters of tc may stand before the device
 */
struct device {
	char name[IF_NAMESIZE];
	char kind[16];
	int index;
	int lower;
	int master;
	uint8_t mac[6];
	bool is_bound;
	bool carries;
	bool bears_edges;
	bool is_l3;
	bool has_xdp;
	bool calls[FAMILY_COUNT];
	bool has_ingress;
};

/**
 * struct ways - all ways round that were found
 * @policy: the policy to be gone round
 * @devices: the devices of this namespace
 * @device_count: number of devices
 * @device_capacity: number of devices that there is room for
 * @items: the ways
 * @count: number of ways
 * @capacity: number of ways that there is room for
 */
struct ways {
	const struct policy *policy;
	struct device *devices;
	size_t device_count;
	size_t device_capacity;
	struct way *items;
	size_t count;
	size_t capacity;
};

void ways_read(struct ways *ways, const struct policy *policy);
void ways_free(struct ways *ways);

/* For the files ways_*.c, each of which looks at one part of the kernel. */
void ways_add(struct ways *ways, const char *kind, const char *where,
	      const char *format, ...)
	__printf(4, 5);
bool ways_has_family(const struct ways *ways, sa_family_t family);
void ways_of_devices(struct ways *ways);
void ways_of_filters(struct ways *ways);
void ways_of_rules(struct ways *ways);
void ways_of_proc(struct ways *ways);

struct nl_sock;
struct nl_msg;
bool ways_dump(struct nl_sock *socket, int type, void *head,
	       size_t size, int (*add)(struct nl_msg *msg, void *arg),
	       void *arg);
const struct device *ways_device(const struct ways *ways, int index);

/* Where procfs is mounted, and conntrackd's file is; tests have their own. */
extern const char *ways_procfs;
extern const char *ways_conntrackd_conf;
int ways_sysctl(const char *format, ...)
	__printf(1, 2);

#endif /* SYSTEM_WAYS_H */
