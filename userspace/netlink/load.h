/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Load of a policy.
 */
#ifndef NETLINK_LOAD_H
#define NETLINK_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/client.h"
#include "netlink/view.h"
#include "policy/policy.h"
#include "policy/query.h"

/**
 * struct load_reply - answer of the module to a load
 * @generation: of the policy that is in force now
 * @governed: Edge addresses of the policy that was handed over
 * @changed: whether the policy differs from the one that was in force
 * @verdict: the answer to the question, of a dry run with one
 * @refused: whether the kernel refused a part of the policy
 * @line: line of that part, 0 when unknown
 * @word: word of that part, empty when unknown
 */
struct load_reply {
	uint32_t generation;
	uint32_t governed;
	bool changed;
	struct verdict verdict;
	bool refused;
	unsigned int line;
	char word[64];
};

int load_begin(struct client *client);
int load_prepare(struct client *client, const struct policy *policy,
		 struct load_reply *reply);
int load_try(struct client *client, const struct policy *policy,
	     const struct query *query, struct load_reply *reply);
int load_publish(struct client *client, const struct policy *policy,
		 uint32_t generation, uint32_t confirm,
		 struct load_reply *reply);
int load_again(struct client *client, const struct view *view, bool switched,
	       struct load_reply *reply);

#endif /* NETLINK_LOAD_H */
