// SPDX-License-Identifier: GPL-2.0-only
/* Events of a module that a test makes up. */
#include <netinet/in.h>
#include <netlink/genl/genl.h>
#include <errno.h>
#include <stdlib.h>

#include "netlink/attribute.h"
#include "events.h"

static struct nl_msg *messages[8];
static size_t count, next;

int events_then;

struct nl_msg *message(void)
{
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_MAX);

	genlmsg_put(msg, 0, 0, 0x21, 0, 0, NF_EDGE_CMD_EVENT_NTF, 1);
	messages[count++] = msg;
	return msg;
}

static int hand_over(struct client *client)
{
	if (next == count)
		return events_then;
	client->unasked(nlmsg_hdr(messages[next++]), client->unasked_arg);
	return 0;
}

int begin_events(void **state)
{
	begin_site(state);
	setenv("TZ", "UTC", 1);
	module.await = hand_over;
	events_then = -ECONNRESET;
	count = 0;
	next = 0;
	return 0;
}

int end_events(void **state)
{
	while (count)
		nlmsg_free(messages[--count]);
	return end_site(state);
}

static void put_ip(struct nl_msg *msg, const char *text, int ipv4, int ipv6)
{
	struct ip address;

	if (!text)
		return;
	address = ip(text);
	nla_put(msg, address.family == AF_INET ? ipv4 : ipv6,
		address.family == AF_INET ? 4 : 16, address.bytes);
}

/* Put the attributes that each event has; the caller ends the nest. */
static struct nlattr *begin_event(struct nl_msg *msg, uint32_t verdict,
				  const char *source, const char *destination)
{
	struct nlattr *nest = attr_nest(msg, NF_EDGE_A_LISTEN_EVENT);

	nla_put_u64(msg, NF_EDGE_A_EVENT_TIME, 1796000583007000999ULL);
	nla_put_u32(msg, NF_EDGE_A_EVENT_VERDICT, verdict);
	put_ip(msg, source, NF_EDGE_A_EVENT_SOURCE_IPV4,
	       NF_EDGE_A_EVENT_SOURCE_IPV6);
	put_ip(msg, destination, NF_EDGE_A_EVENT_DESTINATION_IPV4,
	       NF_EDGE_A_EVENT_DESTINATION_IPV6);
	nla_put_u32(msg, NF_EDGE_A_EVENT_LENGTH, 60);
	nla_put_u32(msg, NF_EDGE_A_EVENT_GENERATION, 41);
	return nest;
}

static void put_tcp(struct nl_msg *msg, uint16_t from, uint16_t to)
{
	nla_put_u8(msg, NF_EDGE_A_EVENT_PROTOCOL, IPPROTO_TCP);
	nla_put_u16(msg, NF_EDGE_A_EVENT_SOURCE_PORT, from);
	nla_put_u16(msg, NF_EDGE_A_EVENT_DESTINATION_PORT, to);
	nla_put_u8(msg, NF_EDGE_A_EVENT_TCP_FLAGS, 0x12);
}

void put_peer(struct nl_msg *msg, uint32_t mode)
{
	struct nlattr *nest = begin_event(msg, NF_EDGE_VERDICT_DROP,
					  "192.168.10.77", "172.25.33.11");

	nla_put_u32(msg, NF_EDGE_A_EVENT_REASON, NF_EDGE_REASON_PEER);
	nla_put_u32(msg, NF_EDGE_A_EVENT_MODE, mode);
	nla_put_string(msg, NF_EDGE_A_EVENT_NEAR, "internal/4");
	nla_put_string(msg, NF_EDGE_A_EVENT_IN, "lan=0");
	nla_put_u32(msg, NF_EDGE_A_EVENT_IFINDEX, 4);
	nla_put_string(msg, NF_EDGE_A_EVENT_DESTINATION_NODE, "edge2");
	nla_put_u32(msg, NF_EDGE_A_EVENT_DESTINATION_SERVICES,
		    1U << NF_EDGE_SERVICE_INTERNAL);
	put_tcp(msg, 40001, 8057);
	nla_nest_end(msg, nest);
}

