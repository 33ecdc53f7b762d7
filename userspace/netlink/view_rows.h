/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of the site's own, and moved ports, as the module tells them.
 */
#ifndef NETLINK_VIEW_ROWS_H
#define NETLINK_VIEW_ROWS_H

#include <stdbool.h>

#include "netlink/client.h"
#include "policy/policy.h"
#include "policy/rows.h"

bool view_read_ports(struct row *row, struct nlmsghdr *reply,
		     struct nlattr **attrs);
void view_read_site_row(struct policy *policy, const struct row *row,
			struct nlmsghdr *reply, struct nlattr **attrs);

#endif /* NETLINK_VIEW_ROWS_H */
