// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device that the packet of a question arrives on.
 */
#include <stdlib.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "system/arrival.h"

/**
 * nf_edge_arrival_find - look for the device that a question is about
 * @arrival: filled in; nf_edge_arrival_free() it
 * @links: the devices, of which there are none when the kernel does not tell
 * @in: name of the device, or an empty string
 */
void nf_edge_arrival_find(struct arrival *arrival, const struct links *links,
			  const char *in)
{
	const struct link *master = nf_edge_link_master(links, in);
	char *sentence = NULL, *odd;

	*arrival = (struct arrival){
		.master = master ? nf_edge_strdup(master->name) : NULL,
	};
	if (*in && links->count)
		sentence = nf_edge_device_absent(links, in);
	if (!sentence)
		return;
	odd = nf_edge_odd(in);
	arrival->absent = nf_edge_format("%s%s%s", sentence, odd ? "; " : "",
					 odd ? odd : "");
	free(odd);
	free(sentence);
}

/**
 * nf_edge_arrival_free - forget the device of a question
 * @arrival: the device
 */
void nf_edge_arrival_free(struct arrival *arrival)
{
	free(arrival->absent);
	free(arrival->master);
}
