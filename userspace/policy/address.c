// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses and prefixes of both families, and which of them a policy may
 * not name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/address.h"
#include "policy/special_ranges.h"

/**
 * ip_parse - read an address of either family
 * @text: text from a person
 * @ip: filled in
 *
 * Return: false when @text is no address.
 */
bool ip_parse(const char *text, struct ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(ip->family, text, ip->bytes) == 1;
}

/**
 * ip_format - write an address
 * @ip: the address
 * @text: room for INET6_ADDRSTRLEN characters
 *
 * Return: @text.
 */
const char *ip_format(const struct ip *ip, char *text)
{
	return inet_ntop(ip->family, ip->bytes, text, INET6_ADDRSTRLEN);
}

/**
 * ip_equal - compare two addresses
 * @a: an address
 * @b: another
 *
 * Return: true when they are.
 */
bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family &&
	       !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/**
 * ip_family - the family of an address as an index
 * @ip: the address
 *
 * Return: IPV4 or IPV6.
 */
unsigned int ip_family(const struct ip *ip)
{
	return ip->family == AF_INET ? IPV4 : IPV6;
}

/**
 * ip_bits - the length of an address of this family
 * @ip: an address
 *
 * Return: 32 or 128.
 */
unsigned int ip_bits(const struct ip *ip)
{
	return ip->family == AF_INET ? 32 : 128;
}

/**
 * ip_mask - clear the host bits
 * @ip: an address
 * @length: how many bits stay
 */
void ip_mask(struct ip *ip, unsigned int length)
{
	unsigned int i;

	for (i = 0; i < sizeof(ip->bytes); i++) {
		if (length >= 8) {
			length -= 8;
			continue;
		}
		ip->bytes[i] &= (uint8_t)(0xff00 >> length);
		length = 0;
	}
}

/**
 * ip_unfit - why a policy cannot name an address
 * @ip: the address, or the first one of a prefix
 * @length: length of the prefix, of an address all its bits
 *
 * A prefix is unfit when all of it lies in one special range: 0.0.0.0/0 is the
 * whole Internet, and fit.
 *
 * Return: the kind of the special range, or NULL when the address is fit.
 */
const char *ip_unfit(const struct ip *ip, unsigned int length)
{
	const struct special_range *range = special_ranges;
	size_t i;

	for (i = 0; i < special_range_count; i++, range++) {
		struct ip network = *ip;

		if (ip->family != range->family || length < range->length)
			continue;
		ip_mask(&network, range->length);
		if (!memcmp(network.bytes, range->bytes, sizeof(range->bytes)))
			return range->word;
	}
	return NULL;
}

static bool parse_length(const char *text, unsigned int bits,
			 unsigned int *length)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 3 || text[digits])
		return false;
	*length = (unsigned int)strtoul(text, NULL, 10);
	return *length <= bits;
}

/**
 * prefix_read - read a prefix, or an address as the longest one
 * @text: text from a person
 * @ip: filled in: address of the prefix, with its host bits
 * @length: filled in
 *
 * Return: false when @text is neither.
 */
bool prefix_read(const char *text, struct ip *ip, unsigned int *length)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchrnul(text, '/');
	size_t len = (size_t)(slash - text);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!ip_parse(address, ip))
		return false;
	*length = ip_bits(ip);
	return !*slash || parse_length(slash + 1, *length, length);
}

/**
 * prefix_parse - read a prefix that a policy can name
 * @text: text from a person
 * @ip: filled in: first address of the prefix
 * @length: filled in
 *
 * Return: NULL, or a new sentence: why a policy cannot name the prefix.
 */
char *prefix_parse(const char *text, struct ip *ip, unsigned int *length)
{
	char right[PREFIX_TEXT];
	const char *unfit;
	struct ip network;

	if (!prefix_read(text, ip, length))
		return address_advice(text, WANTED_PREFIX);

	network = *ip;
	ip_mask(&network, *length);
	if (!ip_equal(&network, ip))
		return xformat("has host bits set; write %s",
			       prefix_format(&network, *length,
					     right));
	unfit = ip_unfit(ip, *length);
	if (unfit)
		return xformat("is %s, which no peer can be; take it out",
			       unfit);
	return NULL;
}

/**
 * prefix_format - write a prefix
 * @ip: first address of the prefix
 * @length: length of the prefix
 * @text: room for PREFIX_TEXT characters
 *
 * Return: @text.
 */
const char *prefix_format(const struct ip *ip, unsigned int length, char *text)
{
	ip_format(ip, text);
	if (length < ip_bits(ip))
		sprintf(text + strlen(text), "/%u", length);
	return text;
}
