// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow: one flow of the stress run, at full speed, with every packet accounted
 * for.  One process has both ends and answers a burst before the next one, so no
 * packet is lost to a full queue.
 *
 * The caller opens the sockets, each in its own network namespace, and passes
 * them as open file descriptors.  PAGE is shared memory for the counts, with a
 * bit for the number of each datagram that arrived.
 *
 * usage: flow echo PAGE CLIENT SERVER SIZE      datagrams there and back
 *        flow oneway PAGE CLIENT SERVER SIZE    datagrams; none is waited for
 *        flow stream PAGE CLIENT SERVER         TCP octets there and back
 *        flow visits PAGE LISTENER SOURCE DESTINATION PORT
 *                                               TCP connections, one by one
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BURST		32
#define SIZE_MAX_UDP	1400
#define PERIOD		65521	/* of the pattern in a stream: a prime */
#define CHUNK		65536
#define WINDOW		(2 * CHUNK)
#define TICK_MS		100
#define PATIENCE	200	/* ticks without any progress */
#define VISIT		100	/* octets */
#define FIRST_PORT	40000
#define PORTS		10000

/* What the caller reads while the flow runs; see flows.py's FIELDS. */
struct counts {
	uint64_t stop;		/* set by the caller */
	uint64_t sent;
	uint64_t arrived;
	uint64_t answered;
	uint64_t returned;
	uint64_t connections;
	uint64_t twice;		/* a number that had arrived before */
	uint64_t changed;	/* not what was sent */
	uint64_t stalled;	/* times that patience was at its end */
};

static struct counts *counts;
static uint8_t *seen;		/* a bit for each number */
static uint64_t numbers;	/* how many have one */

static void set(uint64_t *count, uint64_t value)
{
	__atomic_store_n(count, value, __ATOMIC_RELEASE);
}

static void add(uint64_t *count, uint64_t value)
{
	set(count, *count + value);
}

static bool stopped(void)
{
	return __atomic_load_n(&counts->stop, __ATOMIC_ACQUIRE);
}

static int number_of(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static void map_page(int fd)
{
	struct stat st;
	uint8_t *at;

	if (fstat(fd, &st))
		err(1, "fstat");
	at = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		err(1, "mmap");
	counts = (struct counts *)at;
	seen = at + 4096;
	numbers = (uint64_t)(st.st_size - 4096) * 8;
}

static bool would_block(ssize_t result)
{
	return result < 0 && (errno == EAGAIN || errno == ENOBUFS);
}

static void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	poll(&p, 1, TICK_MS);
}

/*
 * Datagrams
 */

static uint8_t room[BURST][SIZE_MAX_UDP];
static struct iovec parts[BURST];
static struct mmsghdr messages[BURST];

static void prepare(size_t size)
{
	int i;

	for (i = 0; i < BURST; i++) {
		parts[i].iov_base = room[i];
		parts[i].iov_len = size;
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

/* Sends a burst, of which the first has the number that @count stands at. */
static void send_burst(int fd, uint64_t *count, int size)
{
	int i, n, done = 0;

	if (*count + size > numbers)
		errx(1, "out of numbers");
	for (i = 0; i < size; i++) {
		uint64_t number = *count + i;

		memcpy(room[i], &number, sizeof(number));
	}
	while (done < size) {
		n = sendmmsg(fd, messages + done, size - done, 0);
		if (would_block(n))
			await(fd, POLLOUT);
		else if (n < 0)
			err(1, "sendmmsg");
		else
			done += n;
	}
	add(count, size);
}

/* Receives what is there; those of the server are noted by their numbers. */
static bool drain(int fd, uint64_t *count, size_t size, bool note)
{
	bool any = false;
	uint64_t number;
	int i, n;

	while ((n = recvmmsg(fd, messages, BURST, MSG_TRUNC, NULL)) > 0) {
		any = true;
		for (i = 0; i < n; i++) {
			memcpy(&number, room[i], sizeof(number));
			if (messages[i].msg_len != size || number >= numbers) {
				add(&counts->changed, 1);
				continue;
			}
			if (note && seen[number / 8] & 1 << number % 8)
				add(&counts->twice, 1);
			if (note)
				seen[number / 8] |= 1 << number % 8;
		}
		add(count, n);
	}
	if (n < 0 && !would_block(n))
		err(1, "recvmmsg");
	return any;
}

/* Receives until @count is @goal, or nothing more comes. */
static void receive(int fd, uint64_t *count, uint64_t goal, size_t size,
		    bool note)
{
	int patience = PATIENCE;

	while (*count < goal && patience) {
		if (drain(fd, count, size, note)) {
			patience = PATIENCE;
			continue;
		}
		await(fd, POLLIN);
		patience--;
	}
	if (!patience)
		add(&counts->stalled, 1);
}

static void echo(int client, int server, size_t size)
{
	int burst = 1;	/* the first packet alone makes the connection */

	for (; !stopped(); burst = BURST) {
		uint64_t goal = counts->arrived + burst;

		send_burst(client, &counts->sent, burst);
		receive(server, &counts->arrived, goal, size, true);
		goal = counts->returned + burst;
		send_burst(server, &counts->answered, burst);
		receive(client, &counts->returned, goal, size, false);
	}
}

static void oneway(int client, int server, size_t size)
{
	while (!stopped()) {
		send_burst(client, &counts->sent, BURST);
		drain(server, &counts->arrived, size, true);
	}
}

/*
 * Streams
 */

static uint8_t pattern[PERIOD + CHUNK];

static void make_pattern(void)
{
	uint32_t state = 1;
	size_t i;

	for (i = 0; i < PERIOD; i++) {
		state = state * 1664525 + 1013904223;
		pattern[i] = state >> 24;
	}
	for (; i < sizeof(pattern); i++)
		pattern[i] = pattern[i - PERIOD];
}

static bool push(int fd, uint64_t *count, uint64_t limit)
{
	size_t size = limit - *count < CHUNK ? limit - *count : CHUNK;
	ssize_t n = size ? send(fd, pattern + *count % PERIOD, size, 0) : 0;

	if (n < 0 && !would_block(n))
		err(1, "send");
	if (n <= 0)
		return false;
	add(count, n);
	return true;
}

static bool pull(int fd, uint64_t *count)
{
	static uint8_t buffer[CHUNK];
	ssize_t n = recv(fd, buffer, sizeof(buffer), 0);

	if (would_block(n))
		return false;
	if (n <= 0)
		err(1, "recv: the stream has ended");
	if (memcmp(buffer, pattern + *count % PERIOD, n))
		add(&counts->changed, 1);
	add(count, n);
	return true;
}

static void stream(int client, int server)
{
	int patience = PATIENCE;

	make_pattern();
	while (patience && !(stopped() && counts->returned == counts->sent)) {
		bool moved = false;

		if (!stopped())
			moved |= push(client, &counts->sent,
				      counts->returned + WINDOW);
		moved |= pull(server, &counts->arrived);
		moved |= push(server, &counts->answered, counts->arrived);
		moved |= pull(client, &counts->returned);
		if (moved) {
			patience = PATIENCE;
			continue;
		}
		struct pollfd both[] = {
			{ .fd = client, .events = POLLIN },
			{ .fd = server, .events = POLLIN },
		};
		patience -= !poll(both, 2, TICK_MS);
	}
	if (!patience)
		add(&counts->stalled, 1);
}

/*
 * Connections
 */

struct end {
	struct sockaddr_storage at;
	socklen_t size;
};

static struct end make_end(const char *address, int port)
{
	struct end e = { };
	struct sockaddr_in6 *six = (void *)&e.at;
	struct sockaddr_in *four = (void *)&e.at;

	if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		e.size = sizeof(*six);
	} else if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		e.size = sizeof(*four);
	} else {
		errx(2, "no address: %s", address);
	}
	return e;
}

