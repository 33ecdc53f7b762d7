// SPDX-License-Identifier: GPL-2.0-only
/* Fuzz the hooks: the fast path judges and counts as the slow path does. */
#include "hooks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct hooks_tally tally = { 0 };

	hooks_run(&in, &tally);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return hooks_init();
}
