// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of ports: those that people at an Edge use, then those of
 * /etc/services. No name service is asked, which may be behind the policy.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "system/port_names.h"

#define SERVICES	"/etc/services"

/* Longest line of the file that is read whole. */
#define LINE_SIZE	512

#define BLANKS		" \t\r\n"

static const struct {
	const char *name;
	const char *protocols;
	uint16_t port;
} known[] = {
	{ "ssh", "tcp", 22 },
	{ "dns", "tcp udp", 53 },
	{ "domain", "tcp udp", 53 },
	{ "http", "tcp", 80 },
	{ "ntp", "udp", 123 },
	{ "https", "tcp", 443 },
	{ "smb", "tcp", 445 },
	{ "rdp", "tcp udp", 3389 },
	{ "stun", "tcp udp", 3478 },
	{ "turn", "tcp udp", 3478 },
	{ "sip", "tcp udp", 5060 },
	{ "sip-tls", "tcp", 5061 },
	{ "sips", "tcp", 5061 },
	{ "mras", "tcp", 5062 },
	{ "xmpp-server", "tcp", 5269 },
	{ "winrm", "tcp", 5985 },
	{ "winrm-https", "tcp", 5986 },
	{ "psom", "tcp", 8057 },
	{ "wsus", "tcp", 8530 },
};

/**
 * struct search - a name that is looked for
 * @name: the name
 * @protocol: "tcp" or "udp"
 * @port: its port of the protocol, or -1
 * @other: its port of another protocol, or -1
 * @nearest: the nearest name of the protocol, a new string, or NULL
 */
struct search {
	const char *name;
	const char *protocol;
	int port;
	int other;
	char *nearest;
};

/* Compare a name with the one that is looked for. The first one found holds. */
static void take(struct search *search, const char *name, const char *protocol,
		 uint16_t port)
{
	bool same = strstr(protocol, search->protocol);
	const char *both[2] = { search->nearest, name }, *nearest;
	size_t none = !search->nearest;

	if (!strcmp(name, search->name)) {
		int *found = same ? &search->port : &search->other;

		if (*found < 0)
			*found = port;
		return;
	}
	nearest = nearest_word(both + none, ARRAY_SIZE(both) - none,
			       search->name);
	if (!same || nearest != name)
		return;
	free(search->nearest);
	search->nearest = xstrdup(name);
}

/* Take the names of a line: NAME PORT/PROTOCOL ALIAS... # comment. */
static void take_line(struct search *search, char *line)
{
	char *rest, *name, *port, *protocol, *alias;
	unsigned long number;

	line[strcspn(line, "#")] = '\0';
	name = strtok_r(line, BLANKS, &rest);
	port = name ? strtok_r(NULL, BLANKS, &rest) : NULL;
	if (!port)
		return;
	number = strtoul(port, &protocol, 10);
	if (protocol == port || *protocol != '/' || number > UINT16_MAX)
		return;
	protocol++;
	if (strcmp(protocol, "tcp") != 0 && strcmp(protocol, "udp") != 0)
		return;
	take(search, name, protocol, (uint16_t)number);
	while ((alias = strtok_r(NULL, BLANKS, &rest)))
		take(search, alias, protocol, (uint16_t)number);
}

static void take_file(struct search *search)
{
	FILE *file = fopen(SERVICES, "re");
	char line[LINE_SIZE];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		take_line(search, line);
	fclose(file);
}

static char *advise(const struct search *search)
{
	const char *other = !strcmp(search->protocol, "tcp") ? "udp" : "tcp";

	if (search->other >= 0)
		return xformat("is the name of %s port %d; write the number of a %s port",
			       other, search->other, search->protocol);
	if (search->nearest)
		return xformat("is no name of a %s port; the nearest is %s",
			       search->protocol, search->nearest);
	return xformat("is no name of a %s port; write the number of the port",
		       search->protocol);
}

/**
 * port_name_read - look up the name of a port
 * @name: the name
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @port: filled in
 *
 * Return: NULL, or a new sentence without the name about why there is no port.
 */
char *port_name_read(const char *name, uint8_t protocol, uint16_t *port)
{
	struct search search = {
		.name = name, .port = -1, .other = -1,
		.protocol = protocol == IPPROTO_TCP ? "tcp" : "udp",
	};
	char *why = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		take(&search, known[i].name, known[i].protocols, known[i].port);
	if (search.port < 0)
		take_file(&search);
	if (search.port < 0)
		why = advise(&search);
	else
		*port = (uint16_t)search.port;
	free(search.nearest);
	return why;
}
