// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the running kernel wants of modules, and whose keys it knows: its files are
 * made up.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "system/module_file.h"

#define ENFORCED	"/sys/module/module/parameters/sig_enforce"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define KEYS		"/proc/keys"

/* The files that the kernel has; it has no other one. */
static struct {
	const char *path;
	const char *text;
	size_t size;
} files[4];
static size_t file_count;

FILE *__wrap_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	size_t i;

	for (i = 0; i < file_count; i++)
		if (!strcmp(files[i].path, path))
			return fmemopen((void *)files[i].text, files[i].size, mode);
	errno = ENOENT;
	return NULL;
}

static void put(const char *path, const char *text, size_t size)
{
	files[file_count].path = path;
	files[file_count].text = text;
	files[file_count++].size = size;
}

static int begin(void **state)
{
	file_count = 0;
	return 0;
}

static void a_signature_is_needed_where_the_kernel_says_so(void **state)
{
	static const struct {
		const char *path, *text;
		size_t size;
		bool needs;
	} said[] = {
		{ ENFORCED, "Y\n", 2, true },
		{ ENFORCED, "N\n", 2, false },
		{ LOCKDOWN, "none [integrity] confidentiality\n", 33, true },
		{ LOCKDOWN, "none integrity [confidentiality]\n", 33, true },
		{ LOCKDOWN, "[none] integrity confidentiality\n", 33, false },
		{ SECURE_BOOT, "\6\0\0\0\1", 5, true },
		{ SECURE_BOOT, "\6\0\0\0\0", 5, false },
		{ SECURE_BOOT, "\1\1\1\1\0", 5, false },
		{ SECURE_BOOT, "\1\1\1\1", 4, false },
	};
	size_t i;

	assert_false(module_needs_signature());
	for (i = 0; i < ARRAY_SIZE(said); i++) {
		begin(NULL);
		put(said[i].path, said[i].text, said[i].size);
		if (module_needs_signature() != said[i].needs)
			fail_msg("%s of %zu octets: not %d", said[i].path, said[i].size,
				 said[i].needs);
	}
}

/* Of three that say no, one may say yes. */
static void one_of_three_is_enough(void **state)
{
	put(ENFORCED, "N\n", 2);
	put(LOCKDOWN, "[none] integrity confidentiality\n", 33);
	put(SECURE_BOOT, "\6\0\0\0\0", 5);
	assert_false(module_needs_signature());
	files[2].text = "\6\0\0\0\1";
	assert_true(module_needs_signature());
	files[2].text = "\6\0\0\0\0";
	files[1].text = "none [integrity] confidentiality\n";
	assert_true(module_needs_signature());
	files[1].text = "[none] integrity confidentiality\n";
	files[0].text = "Y\n";
	assert_true(module_needs_signature());
}

static void a_key_is_known_by_the_whole_name_of_its_signer(void **state)
{
	static const char keys[] =
		"0a1b2c3d I--Q---     1 perm 1f3f0000     0 65534 keyring   .platform: 1\n"
		"1a1b2c3d I------     1 perm 1f010000     0     0 asymmetri DKMS module signing key: e9: X509.rsa 1d []\n"
		"2a1b2c3d I------     1 perm 1f010000     0     0 asymmetri Debian: 0123: X509.rsa 2d []\n";

	put(KEYS, keys, sizeof(keys) - 1);
	assert_true(module_key_is_known("DKMS module signing key"));
	assert_true(module_key_is_known("Debian"));
	assert_false(module_key_is_known("DKMS module signing"));
	assert_false(module_key_is_known("DKMS module signing key 2"));
	assert_false(module_key_is_known(".platform"));
}

static void keys_that_cannot_be_seen_prove_nothing(void **state)
{
	static const char none[] =
		"0a1b2c3d I--Q---     1 perm 1f3f0000     0 65534 keyring   _uid.0: 1\n";

	assert_true(module_key_is_known("DKMS module signing key"));
	put(KEYS, none, sizeof(none) - 1);
	assert_true(module_key_is_known("DKMS module signing key"));
}

#define TEST(name)	cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signature_is_needed_where_the_kernel_says_so),
		TEST(one_of_three_is_enough),
		TEST(a_key_is_known_by_the_whole_name_of_its_signer),
		TEST(keys_that_cannot_be_seen_prove_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
