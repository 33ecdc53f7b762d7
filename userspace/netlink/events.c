// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the module, as a listener receives them.
 */
#include <linux/nf_edge.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netlink/attribute.h"
#include "netlink/events.h"

/* Room for a filter with all its rows and prefixes. */
#define MESSAGE_FILTER	4096U

static void read_ip(struct ip *ip, const struct nlattr *attr, uint8_t family)
{
	int size = family == AF_INET ? 4 : 16;

	if (nla_len(attr) < size)
		return;
	*ip = (struct ip){ .family = family };
	memcpy(ip->bytes, nla_data(attr), (size_t)size);
}

/* Read an attribute of the packet itself. */
static void read_header(struct event *event, struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case NF_EDGE_A_EVENT_PROTOCOL:
		event->protocol = attr_u8(attr);
		break;
	case NF_EDGE_A_EVENT_SOURCE_IPV4:
		read_ip(&event->source, attr, AF_INET);
		break;
	case NF_EDGE_A_EVENT_SOURCE_IPV6:
		read_ip(&event->source, attr, AF_INET6);
		break;
	case NF_EDGE_A_EVENT_DESTINATION_IPV4:
		read_ip(&event->destination, attr, AF_INET);
		break;
	case NF_EDGE_A_EVENT_DESTINATION_IPV6:
		read_ip(&event->destination, attr, AF_INET6);
		break;
	case NF_EDGE_A_EVENT_SOURCE_PORT:
		event->source_port = attr_u16(attr);
		event->has_ports = true;
		break;
	case NF_EDGE_A_EVENT_DESTINATION_PORT:
		event->destination_port = attr_u16(attr);
		break;
	case NF_EDGE_A_EVENT_ICMP_TYPE:
		event->icmp_type = attr_u8(attr);
		break;
	case NF_EDGE_A_EVENT_ICMP_CODE:
		event->icmp_code = attr_u8(attr);
		break;
	case NF_EDGE_A_EVENT_TCP_FLAGS:
		event->tcp_flags = attr_u8(attr);
		break;
	case NF_EDGE_A_EVENT_LENGTH:
		event->length = attr_u32(attr);
		break;
	default:
		break;
	}
}

/* Read an attribute of what the policy says of the packet. */
static void read_judgement(struct event *event, struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case NF_EDGE_A_EVENT_VERDICT:
		event->verdict = attr_u32(attr);
		break;
	case NF_EDGE_A_EVENT_REASON:
		event->reason = (int)attr_u32(attr);
		break;
	case NF_EDGE_A_EVENT_MODE:
		event->mode = (int)attr_u32(attr);
		break;
	case NF_EDGE_A_EVENT_ROW:
		attr_add_id(&event->rows, attr);
		break;
	case NF_EDGE_A_EVENT_NEAR:
		attr_add_id(&event->near, attr);
		break;
	case NF_EDGE_A_EVENT_GENERATION:
		event->generation = attr_u32(attr);
		break;
	default:
		break;
	}
}

/* Read an attribute of where the packet comes from and goes to. */
static void read_place(struct event *event, struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case NF_EDGE_A_EVENT_TIME:
		event->time = attr_u64(attr);
		break;
	case NF_EDGE_A_EVENT_SOURCE_NODE:
		nla_strlcpy(event->source_node, attr,
			    sizeof(event->source_node));
		break;
	case NF_EDGE_A_EVENT_DESTINATION_NODE:
		nla_strlcpy(event->destination_node, attr,
			    sizeof(event->destination_node));
		break;
	case NF_EDGE_A_EVENT_SOURCE_SERVICES:
		event->source_services = attr_u32(attr);
		break;
	case NF_EDGE_A_EVENT_DESTINATION_SERVICES:
		event->destination_services = attr_u32(attr);
		break;
	case NF_EDGE_A_EVENT_IN:
		nla_strlcpy(event->in, attr, sizeof(event->in));
		break;
	case NF_EDGE_A_EVENT_IFINDEX:
		event->ifindex = attr_u32(attr);
		break;
	case NF_EDGE_A_EVENT_REPLY:
		event->reply = true;
		break;
	case NF_EDGE_A_EVENT_ERROR:
		event->error = true;
		break;
	default:
		break;
	}
}

static void take_event(struct listener *listener, struct nlattr *nest)
{
	struct event event = {
		.reason = -1, .mode = -1, .icmp_type = -1, .icmp_code = -1,
		.tcp_flags = -1,
	};
	struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left) {
		read_judgement(&event, attr);
		read_place(&event, attr);
		read_header(&event, attr);
	}
	/* An address of each end, or the module is not understood. */
	if (event.source.family && event.destination.family)
		listener->event(&event, listener->arg);
}

