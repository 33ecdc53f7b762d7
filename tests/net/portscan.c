// SPDX-License-Identifier: GPL-2.0-only
/*
 * portscan: send the first packet of a connection to every port of an address,
 * and print the ports behind the box under test that saw one.
 *
 * Both ends are packet sockets that the caller opened, each in its own network
 * namespace, and passes as open file descriptors.  One process sends and
 * receives in turn, so that the sniffer's queue cannot overflow, and stays on
 * one CPU, so that nothing overtakes: the scan is over when its last packet,
 * a marker to an ungoverned address, has come out.
 *
 * usage: portscan SENDER IFINDEX GATEWAY-MAC SNIFFER tcp|udp SOURCE PORT
 *                 DESTINATION MARKER-SOURCE MARKER-DESTINATION
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PORTS		65536
#define BATCH		64
#define SNAP		128
#define MARKER_PORT	9
#define DEADLINE_MS	10000

struct address {
	int family;
	size_t size;
	uint8_t octets[16];
};

struct packet {
	size_t size;
	uint8_t octets[SNAP];
};

struct flow {
	struct address src, dst;
	uint8_t l4;
	uint16_t sport;
};

static uint8_t arrived[PORTS / 8];

static struct address read_address(const char *text)
{
	struct address a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	a.size = a.family == AF_INET6 ? 16 : 4;
	if (inet_pton(a.family, text, a.octets) != 1)
		errx(2, "no address: %s", text);
	return a;
}

static uint32_t sum_up(const uint8_t *octets, size_t size, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < size; i += 2)
		sum += octets[i] << 8 | octets[i + 1];
	return sum;
}

static void put_checksum(uint8_t *at, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	if (!sum)
		sum = 0xffff;
	at[0] = sum >> 8;
	at[1] = sum;
}

/* A TCP SYN or an empty UDP datagram. */
static void build(struct packet *p, const struct flow *f, uint16_t dport)
{
	size_t head = f->dst.family == AF_INET6 ? 40 : 20;
	size_t size = f->l4 == IPPROTO_TCP ? 20 : 8;
	uint8_t *l4 = p->octets + head;
	uint32_t sum;

	p->size = head + size;
	memset(p->octets, 0, p->size);
	if (f->dst.family == AF_INET6) {
		p->octets[0] = 6 << 4;
		p->octets[5] = size;
		p->octets[6] = f->l4;
		p->octets[7] = 64;
		memcpy(p->octets + 8, f->src.octets, 16);
		memcpy(p->octets + 24, f->dst.octets, 16);
	} else {
		p->octets[0] = 0x45;
		p->octets[3] = p->size;
		p->octets[8] = 64;
		p->octets[9] = f->l4;
		memcpy(p->octets + 12, f->src.octets, 4);
		memcpy(p->octets + 16, f->dst.octets, 4);
		put_checksum(p->octets + 10, sum_up(p->octets, 20, 0));
	}
	l4[0] = f->sport >> 8;
	l4[1] = f->sport;
	l4[2] = dport >> 8;
	l4[3] = dport;
	sum = f->l4 + size;
	sum = sum_up(f->src.octets, f->src.size, sum);
	sum = sum_up(f->dst.octets, f->dst.size, sum);
	if (f->l4 == IPPROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = 2;		/* SYN */
		l4[14] = 0xff;		/* window */
		put_checksum(l4 + 16, sum_up(l4, size, sum));
	} else {
		l4[5] = size;
		put_checksum(l4 + 6, sum_up(l4, size, sum));
	}
}

static bool is_of(const struct packet *p, const struct flow *f, uint16_t *dport)
{
	bool six = f->dst.family == AF_INET6;
	size_t head = six ? 40 : 20;
	const uint8_t *l4 = p->octets + head;

	if (p->size < head + 8 || p->octets[0] >> 4 != (six ? 6 : 4) ||
	    p->octets[six ? 6 : 9] != f->l4 ||
	    memcmp(p->octets + (six ? 8 : 12), f->src.octets, f->src.size) ||
	    memcmp(p->octets + (six ? 24 : 16), f->dst.octets, f->dst.size) ||
	    (l4[0] << 8 | l4[1]) != f->sport)
		return false;
	*dport = l4[2] << 8 | l4[3];
	return true;
}