void put_permitted(struct nl_msg *msg)
{
	struct nlattr *nest = begin_event(msg, NF_EDGE_VERDICT_ACCEPT,
					  "2001:db8::30", "2001:db8:7::1");

	nla_put_string(msg, NF_EDGE_A_EVENT_ROW, "external/13");
	nla_put_string(msg, NF_EDGE_A_EVENT_ROW, "external/4");
	nla_put_string(msg, NF_EDGE_A_EVENT_SOURCE_NODE, "edge1");
	nla_put_u32(msg, NF_EDGE_A_EVENT_SOURCE_SERVICES,
		    1U << NF_EDGE_SERVICE_AV);
	nla_put_u32(msg, NF_EDGE_A_EVENT_IFINDEX, 9);
	nla_put_u8(msg, NF_EDGE_A_EVENT_PROTOCOL, IPPROTO_UDP);
	nla_put_u16(msg, NF_EDGE_A_EVENT_SOURCE_PORT, 3478);
	nla_put_u16(msg, NF_EDGE_A_EVENT_DESTINATION_PORT, 3479);
	nla_nest_end(msg, nest);
}

void put_endless(struct nl_msg *msg, const char *source, const char *destination)
{
	nla_nest_end(msg, begin_event(msg, NF_EDGE_VERDICT_ACCEPT, source,
				      destination));
}

void put_error(struct nl_msg *msg)
{
	struct nlattr *nest = begin_event(msg, NF_EDGE_VERDICT_DROP,
					  "2001:db8:7::1", "2001:db8::30");

	nla_put_u32(msg, NF_EDGE_A_EVENT_REASON, NF_EDGE_REASON_NO_ROW);
	nla_put_u32(msg, NF_EDGE_A_EVENT_MODE, NF_EDGE_MODE_ENFORCE);
	nla_put_u8(msg, NF_EDGE_A_EVENT_PROTOCOL, IPPROTO_ICMPV6);
	nla_put_u8(msg, NF_EDGE_A_EVENT_ICMP_TYPE, 1);
	nla_put_u8(msg, NF_EDGE_A_EVENT_ICMP_CODE, 4);
	nla_put_flag(msg, NF_EDGE_A_EVENT_REPLY);
	nla_put_flag(msg, NF_EDGE_A_EVENT_ERROR);
	nla_nest_end(msg, nest);
}

void put_lost(struct nl_msg *msg, int reason, uint64_t suppressed,
	      uint64_t ring, uint64_t socket)
{
	struct nlattr *nest = attr_nest(msg, NF_EDGE_A_LISTEN_LOST);

	nla_put_u32(msg, NF_EDGE_A_LOST_VERDICT, reason < 0 ?
		    NF_EDGE_VERDICT_ACCEPT : NF_EDGE_VERDICT_DROP);
	if (reason >= 0)
		nla_put_u32(msg, NF_EDGE_A_LOST_REASON, (uint32_t)reason);
	nla_put_u64(msg, NF_EDGE_A_LOST_SUPPRESSED, suppressed);
	nla_put_u64(msg, NF_EDGE_A_LOST_RING_FULL, ring);
	nla_put_u64(msg, NF_EDGE_A_LOST_SOCKET_FULL, socket);
	nla_nest_end(msg, nest);
}

void put_all(void)
{
	struct nl_msg *msg = message();

	put_peer(msg, NF_EDGE_MODE_ENFORCE);
	put_permitted(msg);
	msg = message();
	put_error(msg);
	put_peer(msg, NF_EDGE_MODE_AUDIT);
	put_lost(msg, NF_EDGE_REASON_PEER, 7, 0, 0);
	put_lost(msg, -1, 0, 2, 3);
	msg = message();
	put_lost(msg, NF_EDGE_REASON_PEER, 9, 0, 0);
	put_error(msg);
}
