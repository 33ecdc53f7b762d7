// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes of a policy: SHA-256 of a text that is the same for all ways to write
 * one policy.  docs/compare.md has the text; whoever changes one line of it
 * changes FORM.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "policy/hash.h"
#include "policy/spans.h"
#include "policy/table.h"

/* First line of each hashed text: another form is another number. */
#define FORM	"nf_edge policy 1"

/**
 * struct lines - lines that are put in order
 * @items: the lines
 * @count: number of lines
 * @capacity: number of lines that there is room for
 */
struct lines {
	char **items;
	size_t count;
	size_t capacity;
};

static void __printf(2, 3)
line_add(struct lines *lines, const char *format, ...)
{
	va_list args;

	lines->items = xgrow(lines->items, &lines->capacity, lines->count,
			     sizeof(*lines->items));
	va_start(args, format);
	lines->items[lines->count++] = xvformat(format, args);
	va_end(args);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Write lines in the order of their octets, and forget them. */
static void lines_end(struct lines *lines, struct join *text)
{
	size_t i;

	if (lines->count)
		qsort(lines->items, lines->count, sizeof(*lines->items),
		      compare_lines);
	for (i = 0; i < lines->count; i++) {
		join_add(text, "%s\n", lines->items[i]);
		free(lines->items[i]);
	}
	free(lines->items);
	*lines = (struct lines){ 0 };
}

static void write_words(struct join *text, const char *key,
			const struct vocabulary *vocabulary, uint32_t mask)
{
	struct lines lines = { 0 };
	unsigned int i;

	for (i = 0; i < vocabulary->count; i++)
		if (mask & (1U << i))
			line_add(&lines, "%s %s", key, vocabulary->words[i]);
	lines_end(&lines, text);
}

static void write_sets(struct join *text, const char *key,
		       const struct policy *policy, uint32_t sets)
{
	struct lines lines = { 0 };
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (sets & (1U << i))
			line_add(&lines, "%s %s", key,
				 policy_set_name(policy, i));
	lines_end(&lines, text);
}

/* Write address ranges, an address as hexadecimal digits of its octets. */
static void write_spans(struct join *text, const char *key, unsigned int family,
			const struct spans *spans)
{
	size_t i;

	for (i = 0; i < spans->count; i++) {
		const struct span *span = &spans->items[i];

		if (family == IPV4)
			join_add(text, "%s %08x %08x\n", key,
				 (uint32_t)span->low, (uint32_t)span->high);
		else
			join_add(text, "%s %016llx%016llx %016llx%016llx\n",
				 key,
				 (unsigned long long)(span->low >> 64),
				 (unsigned long long)span->low,
				 (unsigned long long)(span->high >> 64),
				 (unsigned long long)span->high);
	}
}

/* Ports of one protocol as disjoint ranges, whatever ranges wrote them. */
static void write_ports(struct join *text, const struct row *row,
			uint8_t protocol)
{
	struct spans ports = { 0 };
	size_t i;

	for (i = 0; i < row->port_count; i++)
		if (row->ports[i].protocol == protocol)
			spans_add(&ports, row->ports[i].low,
				  row->ports[i].high);
	spans_sort(&ports);
	for (i = 0; i < ports.count; i++)
		join_add(text, "port %s %u %u\n",
			 protocol == IPPROTO_TCP ? "tcp" : "udp",
			 (unsigned int)ports.items[i].low,
			 (unsigned int)ports.items[i].high);
	spans_free(&ports);
}

static void write_own(struct join *text, const struct site_row *own)
{
	struct lines lines = { 0 };
	size_t i;

	for (i = 0; i < own->node_count; i++)
		line_add(&lines, "node %s", own->nodes[i]);
	lines_end(&lines, text);
	if (own->exposed)
		join_add(text, "exposed\n");
	if (*own->note)
		join_add(text, "note %zu %s\n", strlen(own->note), own->note);
}

static void write_row(struct join *text, const struct policy *policy,
		      const struct row *row)
{
	const struct site_row *own = site_row_find(policy, row->id);

	join_add(text, "row %s %s %s %s %s\n", row->id,
		 names_word(&names_zones, row->zone),
		 names_word(&names_services, row->service),
		 names_word(&names_directions, row->direction),
		 row->feature == NF_EDGE_FEATURE_NONE ? "-" :
		 names_word(&names_features, (uint32_t)row->feature));
	write_ports(text, row, IPPROTO_TCP);
	write_ports(text, row, IPPROTO_UDP);
	write_sets(text, "peers", policy, row->peer_sets);
	join_add(text, "unbound %s\n",
		 row->any_when_unbound ? "any" : "nobody");
	if (own)
		write_own(text, own);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	return strcmp(one->id, other->id);
}

static void write_table(struct join *text, const struct policy *policy)
{
	struct row_table *table = xalloc(sizeof(*table));
	size_t i;

	policy_table(table, policy);
	qsort(table->row, table->count, sizeof(*table->row), compare_rows);
	join_add(text, "profile %s\n",
		 names_word(&names_profiles, policy->profile));
	for (i = 0; i < table->count; i++)
		write_row(text, policy, &table->row[i]);
	free(table);
}

static void write_settings(struct join *text, const struct policy *policy)
{
	struct lines off = { 0 };
	size_t i;

	join_add(text, "mode %s\n", names_word(&names_modes, policy->mode));
	write_words(text, "zone", &names_zones, policy->zones);
	write_words(text, "feature", &names_features, policy->features);
	for (i = 0; i < policy->off_count; i++)
		line_add(&off, "row-off %s", policy->rows_off[i].id);
	lines_end(&off, text);
	write_words(text, "ping", &names_sides, policy->ping);
	join_add(text, "ping-peers %s\n",
		 policy->narrows_ping ? "listed" : "anybody");
	if (policy->narrows_ping)
		write_sets(text, "ping-peer", policy, policy->ping_peers);
	join_add(text, "expose-cls-ports %s\n",
		 policy->expose_cls_ports ? "true" : "false");
}

static void write_interfaces(struct join *text, const struct policy *policy)
{
	struct lines lines = { 0 };
	unsigned int side;
	size_t i;

	for (i = 0; i < policy->interface_count; i++)
		for (side = 0; side < SIDE_COUNT; side++)
			if (policy->interfaces[i].sides & (1U << side))
				line_add(&lines, "interface %s %s",
					 policy->interfaces[i].name,
					 names_word(&names_sides, side));
	lines_end(&lines, text);
}

static void write_nodes(struct join *text, const struct policy *policy)
{
	struct lines lines = { 0 };
	const struct binding *binding;
	const struct node *node;

	policy_for_each_node(policy, node)
		line_add(&lines, "node %s", node->name);
	policy_for_each_binding(policy, node, binding) {
		__uint128_t ip = span_number(&binding->ip);
		const char *service = names_word(&names_services,
						 binding->service);

		if (ip_family(&binding->ip) == IPV4)
			line_add(&lines, "address %s %s %08x", node->name,
				 service, (uint32_t)ip);
		else
			line_add(&lines, "address %s %s %016llx%016llx",
				 node->name, service,
				 (unsigned long long)(ip >> 64),
				 (unsigned long long)ip);
	}
	lines_end(&lines, text);
}

static void write_set(struct join *text, const struct peer_set *set)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++) {
		struct spans spans = { 0 };

		spans_add_prefixes(&spans, set, family);
		spans_sort(&spans);
		write_spans(text, "range", family, &spans);
		spans_free(&spans);
	}
}

