// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers that were seen.  The peer of a row is the end that is not the row's Edge
 * service: the initiator of in rows, the responder of out rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "learn/learned.h"
#include "usage/usage.h"

/**
 * learned_wants - tell whether an event says something of peers
 * @event: the event
 *
 * Return: true for a permitted connection, and for a packet that was refused as
 * no member of a set.
 */
bool learned_wants(const struct event *event)
{
	return !event->error && (event->verdict == NF_EDGE_VERDICT_ACCEPT ||
				 event->reason == NF_EDGE_REASON_PEER);
}

/**
 * learned_row - find a row, or add it
 * @learned: the peers
 * @key: key of the row
 *
 * Return: the row, or NULL when there is no room for it.
 */
struct learned_row *learned_row(struct learned *learned, const char *key)
{
	struct learned_row *row;
	size_t i;

	for (i = 0; i < learned->count; i++)
		if (!strcmp(learned->rows[i]->key, key))
			return learned->rows[i];
	if (learned->count == LEARNED_ROWS)
		return NULL;
	row = xalloc(sizeof(*row));
	row->key = xstrdup(key);
	learned->rows[learned->count++] = row;
	return row;
}

static const struct ip *peer_of(const struct row *row,
				const struct event *event)
{
	bool is_in = row->direction == NF_EDGE_DIRECTION_IN;

	/* A reply comes from the responder. */
	return is_in != event->reply ? &event->source : &event->destination;
}

static void add_to_row(struct learned *learned, const struct policy *policy,
		       const struct row *row, const struct event *event)
{
	const struct ip *peer = peer_of(row, event);
	char *key = usage_key(policy, row);
	struct learned_row *found = learned_row(learned, key);
	struct aggregate *aggregates;

	free(key);
	if (!found) {
		learned->beyond++;
		return;
	}
	aggregates = event->verdict == NF_EDGE_VERDICT_ACCEPT ?
		     found->permitted : found->refused;
	/* A set cannot name it: a peer that no set can hold. */
	if (ip_unfit(peer, ip_bits(peer)))
		aggregates[ip_family(peer)].others++;
	else
		aggregate_add(&aggregates[ip_family(peer)], peer, ip_bits(peer),
			      1);
}

/**
 * learned_add - add the peer of an event
 * @learned: the peers
 * @policy: the policy that judged
 * @table: its rows
 * @event: an event that learned_wants()
 */
void learned_add(struct learned *learned, const struct policy *policy,
		 const struct row_table *table, const struct event *event)
{
	bool permitted = event->verdict == NF_EDGE_VERDICT_ACCEPT;
	uint64_t rows = rows_mask(table, permitted ? &event->rows :
						     &event->near);
	size_t i;

	if (permitted)
		learned->permitted++;
	else
		learned->refused++;
	for (i = 0; i < table->count; i++)
		if (rows & (1ULL << i))
			add_to_row(learned, policy, &table->row[i], event);
}

/**
 * learned_lose - note events that were lost
 * @learned: the peers
 * @loss: numbers since the listener began; other kinds of events are ignored
 */
void learned_lose(struct learned *learned, const struct loss *loss)
{
	bool permitted = loss->verdict == NF_EDGE_VERDICT_ACCEPT;
	struct loss *last = &learned->last[permitted ? 0 : 1];

	if (!permitted && loss->reason != NF_EDGE_REASON_PEER)
		return;
	learned->lost.suppressed += loss->suppressed - last->suppressed;
	learned->lost.ring_full += loss->ring_full - last->ring_full;
	learned->lost.socket_full += loss->socket_full - last->socket_full;
	*last = *loss;
}

/**
 * learned_lost - count the events whose peers are not known
 * @learned: the peers
 *
 * Return: their number.
 */
uint64_t learned_lost(const struct learned *learned)
{
	return learned->lost.suppressed + learned->lost.ring_full +
	       learned->lost.socket_full + learned->beyond;
}

/**
 * learned_find - find a row
 * @learned: the peers
 * @policy: the policy
 * @row: a row of its table
 *
 * Return: the peers of the row, or NULL when none was seen.
 */
const struct learned_row *learned_find(const struct learned *learned,
				       const struct policy *policy,
				       const struct row *row)
{
	const struct learned_row *found = NULL;
	char *key = usage_key(policy, row);
	size_t i;

	for (i = 0; i < learned->count && !found; i++)
		if (!strcmp(learned->rows[i]->key, key))
			found = learned->rows[i];
	free(key);
	return found;
}

/**
 * learned_free - forget the peers
 * @learned: the peers
 */
void learned_free(struct learned *learned)
{
	size_t i;

	for (i = 0; i < learned->count; i++) {
		free(learned->rows[i]->key);
		free(learned->rows[i]);
	}
	*learned = (struct learned){ 0 };
}
