// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a configuration file: what scan.c leaves of it goes to libConfuse,
 * which hands each value over, with its line.
 */
#include <confuse.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/config.h"
#include "config/text.h"
#include "system/links.h"

/* Shorter prefixes are hardly meant. */
#define SHORT_IPV4	8U
#define SHORT_IPV6	16U

/* libConfuse gives its callbacks no argument of the caller. */
static struct config *reading;

static void __printf(3, 4)
wrong(const cfg_t *cfg, const char *word, const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = nf_edge_vformat(format, args);
	va_end(args);
	nf_edge_find(&reading->errors, reading->file,
		     (unsigned int)cfg->line, word, "%s", message);
	free(message);
}

static int known_word(const cfg_t *cfg, const struct vocabulary *vocabulary,
		      const char *word)
{
	int value = nf_edge_word_find(vocabulary, word);
	char *advice;

	if (value < 0) {
		advice = nf_edge_word_advice(vocabulary, word);
		wrong(cfg, word, "unknown %s; %s", vocabulary->kind, advice);
		free(advice);
	}
	return value;
}

static void read_mode(cfg_t *cfg, const char *word)
{
	int mode = known_word(cfg, &nf_edge_modes, word);

	if (mode >= 0)
		reading->policy.mode = (uint32_t)mode;
}

static void read_zone(cfg_t *cfg, const char *word)
{
	int zone = known_word(cfg, &nf_edge_zones, word);

	if (zone < 0)
		return;
	reading->policy.zones |= 1U << zone;
	reading->zone_lines[zone] = (unsigned int)cfg->line;
}

static void read_feature(cfg_t *cfg, const char *word)
{
	int feature = known_word(cfg, &nf_edge_features, word);

	if (feature < 0)
		return;
	reading->policy.features |= 1U << feature;
	reading->feature_lines[feature] = (unsigned int)cfg->line;
}

static void read_ping(cfg_t *cfg, const char *word)
{
	int side = known_word(cfg, &nf_edge_sides, word);

	if (side == NF_EDGE_SIDE_EDGE)
		wrong(cfg, word, "no row is of this side; ping takes external and internal");
	else if (side >= 0)
		reading->policy.ping |= 1U << side;
}

static bool read_truth(cfg_t *cfg, const char *key, const char *word)
{
	int truth = cfg_parse_boolean(word);

	if (truth < 0)
		wrong(cfg, word, "is neither true nor false; write %s = false",
		      key);
	return truth > 0;
}

static void read_expose(cfg_t *cfg, const char *word)
{
	reading->policy.expose_cls_ports = read_truth(cfg, "expose-cls-ports",
						      word);
}

static void read_side(cfg_t *cfg, const char *word)
{
	struct interface *interface = nf_edge_interface_find(&reading->policy,
							     cfg->title);
	int side = known_word(cfg, &nf_edge_sides, word);

	if (interface && side >= 0)
		interface->sides |= 1U << side;
}

static void not_an_address(const cfg_t *cfg, const char *word)
{
	char text[INET6_ADDRSTRLEN], *advice;
	unsigned int length;
	struct ip ip, network;

	if (!nf_edge_prefix_read(word, &ip, &length)) {
		advice = nf_edge_address_advice(word, WANTED_ADDRESS);
		wrong(cfg, word, "%s", advice);
		free(advice);
		return;
	}
	network = ip;
	nf_edge_ip_mask(&network, length);
	if (length < nf_edge_ip_bits(&ip) && nf_edge_ip_equal(&network, &ip))
		wrong(cfg, word, "is a prefix; bind each address of the Edge by itself");
	else
		wrong(cfg, word, "has a prefix length; write %s",
		      nf_edge_ip_format(&ip, text));
}

static void read_address(cfg_t *cfg, cfg_opt_t *opt, const char *word)
{
	struct node *node = nf_edge_node_find(&reading->policy, cfg->title);
	int service = nf_edge_word_find(&nf_edge_services, opt->name);
	const char *unfit;
	struct ip ip;

	if (!nf_edge_ip_parse(word, &ip)) {
		not_an_address(cfg, word);
		return;
	}
	unfit = nf_edge_ip_unfit(&ip, nf_edge_ip_bits(&ip));
	if (unfit) {
		wrong(cfg, word, "is %s; bind an address that others reach the Edge at",
		      unfit);
		return;
	}
	if (node && node->count <= SERVICE_COUNT * NF_EDGE_MAX_ADDRESSES)
		nf_edge_node_bind(node, (uint8_t)service, &ip,
				  (unsigned int)cfg->line);
}

