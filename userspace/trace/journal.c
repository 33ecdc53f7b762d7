// SPDX-License-Identifier: GPL-2.0-only
/*
 * The journal of this host: a datagram to whoever listens at /dev/log.
 *
 * syslog(3) waits for a logger that does not read.  A change of policy waits for
 * nobody.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "trace/journal.h"

#define LOGGER		"/dev/log"

static void send_line(const char *line)
{
	static const struct sockaddr_un logger = {
		.sun_family = AF_UNIX, .sun_path = LOGGER,
	};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return;
	/* Without a logger, or with one whose queue is full, the line is lost. */
	sendto(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL,
	       (const struct sockaddr *)(const void *)&logger, sizeof(logger));
	close(fd);
}

/**
 * journal_write - write an entry of the journal
 * @format: one sentence, without the newline
 *
 * Never waits, and never fails.
 */
void journal_write(const char *format, ...)
{
	char moment[32] = "", *sentence, *shown, *line;
	time_t now = time(NULL);
	struct tm tm;
	va_list args;

	va_start(args, format);
	sentence = xvformat(format, args);
	va_end(args);
	shown = foreign_shown(sentence);
	if (localtime_r(&now, &tm))
		strftime(moment, sizeof(moment), "%b %e %T ", &tm);
	line = xformat("<%d>%sedgectl[%d]: %s", LOG_AUTHPRIV | LOG_NOTICE,
		       moment, (int)getpid(), shown);
	send_line(line);
	free(line);
	free(shown);
	free(sentence);
}
