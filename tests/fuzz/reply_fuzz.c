// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the replies to edgectl: every verb of edgectl meets a hostile kernel.
 *
 * The first octet of the input selects the verb.  Received datagrams follow,
 * each after its length in two octets.  A message with the sequence number 0
 * gets the number of the request.  At the end of the input, every request is
 */
#include <jansson.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "cmd/apply.h"
#include "cmd/verbs.h"
#include "output/stdout.h"
#include "system/connections.h"
#include "system/ssh.h"
#include "system/ways.h"
#include "fuzz.h"

#define DATAGRAMS_MAX	4000

/* Questions of standard input, and the number of the last one's request. */
#define BATCH		3
#define BATCH_LAST	5

static struct input answers;
static uint32_t sequence;
static unsigned int received;	/* datagrams, and those since the last request */
static unsigned int since;
static size_t asked;	/* octets of standard input that were read */
static nl_recvmsg_msg_cb_t link_callback;
static void *link_argument;

static char conf[32], expect[32];

#define VERB(...)	{ __VA_ARGS__, NULL }

static char * const verbs[][8] = {
	VERB("show"),
	VERB("show", "--json"),
	VERB("show", "rows", "-o", "+NOTE,ROLE"),
	VERB("show", "rows", "--json"),
	VERB("show", "nodes"),
	VERB("show", "nodes", "--json"),
	VERB("show", "peers"),
	VERB("show", "peers", "--json"),
	VERB("show", "config"),
	VERB("show", "config", "--json"),
	VERB("show", "hash"),
	VERB("show", "hash", "--json"),
	VERB("counters"),
	VERB("counters", "--json"),
	VERB("counters", "--node", "edge1", "--nonzero"),
	VERB("counters", "--zone", "pic", "--reset"),
	VERB("explain", "--local", "tcp", "192.0.2.1", "192.0.2.2:443"),
	VERB("explain", "--in", "wan0", "icmp", "192.0.2.1", "192.0.2.2",
	     "--json"),
	VERB("explain", "--batch"),
	VERB("zone", "off", "pic"),
	VERB("feature", "off", "av", "--json"),
	VERB("mode", "enforce"),
	VERB("flush"),
	VERB("flush", "--json"),
	VERB("check", conf),
	VERB("check", "--json", conf),
	VERB("load", conf),
	VERB("load", "--json", conf),
	VERB("--version"),
	VERB("explain", "--in", "wan0", "tcp", "192.0.2.1", "edge1.access:443"),
	VERB("test", "--running", expect),
	VERB("test", "--running", "--all", "--json", expect),
	VERB("metrics"),
	VERB("top", "--batch", "-n", "1", "--json"),
	VERB("top", "--batch", "-n", "1", "--by", "nodes"),
	VERB("report", "--html"),
};

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_recvfrom(int fd, void *data, size_t size, int flags,
			struct sockaddr *from, socklen_t *length);
int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t size);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_read(int fd, void *data, size_t size);
int __wrap_nl_connect(struct nl_sock *socket, int protocol);
int __wrap_nl_send_simple(struct nl_sock *socket, int type, int flags,
			  void *data, size_t size);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t call,
			       void *arg);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);
void __wrap_sessions_find(struct sessions *sessions);
void __wrap_trace_load(const struct apply *apply, uint32_t confirm);
void __wrap_trace_change(const char *format, ...);
int __wrap_tracked_read(struct tracked_list *list);
int __wrap_json_dumpf(const json_t *json, FILE *out, size_t flags);
int __real_json_dumpf(const json_t *json, FILE *out, size_t flags);
uint8_t __wrap_nla_get_u8(const struct nlattr *attr);
uint16_t __wrap_nla_get_u16(const struct nlattr *attr);
uint32_t __wrap_nla_get_u32(const struct nlattr *attr);

