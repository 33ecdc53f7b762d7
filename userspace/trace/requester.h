/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The person who runs the tool, and from where.
 */
#ifndef TRACE_REQUESTER_H
#define TRACE_REQUESTER_H

#include <stdint.h>

/* Login uid of a process that no login started. */
#define NO_LOGIN	UINT32_MAX

/**
 * struct requester - facts of the person
 * @name: name of the person, or "uid 1000" for a user without a name
 * @login: uid that the person logged in as, which stays through su and sudo;
 *	NO_LOGIN for a service, or where the kernel keeps none
 * @uid: real uid of the tool
 * @sudo: SUDO_USER, or NULL
 * @terminal: name of the terminal, or NULL
 * @peer: address of the SSH client, or NULL
 */
struct requester {
	char *name;
	uint32_t login;
	uint32_t uid;
	char *sudo;
	char *terminal;
	char *peer;
};

void requester_read(struct requester *requester);
char *requester_text(const struct requester *requester);
void requester_free(struct requester *requester);

#endif /* TRACE_REQUESTER_H */
