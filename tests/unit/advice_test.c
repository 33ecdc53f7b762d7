// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusals of text that is no address: a refusal names the text and a remedy, and
 * the remedy works.
 */
#include "reading.h"

/* A refused text, and its sentence. */
struct refusal {
	const char *text;
	const char *sentence;
};

static const struct refusal prefixes[] = {
	{ "203.0.113.4-203.0.113.9", "is a range; write 203.0.113.4/30, 203.0.113.8/31" },
	{ "203.0.113.4-9", "is a range; write 203.0.113.4/30, 203.0.113.8/31" },
	{ "203.0.113.4..203.0.113.4", "is a range; write 203.0.113.4" },
	{ "203.0.113.4\u2013203.0.113.5", "is a range; write 203.0.113.4/31" },
	{ "0.0.0.0-255.255.255.255", "is a range; write 0.0.0.0/0" },
	{ "10.0.0.1-10.0.0.254", "write 10.0.0.1, 10.0.0.2/31, 10.0.0.4/30, 10.0.0.8/29 ..." },
	{ "2001:db8::-2001:db8::ff", "is a range; write 2001:db8::/120" },
	{ "203.0.113.9-203.0.113.4", "ends before it begins" },
	{ "203.0.113.0/255.255.255.0", "has a netmask, not a prefix length; write 203.0.113.0/24" },
	{ "203.0.113.7/255.255.255.0", "write 203.0.113.0/24" },
	{ "203.0.113.0/0.0.0.255", "has a wildcard mask, not a prefix length; write 203.0.113.0/24" },
	{ "203.0.113.0/255.0.255.0", "has a netmask with gaps" },
	{ "2001:db8::/ffff:ffff::", "has a netmask, not a prefix length; write 2001:db8::/32" },
	{ "1.2.3.4:443", "has a port; write 1.2.3.4" },
	{ "10.0.0.0/8:443", "has a port; write 10.0.0.0/8" },
	{ "[2001:db8::1]:443", "has a port; write 2001:db8::1" },
	{ "[2001:db8::]/32", "is in brackets; write 2001:db8::/32" },
	{ "[::1]:443", "has a port; write ::1" },
	{ "edge.example.com", "is a name, and names are not looked up" },
	{ "edge.example.com:443", "is a name" },
	{ "https://edge.example.com/x", "is a URL" },
	{ "any", "write 0.0.0.0/0 and ::/0" },
	{ "10.0.0.x", "has a wild card; write 10.0.0.0/24" },
	{ "10.0.%", "has a wild card; write 10.0.0.0/16" },
	{ "10/8", "has 1 of four numbers; write 10.0.0.0/8" },
	{ "192.168", "has 2 of four numbers; write 192.168.0.0/16" },
	{ "192.168.10", "has 3 of four numbers; write 192.168.10.0/24" },
	{ "1.2.3.4.5", "more than four numbers" },
	{ "1..2.3", "an empty number" },
	{ "1.2.3.256", "has a number above 255" },
	{ "010.0.0.1", "as octal ones have; write 10.0.0.1" },
	{ "019.0.98.255", "as octal ones have; write 19.0.98.255" },
	{ "1.2.3.0256", "has a number above 255" },
	{ "010.0.0.0/8", "as octal ones have; write 10.0.0.0/8" },
	{ "167772161", "is a number" },
	{ "10.0.0.0/", "has no prefix length behind its slash; write 0 to 32" },
	{ "10.0.0.0/33", "has no such prefix length; write 0 to 32" },
	{ "2001:db8::/129", "has no such prefix length; write 0 to 128" },
	{ "10.0.0.0/-1", "has no such prefix length" },
	{ "10.0.0.1/8", "has host bits set; write 10.0.0.0/8" },
	{ "fe80::1%eth0", "has a zone index and is link-local; take it out" },
	{ "2001:db8::1%eth0", "has a zone index, which no address has here; write 2001:db8::1" },
	{ "00:11:22:33:44:55", "is a hardware address" },
	{ "00-11-22-33-44-55", "is a hardware address" },
	{ "2001:db8::1::2", "is no IPv6 address" },
	{ "\u201c10.0.0.0/8\u201d", "write 10.0.0.0/8; U+201C in it is a typographic quote" },
	{ "10.0.0.0/8\u200b", "write 10.0.0.0/8; U+200B in it is a zero-width space" },
	{ "@partners", "is not a prefix; write 192.0.2.0/24 or 2001:db8::/32" },
};

