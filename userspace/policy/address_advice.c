// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice about a text that is no address and no prefix: the kind of the text,
 * and the right form.  One function a kind; the first that knows the text
 * speaks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/join.h"
#include "base/memory.h"
#include "policy/address.h"

#define DIGITS		"0123456789"
#define HEX		DIGITS "abcdefABCDEF"
#define LETTERS		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Prefixes of a range that are written out. */
#define RANGE_SHOWN	4U

/**
 * struct unknown - a text that cannot be read as an address
 * @text: the text, with usual characters only
 * @wanted: the kind of address that is expected
 */
struct unknown {
	const char *text;
	enum wanted wanted;
};

static char *cut(const char *text, size_t length)
{
	return xformat("%.*s", (int)length, text);
}

static bool parse_part(const char *text, size_t length, struct ip *ip)
{
	char *part = cut(text, length);
	bool good = ip_parse(part, ip);

	free(part);
	return good;
}

static bool is_made_of(const char *text, size_t length, const char *letters)
{
	return length && strspn(text, letters) >= length;
}

/* The prefix that a text is, without host bits: a new string; else NULL. */
static char *as_prefix(const char *text)
{
	char formatted[PREFIX_TEXT];
	unsigned int length;
	struct ip ip;

	if (!prefix_read(text, &ip, &length))
		return NULL;
	ip_mask(&ip, length);
	return xstrdup(prefix_format(&ip, length, formatted));
}

static char *on_comment(const struct unknown *unknown)
{
	static const char *const signs[] = { ";", "//", "/*", "--", "!", "<!--" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signs); i++) {
		size_t length = strlen(signs[i]);
		char *rest;

		if (strncmp(unknown->text, signs[i], length) != 0)
			continue;
		rest = as_prefix(unknown->text + length);
		if (!rest)
			return xformat("%s begins no comment here; write #",
				       signs[i]);
		free(rest);
		return xformat("%s excludes nothing here; take the line out",
			       signs[i]);
	}
	return NULL;
}

static char *on_punctuation(const struct unknown *unknown)
{
	size_t length = strlen(unknown->text), kept = length;
	char *part, *prefix, *advice;

	while (kept && strchr(",;.", unknown->text[kept - 1]))
		kept--;
	if (kept == length)
		return NULL;
	part = cut(unknown->text, kept);
	prefix = as_prefix(part);
	advice = prefix ? xformat("ends with %s; write %s",
				  unknown->text + kept, part) : NULL;
	free(prefix);
	free(part);
	return advice;
}

static char *on_fields(const struct unknown *unknown)
{
	size_t length = strcspn(unknown->text, ",;|\t");
	char *first, *prefix, *advice;

	if (!unknown->text[length])
		return NULL;
	if (unknown->wanted != WANTED_PREFIX)
		return xstrdup("is more than one word; write one address");
	first = cut(unknown->text, length);
	prefix = as_prefix(first);
	advice = xformat("is a line of a CSV; write %s, and # before the rest",
			 prefix ? prefix : "one prefix a line");
	free(prefix);
	free(first);
	return advice;
}

static char *on_url(const struct unknown *unknown)
{
	return strstr(unknown->text, "://") ?
	       xstrdup("is a URL; write the addresses of its host") :
	       NULL;
}

static char *on_zone_index(const struct unknown *unknown)
{
	const char *percent = strchr(unknown->text, '%');
	const char *unfit = NULL;
	char text[INET6_ADDRSTRLEN];
	struct ip ip;

	if (!percent || !parse_part(unknown->text,
				    (size_t)(percent - unknown->text), &ip))
		return NULL;
	if (unknown->wanted != WANTED_ENDPOINT)
		unfit = ip_unfit(&ip, ip_bits(&ip));
	if (unfit)
		return xformat("has a zone index and is %s; take it out",
			       unfit);
	return xformat("has a zone index, which no address has here; write %s",
		       ip_format(&ip, text));
}

static char *without_port(const struct unknown *unknown, const char *address)
{
	return xformat("has a port; write %s, %s", address,
		       unknown->wanted == WANTED_PREFIX ?
		       "for the rows have the ports" :
		       "for the row has the port");
}

