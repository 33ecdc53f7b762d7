// SPDX-License-Identifier: GPL-2.0-only
/* A history of one test. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "module.h"

/* The history of the loads of one test. */
static char state[32];

void begin_state(void)
{
	strcpy(state, "/tmp/nf_edge-XXXXXX");
	assert_non_null(mkdtemp(state));
	setenv("NF_EDGE_STATE", state, true);
}

static int remove_one(const char *path, const struct stat *status, int kind,
		      struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

void end_state(void)
{
	nftw(state, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}
