// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl export nftables: the rows.  Each packet is matched with the rows by
 * the original tuple of its connection.
 *
 * A port of that tuple is compared with one port or one range, behind a match
 * of the packet's protocol.  nft 1.0.6 cannot read back its own output of any
 * other match.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "nft/rows.h"
#include "output/stdout.h"

/* Ranges of ports that a row permits; a guard may cut one in two. */
struct ports {
	unsigned int low[2];
	unsigned int high[2];
	unsigned int count;
};

static void add_range(struct ports *ports, unsigned int low, unsigned int high)
{
	if (low > high)
		return;
	ports->low[ports->count] = low;
	ports->high[ports->count++] = high;
}

static struct ports ports_of(const struct nft *nft, const struct row *row)
{
	const struct port_guard *guard = &nft->table->guard;
	struct ports ports = { 0 };

	if (nft->view->policy.expose_cls_ports || !row_guarded(row, guard)) {
		add_range(&ports, row->port_low, row->port_high);
		return ports;
	}
	add_range(&ports, row->port_low, guard->port_low - 1U);
	add_range(&ports, guard->port_high + 1U, row->port_high);
	return ports;
}

static char *range_text(unsigned int low, unsigned int high)
{
	return low == high ? xformat("%u", low) :
			     xformat("%u-%u", low, high);
}

/* A match of the peers of a row; empty for any peer. */
static char *peer_text(const struct nft *nft, const struct row *row)
{
	bool inside = nft->bound & (1U << NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	const char *family = nft_family(nft);
	uint32_t sets = nft_peer_sets(nft, row);
	char *peer, *name, *text, *more;

	peer = xformat("ct original %s %s", nft_ip(nft),
		       row->direction == NF_EDGE_DIRECTION_IN ?
		       "saddr" : "daddr");
	if (sets) {
		name = nft_peers_name(nft, sets);
		text = xformat("%s @%s ", peer, name);
		free(name);
	} else if (row_side(row) == NF_EDGE_SIDE_EXTERNAL) {
		text = inside ?
			xformat("%s != @internal-networks_%s ", peer,
				family) : xstrdup("");
		if (nft->services & NFT_INTERNAL) {
			more = xformat("%s%s != @internal_%s ", text,
				       peer, family);
			free(text);
			text = more;
		}
	} else if (inside) {
		text = xformat("%s @internal-networks_%s ", peer, family);
	} else if (nft->services & NFT_OUTWARD) {
		text = xformat("%s != @outward_%s ", peer, family);
	} else {
		text = xstrdup("");
	}
	free(peer);
	return text;
}

/*
 * Rules for the connections that a row permits.
 *
 * @error: of ICMP errors, which cite the connection
 * @action: the statement, with its comment
 */
static void print_matches(const struct nft *nft, const struct row *row,
			  bool error, const char *action)
{
	struct ports ports = ports_of(nft, row);
	char *peer = peer_text(nft, row), *range;
	unsigned int i;

	for (i = 0; i < ports.count; i++) {
		range = range_text(ports.low[i], ports.high[i]);
		fputs("\t\t", out);
		if (error)
			fprintf(out, "meta l4proto %s ct protocol %s ",
				nft_icmp(nft), row_protocol(row));
		else
			fprintf(out, "meta l4proto %s ", row_protocol(row));
		fprintf(out,
			"ct original proto-dst %s ct original %s %s @%s_%s %s%s\n",
			range, nft_ip(nft),
			row->direction == NF_EDGE_DIRECTION_IN ?
			"daddr" : "saddr",
			names_word(&names_services, row->service),
			nft_family(nft), peer, action);
		free(range);
	}
	free(peer);
}

/* Return: true when two rows differ by their peers only. */
static bool is_same_flow(const struct row *a, const struct row *b)
{
	return a->service == b->service && a->direction == b->direction &&
	       a->protocol == b->protocol && a->port_low == b->port_low &&
	       a->port_high == b->port_high;
}

/* The rows that permit the same as a live row, with this row. */
static uint64_t same_rows(const struct nft *nft, size_t row)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < nft->table->count; i++)
		if (nft_permits(nft, i) &&
		    is_same_flow(&nft->table->row[i], &nft->table->row[row]) &&
		    nft_peer_sets(nft, &nft->table->row[i]) ==
		    nft_peer_sets(nft, &nft->table->row[row]))
			rows |= 1ULL << i;
	return rows;
}

/*
 * A chain that returns when some row of an Edge end permits the connection.
 *
 * @name: with a word for the end
 */
