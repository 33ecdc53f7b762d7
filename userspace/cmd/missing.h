/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The status without the module.
 */
#ifndef CMD_MISSING_H
#define CMD_MISSING_H

#include <stdbool.h>

#include "base/outcome.h"
#include "system/stand_in.h"

void missing_read_stand_in(struct stand_in *stand_in);
enum outcome missing_show(const char *absent, bool json);

#endif /* CMD_MISSING_H */
