// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of prefixes, and large inputs: a warning tells when a set collapses or
 * grows, and limits count the prefixes that are kept.
 */
#include "reading.h"

#define LISTED	TOP NODE "peers cms { file = partners.list }\n"

static const struct peer_set *const cms =
	&config.policy.sets[NF_EDGE_PEER_SET_CMS];

static void list(const char *text)
{
	write_bytes("partners.list", text, strlen(text));
}

static void warnings(size_t count)
{
	if (config.warnings.total != count)
		findings_warn(&config.warnings, true);
	assert_int_equal(config.warnings.total, count);
}

static void a_last_line_without_an_end_is_warned_of(void **state)
{
	list("10.0.0.0/8\n172.16.0.0/1");
	read_text(LISTED);
	error(2, "172.16.0.0/1", "host bits");
	find(&config.warnings, 2, "172.16.0.0/1", "may be cut");

	list("10.0.0.0/16\n 10.1.0.0/1 ");
	read_text(LISTED);
	find(&config.warnings, 2, "10.1.0.0/1", "a last line without an end");

	list("10.0.0.0/16\n# not the en");
	read_text(LISTED);
	errors(0);
	find(&config.warnings, 2, "#", "may be cut");

	list("10.0.0.0/16\n10.1.0.0/16\n");
	read_text(LISTED);
	errors(0);
	warnings(0);
	list("10.0.0.0/16\n10.1.0.0/16\r\n\n  ");
	read_text(LISTED);
	errors(0);
	warnings(0);
}

static void a_list_without_a_prefix_is_an_error(void **state)
{
	static const char *const empty[] = {
		"", "\n\n", "# nobody\n", "\ufeff", "  \r\n# a\n",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(empty); i++) {
		list(empty[i]);
		one_error(LISTED, 5, "partners.list",
			  "holds no prefix; write may-be-empty = true");
		/* Prefixes beside the list do not make the list whole. */
		one_error(TOP NODE "peers cms { prefixes = { 10.0.0.0/8 } file = partners.list }\n",
			  5, "partners.list", "holds no prefix");
		one_error(TOP NODE "peers cms { file = partners.list may-be-empty = false }\n",
			  5, "partners.list", "holds no prefix");
		/* The key may stand before the list and behind it. */
		read_text(TOP NODE "peers cms { file = partners.list may-be-empty = true }\n");
		errors(0);
		read_text(TOP NODE "peers cms { may-be-empty = true file = partners.list }\n");
		errors(0);
		assert_true(cms->bound);
	}
	/* An error in a list is the only one. */
	list("10.0.0.1/8\n");
	read_text(LISTED);
	error(1, "10.0.0.1/8", "host bits");
	errors(1);
	one_error(TOP NODE "peers cms { may-be-empty = perhaps }\n", 5,
		  "perhaps", "write may-be-empty = false");
}

static void a_set_that_may_be_empty_is_not_warned_of(void **state)
{
	warning(TOP NODE "peers cms { }\n", 5, "cms", "empty");
	warning(TOP NODE "peers cms { prefixes = { } }\n", 5, "cms", "empty");
	no_warning(TOP NODE "peers cms { may-be-empty = true }\n", "cms",
		   "empty");
}

static void short_prefixes_are_warned_of(void **state)
{
#define CMS(prefix)	TOP NODE "peers cms { prefixes = { " prefix " } }\n"
	warning(CMS("0.0.0.0/0"), 5, "0.0.0.0/0", "every IPv4 address; the rows of its set hold for all of them");
	warning(CMS("128.0.0.0/1"), 5, "128.0.0.0/1", "one in 2 of all IPv4 addresses");
	warning(CMS("10.0.0.0/7"), 5, "10.0.0.0/7", "one in 128 of all IPv4");
	no_warning(CMS("10.0.0.0/8"), "10.0.0.0/8", "takes in");
	warning(CMS("::/0"), 5, "::/0", "every IPv6 address");
	warning(CMS("2000::/3"), 5, "2000::/3", "one in 8 of all IPv6");
	warning(CMS("2000::/15"), 5, "2000::/15", "one in 32768 of all");
	no_warning(CMS("2001::/16"), "2001::/16", "takes in");
	warning(TOP NODE "peers internal-networks { prefixes = { 0.0.0.0/0 } }\n",
		5, "0.0.0.0/0", "as internal: from outside they are spoofed");

	list("10.0.0.0/8\n16.0.0.0/4\n");
	read_text(LISTED);
	errors(0);
	assert_string_equal(find(&config.warnings, 2, "16.0.0.0/4",
				 "one in 16 of all IPv4 addresses")->file +
			    strlen(folder), "/partners.list");
}

