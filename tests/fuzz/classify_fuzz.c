// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the verdict: for sites and packets from the input, the module's index and
 * masks judge as the reference does.
 */
#include <linux/slab.h>

#include "../../kmod/addr_index.h"
#include "../../kmod/table.h"
#include "../../kmod/judge.h"
#include "../unit/words.h"
#include "site.h"

#define QUERIES_MAX	64

static struct ref_site site;

/* The class of an address; what the hooks ask first says the same. */
static const struct nf_edge_class *
class_of(const struct nf_edge_addr_index *index, const struct ref_address *a)
{
	u8 octets[16] __aligned(8);
	const struct nf_edge_class *class;
	bool ipv4 = !a->ipv6;
	const struct nf_edge_class *edge = NULL, *near;
	u32 bucket;

	memcpy(octets, a->octet, sizeof(octets));
	class = nf_edge_class_of(index, ipv4, octets);
	near = nf_edge_class_near(index, ipv4, octets);
	bucket = nf_edge_bucket(index, ipv4, octets);

	EXPECT(class->services == ref_services(&site, a));
	EXPECT(nf_edge_find_edge(index, ipv4, octets, &edge) == !!class->services);
	EXPECT(!edge || edge == class);
	EXPECT(!near || near == class);
	EXPECT(!nf_edge_ranges_is_value(bucket) ||
	       nf_edge_bucket_class(index, bucket) == class);
	EXPECT(nf_edge_maybe_guarded(index, ipv4, octets) ||
	       !(class->services ||
		 class->flags & ~NF_EDGE_PING_PEER));
	return class;
}

static struct ref_packet read_packet(struct input *in)
{
	struct ref_packet p = { .bound_to = -1 };
	unsigned int how = read_u8(in), arrival = read_u8(in);

	p.protocol = how & 3 ? how & 1 ? REF_TCP : REF_UDP : how & 4 ? REF_ECHO :
		     REF_OTHER;
	p.first = how & 8;
	if ((how & 0xf0) == 0x70)
		p.state = how & 8 ? REF_UNTRACKED : REF_INVALID;
	p.translated = (how & 0xe0) == 0xe0 && p.state == REF_CONNECTION;
	if (p.state == REF_CONNECTION) {
		p.error = (how & 0xf0) == 0xd0;
		p.redirect = p.error && (arrival & 0x80);
	} else {
		p.first = true;
	}
	p.local = arrival % 16 == 15;
	p.held = arrival & 7;
	if (!p.local && (arrival & 8)) {
		if (p.held == BIT(NF_EDGE_SIDE_EXTERNAL))
			p.bound_to = NF_EDGE_SIDE_EXTERNAL;
		if (p.held == BIT(NF_EDGE_SIDE_INTERNAL))
			p.bound_to = NF_EDGE_SIDE_INTERNAL;
	}

	p.from = site_address(&site, in);
	p.to = site_other(&site, in, p.from.ipv6);
	p.port = site_port(in);
	p.dport = p.port;
	p.sport = site_port(in);
	p.source = p.first ? p.from : p.to;
	p.destination = p.first ? p.to : p.from;
	if (!p.first) {
		p.dport = p.sport;
		p.sport = p.port;
	}
	p.has_ports = (p.protocol == REF_TCP || p.protocol == REF_UDP) &&
		      !p.error;
	/* An error may come from anywhere, and NAT may write anything. */
	if (p.state == REF_CONNECTION && (p.error || p.translated)) {
		p.source = site_other(&site, in, p.from.ipv6);
		if (p.translated) {
			p.destination = site_other(&site, in, p.from.ipv6);
			p.nat = site_other(&site, in, p.from.ipv6);
		}
		p.sport = site_port(in);
		p.dport = site_port(in);
	}
	return p;
}

static void check(const struct nf_edge_addr_index *index,
		  const struct nf_edge_masks *masks,
		  const struct ref_packet *r)
{
	static const u8 protocols[] = {
		[REF_TCP] = IPPROTO_TCP, [REF_UDP] = IPPROTO_UDP,
		[REF_ECHO] = IPPROTO_ICMP, [REF_OTHER] = IPPROTO_ESP,
	};
	bool own = ref_same(&r->source, r->first ? &r->from : &r->to) &&
		   ref_same(&r->destination, r->first ? &r->to : &r->from);
	struct nf_edge_packet p = {
		.header_source = class_of(index, &r->source),
		.header_destination = class_of(index, &r->destination),
		.source = class_of(index, &r->from),
		.destination = class_of(index, &r->to),
		.dport = r->port,
		.header_sport = r->sport,
		.header_dport = r->dport,
		.l4proto = protocols[r->protocol],
		.arrival = r->local ? NF_EDGE_LOCAL_HOST : r->held,
		.first_direction = r->first,
		.error = r->error,
		.redirect = r->redirect,
	};
	struct nf_edge_judgement got = { 0 };
	struct ref_verdict wanted;

	p.kind = r->state == REF_UNTRACKED ? NF_EDGE_KIND_UNTRACKED :
		 r->state == REF_INVALID ? NF_EDGE_KIND_NONE :
		 r->protocol == REF_ECHO ? NF_EDGE_KIND_ECHO :
		 r->protocol == REF_OTHER ? NF_EDGE_KIND_OTHER :
		 NF_EDGE_KIND_ROWS;
	if (r->bound_to >= 0)
		p.guards = r->bound_to == NF_EDGE_SIDE_EXTERNAL ?
			   NF_EDGE_GUARD_EXTERNAL : NF_EDGE_GUARD_INTERNAL;
	p.unverified = r->has_ports && r->state != REF_CONNECTION;
	p.nat_to_edge = r->translated && class_of(index, &r->nat)->services;
	/* Such a connection does not come about: its rows are nobody's. */
	if (!own && (ref_unusable_source(&r->from) || ref_unusable(&r->to)))
		return;
	if (!r->first && ref_unusable_source(&r->from))
		return;

	nf_edge_judge(masks, &p, &got);
	wanted = ref_judge(&site, r);
	if (got.verdict == wanted.verdict &&
	    (got.verdict != NF_EDGE_VERDICT_ACCEPT || got.rows == wanted.rows) &&
	    (got.verdict != NF_EDGE_VERDICT_DROP ||
	     (got.reason == wanted.reason && got.near == wanted.near)))
		return;
	WRONG("protocol %d port %u arrival %u first %d: module %u reason %u rows %#lx near %#lx, reference %d reason %d rows %#lx near %#lx",
	      r->protocol, r->port, p.arrival, r->first, got.verdict,
	      got.reason, got.rows, got.near, wanted.verdict, wanted.reason,
	      wanted.rows, wanted.near);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct nf_edge_switches switches;
	struct nf_edge_addr_index index;
	struct nf_edge_table *table;
	struct nf_edge_masks masks;
	int n;

	site_read(&site, &in);
	table = site_table(&site);
	site_index(&site, table, 1 + read_u8(&in), &index);
	switches = (struct nf_edge_switches){
		.zones = site.zones, .features = site.features,
		.rows_off = site.rows_off,
	};
	nf_edge_make_masks(&masks, table, &switches, site.ping,
			   site.expose_cls_ports);
	for (n = 0; in.left && n < QUERIES_MAX; n++) {
		struct ref_packet packet = read_packet(&in);

		check(&index, &masks, &packet);
	}
	nf_edge_addr_index_free(&index);
	nf_edge_table_free(table);
	kvfree(table);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}
