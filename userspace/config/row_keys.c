// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of sections ports and row: moved ports, and rows of the site's own.
 */
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "config/row_keys.h"
#include "config/value.h"

#define PORT_MAX	65535

/* Read a port up to a character; return its number, PORT_MAX + 1 of a larger
 * one, or -1 of another word.
 */
static long read_port(const char **text, char end)
{
	size_t digits = strspn(*text, "0123456789");
	const char *p = *text;
	long port;

	if (!digits || p[digits] != end)
		return -1;
	*text += digits;
	p += strspn(p, "0");
	digits = (size_t)(*text - p);
	port = strtol(p, NULL, 10);
	return digits > 5 || port > PORT_MAX ? PORT_MAX + 1 : digits ? port : 0;
}

/* Read PORT or LOW-HIGH; note an error of another text. */
static bool read_range(struct config *config, const struct value *value,
		       const char *text, struct port_range *range)
{
	bool is_range = strchr(text, '-');
	long low = read_port(&text, is_range ? '-' : '\0'), high = low;

	if (is_range && low >= 0) {
		text++;
		high = read_port(&text, '\0');
	}
	if (low < 0 || high < 0)
		value_wrong(config, value,
			    "has no port; write a number of 1 to 65535, or a range as 5985-5986");
	else if (!low || !high)
		value_wrong(config, value, "there is no port 0; ports are 1 to 65535");
	else if (low > PORT_MAX || high > PORT_MAX)
		value_wrong(config, value, "there is no such port; ports are 1 to 65535");
	else if (low > high)
		value_wrong(config, value, "the range is turned round; write %ld-%ld",
			    high, low);
	if (low <= 0 || high < low || high > PORT_MAX)
		return false;
	range->low = (uint16_t)low;
	range->high = (uint16_t)high;
	return true;
}

static void set_moved(struct config *config, const struct value *value)
{
	enum port_key key = value->key->number;
	const struct port_key_info *info = &port_keys[key];
	struct port_move *move = &config->policy.ports[key];
	struct port_range range;

	config->port_lines[key] = value->line;
	if (!read_range(config, value, value->word, &range))
		return;
	if (range.low != range.high && info->low == info->high) {
		value_wrong(config, value, "is a range; %s takes one port, and only media a range",
			    info->name);
		return;
	}
	*move = (struct port_move){
		.moved = range.low != info->low || range.high != info->high,
		.low = range.low, .high = range.high, .line = value->line,
	};
}

void *open_ports(struct config *config, const struct section *section)
{
	(void)section;
	return config->policy.ports;
}

static struct site_row *row_of(struct config *config,
			       const struct section *section)
{
	const struct row_draft *draft = section->made;

	return draft ? &config->policy.rows[draft - config->rows] : NULL;
}

static void set_service(struct config *config, const struct value *value)
{
	struct site_row *row = row_of(config, value->section);
	int service = value_word(config, value, &names_services);

	if (row && service >= 0)
		row->service = (uint8_t)service;
}

static bool read_protocol(struct config *config, const struct value *value,
			  const char *slash, uint8_t *protocol)
{
	static const char *const words[] = { "tcp", "udp" };
	static const uint8_t numbers[] = { IPPROTO_TCP, IPPROTO_UDP };
	size_t length = (size_t)(slash - value->word), i;
	char *word, *advice;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i]) != length ||
		    strncmp(words[i], value->word, length) != 0)
			continue;
		*protocol = numbers[i];
		return true;
	}
	word = xformat("%.*s", (int)length, value->word);
	advice = nearest_advice("protocol", words, ARRAY_SIZE(words), word);
	value_wrong(config, value, "unknown protocol; %s", advice);
	free(advice);
	free(word);
	return false;
}

static void set_ports(struct config *config, const struct value *value)
{
	const char *slash = strchr(value->word, '/');
	struct row_draft *draft = value->section->made;
	struct site_row *row = row_of(config, value->section);
	struct port_range range;

	if (!slash) {
		value_wrong(config, value, "has no protocol; write tcp/3389 or udp/123");
		return;
	}
	if (!read_protocol(config, value, slash, &range.protocol) ||
	    !read_range(config, value, slash + 1, &range) || !row)
		return;
	row->direction = (uint8_t)value->key->number;
	if (draft->port_count < NF_EDGE_MAX_PORTS)
		row->ports[row->port_count++] = range;
	if (draft->port_count++ == NF_EDGE_MAX_PORTS)
		value_wrong(config, value,
			    "is one port too many; a row has %u ports and ranges at most",
			    NF_EDGE_MAX_PORTS);
}

static void set_peer(struct config *config, const struct value *value)
{
	struct row_draft *draft = value->section->made;

	(void)config;
	if (draft)
		words_add(&draft->peers, value->word, value->line);
}

static void set_node(struct config *config, const struct value *value)
{
	struct row_draft *draft = value->section->made;

	(void)config;
	if (draft)
		words_add(&draft->nodes, value->word, value->line);
}

static void set_exposed(struct config *config, const struct value *value)
{
	struct site_row *row = row_of(config, value->section);
	bool exposed = value_truth(config, value);

	if (row)
		row->exposed = exposed;
}

