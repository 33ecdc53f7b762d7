// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the module.  libnl builds the requests and finds the attributes.
 * Messages are received and parsed here: libnl folds errnos together, and drops
 * the sentence of a refusal.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/nf_edge.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "netlink/client.h"

#define SOCKET_BUFFER	(1024 * 1024)

/* The largest errno of the kernel, MAX_ERRNO there. */
#define ERRNO_MAX	4095

static int open_socket(struct client *client)
{
	int on = 1, size = SOCKET_BUFFER, fd;

	client->socket = nl_socket_alloc();
	if (!client->socket)
		out_of_memory();
	errno = EIO;
	if (nl_connect(client->socket, NETLINK_GENERIC) < 0)
		return -errno;
	nl_socket_set_buffer_size(client->socket, SOCKET_BUFFER, SOCKET_BUFFER);
	fd = nl_socket_get_fd(client->socket);
	/* Privileged: beyond rmem_max and wmem_max. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		return -errno;
	return 0;
}

/**
 * client_request - begin a request
 * @client: the socket
 * @command: the command of the request
 * @flags: NLM_F_DUMP or NLM_F_ACK
 * @size: octets to make room for
 *
 * Return: a message to add attributes to, never NULL.
 */
struct nl_msg *client_request(struct client *client, uint8_t command,
			      int flags, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, ++client->sequence,
				 client->family, 0, flags, command,
				 NF_EDGE_FAMILY_VERSION))
		out_of_memory();
	return msg;
}

/**
 * client_send - send a request, and free it
 * @client: the socket
 * @request: the request, from client_request()
 *
 * Return: 0, or a negative errno.
 */
int client_send(struct client *client, struct nl_msg *request)
{
	struct nlmsghdr *header = nlmsg_hdr(request);
	ssize_t sent;

	header->nlmsg_flags |= NLM_F_REQUEST;
	do {
		sent = send(nl_socket_get_fd(client->socket), header,
			    header->nlmsg_len, 0);
	} while (sent < 0 && errno == EINTR);
	nlmsg_free(request);
	return sent < 0 ? -errno : 0;
}

/* @flags: of recvfrom() */
static ssize_t receive(struct client *client, int flags)
{
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t got;

	do {
		got = recvfrom(nl_socket_get_fd(client->socket),
			       client->buffer, MESSAGE_MAX, flags,
			       (struct sockaddr *)&from, &size);
	} while ((got < 0 && errno == EINTR) || (got >= 0 && from.nl_pid));
	return got < 0 ? -errno : got;
}

/* Take a message that answers no request of this socket. */
static void take_unasked(struct client *client, struct nlmsghdr *header)
{
	if (client->unasked && !header->nlmsg_seq &&
	    header->nlmsg_type == client->family)
		client->unasked(header, client->unasked_arg);
}

/* The attributes of an extended ack stand behind its error. */
static void note_extack(struct client *client, struct nlmsghdr *header,
			void *start)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	int length = (int)((char *)header + header->nlmsg_len - (char *)start);

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || length <= 0 ||
	    nla_parse(attrs, NLMSGERR_ATTR_MAX, start, length, NULL) < 0)
		return;
	if (attrs[NLMSGERR_ATTR_MSG])
		nla_strlcpy(client->refusal.message, attrs[NLMSGERR_ATTR_MSG],
			    sizeof(client->refusal.message));
	if (attrs[NLMSGERR_ATTR_OFFS])
		client->refusal.offset =
			attr_u32(attrs[NLMSGERR_ATTR_OFFS]);
}

/* The kernel's error field may be out of the errno range. */
static int errno_of(int error)
{
	return error > 0 || error < -ERRNO_MAX ? -EPROTO : error;
}