static void print_end(const struct nft *nft, const char *name,
		      unsigned int direction, bool error)
{
	size_t i;

	fprintf(out, "\n\tchain %s_%s {\n", name, nft_family(nft));
	for (i = 0; i < nft->table->count; i++) {
		const struct row *row = &nft->table->row[i];
		char *ids, *action;
		uint64_t rows;

		if (row->direction != direction || !nft_permits(nft, i))
			continue;
		rows = same_rows(nft, i);
		if (rows & ((1ULL << i) - 1))
			continue;
		ids = rows_ids(nft->table, rows, ", ");
		action = xformat("return comment \"%s: %s %s\"", ids,
				 names_word(&names_services, row->service),
				 names_word(&names_directions,
					    direction));
		print_matches(nft, row, error, action);
		free(action);
		free(ids);
	}
	fputs("\t\tgoto refused\n\t}\n", out);
}

/* Both ends of a connection, each of which needs a row. */
static void print_ends(const struct nft *nft, const char *to, const char *from)
{
	const char *family = nft_family(nft), *ip = nft_ip(nft);
	char *never_source = nft_never_source(nft);
	char *never = nft_never(nft);

	fprintf(out,
		"\t\tct original %s saddr %s goto refused\n"
		"\t\tct original %s daddr %s goto refused\n"
		"\t\tct original %s daddr @edge_%s jump %s_%s\n"
		"\t\tct original %s saddr @edge_%s jump %s_%s\n",
		ip, never_source, ip, never,
		ip, family, to, family, ip, family, from, family);
	free(never_source);
	free(never);
}

/* TCP and UDP: counted by every row that permits them, when all is permitted. */
static void print_judging(const struct nft *nft)
{
	size_t i;

	print_end(nft, "to_edge", NF_EDGE_DIRECTION_IN, false);
	print_end(nft, "from_edge", NF_EDGE_DIRECTION_OUT, false);
	fprintf(out, "\n\tchain rows_%s {\n", nft_family(nft));
	print_ends(nft, "to_edge", "from_edge");
	for (i = 0; i < nft->table->count; i++) {
		const struct row *row = &nft->table->row[i];
		char *action;

		if (!nft_permits(nft, i))
			continue;
		action = xformat("counter name \"%s\" comment \"%s %s %s: %s\"",
				 row->id, row->id,
				 names_word(&names_services, row->service),
				 names_word(&names_directions, row->direction),
				 row->note);
		print_matches(nft, row, false, action);
		free(action);
	}
	fputs("\t}\n", out);
}

/* Echo takes part where ping lists the side of the address. */
static void print_echo(const struct nft *nft)
{
	static const struct {
		unsigned int side;
		uint32_t services;
		const char *set;
	} sides[] = {
		{ NF_EDGE_SIDE_EXTERNAL, NFT_OUTWARD, "outward" },
		{ NF_EDGE_SIDE_INTERNAL, NFT_INTERNAL, "internal" },
	};
	const char *family = nft_family(nft), *ip = nft_ip(nft);
	size_t i;

	fprintf(out, "\n\tchain echo_%s {\n", family);
	for (i = 0; i < ARRAY_SIZE(sides); i++) {
		if (!(nft->services & sides[i].services) ||
		    nft->view->policy.ping & (1U << sides[i].side))
			continue;
		fprintf(out,
			"\t\tct original %s saddr @%s_%s goto refused\n"
			"\t\tct original %s daddr @%s_%s goto refused\n",
			ip, sides[i].set, family, ip, sides[i].set, family);
	}
	fputs("\t}\n", out);
}

/* The upper octet of the key is the ICMP type, of any code. */
static const char *echo_request(const struct nft *nft)
{
	return nft->family == IPV4 ? "2048-2303" : "32768-33023";
}

/* ICMP errors are judged as the cited connection, and not counted. */
static void print_errors(const struct nft *nft)
{
	const char *family = nft_family(nft);

	print_end(nft, "error_to_edge", NF_EDGE_DIRECTION_IN, true);
	print_end(nft, "error_from_edge", NF_EDGE_DIRECTION_OUT, true);
	fprintf(out,
		"\n\tchain error_%s {\n"
		"\t\tmeta l4proto %s ct protocol %s ct original proto-dst %s goto echo_%s\n",
		family, nft_icmp(nft), nft_icmp(nft), echo_request(nft),
		family);
	print_ends(nft, "error_to_edge", "error_from_edge");
	fputs("\t}\n", out);
}

