/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module as verbs meet it: found or absent, and its refusals in words.
 */
#ifndef CMD_MODULE_H
#define CMD_MODULE_H

#include <stdbool.h>

#include "base/outcome.h"
#include "netlink/view.h"

bool module_is_other(const struct client *client);
enum outcome module_find(struct client *client, const char **absent);
enum outcome module_connect(struct client *client, const char **absent);
enum outcome module_matches(const struct client *client);
char *module_unknown(const struct client *client);
char *module_open(struct client *client);
char *module_refusal(const struct client *client, int error, const char *what,
		     enum outcome *outcome);
enum outcome module_fail(const struct client *client, int error,
			 const char *what);
enum outcome module_fail_change(struct client *client, int error,
				const char *what);
enum outcome module_refuse_second(const struct waiting *waiting);
enum outcome module_unloaded(void);

#endif /* CMD_MODULE_H */
