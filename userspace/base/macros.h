/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Macros for each part of edgectl.
 */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#include <stdio.h>

#define __printf(string, first)			\
	__attribute__				\
	((format(printf, string, first)))
#define __noreturn				\
	__attribute__				\
	((noreturn))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif /* BASE_MACROS_H */
