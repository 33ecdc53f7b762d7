/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#define sort(base, n, size, cmp, swap)	qsort(base, n, size, cmp)
