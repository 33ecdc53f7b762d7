// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of a configuration to start from.
 *
 * Addresses are placeholders, <edge1-access>, that no configuration is taken
 * with.
 */
#include <stdlib.h>

#include "base/macros.h"
#include "config/template.h"
#include "policy/profiles.h"

#define ZONE(name)	(1U << NF_EDGE_ZONE_##name)
#define FEATURE(name)	(1U << NF_EDGE_FEATURE_##name)
#define SET(name)	(1U << NF_EDGE_PEER_SET_##name)

#define USUAL_ZONES	(ZONE(EXTERNAL) | ZONE(INTERNAL) | ZONE(FEDERATION))
#define USUAL_FEATURES	(FEATURE(REMOTE_ACCESS) | FEATURE(WEB_CONFERENCING) | \
			 FEATURE(AV) | FEATURE(FEDERATION) | \
			 FEATURE(FEDERATION_AV))

static const char head[] =
	"# Configuration of nf_edge.  Each word in < > is a placeholder: write your own\n"
	"# address there, several with commas, then run edgectl check, and edgectl load.\n"
	"# edgectl show rows lists the rows of each zone and feature; edgectl(8) describes\n"
	"# the verbs.\n"
	"\n";

static const char mode[] =
	"\n"
	"# audit counts would-be drops, and drops nothing; enforce drops.\n"
	"mode     = audit\n";

static const char ping[] =
	"\n"
	"# Sides whose Edge addresses may be pinged, and may ping; and by whom.\n"
	"ping     = { }\n"
	"# ping-peers = { monitor }\n"
	"\n"
	"# Single rows that are off.\n"
	"# rows-off = { external/9, external/10 }\n";

static const char single_ports[] =
	"\n"
	"# Listening ports of an Edge with one public address.\n"
	"ports {\n"
	"    access-client  = 5061\n"
	"    webconf-client = 444\n"
	"}\n";

static const char other_ports[] =
	"\n"
	"# Listening ports that were moved.\n"
	"# ports { turn-udp = 3479 }\n";

static const char own_rows[] =
	"\n"
	"# Rows of the site's own: what a server needs beside the documented table.\n"
	"\n"
	"# Administration.\n"
	"peers admins  { prefixes = { <admins> } }\n"
	"row rdp       { service = internal  in  = { tcp/3389 }  peers = { admins } }\n"
	"# row winrm   { service = internal  in  = { tcp/5985-5986 }  peers = { admins } }\n"
	"\n"
	"# Time.\n"
	"peers time    { prefixes = { <time-server> } }\n"
	"row ntp       { service = internal  out = { udp/123 }  peers = { time } }\n"
	"\n"
	"# Patches: of a server inside, or of Microsoft Update.\n"
	"# peers wsus  { prefixes = { <wsus> } }\n"
	"# row wsus    { service = internal  out = { tcp/8530-8531 }  peers = { wsus } }\n"
	"# row update  { service = access  out = { tcp/443 }  peers = { any } }\n"
	"\n"
	"# Monitoring.\n"
	"# peers monitor  { prefixes = { <monitor> } }\n"
	"# row scom       { service = internal  out = { tcp/5723 }  peers = { monitor } }\n"
	"# row snmp       { service = internal  in  = { udp/161 }  peers = { monitor } }\n";

/* Placeholders of documented sets; another set has only a comment. */
static const struct {
	uint32_t set;
	const char *placeholder;
} bound[] = {
	{ NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "<internal-networks>" },
	{ NF_EDGE_PEER_SET_FRONTEND, "<front-ends>" },
	{ NF_EDGE_PEER_SET_CMS, "<front-ends>" },
};

static void write_list(FILE *stream, const struct vocabulary *names,
		       const char *before, uint32_t mask, const char *after)
{
	char *list;

	if (!mask)
		return;
	list = names_list(names, mask, ", ");
	fprintf(stream, "%s%s%s", before, list, after);
	free(list);
}

