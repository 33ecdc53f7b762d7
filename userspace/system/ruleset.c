// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ruleset on trial or in force, as "nft -c -f" and "nft -f" do it: by nftables'
 * own library, which a host need not have.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "system/ruleset.h"

#define LIBRARY		"libnftables.so.1"
#define NO_LIBRARY	"nftables cannot load it: apt install nftables"

struct nft_ctx;

/* Functions of the library, by their names. */
static struct {
	struct nft_ctx *(*ctx_new)(uint32_t flags);
	void (*ctx_free)(struct nft_ctx *context);
	void (*ctx_set_dry_run)(struct nft_ctx *context, bool dry);
	int (*ctx_buffer_error)(struct nft_ctx *context);
	int (*ctx_buffer_output)(struct nft_ctx *context);
	const char *(*ctx_get_error_buffer)(struct nft_ctx *context);
	int (*run_cmd_from_buffer)(struct nft_ctx *context, const char *text);
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
	{ "nft_run_cmd_from_buffer", &nft.run_cmd_from_buffer },
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

static struct nft_ctx *begin(bool dry)
{
	struct nft_ctx *context = load() ? nft.ctx_new(0) : NULL;

	if (!context)
		return NULL;
	nft.ctx_set_dry_run(context, dry);
	nft.ctx_buffer_error(context);
	nft.ctx_buffer_output(context);
	return context;
}

/* Return: NULL, or after a failure the words of nftables in a new string. */
static char *end(struct nft_ctx *context, bool failed)
{
	const char *said = nft.ctx_get_error_buffer(context);
	char *why = failed ? xformat("nftables refuses it (%.*s)",
				     (int)strcspn(said, "\n"), said) : NULL;

	nft.ctx_free(context);
	return why;
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
	struct nft_ctx *context = begin(true);
	char *why, *text;

	if (!context)
		return xstrdup(NO_LIBRARY);
	why = end(context, nft.run_cmd_from_filename(context, file));
	text = why ? xformat("%s: edgectl load", why) : NULL;
	free(why);
	return text;
}

/**
 * ruleset_run - have nftables do what a text says
 * @text: a ruleset, or commands of nft
 * @dry: check it only, and change no rule
 *
 * Return: NULL, or a new string that says why it was not done; then nothing
 * was changed.
 */
char *ruleset_run(const char *text, bool dry)
{
	struct nft_ctx *context = begin(dry);

	if (!context)
		return xstrdup(NO_LIBRARY);
	return end(context, nft.run_cmd_from_buffer(context, text));
}
