/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SSH sessions that a policy must not cut.
 */
#ifndef SYSTEM_SSH_H
#define SYSTEM_SSH_H

#include <stddef.h>

#include "base/outcome.h"
#include "policy/query.h"

/**
 * enum whose - relation of the tool to the sessions found
 * @OURS: the tool is run from the session
 * @MAYBE_OURS: the tool may be run from one of the sessions
 * @NAMED: SSH_CONNECTION names a session that is not seen alive
 */
enum whose {
	OURS,
	MAYBE_OURS,
	NAMED,
};

/**
 * struct sessions - the sessions to take care of
 * @items: each as a question to the classifier
 * @count: how many
 * @capacity: how many there is room for
 * @whose: whether the tool is run from one of the sessions
 * @aside: one of them does not cross the policy
 * @unknown: why a session may have been missed, or NULL
 */
struct sessions {
	struct query *items;
	size_t count;
	size_t capacity;
	enum whose whose;
	bool aside;
	const char *unknown;
};

void sessions_find(struct sessions *sessions);
void sessions_free(struct sessions *sessions);
void sessions_note(const struct sessions *sessions, bool waits);
enum outcome session_check(struct sessions *sessions, size_t i,
			   const struct verdict *verdict,
			   const char *what);

#endif /* SYSTEM_SSH_H */
