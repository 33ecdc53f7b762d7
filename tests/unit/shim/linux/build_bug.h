/* SPDX-License-Identifier: GPL-2.0-only */
#include <assert.h>
#undef static_assert
#define static_assert(expr)	_Static_assert(expr, #expr)
