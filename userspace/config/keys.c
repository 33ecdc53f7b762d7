// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys and sections of a configuration: the table, and the function of each
 * entry.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/prefix_file.h"
#include "config/row_keys.h"
#include "config/value.h"
#include "policy/profiles.h"
#include "system/links.h"

static void set_mode(struct config *config, const struct value *value)
{
	int mode = value_word(config, value, &names_modes);

	if (mode >= 0)
		config->policy.mode = (uint32_t)mode;
}

static void set_profile(struct config *config, const struct value *value)
{
	int profile = profile_find(value->word);
	char *advice;

	config->unknown_profile = profile < 0;
	if (profile >= 0) {
		config->policy.profile = (uint32_t)profile;
		return;
	}
	advice = profile_advice(value->word);
	value_wrong(config, value, "unknown profile; %s", advice);
	free(advice);
}

static void set_zone(struct config *config, const struct value *value)
{
	int zone = names_find(&names_zones, value->word);

	if (zone < 0) {
		words_add(&config->unknown_zones, value->word, value->line);
		return;
	}
	config->policy.zones |= 1U << zone;
	config->zone_lines[zone] = value->line;
}

static void set_feature(struct config *config, const struct value *value)
{
	int feature = names_find(&names_features, value->word);

	if (feature < 0) {
		words_add(&config->unknown_features, value->word, value->line);
		return;
	}
	config->policy.features |= 1U << feature;
	config->feature_lines[feature] = value->line;
}

static void set_row_off(struct config *config, const struct value *value)
{
	words_add(&config->rows_off, value->word, value->line);
}

static void set_ping_peers(struct config *config, const struct value *value)
{
	words_add(&config->ping_peers, value->word, value->line);
}

static void set_ping(struct config *config, const struct value *value)
{
	int side = value_word(config, value, &names_sides);

	if (side == NF_EDGE_SIDE_EDGE)
		value_wrong(config, value,
			    "no row is of this side; ping takes external and internal");
	else if (side >= 0)
		config->policy.ping |= 1U << side;
}

static void set_expose(struct config *config, const struct value *value)
{
	config->policy.expose_cls_ports = value_truth(config, value);
}

static void set_side(struct config *config, const struct value *value)
{
	struct interface *interface = value->section->made;
	int side = value_word(config, value, &names_sides);

	if (interface && side >= 0)
		interface->sides |= 1U << side;
}

/* Note an address that is not filled in yet; true if so. */
static bool take_placeholder(struct config *config, const struct value *value)
{
	size_t length = strlen(value->word);

	if (length < 2 || value->word[0] != '<' ||
	    value->word[length - 1] != '>')
		return false;
	words_add(&config->placeholders, value->word, value->line);
	return true;
}

static void not_an_address(struct config *config, const struct value *value)
{
	char text[INET6_ADDRSTRLEN], *advice;
	unsigned int length;
	struct ip ip, network;

	if (!prefix_read(value->word, &ip, &length)) {
		advice = address_advice(value->word, WANTED_ADDRESS);
		value_wrong(config, value, "%s", advice);
		free(advice);
		return;
	}
	network = ip;
	ip_mask(&network, length);
	if (length < ip_bits(&ip) && ip_equal(&network, &ip))
		value_wrong(config, value, "is a prefix; bind each address of the Edge by itself");
	else
		value_wrong(config, value, "has a prefix length; write %s",
			    ip_format(&ip, text));
}

static void set_address(struct config *config, const struct value *value)
{
	struct node *node = value->section->made;
	const char *unfit;
	struct ip ip;

	if (take_placeholder(config, value))
		return;
	if (!ip_parse(value->word, &ip)) {
		not_an_address(config, value);
		return;
	}
	unfit = ip_unfit(&ip, ip_bits(&ip));
	if (unfit) {
		value_wrong(config, value,
			    "is %s; bind an address that others reach the Edge at",
			    unfit);
		return;
	}
	if (node && node->count <= SERVICE_COUNT * NF_EDGE_MAX_ADDRESSES)
		node_bind(node, (uint8_t)value->key->number, &ip, value->line);
}

static void set_prefix(struct config *config, const struct value *value)
{
	if (!take_placeholder(config, value))
		prefix_file_add(config, value->section->made, config->file,
				value->line, value->word);
}

static void set_file(struct config *config, const struct value *value)
{
	struct named_set *set = value->section->made;

	set->source.is_void = prefix_file_read(config, set, value->word,
					       value->line);
	set->source.list = xstrdup(value->word);
	set->source.list_line = value->line;
}

static void set_may_be_empty(struct config *config, const struct value *value)
{
	struct named_set *set = value->section->made;

	set->source.may_be_empty = value_truth(config, value);
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
		section_wrong(config, section, "%s", alternative);
	else
		section_wrong(config, section,
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
		section_wrong(config, section,
			      "an interface with a quote, a backslash or a dollar in its name cannot be bound: rename it");
		return NULL;
	}
	if (!strcmp(section->name, "lo")) {
		section_wrong(config, section, "loopback traffic is never governed; leave it out");
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
		section_wrong(config, section,
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
	struct named_set *set;

	config->named_sets = xgrow(config->named_sets, &config->named_capacity,
				   config->named_count, sizeof(*set));
	set = &config->named_sets[config->named_count++];
	*set = (struct named_set){ .name = xstrdup(section->name) };
	set->set.bound = true;
	set->set.line = section->line;
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
	[TOP_PROFILE] = ONE("profile", set_profile),
	[TOP_PORTS] = {
		.name = "ports", .kind = KEY_SECTION,
		.open = open_ports, .keys = ports_keys,
	},
	[TOP_ROWS_OFF] = LIST("rows-off", set_row_off),
	[TOP_ROW] = {
		.name = "row", .kind = KEY_SECTIONS,
		.open = open_row, .close = close_row, .keys = row_keys,
	},
	[TOP_PING_PEERS] = LIST("ping-peers", set_ping_peers),
	[TOP_KEYS] = { }
};

static_assert(TOP_KEYS <= KEYS_MAX, "a level has no more keys");
