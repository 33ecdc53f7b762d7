/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice about the policy in force, each with its evidence.
 */
#ifndef ADVICE_ADVICE_H
#define ADVICE_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/findings.h"
#include "learn/learned.h"
#include "netlink/report.h"
#include "usage/usage.h"

/* Days without a hit that advice asks for, where no other number is given. */
#define ADVICE_DAYS	30

/**
 * enum advice_kind - a kind of advice
 * @ADVICE_REFUSED: a peer that is refused often, as no member of a set
 * @ADVICE_UNUSED: rows that were not hit
 * @ADVICE_ANY: rows that hold for any peer, and the peers that were seen
 * @ADVICE_SET: a peer set that nothing uses, or that nobody is in
 * @ADVICE_WARNING: a warning of check
 */
enum advice_kind {
	ADVICE_REFUSED,
	ADVICE_UNUSED,
	ADVICE_ANY,
	ADVICE_SET,
	ADVICE_WARNING,
};

/**
 * struct advice - one advice
 * @kind: its kind
 * @subject: what it is about, as in "zone pic" or "row external/12"
 * @named: the subject does not name its rows
 * @rows: the rows that it is about, a bit a place in the table
 * @still: live rows that permit ports of these rows too, a bit a place
 * @evidence: what was seen, a sentence
 * @now: the command that carries it out until the next load, or NULL
 * @lasting: the line of edge.conf that carries it out for good, or NULL
 * @breaks: what would not work any more, or NULL
 * @rare: why a hit is rare by nature, or NULL
 * @last_hit: of unused rows the last hit of any, in seconds since 1970, or 0
 * @quiet: of unused rows the seconds that all were watched without a hit
 */
struct advice {
	enum advice_kind kind;
	char *subject;
	bool named;
	uint64_t rows;
	uint64_t still;
	char *evidence;
	char *now;
	char *lasting;
	char *breaks;
	char *rare;
	uint64_t last_hit;
	uint64_t quiet;
};

/**
 * struct advice_facts - what advice is made of
 * @report: the policy in force and its counters
 * @usage: the usage
 * @learned: peers that were seen, or NULL
 * @warnings: warnings of a configuration, or NULL
 * @days: days without a hit
 * @time: now, in seconds since 1970
 */
struct advice_facts {
	const struct report *report;
	const struct usage *usage;
	const struct learned *learned;
	const struct findings *warnings;
	uint32_t days;
	uint64_t time;
};

/**
 * struct advice_list - all advice
 * @items: the advice, the most important first
 * @count: number of items
 * @capacity: number of items that there is room for
 * @young: live rows that nothing is said about: they were not watched for the
 *	days yet, a bit a place in the table
 */
struct advice_list {
	struct advice *items;
	size_t count;
	size_t capacity;
	uint64_t young;
};

extern const char *const advice_words[];

struct advice *advice_add(struct advice_list *list, enum advice_kind kind);
void advice_free(struct advice_list *list);

#endif /* ADVICE_ADVICE_H */
