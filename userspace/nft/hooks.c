// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl export nftables: the chains at the hooks, the guards, and the fate of
 * a refused packet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "nft/hooks.h"
#include "nft/rows.h"
#include "output/stdout.h"

/* Neighbour discovery passes before any guard on its link. */
#define EXEMPT_ARRIVING							\
	"\t\tmeta iiftype loopback accept\n"				\
	"\t\tmeta iifkind \"vrf\" accept comment \"it is judged on its real interface\"\n" \
	"\t\tip6 hoplimit 255 icmpv6 type 133-137 jump discovery comment \"neighbour discovery\"\n"

/* NAT may lead a packet from the loopback interface to an Edge. */
#define EXEMPT_LEAVING							\
	"\t\tmeta oiftype loopback fib daddr type local accept\n"	\
	"\t\tmeta oifkind \"vrf\" accept\n"				\
	"\t\tip6 hoplimit 255 icmpv6 type 133-137 accept comment \"neighbour discovery\"\n"

/* Required sides of an interface. */
typedef bool (*bound_fn)(uint32_t sides, uint32_t wanted);

static bool is_only(uint32_t sides, uint32_t wanted)
{
	return sides == wanted;
}

static bool holds(uint32_t sides, uint32_t wanted)
{
	return sides & wanted;
}

/* nft reads an asterisk at the end of a name as a wild card. */
static char *quoted(const char *name)
{
	size_t length = strlen(name);

	if (length && name[length - 1] == '*')
		return xformat("\"%.*s\\*\"", (int)length - 1, name);
	return xformat("\"%s\"", name);
}

/* The interfaces of these sides, "{ "wan0", "wan1" }", or NULL when none is. */
static char *names(const struct policy *policy, bound_fn wanted, uint32_t sides)
{
	char *list, *name, *written;
	struct join join;
	size_t i;

	join_begin(&join, ", ");
	for (i = 0; i < policy->interface_count; i++) {
		if (!wanted(policy->interfaces[i].sides, sides))
			continue;
		written = out_written(policy->interfaces[i].name);
		name = quoted(written);
		free(written);
		join_add(&join, "%s", name);
		free(name);
	}
	name = join_end(&join);
	list = join.count ? xformat("{ %s }", name) : NULL;
	free(name);
	return list;
}

/*
 * A match of interfaces that do not hold a side.  Interfaces that are bound to
 * no side hold each side that no interface is bound to.
 *
 * Return: a new string, or NULL when every interface holds the side.
 */
static char *lacks(const struct policy *policy, unsigned int side)
{
	char *holders = names(policy, holds, 1U << side), *others, *text;

	if (holders) {
		text = xformat("iifname != %s", holders);
		free(holders);
		return text;
	}
	others = names(policy, holds, ~0U);
	if (!others)
		return NULL;
	text = xformat("iifname %s", others);
	free(others);
	return text;
}

static void print_refusal(const char *name, const char *verdict)
{
	fprintf(out, "\n\tchain %s {\n\t\tcounter name \"%s\" %s\n\t}\n",
		name, name, verdict);
}

static void print_refusals(const struct view *view)
{
	static const char *const reasons[] = {
		"spoofed", "isolation", "untracked", "invalid", "refused",
	};
	bool audit = view->policy.mode == NF_EDGE_MODE_AUDIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		fprintf(out, "\tcounter %s { }\n", reasons[i]);
	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		print_refusal(reasons[i], audit ? "accept" : "drop");
}

/* Sources that cannot be where the packet came from. */
static void print_spoofing(const struct nft *nft)
{
	const struct policy *policy = &nft->view->policy;
	char *external = names(policy, is_only, 1U << NF_EDGE_SIDE_EXTERNAL);
	char *internal = names(policy, is_only, 1U << NF_EDGE_SIDE_INTERNAL);
	const char *family = nft_family(nft), *ip = nft_ip(nft);

	fprintf(out, "\n\tchain arriving_%s {\n", family);
	if (external && nft->services)
		fprintf(out, "\t\tiifname %s %s saddr @edge_%s goto spoofed\n",
			external, ip, family);
	if (external && nft->bound & NFT_INSIDE)
		fprintf(out, "\t\tiifname %s %s saddr @internal-networks_%s goto spoofed\n",
			external, ip, family);
	if (internal && nft->services & NFT_OUTWARD)
		fprintf(out, "\t\tiifname %s %s saddr @outward_%s goto spoofed\n",
			internal, ip, family);
	fputs("\t}\n", out);
	free(external);
	free(internal);
}

