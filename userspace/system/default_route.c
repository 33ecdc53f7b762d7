// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device of the default route, as /proc/net tells it.
 */
#include <limits.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/default_route.h"
#include "system/ways.h"

/**
 * struct candidate - a line of a table of routes
 * @name: its device
 * @is_default: whether the route is up, leads to other hosts, and is for all
 * @metric: the least wins
 */
struct candidate {
	char name[IF_NAMESIZE];
	bool is_default;
	unsigned int metric;
};

static bool parse_v4(const char *line, struct candidate *route)
{
	unsigned int destination, flags, mask;

	if (sscanf(line, "%15s %x %*x %x %*d %*d %u %x", route->name,
		   &destination, &flags, &route->metric, &mask) != 5)
		return false;
	route->is_default = !destination && !mask && flags & RTF_UP &&
			    !(flags & RTF_REJECT);
	return true;
}

static bool parse_v6(const char *line, struct candidate *route)
{
	unsigned int length, flags;
	char destination[33];

	if (sscanf(line, "%32s %x %*32s %*x %*32s %x %*x %*x %x %15s",
		   destination, &length, &route->metric, &flags,
		   route->name) != 5)
		return false;
	route->is_default = !length && flags & RTF_UP &&
			    !(flags & RTF_REJECT) && strcmp(route->name, "lo");
	return true;
}

static bool find(const char *table,
		 bool (*parse)(const char *line, struct candidate *route),
		 char name[static IF_NAMESIZE])
{
	char *path = xformat("%s/net/%s", ways_procfs, table), line[512];
	unsigned int least = UINT_MAX;
	struct candidate route;
	FILE *file = fopen(path, "re");
	bool found = false;

	free(path);
	while (file && fgets(line, sizeof(line), file)) {
		if (!parse(line, &route) || !route.is_default ||
		    (found && route.metric >= least))
			continue;
		found = true;
		least = route.metric;
		memcpy(name, route.name, IF_NAMESIZE);
	}
	if (file)
		fclose(file);
	return found;
}

/**
 * default_route_device - find the device that leads to all other hosts
 * @name: filled in with its name, that of IPv4 before that of IPv6
 *
 * Return: false without a default route.
 */
bool default_route_device(char name[static IF_NAMESIZE])
{
	return find("route", parse_v4, name) ||
	       find("ipv6_route", parse_v6, name);
}
