/* SPDX-License-Identifier: GPL-2.0-only */
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define clamp_t(type, n, low, high)	\
	((type)(n) < (low) ? (type)(low) : (type)(n) > (high) ? (type)(high) : (type)(n))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