/* libnl is not built with sanitizers: it may not look behind an attribute. */
#define GETTER(name, type)						\
	type __wrap_##name(const struct nlattr *attr)			\
	{								\
		type value;						\
									\
		if (nla_len(attr) < (int)sizeof(value))			\
			WRONG(#name " of %d octets", nla_len(attr));	\
		memcpy(&value, nla_data(attr), sizeof(value));		\
		return value;						\
	}

GETTER(nla_get_u8, uint8_t)
GETTER(nla_get_u16, uint16_t)
GETTER(nla_get_u32, uint32_t)

int __wrap_nl_connect(struct nl_sock *socket, int protocol)
{
	(void)socket;
	(void)protocol;
	return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t size)
{
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)size;
	return 0;
}

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
	const struct nlmsghdr *header = data;

	(void)fd;
	(void)flags;
	EXPECT(size >= NLMSG_HDRLEN && header->nlmsg_len == size);
	sequence = header->nlmsg_seq;
	since = 0;
	return (ssize_t)size;
}

/*
 * Which request a datagram answers: the last one.  Of a batch the last three,
 * in their order, each by two datagrams.
 */
static uint32_t answered(void)
{
	unsigned int late = since / 2 % BATCH;

	return sequence == BATCH_LAST ? sequence - (BATCH - 1) + late : sequence;
}

static size_t next_datagram(uint8_t *data, size_t room)
{
	size_t size = read_u16(&answers);

	if (size > answers.left)
		size = answers.left;
	if (size > room)
		size = room;
	memcpy(data, answers.at, size);
	answers.at += size;
	answers.left -= size;
	return size;
}

static size_t acknowledge(void *data)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} ack = {
		.header = {
			.nlmsg_len = sizeof(ack), .nlmsg_type = NLMSG_ERROR,
			.nlmsg_flags = NLM_F_CAPPED, .nlmsg_seq = answered(),
		},
	};

	memcpy(data, &ack, sizeof(ack));
	return sizeof(ack);
}

static void give_sequence(uint8_t *data, size_t size)
{
	uint32_t own = answered();
	size_t at = 0;

	while (size - at >= NLMSG_HDRLEN) {
		struct nlmsghdr header;

		memcpy(&header, data + at, sizeof(header));
		if (!header.nlmsg_seq)
			memcpy(data + at + 8, &own, 4);
		if (header.nlmsg_len < NLMSG_HDRLEN ||
		    header.nlmsg_len > size - at)
			break;
		at += NLMSG_ALIGN(header.nlmsg_len);
		if (at > size)
			break;
	}
}

ssize_t __wrap_recvfrom(int fd, void *data, size_t size, int flags,
			struct sockaddr *from, socklen_t *length)
{
	size_t got;

	(void)fd;
	(void)flags;
	memset(from, 0, *length);
	from->sa_family = AF_NETLINK;
	ASAN_UNPOISON_MEMORY_REGION(data, size);
	if (answers.left > 2)
		got = next_datagram(data, size);
	else
		got = acknowledge(data);
	/* No one waits for ever: a kernel would have closed the socket. */
	if (++received > DATAGRAMS_MAX)
		got = acknowledge(data);
	give_sequence(data, got);
	since++;
	/* What lies behind it was not received. */
	ASAN_POISON_MEMORY_REGION((char *)data + got, size - got);
	return (ssize_t)got;
}

ssize_t __wrap_read(int fd, void *data, size_t size)
{
	static const char questions[] =
		"--in wan0 tcp 198.51.100.7:40000 131.107.155.10:443\n"
		"\n# none\nwhat is this\n"
		"--local udp [2001:db8::1]:1 [2001:db8::2]:53\n"
		"--in lan0 icmp 192.0.2.1 192.0.2.2";

	if (fd != STDIN_FILENO)
		return __real_read(fd, data, size);
	if (size > sizeof(questions) - 1 - asked)
		size = sizeof(questions) - 1 - asked;
	memcpy(data, questions + asked, size);
	asked += size;
	return (ssize_t)size;
}

