// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters of a whole policy, of one generation.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "netlink/report.h"

/* Counters that were reset are kept when the policy has changed in between: a
 * second request would find zeros.
 */
static int read_each(struct client *client, const struct report_request *request,
		     struct report *report)
{
	const struct policy *policy = &report->view.policy;
	size_t i;
	int error;

	for (i = 0; i < policy->node_count; i++) {
		struct node_counts *counts =
			&report->nodes[report->node_count];

		if (request->node && strcmp(policy->nodes[i].name, request->node))
			continue;
		error = counters_read(client, &report->view.table,
				      policy->nodes[i].name, request->zone,
				      request->reset, counts);
		if (error == -ENOENT && request->reset)
			continue;
		if (error)
			return error == -ENOENT ? -EAGAIN : error;
		if (counts->generation != report->view.generation &&
		    !request->reset)
			return -EAGAIN;
		report->node_count++;
	}
	return 0;
}

/* Return: -EAGAIN when the policy changed in between. */
static int read_nodes(struct client *client, const struct report_request *request,
		      struct report *report)
{
	size_t count = report->view.policy.node_count;
	int error;

	report->nodes = xalloc(count * sizeof(*report->nodes));
	if (request->node || request->reset)
		return read_each(client, request, report);
	error = counters_read_all(client, &report->view, request->zone,
				  report->nodes);
	report->node_count = error ? 0 : count;
	return error;
}

/**
 * report_read - read the counters of the policy in force
 * @client: the socket
 * @request: the counters to be read
 * @report: filled in; report_free() it, also after a failure
 *
 * Return: 0; -ESRCH when no node of @report->view has the requested name;
 * -EAGAIN when the policy changes faster than it can be read; or another
 * negative errno.
 */
int report_read(struct client *client,
		const struct report_request *request,
		struct report *report)
{
	int attempt, error = -EAGAIN;

	*report = (struct report){ 0 };
	for (attempt = 0; attempt < VIEW_ATTEMPTS && error == -EAGAIN;
	     attempt++) {
		report_free(report);
		error = view_read(client, &report->view,
				  VIEW_ROWS | VIEW_NODES | request->parts);
		if (error)
			return error;
		if (request->node &&
		    !node_find(&report->view.policy, request->node))
			return -ESRCH;
		error = read_nodes(client, request, report);
	}
	report->has_drops = !error && !request->node && request->zone < 0;
	return report->has_drops ?
	       counters_read_drops(client, request->reset, report->drops) :
	       error;
}

/**
 * report_free - forget counters
 * @report: the counters
 */
void report_free(struct report *report)
{
	view_free(&report->view);
	free(report->nodes);
	*report = (struct report){ 0 };
}