static void write_switches(const struct template *template, FILE *stream)
{
	uint32_t zones = profile_zones(template->profile);
	uint32_t features = profile_features(template->profile);
	uint32_t used = (USUAL_ZONES & zones) | ZONE(SITE);

	fputs("\n# Tables of the policy; rows of the site's own are in zone site.\n",
	      stream);
	write_list(stream, &names_zones, "# Others: ", zones & ~used, "\n");
	write_list(stream, &names_zones, "zones    = { ", used, " }\n");
	fputs("\n# Uses of the pool.\n", stream);
	write_list(stream, &names_features, "# Others: ",
		   features & ~USUAL_FEATURES, "\n");
	write_list(stream, &names_features, "features = { ",
		   features & USUAL_FEATURES, " }\n");
}

static void write_interface(FILE *stream, const char *name, const char *side)
{
	fprintf(stream, "interface \"%s\" { sides = { %s } }\n", name, side);
}

static void write_interfaces(const struct template *template, FILE *stream)
{
	fputs("\n# Sides behind each interface.\n", stream);
	write_interface(stream, template->external, "external");
	write_interface(stream, template->internal, "internal");
	if (!template->host)
		write_interface(stream, template->edge, "edge");
}

/* A service with its addresses, the public one first. */
static void write_service(const struct template *template, unsigned int node,
			  const char *service, FILE *stream)
{
	const char *word = template->single_ip ? "external" : service;

	fprintf(stream, "    %-8s = { ", service);
	if (template->nat)
		fprintf(stream, "<edge%u-%s-public>, ", node, word);
	fprintf(stream, "<edge%u-%s> }\n", node, word);
}

static void write_nodes(const struct template *template, FILE *stream)
{
	unsigned int node;

	fputs("\n# Each Edge Server, with all its addresses; IPv6 stands beside IPv4, as in\n"
	      "# access = { 192.0.2.1, 2001:db8::1 }.\n", stream);
	if (template->nat)
		fputs("# This host translates: first the public address, then the Edge Server's\n"
		      "# own.  Where another host translates, leave the public one out.\n",
		      stream);
	for (node = 1; node <= template->nodes; node++) {
		fprintf(stream, "node edge%u {\n", node);
		write_service(template, node, "access", stream);
		write_service(template, node, "webconf", stream);
		write_service(template, node, "av", stream);
		fprintf(stream, "    internal = { <edge%u-internal> }\n}\n",
			node);
	}
}

static void write_peers(const struct template *template, FILE *stream)
{
	uint32_t others = profile_sets(template->profile);
	size_t i;

	fputs("\n# Peers: naming a set narrows the rows that take the set.\n",
	      stream);
	for (i = 0; i < ARRAY_SIZE(bound); i++) {
		if (!(others & 1U << bound[i].set))
			continue;
		others &= ~(1U << bound[i].set);
		fprintf(stream, "peers %-17s { prefixes = { %s } }\n",
			names_word(&names_peer_sets, bound[i].set),
			bound[i].placeholder);
	}
	write_list(stream, &names_peer_sets, "# Others: ", others, "\n");
	fputs("# peers federation-partners { file = \"partners.list\" }   # a prefix a line\n",
	      stream);
}

/**
 * template_write - write a configuration to start from
 * @template: the choices
 * @stream: to this stream
 *
 * The text is a configuration in mode audit, without errors once its
 * placeholders are filled in.
 */
void template_write(const struct template *template, FILE *stream)
{
	fputs(head, stream);
	fprintf(stream, "# Table of the policy.\nprofile  = %s\n",
		names_word(&names_profiles, template->profile));
	fputs(mode, stream);
	write_switches(template, stream);
	fputs(ping, stream);
	fputs(template->single_ip ? single_ports : other_ports, stream);
	write_interfaces(template, stream);
	write_nodes(template, stream);
	write_peers(template, stream);
	fputs(own_rows, stream);
}
