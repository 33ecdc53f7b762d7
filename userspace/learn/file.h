/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of the peers that were seen.
 */
#ifndef LEARN_FILE_H
#define LEARN_FILE_H

#include "base/outcome.h"
#include "learn/learned.h"

char *learned_text(const struct learned *learned);
enum outcome learned_read(struct learned *learned, const char *file);

#endif /* LEARN_FILE_H */
