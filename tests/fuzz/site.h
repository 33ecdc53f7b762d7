/* SPDX-License-Identifier: GPL-2.0-only */
/* Random sites, addresses and ports for the harnesses of the module. */
#ifndef SITE_H
#define SITE_H

#include "fuzz.h"
#include "reference.h"

struct nf_edge_addr_index;
struct nf_edge_table;


void site_read(struct ref_site *site, struct input *in);
/* Make the module's table, for nf_edge_table_free() and kvfree(). */
struct nf_edge_table *site_table(const struct ref_site *site);
/* Build the module's index, from prefixes that come @chunk at a time. */
void site_index(const struct ref_site *site, const struct nf_edge_table *table,
		unsigned int chunk, struct nf_edge_addr_index *index);

/* Draw an address, often one at the border of a binding or a prefix. */
struct ref_address site_address(const struct ref_site *site, struct input *in);
/* Draw an address of one family. */
struct ref_address site_other(const struct ref_site *site, struct input *in,
			      bool ipv6);
/* Draw a port, often one of the table or beside one. */
uint16_t site_port(struct input *in);

#endif
