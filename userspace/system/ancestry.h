/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes above this one, and SSH servers.
 */
#ifndef SYSTEM_ANCESTRY_H
#define SYSTEM_ANCESTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct inodes - numbers of sockets
 * @items: the numbers
 * @count: how many
 * @capacity: how many there is room for
 */
struct inodes {
	uint32_t *items;
	size_t count;
	size_t capacity;
};

/**
 * struct ancestry - facts that the processes above tell
 * @sockets: the sockets that they hold
 * @variable: SSH_CONNECTION of this process, or of the nearest one above that
 *	has it, or NULL
 * @terminal: this process has a terminal that a program has made, not the
 *	console
 * @whole: the first process of the system was reached
 */
struct ancestry {
	struct inodes sockets;
	char *variable;
	bool terminal;
	bool whole;
};

void ancestry_read(struct ancestry *ancestry);
void ancestry_free(struct ancestry *ancestry);
void ancestry_servers(struct inodes *inodes);
bool ancestry_has(const struct inodes *inodes, uint32_t inode);

#endif /* SYSTEM_ANCESTRY_H */
