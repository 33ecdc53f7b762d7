/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device that the packet of an explain request arrives on.
 */
#ifndef SYSTEM_ARRIVAL_H
#define SYSTEM_ARRIVAL_H

#include "system/links.h"

/**
 * struct arrival - the device that a question is about
 * @master: the device that packets of the device arrive on, or NULL
 * @absent: a sentence when no device has the name, or NULL
 */
struct arrival {
	char *master;
	char *absent;
};

void arrival_find(struct arrival *arrival, const struct links *links,
		  const char *in);
void arrival_free(struct arrival *arrival);

#endif /* SYSTEM_ARRIVAL_H */
