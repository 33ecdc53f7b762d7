// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that filters of tc open on bound devices, by
 * rtnetlink: redirections, programs, translations.
 */
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>

#include "base/memory.h"
#include "system/ways.h"

/* A place of a device that has filters. */
struct place {
	struct ways *ways;
	const struct device *device;
	bool is_ingress;
};

static int add_qdisc(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[TCA_MAX + 1];
	const struct tcmsg *head;
	struct ways *ways = arg;
	size_t i;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWQDISC ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*head), attrs, TCA_MAX,
			NULL) < 0 || !attrs[TCA_KIND] ||
	    (nla_strcmp(attrs[TCA_KIND], "clsact") &&
	     nla_strcmp(attrs[TCA_KIND], "ingress")))
		return NL_SKIP;
	head = nlmsg_data(nlmsg_hdr(msg));
	for (i = 0; i < ways->device_count; i++)
		if (ways->devices[i].index == head->tcm_ifindex)
			ways->devices[i].has_ingress = true;
	return NL_OK;
}

/* The list of actions among the options of a classifier. */
static int actions_attr(struct nlattr *kind)
{
	static const struct {
		const char *kind;
		int attr;
	} classifiers[] = {
		{ "basic", TCA_BASIC_ACT },
		{ "bpf", TCA_BPF_ACT },
		{ "cgroup", TCA_CGROUP_ACT },
		{ "flow", TCA_FLOW_ACT },
		{ "flower", TCA_FLOWER_ACT },
		{ "fw", TCA_FW_ACT },
		{ "matchall", TCA_MATCHALL_ACT },
		{ "route", TCA_ROUTE4_ACT },
		{ "u32", TCA_U32_ACT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classifiers); i++)
		if (!nla_strcmp(kind, classifiers[i].kind))
			return classifiers[i].attr;
	return 0;
}

/* A device of kind ifb gives packets back to the device of their arrival. */
static void of_redirection(const struct place *place, struct nlattr *options)
{
	struct nlattr *attrs[TCA_MIRRED_MAX + 1];
	const struct device *target;
	struct tc_mirred parms;

	if (!options ||
	    nla_parse_nested(attrs, TCA_MIRRED_MAX, options, NULL) < 0 ||
	    !attrs[TCA_MIRRED_PARMS] ||
	    nla_len(attrs[TCA_MIRRED_PARMS]) < (int)sizeof(parms))
		return;
	memcpy(&parms, nla_data(attrs[TCA_MIRRED_PARMS]), sizeof(parms));
	target = ways_device(place->ways, (int)parms.ifindex);
	if ((parms.eaction != TCA_EGRESS_REDIR &&
	     parms.eaction != TCA_INGRESS_REDIR) ||
	    (target && !strcmp(target->kind, "ifb")))
		return;
	ways_add(place->ways, "tc", place->device->name,
		 "a tc filter redirects packets to %s before the policy sees them; take it away with tc filter del dev %s ingress",
		 target ? target->name : "another device",
		 place->device->name);
}

static void of_action(const struct place *place, struct nlattr *action)
{
	struct nlattr *attrs[TCA_ACT_MAX + 1];

	if (nla_parse_nested(attrs, TCA_ACT_MAX, action, NULL) < 0 ||
	    !attrs[TCA_ACT_KIND])
		return;
	if (place->is_ingress && !nla_strcmp(attrs[TCA_ACT_KIND], "mirred"))
		of_redirection(place, attrs[TCA_ACT_OPTIONS]);
	else if (place->is_ingress && !nla_strcmp(attrs[TCA_ACT_KIND], "ct"))
		ways_add(place->ways, "tc", place->device->name,
			 "a tc filter tracks connections (ct) before the policy sees them, and hardware forwards these; take it away with tc filter del dev %s ingress",
			 place->device->name);
	else if (!nla_strcmp(attrs[TCA_ACT_KIND], "bpf"))
		ways_add(place->ways, "tc", place->device->name,
			 "a tc filter runs a program (bpf), which forwards or changes packets past the policy unless it only drops and passes; tc filter show dev %s %s names it",
			 place->device->name,
			 place->is_ingress ? "ingress" : "egress");
	else if (!place->is_ingress &&
		 (!nla_strcmp(attrs[TCA_ACT_KIND], "nat") ||
		  !nla_strcmp(attrs[TCA_ACT_KIND], "pedit")))
		ways_add(place->ways, "tc", place->device->name,
			 "a tc filter changes headers behind the policy; take it away with tc filter del dev %s egress",
			 place->device->name);
}

static int add_filter(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[TCA_MAX + 1], *options, *action;
	const struct place *place = arg;
	int wanted, left, left_actions;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWTFILTER ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct tcmsg), attrs, TCA_MAX,
			NULL) < 0 || !attrs[TCA_KIND] || !attrs[TCA_OPTIONS])
		return NL_SKIP;
	if (!nla_strcmp(attrs[TCA_KIND], "bpf"))
		ways_add(place->ways, "tc", place->device->name,
			 "a tc filter runs a program (bpf), which forwards or changes packets past the policy unless it only drops and passes; tc filter show dev %s %s names it",
			 place->device->name,
			 place->is_ingress ? "ingress" : "egress");
	wanted = actions_attr(attrs[TCA_KIND]);
	nla_for_each_nested(options, attrs[TCA_OPTIONS], left) {
		if (!wanted || nla_type(options) != wanted)
			continue;
		nla_for_each_nested(action, options, left_actions) {
			of_action(place, action);
		}
	}
	return NL_OK;
}

static void of_device(struct ways *ways, struct nl_sock *socket,
		      const struct device *device)
{
	static const uint32_t parents[] = {
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parents); i++) {
		struct place place = { ways, device, i > 0 };
		struct tcmsg head = {
			.tcm_family = AF_UNSPEC,
			.tcm_ifindex = device->index,
			.tcm_parent = parents[i],
		};

		ways_dump(socket, RTM_GETTFILTER, &head, sizeof(head),
			  add_filter, &place);
	}
}

/**
 * ways_of_filters - look for ways round in the filters of tc
 * @ways: the list to add to, with its devices
 */
void ways_of_filters(struct ways *ways)
{
	struct tcmsg head = { .tcm_family = AF_UNSPEC };
	struct nl_sock *socket = nl_socket_alloc();
	size_t i;

	if (!socket)
		out_of_memory();
	/* A kernel without tc has no queueing discipline to tell of. */
	if (nl_connect(socket, NETLINK_ROUTE) >= 0 &&
	    ways_dump(socket, RTM_GETQDISC, &head, sizeof(head),
		      add_qdisc, ways))
		for (i = 0; i < ways->device_count; i++)
			if (ways->devices[i].carries &&
			    ways->devices[i].has_ingress)
				of_device(ways, socket, &ways->devices[i]);
	nl_socket_free(socket);
}
