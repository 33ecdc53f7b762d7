/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses and prefixes of both families.
 */
#ifndef POLICY_ADDRESS_H
#define POLICY_ADDRESS_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct ip - an address
 * @family: AF_INET or AF_INET6
 * @bytes: in network order, 4 or 16 of them, the rest zero
 */
struct ip {
	uint8_t family;
	uint8_t bytes[16];
};

enum { IPV4, IPV6, FAMILY_COUNT };

#define PREFIX_TEXT	(INET6_ADDRSTRLEN + 4)

bool ip_parse(const char *text, struct ip *ip);
const char *ip_format(const struct ip *ip, char *text);
bool ip_equal(const struct ip *a, const struct ip *b);
unsigned int ip_family(const struct ip *ip);
unsigned int ip_bits(const struct ip *ip);
void ip_mask(struct ip *ip, unsigned int length);
const char *ip_unfit(const struct ip *ip, unsigned int length);
bool prefix_read(const char *text, struct ip *ip, unsigned int *length);
char *prefix_parse(const char *text, struct ip *ip, unsigned int *length);
const char *prefix_format(const struct ip *ip, unsigned int length, char *text);

/**
 * enum wanted - expected kind of address
 * @WANTED_PREFIX: a prefix of a peer set
 * @WANTED_ADDRESS: an address of an Edge
 * @WANTED_ENDPOINT: an address of a question, without its port
 * @WANTED_END: an end of packets: an address, a prefix or a name of a service
 */
enum wanted {
	WANTED_PREFIX,
	WANTED_ADDRESS,
	WANTED_ENDPOINT,
	WANTED_END,
};

/* Octets between the words of a line of a list. */
#define LIST_BLANKS	" \t\r\v\f"

char *address_advice(const char *text, enum wanted wanted);
char *address_line_advice(const char *line);

#endif /* POLICY_ADDRESS_H */
