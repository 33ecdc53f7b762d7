// SPDX-License-Identifier: GPL-2.0-only
/* Peers that were seen: as few prefixes, within bounds, and their file. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "learn/file.h"
#include "policy/profiles.h"
#include "verbs/module.h"

/* --- allocations that fail */

static long left = -1, allocated;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

static bool fails(void)
{
	allocated++;
	return left >= 0 && !left--;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

/* --- random peers */

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % below;
}

/* Of few networks, so that neighbours are frequent. */
static struct ip draw_ip(uint8_t family, unsigned int networks)
{
	struct ip ip = { .family = family };
	unsigned int i, network = draw(networks);

	if (family == AF_INET) {
		ip.bytes[0] = (uint8_t)(11 + network % 7);
		ip.bytes[1] = (uint8_t)(network / 7);
		ip.bytes[2] = (uint8_t)draw(1 + draw(255));
		ip.bytes[3] = (uint8_t)draw(256);
		return ip;
	}
	ip.bytes[0] = 0x2a;
	ip.bytes[1] = (uint8_t)(network % 5);
	ip.bytes[3] = (uint8_t)(network / 5);
	for (i = 4 + draw(12); i < 16; i++)
		ip.bytes[i] = (uint8_t)draw(256);
	return ip;
}

static bool in_prefix(const struct ip *ip, const struct seen_prefix *prefix)
{
	struct ip masked = *ip;

	ip_mask(&masked, prefix->length);
	return ip_equal(&masked, &prefix->ip);
}

/* A prefix holds no address that would make it smaller. */
static bool is_tight(const struct seen_prefix *prefix, const struct ip *seen,
		     size_t count)
{
	struct ip first = { 0 };
	bool any = false;
	size_t i;

	if (prefix->length == ip_bits(&prefix->ip))
		return true;
	for (i = 0; i < count; i++) {
		struct ip half = seen[i];

		if (!in_prefix(&seen[i], prefix))
			continue;
		ip_mask(&half, prefix->length + 1);
		if (any && !ip_equal(&half, &first))
			return true;
		first = half;
		any = true;
	}
	return false;
}

#define PEERS	600

static void expect_sound(const struct aggregate *aggregate,
			 const struct ip *seen, const bool *took)
{
	unsigned int widest, bits;
	uint64_t total = 0;
	size_t i, k, holders;

	assert_true(aggregate->count <= AGGREGATE_MAX);
	for (i = 0; i < aggregate->count; i++) {
		const struct seen_prefix *prefix = &aggregate->prefixes[i];

		bits = ip_bits(&prefix->ip);
		widest = bits == 32 ? 16 : 32;
		assert_true(prefix->length >= widest && prefix->length <= bits);
		assert_true(in_prefix(&prefix->ip, prefix));
		assert_true(is_tight(prefix, seen, PEERS));
		assert_true(!i || memcmp(prefix[-1].ip.bytes, prefix->ip.bytes,
					 16) < 0);
		total += prefix->count;
	}
	for (k = 0; k < PEERS; k++) {
		holders = 0;
		for (i = 0; i < aggregate->count; i++)
			holders += in_prefix(&seen[k], &aggregate->prefixes[i]);
		assert_true(holders <= 1);
		assert_true(holders || !took[k]);
		assert_int_equal(aggregate_holds(aggregate, &seen[k],
						 ip_bits(&seen[k])), holders);
	}
	assert_int_equal(total + aggregate->others, PEERS);
}

/* Whatever comes, all that was taken is held, once; no prefix is wider than it
 * has to be, or than the bound.
 */
static void random_peers_are_held_within_the_bound(void **state)
{
	static struct aggregate aggregate;
	static struct ip seen[PEERS];
	static bool took[PEERS];
	size_t full = 0, joined = 0, alone = 0;
	unsigned int round, k;

	(void)state;
	for (round = 0; round < 120; round++) {
		uint8_t family = round % 2 ? AF_INET : AF_INET6;
		unsigned int networks = 1 + draw(round % 3 ? 20 : 300);

		seed = round;
		memset(&aggregate, 0, sizeof(aggregate));
		for (k = 0; k < PEERS; k++) {
			seen[k] = draw_ip(family, round % 10 ? networks : 1);
			if (round % 10 == 5)
				seen[k] = seen[draw(k % 20 + 1)];
			seen[k].family = family;
			took[k] = aggregate_add(&aggregate, &seen[k],
						ip_bits(&seen[k]), 1);
		}
		expect_sound(&aggregate, seen, took);
		full += aggregate.others != 0;
		joined += aggregate.count == AGGREGATE_MAX;
		alone += aggregate.count < AGGREGATE_MAX;
	}
	/* Each of these was met. */
	assert_true(full && joined && alone);
}

static struct ip address(const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return ip;
}