/* What stands in a set that is not known is read too, for its errors. */
static struct peer_set *set_of(const cfg_t *cfg)
{
	int set = nf_edge_word_find(&nf_edge_peer_sets, cfg->title);

	return set < 0 ? &reading->unknown_set : &reading->policy.sets[set];
}

static void read_prefix(cfg_t *cfg, const char *word)
{
	nf_edge_config_prefix(reading, set_of(cfg), reading->file,
			      (unsigned int)cfg->line, word);
}

static void read_file(cfg_t *cfg, const char *word)
{
	int set = nf_edge_word_find(&nf_edge_peer_sets, cfg->title);
	bool is_void = nf_edge_prefix_file_read(reading, set_of(cfg), word,
						(unsigned int)cfg->line);

	if (set < 0)
		return;
	reading->sources[set].list = nf_edge_strdup(word);
	reading->sources[set].list_line = (unsigned int)cfg->line;
	reading->sources[set].is_void = is_void;
}

static void read_may_be_empty(cfg_t *cfg, const char *word)
{
	int set = nf_edge_word_find(&nf_edge_peer_sets, cfg->title);
	bool truth = read_truth(cfg, "may-be-empty", word);

	if (set >= 0)
		reading->sources[set].may_be_empty = truth;
}

/* A value is read here and now; libConfuse keeps an empty string for it. */
#define CALLBACK(name, call)						\
	static int name##_value(cfg_t *cfg, cfg_opt_t *opt,		\
				const char *word, void *result)		\
	{								\
		(void)opt;						\
		call;							\
		*(const char **)result = "";				\
		return 0;						\
	}

CALLBACK(mode, read_mode(cfg, word))
CALLBACK(zone, read_zone(cfg, word))
CALLBACK(feature, read_feature(cfg, word))
CALLBACK(ping, read_ping(cfg, word))
CALLBACK(expose, read_expose(cfg, word))
CALLBACK(side, read_side(cfg, word))
CALLBACK(address, read_address(cfg, opt, word))
CALLBACK(prefix, read_prefix(cfg, word))
CALLBACK(file, read_file(cfg, word))
CALLBACK(may_be_empty, read_may_be_empty(cfg, word))

#define ONE(name, callback)	CFG_STR_CB(name, NULL, CFGF_NODEFAULT, callback)
#define LIST(name, callback)	CFG_STR_LIST_CB(name, NULL, CFGF_NODEFAULT, callback)

static cfg_opt_t interface_schema[] = {
	LIST("sides", side_value),
	CFG_END()
};

static cfg_opt_t node_schema[] = {
	LIST("access", address_value),
	LIST("webconf", address_value),
	LIST("av", address_value),
	LIST("internal", address_value),
	CFG_END()
};

static cfg_opt_t peers_schema[] = {
	LIST("prefixes", prefix_value),
	ONE("file", file_value),
	ONE("may-be-empty", may_be_empty_value),
	CFG_END()
};

enum { MODE, ZONES, FEATURES, PING, EXPOSE, INTERFACE, NODE, PEERS, TOP_KEYS };

static cfg_opt_t top_schema[] = {
	[MODE] = ONE("mode", mode_value),
	[ZONES] = LIST("zones", zone_value),
	[FEATURES] = LIST("features", feature_value),
	[PING] = LIST("ping", ping_value),
	[EXPOSE] = ONE("expose-cls-ports", expose_value),
	[INTERFACE] = CFG_SEC("interface", interface_schema,
			      CFGF_MULTI | CFGF_TITLE),
	[NODE] = CFG_SEC("node", node_schema, CFGF_MULTI | CFGF_TITLE),
	[PEERS] = CFG_SEC("peers", peers_schema, CFGF_MULTI | CFGF_TITLE),
	[TOP_KEYS] = CFG_END()
};

/* Warn of a short prefix: as a rule, a digit of its length is missing. */
static void warn_short(struct config *config, const struct peer_set *set,
		       const char *file, unsigned int line, const char *text,
		       const struct ip *ip, unsigned int length)
{
	const struct peer_set *inside =
		&config->policy.sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS];
	const char *family = ip->family == AF_INET ? "IPv4" : "IPv6";
	char *share;

	if (length >= (ip->family == AF_INET ? SHORT_IPV4 : SHORT_IPV6))
		return;
	share = length ? nf_edge_format("one in %u of all %s addresses",
					1U << length, family) :
			 nf_edge_format("every %s address", family);
	if (set == inside)
		nf_edge_find(&config->warnings, file, line, text,
			     "takes in %s as internal: from outside they are spoofed, and external rows at Any do not hold for them",
			     share);
	else
		nf_edge_find(&config->warnings, file, line, text,
			     "takes in %s; the rows of its set hold for all of them",
			     share);
	free(share);
}

