/* SPDX-License-Identifier: GPL-2.0-only */
#define prefetch(address)	__builtin_prefetch(address)
