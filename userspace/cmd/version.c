// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl --version: tool, module, and the protocol between them.
 */
#include <errno.h>
#include <linux/nf_edge.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/module.h"
#include "cmd/verbs.h"
#include "output/stdout.h"

/* The version of a module that may not be asked stands in sysfs. */
static void read_sysfs(char *version, size_t size)
{
	FILE *file = fopen("/sys/module/nf_edge/version", "re");

	if (!file)
		return;
	if (fgets(version, (int)size, file))
		version[strcspn(version, "\n")] = '\0';
	fclose(file);
}

static void print(const struct client *client, bool absent)
{
	fprintf(out, "edgectl %s\n", NF_EDGE_VERSION);
	if (absent)
		fputs("module not loaded\n", out);
	if (!absent) {
		fputs("module ", out);
		out_put(*client->module_version ? client->module_version :
						      "unknown");
		fputc('\n', out);
	}
	fprintf(out, "family %s %d", NF_EDGE_FAMILY_NAME,
		NF_EDGE_FAMILY_VERSION);
	if (client->family_version &&
	    client->family_version != NF_EDGE_FAMILY_VERSION)
		fprintf(out, ", of the module %u", client->family_version);
	fputc('\n', out);
}

/**
 * cmd_version - the option --version
 * @argc: its words
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_version(int argc, char **argv)
{
	enum outcome outcome = DONE;
	struct client client;
	int error;

	if (argc > 1)
		return fail_usage("", "%s: is one word too many", argv[1]);

	error = client_open(&client);
	if (error == -EPERM)
		read_sysfs(client.module_version,
			   sizeof(client.module_version));
	else if (error && error != -ENOENT)
		outcome = fail_with(SYSTEM, "nf_edge does not answer: %s",
				    strerror(-error));
	if (outcome == DONE) {
		print(&client, error == -ENOENT);
		if (*client.module_version)
			outcome = module_matches(&client);
		if (outcome == DONE && module_is_other(&client))
			outcome = SYSTEM;
		outcome = out_flush(outcome);
	}
	client_close(&client);
	return outcome;
}
