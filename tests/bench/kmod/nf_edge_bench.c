// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmark of hooks: hand prebuilt packets to the PRE_ROUTING hooks of the
 * caller's network namespace, and measure the time of each packet, or of each
 * batch of packets, by the processor's time stamp counter.  Under QEMU's -icount
 * the time stamp counter counts executed instructions.  Only test kernels load
 * this module.
 *
 * /sys/kernel/debug/nf_edge_bench has two files.  A request is written to
 * packets, and its result read back.  While empty is open, the namespace has two
 * hooks, of which the first drops what is to be refused.
 */

#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/tcp.h>
#include <linux/vmalloc.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#define MAX_STREAMS	8
#define MAX_BATCH	256
#define MAX_LEN		256

/**
 * struct stream - packets that differ in one address only
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ifindex: the interface that they arrive on
 * @reply_ifindex: the interface that replies to them arrive on
 * @established: measure packets of connections that have seen replies
 * @reply: measure the replies
 * @reply_port: source port of the replies, where NAT sends requests to another;
 *	0 where requests go
 * @flows: how many connections, a power of two
 * @open_from: the connections to open first; the others are open from earlier
 * @open_to: requests, or need not be
 * @weight: of 100, how many packets of a request are of this stream
 * @vary: offset of a 32-bit word of the packet that differs by flow
 * @vary_mask: the bits of it that do
 * @refused: the first of the two hooks drops the packets
 * @len: of the packet
 * @packet: from the IP header on, host order nowhere
 */
struct stream {
	u32 family;
	u32 ifindex;
	u32 reply_ifindex;
	u32 established;
	u32 reply;
	u32 reply_port;
	u32 flows;
	u32 open_from;
	u32 open_to;
	u32 weight;
	u32 vary;
	u32 vary_mask;
	u32 refused;
	u32 len;
	u8 packet[MAX_LEN];
};

/**
 * struct request - what is measured
 * @packets: how many
 * @batch: how many of them are timed together
 * @n_streams: how many streams follow
 * @stream: they
 */
struct request {
	u32 packets;
	u32 batch;
	u32 n_streams;
	struct stream stream[MAX_STREAMS];
};

/**
 * struct result - what is read back
 * @ticks: ticks of the time stamp counter that all of it took
 * @nanoseconds: the same time
 * @samples: how many samples there are
 * @accepted: how many packets were
 * @step: ticks that the counter advances by at least
 * @pad: 0
 * @sample: ticks of each batch, in the order in which they went
 */
struct result {
	u64 ticks;
	u64 nanoseconds;
	u32 samples;
	u32 accepted;
	u32 step;
	u32 pad;
	u32 sample[];
};

/* Goes on from request to request: no sequence of flows is learnt by heart. */
static DEFINE_PER_CPU(u32, seed);

static struct dentry *folder;

static __always_inline u64 ticks(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high)
		     : : "memory");
	return low | (u64)high << 32;
}