static int note_error(struct client *client, struct nlmsghdr *header)
{
	struct nlmsgerr *error = nlmsg_data(header);
	size_t echoed = 0, left;

	if (nlmsg_datalen(header) < (int)sizeof(*error)) {
		client->refusal.error = EPROTO;
		return -EPROTO;
	}
	left = (size_t)nlmsg_datalen(header) - sizeof(*error);
	/* The request, from behind its header, stands before the attributes. */
	if (!(header->nlmsg_flags & NLM_F_CAPPED) &&
	    error->msg.nlmsg_len > NLMSG_HDRLEN)
		echoed = error->msg.nlmsg_len - NLMSG_HDRLEN;
	client->refusal.error = -errno_of(error->error);
	if (echoed < left)
		note_extack(client, header,
			    (char *)(error + 1) + NLMSG_ALIGN(echoed));
	return errno_of(error->error);
}

static int note_done(struct client *client, struct nlmsghdr *header)
{
	int *error = nlmsg_data(header);

	if (nlmsg_datalen(header) < (int)sizeof(*error))
		return 0;
	if (*error >= 0)
		return 0;
	client->refusal.error = -errno_of(*error);
	note_extack(client, header, error + 1);
	return errno_of(*error);
}

/**
 * client_receive - receive the answer to a request
 * @client: the socket
 * @sequence: number of the request
 * @reply: called with each message of the answer
 * @arg: handed to @reply
 *
 * An answer ends with an acknowledgment, a refusal, or the end of a dump.
 *
 * Return: 0, or a negative errno; -EAGAIN when a dump was interrupted.
 */
int client_receive(struct client *client, uint32_t sequence, reply_fn reply,
		   void *arg)
{
	bool interrupted = false;

	client->refusal = (struct refusal){ 0 };
	for (;;) {
		struct nlmsghdr *header = (struct nlmsghdr *)client->buffer;
		ssize_t got = receive(client, 0);
		int left = (int)got, error;

		if (got < 0) {
			client->refusal.error = (int)-got;
			return (int)got;
		}
		for (; nlmsg_ok(header, left);
		     header = nlmsg_next(header, &left)) {
			if (header->nlmsg_seq != sequence) {
				take_unasked(client, header);
				continue;
			}
			if (header->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = true;
			if (header->nlmsg_type == NLMSG_ERROR)
				return note_error(client, header);
			if (header->nlmsg_type == NLMSG_DONE) {
				error = note_done(client, header);
				return !error && interrupted ? -EAGAIN : error;
			}
			if (reply)
				reply(header, arg);
		}
	}
}

/**
 * client_await - wait for messages that answer no request
 * @client: the socket, with @unasked
 * @milliseconds: the longest time to wait, or -1
 * @signals: the signals that are blocked meanwhile, for ppoll()
 *
 * The socket loses messages for which its buffer has no room, and says so by
 * ENOBUFS.  The module counts the events in them, and tells their number.
 *
 * Return: 0, also after the time, or a negative errno: -EINTR after a signal.
 */
int client_await(struct client *client, int milliseconds,
		 const sigset_t *signals)
{
	struct pollfd socket = {
		.fd = nl_socket_get_fd(client->socket), .events = POLLIN,
	};
	struct timespec limit = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000L,
	};
	struct nlmsghdr *header = (struct nlmsghdr *)client->buffer;
	ssize_t got;
	int left;

	if (ppoll(&socket, 1, milliseconds < 0 ? NULL : &limit, signals) < 0)
		return -errno;
	if (!socket.revents)
		return 0;
	got = receive(client, MSG_DONTWAIT);
	if (got == -ENOBUFS || got == -EAGAIN)
		return 0;
	if (got < 0)
		return (int)got;
	left = (int)got;
	for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left))
		take_unasked(client, header);
	return 0;
}

/**
 * client_take - take messages up to the answer to the last request
 * @client: the socket, with @unasked; the answer is there already, or lost
 *
 * Messages that the socket has lost are as for client_await().
 *
 * Return: 0, whatever the answer is; or a negative errno.
 */
int client_take(struct client *client)
{
	struct nlmsghdr *header;
	ssize_t got;
	int left;

	for (;;) {
		got = receive(client, MSG_DONTWAIT);
		if (got == -ENOBUFS)
			continue;
		if (got < 0)
			return got == -EAGAIN ? 0 : (int)got;
		left = (int)got;
		header = (struct nlmsghdr *)client->buffer;
		for (; nlmsg_ok(header, left);
		     header = nlmsg_next(header, &left)) {
			take_unasked(client, header);
			if (header->nlmsg_seq == client->sequence &&
			    header->nlmsg_type == NLMSG_ERROR)
				return 0;
		}
	}
}