/* A million and more lines, of which some are the same. */
static void write_many(const char *name, unsigned int count, bool ipv6)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	unsigned int i;

	for (i = 0; i < count; i++)
		if (ipv6)
			fprintf(stream, "2001:db8:%x:%x::/64\n", i >> 16,
				i & 0xffff);
		else
			fprintf(stream, "%u.%u.%u.0/24\n", 11 + (i >> 16),
				i >> 8 & 255, i & 255);
	fclose(stream);
	write_bytes(name, text, size);
	free(text);
}

static void what_is_given_twice_counts_once(void **state)
{
	write_many("partners.list", 600000, false);
	read_text(TOP NODE "peers cms { file = partners.list }\n"
		  "peers sba { file = partners.list }\n");
	/* Two sets hold their own each. */
	error(400001, "17.26.128.0/24", "one prefix too many");
	errors(1);
	read_text(TOP NODE "peers cms { file = partners.list prefixes = { 11.0.0.0/24, 11.0.1.0/24 } }\n");
	errors(0);
	assert_int_equal(peer_set_count(cms), 600000);
	write_many("partners.list", 3000, true);
	read_text(TOP NODE "peers cms { file = partners.list prefixes = { 2001:db8:0:7::/64, 2001:db8:0:8::/65 } }\n");
	errors(0);
	assert_int_equal(peer_set_count(cms), 3001);
}

/* Six hundred thousand, the same again, and what is left to a million. */
static void the_limit_is_passed_by_one(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *stream;
	unsigned int i, n;

	stream = open_memstream(&text, &size);
	for (i = 0; i < 1600001; i++) {
		n = i < 600000 ? i : i - 600000;
		fprintf(stream, "11.%u.%u.%u\n", n >> 16, n >> 8 & 255, n & 255);
	}
	fclose(stream);
	write_bytes("partners.list", text, size);
	free(text);
	one_error(LISTED, 1600001, "11.15.66.64", "one prefix too many");
}

/* As many sections as a script writes: one error, and at once. */
static void sections_without_an_end_are_refused(void **state)
{
	static const char *const kinds[][2] = {
		{ "interface i%u { sides = { edge } }\n", "one interface too many" },
		{ "node n%u { access = { 192.0.2.1 } }\n", "one node too many" },
		{ "peers p%u { prefixes = { 192.0.2.1 } }\n", "unknown peer set" },
	};
	size_t kind, size, i;
	char *text = NULL;
	FILE *stream;

	for (kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		bool found = false;
		unsigned int n;

		stream = open_memstream(&text, &size);
		fputs(TOP NODE, stream);
		for (n = 0; n < 20000; n++)
			fprintf(stream, kinds[kind][0], n);
		fclose(stream);
		read_text(text);
		free(text);
		for (i = 0; i < config.errors.count; i++)
			found |= strstr(config.errors.items[i].message,
					kinds[kind][1]) != NULL;
		assert_true(found);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_last_line_without_an_end_is_warned_of),
		cmocka_unit_test(a_list_without_a_prefix_is_an_error),
		cmocka_unit_test(a_set_that_may_be_empty_is_not_warned_of),
		cmocka_unit_test(short_prefixes_are_warned_of),
		cmocka_unit_test(what_is_given_twice_counts_once),
		cmocka_unit_test(the_limit_is_passed_by_one),
		cmocka_unit_test(sections_without_an_end_are_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
