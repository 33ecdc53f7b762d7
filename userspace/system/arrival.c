// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device that the packet of an explain request arrives on.
 */
#include <stdlib.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "system/arrival.h"

/**
 * arrival_find - look for the device that a question is about
 * @arrival: filled in; arrival_free() it
 * @links: the devices, of which there are none when the kernel does not tell
 * @in: name of the device, or an empty string
 */
void arrival_find(struct arrival *arrival, const struct links *links,
		  const char *in)
{
	const struct link *master = link_master(links, in);
	char *sentence = NULL, *odd;

	*arrival = (struct arrival){
		.master = master ? xstrdup(master->name) : NULL,
	};
	if (*in && links->count)
		sentence = device_absent(links, in);
	if (!sentence)
		return;
	odd = foreign_odd(in);
	arrival->absent = xformat("%s%s%s", sentence, odd ? "; " : "",
				  odd ? odd : "");
	free(odd);
	free(sentence);
}

/**
 * arrival_free - forget the device of a question
 * @arrival: the device
 */
void arrival_free(struct arrival *arrival)
{
	free(arrival->absent);
	free(arrival->master);
}
