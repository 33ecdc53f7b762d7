/* SPDX-License-Identifier: GPL-2.0-only */
/* A site that a module enforces, and checks of the output of verbs. */
#ifndef VERBS_SITE_H
#define VERBS_SITE_H

#include <jansson.h>

#include "module.h"

#define ALL_ZONES	0x1fU
#define ALL_FEATURES	0x3ffU

/* The policy in force, in module.view. */
extern struct policy *policy;

int begin_site(void **state);
int end_site(void **state);

#define SITE_TEST(name)							\
	cmocka_unit_test_setup_teardown(name, begin_site, end_site)

struct ip ip(const char *text);
void give(struct node *node, uint8_t service, const char *text);
/* A prefix of a set; NULL binds the set alone. */
void add(unsigned int which, const char *text);
/* Marks rows live or dead as the module would. */
void set_rows(void);
/* A set of the site's own, with a prefix; NULL leaves the set unbound. */
void add_own_set(unsigned int which, const char *name, const char *text);
/* A row of the site's own without ports, until the next one; no set means any. */
struct site_row *add_own_row(const char *name, uint8_t service,
			     uint8_t direction, uint32_t sets);
void add_ports(struct site_row *own, uint8_t protocol, uint16_t low,
	       uint16_t high);
/* Names of rows, separated by blanks. */
struct row_ids ids(const char *names);
/* The kernel has a flowtable, "inet fast NAME (wan0, dmz0)". */
void add_flowtable(const char *name);

/* The output of the last verb: an object to be given back. */
json_t *json(void);
/* Of a list of objects the one whose key has a value. */
json_t *item(json_t *object, const char *list, const char *key,
	     const char *value);
void expect_int(json_t *object, const char *key, json_int_t wanted);
/* NULL wants null. */
void expect_text(json_t *object, const char *key, const char *wanted);
void expect_bool(json_t *object, const char *key, bool wanted);
/* A list of words, separated by blanks. */
void expect_words(json_t *object, const char *key, const char *wanted);

void says(const char *text);
void is_silent_of(const char *text);
size_t times_said(const char *text);
void complains(const char *text);

#define RUN(verb, ...)	run_verb(cmd_##verb, __VA_ARGS__, NULL)
#define GOOD(verb, ...)							\
	do {								\
		if (RUN(verb, __VA_ARGS__) != DONE)			\
			fail_msg("%s", complained);			\
	} while (0)

#endif
