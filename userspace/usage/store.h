/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of the usage, of the network namespace in which the tool runs.
 */
#ifndef USAGE_STORE_H
#define USAGE_STORE_H

#include "trace/folder.h"
#include "usage/usage.h"

/**
 * struct store - a file of the usage, locked while a fold writes it
 * @folder: its folder
 * @name: its name in the folder
 * @usage: what it holds
 */
struct store {
	struct folder folder;
	char *name;
	struct usage *usage;
};

char *store_begin(struct store *store);
char *store_write(struct store *store);
void store_end(struct store *store);
char *store_read(struct usage **usage);

#endif /* USAGE_STORE_H */
