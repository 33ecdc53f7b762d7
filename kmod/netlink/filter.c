// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters of listeners: by verdict, reason, zone, node, row and prefix.  Names
 * are kept, because numbers of rows and nodes are those of one policy.
 */

#include <linux/unaligned.h>

#include "event_record.h"
#include "netlink/family.h"
#include "netlink/filter.h"
#include "netlink/parse_peers.h"
#include "netlink/parse_switches.h"
#include "node.h"
#include "snapshot.h"

#define ALL_REASONS	(BIT(NF_EDGE_REASONS) - 1)

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr)
{
	NL_SET_BAD_ATTR(extack, attr);
	return -EINVAL;
}

/* Read verdicts and reasons into a mask of kinds. */
static int parse_kinds(struct genl_info *info, u32 *kinds)
{
	const struct nlattr *verdicts = info->attrs[NF_EDGE_A_LISTEN_VERDICTS];
	const struct nlattr *reasons = info->attrs[NF_EDGE_A_LISTEN_REASONS];
	u32 told = BIT(NF_EDGE_VERDICT_DROP) | BIT(NF_EDGE_VERDICT_ACCEPT);
	u32 wanted = verdicts ? nla_get_u32(verdicts) :
		     reasons ? BIT(NF_EDGE_VERDICT_DROP) : told;

	if (!wanted || (wanted & ~told)) {
		NL_SET_ERR_MSG(info->extack,
			       "events have the verdict accept or drop: name one of them, or both");
		return refuse(info->extack, verdicts);
	}
	if (reasons && !nla_get_u32(reasons)) {
		NL_SET_ERR_MSG(info->extack,
			       "no reason is named: leave reasons out for all");
		return refuse(info->extack, reasons);
	}
	if (reasons && !(wanted & BIT(NF_EDGE_VERDICT_DROP))) {
		NL_SET_ERR_MSG(info->extack,
			       "only refused packets have a reason: ask for the verdict drop");
		return refuse(info->extack, reasons);
	}
	*kinds = 0;
	if (wanted & BIT(NF_EDGE_VERDICT_DROP))
		*kinds |= reasons ? nla_get_u32(reasons) : ALL_REASONS;
	if (wanted & BIT(NF_EDGE_VERDICT_ACCEPT))
		*kinds |= BIT(NF_EDGE_KIND_PERMITTED);
	return 0;
}

/* nla_strscpy() is of 5.11 and later. */
static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%.*s", nla_len(attr), (const char *)nla_data(attr));
}

static int parse_rows(struct genl_info *info,
		      const struct nf_edge_snapshot *snapshot,
		      struct nf_edge_filter *filter)
{
	const struct nlattr *attr;
	char *id;
	int rem;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_LISTEN_ROW, rem) {
		if (filter->n_rows == NF_EDGE_MAX_FILTERS) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "more than 16 rows in a filter");
			return -E2BIG;
		}
		id = filter->row[filter->n_rows++];
		copy_text(id, NF_EDGE_ROW_ID_MAX + 1, attr);
		if (!*id ||
		    (snapshot &&
		     nf_edge_find_row(snapshot->site->table, attr) < 0)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "the policy has no row of this id");
			return -EINVAL;
		}
	}
	return 0;
}

static int parse_prefixes(const struct nlattr *attr, bool ipv6,
			  struct nf_edge_filter *filter,
			  struct netlink_ext_ack *extack)
{
	int size = ipv6 ? NF_EDGE_PREFIX_IPV6_SIZE : NF_EDGE_PREFIX_IPV4_SIZE;
	int i, n, err;

