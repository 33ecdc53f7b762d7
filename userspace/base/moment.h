/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moments for people.
 */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum moment_style - how a moment is printed
 * @MOMENT_LOCAL: local time with its distance from UTC
 * @MOMENT_UTC: UTC
 * @MOMENT_AGE: how long ago
 */
enum moment_style {
	MOMENT_LOCAL,
	MOMENT_UTC,
	MOMENT_AGE,
};

char *moment_span(uint64_t age);
bool moment_read_span(const char *text, uint32_t most, uint32_t *seconds);
char *moment_text(uint64_t seconds, uint64_t now, enum moment_style style);

#endif /* BASE_MOMENT_H */