int __wrap_nl_send_simple(struct nl_sock *socket, int type, int flags,
			  void *data, size_t size)
{
	(void)socket;
	(void)type;
	(void)flags;
	(void)data;
	return (int)size;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t call,
			       void *arg)
{
	(void)socket;
	(void)type;
	(void)kind;
	link_callback = call;
	link_argument = arg;
	return 0;
}

/* The devices: one datagram. */
int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	uint8_t *data = xalloc(65536);
	struct nlmsghdr *header = (struct nlmsghdr *)data;
	int left = answers.left > 2 ? (int)next_datagram(data, 65536) : 0;

	(void)socket;
	for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
		struct nl_msg *msg = nlmsg_convert(header);

		EXPECT(msg);
		link_callback(msg, link_argument);
		nlmsg_free(msg);
	}
	free(data);
	return 0;
}

void __wrap_sessions_find(struct sessions *sessions)
{
	*sessions = (struct sessions){ .whose = OURS, .count = 2 };
	sessions->items = xalloc(2 * sizeof(*sessions->items));
	sessions->items[1] = sessions->items[0] = (struct query){
		.in = "wan0", .protocol = IPPROTO_TCP, .port = 22,
		.source = { AF_INET, { 192, 0, 2, 7 } },
		.destination = { AF_INET, { 192, 0, 2, 1 } },
	};
}

int __wrap_tracked_read(struct tracked_list *list)
{
	*list = (struct tracked_list){ .count = 2 };
	list->items = xalloc(2 * sizeof(*list->items));
	list->items[1] = list->items[0] = (struct tracked){
		.protocol = IPPROTO_TCP, .destination_port = 443,
		.source = { AF_INET, { 192, 0, 2, 7 } },
		.destination = { AF_INET, { 192, 0, 2, 1 } },
		.reply_source = { AF_INET, { 192, 0, 2, 1 } },
		.reply_destination = { AF_INET, { 192, 0, 2, 7 } },
	};
	return 0;
}

/* A verb that prints JSON prints JSON. */
int __wrap_json_dumpf(const json_t *json, FILE *out, size_t flags)
{
	int error = __real_json_dumpf(json, out, flags);

	EXPECT(json && !error);
	return error;
}

/* Nothing is written to this machine. */
void __wrap_trace_load(const struct apply *apply, uint32_t confirm)
{
	(void)apply;
	(void)confirm;
}

void __wrap_trace_change(const char *format, ...)
{
	EXPECT(format);
}

/* Two readings come at once. */
int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	return 0;
}

static void run(char * const *verb)
{
	char *argv[9] = { NULL };
	int argc;

	for (argc = 0; verb[argc]; argc++)
		argv[argc] = verb[argc];
	if (!strcmp(*verb, "show"))
		cmd_show(argc, argv);
	else if (!strcmp(*verb, "counters"))
		cmd_counters(argc, argv);
	else if (!strcmp(*verb, "metrics"))
		cmd_metrics(argc, argv);
	else if (!strcmp(*verb, "report"))
		cmd_report(argc, argv);
	else if (!strcmp(*verb, "top"))
		cmd_top(argc, argv);
	else if (!strcmp(*verb, "explain"))
		cmd_explain(argc, argv);
	else if (!strcmp(*verb, "test"))
		cmd_test(argc, argv);
	else if (!strcmp(*verb, "flush"))
		cmd_flush(argc, argv);
	else if (!strcmp(*verb, "check"))
		cmd_check(argc, argv);
	else if (!strcmp(*verb, "load"))
		cmd_load(argc, argv);
	else if (!strcmp(*verb, "--version"))
		cmd_version(argc, argv);
	else if (!strcmp(*verb, "mode"))
		cmd_mode(argc, argv);
	else
		cmd_switch(argc, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	answers = (struct input){ data, size };
	received = 0;
	sequence = 0;
	asked = 0;
	out_begin();
	run(verbs[pick(&answers, ARRAY_SIZE(verbs))]);
	out_flush(DONE);
	out_end();
	return 0;
}

/* Make a file of a text, and write its name. */
static void make_file(char *name, size_t room, const char *text)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	size_t size = strlen(text);

	EXPECT(pwrite(fd, text, size, 0) == (ssize_t)size);
	snprintf(name, room, "/proc/self/fd/%d", fd);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char text[] =
		"mode = enforce\nzones = { external, internal }\n"
		"features = { remote-access, av }\n"
		"interface wan0 { sides = { external } }\n"
		"interface lan0 { sides = { internal } }\n"
		"node edge1 { access = { 131.107.155.10 }"
		" internal = { 172.25.33.10, 2001:db8:33::10 } }\n"
		"peers frontend { prefixes = { 192.168.10.90 } }\n";

	(void)argc;
	(void)argv;
	make_file(conf, sizeof(conf), text);
	make_file(expect, sizeof(expect),
		  "--in wan0 tcp 192.0.2.1 131.107.155.10:443 => accept external/5\n"
		  "--local icmp 192.0.2.1 131.107.155.10 => drop peer internal/4 ...\n"
		  "--local udp 192.0.2.1 edge1.access:443 => drop\n");
	/* The settings of this machine are no part of an input. */
	ways_procfs = "/nonexistent";
	return 0;
}