static void set_note(struct config *config, const struct value *value)
{
	struct site_row *row = row_of(config, value->section);
	size_t length = strlen(value->word), i;

	for (i = 0; i < length; i++)
		if ((unsigned char)value->word[i] < ' ' ||
		    value->word[i] == '\177') {
			value_wrong(config, value,
				    "holds a control character; a note is one line of text");
			return;
		}
	if (length > NF_EDGE_NOTE_MAX)
		value_wrong(config, value, "is %zu octets long; a note has %u at most",
			    length, NF_EDGE_NOTE_MAX);
	else if (row)
		memcpy(row->note, value->word, length + 1);
}

enum row_key {
	ROW_SERVICE,
	ROW_IN,
	ROW_OUT,
	ROW_PEERS,
	ROW_NODES,
	ROW_EXPOSED,
	ROW_NOTE,
	ROW_KEYS,
};

#define MOVED(key, name_)						\
	[key] = {							\
		.name = name_, .kind = KEY_ONE, .set = set_moved,	\
		.number = key,						\
	}

const struct key ports_keys[] = {
	MOVED(PORT_ACCESS_CLIENT, "access-client"),
	MOVED(PORT_ACCESS_FEDERATION, "access-federation"),
	MOVED(PORT_WEBCONF_CLIENT, "webconf-client"),
	MOVED(PORT_TURN_TCP, "turn-tcp"),
	MOVED(PORT_TURN_UDP, "turn-udp"),
	MOVED(PORT_MEDIA, "media"),
	MOVED(PORT_INTERNAL_SIP, "internal-sip"),
	MOVED(PORT_INTERNAL_PSOM, "internal-psom"),
	MOVED(PORT_INTERNAL_MRAS, "internal-mras"),
	MOVED(PORT_INTERNAL_TURN_TCP, "internal-turn-tcp"),
	MOVED(PORT_INTERNAL_TURN_UDP, "internal-turn-udp"),
	[PORT_KEYS] = { }
};

const struct key row_keys[] = {
	[ROW_SERVICE] = {
		.name = "service", .kind = KEY_ONE, .set = set_service,
	},
	[ROW_IN] = {
		.name = "in", .kind = KEY_LIST, .set = set_ports,
		.number = NF_EDGE_DIRECTION_IN,
	},
	[ROW_OUT] = {
		.name = "out", .kind = KEY_LIST, .set = set_ports,
		.number = NF_EDGE_DIRECTION_OUT,
	},
	[ROW_PEERS] = { .name = "peers", .kind = KEY_LIST, .set = set_peer },
	[ROW_NODES] = { .name = "nodes", .kind = KEY_LIST, .set = set_node },
	[ROW_EXPOSED] = {
		.name = "exposed", .kind = KEY_ONE, .set = set_exposed,
	},
	[ROW_NOTE] = { .name = "note", .kind = KEY_ONE, .set = set_note },
	[ROW_KEYS] = { }
};

static_assert(PORT_KEYS <= KEYS_MAX && ROW_KEYS <= KEYS_MAX,
	      "a level has no more keys");

#define NAME_LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789-"

/* One row more is made than there may be, for the error of that one. */
void *open_row(struct config *config, const struct section *section)
{
	size_t length = strlen(section->name);
	struct row_draft *draft;

	if (!length || length > NF_EDGE_ROW_NAME_MAX ||
	    strspn(section->name, NAME_LETTERS) != length) {
		section_wrong(config, section,
			      "no row can be called so; a name has 1 to %d of a-z 0-9 -",
			      NF_EDGE_ROW_NAME_MAX);
		return NULL;
	}
	if (config->row_count > NF_EDGE_MAX_ROWS)
		return NULL;
	config->rows = xgrow(config->rows, &config->row_capacity,
			     config->row_count, sizeof(*config->rows));
	draft = &config->rows[config->row_count++];
	*draft = (struct row_draft){ .errors = config->errors.total };
	site_row_add(&config->policy, section->name)->line = section->line;
	return draft;
}

static void check_direction(struct config *config,
			    const struct section *section, bool flawed)
{
	const struct site_row *row = row_of(config, section);
	unsigned int in = section->key_lines[ROW_IN];
	unsigned int out = section->key_lines[ROW_OUT];

	if (in && out)
		section_wrong(config, section, "has both in and out; write a row for each");
	else if (!in && !out)
		section_wrong(config, section,
			      "has neither in nor out; write in = { tcp/3389 } for connections to the Edge, or out");
	else if (!row->port_count && !flawed)
		section_wrong(config, section, "has no port; write %s = { tcp/3389 }",
			      in ? "in" : "out");
}

void close_row(struct config *config, const struct section *section)
{
	struct site_row *row = row_of(config, section);
	struct row_draft *draft = section->made;
	const unsigned int *lines = section->key_lines;
	bool flawed = config->errors.total > draft->errors;

	row->ports_line = lines[ROW_IN] ? lines[ROW_IN] : lines[ROW_OUT];
	row->peers_line = lines[ROW_PEERS];
	row->nodes_line = lines[ROW_NODES];
	row->exposed_line = lines[ROW_EXPOSED];
	if (!lines[ROW_SERVICE])
		section_wrong(config, section,
			      "has no service; write service = internal, access, webconf or av");
	check_direction(config, section, flawed);
	if (!lines[ROW_PEERS])
		section_wrong(config, section,
			      "has no peers; write peers = { ... } with names of sets, or { any }");
	else if (!draft->peers.count && !flawed)
		section_wrong(config, section,
			      "its peers are empty; name a set, or any");
	if (lines[ROW_NODES] && !draft->nodes.count && !flawed)
		section_wrong(config, section,
			      "its nodes are empty; name a node, or leave nodes out for all of them");
	draft->flawed = config->errors.total > draft->errors;
}