static int accept(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static bool is_tcp(const struct stream *s)
{
	const struct iphdr *ip4 = (const void *)s->packet;
	const struct ipv6hdr *ip6 = (const void *)s->packet;

	return (s->family == NFPROTO_IPV4 ? ip4->protocol : ip6->nexthdr) ==
	       IPPROTO_TCP;
}

static unsigned int header_len(const struct stream *s)
{
	return s->family == NFPROTO_IPV4 ? sizeof(struct iphdr) :
					   sizeof(struct ipv6hdr);
}

static struct tcphdr *tcp_of(const struct stream *s, struct sk_buff *skb)
{
	return (void *)skb->data + header_len(s);
}

static struct sk_buff *make_skb(const struct stream *s)
{
	struct sk_buff *skb = alloc_skb(MAX_LEN + NET_SKB_PAD, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD);
	skb_put_data(skb, s->packet, s->len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, header_len(s));
	skb->protocol = htons(s->family == NFPROTO_IPV4 ? ETH_P_IP :
							  ETH_P_IPV6);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->mark = s->refused;
	/* A packet that is dropped loses a reference, and stays. */
	refcount_set(&skb->users, 1 << 30);
	return skb;
}

static void free_skb(struct sk_buff *skb)
{
	if (!skb)
		return;
	nf_reset_ct(skb);
	refcount_set(&skb->users, 1);
	kfree_skb(skb);
}

/* Writes the addresses and ports of a flow, as they are in one direction. */
static void set_flow(const struct stream *s, struct sk_buff *skb, u32 flow,
		     bool reply)
{
	__be32 word;
	u32 value;

	skb_copy_to_linear_data(skb, s->packet, s->len);
	memcpy(&word, s->packet + s->vary, sizeof(word));
	value = ntohl(word);
	value = (value & ~s->vary_mask) |
		((value + flow * GOLDEN_RATIO_32) & s->vary_mask);
	word = htonl(value);
	memcpy(skb->data + s->vary, &word, sizeof(word));
	if (reply) {
		__be16 *port = (void *)skb->data + header_len(s);

		if (s->family == NFPROTO_IPV4) {
			struct iphdr *ip = (void *)skb->data;

			swap(ip->saddr, ip->daddr);
		} else {
			struct ipv6hdr *ip = (void *)skb->data;

			swap(ip->saddr, ip->daddr);
		}
		swap(port[0], port[1]);
		if (s->reply_port)
			port[0] = htons(s->reply_port);
	}
}

static void set_tcp(const struct stream *s, struct sk_buff *skb, bool syn,
		    bool ack, u32 seq, u32 ack_seq)
{
	struct tcphdr *tcp = tcp_of(s, skb);

	if (!is_tcp(s))
		return;
	tcp->syn = syn;
	tcp->ack = ack;
	tcp->seq = htonl(seq);
	tcp->ack_seq = htonl(ack_seq);
	tcp->window = htons(60000);
}

static int pass(struct net *net, const struct stream *s, struct sk_buff *skb,
		struct net_device *dev)
{
	return nf_hook(s->family, NF_INET_PRE_ROUTING, net, NULL, skb, dev,
		       NULL, accept);
}

static int pass_and_confirm(struct net *net, const struct stream *s,
			    struct sk_buff *skb, struct net_device *dev)
{
	int verdict;

	local_bh_disable();
	skb->dev = dev;
	verdict = pass(net, s, skb, dev);
	if (verdict == 1 && nf_conntrack_confirm(skb) != NF_ACCEPT)
		verdict = -EPERM;
	nf_reset_ct(skb);
	local_bh_enable();
	return verdict == 1 ? 0 : -EPERM;
}

#define CLIENT_SEQ	1000
#define SERVER_SEQ	2000

/* Takes one connection to where both ends have spoken. */
static int establish(struct net *net, const struct stream *s,
		     struct sk_buff *skb, u32 flow, struct net_device *dev,
		     struct net_device *reply_dev)
{
	int err;

	set_flow(s, skb, flow, false);
	set_tcp(s, skb, true, false, CLIENT_SEQ, 0);
	err = pass_and_confirm(net, s, skb, dev);
	if (err)
		return err;
	set_flow(s, skb, flow, true);
	set_tcp(s, skb, true, true, SERVER_SEQ, CLIENT_SEQ + 1);
	err = pass_and_confirm(net, s, skb, reply_dev);
	if (err)
		return err;
	set_flow(s, skb, flow, false);
	set_tcp(s, skb, false, true, CLIENT_SEQ + 1, SERVER_SEQ + 1);
	return pass_and_confirm(net, s, skb, dev);
}

/* The packet that is measured. */
static void set_measured(const struct stream *s, struct sk_buff *skb, u32 flow)
{
	set_flow(s, skb, flow, s->reply);
	if (!s->established)
		set_tcp(s, skb, true, false, CLIENT_SEQ, 0);
	else if (s->reply)
		set_tcp(s, skb, false, true, SERVER_SEQ + 1, CLIENT_SEQ + 1);
	else
		set_tcp(s, skb, false, true, CLIENT_SEQ + 1, SERVER_SEQ + 1);
}

struct bench {
	struct net *net;
	struct request *request;
	struct sk_buff *skb[MAX_STREAMS][MAX_BATCH];
	struct net_device *dev[MAX_STREAMS];
	struct net_device *reply_dev[MAX_STREAMS];
};

static int open_flows(struct bench *b, u32 i)
{
	const struct stream *s = &b->request->stream[i];
	u32 flow;
	int err;

	for (flow = s->open_from; flow < s->open_to; flow++) {
		err = establish(b->net, s, b->skb[i][0], flow, b->dev[i],
				b->reply_dev[i]);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static int prepare(struct bench *b)
{
	u32 i, at;
	int err;

	for (i = 0; i < b->request->n_streams; i++) {
		const struct stream *s = &b->request->stream[i];

		b->dev[i] = dev_get_by_index(b->net, s->ifindex);
		b->reply_dev[i] = dev_get_by_index(b->net, s->reply_ifindex);
		if (!b->dev[i] || !b->reply_dev[i])
			return -ENODEV;
		for (at = 0; at < b->request->batch; at++) {
			b->skb[i][at] = make_skb(s);
			if (!b->skb[i][at])
				return -ENOMEM;
		}
		err = open_flows(b, i);
		if (err)
			return err;
	}
	return 0;
}

/* The next stream, by the weights. */
static u32 choose(const struct request *request, u32 random)
{
	int share = (u64)random * 100 >> 32;
	u32 i;

	for (i = 0; i < request->n_streams - 1; i++) {
		share -= request->stream[i].weight;
		if (share < 0)
			break;
	}
	return i;
}

static u32 next_random(u32 random)
{
	return random * 1664525 + 1013904223;
}

/* Make the packets of a batch ready; note the stream of each. */
static u32 set_batch(struct bench *b, u32 random, u32 *stream)
{
	const struct stream *s;
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < b->request->batch; i++) {
		random = next_random(random);
		stream[i] = choose(b->request, random);
		s = &b->request->stream[stream[i]];
		skb = b->skb[stream[i]][i];
		random = next_random(random);
		set_measured(s, skb, (random >> 8) & (s->flows - 1));
		skb->dev = s->reply ? b->reply_dev[stream[i]] :
				      b->dev[stream[i]];
	}
	return random;
}

/* Time a batch.  Return: its ticks. */
static u64 pass_batch(struct bench *b, const u32 *stream, u32 *accepted)
{
	u32 i, batch = b->request->batch, passed = 0;
	u64 begin;

	begin = ticks();
	for (i = 0; i < batch; i++) {
		struct sk_buff *skb = b->skb[stream[i]][i];

		passed += pass(b->net, &b->request->stream[stream[i]], skb,
			       skb->dev) == 1;
		nf_reset_ct(skb);
	}
	begin = ticks() - begin;
	*accepted += passed;
	return begin;
}

static u32 smallest_step(void)
{
	u64 before = ticks(), now, least = U32_MAX;
	int i;

	for (i = 0; i < 10000; i++) {
		now = ticks();
		if (now != before)
			least = min(least, now - before);
		before = now;
	}
	return least;
}

static void measure(struct bench *b, struct result *result)
{
	u64 ticks_begin = ticks(), ns_begin = ktime_get_ns(), took;
	u32 random = this_cpu_read(seed), stream[MAX_BATCH], i;

	result->samples = b->request->packets / b->request->batch;
	for (i = 0; i < result->samples; i++) {
		random = set_batch(b, random, stream);
		local_bh_disable();
		took = pass_batch(b, stream, &result->accepted);
		local_bh_enable();
		result->sample[i] = min_t(u64, took, U32_MAX);
		if (!(i % 256) || b->request->batch > 1)
			cond_resched();
	}
	this_cpu_write(seed, random);
	result->ticks = ticks() - ticks_begin;
	result->nanoseconds = ktime_get_ns() - ns_begin;
	result->step = smallest_step();
}

static void release(struct bench *b)
{
	u32 i, at;

	for (i = 0; i < MAX_STREAMS; i++) {
		for (at = 0; at < MAX_BATCH; at++)
			free_skb(b->skb[i][at]);
		dev_put(b->dev[i]);
		dev_put(b->reply_dev[i]);
	}
}

static bool valid(const struct request *request, size_t len)
{
	u32 i;

	if (len < offsetof(struct request, stream) || !request->packets ||
	    request->packets > 1 << 24 || !request->batch ||
	    request->batch > MAX_BATCH ||
	    request->packets % request->batch || !request->n_streams ||
	    request->n_streams > MAX_STREAMS ||
	    len != struct_size(request, stream, request->n_streams) -
		   sizeof(request->stream))
		return false;
	for (i = 0; i < request->n_streams; i++) {
		const struct stream *s = &request->stream[i];

		if ((s->family != NFPROTO_IPV4 && s->family != NFPROTO_IPV6) ||
		    s->len > MAX_LEN ||
		    s->len < header_len(s) + sizeof(struct tcphdr) ||
		    s->vary > s->len - sizeof(u32) || !is_power_of_2(s->flows))
			return false;
	}
	return true;
}

static ssize_t bench_write(struct file *f, const char __user *user, size_t len,
			   loff_t *offset)
{
	struct result *result = NULL;
	struct request *request;
	struct bench *b;
	int err;

	if (len > sizeof(*request))
		return -EINVAL;
	b = vzalloc(sizeof(*b));
	request = vzalloc(sizeof(*request));
	err = -ENOMEM;
	if (!b || !request)
		goto out;
	b->net = current->nsproxy->net_ns;
	b->request = request;
	err = -EFAULT;
	if (copy_from_user(request, user, len))
		goto out;
	err = -EINVAL;
	if (!valid(request, len))
		goto out;
	result = vzalloc(struct_size(result, sample,
				     request->packets / request->batch));
	err = -ENOMEM;
	if (!result)
		goto out;

	err = prepare(b);
	if (!err) {
		measure(b, result);
		swap(f->private_data, *(void **)&result);
	}
	release(b);
out:
	vfree(result);
	vfree(request);
	vfree(b);
	return err ?: len;
}

static ssize_t bench_read(struct file *f, char __user *user, size_t len,
			  loff_t *offset)
{
	const struct result *result = f->private_data;

	if (!result)
		return 0;
	return simple_read_from_buffer(user, len, offset, result,
				       struct_size(result, sample,
						   result->samples));
}

static int bench_release(struct inode *inode, struct file *f)
{
	vfree(f->private_data);
	return 0;
}

static int bench_open(struct inode *inode, struct file *f)
{
	f->private_data = NULL;
	return 0;
}

static const struct file_operations bench_fops = {
	.owner		= THIS_MODULE,
	.open		= bench_open,
	.write		= bench_write,
	.read		= bench_read,
	.release	= bench_release,
	.llseek		= default_llseek,
};

static unsigned int refuse_marked(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return skb->mark ? NF_DROP : NF_ACCEPT;
}

static unsigned int accept_all(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

/* Where those of nf_edge are: before and behind connection tracking. */
static const struct nf_hook_ops empty_hooks[] = {
	{
		.hook		= refuse_marked,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_CONNTRACK - 5,
	},
	{
		.hook		= accept_all,
		.pf		= NFPROTO_INET,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= NF_IP_PRI_CONNTRACK + 5,
	},
};

static int empty_open(struct inode *inode, struct file *f)
{
	struct net *net = get_net(current->nsproxy->net_ns);
	int err = nf_register_net_hooks(net, empty_hooks,
					ARRAY_SIZE(empty_hooks));

	if (err)
		put_net(net);
	else
		f->private_data = net;
	return err;
}

static int empty_release(struct inode *inode, struct file *f)
{
	struct net *net = f->private_data;

	nf_unregister_net_hooks(net, empty_hooks, ARRAY_SIZE(empty_hooks));
	put_net(net);
	return 0;
}

static const struct file_operations empty_fops = {
	.owner		= THIS_MODULE,
	.open		= empty_open,
	.release	= empty_release,
	.llseek		= noop_llseek,
};

static int __init bench_init(void)
{
	folder = debugfs_create_dir("nf_edge_bench", NULL);
	debugfs_create_file("packets", 0600, folder, NULL, &bench_fops);
	debugfs_create_file("empty", 0600, folder, NULL, &empty_fops);
	return PTR_ERR_OR_ZERO(folder);
}

static void __exit bench_exit(void)
{
	debugfs_remove(folder);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Measures netfilter's PRE_ROUTING hooks");
