// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that are hit rarely by their nature, as the tables of the policy describe
 * them.  Nothing is known of rows of the site's own.
 */
#include <linux/nf_edge.h>
#include <netinet/in.h>

#include "advice/rare.h"

#define SET(name)	(1U << NF_EDGE_PEER_SET_##name)

static const char *rare_feature(int feature)
{
	switch (feature) {
	case NF_EDGE_FEATURE_CLS:
		return "logs are collected by an administrator who looks for a fault";
	case NF_EDGE_FEATURE_XMPP:
		return "an XMPP partner may write once a year";
	case NF_EDGE_FEATURE_FEDERATION:
	case NF_EDGE_FEATURE_FEDERATION_AV:
	case NF_EDGE_FEATURE_OCS2007:
		return "a federated partner may call once a year";
	default:
		return NULL;
	}
}

/**
 * rare_reason - say why a row is hit rarely by its nature
 * @row: the row
 *
 * Return: half a sentence, or NULL for a row that is hit often where it is
 * needed.
 */
const char *rare_reason(const struct row *row)
{
	if (row->zone == NF_EDGE_ZONE_SITE)
		return NULL;
	if (row->peer_sets & SET(CRL))
		return "revocation lists are fetched when an old one runs out";
	if (row->peer_sets & SET(DNS) && row->protocol == IPPROTO_TCP)
		return "DNS takes TCP for answers that are too long for UDP";
	return rare_feature(row->feature);
}