static void set_up(int fd)
{
	struct timeval patience = { .tv_sec = PATIENCE * TICK_MS / 1000 };
	struct linger reset = { .l_onoff = 1 };
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "setsockopt");
}

static bool carry(int from, int to, uint64_t *sent, uint64_t *arrived)
{
	uint8_t buffer[VISIT];
	ssize_t n;

	if (send(from, pattern, VISIT, 0) != VISIT)
		return false;
	add(sent, VISIT);
	n = recv(to, buffer, VISIT, MSG_WAITALL);
	if (n > 0)
		add(arrived, n);
	if (n == VISIT && memcmp(buffer, pattern, VISIT))
		add(&counts->changed, 1);
	return n == VISIT;
}

static void visits(int listener, const char *source, const char *destination,
		   int port)
{
	struct end to = make_end(destination, port);
	int turn, client, server;

	make_pattern();
	if (fcntl(listener, F_SETFL, 0))
		err(1, "fcntl");
	set_up(listener);
	for (turn = 0; !stopped(); turn++) {
		struct end from = make_end(source, FIRST_PORT + turn % PORTS);

		client = socket(from.at.ss_family, SOCK_STREAM, 0);
		if (client < 0)
			err(1, "socket");
		set_up(client);
		if (bind(client, (void *)&from.at, from.size))
			err(1, "bind");
		if (connect(client, (void *)&to.at, to.size)) {
			add(&counts->stalled, 1);
			close(client);
			continue;
		}
		server = accept(listener, NULL, NULL);
		if (server < 0)
			err(1, "accept");
		set_up(server);
		if (!carry(client, server, &counts->sent, &counts->arrived) ||
		    !carry(server, client, &counts->answered,
			   &counts->returned))
			add(&counts->stalled, 1);
		add(&counts->connections, 1);
		close(client);
		close(server);
	}
}

int main(int argc, char **argv)
{
	bool udp = argc == 6 && (!strcmp(argv[1], "echo") ||
				 !strcmp(argv[1], "oneway"));

	if (argc < 5)
		errx(2, "usage: see the head of flow.c");
	map_page(number_of(argv[2]));
	if (udp) {
		int size = number_of(argv[5]);

		if (size < (int)sizeof(uint64_t) || size > SIZE_MAX_UDP)
			errx(2, "not a size: %s", argv[5]);
		prepare(size);
		(*argv[1] == 'e' ? echo : oneway)(number_of(argv[3]),
						  number_of(argv[4]), size);
	} else if (argc == 5 && !strcmp(argv[1], "stream")) {
		stream(number_of(argv[3]), number_of(argv[4]));
	} else if (argc == 7 && !strcmp(argv[1], "visits")) {
		visits(number_of(argv[3]), argv[4], argv[5],
		       number_of(argv[6]));
	} else {
		errx(2, "usage: see the head of flow.c");
	}
	return 0;
}