static void print_unusable(const struct nft *nft)
{
	const char *family = nft_family(nft), *ip = nft_ip(nft);
	char *never_source = nft_never_source(nft);
	char *never = nft_never(nft);

	fprintf(out,
		"\n\tchain unusable_%s {\n"
		"\t\t%s daddr @edge_%s %s saddr %s goto spoofed\n"
		"\t\t%s saddr @edge_%s %s daddr %s goto spoofed\n"
		"\t}\n",
		family, ip, family, ip, never_source, ip, family, ip, never);
	free(never_source);
	free(never);
}

/* From outside, no connection begins at an internal address. */
static void print_isolation(const struct nft *nft)
{
	char *external = names(&nft->view->policy, is_only,
			       1U << NF_EDGE_SIDE_EXTERNAL);
	const char *family = nft_family(nft), *ip = nft_ip(nft);

	fprintf(out, "\n\tchain isolated_%s {\n", family);
	if (external && nft->services & NFT_INTERNAL)
		fprintf(out,
			"\t\tct direction reply return\n"
			"\t\tiifname %s ct original %s daddr @internal_%s goto isolation\n"
			"\t\tct status dnat return\n"
			"\t\tiifname %s %s daddr @internal_%s goto isolation\n",
			external, ip, family, external, ip, family);
	fputs("\t}\n", out);
	free(external);
}

/*
 * A packet that may belong to a scan: no packet that isolation may concern, and
 * no packet of an Edge Server.
 */
static void print_scanned(const struct nft *nft)
{
	char *external = names(&nft->view->policy, is_only,
			       1U << NF_EDGE_SIDE_EXTERNAL);
	const char *family = nft_family(nft), *ip = nft_ip(nft);

	fprintf(out, "\n\tchain scanned_%s {\n", family);
	if (external && nft->services & NFT_INTERNAL)
		fprintf(out, "\t\tiifname %s %s daddr @internal_%s return\n",
			external, ip, family);
	fprintf(out,
		"\t\t%s saddr @edge_%s return\n"
		"\t\t%s daddr @edge_%s goto named_%s\n"
		"\t}\n",
		ip, family, ip, family, family);
	free(external);
}

/*
 * A connection with an address of @set at an end takes an interface of a side.
 *
 * @end: saddr or daddr
 * @set: the addresses
 */
static void print_side(const struct nft *nft, const char *end, const char *set,
		       unsigned int side)
{
	char *lacking = lacks(&nft->view->policy, side);

	if (!lacking)
		return;
	fprintf(out, "\t\tct original %s %s @%s_%s %s ",
		nft_ip(nft), end, set, nft_family(nft), lacking);
	fprintf(out, "goto refused comment \"side %s\"\n",
		names_word(&names_sides, side));
	free(lacking);
}

/*
 * The sides of the interface, of the original direction.  Packets from an Edge
 * address arrive by the side edge, which also reaches every Edge address.
 */
static void print_sides(const struct nft *nft)
{
	const char *family = nft_family(nft);

	fprintf(out, "\n\tchain sides_%s {\n"
		"\t\tmeta l4proto %s ct state related return\n",
		family, nft_icmp(nft));
	print_side(nft, "saddr", "edge", NF_EDGE_SIDE_EDGE);
	fprintf(out, "\t\tct original %s saddr @edge_%s return\n",
		nft_ip(nft), family);
	if (nft->services & NFT_OUTWARD)
		print_side(nft, "daddr", "outward", NF_EDGE_SIDE_EXTERNAL);
	if (nft->services & NFT_INTERNAL)
		print_side(nft, "daddr", "internal", NF_EDGE_SIDE_INTERNAL);
	fputs("\t}\n", out);
}

/* The chains of a family that a hook asks first. */
static void print_guards(const struct nft *nft)
{
	print_spoofing(nft);
	if (!nft->services)
		return;
	print_unusable(nft);
	print_isolation(nft);
	print_sides(nft);
	if (nft->view->policy.mode == NF_EDGE_MODE_ENFORCE)
		print_scanned(nft);
}

/* A rule for the packets of a family that has Edge addresses. */
static void print_jump(const struct nft *nft, const char *condition,
		       const char *jump)
{
	if (nft->services)
		fprintf(out, "\t\tmeta nfproto %s %s%s_%s\n",
			nft_family(nft), condition, jump, nft_family(nft));
}

/*
 * Neighbour discovery that the host would forward is dropped from and to Edge
 * addresses, and like any other packet between others.  A bridge passes
 * neighbour discovery on; which frames it hands to the host cannot be asked.
 */
static void print_discovery(const struct nft *ipv6)
{
	fputs("\n\tchain discovery {\n"
	      "\t\tip6 daddr fe80::/10 accept\n"
	      "\t\tip6 daddr & ff0f:: == { ff01::, ff02:: } accept\n"
	      "\t\tfib daddr type local accept\n"
	      "\t\tmeta iifkind \"bridge\" accept\n", out);
	if (ipv6->services)
		fputs("\t\tip6 saddr @edge_ipv6 goto refused\n"
		      "\t\tip6 daddr @edge_ipv6 goto refused\n",
		      out);
	fputs("\t}\n", out);
}

