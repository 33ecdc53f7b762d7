/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report: one HTML page, which needs no other file and no network.
 */
#ifndef PRINT_PAGE_H
#define PRINT_PAGE_H

#include <stdio.h>

#include "advice/advice.h"
#include "base/moment.h"
#include "output/html.h"
#include "policy/hash.h"
#include "print/since.h"
#include "system/flowtables.h"
#include "system/ways.h"
#include "trace/history.h"

/**
 * struct page - facts that the page shows
 * @host: name of the host
 * @time: time of the reading, in seconds since 1970
 * @booted: start of the host, in seconds since 1970
 * @moments: how to print times
 * @version: version of the module
 * @report: the policy in force and its counters
 * @since: the reading that the counters are differences to, or NULL
 * @hashes: hashes of the policy as it was loaded
 * @in_force: hash of the policy with its switches
 * @entry: the entry of the history that was loaded, or NULL
 * @no_history: why the history cannot be read, or NULL
 * @advice: advice about the policy
 * @no_usage: why no advice can be given, or NULL
 * @offload: flowtables, and connections that they took
 * @ways: ways round the policy
 */
struct page {
	const char *host;
	uint64_t time;
	uint64_t booted;
	enum moment_style moments;
	char version[32];
	struct report report;
	const struct since *since;
	struct policy_hashes hashes;
	char *in_force;
	const struct entry *entry;
	char *no_history;
	struct advice_list advice;
	char *no_usage;
	struct offload offload;
	struct ways ways;
};

void page_print(const struct page *page, FILE *stream);

/* For the files page_*.c. */

extern const char page_style[];

/**
 * struct page_column - a column of a table
 * @name: the heading
 * @number: aligned to the right
 */
struct page_column {
	const char *name;
	bool number;
};

/* Headings of the cells that page_counts() writes. */
#define PAGE_COUNTS_COLUMNS						\
	{ "Connections", true }, { "Packets to Edge", true },		\
	{ "Packets from Edge", true }, { "Bytes to Edge", true },	\
	{ "Bytes from Edge", true }, { "Denied", true },		\
	{ "Last hit", false }, { "Age", true }

void page_table(struct html *html, const char *caption,
		const struct page_column *columns, size_t count);
void page_table_end(struct html *html);
void page_number(struct html *html, uint64_t value);
void page_moment(struct html *html, const struct page *page, uint64_t moment);
void page_counts(struct html *html, const struct page *page,
		 const struct counts *counts);
bool page_is_zero(const struct counts *counts);
char *page_grouped(uint64_t value);
char *page_bytes(uint64_t bytes);

/* The sections. */
void page_summary(struct html *html, const struct page *page);
void page_findings(struct html *html, const struct page *page);
void page_advice(struct html *html, const struct page *page);
void page_site(struct html *html, const struct page *page);
void page_rows(struct html *html, const struct page *page);
void page_refused(struct html *html, const struct page *page);
void page_near(struct html *html, const struct page *page);
void page_nodes(struct html *html, const struct page *page);
void page_config(struct html *html, const struct page *page);

#endif /* PRINT_PAGE_H */
