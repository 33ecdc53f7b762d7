// SPDX-License-Identifier: GPL-2.0-only
/* show status without the module: what holds the policy, and what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "system/module_file.h"
#include "system/module_kernel.h"
#include "system/stand_in.h"
#include "verbs/site.h"

/* The kernel, nf_edge.ko for it, what nftables holds, and the user. */
static struct {
	bool is_in_kernel, is_built, needs_signature, knows_key;
	const char *signer;
	struct stand_in stand_in;
	uid_t user;
} now;

void __wrap_module_file_read(struct module_file *file, const char *release);
bool __wrap_module_needs_signature(void);
bool __wrap_module_key_is_known(const char *signer);
bool __wrap_module_is_in_kernel(const char *name);
void __wrap_stand_in_read(struct stand_in *stand_in, const char *kept);
uid_t __wrap_geteuid(void);

void __wrap_module_file_read(struct module_file *file, const char *release)
{
	struct utsname system;

	uname(&system);
	assert_string_equal(release, system.release);
	*file = (struct module_file){ 0 };
	if (!now.is_built)
		return;
	file->path = xstrdup("/lib/nf_edge.ko");
	file->version = xstrdup("1.2.3");
	file->signer = now.signer ? xstrdup(now.signer) : NULL;
}

bool __wrap_module_needs_signature(void)
{
	return now.needs_signature;
}

bool __wrap_module_key_is_known(const char *signer)
{
	assert_string_equal(signer, now.signer);
	return now.knows_key;
}

bool __wrap_module_is_in_kernel(const char *name)
{
	assert_string_equal(name, "nf_edge");
	return now.is_in_kernel;
}

void __wrap_stand_in_read(struct stand_in *stand_in, const char *kept)
{
	*stand_in = now.stand_in;
}

uid_t __wrap_geteuid(void)
{
	return now.user;
}

static int begin(void **state)
{
	int error = begin_site(state);

	setenv("TZ", "UTC", 1);
	memset(&now, 0, sizeof(now));
	now.is_built = true;
	module.is_absent = true;
	return error;
}

static void says_alone(const char *sentence)
{
	char *line = xformat("edgectl: %s\n", sentence);

	assert_int_equal(RUN(show, "show", "status"), SYSTEM);
	assert_string_equal(complained, line);
	assert_string_equal(printed, "");
	free(line);
}

static void a_module_that_is_there_is_to_be_loaded(void **state)
{
	says_alone("nf_edge is not loaded: modprobe nf_edge");
	now.stand_in.state = STAND_IN_POLICY;
	says_alone("nf_edge is not loaded; THE FALLBACK of the last load is in force, by nftables: systemctl start nf_edge");
	now.stand_in.kept = 1700000000;
	says_alone("nf_edge is not loaded; THE FALLBACK of 2023-11-14 22:13:20+0000 is in force, by nftables: systemctl start nf_edge");
	now.stand_in.state = STAND_IN_CLOSED;
	says_alone("nf_edge is not loaded; THE CLOSED RULESET of nftables is in force, nothing is forwarded: systemctl start nf_edge");
}

static void a_module_that_is_not_there_is_to_be_built(void **state)
{
	struct utsname system;
	char *sentence;

	uname(&system);
	now.is_built = false;
	now.needs_signature = true;
	sentence = xformat("nf_edge is not loaded: nf_edge.ko is not there for the kernel %s: apt install linux-headers-%s, dkms autoinstall -k %s, then systemctl start nf_edge",
			   system.release, system.release, system.release);
	says_alone(sentence);
	free(sentence);
}

static void a_signature_has_to_be_there_and_known(void **state)
{
	now.signer = "DKMS key";
	says_alone("nf_edge is not loaded: modprobe nf_edge");
	now.needs_signature = true;
	says_alone("nf_edge is not loaded: nf_edge.ko is signed by \"DKMS key\", which is no key of this kernel: mokutil --import /var/lib/dkms/mok.pub, and restart");
	now.knows_key = true;
	says_alone("nf_edge is not loaded: modprobe nf_edge");
	now.signer = NULL;
	says_alone("nf_edge is not loaded: this kernel takes signed modules only, and nf_edge.ko is not signed: sign it, or build it by DKMS, which signs");
}

static void json_says_the_same(void **state)
{
	json_t *object, *part;
	struct utsname system;

	uname(&system);
	now.signer = "DKMS key";
	now.needs_signature = true;
	now.stand_in = (struct stand_in){ STAND_IN_POLICY, 1700000000 };
	assert_int_equal(RUN(show, "show", "status", "--json"), SYSTEM);
	complains("which is no key of this kernel");
	object = json();
	expect_int(object, "schema_version", 1);
	expect_text(object, "version", NULL);
	expect_bool(object, "loaded", false);
	part = json_object_get(object, "fallback");
	expect_text(part, "state", "policy");
	expect_int(part, "kept", 1700000000);
	part = json_object_get(object, "module");
	expect_text(part, "kernel", system.release);
	expect_bool(part, "built", true);
	expect_text(part, "version", "1.2.3");
	expect_text(part, "signer", "DKMS key");
	expect_bool(part, "needs_signature", true);
	expect_text(part, "remedy",
		    "nf_edge.ko is signed by \"DKMS key\", which is no key of this kernel: mokutil --import /var/lib/dkms/mok.pub, and restart");
	json_decref(object);
	now.is_built = false;
	now.needs_signature = false;
	now.stand_in = (struct stand_in){ 0 };
	assert_int_equal(RUN(show, "show", "status", "--json"), SYSTEM);
	object = json();
	part = json_object_get(object, "fallback");
	expect_text(part, "state", "none");
	expect_text(part, "kept", NULL);
	part = json_object_get(object, "module");
	expect_bool(part, "built", false);
	expect_text(part, "version", NULL);
	expect_text(part, "signer", NULL);
	expect_bool(part, "needs_signature", false);
	json_decref(object);
}

/* Nobody but root may look, and a module that may not be asked is there. */
static void whoever_may_not_look_is_told_so(void **state)
{
	now.is_built = false;
	now.user = 1000;
	says_alone("nf_edge is not loaded: modprobe nf_edge");
	now.user = 0;
	now.is_in_kernel = true;
	says_alone("nf_edge is not loaded: modprobe nf_edge");
	assert_int_equal(RUN(show, "show", "status", "--json"), SYSTEM);
	assert_string_equal(printed, "");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end_site)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_module_that_is_there_is_to_be_loaded),
		TEST(a_module_that_is_not_there_is_to_be_built),
		TEST(a_signature_has_to_be_there_and_known),
		TEST(json_says_the_same),
		TEST(whoever_may_not_look_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
