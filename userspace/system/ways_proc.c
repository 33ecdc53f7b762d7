// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that /proc shows: settings of the IP layer, IPVS
 * services, Jool, programs that advertise routers, rules of iptables-legacy.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <ctype.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "system/ways.h"

/* Number of entries of an empty nat table: four chain policies and the end. */
#define LEGACY_NAT_EMPTY	5

/* A global address in /proc/net/if_inet6 that was set by hand. */
#define PERMANENT		0x80U

#define ALL_ROUTERS		"ff020000000000000000000000000002"

const char *ways_procfs = "/proc";
const char *ways_conntrackd_conf = "/etc/conntrackd/conntrackd.conf";

static FILE *open_proc(const char *name)
{
	char *path = xformat("%s/%s", ways_procfs, name);
	FILE *file = fopen(path, "re");

	free(path);
	return file;
}

/**
 * ways_sysctl - read a setting of this network namespace
 * @format: the name below /proc/sys/net, as printf
 *
 * Return: the number, or -1 when the kernel has no such setting.
 */
int ways_sysctl(const char *format, ...)
{
	char *name, *path;
	int value = -1;
	va_list args;
	FILE *file;

	va_start(args, format);
	name = xvformat(format, args);
	va_end(args);
	path = xformat("sys/net/%s", name);
	file = open_proc(path);
	if (file) {
		if (fscanf(file, "%d", &value) != 1)
			value = -1;
		fclose(file);
	}
	free(path);
	free(name);
	return value;
}

/* Settings of which the kernel takes the lower of two. */
static bool is_on(const char *family, const char *device, const char *setting)
{
	return ways_sysctl("%s/conf/all/%s", family, setting) > 0 &&
	       ways_sysctl("%s/conf/%s/%s", family, device, setting) > 0;
}

static void of_routing(struct ways *ways, const char *device)
{
	static const char *const ipv6[] = { "seg6_enabled", "rpl_seg_enabled" };
	size_t i;

	if (ways_has_family(ways, AF_INET) &&
	    is_on("ipv4", device, "accept_source_route"))
		ways_add(ways, "source-route", device,
			 "takes IPv4 source routes, which lead to an Edge past the policy; set net.ipv4.conf.all.accept_source_route = 0");
	for (i = 0; i < ARRAY_SIZE(ipv6); i++)
		if (ways_has_family(ways, AF_INET6) &&
		    is_on("ipv6", device, ipv6[i]))
			ways_add(ways, "segment-routing", device,
				 "takes IPv6 routing headers, which lead to an Edge past the policy; set net.ipv6.conf.all.%s = 0",
				 ipv6[i]);
	if (ways_sysctl("mpls/conf/%s/input", device) > 0)
		ways_add(ways, "mpls", device,
			 "takes MPLS packets, which are forwarded past the policy; set net.mpls.conf.%s.input = 0",
			 device);
}

static bool takes_advertisements(const char *device)
{
	int accept = ways_sysctl("ipv6/conf/%s/accept_ra", device);
	int forwarding = ways_sysctl("ipv6/conf/%s/forwarding", device);

	return (accept == 2 || (accept == 1 && forwarding == 0)) &&
	       ways_sysctl("ipv6/conf/%s/autoconf", device) > 0;
}

/* An address that this host made of an advertisement: the Edges hear the same
 * advertisement.
 */
static bool has_made_address(const char *device)
{
	unsigned int scope, flags;
	char name[IF_NAMESIZE];
	bool found = false;
	FILE *file;

	if (!takes_advertisements(device))
		return false;
	file = open_proc("net/if_inet6");
	if (!file)
		return false;
	while (!found && fscanf(file, "%*s %*x %*x %x %x %15s", &scope, &flags,
				name) == 3)
		found = !scope && !(flags & PERMANENT) && !strcmp(name, device);
	fclose(file);
	return found;
}

/* Programs that advertise a router join the group of all routers; the kernel
 * itself joins once where it forwards.
 */
static bool has_advertiser(const char *device)
{
	int forwarding = ways_sysctl("ipv6/conf/%s/forwarding", device);
	char name[IF_NAMESIZE], group[33];
	bool found = false;
	int users;
	FILE *file;

	file = open_proc("net/igmp6");
	if (!file)
		return false;
	while (!found && fscanf(file, "%*d %15s %32s %d %*s %*s", name, group,
				&users) == 3)
		found = !strcmp(name, device) && !strcmp(group, ALL_ROUTERS) &&
			users > (forwarding > 0);
	fclose(file);
	return found;
}

static void of_advertisements(struct ways *ways, const char *device)
{
	const char *seen = NULL;

	if (has_advertiser(device))
		seen = "a program of this host advertises a router here";
	else if (has_made_address(device))
		seen = "a router advertises a prefix here";
	if (seen)
		ways_add(ways, "advertisements", device,
			 "%s: an Edge gives itself IPv6 addresses that no service binds; advertise without the autonomous flag, and switch autoconfiguration off on the Edges",
			 seen);
}

