/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers of all harnesses: read the input to its end, and report a failure. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Octets that are left to be read. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* Past its end an input is zeros: every input is one that can be read. */
static inline uint8_t read_u8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint16_t read_u16(struct input *in)
{
	uint16_t low = read_u8(in);

	return (uint16_t)(low | read_u8(in) << 8);
}

/* A number below @n. */
static inline unsigned int pick(struct input *in, unsigned int n)
{
	return read_u8(in) % n;
}

/* Ends the run, as a crash does, with a line that says what is wrong. */
#define WRONG(...)						\
	do {							\
		fprintf(stderr, "WRONG: " __VA_ARGS__);		\
		fputc('\n', stderr);				\
		abort();					\
	} while (0)

#define EXPECT(condition)					\
	do {							\
		if (!(condition))				\
			WRONG("%s:%d: not so: %s", __FILE__,	\
			      __LINE__, #condition);		\
	} while (0)

#endif