	if (!attr)
		return 0;
	if (!nla_len(attr) || nla_len(attr) % size) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the list of prefixes is empty, or ends inside an entry");
		return -EINVAL;
	}
	n = nla_len(attr) / size;
	if (filter->n_prefixes + n > NF_EDGE_MAX_FILTERS) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "more than 16 prefixes in a filter");
		return -E2BIG;
	}
	for (i = 0; i < n; i++) {
		err = nf_edge_parse_prefix(nla_data(attr) + i * size, ipv6,
					   &filter->prefix[filter->n_prefixes++],
					   extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nf_edge_parse_filter - read the filter of a request
 * @info: the request
 * @snapshot: the policy in force, which must have rows and node; or NULL
 * @filter: receives the filter; zeroed before
 *
 * Context: any; @snapshot is pinned.
 * Return: 0 or a negative error, with the extack set.
 */
int nf_edge_parse_filter(struct genl_info *info,
			 const struct nf_edge_snapshot *snapshot,
			 struct nf_edge_filter *filter)
{
	const struct nlattr *zones = info->attrs[NF_EDGE_A_LISTEN_ZONES];
	const struct nlattr *node = info->attrs[NF_EDGE_A_LISTEN_NODE];

	if (zones) {
		filter->zones = nla_get_u32(zones);
		if (!filter->zones) {
			NL_SET_ERR_MSG(info->extack,
				       "no zone is named: leave zones out for all");
			return refuse(info->extack, zones);
		}
	}
	if (node) {
		copy_text(filter->node, sizeof(filter->node), node);
		if (snapshot &&
		    !nf_edge_site_node(snapshot->site, filter->node)) {
			NL_SET_ERR_MSG(info->extack,
				       "the policy has no node of this name");
			return refuse(info->extack, node);
		}
	}
	return parse_kinds(info, &filter->kinds) ?:
	       parse_rows(info, snapshot, filter) ?:
	       parse_prefixes(info->attrs[NF_EDGE_A_LISTEN_PREFIXES_IPV4],
			      false, filter, info->extack) ?:
	       parse_prefixes(info->attrs[NF_EDGE_A_LISTEN_PREFIXES_IPV6],
			      true, filter, info->extack);
}

static bool names_row(const struct nf_edge_filter *filter,
		      const struct nf_edge_row *row)
{
	u32 i;

	if (filter->zones && !(filter->zones & BIT(row->zone)))
		return false;
	for (i = 0; i < filter->n_rows; i++)
		if (!strcmp(filter->row[i], row->id))
			return true;
	return !filter->n_rows;
}

/* Find the numbers that a policy gives to the names of a filter. */
static void resolve(struct nf_edge_filter *filter,
		    const struct nf_edge_snapshot *snapshot)
{
	const struct nf_edge_site *site = snapshot->site;
	u32 i;

	filter->rows = 0;
	for (i = 0; i < site->table->n; i++)
		if (names_row(filter, &site->table->row[i]))
			filter->rows |= BIT_ULL(i);
	filter->nodes = 0;
	for (i = 0; i < site->n_nodes; i++)
		if (!strcmp(filter->node, site->node[i]->name))
			filter->nodes |= BIT_ULL(i);
	filter->generation = snapshot->generation;
	filter->resolved = true;
}

static bool contains(const struct nf_edge_prefix *p, bool ipv6,
		     const union nf_inet_addr *address)
{
	u64 hi, lo;

	if (p->ipv6 != ipv6)
		return false;
	hi = ipv6 ? get_unaligned_be64(address) :
		    (u64)get_unaligned_be32(address) << 32;
	lo = ipv6 ? get_unaligned_be64(&address->all[2]) : 0;
	return !((hi ^ p->hi) & ~nf_edge_host_bits_hi(p->len)) &&
	       !((lo ^ p->lo) & ~nf_edge_host_bits_lo(p->len));
}

static bool takes_addresses(const struct nf_edge_filter *filter,
			    const struct nf_edge_event *event)
{
	bool ipv6 = !(event->flags & NF_EDGE_EVENT_IPV4);
	u32 i;

	for (i = 0; i < filter->n_prefixes; i++)
		if (contains(&filter->prefix[i], ipv6, &event->source) ||
		    contains(&filter->prefix[i], ipv6, &event->destination))
			return true;
	return !filter->n_prefixes;
}

static bool takes_nodes(const struct nf_edge_filter *filter,
			const struct nf_edge_event *event)
{
	return !*filter->node ||
	       (event->source_services &&
		(filter->nodes & BIT_ULL(event->source_node))) ||
	       (event->destination_services &&
		(filter->nodes & BIT_ULL(event->destination_node)));
}

/**
 * nf_edge_filter_takes - check whether a filter lets an event through
 * @filter: the filter
 * @snapshot: the policy that judged the packet
 * @event: the event
 *
 * Context: one caller at a time for a filter.
 * Return: true if it does.
 */
bool nf_edge_filter_takes(struct nf_edge_filter *filter,
			  const struct nf_edge_snapshot *snapshot,
			  const struct nf_edge_event *event)
{
	if (!(filter->kinds & BIT(event->kind)))
		return false;
	if (!filter->resolved || filter->generation != snapshot->generation)
		resolve(filter, snapshot);
	if ((filter->zones || filter->n_rows) && !(event->rows & filter->rows))
		return false;
	return takes_nodes(filter, event) && takes_addresses(filter, event);
}
