/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answer of test: expectations, and what differs from them.
 */
#ifndef PRINT_TEST_H
#define PRINT_TEST_H

#include <jansson.h>

#include "config/findings.h"
#include "netlink/view.h"
#include "policy/expect.h"

/**
 * struct test_report - expectations that were asked about
 * @file: name of the file of expectations
 * @config: name of the configuration, NULL for the policy in force
 * @items: the expectations, with their answers
 * @count: number of expectations; 0 if there are errors
 * @view: the policy that was asked, with its rows
 * @all: print each answer, not only those that differ
 * @errors: errors of one of the files, or NULL
 */
struct test_report {
	const char *file;
	const char *config;
	const struct expectation *items;
	size_t count;
	const struct view *view;
	bool all;
	const struct findings *errors;
};

size_t test_differing(const struct test_report *report);
void test_print(const struct test_report *report);
json_t *test_json(const struct test_report *report);

#endif /* PRINT_TEST_H */
