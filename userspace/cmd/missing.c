// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status without the module: what holds in its place, why the module is not
 * there, and the remedy.
 */
#include <jansson.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/fallback.h"
#include "cmd/missing.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/stand_in.h"
#include "system/module_file.h"
#include "system/module_kernel.h"

/* Sentences that are longer than a line. */
#define NOT_BUILT \
	"nf_edge.ko is not there for the kernel %s: apt install linux-headers-%s, dkms autoinstall -k %s, then systemctl start nf_edge"
#define NOT_TRUSTED \
	"nf_edge.ko is signed by \"%s\", which is no key of this kernel: mokutil --import /var/lib/dkms/mok.pub, and restart"
#define NOT_SIGNED \
	"this kernel takes signed modules only, and nf_edge.ko is not signed: sign it, or build it by DKMS, which signs"

/**
 * missing_read_stand_in - look for what holds the policy in place of nf_edge
 * @stand_in: filled in
 */
void missing_read_stand_in(struct stand_in *stand_in)
{
	char *kept = fallback_file();

	stand_in_read(stand_in, kept);
	free(kept);
}

/* Why the module is not in the kernel, with the remedy: a new string, or NULL
 * when nothing is in the way.
 */
static char *find_cause(const struct module_file *file, const char *release)
{
	if (!file->path)
		return xformat(NOT_BUILT, release, release, release);
	if (!module_needs_signature())
		return NULL;
	if (!file->signer)
		return xstrdup(NOT_SIGNED);
	return module_key_is_known(file->signer) ? NULL :
	       xformat(NOT_TRUSTED, file->signer);
}

static json_t *missing_json(const struct stand_in *stand_in,
			    const struct module_file *file, const char *release,
			    const char *remedy)
{
	json_t *object = json_pack("{s:i, s:n, s:b, s:o}", SCHEMA, "version",
				   "loaded", false, "fallback",
				   stand_in_json(stand_in));

	json_object_set_new(object, "module",
			    json_pack("{s:s, s:b, s:o, s:o, s:b, s:o}",
				      "kernel", release,
				      "built", !!file->path,
				      "version", file->version ?
				      out_json_text(file->version) :
				      json_null(),
				      "signer", file->signer ?
				      out_json_text(file->signer) : json_null(),
				      "needs_signature", module_needs_signature(),
				      "remedy", out_json_text(remedy)));
	return object;
}

/* Two sentences in one complaint. */
static enum outcome complain(const struct stand_in *stand_in,
			     const char *remedy)
{
	char *holds = stand_in_text(stand_in);
	enum outcome outcome;

	outcome = fail_with(SYSTEM, "nf_edge is not loaded%s%s: %s",
			    holds ? "; " : "", holds ? : "", remedy);
	free(holds);
	return outcome;
}

/**
 * missing_show - say what holds without the module, and why it is not loaded
 * @absent: the complaint about a module that may not be asked
 * @json: print one JSON object; else complain
 *
 * Context: looks for nftables' rules and for the file of the module.
 *
 * Return: SYSTEM, also when JSON was printed.
 */
enum outcome missing_show(const char *absent, bool json)
{
	struct utsname system;
	struct module_file file;
	struct stand_in stand_in;
	enum outcome outcome;
	char *cause;

	/* A module that may not be asked is there; nobody but root may look. */
	if (geteuid() || module_is_in_kernel("nf_edge"))
		return fail_with(SYSTEM, "%s", absent);
	uname(&system);
	missing_read_stand_in(&stand_in);
	module_file_read(&file, system.release);
	cause = find_cause(&file, system.release);
	if (!cause)
		cause = xstrdup(stand_in.state == STAND_IN_NONE ?
				"modprobe nf_edge" : "systemctl start nf_edge");
	outcome = complain(&stand_in, cause);
	if (json) {
		out_json_print(missing_json(&stand_in, &file, system.release,
					    cause), JSON_INDENT(2));
		outcome = out_flush(outcome);
	}
	free(cause);
	module_file_free(&file);
	return outcome;
}
