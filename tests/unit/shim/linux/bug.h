/* SPDX-License-Identifier: GPL-2.0-only */
#include <assert.h>

#define BUG_ON(condition)	assert(!(condition))