/*
 * Mutations that know attributes: a change of what is in one place, and not of
 * the lengths around it.
 */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

struct place {
	uint8_t *attr;
	size_t room;	/* octets from there on */
};

/* The attributes in some octets, and those in them. */
static size_t find_attrs(uint8_t *data, size_t size, struct place *places,
			 size_t n, size_t max, int depth)
{
	while (size >= 4 && n < max) {
		uint16_t length;

		memcpy(&length, data, 2);
		if (length < 4 || length > size)
			break;
		places[n++] = (struct place){ data, length };
		if (depth < 3)
			n = find_attrs(data + 4, length - 4U, places, n, max,
				       depth + 1);
		length = (length + 3U) & ~3U;
		if (length > size)
			break;
		data += length;
		size -= length;
	}
	return n;
}

static size_t find_all(uint8_t *data, size_t size, struct place *places,
		       size_t max)
{
	size_t n = 0, at = 1;

	while (at + 2 < size) {
		size_t end = at + 2 + (data[at] | (size_t)data[at + 1] << 8);

		if (end > size)
			end = size;
		at += 2;
		while (end - at >= NLMSG_HDRLEN + GENL_HDRLEN) {
			uint32_t length;

			memcpy(&length, data + at, 4);
			if (length < NLMSG_HDRLEN + GENL_HDRLEN ||
			    length > end - at)
				break;
			n = find_attrs(data + at + 20, length - 20, places, n,
				       max, 0);
			at += NLMSG_ALIGN(length);
			if (at > end)
				break;
		}
		at = end;
	}
	return n;
}

static void change(const struct place *place, uint32_t *state)
{
	static const uint16_t lengths[] = { 0, 3, 4, 5, 6, 8, 12, 20, 0xffff };
	uint16_t value = (uint16_t)next_random(state);
	size_t i;

	switch (next_random(state) % 5) {
	case 0:
		value = lengths[value % ARRAY_SIZE(lengths)];
		memcpy(place->attr, &value, 2);
		break;
	case 1:
		value %= (uint16_t)(place->room + 8);
		memcpy(place->attr, &value, 2);
		break;
	case 2:
		value %= 24;
		memcpy(place->attr + 2, &value, 2);
		break;
	case 3:
		for (i = 4; i < place->room; i++)
			place->attr[i] = (uint8_t)next_random(state);
		break;
	default:
		memset(place->attr + 4, value & 1 ? 0xff : 0, place->room - 4);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	static struct place places[4096];
	uint32_t state = seed;
	size_t n = 0;

	if (next_random(&state) % 2)
		n = find_all(data, size, places, ARRAY_SIZE(places));
	if (!n)
		return LLVMFuzzerMutate(data, size, max_size);
	change(&places[next_random(&state) % n], &state);
	return size;
}
