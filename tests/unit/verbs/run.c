// SPDX-License-Identifier: GPL-2.0-only
/* Run a verb, and keep its output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "module.h"
#include "base/macros.h"
#include "output/stdout.h"

#define WORDS_MAX	16

char *printed, *complained;
size_t terminal_width;
bool nothing_can_be_printed;

size_t __wrap_wrap_width(void);

size_t __wrap_wrap_width(void)
{
	return terminal_width;
}

/* A standard stream that goes to memory for a while. */
static struct captured {
	int stream;
	int before;
	int memory;
	bool running;
} captured[] = { { .stream = STDOUT_FILENO }, { .stream = STDERR_FILENO } };

static void capture(struct captured *c)
{
	int full;

	fflush(NULL);
	c->before = dup(c->stream);
	c->memory = memfd_create("captured", MFD_CLOEXEC);
	assert_true(c->before >= 0 && c->memory >= 0);
	full = nothing_can_be_printed && c->stream == STDOUT_FILENO ?
	       open("/dev/full", O_WRONLY | O_CLOEXEC) : -1;
	dup2(full >= 0 ? full : c->memory, c->stream);
	if (full >= 0)
		close(full);
	c->running = true;
}

static char *release(struct captured *c)
{
	off_t size;
	char *text;

	fflush(NULL);
	dup2(c->before, c->stream);
	close(c->before);
	c->running = false;
	size = lseek(c->memory, 0, SEEK_END);
	text = malloc((size_t)size + 1);
	assert_int_equal(pread(c->memory, text, (size_t)size, 0), size);
	text[size] = '\0';
	close(c->memory);
	return text;
}

void release_streams(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(captured); i++)
		if (captured[i].running)
			free(release(&captured[i]));
	free(printed);
	free(complained);
	printed = NULL;
	complained = NULL;
}

enum outcome run_verb(verb_fn verb, ...)
{
	char *words[WORDS_MAX + 1] = { NULL };
	enum outcome outcome;
	int count = 0;
	va_list args;

	va_start(args, verb);
	while (count < WORDS_MAX && (words[count] = va_arg(args, char *)))
		count++;
	va_end(args);
	forget_requests();
	free(printed);
	free(complained);
	capture(&captured[0]);
	capture(&captured[1]);
	out_begin();
	outcome = verb(count, words);
	if (outcome == DONE)
		outcome = out_flush(DONE);
	out_end();
	complained = release(&captured[1]);
	printed = release(&captured[0]);
	assert_true(all_received() || outcome != DONE);
	forget_answers();
	return outcome;
}
