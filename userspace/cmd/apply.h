/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The common part of check and load: a configuration, compared with the
 * policy in force.
 */
#ifndef CMD_APPLY_H
#define CMD_APPLY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/outcome.h"
#include "cmd/impact.h"
#include "config/config.h"
#include "netlink/load.h"
#include "netlink/view.h"
#include "policy/changes.h"

/* The configuration of a host, where no other is named. */
#define DEFAULT_CONFIG	SYSCONFDIR "/nf_edge/edge.conf"

/**
 * struct apply - a configuration on its way to the module
 * @config: the configuration
 * @client: the module
 * @before: the policy in force
 * @changes: the changes of a load
 * @tried: the answer of the module
 * @waiting: the load, while it waits for its confirmation
 * @place: file that the configuration is a copy of, NULL for none
 * @absent: why the module was not asked, or NULL
 * @json: print JSON
 * @if_none: load it only where no policy is in force
 * @strict: refuse it for a warning too
 * @verbose: print each warning
 * @words: options about connections that it would cut
 * @impact: these connections
 */
struct apply {
	struct config config;
	struct client client;
	struct view before;
	struct changes changes;
	struct load_reply tried;
	struct waiting waiting;
	const char *place;
	const char *absent;
	bool json;
	bool if_none;
	bool strict;
	bool verbose;
	struct impact_words words;
	struct impact impact;
};

enum outcome apply_read(struct apply *apply, const char *file);
enum outcome apply_try(struct apply *apply, bool need_module,
		       const struct query *query);
enum outcome apply_impact(struct apply *apply);
enum outcome apply_fail(struct apply *apply, int error,
			const struct load_reply *reply);
bool apply_is_other_profile(const struct apply *apply);
void apply_print_changes(const struct apply *apply);
json_t *apply_json(const struct apply *apply);
bool apply_is_bad(const struct apply *apply);
enum outcome apply_refuse(struct apply *apply);
void apply_free(struct apply *apply);

#endif /* CMD_APPLY_H */
