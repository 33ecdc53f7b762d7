/* SPDX-License-Identifier: GPL-2.0-only */
/* Classes of addresses, and masks of rows by arrival. */
#ifndef _NF_EDGE_CLASS_H
#define _NF_EDGE_CLASS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

struct nf_edge_node_hits;
struct nf_edge_table;

/**
 * struct nf_edge_sets - the peer sets of a policy
 * @bound: mask of the sets that are bound
 * @ping: mask of the sets whose addresses take part in echo
 * @ping_any: every address takes part in echo, whatever @ping says
 */
struct nf_edge_sets {
	u32 bound;
	u32 ping;
	bool ping_any;
};

#define NF_EDGE_EXTERNAL_SERVICES	(BIT(NF_EDGE_SERVICE_ACCESS) |	\
					 BIT(NF_EDGE_SERVICE_WEBCONF) |	\
					 BIT(NF_EDGE_SERVICE_AV))
#define NF_EDGE_INTERNAL_SERVICE	BIT(NF_EDGE_SERVICE_INTERNAL)

/**
 * enum nf_edge_class_flags - properties of an address
 * @NF_EDGE_INSIDE: address in internal-networks
 * @NF_EDGE_MARTIAN: never source nor destination of a packet with an edge end
 *	(IPv4-mapped, loopback, unspecified)
 * @NF_EDGE_MARTIAN_SOURCE: never source of a packet to an edge address
 *	(multicast, broadcast)
 * @NF_EDGE_PING_PEER: address that takes part in echo with an edge address
 */
enum nf_edge_class_flags {
	NF_EDGE_INSIDE		= BIT(0),
	NF_EDGE_MARTIAN		= BIT(1),
	NF_EDGE_MARTIAN_SOURCE	= BIT(2),
	NF_EDGE_PING_PEER	= BIT(3),
};

/**
 * struct nf_edge_class - properties of an address in a policy
 * @as_source: rows that permit the address as source of a connection
 * @as_destination: rows that permit the address as destination
 * @own_in: inbound rows of @services that @node has
 * @own_out: outbound rows of @services that @node has
 * @hits: counters of @node; set for edge addresses only
 * @services: mask of enum nf_edge_service; 0 unless an edge address
 * @node: number of the node that binds the address
 * @flags: mask of enum nf_edge_class_flags
 * @spoofed_on: mask of enum nf_edge_guard, the guards that keep packets from
 *	the address off the fast path
 * @next: class number of the next edge address in the same slot, or 0; set for
 *	edge addresses only
 * @ipv4: the address in network order; set for edge addresses only
 * @ipv6: the address in network order; set for edge addresses only
 */
struct nf_edge_class {
	u64 as_source;
	u64 as_destination;
	u64 own_in;
	u64 own_out;
	struct nf_edge_node_hits __percpu *hits;
	u8 services;
	u8 node;
	u8 flags;
	u8 spoofed_on;
	u16 next;
	union {
		u32 ipv4;
		u64 ipv6[2];
	};
} __aligned(64);	/* one cache line, and an index is a shift */

/* Sets of sides are masks of enum nf_edge_side; the local host comes after. */
#define NF_EDGE_SIDE_SETS	8
#define NF_EDGE_LOCAL_HOST	NF_EDGE_SIDE_SETS
#define NF_EDGE_ARRIVALS	(NF_EDGE_SIDE_SETS + 1)
/* Index of the masks for packets that may arrive anywhere. */
#define NF_EDGE_ANYWHERE	NF_EDGE_ARRIVALS

/**
 * struct nf_edge_switches - the switches of a policy
 * @rows_off: mask of the rows that are off by themselves
 * @zones: mask of enum nf_edge_zone
 * @features: mask of enum nf_edge_feature
 * @mode: enum nf_edge_mode
 */
struct nf_edge_switches {
	u64 rows_off;
	u32 zones;
	u32 features;
	u8 mode;
};

/* Compare the switches of two policies. */
static inline bool nf_edge_same_switches(const struct nf_edge_switches *a,
					 const struct nf_edge_switches *b)
{
	return a->zones == b->zones && a->features == b->features &&
	       a->rows_off == b->rows_off && a->mode == b->mode;
}

/**
 * struct nf_edge_masks - masks of rows: a policy without its addresses
 * @table: the rows
 * @live: rows that are live
 * @guarded: rows that permit nothing on the table's guarded ports
 * @arrival: rows that suit an arrival; first index 1 is for packets whose
 *	source is an edge address
 * @permitting: live rows that suit an arrival, indexed as @arrival
 * @ping: mask of enum nf_edge_side, the row sides whose edge addresses take
 *	part in echo
 */
struct nf_edge_masks {
	const struct nf_edge_table *table;
	u64 live;
	u64 guarded;
	u64 arrival[2][NF_EDGE_ARRIVALS + 1];
	u64 permitting[2][NF_EDGE_ARRIVALS + 1];
	u8 ping;
};

/*
 * Load the pointer to the table anew at each call: the load is cheaper than a
 * callee-saved register for the pointer.
 */
static __always_inline const struct nf_edge_table *
nf_edge_table_of(const struct nf_edge_masks *masks)
{
	return READ_ONCE(masks->table);
}

/**
 * enum nf_edge_guard - guards of the interface that a packet arrives on
 * @NF_EDGE_GUARD_EXTERNAL: interface bound to the external side only
 * @NF_EDGE_GUARD_INTERNAL: interface bound to the internal side only
 * @NF_EDGE_GUARD_EXEMPT: interface whose packets are never governed
 * @NF_EDGE_GUARD_BRIDGE: bridge in a VRF, on which a packet may arrive twice
 *
 * EXTERNAL and INTERNAL decide which sources are spoofed.  EXEMPT and BRIDGE
 * lead every packet to the slow path.
 */
enum nf_edge_guard {
	NF_EDGE_GUARD_EXTERNAL	= BIT(0),
	NF_EDGE_GUARD_INTERNAL	= BIT(1),
	NF_EDGE_GUARD_EXEMPT	= BIT(2),
	NF_EDGE_GUARD_BRIDGE	= BIT(3),
};

u64 nf_edge_live_rows(const struct nf_edge_table *table,
		      const struct nf_edge_switches *switches);
void nf_edge_make_masks(struct nf_edge_masks *masks,
			const struct nf_edge_table *table,
			const struct nf_edge_switches *switches, u8 ping,
			bool expose_cls_ports);
void nf_edge_make_class(struct nf_edge_class *class,
			const struct nf_edge_table *table,
			const struct nf_edge_sets *policy, u32 sets,
			u8 services, u8 node, u8 flags);

#endif