/**
 * nf_edge_config_prefix - read a prefix into a set
 * @config: the configuration
 * @set: one of its sets
 * @file: where the prefix stands
 * @line: and in which line
 * @text: the prefix
 */
void nf_edge_config_prefix(struct config *config, struct peer_set *set,
			   const char *file, unsigned int line,
			   const char *text)
{
	unsigned int length;
	struct ip ip;
	char *why;

	why = nf_edge_prefix_parse(text, &ip, &length);
	if (why) {
		nf_edge_find(&config->errors, file, line, text, "%s", why);
		free(why);
		return;
	}
	if (config->prefix_count > NF_EDGE_MAX_PREFIXES ||
	    !nf_edge_set_add(set, &ip, length))
		return;
	warn_short(config, set, file, line, text, &ip, length);
	if (++config->prefix_count > NF_EDGE_MAX_PREFIXES)
		nf_edge_find(&config->errors, file, line, text,
			     "is one prefix too many; all sets together hold %u at most",
			     NF_EDGE_MAX_PREFIXES);
}

/* The kernel takes the octet 0xa0, the second of a non-breaking space, for a
 * space as well.
 */
static bool good_interface_name(const char *name)
{
	return *name && strlen(name) <= NF_EDGE_INTERFACE_NAME_MAX &&
	       strcmp(name, ".") && strcmp(name, "..") &&
	       !strpbrk(name, "/: \t\r\n\v\f\xa0");
}

#define NODE_LETTERS	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
			"abcdefghijklmnopqrstuvwxyz0123456789._-"

static bool good_node_name(const char *name)
{
	size_t length = strlen(name);

	return length && length <= NF_EDGE_NODE_NAME_MAX &&
	       strspn(name, NODE_LETTERS) == length;
}

/* An alternative name may be longer than a name that packets are judged by. */
static void refuse_name(struct config *config, const struct section *section)
{
	char *alternative;
	const char *nearest;
	struct links links;

	nf_edge_links_read(&links);
	alternative = nf_edge_device_alternative(&links, section->title);
	nearest = nf_edge_device_nearest(&links, section->title);
	if (alternative)
		nf_edge_find(&config->errors, config->file, section->line,
			     section->title, "%s", alternative);
	else
		nf_edge_find(&config->errors, config->file, section->line,
			     section->title,
			     "no interface can be called so; a name has 1 to %d characters, and no / : or space%s%s",
			     NF_EDGE_INTERFACE_NAME_MAX,
			     nearest ? "; the nearest is " : "",
			     nearest ? nearest : "");
	free(alternative);
	nf_edge_links_free(&links);
}

static void open_interface(struct config *config,
			   const struct section *section)
{
	if (!good_interface_name(section->title)) {
		refuse_name(config, section);
		return;
	}
	if (strpbrk(section->title, "\"'\\$")) {
		nf_edge_find(&config->errors, config->file, section->line,
			     section->title,
				"an interface with a quote, a backslash or a dollar in its name cannot be bound: rename it");
		return;
	}
	if (!strcmp(section->title, "lo")) {
		nf_edge_find(&config->errors, config->file, section->line,
			     section->title, "loopback traffic is never governed; leave it out");
		return;
	}
	if (config->policy.interface_count <= NF_EDGE_MAX_INTERFACES)
		nf_edge_interface_add(&config->policy, section->title)->line =
			section->line;
}

static void open_node(struct config *config, const struct section *section)
{
	if (!good_node_name(section->title)) {
		nf_edge_find(&config->errors, config->file, section->line,
			     section->title,
				"no node can be called so; a name has 1 to %d of A-Z a-z 0-9 . _ -",
			     NF_EDGE_NODE_NAME_MAX);
		return;
	}
	if (config->policy.node_count <= NF_EDGE_MAX_NODES)
		nf_edge_node_add(&config->policy, section->title)->line =
			section->line;
}

