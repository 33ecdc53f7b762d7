// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys and sections of a configuration: the table, and the function of each
 * entry.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/prefix_file.h"
#include "system/links.h"

static void __printf(3, 4)
wrong(struct config *config, const struct value *value, const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&config->errors, config->file, value->line, value->word,
		     "%s", message);
	free(message);
}

static int known_word(struct config *config, const struct value *value,
		      const struct vocabulary *vocabulary)
{
	int number = names_find(vocabulary, value->word);
	char *advice;

	if (number < 0) {
		advice = names_advice(vocabulary, value->word);
		wrong(config, value, "unknown %s; %s", vocabulary->kind,
		      advice);
		free(advice);
	}
	return number;
}

static void set_mode(struct config *config, const struct value *value)
{
	int mode = known_word(config, value, &names_modes);

	if (mode >= 0)
		config->policy.mode = (uint32_t)mode;
}

static void set_zone(struct config *config, const struct value *value)
{
	int zone = known_word(config, value, &names_zones);

	if (zone < 0)
		return;
	config->policy.zones |= 1U << zone;
	config->zone_lines[zone] = value->line;
}

static void set_feature(struct config *config, const struct value *value)
{
	int feature = known_word(config, value, &names_features);

	if (feature < 0)
		return;
	config->policy.features |= 1U << feature;
	config->feature_lines[feature] = value->line;
}

static void set_ping(struct config *config, const struct value *value)
{
	int side = known_word(config, value, &names_sides);

	if (side == NF_EDGE_SIDE_EDGE)
		wrong(config, value, "no row is of this side; ping takes external and internal");
	else if (side >= 0)
		config->policy.ping |= 1U << side;
}

