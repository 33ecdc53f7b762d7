/* SPDX-License-Identifier: GPL-2.0-only */
/* Peer sets on their way to a load, and the policy that a dry run keeps. */
#ifndef _NF_EDGE_TRANSACTION_H
#define _NF_EDGE_TRANSACTION_H

#include <linux/list.h>
#include <net/genetlink.h>

#include "prefixes.h"

struct nf_edge_net;
struct nf_edge_snapshot;

/**
 * struct nf_edge_transaction - peer sets that wait for the load of a socket
 * @list: entry of nf_edge_net.transactions
 * @portid: port of the socket that owns the transaction
 * @generation: the namespace's generation when the transaction began
 * @bound_sets: the sets so far, mask of enum nf_edge_peer_set
 * @broken: a request was refused, so that peers are missing
 * @prefixes: the prefixes so far
 * @tried: the policy of the last dry run, or NULL; holds one reference
 *
 * All members are under the namespace's mutex.
 */
struct nf_edge_transaction {
	struct list_head list;
	u32 portid;
	u32 generation;
	u32 bound_sets;
	bool broken;
	struct nf_edge_prefixes prefixes;
	struct nf_edge_snapshot *tried;
};

struct nf_edge_transaction *nf_edge_transaction_find(struct nf_edge_net *en,
						     u32 portid);
int nf_edge_transaction_check(const struct nf_edge_transaction *t,
			      struct netlink_ext_ack *extack);
int nf_edge_transaction_take(struct nf_edge_transaction *t, bool dry_run,
			     struct nf_edge_prefixes *p);
int nf_edge_transaction_try(struct nf_edge_net *en,
			    struct nf_edge_transaction *t,
			    struct nf_edge_snapshot *snapshot);
void nf_edge_transaction_forget(struct nf_edge_transaction *t);
struct nf_edge_snapshot *nf_edge_tried_get(struct nf_edge_net *en, u32 portid,
					   struct netlink_ext_ack *extack);
void nf_edge_transaction_end(struct nf_edge_transaction *t);
void nf_edge_transactions_end(struct nf_edge_net *en);

int nf_edge_transactions_init(void);
void nf_edge_transactions_exit(void);

#endif
