// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHA-256, by libmd.  No other file has its names, which are no names of the
 * kernel's style.
 */
#include <assert.h>
#include <stdint.h>
#include <sys/types.h>

#include <sha2.h>

#include "base/memory.h"
#include "base/sha256.h"

static_assert(SHA256_DIGEST_STRING_LENGTH - 1 == SHA256_DIGITS,
	      "libmd writes as many digits as callers have room for");

/**
 * sha256_text - hash octets
 * @data: the octets
 * @size: number of octets
 * @hex: filled in: the hash in small hexadecimal digits
 */
void sha256_text(const void *data, size_t size, char hex[SHA256_DIGITS + 1])
{
	if (!SHA256Data(data, size, hex))
		out_of_memory();
}
