// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of connection tracking, by libnetfilter_conntrack.
 */
#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/connections.h"

/* Attributes of the addresses of a family, in the order of struct tracked. */
static const enum nf_conntrack_attr addresses[FAMILY_COUNT][4] = {
	[IPV4] = { ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST,
		   ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST },
	[IPV6] = { ATTR_ORIG_IPV6_SRC, ATTR_ORIG_IPV6_DST,
		   ATTR_REPL_IPV6_SRC, ATTR_REPL_IPV6_DST },
};

static bool read_ip(const struct nf_conntrack *ct, unsigned int family,
		    unsigned int which, struct ip *ip)
{
	const void *address = nfct_get_attr(ct, addresses[family][which]);

	if (!address)
		return false;
	*ip = (struct ip){ .family = family == IPV4 ? AF_INET : AF_INET6 };
	memcpy(ip->bytes, address, family == IPV4 ? 4 : 16);
	return true;
}

/* Neither an attempt that nobody has answered, nor a connection that ended. */
static bool is_open(const struct nf_conntrack *ct)
{
	if (!nfct_attr_is_set(ct, ATTR_TCP_STATE))
		return true;
	switch (nfct_get_attr_u8(ct, ATTR_TCP_STATE)) {
	case TCP_CONNTRACK_NONE:
	case TCP_CONNTRACK_SYN_SENT:
	case TCP_CONNTRACK_SYN_SENT2:
	case TCP_CONNTRACK_TIME_WAIT:
	case TCP_CONNTRACK_CLOSE:
		return false;
	default:
		return true;
	}
}

static int add(enum nf_conntrack_msg_type type, struct nf_conntrack *ct,
	       void *arg)
{
	unsigned int family = nfct_get_attr_u8(ct, ATTR_ORIG_L3PROTO) ==
			      AF_INET6 ? IPV6 : IPV4;
	struct tracked_list *list = arg;
	struct tracked one = {
		.protocol = nfct_get_attr_u8(ct, ATTR_ORIG_L4PROTO),
	};

	(void)type;
	if (!is_open(ct) || !read_ip(ct, family, 0, &one.source) ||
	    !read_ip(ct, family, 1, &one.destination) ||
	    !read_ip(ct, family, 2, &one.reply_source) ||
	    !read_ip(ct, family, 3, &one.reply_destination))
		return NFCT_CB_CONTINUE;
	if (one.protocol == IPPROTO_ICMP || one.protocol == IPPROTO_ICMPV6) {
		one.icmp_type = nfct_get_attr_u8(ct, ATTR_ICMP_TYPE);
	} else {
		one.source_port = ntohs(nfct_get_attr_u16(ct,
							  ATTR_ORIG_PORT_SRC));
		one.destination_port =
			ntohs(nfct_get_attr_u16(ct, ATTR_ORIG_PORT_DST));
	}
	list->items = xgrow(list->items, &list->capacity, list->count,
			    sizeof(one));
	list->items[list->count++] = one;
	return NFCT_CB_CONTINUE;
}

/**
 * tracked_read - read the connections of this namespace, of both families
 * @list: filled in; tracked_free() it
 *
 * Attempts without an answer, and TCP connections that have ended, are left
 * out.
 *
 * Return: 0, or a negative errno when connection tracking does not tell.
 */
int tracked_read(struct tracked_list *list)
{
	const uint32_t families[] = { AF_INET, AF_INET6 };
	struct nfct_handle *handle;
	int error = 0;
	size_t i;

	*list = (struct tracked_list){ 0 };
	errno = EIO;
	handle = nfct_open(CONNTRACK, 0);
	if (!handle)
		return -errno;
	nfct_callback_register(handle, NFCT_T_ALL, add, list);
	for (i = 0; i < sizeof(families) / sizeof(*families) && !error; i++) {
		errno = EIO;
		if (nfct_query(handle, NFCT_Q_DUMP, &families[i]) < 0)
			error = -errno;
	}
	nfct_close(handle);
	if (error)
		tracked_free(list);
	return error;
}

/**
 * tracked_free - forget the connections
 * @list: the connections
 */
void tracked_free(struct tracked_list *list)
{
	free(list->items);
	*list = (struct tracked_list){ 0 };
}