static void few_peers_stay_addresses(void **state)
{
	struct aggregate aggregate = { .count = 0 };
	struct ip a = address("192.0.2.0"), b = address("192.0.2.1");
	unsigned int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_true(aggregate_add(&aggregate, &b, 32, 1));
		assert_true(aggregate_add(&aggregate, &a, 32, 2));
	}
	assert_int_equal(aggregate.count, 2);
	assert_int_equal(aggregate.prefixes[0].count, 10);
	assert_int_equal(aggregate.prefixes[1].length, 32);
	/* A prefix takes in what it holds. */
	assert_true(aggregate_add(&aggregate, &a, 24, 1));
	assert_int_equal(aggregate.count, 1);
	assert_int_equal(aggregate.prefixes[0].count, 16);
	assert_false(aggregate_holds(&aggregate, &a, 23));
}

static void no_prefix_is_wider_than_the_bound(void **state)
{
	struct aggregate aggregate = { .count = 0 };
	struct ip ip = address("10.0.0.1");
	unsigned int i;

	(void)state;
	for (i = 0; i < AGGREGATE_MAX; i++) {
		ip.bytes[1] = (uint8_t)i;
		assert_true(aggregate_add(&aggregate, &ip, 32, 1));
	}
	ip.bytes[1] = 200;
	assert_false(aggregate_add(&aggregate, &ip, 32, 7));
	assert_int_equal(aggregate.others, 7);
	assert_false(aggregate_holds(&aggregate, &ip, 32));
	/* A neighbour of one that is there still finds room. */
	ip = address("10.5.77.1");
	assert_true(aggregate_add(&aggregate, &ip, 32, 1));
	assert_int_equal(aggregate.count, AGGREGATE_MAX);
	ip = address("10.5.0.2");
	assert_true(aggregate_holds(&aggregate, &ip, 32));
	ip = address("10.6.0.2");
	assert_false(aggregate_holds(&aggregate, &ip, 32));
}

/* --- events */

static struct policy policy;
static struct learned learned;

static int begin(void **state)
{
	(void)state;
	begin_state();
	learned = (struct learned){ .began = 1000, .ended = 5000 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	left = -1;
	learned_free(&learned);
	end_state();
	return 0;
}

static struct event event_of(const char *row, uint32_t verdict,
			     const char *source, const char *destination)
{
	struct event event = {
		.verdict = verdict, .reason = -1,
		.source = address(source), .destination = address(destination),
	};
	struct row_ids *list = &event.rows;

	if (verdict == NF_EDGE_VERDICT_DROP) {
		event.reason = NF_EDGE_REASON_PEER;
		list = &event.near;
	}
	strcpy(list->id[list->count++], row);
	return event;
}

static void see(struct event event)
{
	assert_true(learned_wants(&event));
	learned_add(&learned, &policy, &profiles[0], &event);
}

static const struct learned_row *row(const char *id)
{
	int i = rows_find(&profiles[0], id);

	assert_true(i >= 0);
	return learned_find(&learned, &policy, &profiles[0].row[i]);
}

static void the_peer_is_the_other_end(void **state)
{
	struct event event;
	struct ip peer = address("198.51.100.7");
	struct ip peer6 = address("2001:db8::7");

	(void)state;
	see(event_of("external/6", NF_EDGE_VERDICT_ACCEPT, "198.51.100.7",
		     "131.107.155.10"));
	see(event_of("external/7", NF_EDGE_VERDICT_ACCEPT, "2001:db8::10",
		     "2001:db8::7"));
	event = event_of("external/6", NF_EDGE_VERDICT_DROP, "131.107.155.10",
			 "198.51.100.7");
	event.reply = true;
	see(event);
	assert_true(aggregate_holds(&row("external/6")->permitted[IPV4], &peer,
				    32));
	assert_true(aggregate_holds(&row("external/7")->permitted[IPV6], &peer6,
				    128));
	assert_true(aggregate_holds(&row("external/6")->refused[IPV4], &peer,
				    32));
	assert_int_equal(row("external/6")->permitted[IPV4].count, 1);
	assert_int_equal(row("external/7")->permitted[IPV4].count, 0);
	assert_null(row("external/8"));
	assert_int_equal(learned.permitted, 2);
	assert_int_equal(learned.refused, 1);
}

static void other_events_are_none_of_peers(void **state)
{
	struct event event = event_of("external/6", NF_EDGE_VERDICT_DROP,
				      "198.51.100.7", "131.107.155.10");

	(void)state;
	event.reason = NF_EDGE_REASON_NO_ROW;
	assert_false(learned_wants(&event));
	event.reason = NF_EDGE_REASON_PEER;
	event.error = true;
	assert_false(learned_wants(&event));
	/* A peer that no set can name. */
	see(event_of("external/6", NF_EDGE_VERDICT_ACCEPT, "169.254.1.1",
		     "131.107.155.10"));
	assert_int_equal(row("external/6")->permitted[IPV4].others, 1);
}

static void losses_add_up_by_kind(void **state)
{
	struct loss loss = {
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.suppressed = 5, .ring_full = 1, .socket_full = 2,
	};

	(void)state;
	learned_lose(&learned, &loss);
	loss.suppressed = 8;
	learned_lose(&learned, &loss);
	loss.verdict = NF_EDGE_VERDICT_DROP;
	loss.reason = NF_EDGE_REASON_NO_ROW;
	learned_lose(&learned, &loss);
	assert_int_equal(learned_lost(&learned), 11);
	loss.reason = NF_EDGE_REASON_PEER;
	learned_lose(&learned, &loss);
	assert_int_equal(learned_lost(&learned), 22);
}

/* --- the file */

static char file[64];

static void write_text(const char *text)
{
	FILE *stream;

	snprintf(file, sizeof(file), "%s/peers.json", getenv("NF_EDGE_STATE"));
	stream = fopen(file, "we");
	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

static void fill(void)
{
	see(event_of("external/6", NF_EDGE_VERDICT_ACCEPT, "198.51.100.7",
		     "131.107.155.10"));
	see(event_of("external/7", NF_EDGE_VERDICT_ACCEPT, "2001:db8::10",
		     "2001:db8::7"));
	see(event_of("internal/4", NF_EDGE_VERDICT_DROP, "192.168.10.5",
		     "172.25.33.10"));
	see(event_of("external/6", NF_EDGE_VERDICT_ACCEPT, "203.0.113.9",
		     "131.107.155.10"));
	see(event_of("external/7", NF_EDGE_VERDICT_ACCEPT, "2001:db8::10",
		     "2001:db9::7"));
	see(event_of("internal/4", NF_EDGE_VERDICT_DROP, "172.16.0.1",
		     "172.25.33.10"));
	learned.lost.ring_full = 3;
}

static void a_file_is_read_back_as_it_was(void **state)
{
	/* Too far from each other to be one prefix. */
	static const char *const prefixes[] = {
		"\"198.51.100.7\"", "\"203.0.113.9\"", "\"2001:db8::7\"",
		"\"2001:db9::7\"", "\"192.168.10.5\"", "\"172.16.0.1\"",
	};
	char *text, *again;
	struct learned other;
	size_t i;

	(void)state;
	fill();
	text = learned_text(&learned);
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strstr(text, prefixes[i]))
			fail_msg("no %s in %s", prefixes[i], text);
	write_text(text);
	assert_int_equal(learned_read(&other, file), DONE);
	again = learned_text(&other);
	assert_string_equal(again, text);
	free(again);
	free(text);
	learned_free(&other);
}

static void a_file_of_something_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "[]", "{}", "{\"schema_version\":1}",
		"{\"schema_version\":1,\"began\":1,\"ended\":2,\"permitted\":0,\"refused\":0,\"beyond\":0,\"suppressed\":0,\"ring_full\":0,\"socket_full\":0,\"rows\":[7]}",
		"{\"schema_version\":1,\"began\":1,\"ended\":2,\"permitted\":0,\"refused\":0,\"beyond\":0,\"suppressed\":0,\"ring_full\":0,\"socket_full\":0,\"rows\":[{\"key\":\"a\",\"permitted\":[{\"prefix\":\"192.0.2.1/24\",\"count\":1}]}]}",
	};
	struct learned other;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		write_text(texts[i]);
		assert_int_equal(learned_read(&other, file), REFUSED);
		learned_free(&other);
	}
	assert_int_equal(learned_read(&other, "/no/such/file"), SYSTEM);
	learned_free(&other);
}

