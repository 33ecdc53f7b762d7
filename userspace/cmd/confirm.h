/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The option --confirm, and the configuration that a confirmation puts in place.
 */
#ifndef CMD_CONFIRM_H
#define CMD_CONFIRM_H

#include <stdint.h>

#include "base/outcome.h"
#include "config/config.h"
#include "netlink/view.h"

/* Lines of help of a verb that takes --confirm. */
#define CONFIRM_HELP							\
	"  --confirm TIME\n"						\
	"              take the change back after TIME (60s, 10m, 1h; at most 24h),\n" \
	"              unless edgectl confirm comes before\n"

enum outcome confirm_read(const char *verb, const char *text,
			  uint32_t *seconds);
enum outcome confirm_lock(struct client *client, int *lock);
void confirm_unlock(int lock);
enum outcome confirm_prepare(const struct config *config);
void confirm_switched(void);
enum outcome confirm_settle(bool confirms, uint32_t generation, bool json);
void confirm_warn(const struct view *before);

#endif /* CMD_CONFIRM_H */