/* An address and port of /proc/net/ip_vs: 83689B0A:01BB or [2001:...]:01BB. */
static bool parse_end(const char *text, struct ip *ip)
{
	char copy[64], *end;
	uint32_t number;

	*ip = (struct ip){ 0 };
	snprintf(copy, sizeof(copy), "%s", text + (*text == '['));
	if (*text == '[') {
		copy[strcspn(copy, "]")] = '\0';
		return ip_parse(copy, ip);
	}
	if (strlen(copy) != 13 || copy[8] != ':')
		return false;
	ip->family = AF_INET;
	copy[8] = '\0';
	number = htonl((uint32_t)strtoul(copy, &end, 16));
	memcpy(ip->bytes, &number, sizeof(number));
	return !*end;
}

static void of_ipvs(struct ways *ways)
{
	char line[256], service[160] = "", first[64], second[64];
	char text[INET6_ADDRSTRLEN];
	FILE *file = open_proc("net/ip_vs");
	struct ip ip;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %63s", first, second) != 2)
			continue;
		if (strcmp(first, "->")) {
			snprintf(service, sizeof(service), "IPVS %s %s", first,
				 parse_end(second, &ip) ?
				 ip_format(&ip, text) : second);
		} else if (parse_end(second, &ip) &&
			   policy_binds(ways->policy, &ip)) {
			ways_add(ways, "ipvs", service,
				 "sends to the Edge address %s; bind the address that clients dial, and let nftables translate it",
				 ip_format(&ip, text));
		}
	}
	fclose(file);
}

static void of_jool(struct ways *ways)
{
	FILE *file = open_proc("modules");
	char line[512];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		char *name = strtok(line, " ");

		if (name && (!strcmp(name, "jool") ||
			     !strcmp(name, "jool_siit")))
			ways_add(ways, "nat64", name,
				 "translates between IPv4 and IPv6 past the policy; keep the Edge addresses out of its pools, or run the translator in another namespace");
	}
	fclose(file);
}

/* Whether conntrackd shares its connections with another host.  The file that
 * Debian brings only keeps statistics: no section Sync.
 */
static bool is_of_pair(void)
{
	FILE *file = fopen(ways_conntrackd_conf, "re");
	char line[256], word[16];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, " %15[A-Za-z]", word) == 1 &&
			!strcmp(word, "Sync");
	fclose(file);
	return found;
}

/* Settings without which a pair loses connections, or judges them by whoever
 * speaks first after the traffic has moved.
 */
static void of_pair(struct ways *ways)
{
	int events = ways_sysctl("netfilter/nf_conntrack_events");

	if (!is_of_pair())
		return;
	if (ways_sysctl("netfilter/nf_conntrack_tcp_loose") > 0)
		ways_add(ways, "tcp-loose", "nf_conntrack_tcp_loose",
			 "lets whoever speaks first pass for the client when the other appliance of a pair takes over; set net.netfilter.nf_conntrack_tcp_loose = 0");
	if (events >= 0 && events != 1)
		ways_add(ways, "events", "nf_conntrack_events",
			 "does not tell the other appliance of a pair what becomes of connections that are older than conntrackd; set net.netfilter.nf_conntrack_events = 1");
}

/* Rules of the old interface are counted, not read. */
static void of_legacy_family(struct ways *ways, const char *list,
			     const char *program, sa_family_t family)
{
	/* The same structure and number for IPv6, by another name. */
	struct ipt_getinfo info = { .name = "nat" };
	socklen_t size = sizeof(info);
	FILE *file = open_proc(list);
	char name[XT_TABLE_MAXNAMELEN];
	bool there = false;
	int fd;

	if (!file)
		return;
	while (!there && fscanf(file, "%31s", name) == 1)
		there = !strcmp(name, "nat");
	fclose(file);
	if (!there || !ways_has_family(ways, family))
		return;
	fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 || getsockopt(fd, family == AF_INET ? IPPROTO_IP :
				 IPPROTO_IPV6, IPT_SO_GET_INFO, &info, &size) ||
	    info.num_entries > LEGACY_NAT_EMPTY)
		ways_add(ways, "dnat", program,
			 "has a nat table that edgectl does not read; bind each address that a rule of it translates to an Edge address");
	if (fd >= 0)
		close(fd);
}

/**
 * ways_of_proc - look for ways round in /proc
 * @ways: the list to add to
 *
 * A file that is not there says that the kernel has no such feature; /proc that
 * is not there is said.
 */
void ways_of_proc(struct ways *ways)
{
	char *settings = xformat("%s/sys/net", ways_procfs);
	bool readable = !access(settings, R_OK);
	size_t i;

	free(settings);
	if (!readable) {
		ways_add(ways, "unseen", ways_procfs,
			 "cannot be read, so that settings, bridges, IPVS and Jool were not looked at; mount it");
		return;
	}
	for (i = 0; i < ways->device_count; i++) {
		const struct device *device = &ways->devices[i];

		if (device->is_bound)
			of_routing(ways, device->name);
		if (device->bears_edges &&
		    ways_has_family(ways, AF_INET6))
			of_advertisements(ways, device->name);
	}
	if (ways_sysctl("netfilter/nf_conntrack_tcp_be_liberal") > 0)
		ways_add(ways, "liberal", "nf_conntrack_tcp_be_liberal",
			 "makes packets outside the TCP window part of a connection; set net.netfilter.nf_conntrack_tcp_be_liberal = 0");
	of_pair(ways);
	of_ipvs(ways);
	of_jool(ways);
	of_legacy_family(ways, "net/ip_tables_names", "iptables-legacy",
			 AF_INET);
	of_legacy_family(ways, "net/ip6_tables_names", "ip6tables-legacy",
			 AF_INET6);
}
