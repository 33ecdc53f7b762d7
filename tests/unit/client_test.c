// SPDX-License-Identifier: GPL-2.0-only
/*
 * Client without a module: edgectl says so.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "netlink/client.h"

static void a_socket_that_cannot_be_made_says_why(void **state)
{
	struct rlimit none = { 0 }, before;
	struct client client;
	int error;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	error = client_open(&client);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	client_close(&client);
	assert_int_equal(error, -EMFILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_that_cannot_be_made_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
