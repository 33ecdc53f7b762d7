// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ruleset on trial, as "nft -c -f" does it: by nftables' own library, which a
 * host need not have.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "system/ruleset_check.h"

#define LIBRARY		"libnftables.so.1"

struct nft_ctx;

/* Functions of the library, by their names. */
static struct {
	struct nft_ctx *(*ctx_new)(uint32_t flags);
	void (*ctx_free)(struct nft_ctx *context);
	void (*ctx_set_dry_run)(struct nft_ctx *context, bool dry);
	int (*ctx_buffer_error)(struct nft_ctx *context);
	int (*ctx_buffer_output)(struct nft_ctx *context);
	const char *(*ctx_get_error_buffer)(struct nft_ctx *context);
	int (*run_cmd_from_filename)(struct nft_ctx *context, const char *name);
} nft;

static const struct {
	const char *name;
	void *place;
} entries[] = {
	{ "nft_ctx_new", &nft.ctx_new },
	{ "nft_ctx_free", &nft.ctx_free },
	{ "nft_ctx_set_dry_run", &nft.ctx_set_dry_run },
	{ "nft_ctx_buffer_error", &nft.ctx_buffer_error },
	{ "nft_ctx_buffer_output", &nft.ctx_buffer_output },
	{ "nft_ctx_get_error_buffer", &nft.ctx_get_error_buffer },
	{ "nft_run_cmd_from_filename", &nft.run_cmd_from_filename },
};

/* Return: false when the library is not there, or lacks a function. */
static bool load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW), *found;
	size_t i;

	for (i = 0; library && i < ARRAY_SIZE(entries); i++) {
		found = dlsym(library, entries[i].name);
		if (!found)
			return false;
		memcpy(entries[i].place, &found, sizeof(found));
	}
	return library;
}

/**
 * ruleset_check - ask nftables whether a ruleset can be loaded
 * @file: name of the file of the ruleset
 *
 * Context: asks the kernel, which loads nf_tables, and changes no rule.
 *
 * Return: NULL, or a new string that says why not.
 */
char *ruleset_check(const char *file)
{
	struct nft_ctx *context = load() ? nft.ctx_new(0) : NULL;
	char *why = NULL;

	if (!context)
		return xstrdup("nftables cannot load it: apt install nftables");
	nft.ctx_set_dry_run(context, true);
	nft.ctx_buffer_error(context);
	nft.ctx_buffer_output(context);
	if (nft.run_cmd_from_filename(context, file)) {
		const char *said = nft.ctx_get_error_buffer(context);

		why = xformat("nftables refuses it (%.*s): edgectl load",
			      (int)strcspn(said, "\n"), said);
	}
	nft.ctx_free(context);
	return why;
}
