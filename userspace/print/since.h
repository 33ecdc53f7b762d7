/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between counters and a file of counters that were saved.
 */
#ifndef PRINT_SINCE_H
#define PRINT_SINCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "netlink/difference.h"
#include "netlink/report.h"

/**
 * struct since - the reading that differences begin with
 * @file: name of its file, or NULL without one
 * @saved: the file
 * @time: time of the reading, in seconds since 1970
 * @generation: generation of the policy then
 * @anew: names of counters that began at zero after the reading
 * @missing: names of counters that the file does not have
 * @gone: names of counters that only the file has
 * @restart: counters that a load has put back
 */
struct since {
	const char *file;
	json_t *saved;
	uint64_t time;
	uint32_t generation;
	json_t *anew;
	json_t *missing;
	json_t *gone;
	enum restart restart;
};

enum outcome since_read(struct since *since, const char *file);
void since_subtract(struct since *since, struct report *report);
void since_print(const struct since *since, const struct report *report);
json_t *since_json(const struct since *since);
void since_free(struct since *since);

#endif /* PRINT_SINCE_H */
