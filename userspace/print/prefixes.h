/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses as lists of prefixes.
 */
#ifndef PRINT_PREFIXES_H
#define PRINT_PREFIXES_H

#include <jansson.h>

#include "policy/spans.h"

size_t prefixes_count(const struct spans *spans, unsigned int family);
json_t *prefixes_json(const struct spans *spans, unsigned int family,
		      size_t most);
char *prefixes_list(json_t *words, size_t all);
char *prefixes_text(const struct spans *spans, unsigned int family,
		    size_t most);

#endif /* PRINT_PREFIXES_H */
