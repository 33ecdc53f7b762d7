/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of expectations.
 */
#ifndef CMD_EXPECT_H
#define CMD_EXPECT_H

#include "config/findings.h"
#include "config/text.h"
#include "policy/expect.h"
#include "policy/policy.h"

/**
 * struct expectations - a file of expectations
 * @file: name of the file, - for standard input
 * @text: the text, as it was read
 * @items: the expectations, in the order of the lines
 * @count: how many
 * @capacity: how many there is room for
 * @errors: lines that are no expectation
 */
struct expectations {
	const char *file;
	struct text text;
	struct expectation *items;
	size_t count;
	size_t capacity;
	struct findings errors;
};

void expectations_open(struct expectations *expectations, const char *file);
void expectations_read(struct expectations *expectations,
		       const struct policy *policy,
		       const struct row_table *table);
void expectations_free(struct expectations *expectations);

#endif /* CMD_EXPECT_H */