static const struct refusal lines[] = {
	{ "; partners", "; begins no comment here; write #" },
	{ ";partners", "; begins no comment here; write #" },
	{ "// partners", "// begins no comment here; write #" },
	{ "-- partners", "-- begins no comment here; write #" },
	{ "/* partners */", "/* begins no comment here; write #" },
	{ "!10.0.0.0/8", "excludes nothing" },
	{ "10.0.0.0/8 ; partners", "; begins no comment here; write #" },
	{ "10.0.0.0/8 // partners", "// begins no comment here; write #" },
	{ "10.0.0.0/8, 10.1.0.0/16", "does not stand alone" },
	{ "10.0.0.0/8,Partner,DE", "is a line of a CSV; write 10.0.0.0/8, and #" },
	{ "10.0.0.0/8;Partner", "line of a CSV" },
	{ "name,prefix", "is a line of a CSV; write one prefix a line" },
	{ "10.0.0.0/8,", "ends with ,; write 10.0.0.0/8" },
	{ "\"10.0.0.0/8\"", "has quotes, spaces or odd characters in it; write 10.0.0.0/8" },
	{ "203.0.113.4 - 203.0.113.9", "is a range; write 203.0.113.4/30, 203.0.113.8/31" },
	{ "203.0.113.0 255.255.255.0", "has a netmask, not a prefix length; write 203.0.113.0/24" },
	{ "203.0.113.0 0.0.0.255", "has a wildcard mask" },
	{ "10.0.0.1 10.0.0.2", "does not stand alone; write one prefix a line" },
	{ "10.0.0.1\f10.0.0.2", "does not stand alone; write one prefix a line" },
	{ "10.0.0.0\v255.0.0.0", "10.0.0.0/8" },
};

static const struct refusal addresses[] = {
	{ "192.0.2.10/24", "has a prefix length; write 192.0.2.10" },
	{ "192.0.2.10/32", "has a prefix length; write 192.0.2.10" },
	{ "192.0.2.0/24", "is a prefix; bind each address" },
	{ "192.0.2.10:443", "has a port; write 192.0.2.10" },
	{ "[2001:db8::10]:443", "has a port; write 2001:db8::10" },
	{ "192.0.2.10-192.0.2.12", "is a range; write each address by itself" },
	{ "192.0.2.10/255.255.255.0", "has a netmask; write 192.0.2.10" },
	{ "192.0.2.*", "has a wild card; write 192.0.2.0/24" },
	{ "edge1.example.com", "is a name" },
	{ "fe80::1%eth0", "has a zone index and is link-local" },
	{ "192.0.02.10", "write 192.0.2.10" },
	{ "192.0.2", "has 3 of four numbers; write all of them" },
};

static void the_only_error_is(const struct refusal *refusal)
{
	if (config.errors.total == 1 &&
	    strstr(config.errors.items[0].message, refusal->sentence))
		return;
	findings_print(&config.errors);
	fail_msg("%s: not one error: ...%s...", refusal->text,
		 refusal->sentence);
}

static void prefixes_of_a_configuration(void **state)
{
	char text[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		snprintf(text, sizeof(text),
			 TOP NODE "peers cms { prefixes = { '%s' } }\n",
			 prefixes[i].text);
		read_text(text);
		the_only_error_is(&prefixes[i]);
	}
}

static void list_is_refused(const struct refusal *refusal)
{
	char text[512];

	snprintf(text, sizeof(text), "192.0.2.1\n %s \n192.0.2.2\n",
		 refusal->text);
	write_bytes("partners.list", text, strlen(text));
	read_text(TOP NODE "peers cms { file = partners.list }\n");
	the_only_error_is(refusal);
	assert_int_equal(config.errors.items[0].line, 2);
}