static void take_loss(struct listener *listener, struct nlattr *nest)
{
	struct nlattr *attrs[NF_EDGE_A_LOST_MAX + 1];
	struct loss loss = { .reason = -1 };

	if (nla_parse_nested(attrs, NF_EDGE_A_LOST_MAX, nest, NULL) < 0)
		return;
	loss.verdict = attr_u32(attrs[NF_EDGE_A_LOST_VERDICT]);
	if (attrs[NF_EDGE_A_LOST_REASON])
		loss.reason = (int)attr_u32(attrs[NF_EDGE_A_LOST_REASON]);
	loss.suppressed = attr_u64(attrs[NF_EDGE_A_LOST_SUPPRESSED]);
	loss.ring_full = attr_u64(attrs[NF_EDGE_A_LOST_RING_FULL]);
	loss.socket_full = attr_u64(attrs[NF_EDGE_A_LOST_SOCKET_FULL]);
	listener->loss(&loss, listener->arg);
}

static void take_message(struct nlmsghdr *message, void *arg)
{
	struct listener *listener = arg;
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, message, GENL_HDRLEN, left) {
		if (nla_type(attr) == NF_EDGE_A_LISTEN_EVENT)
			take_event(listener, attr);
		else if (nla_type(attr) == NF_EDGE_A_LISTEN_LOST)
			take_loss(listener, attr);
		else if (nla_type(attr) == NF_EDGE_A_LISTEN_END)
			listener->ended = true;
	}
}

static void read_rate(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_LISTEN_MAX + 1];
	struct listener *listener = arg;

	client_parse(reply, attrs, NF_EDGE_A_LISTEN_MAX);
	listener->rate = attr_u32(attrs[NF_EDGE_A_LISTEN_RATE]);
}

/* Add the prefixes of one family, octets of each before its length. */
static void put_prefixes(struct nl_msg *request,
			 const struct event_filter *filter, uint8_t family,
			 int attribute)
{
	int octets = family == AF_INET ? 4 : 16;
	uint8_t list[FILTER_MAX * NF_EDGE_PREFIX_IPV6_SIZE] = { 0 };
	uint8_t *entry = list;
	size_t i;

	for (i = 0; i < filter->prefix_count; i++) {
		if (filter->prefixes[i].family != family)
			continue;
		memcpy(entry, filter->prefixes[i].bytes, (size_t)octets);
		entry[octets] = (uint8_t)filter->lengths[i];
		entry += family == AF_INET ? NF_EDGE_PREFIX_IPV4_SIZE :
					     NF_EDGE_PREFIX_IPV6_SIZE;
	}
	if (entry > list)
		nla_put(request, attribute, (int)(entry - list), list);
}

static void put_u32(struct nl_msg *request, int attribute, uint32_t value)
{
	if (value)
		nla_put_u32(request, attribute, value);
}

/**
 * events_listen - have the module send events to a socket until it closes
 * @client: the socket, which listens to nothing yet
 * @filter: the events to send
 * @listener: takes the events, which may come at once; lives as long as @client
 *
 * client_await() receives the events.
 *
 * Return: as client_do().
 */
int events_listen(struct client *client, const struct event_filter *filter,
		  struct listener *listener)
{
	struct nl_msg *request;
	size_t i;

	client->unasked = take_message;
	client->unasked_arg = listener;
	request = client_request(client, NF_EDGE_CMD_LISTEN, NLM_F_ACK,
				 MESSAGE_FILTER);
	put_u32(request, NF_EDGE_A_LISTEN_VERDICTS, filter->verdicts);
	put_u32(request, NF_EDGE_A_LISTEN_REASONS, filter->reasons);
	put_u32(request, NF_EDGE_A_LISTEN_ZONES, filter->zones);
	if (filter->node)
		nla_put_string(request, NF_EDGE_A_LISTEN_NODE, filter->node);
	for (i = 0; i < filter->row_count; i++)
		nla_put_string(request, NF_EDGE_A_LISTEN_ROW, filter->rows[i]);
	put_prefixes(request, filter, AF_INET,
		     NF_EDGE_A_LISTEN_PREFIXES_IPV4);
	put_prefixes(request, filter, AF_INET6,
		     NF_EDGE_A_LISTEN_PREFIXES_IPV6);
	put_u32(request, NF_EDGE_A_LISTEN_RATE, filter->rate);
	return client_do(client, request, read_rate, listener);
}

/**
 * events_rest - take what happened until now
 * @client: the socket, which listens
 *
 * The module sends what it holds back before it refuses a second request, and
 * all of that is there when the request is sent.
 *
 * Return: 0, or a negative errno.
 */
int events_rest(struct client *client)
{
	struct nl_msg *request = client_request(client, NF_EDGE_CMD_LISTEN,
						NLM_F_ACK, MESSAGE_SMALL);
	int error = client_send(client, request);

	return error ? error : client_take(client);
}
