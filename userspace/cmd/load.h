/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A load, of a file or of an entry of the history.
 */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include "cmd/apply.h"

enum outcome load_run(struct apply *apply, const char *file, bool force,
		      uint32_t confirm);

#endif /* CMD_LOAD_H */
