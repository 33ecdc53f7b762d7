// SPDX-License-Identifier: GPL-2.0-only
/* What changes leave behind: a journal, and who asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "module.h"
#include "trace/requester.h"

void __wrap_journal_write(const char *format, ...);
void __wrap_requester_read(struct requester *requester);

void __wrap_journal_write(const char *format, ...)
{
	va_list args;

	free(module.journal);
	va_start(args, format);
	module.journal = xvformat(format, args);
	va_end(args);
	module.journal_lines++;
}

/* Alice, by SSH and sudo. */
void __wrap_requester_read(struct requester *requester)
{
	*requester = (struct requester){
		.name = xstrdup("alice"), .login = 1000,
		.sudo = xstrdup("alice"), .terminal = xstrdup("pts/0"),
		.peer = xstrdup("198.51.100.7"),
	};
}
