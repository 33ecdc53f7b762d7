// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses as lists of prefixes.
 */
#include "base/join.h"
#include "policy/address.h"
#include "print/prefixes.h"

/**
 * prefixes_count - how many prefixes write addresses
 * @spans: the addresses, in order
 * @family: IPV4 or IPV6
 *
 * Return: the number.
 */
size_t prefixes_count(const struct spans *spans, unsigned int family)
{
	size_t count = 0, i;

	for (i = 0; i < spans->count; i++)
		count += span_prefixes(&spans->items[i], family);
	return count;
}

/**
 * prefixes_json - the prefixes of addresses
 * @spans: the addresses, in order
 * @family: IPV4 or IPV6
 * @most: number of prefixes after which the array ends
 *
 * Return: a new array.
 */
json_t *prefixes_json(const struct spans *spans, unsigned int family,
		      size_t most)
{
	json_t *array = json_array();
	char text[PREFIX_TEXT];
	size_t i;

	for (i = 0; i < spans->count; i++) {
		struct span rest = spans->items[i];

		for (;;) {
			unsigned int length = span_prefix(&rest, family);
			struct ip ip = span_ip(family, rest.low);
			unsigned int bits = ip_bits(&ip);
			__uint128_t last = rest.low +
				(length ? ((__uint128_t)1 << (bits - length)) - 1 :
				 span_last(family));

			if (json_array_size(array) == most)
				return array;
			prefix_format(&ip, length, text);
			json_array_append_new(array, json_string(text));
			if (last >= rest.high)
				break;
			rest.low = last + 1;
		}
	}
	return array;
}

/**
 * prefixes_list - words with commas, and the number of those left out
 * @words: an array, which is freed
 * @all: number of words with those that are not in the array
 *
 * Return: a new string.
 */
char *prefixes_list(json_t *words, size_t all)
{
	struct join list;
	size_t i;

	join_begin(&list, ", ");
	for (i = 0; i < json_array_size(words); i++)
		join_add(&list, "%s",
			 json_string_value(json_array_get(words, i)));
	if (i < all)
		join_add(&list, "and %zu more", all - i);
	json_decref(words);
	return join_end(&list);
}

/**
 * prefixes_text - the prefixes of addresses, with commas
 * @spans: the addresses, in order
 * @family: IPV4 or IPV6
 * @most: number of prefixes after which the rest is counted
 *
 * Return: a new string.
 */
char *prefixes_text(const struct spans *spans, unsigned int family, size_t most)
{
	return prefixes_list(prefixes_json(spans, family, most),
			     prefixes_count(spans, family));
}