/* Take what the sniffer has; true when the marker was among it. */
static bool drain(int sniffer, const struct flow *scan, const struct flow *mark)
{
	static struct packet in[BATCH];
	struct sockaddr_ll from[BATCH];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	bool marked = false;
	uint16_t port;
	int i, n;

	do {
		for (i = 0; i < BATCH; i++) {
			iov[i] = (struct iovec){ in[i].octets, SNAP };
			msgs[i].msg_hdr = (struct msghdr){
				.msg_name = &from[i],
				.msg_namelen = sizeof(from[i]),
				.msg_iov = &iov[i], .msg_iovlen = 1,
			};
		}
		n = recvmmsg(sniffer, msgs, BATCH, MSG_DONTWAIT, NULL);
		for (i = 0; i < n; i++) {
			if (from[i].sll_pkttype == PACKET_OUTGOING)
				continue;
			in[i].size = msgs[i].msg_len;
			if (is_of(&in[i], scan, &port))
				arrived[port / 8] |= 1 << port % 8;
			else if (is_of(&in[i], mark, &port))
				marked = true;
		}
	} while (n == BATCH);
	if (n < 0 && errno != EAGAIN)
		err(1, "receive");
	return marked;
}

static void send_all(int sender, struct mmsghdr *msgs, int n)
{
	struct pollfd ready = { .fd = sender, .events = POLLOUT };
	int done = 0, sent;

	while (done < n) {
		sent = sendmmsg(sender, msgs + done, n - done, 0);
		if (sent > 0)
			done += sent;
		else if (errno == EAGAIN || errno == ENOBUFS)
			poll(&ready, 1, 100);
		else
			err(1, "send");
	}
}

static void print_ports(void)
{
	const char *separator = "";
	int first, port;

	for (port = 0; port < PORTS; port++) {
		if (!(arrived[port / 8] & 1 << port % 8))
			continue;
		first = port;
		while (port + 1 < PORTS &&
		       arrived[(port + 1) / 8] & 1 << (port + 1) % 8)
			port++;
		printf("%s%d-%d", separator, first, port);
		separator = " ";
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	static struct packet out[BATCH];
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	struct tpacket_stats stats = { 0 };
	socklen_t stats_size = sizeof(stats);
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	struct flow scan, mark;
	struct pollfd ready;
	int sender, sniffer, i, port;
	cpu_set_t cpus;

	if (argc != 11)
		errx(2, "usage: see the top of portscan.c");
	sender = atoi(argv[1]);
	to.sll_ifindex = atoi(argv[2]);
	if (sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx",
		   &to.sll_addr[0], &to.sll_addr[1], &to.sll_addr[2],
		   &to.sll_addr[3], &to.sll_addr[4], &to.sll_addr[5]) != 6)
		errx(2, "no MAC address: %s", argv[3]);
	sniffer = atoi(argv[4]);
	scan.l4 = strcmp(argv[5], "tcp") ? IPPROTO_UDP : IPPROTO_TCP;
	scan.src = read_address(argv[6]);
	scan.sport = atoi(argv[7]);
	scan.dst = read_address(argv[8]);
	mark = (struct flow){ .l4 = IPPROTO_UDP, .sport = scan.sport,
			      .src = read_address(argv[9]),
			      .dst = read_address(argv[10]) };
	to.sll_protocol = htons(scan.dst.family == AF_INET6 ? ETHERTYPE_IPV6 :
				ETHERTYPE_IP);

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");

	for (i = 0; i < BATCH; i++) {
		iov[i].iov_base = out[i].octets;
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &to, .msg_namelen = sizeof(to),
			.msg_iov = &iov[i], .msg_iovlen = 1,
		};
	}
	for (port = 0; port < PORTS; port += BATCH) {
		for (i = 0; i < BATCH; i++) {
			build(&out[i], &scan, port + i);
			iov[i].iov_len = out[i].size;
		}
		send_all(sender, msgs, BATCH);
		drain(sniffer, &scan, &mark);
	}
	build(&out[0], &mark, MARKER_PORT);
	iov[0].iov_len = out[0].size;
	send_all(sender, msgs, 1);
	ready = (struct pollfd){ .fd = sniffer, .events = POLLIN };
	while (!drain(sniffer, &scan, &mark))
		if (!poll(&ready, 1, DEADLINE_MS))
			errx(1, "the sniffer did not see the marker");
	if (getsockopt(sniffer, SOL_PACKET, PACKET_STATISTICS, &stats,
		       &stats_size))
		err(1, "PACKET_STATISTICS");
	if (stats.tp_drops)
		errx(1, "the sniffer lost %u packets", stats.tp_drops);
	print_ports();
	return 0;
}
