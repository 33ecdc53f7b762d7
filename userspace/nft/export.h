/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as an nftables ruleset.
 */
#ifndef NFT_EXPORT_H
#define NFT_EXPORT_H

#include "netlink/view.h"
#include "policy/policy.h"

/* The table of a ruleset, of the family inet. */
#define EXPORT_TABLE	"nf_edge"

void export_print(struct view *view);
void export_print_policy(const struct policy *policy);
char *export_text(const struct policy *policy, const char *name,
		  size_t *length);

#endif /* NFT_EXPORT_H */