/* The ports that rows of the table name at one service, dead rows among them. */
static void print_named_ports(const struct nft *nft, const char *address,
			      unsigned int service, unsigned int direction,
			      uint8_t protocol, const char *port)
{
	const char *separator = "";
	bool any = false;
	size_t i, before;

	for (i = 0; i < nft->table->count; i++) {
		const struct row *row = &nft->table->row[i];

		if (row->service != service || row->direction != direction ||
		    row->protocol != protocol)
			continue;
		for (before = 0; before < i; before++)
			if (is_same_flow(&nft->table->row[before], row))
				break;
		if (before < i)
			continue;
		if (!any)
			fprintf(out, "\t\t%s %s @%s_%s %s %s { ",
				nft_ip(nft), address,
				names_word(&names_services, service),
				nft_family(nft), row_protocol(row),
				port);
		any = true;
		fprintf(out, "%s%u", separator, row->port_low);
		if (row->port_high > row->port_low)
			fprintf(out, "-%u", row->port_high);
		separator = ", ";
	}
	if (any)
		fputs(" } return\n", out);
}

/*
 * Rules for packets whose own header is named by a row of the table, live or
 * not, as a request or as a reply.
 */
static void print_named(const struct nft *nft)
{
	static const struct {
		const char *address;
		unsigned int direction;
		const char *port;
	} ways[] = {
		{ "daddr", NF_EDGE_DIRECTION_IN, "dport" },
		{ "daddr", NF_EDGE_DIRECTION_OUT, "sport" },
		{ "saddr", NF_EDGE_DIRECTION_OUT, "dport" },
		{ "saddr", NF_EDGE_DIRECTION_IN, "sport" },
	};
	unsigned int service;
	size_t i;

	fprintf(out, "\n\tchain named_%s {\n", nft_family(nft));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (service = 0; service < SERVICE_COUNT; service++) {
			if (!(nft->services & (1U << service)))
				continue;
			print_named_ports(nft, ways[i].address, service,
					  ways[i].direction, IPPROTO_TCP,
					  ways[i].port);
			print_named_ports(nft, ways[i].address, service,
					  ways[i].direction, IPPROTO_UDP,
					  ways[i].port);
		}
	}
	fputs("\t\tgoto refused\n\t}\n", out);
}

/* A packet of a connection of an Edge address. */
static void print_connection(const struct nft *nft)
{
	const char *family = nft_family(nft), *ip = nft_ip(nft);
	const char *icmp = nft_icmp(nft);
	const char *redirect = nft->family == IPV4 ?
		"icmp type redirect" : "icmpv6 type nd-redirect";

	fprintf(out,
		"\n\tchain connection_%s {\n"
		"\t\tct state related %s %s saddr @edge_%s goto refused\n"
		"\t\tct state related %s %s daddr @edge_%s goto refused\n"
		"\t\tct state related meta l4proto %s goto error_%s\n"
		"\t\tmeta l4proto { tcp, udp } goto rows_%s\n"
		"\t\tmeta l4proto %s ct original proto-dst %s goto echo_%s\n"
		"\t\tgoto refused\n"
		"\t}\n",
		family,
		redirect, ip, family, redirect, ip, family,
		icmp, family, family, icmp, echo_request(nft), family);
}

/*
 * Any packet.  A connection in whose packets NAT writes an Edge address is
 * refused.  A packet with an Edge address in its header alone belongs to no
 * connection.
 */
static void print_decide(const struct nft *nft)
{
	const char *family = nft_family(nft), *ip = nft_ip(nft);

	fprintf(out,
		"\n\tchain stray_%s {\n"
		"\t\tct state untracked goto untracked\n"
		"\t\tct state invalid goto invalid\n"
		"\t\tgoto refused\n"
		"\t}\n"
		"\n\tchain decide_%s {\n"
		"\t\tct original %s saddr @edge_%s goto connection_%s\n"
		"\t\tct original %s daddr @edge_%s goto connection_%s\n"
		"\t\tct reply %s daddr @edge_%s goto refused\n"
		"\t\tct reply %s saddr @edge_%s goto refused\n"
		"\t\t%s saddr @edge_%s goto stray_%s\n"
		"\t\t%s daddr @edge_%s goto stray_%s\n"
		"\t}\n",
		family, family, ip, family, family, ip, family, family,
		ip, family, ip, family, ip, family, family, ip, family, family);
}

/**
 * nft_print_rows - the chains of a family that judge connections
 * @nft: the family
 */
void nft_print_rows(const struct nft *nft)
{
	if (!nft->services)
		return;
	print_named(nft);
	print_judging(nft);
	print_echo(nft);
	print_errors(nft);
	print_connection(nft);
	print_decide(nft);
}
