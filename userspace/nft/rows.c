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
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "nft/ports.h"
#include "nft/rows.h"
#include "output/stdout.h"

/* The ports that a row permits. */
static void ports_of(struct nft_ports *ports, const struct nft *nft,
		     const struct row *row)
{
	const struct port_guard *guard = &nft->table->guard;

	ports->count = 0;
	nft_ports_add(ports, row);
	nft_ports_merge(ports);
	if (!nft->view->policy.expose_cls_ports && row_guarded(row, guard))
		nft_ports_cut(ports, guard);
}

/* A match of the peers of a row; empty for any peer. */
static char *peer_text(const struct nft *nft, const struct row *row)
{
	bool inside = nft->bound & NFT_INSIDE;
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

/* A match of the addresses of the connections of a row. */
static char *ends_text(const struct nft *nft, size_t i)
{
	const struct row *row = &nft->table->row[i];
	char *peer = peer_text(nft, row), *text;

	text = xformat("ct original %s %s @%s %s", nft_ip(nft),
		       row->direction == NF_EDGE_DIRECTION_IN ?
		       "daddr" : "saddr", nft->end[i], peer);
	free(peer);
	return text;
}

/*
 * Rules for the connections that a row permits.
 *
 * @error: of ICMP errors, which cite the connection
 * @action: the statement, with its comment
 */
static void print_matches(const struct nft *nft, size_t row, bool error,
			  const char *action)
{
	char *ends = ends_text(nft, row), *range;
	struct nft_ports ports;
	size_t i;

	ports_of(&ports, nft, &nft->table->row[row]);
	for (i = 0; i < ports.count; i++) {
		range = nft_range(&ports.range[i]);
		fputs("\t\tmeta l4proto ", out);
		if (error)
			fprintf(out, "%s ct protocol ", nft_icmp(nft));
		fprintf(out, "%s ct original proto-dst %s %s%s\n",
			nft_protocol(&ports.range[i]), range, ends, action);
		free(range);
	}
	free(ends);
}

/* Return: true when two rows permit the same connections. */
static bool permits_same(const struct nft *nft, size_t a, size_t b)
{
	char *text = ends_text(nft, a), *other = ends_text(nft, b);
	struct nft_ports ports, other_ports;
	bool same = !strcmp(text, other);

	ports_of(&ports, nft, &nft->table->row[a]);
	ports_of(&other_ports, nft, &nft->table->row[b]);
	free(text);
	free(other);
	return same && nft_ports_equal(&ports, &other_ports);
}

/* The rows that permit the same as a live row, with this row. */
static uint64_t same_rows(const struct nft *nft, size_t row)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < nft->table->count; i++)
		if (nft_permits(nft, i) && permits_same(nft, i, row))
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
		char *ids, *comment, *action;
		uint64_t rows;

		if (row->direction != direction || !nft_permits(nft, i))
			continue;
		rows = same_rows(nft, i);
		if (rows & ((1ULL << i) - 1))
			continue;
		ids = rows_ids(nft->table, rows, ", ");
		comment = nft_comment("%s: %s %s", ids,
				      names_word(&names_services, row->service),
				      names_word(&names_directions,
						 direction));
		action = xformat("return %s", comment);
		print_matches(nft, i, error, action);
		free(action);
		free(comment);
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
		char *comment, *action;

		if (!nft_permits(nft, i))
			continue;
		comment = nft_comment("%s %s %s: %s", row->id,
				      names_word(&names_services, row->service),
				      names_word(&names_directions,
						 row->direction),
				      row->note);
		action = xformat("counter name \"%s\" %s", row->id, comment);
		print_matches(nft, i, false, action);
		free(action);
		free(comment);
	}
	fputs("\t}\n", out);
}

/* The other address of an Edge end has to be among those that may ping. */
static void print_pinger(const struct nft *nft, const char *end,
			 const char *other)
{
	const char *family = nft_family(nft), *ip = nft_ip(nft);

	fprintf(out,
		"\t\tct original %s %s @edge_%s ct original %s %s != @%s_%s goto refused\n",
		ip, end, family, ip, other, NFT_PING_PEERS, family);
}

/*
 * Echo takes part where ping lists the side of the address, and with those that
 * may ping.
 */
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
	if (nft->view->policy.narrows_ping) {
		print_pinger(nft, "saddr", "daddr");
		print_pinger(nft, "daddr", "saddr");
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

/* An end of a packet, and the rows that name a port of the packet there. */
struct way {
	const char *address;
	unsigned int direction;
	const char *port;
};

static void print_named_ports(const struct nft *nft, const struct way *way,
			      const char *end, const struct nft_ports *ports,
			      uint8_t protocol)
{
	const struct port_range *range = ports->range;
	struct join list;
	char *text;
	size_t i;

	join_begin(&list, ", ");
	for (i = 0; i < ports->count; i++, range++) {
		if (range->protocol != protocol)
			continue;
		text = nft_range(range);
		join_add(&list, "%s", text);
		free(text);
	}
	text = join_end(&list);
	if (list.count)
		fprintf(out, "\t\t%s %s @%s %s %s { %s } return\n",
			nft_ip(nft), way->address, end,
			protocol == IPPROTO_TCP ? "tcp" : "udp", way->port,
			text);
	free(text);
}

/* Rules for the rows at the same Edge addresses as row @first of them. */
static void print_named_rows(const struct nft *nft, const struct way *way,
			     size_t first)
{
	struct nft_ports ports = { .count = 0 };
	const char *end = nft->end[first];
	size_t i;

	for (i = 0; i < nft->table->count; i++) {
		if (nft->table->row[i].direction != way->direction ||
		    strcmp(nft->end[i], end) != 0)
			continue;
		if (i < first)
			return;
		nft_ports_add(&ports, &nft->table->row[i]);
	}
	nft_ports_merge(&ports);
	print_named_ports(nft, way, end, &ports, IPPROTO_TCP);
	print_named_ports(nft, way, end, &ports, IPPROTO_UDP);
}

/*
 * Rules for packets whose own header is named by a row of the table, live or
 * not, as a request or as a reply.
 */
static void print_named(const struct nft *nft)
{
	static const struct way ways[] = {
		{ "daddr", NF_EDGE_DIRECTION_IN, "dport" },
		{ "daddr", NF_EDGE_DIRECTION_OUT, "sport" },
		{ "saddr", NF_EDGE_DIRECTION_OUT, "dport" },
		{ "saddr", NF_EDGE_DIRECTION_IN, "sport" },
	};
	size_t i, row;

	fprintf(out, "\n\tchain named_%s {\n", nft_family(nft));
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		for (row = 0; row < nft->table->count; row++)
			if (*nft->end[row] &&
			    nft->table->row[row].direction == ways[i].direction)
				print_named_rows(nft, &ways[i], row);
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