static void prefixes_and_lines_of_a_list(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		list_is_refused(&prefixes[i]);
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		list_is_refused(&lines[i]);
}

static void addresses_of_a_node(void **state)
{
	char text[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		snprintf(text, sizeof(text),
			 TOP "node e { access = { 192.0.2.1, %s } }\n",
			 addresses[i].text);
		read_text(text);
		the_only_error_is(&addresses[i]);
		assert_int_equal(config.errors.items[0].line, 4);
	}
}

/* What a sentence tells to write is read. */
static void remedies_are_taken(void **state)
{
	char text[512], *message;
	const char *remedy;
	size_t i, taken = 0;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		message = address_advice(prefixes[i].text, WANTED_PREFIX);
		remedy = strstr(message, "; write ");
		remedy = remedy ? remedy + strlen("; write ") : "none";
		/* A remedy of prefixes alone, and whole. */
		if (!remedy[strspn(remedy, "0123456789abcdef.:/, ")] &&
		    strpbrk(remedy, ".:") && !strstr(remedy, "...")) {
			snprintf(text, sizeof(text), TOP NODE
				 "peers cms { prefixes = { %s } }\n", remedy);
			read_text(text);
			if (config.errors.total != 1 ||
			    !strstr(config.errors.items[0].message, "loopback"))
				errors(0);
			taken++;
		}
		free(message);
	}
	assert_true(taken > 20);
}

static void comment_signs_of_a_configuration(void **state)
{
	one_error("; a site\n" TOP NODE, 1, ";", "begins no comment here; write #");
	one_error(";a site\n" TOP NODE, 1, ";a", "begins no comment here; write #");
	one_error(TOP NODE "ping = { internal } ; a side\n", 5, ";",
		  "begins no comment here; write #");
	one_error(TOP NODE "ping = { internal };\n", 5, ";",
		  "ends nothing here; take it out");
	one_error(TOP NODE "ping = { internal ; a side\n, external }\n", 5, ";",
		  "begins no comment here; write #");
	one_error(TOP NODE "ping = { internal ; a side }\n", 5, ";",
		  "begins no comment here; write #");
	read_text("# a site\n// of\n/* ours; */" TOP NODE);
	errors(0);
	/* A quoted one is a word, and the errors behind one are found. */
	read_text("; a site\n" TOP NODE "ping = { \";\" }\nnode \"\" { }\n");
	error(1, ";", "begins no comment here");
	error(6, ";", "unknown side");
	error(7, "\"\"", "no node can be called so");
	errors(3);
}

static void wild_cards_of_a_configuration(void **state)
{
#define BODY " { sides = { external } }\n"
	one_error(TOP NODE "interface ppp+" BODY, 5, "ppp+", "has a wild card");
	one_error(TOP NODE "interface eth*" BODY, 5, "eth*", "has a wild card");
	one_error(TOP NODE "interface *" BODY, 5, "*", "has a wild card");
	one_error(TOP NODE "interface wan0, wan1" BODY, 5, "wan0, wan1",
		  "is more than one name; write a section for each interface");
	one_error(TOP NODE "interface wan0 wan1" BODY, 5, "wan0 wan1",
		  "is more than one name");
	one_error(TOP NODE "peers cms { prefixes = { 10.0.*.*, 192.0.2.1 } }\n",
		  5, "10.0.*.*", "has a wild card; write 10.0.0.0/16");
	/* A quoted name is that of a device, which may have any. */
	read_text(TOP NODE "interface 'ppp+'" BODY "interface \"eth*\"" BODY);
	errors(0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_of_a_configuration),
		cmocka_unit_test(prefixes_and_lines_of_a_list),
		cmocka_unit_test(addresses_of_a_node),
		cmocka_unit_test(remedies_are_taken),
		cmocka_unit_test(comment_signs_of_a_configuration),
		cmocka_unit_test(wild_cards_of_a_configuration),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
