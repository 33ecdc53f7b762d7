// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice about a name that no device has: the device with this alternative
 * name, a wild card, or the nearest name.
 */
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "system/links.h"

/* Signs that other tools take for any number of letters or digits. */
#define WILD_CARDS	"+*%?["

/* Signs that ip link and address labels write behind the name of a device. */
#define APPENDED	"@:"

static const struct link *find_alternative(const struct links *links,
					   const char *name)
{
	size_t i, j;

	for (i = 0; i < links->count; i++)
		for (j = 0; j < links->items[i].other_count; j++)
			if (!strcmp(links->items[i].others[j], name))
				return &links->items[i];
	return NULL;
}

/**
 * device_nearest - the device that a name was meant for
 * @links: the devices
 * @name: a name that no device has
 *
 * Letter case, quotes, blanks and characters that look like others do not
 * count.
 *
 * Return: name of the device, or NULL when none is near.
 */
const char *device_nearest(const struct links *links, const char *name)
{
	const char **names = xalloc(links->count * sizeof(*names));
	char *plain = foreign_plain(name);
	const char *nearest;
	size_t count = 0, i;

	for (i = 0; i < links->count; i++)
		if (strcmp(links->items[i].name, "lo") != 0)
			names[count++] = links->items[i].name;
	plain[strcspn(plain, APPENDED WILD_CARDS "/")] = '\0';
	nearest = *plain ? nearest_word(names, count, plain) : NULL;
	free(plain);
	free(names);
	return nearest;
}

/**
 * device_alternative - name the device that has an alternative name
 * @links: the devices
 * @name: a name that no device has
 *
 * Return: a new sentence, or NULL when the name is not an alternative one.
 */
char *device_alternative(const struct links *links, const char *name)
{
	const struct link *link = find_alternative(links, name);

	if (!link)
		return NULL;
	return xformat("is another name of %s; write %s",
		       link->name, link->name);
}

/**
 * device_absent - say that no device has a name
 * @links: the devices
 * @name: the name
 *
 * Return: a new sentence, or NULL when a device has the name.
 */
char *device_absent(const struct links *links, const char *name)
{
	const char *nearest, *wild = strpbrk(name, WILD_CARDS);
	char *sentence;

	if (link_find(links, name))
		return NULL;
	sentence = device_alternative(links, name);
	if (sentence)
		return sentence;
	if (wild)
		return xformat("no device has this name now; %c is no wild card, name each",
			       *wild);
	nearest = device_nearest(links, name);
	return xformat("no device has this name now; %s%s",
		       nearest ? "the nearest is " :
					"check the spelling",
		       nearest ? nearest : "");
}
