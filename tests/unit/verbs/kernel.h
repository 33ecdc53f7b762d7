/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel that a test makes up: its lists by netlink, and its /proc. The linker
 * replaces the functions of sockets.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stddef.h>

void kernel_begin(void);
void kernel_end(void);

/*
 * A message of the answer to a request. Of a request about one device, place or
 * set, the kernel tells the messages about that one.
 */
struct nl_msg *kernel_tells(int request, int type, const void *head,
			    size_t size);

/* The kernel has the modules of a list of names, and no other. */
void kernel_has(const char *names);

/* So many answers to a request end with an error of libnl, when all was told. */
void kernel_fails(int request, int error, int times);

/* No socket can be connected. */
void kernel_is_deaf(void);

/* The last request of a type, or NULL; and how many there were. */
struct nlmsghdr *kernel_asked(int request);
size_t kernel_times(int request);

/* The folder that stands for /proc. */
extern char procfs[];

/* A file there, with the folders that lead to it. */
void write_proc(const char *name, const char *text);
void remove_procfs(void);

#endif