/*
 * Before connection tracking: a scan by SYNs costs no entry of the
 * table, and a spoofed reset closes no connection.  The deciding chain
 * would drop the same packets.  A UDP packet that no row names may be the
 * answer to a connection that NAT sent to another port: only the deciding chain
 * can tell.
 */
static void print_first(const struct nft *families)
{
	unsigned int family;

	fputs("\n\tchain first {\n"
	      "\t\ttype filter hook prerouting priority -205; policy accept;\n"
	      "\t\tct state != invalid accept comment \"marked by the raw table, or seen before\"\n"
	      EXEMPT_ARRIVING, out);
	for (family = 0; family < FAMILY_COUNT; family++) {
		const struct nft *nft = &families[family];

		fprintf(out, "\t\tmeta nfproto %s jump arriving_%s\n",
			nft_family(nft), nft_family(nft));
		print_jump(nft, "", "jump unusable");
		print_jump(nft, "tcp flags & (syn | ack) == syn ",
			   "jump scanned");
	}
	fputs("\t}\n", out);
}

static void print_deciding(const struct nft *families, bool leaving)
{
	unsigned int family;

	fprintf(out, "\n\tchain %s {\n"
		"\t\ttype filter hook %s priority -95; policy accept;\n%s",
		leaving ? "leaving" : "arriving",
		leaving ? "output" : "prerouting",
		leaving ? EXEMPT_LEAVING : EXEMPT_ARRIVING);
	for (family = 0; family < FAMILY_COUNT; family++) {
		const struct nft *nft = &families[family];

		if (!leaving)
			fprintf(out, "\t\tmeta nfproto %s jump arriving_%s\n",
				nft_family(nft), nft_family(nft));
		print_jump(nft, "", "jump unusable");
		if (!leaving) {
			print_jump(nft, "", "jump isolated");
			print_jump(nft, "ct direction original ",
				   "jump sides");
		}
		print_jump(nft, "", "goto decide");
	}
	fputs("\t}\n", out);
}

/*
 * Print the chain behind source NAT.  It refuses the first packet of a host
 * whose connections NAT would hide behind an Edge address; the deciding chain
 * refuses all later ones.
 */
static void print_hidden_family(const struct nft *nft)
{
	const struct policy *policy = &nft->view->policy;
	char *external = names(policy, is_only, 1U << NF_EDGE_SIDE_EXTERNAL);
	const char *name = nft_family(nft), *ip = nft_ip(nft);

	fprintf(out,
		"\n\tchain hidden_%s {\n"
		"\t\tct original %s saddr @edge_%s return\n"
		"\t\tct original %s daddr @edge_%s return\n"
		"\t\tct reply %s saddr @edge_%s return\n",
		name, ip, name, ip, name, ip, name);
	/* Counted as spoofed. */
	if (policy->mode == NF_EDGE_MODE_AUDIT && external &&
	    nft->bound & NFT_INSIDE)
		fprintf(out,
			"\t\tiifname %s ct original %s saddr @internal-networks_%s return\n",
			external, ip, name);
	fprintf(out,
		"\t\tct reply %s daddr @edge_%s goto refused\n"
		"\t}\n",
		ip, name);
	free(external);
}

static void print_hidden(const struct nft *families)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++)
		if (families[family].services)
			print_hidden_family(&families[family]);
	fputs("\n\tchain hidden {\n"
	      "\t\ttype filter hook postrouting priority 105; policy accept;\n"
	      "\t\tmeta oiftype loopback accept\n"
	      "\t\tmeta oifkind \"vrf\" accept\n", out);
	for (family = 0; family < FAMILY_COUNT; family++)
		print_jump(&families[family],
			   "ct status & (snat | confirmed) == snat ",
			   "goto hidden");
	fputs("\t}\n", out);
}

/**
 * nft_print_hooks - the chains at the hooks, and all that they share
 * @view: the policy
 */
void nft_print_hooks(const struct view *view)
{
	struct nft families[FAMILY_COUNT];
	unsigned int family;

	print_refusals(view);
	for (family = 0; family < FAMILY_COUNT; family++) {
		nft_begin(&families[family], view, family);
		nft_print_rows(&families[family]);
		print_guards(&families[family]);
	}
	print_discovery(&families[IPV6]);
	if (view->policy.mode == NF_EDGE_MODE_ENFORCE)
		print_first(families);
	print_deciding(families, false);
	print_deciding(families, true);
	print_hidden(families);
}