static void begin_text(struct join *text)
{
	join_begin(text, "");
	join_add(text, "%s\n", FORM);
}

static void end_text(struct join *text, char hex[SHA256_DIGITS + 1])
{
	char *all = join_end(text);

	sha256_text(all, text->size, hex);
	free(all);
}

static void begin_part(struct policy_hashes *hashes, struct join *text,
		       char *name)
{
	hashes->parts = xgrow(hashes->parts, &hashes->capacity, hashes->count,
			      sizeof(*hashes->parts));
	hashes->parts[hashes->count++].name = name;
	begin_text(text);
	join_add(text, "part %s\n", name);
}

static void end_part(struct policy_hashes *hashes, struct join *text)
{
	end_text(text, hashes->parts[hashes->count - 1].hex);
}

static int compare_parts(const void *a, const void *b)
{
	const struct part_hash *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static void hash_sets(struct policy_hashes *hashes, const struct policy *policy)
{
	size_t first = hashes->count;
	struct join text;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++) {
		if (!policy->sets[i].bound)
			continue;
		begin_part(hashes, &text,
			   xformat("peers/%s", policy_set_name(policy, i)));
		write_set(&text, &policy->sets[i]);
		end_part(hashes, &text);
	}
	qsort(hashes->parts + first, hashes->count - first,
	      sizeof(*hashes->parts), compare_parts);
}

/**
 * policy_hashes - hash a policy by part
 * @hashes: filled in; policy_hashes_free() it
 * @policy: the policy, with its rows, nodes and prefixes, in any order
 *
 * Lines of a configuration, and states of its devices, are in no hash.
 */
void policy_hashes(struct policy_hashes *hashes, const struct policy *policy)
{
	static const struct {
		const char *name;
		void (*write)(struct join *text, const struct policy *policy);
	} parts[] = {
		{ "table", write_table },
		{ "settings", write_settings },
		{ "interfaces", write_interfaces },
		{ "nodes", write_nodes },
	};
	struct join text;
	size_t i;

	*hashes = (struct policy_hashes){ 0 };
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		begin_part(hashes, &text, xstrdup(parts[i].name));
		parts[i].write(&text, policy);
		end_part(hashes, &text);
	}
	hash_sets(hashes, policy);

	begin_text(&text);
	for (i = 0; i < hashes->count; i++)
		join_add(&text, "part %s %s\n", hashes->parts[i].name,
			 hashes->parts[i].hex);
	end_text(&text, hashes->all);
}

/**
 * policy_hashes_free - forget hashes
 * @hashes: the hashes
 */
void policy_hashes_free(struct policy_hashes *hashes)
{
	size_t i;

	for (i = 0; i < hashes->count; i++)
		free(hashes->parts[i].name);
	free(hashes->parts);
	*hashes = (struct policy_hashes){ 0 };
}

/**
 * policy_hash - hash a whole policy
 * @policy: the policy, with its rows, nodes and prefixes, in any order
 *
 * Return: a new string, the SHA-256 in SHA256_DIGITS hexadecimal digits, which
 * edgectl show hash calls all.
 */
char *policy_hash(const struct policy *policy)
{
	struct policy_hashes hashes;
	char *hex;

	policy_hashes(&hashes, policy);
	hex = xstrdup(hashes.all);
	policy_hashes_free(&hashes);
	return hex;
}
