/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A question to the classifier, in the words of a command line.
 */
#ifndef CMD_QUERY_H
#define CMD_QUERY_H

#include <stddef.h>

#include "policy/query.h"

bool query_parse(struct query *query, char **words, size_t count, char **why);

#endif /* CMD_QUERY_H */
