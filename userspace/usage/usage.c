// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage of rows: look-ups.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/names.h"
#include "usage/usage.h"

/**
 * usage_new - make a usage without a fold
 *
 * Return: usage_free() it.
 */
struct usage *usage_new(void)
{
	return xalloc(sizeof(struct usage));
}

/**
 * usage_key - name what makes a row the same row
 * @policy: the policy
 * @row: a row of its table
 *
 * One id means different rows in different profiles.
 *
 * Return: a new string.
 */
char *usage_key(const struct policy *policy, const struct row *row)
{
	char *ports = row_ports(row);
	char *key;

	key = xformat("%s %s %s %s %s %s",
		      row->zone == NF_EDGE_ZONE_SITE ? "site" :
		      names_word(&names_profiles, policy->profile),
		      row->id, names_word(&names_services, row->service),
		      names_word(&names_directions, row->direction),
		      row_protocols(row), ports);
	free(ports);
	return key;
}

/**
 * usage_find - find a row
 * @usage: the usage
 * @policy: the policy
 * @row: a row of its table
 *
 * Return: the row's usage, or NULL when no fold found the row.
 */
const struct usage_row *usage_find(const struct usage *usage,
				   const struct policy *policy,
				   const struct row *row)
{
	const struct usage_row *found = NULL;
	char *key = usage_key(policy, row);
	size_t i;

	for (i = 0; i < usage->row_count && !found; i++)
		if (!strcmp(usage->rows[i].key, key))
			found = &usage->rows[i];
	free(key);
	return found;
}

/**
 * usage_gap - the time that a row was not watched
 * @row: the row
 *
 * Return: seconds between the first and the last fold that found the row.
 */
uint64_t usage_gap(const struct usage_row *row)
{
	uint64_t all = row->seen > row->first_seen ?
		       row->seen - row->first_seen : 0;

	return all > row->watched ? all - row->watched : 0;
}

/**
 * usage_sum - add up the last days of a row
 * @usage: the usage
 * @row: a row of @usage
 * @days: number of days, with the day of the last fold
 *
 * Return: the sums.
 */
struct usage_hits usage_sum(const struct usage *usage,
			    const struct usage_row *row, uint32_t days)
{
	size_t i, place = (size_t)(row - usage->rows);
	uint64_t last = usage->last / USAGE_DAY;
	struct usage_hits sum = { 0 };

	for (i = 0; i < usage->day_count; i++) {
		const struct usage_hits *hits = &usage->days[i].hits[place];

		if (usage->days[i].day > last ||
		    usage->days[i].day + (uint64_t)days <= last)
			continue;
		sum.connections += hits->connections;
		sum.packets += hits->packets;
		sum.denied += hits->denied;
	}
	return sum;
}

/**
 * usage_a_day - connections a day of a row
 * @usage: the usage
 * @row: a row of @usage
 * @days: number of days, with the day of the last fold
 *
 * Return: the average of these days, or of those since the row was first seen.
 */
double usage_a_day(const struct usage *usage, const struct usage_row *row,
		   uint32_t days)
{
	uint64_t age = usage->last / USAGE_DAY - row->first_seen / USAGE_DAY + 1;

	if (row->first_seen > usage->last)
		age = 1;
	return (double)usage_sum(usage, row, days).connections /
	       (double)(age < days ? age : days);
}

/**
 * usage_free - forget a usage
 * @usage: the usage, or NULL
 */
void usage_free(struct usage *usage)
{
	size_t i;

	if (!usage)
		return;
	for (i = 0; i < usage->row_count; i++)
		free(usage->rows[i].key);
	free(usage->file);
	free(usage);
}
