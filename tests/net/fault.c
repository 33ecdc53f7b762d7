// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a system call in which one allocation fails. This is a C program, so that
 * the allocation is the system call's and not an interpreter's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * @file is open on /proc/thread-self/fail-nth. Returns what the call returns,
 * or minus its error; @left is 0 when an allocation failed, else what was left
 * to count.
 */
long with_fault(int file, unsigned int nth, unsigned int *left, long number,
		long a, long b, long c, long d, long e, long f)
{
	char text[16] = "";
	long result;
	int error;

	snprintf(text, sizeof(text), "%u", nth);
	if (nth && pwrite(file, text, strlen(text), 0) < 0)
		return -errno;
	result = syscall(number, a, b, c, d, e, f);
	error = errno;
	memset(text, 0, sizeof(text));
	if (nth && pread(file, text, sizeof(text) - 1, 0) < 0)
		return -errno;
	*left = strtoul(text, NULL, 10);
	if (*left && pwrite(file, "0", 1, 0) < 0)
		return -errno;
	return result < 0 ? -error : result;
}
