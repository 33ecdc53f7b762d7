// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moments for people: no time is printed without its zone.
 */
#include <time.h>

#include "base/memory.h"
#include "base/moment.h"

#define MINUTE	60U
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

/* The two largest units: "4s", "3m 04s", "2h 03m", "5d 02h". */
static char *age_text(uint64_t age)
{
	unsigned int hours = (unsigned int)(age % DAY / HOUR);
	unsigned int minutes = (unsigned int)(age % HOUR / MINUTE);
	unsigned int seconds = (unsigned int)(age % MINUTE);
	uintmax_t days = age / DAY;

	if (days)
		return xformat("%jud %02uh", days, hours);
	if (hours)
		return xformat("%uh %02um", hours, minutes);
	if (minutes)
		return xformat("%um %02us", minutes, seconds);
	return xformat("%us", seconds);
}

/**
 * moment_text - a moment for people
 * @seconds: the moment, in seconds since 1970, or 0 for never
 * @now: the present, in the same
 * @style: how to print the moment
 *
 * Return: a new string, "-" for never.
 */
char *moment_text(uint64_t seconds, uint64_t now, enum moment_style style)
{
	time_t t = (time_t)seconds;
	char text[64];
	struct tm tm;
	size_t size;

	if (!seconds)
		return xstrdup("-");
	/* A clock that was set back makes no age below zero. */
	if (style == MOMENT_AGE)
		return age_text(now > seconds ? now - seconds : 0);
	if (style == MOMENT_UTC)
		size = gmtime_r(&t, &tm) ?
		       strftime(text, sizeof(text), "%F %TZ", &tm) : 0;
	else
		size = localtime_r(&t, &tm) ?
		       strftime(text, sizeof(text), "%F %T%z", &tm) : 0;
	return xstrdup(size ? text : "-");
}
