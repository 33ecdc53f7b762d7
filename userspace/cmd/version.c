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
	fprintf(nf_edge_out, "edgectl %s\n", NF_EDGE_VERSION);
	if (absent)
		fputs("module not loaded\n", nf_edge_out);
	if (!absent) {
		fputs("module ", nf_edge_out);
		nf_edge_put(*client->module_version ? client->module_version :
						      "unknown");
		fputc('\n', nf_edge_out);
	}
	fprintf(nf_edge_out, "family %s %d", NF_EDGE_FAMILY_NAME,
		NF_EDGE_FAMILY_VERSION);
	if (client->family_version &&
	    client->family_version != NF_EDGE_FAMILY_VERSION)
		fprintf(nf_edge_out, ", of the module %u",
			client->family_version);
	fputc('\n', nf_edge_out);
}

/**
 * nf_edge_cmd_version - the option --version
 * @argc: its words
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_version(int argc, char **argv)
{
	enum outcome outcome = DONE;
	struct client client;
	int error;

	if (argc > 1)
		return nf_edge_usage("", "%s: is one word too many", argv[1]);

	error = nf_edge_client_open(&client);
	if (error == -EPERM)
		read_sysfs(client.module_version,
			   sizeof(client.module_version));
	else if (error && error != -ENOENT)
		outcome = nf_edge_fail(SYSTEM, "nf_edge does not answer: %s",
				       strerror(-error));
	if (outcome == DONE) {
		print(&client, error == -ENOENT);
		if (*client.module_version)
			outcome = nf_edge_module_matches(&client);
		outcome = nf_edge_output_flush(outcome);
	}
	nf_edge_client_close(&client);
	return outcome;
}
