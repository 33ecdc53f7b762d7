/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screen: keys, signals and readings, until somebody ends it.
 */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H

#include <stdint.h>

#include "base/outcome.h"
#include "rates/live.h"

/**
 * struct source - where readings come from
 * @take: takes a reading: sets its argument to the reading, or returns a new
 *	string that says why there is none
 * @arg: first argument of @take
 */
struct source {
	char *(*take)(void *arg, struct reading **reading);
	void *arg;
};

enum outcome screen_run(const struct source *source, enum rates_by by,
			uint32_t delay);

#endif /* SCREEN_SCREEN_H */