static void open_peers(struct config *config, const struct section *section)
{
	int set = nf_edge_word_find(&nf_edge_peer_sets, section->title);
	char *advice;

	if (set < 0) {
		advice = nf_edge_word_advice(&nf_edge_peer_sets,
					     section->title);
		nf_edge_find(&config->errors, config->file, section->line,
			     section->title, "unknown peer set; %s", advice);
		free(advice);
		return;
	}
	config->policy.sets[set].bound = true;
	config->policy.sets[set].line = section->line;
}

/* Make what the sections name, for the values to go into: of each one more
 * than there may be, for validate.c to find.
 */
static void open_sections(struct config *config, const struct text *text)
{
	size_t i;

	for (i = 1; i < text->section_count; i++) {
		const struct section *section = &text->sections[i];

		if (section->broken)
			continue;
		if (section->option == &top_schema[INTERFACE])
			open_interface(config, section);
		else if (section->option == &top_schema[NODE])
			open_node(config, section);
		else
			open_peers(config, section);
	}
}

static void __printf(2, 0)
report_syntax(cfg_t *cfg, const char *format, va_list args)
{
	char *message = nf_edge_vformat(format, args);

	wrong(cfg, reading->file, "%s", message);
	free(message);
}

static void read_values(struct config *config, struct text *text)
{
	cfg_t *cfg = cfg_init(top_schema, CFGF_NONE);

	if (!cfg)
		nf_edge_out_of_memory();
	cfg_set_error_function(cfg, report_syntax);
	reading = config;
	cfg_parse_buf(cfg, text->buffer);
	reading = NULL;
	cfg_free(cfg);
}

static void require(struct config *config, const struct section *top,
		    unsigned int key, const char *remedy)
{
	if (!top->key_lines[key])
		nf_edge_find(&config->errors, config->file, 1,
			     top_schema[key].name, "is missing; write %s",
			     remedy);
}

static void check_required(struct config *config, const struct text *text)
{
	const struct section *top = &text->sections[0];
	bool any_node = false;
	size_t i;

	require(config, top, MODE, "mode = enforce or mode = audit");
	require(config, top, ZONES, "zones = { external, internal }, or an empty list");
	require(config, top, FEATURES, "features = { remote-access }, or an empty list");

	for (i = 1; i < text->section_count; i++) {
		const struct section *section = &text->sections[i];

		any_node |= section->option == &top_schema[NODE];
	}
	if (!any_node)
		nf_edge_find(&config->errors, config->file, 1, "node",
			     "is missing; write node NAME { access = { ... } }");

	for (i = 0; i < PEER_SET_COUNT; i++) {
		const struct set_source *source = &config->sources[i];

		if (source->is_void && !source->may_be_empty)
			nf_edge_find(&config->errors, config->file,
				     source->list_line, source->list,
				     "holds no prefix; write may-be-empty = true beside it if that is meant");
	}

	config->policy.mode_line = top->key_lines[MODE];
	config->policy.zones_line = top->key_lines[ZONES];
	config->policy.features_line = top->key_lines[FEATURES];
	config->policy.ping_line = top->key_lines[PING];
	config->policy.expose_line = top->key_lines[EXPOSE];
}

/**
 * nf_edge_config_read - read a configuration file, and note all its errors
 * @config: filled in; nf_edge_config_free() it
 * @file: its name, which has to outlive @config
 */
void nf_edge_config_read(struct config *config, const char *file)
{
	unsigned int line, i;
	struct text text;
	char *why = NULL;

	*config = (struct config){ .file = file };
	if (!nf_edge_text_read(&text, file, &line, &why)) {
		nf_edge_find(&config->errors, file, line, file, "%s", why);
		goto out;
	}
	config->is_stream = text.is_stream;

	nf_edge_text_scan(&text, top_schema, &config->errors);
	open_sections(config, &text);
	read_values(config, &text);
	check_required(config, &text);
	for (i = 0; i < PEER_SET_COUNT; i++)
		nf_edge_set_sort(&config->policy.sets[i]);
	nf_edge_config_validate(config);
	nf_edge_findings_sort(&config->errors, file);
	nf_edge_findings_sort(&config->warnings, file);
out:
	nf_edge_text_free(&text);
	free(why);
}

/**
 * nf_edge_config_free - forget a configuration
 * @config: the configuration
 */
void nf_edge_config_free(struct config *config)
{
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		free(config->sources[i].list);
	nf_edge_set_free(&config->unknown_set);
	nf_edge_policy_free(&config->policy);
	nf_edge_findings_free(&config->errors);
	nf_edge_findings_free(&config->warnings);
}
