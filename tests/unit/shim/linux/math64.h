/* SPDX-License-Identifier: GPL-2.0-only */
#define div_u64(a, b)	((a) / (b))
