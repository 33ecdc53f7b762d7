// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connections that a change cuts: found before the change is made, and
 * compared with the limit of a script.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/impact.h"
#include "cmd/module.h"
#include "netlink/explain.h"
#include "netlink/load.h"
#include "netlink/view.h"
#include "system/connections.h"

#define CONNECTIONS_MAX	4294967295UL

/**
 * impact_parse - read the options of a verb that may cut connections
 * @verb: whose help to point to
 * @words: the options; @most is filled in
 *
 * Return: DONE or USAGE.
 */
enum outcome impact_parse(const char *verb, struct impact_words *words)
{
	const char *limit = words->limit;

	if (!limit)
		return DONE;
	errno = 0;
	words->most = strtoul(limit, NULL, 10);
	if (!*limit || strspn(limit, "0123456789") != strlen(limit) ||
	    errno || words->most > CONNECTIONS_MAX)
		return fail_usage(verb,
				  "%s: is no number of connections; write 0 to %lu behind --fail-if-cut",
				  limit, CONNECTIONS_MAX);
	return DONE;
}

/**
 * impact_read - read the connections that a change may cut
 * @impact: zero; says so when the connections are unknown
 * @list: filled in; tracked_free() it
 *
 * Return: true when there is something to judge.
 */
bool impact_read(struct impact *impact, struct tracked_list *list)
{
	int error = tracked_read(list);

	impact->asked = true;
	if (error)
		impact->unknown = xformat("connection tracking does not list its connections: %s",
					  strerror(-error));
	return !error && list->count;
}

/**
 * impact_begin - open the transaction that keeps the tried policy
 * @client: the socket
 * @impact: says so when no transaction is free
 *
 * Return: 0, also when none is free; or a negative errno.
 */
int impact_begin(struct client *client, struct impact *impact)
{
	int error = load_begin(client);

	if (!error || client->refusal.error != EBUSY)
		return error;
	impact->unknown = xformat("%s", *client->refusal.message ?
				  client->refusal.message : strerror(EBUSY));
	return 0;
}

/**
 * impact_beyond - go on without a module of another release that cannot judge
 * @client: the socket
 * @impact: says so when the module cannot
 * @error: 0 or a negative errno of judging
 *
 * Return: @error, or 0 when the module does not know the question.
 */
int impact_beyond(const struct client *client, struct impact *impact, int error)
{
	char *unknown = error ? module_unknown(client) : NULL;

	if (!unknown)
		return error;
	free(impact->unknown);
	impact->unknown = unknown;
	return 0;
}

/**
 * impact_limit - compare the connections that would be cut with the limit
 * @words: the options
 * @impact: the connections
 *
 * Return: DONE, REFUSED when there are too many, SYSTEM when they are unknown.
 */
enum outcome impact_limit(const struct impact_words *words,
			  const struct impact *impact)
{
	if (!words->limit || !impact->asked)
		return DONE;
	if (impact->unknown)
		return fail_with(SYSTEM,
				 "--fail-if-cut: nobody knows which connections would be cut: %s; nothing was changed",
				 impact->unknown);
	if (impact->count <= words->most)
		return DONE;
	return fail_with(REFUSED,
			 "%zu of %zu connections would be cut, and --fail-if-cut allows %lu; nothing was changed",
			 impact->count, impact->judged, words->most);
}

static bool is_dropped(const struct verdict *verdict)
{
	return verdict->verdict == NF_EDGE_VERDICT_DROP &&
	       verdict->mode == NF_EDGE_MODE_ENFORCE;
}

/* Refuse a session that passes now, and that the tried policy drops. */
static int ask_sessions(struct client *client,
			const struct impact_words *words, enum outcome *outcome)
{
	struct sessions *sessions = words->sessions;
	struct verdict then, now;
	int error = 0;
	size_t i;

	for (i = 0; i < sessions->count && *outcome == DONE; i++) {
		const struct query *session = &sessions->items[i];

		error = explain_tried(client, session, &then);
		if (!error && then.verdict == NF_EDGE_VERDICT_DROP)
			error = explain_ask(client, session, &now);
		if (error)
			return error;
		if (then.verdict == NF_EDGE_VERDICT_DROP) {
			if (now.generation != then.generation)
				return -ESTALE;
			if (!is_dropped(&then) || is_dropped(&now))
				continue;
		}
		*outcome = session_check(sessions, i, &then, words->change);
	}
	return 0;
}

/*
 * Find whether a switch would cut an SSH session.  *@outcome is REFUSED then;
 * *@judged and *@generation are those of find().
 */
static int find_session(struct client *client, const struct switching *wanted,
			const struct impact_words *words, uint32_t *generation,
			bool *judged, enum outcome *outcome)
{
	struct sessions *sessions = words->sessions;
	struct impact reach = { 0 };
	struct switched tried;
	int error;

	if (!sessions || !sessions->count)
		return 0;
	error = impact_begin(client, &reach);
	if (!error && !reach.unknown) {
		error = change_try(client, wanted, &tried);
		*generation = tried.generation;
		*judged = !error;
		if (!error)
			error = ask_sessions(client, words, outcome);
	}
	error = impact_beyond(client, &reach, error);
	if (reach.unknown)
		sessions->unknown = "the module cannot try the switch now";
	impact_free(&reach);
	return error;
}

/*
 * Find the connections that a switch would cut.  *@judged tells whether the
 * policy of *@generation was judged.
 */
static int find(struct client *client, const struct switching *wanted,
		struct impact *impact, uint32_t *generation, bool *judged)
{
	struct tracked_list list;
	struct switched tried;
	int error = 0;

	if (impact_read(impact, &list))
		error = impact_begin(client, impact);
	if (!error && list.count && !impact->unknown) {
		error = change_try(client, wanted, &tried);
		if (!error && *judged && *generation != tried.generation)
			error = -ESTALE;
		*generation = tried.generation;
		*judged = !error;
		if (!error)
			error = impact_ask(client, &list, impact);
	}
	tracked_free(&list);
	return impact_beyond(client, impact, error);
}

/**
 * impact_switch - switch, unless too many connections or a session would be cut
 * @client: the socket
 * @wanted: the switch
 * @words: the options, and the sessions that stay
 * @impact: filled in; impact_free() it. A switch that cannot cut leaves it zero
 * @switched: filled in
 *
 * A policy that changes meanwhile is judged again.
 *
 * Return: what to exit with.
 */
enum outcome impact_switch(struct client *client,
			   const struct switching *wanted,
			   const struct impact_words *words,
			   struct impact *impact, struct switched *switched)
{
	int attempts = 0, error = 0;
	enum outcome outcome;

	do {
		uint32_t generation = 0;
		bool judged = false;

		impact_free(impact);
		outcome = DONE;
		error = 0;
		if (wanted->may_cut)
			error = find_session(client, wanted, words, &generation,
					     &judged, &outcome);
		if (outcome != DONE)
			return outcome;
		if (!error && wanted->may_cut)
			error = find(client, wanted, impact, &generation,
				     &judged);
		if (!error) {
			outcome = impact_limit(words, impact);
			if (outcome != DONE)
				return outcome;
			error = change_switch(client, wanted, judged ?
					      &generation : NULL, switched);
		}
	} while (error == -ESTALE && ++attempts < VIEW_ATTEMPTS);
	if (error == -ESTALE)
		return fail_with(REFUSED,
				 "the policy changed meanwhile; nothing was changed, try again");
	return error ? module_fail_change(client, error, "cannot switch") :
		       DONE;
}
