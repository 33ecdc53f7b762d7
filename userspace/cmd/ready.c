// SPDX-License-Identifier: GPL-2.0-only
/*
 * check --boot: would the next boot be protected?
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/words.h"
#include "cmd/apply.h"
#include "cmd/fallback.h"
#include "cmd/next_boot.h"
#include "cmd/ready.h"
#include "config/read.h"
#include "output/stdout.h"
#include "system/kernels.h"
#include "system/ruleset.h"

#define UNIT		"nf_edge.service"

/* Sentences that are longer than a line. */
#define NO_RIGHT \
	"check --boot takes root: the fallback is for root's eyes"
#define NOT_BUILT \
	"no nf_edge.ko: apt install linux-headers-%s, then dkms autoinstall -k %s"
#define NOT_FOR \
	"%s is built for the kernel %s, and this is %s: build it for this one"
#define NOT_SIGNED \
	"nf_edge.ko is not signed, and this host takes signed modules only: build it by DKMS, which signs"
#define NOT_ENROLLED \
	"nf_edge.ko is signed by \"%s\", which is no key of this kernel: mokutil --import /var/lib/dkms/mok.pub, and restart"

/**
 * ready_module_fault - find why a kernel would not take nf_edge.ko
 * @file: its file
 * @release: the kernel, as uname -r names it
 *
 * Return: NULL, or a new string with the remedy.
 */
char *ready_module_fault(const struct module_file *file, const char *release)
{
	bool needs_signature = module_needs_signature();

	if (!file->path)
		return xformat(NOT_BUILT, release, release);
	if (file->kernel && strcmp(file->kernel, release) != 0)
		return xformat(NOT_FOR, file->path, file->kernel, release);
	if (needs_signature && !file->signer)
		return xstrdup(NOT_SIGNED);
	if (needs_signature && !module_key_is_known(file->signer))
		return xformat(NOT_ENROLLED, file->signer);
	return NULL;
}

static void check_kernel(struct ready *ready, const char *release)
{
	struct ready_item *item = ready_add(ready, "kernel", release);
	struct module_file file;
	char *fault;

	module_file_read(&file, release);
	fault = ready_module_fault(&file, release);
	item->ready = !fault;
	item->text = fault ? : xformat("nf_edge.ko %s%s%s",
				       file.version ? : "of no version",
				       file.signer ? ", signed by " : "",
				       file.signer ? : "");
	module_file_free(&file);
}

/**
 * ready_read_modules - find nf_edge.ko of each kernel that this host may boot
 * @ready: items are added to it
 */
void ready_read_modules(struct ready *ready)
{
	char **kernels = kernels_list();
	size_t i;

	for (i = 0; kernels[i]; i++)
		check_kernel(ready, kernels[i]);
	kernels_free(kernels);
}

static void check_config(struct ready *ready)
{
	struct ready_item *item = ready_add(ready, "configuration",
					    DEFAULT_CONFIG);
	struct config config;
	size_t errors;

	config_read(&config, DEFAULT_CONFIG);
	errors = config.errors.total;
	item->ready = !errors;
	item->text = errors ?
		     xformat("%zu %s: edgectl check", errors,
			     words_plural(errors, "error", "errors")) :
		     xstrdup("no errors");
	config_free(&config);
}

static void check_fallback(struct ready *ready)
{
	char *file = fallback_file(), *why = NULL, *moment;
	struct ready_item *item = ready_add(ready, "fallback", file);
	struct stat status;

	if (stat(file, &status)) {
		item->text = xstrdup("not there: edgectl load");
		free(file);
		return;
	}
	why = ruleset_check(file);
	moment = moment_text((uint64_t)status.st_mtime, (uint64_t)time(NULL),
			     MOMENT_LOCAL);
	item->ready = !why;
	item->text = why ? : xformat("of the load of %s", moment);
	free(moment);
	free(file);
}

static void check_unit(struct ready *ready)
{
	struct ready_item *item = ready_add(ready, "unit", UNIT);

	item->ready = next_boot_is_governed();
	item->text = xstrdup(item->ready ? "enabled" :
			     "not enabled: systemctl enable nf_edge");
}

/**
 * ready_check - check and print all that the next boot needs
 * @json: print one JSON object
 *
 * Return: DONE, or REFUSED when something is missing.
 */
enum outcome ready_check(bool json)
{
	struct ready ready = { 0 };
	enum outcome outcome = DONE;

	if (geteuid())
		return fail_with(SYSTEM, NO_RIGHT);
	ready_read_modules(&ready);
	if (!ready.count)
		ready_add(&ready, "kernel", "none")->text =
			xstrdup("no image in /boot has modules in /lib/modules");
	check_config(&ready);
	check_fallback(&ready);
	check_unit(&ready);
	if (json)
		ready_json(&ready);
	else
		ready_print(&ready);
	if (!ready_is(&ready))
		outcome = out_flush(REFUSED);
	ready_free(&ready);
	return outcome;
}