static char *on_brackets(const struct unknown *unknown)
{
	const char *close = strchr(unknown->text, ']');
	char *inner, *prefix, *advice = NULL;

	if (*unknown->text != '[' || !close)
		return NULL;
	inner = cut(unknown->text + 1, (size_t)(close - unknown->text) - 1);
	prefix = as_prefix(inner);
	if (prefix && close[1] == ':')
		advice = without_port(unknown, inner);
	else if (prefix)
		advice = xformat("is in brackets; write %s%s", inner,
				 close + 1);
	free(prefix);
	free(inner);
	return advice;
}

static char *on_port(const struct unknown *unknown)
{
	const char *colon = strrchr(unknown->text, ':');
	char *address, *prefix, *advice = NULL;

	if (!colon)
		return NULL;
	address = cut(unknown->text, (size_t)(colon - unknown->text));
	prefix = as_prefix(address);
	if (prefix && !strchr(address, ':'))
		advice = without_port(unknown, address);
	free(prefix);
	free(address);
	return advice;
}

/* The last address of a prefix. */
static struct ip last_of(const struct ip *ip, unsigned int length)
{
	struct ip last = *ip;
	unsigned int bit;

	for (bit = length; bit < ip_bits(ip); bit++)
		last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return last;
}

static int compare(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static void step(struct ip *ip)
{
	unsigned int i;

	for (i = ip_bits(ip) / 8; i > 0; i--) {
		ip->bytes[i - 1]++;
		if (ip->bytes[i - 1])
			return;
	}
}

/* The prefixes that a range is made of: a new string. */
static char *range_prefixes(struct ip first, const struct ip *last)
{
	char *list, *cut, text[PREFIX_TEXT];
	struct join prefixes;
	unsigned int length;
	struct ip end;

	join_begin(&prefixes, ", ");
	for (;;) {
		for (length = 0;; length++) {
			struct ip network = first;

			ip_mask(&network, length);
			end = last_of(&first, length);
			if (ip_equal(&network, &first) &&
			    compare(&end, last) <= 0)
				break;
		}
		if (prefixes.count == RANGE_SHOWN) {
			list = join_end(&prefixes);
			cut = xformat("%s ...", list);
			free(list);
			return cut;
		}
		join_add(&prefixes, "%s", prefix_format(&first, length, text));
		if (!compare(&end, last))
			return join_end(&prefixes);
		first = end;
		step(&first);
	}
}

/* The second end of a range, which may be the last number alone. */
static bool parse_end(const char *first, size_t length, const char *text,
		      struct ip *end)
{
	const char *dot = memrchr(first, '.', length);
	char *whole;
	bool good;

	if (ip_parse(text, end))
		return true;
	if (!dot || !is_made_of(text, strlen(text), DIGITS))
		return false;
	whole = xformat("%.*s.%s", (int)(dot - first), first, text);
	good = ip_parse(whole, end);
	free(whole);
	return good;
}

static char *on_range(const struct unknown *unknown)
{
	const char *dash = strchr(unknown->text, '-'), *behind;
	char *prefixes, *advice;
	struct ip first, last;
	size_t length;

	behind = dash ? dash + 1 : NULL;
	if (!dash) {
		dash = strstr(unknown->text, "..");
		behind = dash ? dash + strspn(dash, ".") : NULL;
	}
	if (!dash)
		return NULL;
	length = (size_t)(dash - unknown->text);
	if (!parse_part(unknown->text, length, &first) ||
	    !parse_end(unknown->text, length, behind, &last) ||
	    first.family != last.family)
		return NULL;
	if (unknown->wanted != WANTED_PREFIX)
		return xstrdup("is a range; write each address by itself");
	if (compare(&first, &last) > 0)
		return xstrdup("is a range that ends before it begins; write prefixes");
	prefixes = range_prefixes(first, &last);
	advice = xformat("is a range; write %s", prefixes);
	free(prefixes);
	return advice;
}

/* The length that a netmask stands for; -1 when its bits have gaps. */
static int mask_length(const struct ip *mask, bool inverted)
{
	unsigned int bits = ip_bits(mask), length = 0, bit;

	for (bit = 0; bit < bits; bit++) {
		bool set = mask->bytes[bit / 8] >> (7 - bit % 8) & 1;

		if (set == inverted)
			continue;
		if (length != bit)
			return -1;
		length++;
	}
	return (int)length;
}

static char *on_netmask(const struct unknown *unknown)
{
	const char *slash = strchr(unknown->text, '/');
	char text[PREFIX_TEXT];
	struct ip ip, mask;
	bool wild = false;
	int length;

	if (!slash ||
	    !parse_part(unknown->text, (size_t)(slash - unknown->text), &ip) ||
	    !ip_parse(slash + 1, &mask) || mask.family != ip.family)
		return NULL;
	length = mask_length(&mask, false);
	if (length < 0) {
		wild = true;
		length = mask_length(&mask, true);
	}
	if (length < 0)
		return xstrdup("has a netmask with gaps; write a prefix length");
	if (unknown->wanted != WANTED_PREFIX && unknown->wanted != WANTED_END)
		return xformat("has a netmask; write %s", ip_format(&ip, text));
	ip_mask(&ip, (unsigned int)length);
	prefix_format(&ip, (unsigned int)length, text);
	return xformat("has a %s, not a prefix length; write %s",
		       wild ? "wildcard mask" : "netmask", text);
}

static char *on_length(const struct unknown *unknown)
{
	const char *slash = strchr(unknown->text, '/');
	struct ip ip;

	if (!slash ||
	    !parse_part(unknown->text, (size_t)(slash - unknown->text), &ip))
		return NULL;
	if (!slash[1])
		return xformat("has no prefix length behind its slash; write 0 to %u",
			       ip_bits(&ip));
	return xformat("has no such prefix length; write 0 to %u",
		       ip_bits(&ip));
}

/* The length of the part before a wild card: 10.0.*.*, 10.0.0.x, 10.0.%. */
static char *on_wild_card(const struct unknown *unknown)
{
	size_t known = strcspn(unknown->text, "*%?xX"), numbers = 0, i;
	char *advice, *address = NULL;

	if (!strcmp(unknown->text, "any") || !strcmp(unknown->text, "all") ||
	    !strcmp(unknown->text, "*"))
		return xstrdup(unknown->wanted == WANTED_PREFIX ?
			"is a word for all addresses; write 0.0.0.0/0 and ::/0" :
			"is a word for all addresses; write one address");
	if (!known || !unknown->text[known] ||
	    strspn(unknown->text + known, "*%?xX.") < strlen(unknown->text + known) ||
	    strspn(unknown->text, DIGITS ".") < known)
		return NULL;
	if (unknown->wanted != WANTED_PREFIX)
		return xstrdup("has a wild card; write each address by itself");
	for (i = 0; i < known; i++)
		numbers += unknown->text[i] == '.';
	if (numbers && numbers < 4 && unknown->text[known - 1] == '.')
		address = xformat("%.*s%s/%zu", (int)known,
				  unknown->text,
				  numbers == 1 ? "0.0.0" :
				  numbers == 2 ? "0.0" : "0",
				  numbers * 8);
	advice = xformat("has a wild card; write %s", address ? address :
			 "a prefix, as 192.0.2.0/24");
	free(address);
	return advice;
}

/* Advice about numbers and dots: a new string, or NULL. */
static char *on_numbers(const struct unknown *unknown)
{
	const char *slash = strchrnul(unknown->text, '/'), *p = unknown->text;
	char *plain, *advice = NULL;
	struct join numbers;
	bool octal = false, large = false, empty = false;
	unsigned int count;
	struct ip ip;

	if (!is_made_of(p, (size_t)(slash - p), DIGITS "."))
		return NULL;
	join_begin(&numbers, ".");
	while (p < slash) {
		size_t length = strspn(p, DIGITS);
		unsigned long number = strtoul(p, NULL, 10);

		octal |= length > 1 && *p == '0';
		large |= number > 255;
		empty |= !length;
		join_add(&numbers, "%lu", number);
		p += length + (p[length] == '.');
	}
	count = (unsigned int)numbers.count;
	plain = join_end(&numbers);
	if (count == 1 && !empty && slash - unknown->text > 3)
		advice = xstrdup("is a number; write an address with dots");
	else if (large)
		advice = xstrdup("has a number above 255; write four numbers of 0 to 255");
	else if (empty || count > 4)
		advice = xformat("has %s; write four numbers with dots between",
				 empty ? "an empty number" :
						"more than four numbers");
	else if (count < 4 && unknown->wanted != WANTED_PREFIX)
		advice = xformat("has %u of four numbers; write all of them",
				 count);
	else if (count < 4)
		advice = xformat("has %u of four numbers; write %s%s%s",
				 count, plain, count == 1 ? ".0.0.0" :
				 count == 2 ? ".0.0" : ".0",
				 *slash ? slash : count == 1 ? "/8" :
				 count == 2 ? "/16" : "/24");
	else if (octal && ip_parse(plain, &ip))
		advice = xformat("has a 0 before a number, as octal ones have; write %s%s",
				 plain, slash);
	free(plain);
	return advice;
}

static char *on_hardware(const struct unknown *unknown)
{
	const char *p = unknown->text;
	unsigned int i;

	for (i = 0; i < 6; i++, p += 3)
		if (!is_made_of(p, 2, HEX) || strspn(p, HEX) != 2 ||
		    (i < 5 ? !strchr(":-", p[2]) || !p[2] : p[2] != '\0'))
			return NULL;
	return xstrdup("is a hardware address; write the IP address");
}

static char *on_ipv6(const struct unknown *unknown)
{
	size_t length = strcspn(unknown->text, "/");

	if (!strchr(unknown->text, ':') ||
	    !is_made_of(unknown->text, length, HEX ":."))
		return NULL;
	return xstrdup("is no IPv6 address; write eight groups of digits, or :: once");
}

static char *on_name(const struct unknown *unknown)
{
	size_t length = strcspn(unknown->text, ":/");

	if (!is_made_of(unknown->text, length, LETTERS DIGITS ".-_*") ||
	    !strpbrk(unknown->text, LETTERS))
		return NULL;
	if (unknown->wanted == WANTED_ENDPOINT)
		return xformat("is a name, and names are not looked up; %s",
			       "write its address, NODE.SERVICE or peers SET");
	if (unknown->wanted == WANTED_END)
		return xformat("is a name, and names are not looked up; %s",
			       "write its address, or NODE.SERVICE");
	return xstrdup("is a name, and names are not looked up; write its address");
}

static char *on_disguise(const struct unknown *unknown)
{
	char *prefix = as_prefix(unknown->text), *advice;

	if (!prefix)
		return NULL;
	advice = xformat("has quotes, spaces or odd characters in it; write %s",
			 unknown->wanted == WANTED_PREFIX ?
			 prefix : unknown->text);
	free(prefix);
	return advice;
}

static char *(*const kinds[])(const struct unknown *unknown) = {
	on_disguise, on_comment, on_punctuation, on_fields, on_url,
	on_zone_index, on_brackets, on_port, on_range, on_netmask, on_length,
	on_wild_card, on_numbers, on_hardware, on_ipv6, on_name,
};

/**
 * address_advice - name the kind of a text that is no address
 * @text: the text, from a person
 * @wanted: the kind of address that is expected
 *
 * Return: a new sentence with the right form.
 */
char *address_advice(const char *text, enum wanted wanted)
{
	static const char *const usual[] = {
		[WANTED_PREFIX] = "is not a prefix; write 192.0.2.0/24 or 2001:db8::/32",
		[WANTED_ADDRESS] = "is not an address; write 192.0.2.10 or 2001:db8::10",
		[WANTED_ENDPOINT] = "is no address; write 192.0.2.7:443 or [2001:db8::7]:443",
		[WANTED_END] = "is no address; write 192.0.2.10, 192.0.2.0/24 or NODE.SERVICE",
	};
	char *plain = foreign_plain(text), *advice = NULL;
	struct unknown unknown = { .text = plain, .wanted = wanted };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds) && *plain && !advice; i++)
		advice = kinds[i](&unknown);
	free(plain);
	return advice ? advice : xstrdup(usual[wanted]);
}

/**
 * address_line_advice - name the kind of a line that is no prefix
 * @line: the line, of more than one word
 *
 * Return: a new sentence with the right form.
 */
char *address_line_advice(const char *line)
{
	char *plain = foreign_plain(line), *copy = xstrdup(line);
	char *rest = copy, *first, *second, *joined;
	struct unknown unknown = { .text = plain, .wanted = WANTED_PREFIX };
	char *advice = on_comment(&unknown);

	if (!advice)
		advice = on_range(&unknown);
	first = strsep(&rest, LIST_BLANKS);
	second = rest + strspn(rest, LIST_BLANKS);
	unknown.text = second;
	if (!advice)
		advice = on_comment(&unknown);
	second[strcspn(second, LIST_BLANKS)] = '\0';
	joined = xformat("%s/%s", first, second);
	unknown.text = joined;
	if (!advice && (!strncmp(second, "255.", 4) ||
			!strncmp(second, "0.", 2)))
		advice = on_netmask(&unknown);
	free(joined);
	free(copy);
	free(plain);
	if (!advice)
		advice = xstrdup("does not stand alone; write one prefix a line");
	return advice;
}
