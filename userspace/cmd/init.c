// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl init: a configuration to start from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "config/template.h"
#include "output/file.h"
#include "output/stdout.h"
#include "policy/profiles.h"
#include "system/default_route.h"
#include "system/links.h"

/**
 * struct init_words - words of the command line
 * @profile: name of the profile, or NULL
 * @nodes: number of nodes, or NULL
 * @file: file to write, or NULL
 * @force: overwrite a file
 */
struct init_words {
	const char *profile;
	const char *nodes;
	const char *file;
	bool force;
};

static void print_help(void)
{
	fputs("usage: edgectl init [--profile NAME] [--nodes N] [--single-ip] [--nat | --host]\n"
	      "                    [--external IFACE] [--internal IFACE] [--edge IFACE]\n"
	      "                    [-o FILE [--force]]\n"
	      "\n"
	      "Prints a commented configuration to start from.  Interfaces are those that\n"
	      "this host has, addresses are placeholders.\n"
	      "\n"
	      "      --profile NAME    table of the policy\n"
	      "      --nodes N         number of Edge Servers, 1 to 64\n"
	      "      --single-ip       an Edge has one public address and moved ports\n"
	      "      --nat             this host translates public addresses to private ones\n"
	      "      --host            this host is the Edge itself\n"
	      "      --external IFACE  interface toward the outside\n"
	      "      --internal IFACE  interface toward the inside\n"
	      "      --edge IFACE      interface toward the Edge Servers\n"
	      "  -o, --output FILE     write FILE, which must not exist\n"
	      "      --force           write FILE even if it exists\n"
	      "  -h, --help            print this\n",
	      out);
}

#define NAME_CHARACTERS	\
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-@"

/* Names that stand between quotes in a configuration. */
static bool is_name(const char *name)
{
	size_t length = strlen(name), i;

	for (i = 0; i < length; i++)
		if (!strchr(NAME_CHARACTERS, name[i]))
			return false;
	return length && length < IF_NAMESIZE;
}

static bool is_taken(const struct template *template, const char *name)
{
	const char *const taken[] = { template->external, template->internal,
				      template->edge };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(taken); i++)
		if (taken[i] && !strcmp(taken[i], name))
			return true;
	return false;
}

/* A device that packets of other hosts arrive on, and no side has yet. */
static bool is_free(const struct template *template, const struct links *links,
		    const struct link *link)
{
	return !link->is_vrf && !link->is_internal && is_name(link->name) &&
	       !is_taken(template, link->name) &&
	       !link_master(links, link->name);
}

/* The next free device, or a usual name. */
static const char *next_device(const struct template *template,
			       const struct links *links, const char *usual)
{
	size_t i;

	for (i = 0; i < links->count; i++)
		if (is_free(template, links, &links->items[i]))
			return links->items[i].name;
	return usual;
}

/* The device of the default route is the external one. */
static const char *external_device(const struct template *template,
				   const struct links *links)
{
	char name[IF_NAMESIZE];
	const struct link *link = NULL;

	if (default_route_device(name))
		link = link_find(links, name);
	if (link && is_free(template, links, link))
		return link->name;
	return next_device(template, links, "wan0");
}

static void choose_devices(struct template *template,
			   const struct links *links)
{
	if (!template->external)
		template->external = external_device(template, links);
	if (!template->internal)
		template->internal = next_device(template, links, "lan0");
	if (!template->edge && !template->host)
		template->edge = next_device(template, links, "dmz0");
}

static enum outcome check_devices(const struct template *template)
{
	const char *const given[] = { template->external, template->internal,
				      template->edge };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(given); i++) {
		if (given[i] && !is_name(given[i]))
			return fail_usage("init", "%s: is no name of an interface",
					  given[i]);
		for (j = 0; given[i] && j < i; j++)
			if (given[j] && !strcmp(given[i], given[j]))
				return fail_usage("init", "%s: is given twice; name another",
						  given[i]);
	}
	return DONE;
}

static enum outcome read_words(struct template *template,
			       const struct init_words *words)
{
	char *advice, *end;
	enum outcome outcome;
	unsigned long nodes;
	int profile;

	if (words->profile) {
		profile = profile_find(words->profile);
		if (profile < 0) {
			advice = profile_advice(words->profile);
			outcome = fail_usage("init", "%s: unknown profile; %s",
					     words->profile, advice);
			free(advice);
			return outcome;
		}
		template->profile = (uint32_t)profile;
	}
	if (words->nodes) {
		nodes = strtoul(words->nodes, &end, 10);
		if (strspn(words->nodes, "0123456789") != strlen(words->nodes) ||
		    *end || !nodes || nodes > NF_EDGE_MAX_NODES)
			return fail_usage("init", "%s: is no number of nodes; write 1 to %u",
					  words->nodes, NF_EDGE_MAX_NODES);
		template->nodes = (unsigned int)nodes;
	}
	if (template->host && template->nodes > 1)
		return fail_usage("init", "--host: lists itself alone; leave --nodes out");
	if (template->host && template->nat)
		return fail_usage("init", "--host: binds its own addresses; leave --nat out");
	if (template->host && template->edge)
		return fail_usage("init",
				  "--host: no interface leads to the Edge; leave --edge out");
	if (words->force && !words->file)
		return fail_usage("init", "--force: is of no use without -o FILE");
	return check_devices(template);
}

static enum outcome write_file(const struct template *template,
			       const struct init_words *words)
{
	enum outcome outcome;
	size_t size = 0;
	char *text = NULL;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		out_of_memory();
	template_write(template, stream);
	if (fclose(stream))
		out_of_memory();
	outcome = file_write(words->file, text, size, FILE_USUAL_MODE,
			     words->force);
	free(text);
	return outcome;
}

/**
 * cmd_init - the verb init
 * @argc: its words, "init" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_init(int argc, char **argv)
{
	struct template template = {
		.profile = NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC, .nodes = 1,
	};
	struct init_words words = { 0 };
	const struct option_spec specs[] = {
		{ .name = "profile", .value = &words.profile },
		{ .name = "nodes", .value = &words.nodes },
		{ .name = "single-ip", .flag = &template.single_ip },
		{ .name = "nat", .flag = &template.nat },
		{ .name = "host", .flag = &template.host },
		{ .name = "external", .value = &template.external },
		{ .name = "internal", .value = &template.internal },
		{ .name = "edge", .value = &template.edge },
		{ .name = "output", .letter = 'o', .value = &words.file },
		{ .name = "force", .flag = &words.force },
	};
	enum outcome outcome;
	struct links links;

	if (!options_read("init", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;
	outcome = read_words(&template, &words);
	if (outcome != DONE)
		return outcome;
	links_read(&links);
	choose_devices(&template, &links);
	if (words.file)
		outcome = write_file(&template, &words);
	else
		template_write(&template, out);
	links_free(&links);
	return outcome;
}
