/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answer of explain, as text and as JSON.
 */
#ifndef PRINT_EXPLAIN_H
#define PRINT_EXPLAIN_H

#include <jansson.h>

#include "netlink/view.h"
#include "policy/answers.h"
#include "system/arrival.h"

json_t *explain_verdict_json(const struct verdict *verdict);
json_t *explain_packet_json(const struct query *query);
json_t *explain_json(const struct answers *answers,
		     const struct arrival *arrival);
char *explain_remedy(const struct query *query, int reason,
		     const struct row_ids *near, const struct view *view);
void explain_print_grounds(const struct query *query,
			   const struct verdict *verdict,
			   const struct view *view);
void explain_print(const struct answers *answers, const struct view *view,
		   const struct arrival *arrival);

#endif /* PRINT_EXPLAIN_H */