/**
 * client_do - send a request, and receive its answer
 * @client: the socket
 * @request: the request, from client_request()
 * @reply: called with each message of the answer, or NULL
 * @arg: handed to @reply
 *
 * Return: 0, or a negative errno; the kernel's reasons are in
 * @client->refusal.
 */
int client_do(struct client *client, struct nl_msg *request, reply_fn reply,
	      void *arg)
{
	uint32_t sequence = nlmsg_hdr(request)->nlmsg_seq;
	int error = client_send(client, request);

	if (error) {
		client->refusal = (struct refusal){ .error = -error };
		return error;
	}
	return client_receive(client, sequence, reply, arg);
}

/**
 * client_get - send a request without attributes
 * @client: the socket
 * @command: the command of the request
 * @reply: called with the answer
 * @arg: handed to @reply
 *
 * Return: as client_do().
 */
int client_get(struct client *client, uint8_t command, reply_fn reply,
	       void *arg)
{
	return client_do(client, client_request(client, command, NLM_F_ACK,
						MESSAGE_SMALL),
			 reply, arg);
}

/**
 * client_dump - ask for a list
 * @client: the socket
 * @command: the command of the request
 * @reply: called with each message of the list
 * @arg: handed to @reply
 *
 * Return: as client_do().
 */
int client_dump(struct client *client, uint8_t command, reply_fn reply,
		void *arg)
{
	return client_do(client, client_request(client, command, NLM_F_DUMP,
						MESSAGE_SMALL),
			 reply, arg);
}

static void read_family(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct client *client = arg;

	client_parse(reply, attrs, CTRL_ATTR_MAX);
	if (attrs[CTRL_ATTR_FAMILY_ID] &&
	    nla_len(attrs[CTRL_ATTR_FAMILY_ID]) >= (int)sizeof(uint16_t))
		client->family = nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]);
	client->family_version = attr_u32(attrs[CTRL_ATTR_VERSION]);
}

static void read_version(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	struct client *client = arg;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	if (attrs[NF_EDGE_A_POLICY_VERSION])
		nla_strlcpy(client->module_version,
			    attrs[NF_EDGE_A_POLICY_VERSION],
			    sizeof(client->module_version));
}

/**
 * client_open - find the module, and ask for its version
 * @client: filled in; client_close() it, also after a failure
 *
 * Return: 0; -ENOENT when the module is not loaded, -EPERM when it may not be
 * asked, or another negative errno.
 */
int client_open(struct client *client)
{
	struct nl_msg *request;
	int error;

	*client = (struct client){ .family = GENL_ID_CTRL };
	client->buffer = xalloc(MESSAGE_MAX);
	error = open_socket(client);
	if (error)
		return error;

	request = client_request(client, CTRL_CMD_GETFAMILY, NLM_F_ACK,
				 MESSAGE_SMALL);
	nla_put_string(request, CTRL_ATTR_FAMILY_NAME, NF_EDGE_FAMILY_NAME);
	error = client_do(client, request, read_family, client);
	if (error)
		return error;
	return client_get(client, NF_EDGE_CMD_STATUS_GET, read_version, client);
}

/**
 * client_close - forget the socket
 * @client: the socket
 */
void client_close(struct client *client)
{
	if (client->socket)
		nl_socket_free(client->socket);
	free(client->buffer);
	*client = (struct client){ 0 };
}

/**
 * client_parse - find the attributes of a message
 * @reply: the message
 * @attrs: filled in, @max + 1 of them; NULL where there is none
 * @max: the highest attribute
 */
void client_parse(struct nlmsghdr *reply, struct nlattr **attrs, int max)
{
	if (genlmsg_parse(reply, 0, attrs, max, NULL) < 0)
		memset(attrs, 0, (size_t)(max + 1) * sizeof(*attrs));
}
