/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answer of explain, as text and as JSON.
 */
#ifndef PRINT_EXPLAIN_H
#define PRINT_EXPLAIN_H

#include <jansson.h>

#include "netlink/view.h"
#include "policy/query.h"
#include "system/arrival.h"

json_t *explain_json(const struct verdict *verdict,
		     const struct arrival *arrival);
void explain_print(const struct query *query,
		   const struct verdict *verdict,
		   const struct view *view,
		   const struct arrival *arrival);

#endif /* PRINT_EXPLAIN_H */
