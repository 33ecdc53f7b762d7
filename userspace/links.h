/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network devices of this namespace.
 */
#ifndef LINKS_H
#define LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

struct link {
	char name[IF_NAMESIZE];
	bool is_vrf;
	bool is_bridge_port;
	bool is_in_vrf;
};

struct links {
	struct link *items;
	size_t count;
	size_t capacity;
};

bool nf_edge_links_read(struct links *links);
const struct link *nf_edge_link_find(const struct links *links,
				     const char *name);
void nf_edge_links_free(struct links *links);

#endif /* LINKS_H */
