/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of services in place of addresses: NODE.SERVICE.
 */
#ifndef POLICY_SERVICE_NAME_H
#define POLICY_SERVICE_NAME_H

#include "policy/policy.h"

/**
 * struct service_name - a service of a node
 * @node: the node
 * @service: enum nf_edge_service
 * @family: AF_INET or AF_INET6 if the name says so, else AF_UNSPEC
 */
struct service_name {
	const struct node *node;
	uint8_t service;
	uint8_t family;
};

bool service_name_like(const char *text);
char *service_name_find(struct service_name *name, const struct policy *policy,
			const char *text);
char *service_name_advice(const struct policy *policy, const char *text);
uint8_t service_name_only_family(const struct service_name *name);
char *service_name_address(const struct service_name *name, uint8_t family,
			   struct ip *ip);

#endif /* POLICY_SERVICE_NAME_H */