static bool read_truth(struct config *config, const struct value *value)
{
	static const char *const words[] = {
		"false", "no", "off", "true", "yes", "on",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (nearest_same_letters(words[i], value->word))
			return i >= ARRAY_SIZE(words) / 2;
	wrong(config, value, "is neither true nor false; write %s = false",
	      value->key->name);
	return false;
}

static void set_expose(struct config *config, const struct value *value)
{
	config->policy.expose_cls_ports = read_truth(config, value);
}

static void set_side(struct config *config, const struct value *value)
{
	struct interface *interface = value->section->made;
	int side = known_word(config, value, &names_sides);

	if (interface && side >= 0)
		interface->sides |= 1U << side;
}

static void not_an_address(struct config *config, const struct value *value)
{
	char text[INET6_ADDRSTRLEN], *advice;
	unsigned int length;
	struct ip ip, network;

	if (!prefix_read(value->word, &ip, &length)) {
		advice = address_advice(value->word, WANTED_ADDRESS);
		wrong(config, value, "%s", advice);
		free(advice);
		return;
	}
	network = ip;
	ip_mask(&network, length);
	if (length < ip_bits(&ip) && ip_equal(&network, &ip))
		wrong(config, value, "is a prefix; bind each address of the Edge by itself");
	else
		wrong(config, value, "has a prefix length; write %s",
		      ip_format(&ip, text));
}

static void set_address(struct config *config, const struct value *value)
{
	struct node *node = value->section->made;
	const char *unfit;
	struct ip ip;

	if (!ip_parse(value->word, &ip)) {
		not_an_address(config, value);
		return;
	}
	unfit = ip_unfit(&ip, ip_bits(&ip));
	if (unfit) {
		wrong(config, value, "is %s; bind an address that others reach the Edge at",
		      unfit);
		return;
	}
	if (node && node->count <= SERVICE_COUNT * NF_EDGE_MAX_ADDRESSES)
		node_bind(node, (uint8_t)value->key->number, &ip, value->line);
}

/* Prefixes of an unknown set are read too, for their errors. */
static struct peer_set *set_of(struct config *config,
			       const struct value *value)
{
	return value->section->made ?: &config->unknown_set;
}

static struct set_source *source_of(struct config *config,
				    const struct value *value)
{
	const struct peer_set *set = value->section->made;

	return set ? &config->sources[set - config->policy.sets] : NULL;
}

static void set_prefix(struct config *config, const struct value *value)
{
	prefix_file_add(config, set_of(config, value), config->file,
			value->line, value->word);
}

static void set_file(struct config *config, const struct value *value)
{
	struct set_source *source = source_of(config, value);
	bool is_void = prefix_file_read(config, set_of(config, value),
					value->word, value->line);

	if (!source)
		return;
	source->list = xstrdup(value->word);
	source->list_line = value->line;
	source->is_void = is_void;
}

static void set_may_be_empty(struct config *config, const struct value *value)
{
	struct set_source *source = source_of(config, value);
	bool truth = read_truth(config, value);

	if (source)
		source->may_be_empty = truth;
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

/* Note an error of the name of a section. */
static void __printf(3, 4)
refuse(struct config *config, const struct section *s, const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&config->errors, config->file, s->line, s->name, "%s",
		     message);
	free(message);
}

/* An alternative name may be longer than a name that packets are judged by. */
static void refuse_interface(struct config *config,
			     const struct section *section)
{
	char *alternative;
	const char *nearest;
	struct links links;

	links_read(&links);
	alternative = device_alternative(&links, section->name);
	nearest = device_nearest(&links, section->name);
	if (alternative)
		refuse(config, section, "%s", alternative);
	else
		refuse(config, section,
		       "no interface can be called so; a name has 1 to %d characters, and no / : or space%s%s",
		       NF_EDGE_INTERFACE_NAME_MAX,
		       nearest ? "; the nearest is " : "",
		       nearest ? nearest : "");
	free(alternative);
	links_free(&links);
}

/* Of interfaces and nodes, one more is made than there may be, for the error of
 * validate.c.
 */
static void *open_interface(struct config *config,
			    const struct section *section)
{
	struct interface *interface;

	if (!good_interface_name(section->name)) {
		refuse_interface(config, section);
		return NULL;
	}
	if (strpbrk(section->name, "\"'\\$")) {
		refuse(config, section,
		       "an interface with a quote, a backslash or a dollar in its name cannot be bound: rename it");
		return NULL;
	}
	if (!strcmp(section->name, "lo")) {
		refuse(config, section, "loopback traffic is never governed; leave it out");
		return NULL;
	}
	if (config->policy.interface_count > NF_EDGE_MAX_INTERFACES)
		return NULL;
	interface = interface_add(&config->policy, section->name);
	interface->line = section->line;
	return interface;
}

static void *open_node(struct config *config, const struct section *section)
{
	struct node *node;

	if (!good_node_name(section->name)) {
		refuse(config, section,
		       "no node can be called so; a name has 1 to %d of A-Z a-z 0-9 . _ -",
		       NF_EDGE_NODE_NAME_MAX);
		return NULL;
	}
	if (config->policy.node_count > NF_EDGE_MAX_NODES)
		return NULL;
	node = node_add(&config->policy, section->name);
	node->line = section->line;
	return node;
}

static void *open_peers(struct config *config, const struct section *section)
{
	int number = names_find(&names_peer_sets, section->name);
	struct peer_set *set;
	char *advice;

	if (number < 0) {
		advice = names_advice(&names_peer_sets, section->name);
		refuse(config, section, "unknown peer set; %s", advice);
		free(advice);
		return NULL;
	}
	set = &config->policy.sets[number];
	set->bound = true;
	set->line = section->line;
	return set;
}

#define ONE(key, setter)						\
	{ .name = key, .kind = KEY_ONE, .set = setter }
#define LIST(key, setter)						\
	{ .name = key, .kind = KEY_LIST, .set = setter }
#define SERVICE(key, service)						\
	{ .name = key, .kind = KEY_LIST, .set = set_address, .number = service }

static const struct key interface_keys[] = {
	LIST("sides", set_side),
	{ }
};

static const struct key node_keys[] = {
	SERVICE("access", NF_EDGE_SERVICE_ACCESS),
	SERVICE("webconf", NF_EDGE_SERVICE_WEBCONF),
	SERVICE("av", NF_EDGE_SERVICE_AV),
	SERVICE("internal", NF_EDGE_SERVICE_INTERNAL),
	{ }
};

static const struct key peers_keys[] = {
	LIST("prefixes", set_prefix),
	ONE("file", set_file),
	ONE("may-be-empty", set_may_be_empty),
	{ }
};

const struct key config_keys[] = {
	[TOP_MODE] = {
		.name = "mode", .kind = KEY_ONE, .set = set_mode,
		.required = "mode = enforce or mode = audit",
	},
	[TOP_ZONES] = {
		.name = "zones", .kind = KEY_LIST, .set = set_zone,
		.required = "zones = { external, internal }, or an empty list",
	},
	[TOP_FEATURES] = {
		.name = "features", .kind = KEY_LIST, .set = set_feature,
		.required = "features = { remote-access }, or an empty list",
	},
	[TOP_PING] = LIST("ping", set_ping),
	[TOP_EXPOSE] = ONE("expose-cls-ports", set_expose),
	[TOP_INTERFACE] = {
		.name = "interface", .kind = KEY_SECTIONS,
		.open = open_interface, .keys = interface_keys,
	},
	[TOP_NODE] = {
		.name = "node", .kind = KEY_SECTIONS,
		.open = open_node, .keys = node_keys,
		.required = "node NAME { access = { ... } }",
	},
	[TOP_PEERS] = {
		.name = "peers", .kind = KEY_SECTIONS,
		.open = open_peers, .keys = peers_keys,
	},
	[TOP_KEYS] = { }
};

static_assert(TOP_KEYS <= KEYS_MAX, "a level has no more keys");
