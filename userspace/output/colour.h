/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colours of a terminal.
 */
#ifndef OUTPUT_COLOUR_H
#define OUTPUT_COLOUR_H

#include "base/macros.h"

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define BOLD	"\033[1m"
#define PLAIN	"\033[0m"

const char *colour_code(const char *sequence);
void colour_warn(const char *format, ...)
	__printf(1, 2);

#endif /* OUTPUT_COLOUR_H */
