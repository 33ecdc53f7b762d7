/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the module: one generic netlink socket, requests, dumps, and
 * refusals in the words of the kernel.
 */
#ifndef NETLINK_CLIENT_H
#define NETLINK_CLIENT_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest request: 64 nodes with 64 addresses each, 256 interfaces, and
 * one full attribute of prefixes; also room for any reply.
 */
#define MESSAGE_MAX	(256U << 10)

/* Room for a request that carries no policy. */
#define MESSAGE_SMALL	1024U

/* The most octets of one attribute's payload that this tool sends. */
#define CHUNK_MAX	60000U

/**
 * struct refusal - why the kernel refused the last request
 * @error: an errno, 0 without a refusal
 * @message: sentence of the kernel, empty without one
 * @offset: where the attribute at fault begins in the request, 0 when the
 *	kernel did not say
 */
struct refusal {
	int error;
	char message[256];
	uint32_t offset;
};

struct nl_sock;

/* A function that takes one message of the module. */
typedef void (*reply_fn)(struct nlmsghdr *reply, void *arg);

/**
 * struct client - a socket
 * @socket: the socket
 * @family: number of the family nf-edge
 * @family_version: version of the family
 * @module_version: version of the module, empty without the right to ask
 * @sequence: number of the last request
 * @refusal: why the last request was refused
 * @buffer: MESSAGE_MAX octets to receive into
 * @has_transaction: load_begin() has opened one
 * @unasked: called with each message of the module that answers no request, or
 *	NULL
 * @unasked_arg: handed to @unasked
 */
struct client {
	struct nl_sock *socket;
	int family;
	unsigned int family_version;
	char module_version[32];
	uint32_t sequence;
	struct refusal refusal;
	char *buffer;
	bool has_transaction;
	reply_fn unasked;
	void *unasked_arg;
};

int client_open(struct client *client);
void client_close(struct client *client);

struct nl_msg *client_request(struct client *client, uint8_t command,
			      int flags, size_t size);
int client_send(struct client *client, struct nl_msg *request);
int client_receive(struct client *client, uint32_t sequence, reply_fn reply,
		   void *arg);
int client_await(struct client *client, int milliseconds,
		 const sigset_t *signals);
int client_take(struct client *client);
int client_do(struct client *client, struct nl_msg *request, reply_fn reply,
	      void *arg);
int client_get(struct client *client, uint8_t command, reply_fn reply,
	       void *arg);
int client_dump(struct client *client, uint8_t command, reply_fn reply,
		void *arg);

void client_parse(struct nlmsghdr *reply, struct nlattr **attrs, int max);

#endif /* NETLINK_CLIENT_H */
