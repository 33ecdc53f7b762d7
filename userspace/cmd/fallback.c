// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ruleset for a boot without the module: decides as the configuration that
 * the boot loads, and is written when that configuration has come into force.
 */
#include <stdlib.h>

#include "base/fail.h"
#include "cmd/fallback.h"
#include "nft/export.h"
#include "output/file.h"
#include "trace/folder.h"

/* Nobody else needs to know the peers. */
#define FILE_MODE	0600

/**
 * fallback_file - name the file of the ruleset
 *
 * Return: a new string.
 */
char *fallback_file(void)
{
	return folder_of_state("fallback.nft");
}

/**
 * fallback_keep - keep the ruleset of a policy for a boot without the module
 * @policy: the policy of the configuration that the next boot loads
 *
 * A policy stands, whether or not its ruleset can be kept: that is said.
 */
void fallback_keep(const struct policy *policy)
{
	char *file = fallback_file(), *text;
	size_t length;

	text = export_text(policy, EXPORT_TABLE, &length);
	if (file_write(file, text, length, FILE_MODE, true) != DONE)
		fail_warn("the policy is in force, but a boot without the module would not find its ruleset");
	free(text);
	free(file);
}
