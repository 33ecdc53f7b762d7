/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module as verbs meet it: found or absent, and its refusals in words.
 */
#ifndef CMD_MODULE_H
#define CMD_MODULE_H

#include "base/outcome.h"
#include "netlink/client.h"

enum outcome module_connect(struct client *client, const char **absent);
enum outcome module_matches(const struct client *client);
enum outcome module_fail(const struct client *client, int error,
			 const char *what);
enum outcome module_unloaded(void);

#endif /* CMD_MODULE_H */
