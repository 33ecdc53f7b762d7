/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SHA-256, by libmd.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

/* Digits of a hash in hexadecimal, without the zero behind them. */
#define SHA256_DIGITS	64

void sha256_text(const void *data, size_t size, char hex[SHA256_DIGITS + 1]);

#endif /* BASE_SHA256_H */
