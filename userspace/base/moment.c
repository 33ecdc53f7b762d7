// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moments for people: no time is printed without its zone.
 */
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/moment.h"

#define MINUTE	60U
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

/**
 * moment_span - a length of time for people
 * @age: seconds
 *
 * Return: the two largest units, as "4s", "3m 04s", "2h 03m" or "5d 02h": a new
 * string.
 */
char *moment_span(uint64_t age)
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
		return moment_span(now > seconds ? now - seconds : 0);
	if (style == MOMENT_UTC)
		size = gmtime_r(&t, &tm) ?
		       strftime(text, sizeof(text), "%F %TZ", &tm) : 0;
	else
		size = localtime_r(&t, &tm) ?
		       strftime(text, sizeof(text), "%F %T%z", &tm) : 0;
	return xstrdup(size ? text : "-");
}

/**
 * moment_read_span - read a length of time
 * @text: a whole number, and s, m, h or d; seconds without a letter
 * @most: the longest one, in seconds
 * @seconds: set to the length, at least 1
 *
 * Return: false when the text is none, or is too long a time.
 */
bool moment_read_span(const char *text, uint32_t most, uint32_t *seconds)
{
	uint64_t value = 0, unit = 1;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && value <= most; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	if (p == text)
		return false;
	if (!strcmp(p, "m"))
		unit = MINUTE;
	else if (!strcmp(p, "h"))
		unit = HOUR;
	else if (!strcmp(p, "d"))
		unit = DAY;
	else if (*p && strcmp(p, "s") != 0)
		return false;
	value *= unit;
	*seconds = (uint32_t)value;
	return value && value <= most;
}
