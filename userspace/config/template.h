/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of a configuration to start from.
 */
#ifndef CONFIG_TEMPLATE_H
#define CONFIG_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct template - choices of a configuration to start from
 * @profile: enum nf_edge_profile
 * @nodes: number of nodes, 1 to NF_EDGE_MAX_NODES
 * @single_ip: access, webconf and av of a node have one address, and ports that
 *	differ
 * @nat: this host translates, so that a node has public and private addresses
 * @host: this host is the Edge itself
 * @external: interface toward the outside
 * @internal: interface toward the inside
 * @edge: interface toward the Edge Servers; not used with @host
 */
struct template {
	uint32_t profile;
	unsigned int nodes;
	bool single_ip;
	bool nat;
	bool host;
	const char *external;
	const char *internal;
	const char *edge;
};

void template_write(const struct template *template, FILE *stream);

#endif /* CONFIG_TEMPLATE_H */
