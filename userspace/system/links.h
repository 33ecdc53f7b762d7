/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network devices of this namespace.
 */
#ifndef SYSTEM_LINKS_H
#define SYSTEM_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct link - a device
 * @name: name of the device
 * @ifindex: number of the device
 * @above: number of the master, 0 without one
 * @is_vrf: whether the device is a VRF
 * @is_internal: whether no packet of another host arrives on the device
 *	(loopback, IFB)
 * @is_in_vrf: whether the master is a VRF
 * @ring: numbers of the devices of a ring (HSR, PRP), which takes their packets
 *	without being their master
 * @others: alternative names
 * @other_count: how many
 * @other_capacity: how many there is room for
 */
struct link {
	char name[IF_NAMESIZE];
	uint32_t ifindex;
	uint32_t above;
	bool is_vrf;
	bool is_internal;
	bool is_in_vrf;
	uint32_t ring[2];
	char **others;
	size_t other_count;
	size_t other_capacity;
};

struct links {
	struct link *items;
	size_t count;
	size_t capacity;
};

bool links_read(struct links *links);
const struct link *link_find(const struct links *links, const char *name);
const struct link *link_master(const struct links *links, const char *name);
const char *device_nearest(const struct links *links, const char *name);
char *device_alternative(const struct links *links, const char *name);
char *device_absent(const struct links *links, const char *name);
void links_free(struct links *links);

#endif /* SYSTEM_LINKS_H */