/* Adding to an aggregate allocates nothing. Elsewhere a process without memory
 * ends with one sentence: it neither crashes nor writes a part.
 */
static void each_allocation_may_fail(void **state)
{
	struct aggregate aggregate = { .count = 0 };
	int status, whole = 0, ended = 0;
	struct ip ip = address("10.0.0.1");
	unsigned int i;
	char *text;

	(void)state;
	fill();
	allocated = 0;
	for (i = 0; i < 1000; i++) {
		ip.bytes[1] = (uint8_t)(i / 100);
		ip.bytes[3] = (uint8_t)i;
		aggregate_add(&aggregate, &ip, 32, 1);
	}
	assert_int_equal(allocated, 0);
	text = learned_text(&learned);
	for (i = 0; !whole; i++) {
		if (!fork()) {
			char *mine;

			left = i;
			/* As main() does. */
			json_set_alloc_funcs(xalloc, free);
			fill();
			learned_free(&learned);
			fill();
			mine = learned_text(&learned);
			_exit(left >= 0 && strstr(mine, "192.168.10.5") ? 0 : 9);
		}
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		if (!WEXITSTATUS(status))
			whole++;
		else if (WEXITSTATUS(status) == SYSTEM)
			ended++;
		else
			fail_msg("allocation %u: exit code %d", i,
				 WEXITSTATUS(status));
	}
	assert_true(ended > 10);
	free(text);
}

#define LEARNED_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_peers_are_held_within_the_bound),
	cmocka_unit_test(few_peers_stay_addresses),
	cmocka_unit_test(no_prefix_is_wider_than_the_bound),
	LEARNED_TEST(the_peer_is_the_other_end),
	LEARNED_TEST(other_events_are_none_of_peers),
	LEARNED_TEST(losses_add_up_by_kind),
	LEARNED_TEST(a_file_is_read_back_as_it_was),
	LEARNED_TEST(a_file_of_something_else_is_refused),
	LEARNED_TEST(each_allocation_may_fail),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
