// SPDX-License-Identifier: GPL-2.0-only
/* Audit records: one for each change, and none for anything else. */

#include <linux/audit.h>
#include <linux/sched.h>

#include "family/site.h"

static int start_audit(struct kunit *test)
{
	audit_enabled = 1;
	shim_audit_lost = false;
	shim_audit = (struct audit_buffer){};
	strscpy(shim_task.comm, "edgectl", sizeof(shim_task.comm));
	return start(test);
}

static void end_audit(struct kunit *test)
{
	audit_enabled = 0;
	end(test);
}

/* One more record than before, with this text. */
static void expect_record(struct kunit *test, const char *text)
{
	KUNIT_ASSERT_EQ(test, shim_audit.begun, 1);
	KUNIT_ASSERT_EQ(test, shim_audit.ended, 1);
	KUNIT_ASSERT_EQ(test, shim_audit.type, 1325);
	if (strcmp(shim_audit.text, text))
		KUNIT_FAIL_AND_ABORT(test, "%s", shim_audit.text);
	shim_audit.begun = 0;
	shim_audit.ended = 0;
}

static void expect_none(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, shim_audit.begun, 0);
}

#define BY	" pid=4711 subj=unconfined comm=\"edgectl\""

static void each_change_has_its_record(struct kunit *test)
{
	load_all(test);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      BY " generation=1");
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), 0);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_switch"
		      BY " generation=2");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_record(test, "table=nf_edge family=1 entries=0 op=nf_edge_flush"
		      BY " generation=3");
}

/* A change that waits, and its end, are two changes. */
static void a_confirmation_and_a_rollback_have_theirs(struct kunit *test)
{
	struct sk_buff *skb;

	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	nla_put_u32(skb, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT, 600);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      BY " generation=1");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_CONFIRM), 0);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_confirm"
		      BY " generation=1");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_CONFIRM), -ENOENT);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_ROLLBACK), -ENOENT);
	expect_none(test);
	skb = load_request(NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES);
	nla_put_u32(skb, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT, 600);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      BY " generation=2");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_ROLLBACK), 0);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_rollback"
		      BY " generation=3");
}

static void what_changes_nothing_has_none(struct kunit *test)
{
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), -ENOENT);
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, 7);
	KUNIT_ASSERT_EQ(test, ask(skb), -ESTALE);
	expect_none(test);

	load_all(test);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      BY " generation=1");
	load_all(test);
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_ZONES_ON, ALL_ZONES),
			0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_none(test);
}

static void nothing_is_written_while_audit_is_off(struct kunit *test)
{
	audit_enabled = 0;
	load_all(test);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_none(test);
}

static void a_change_stands_whose_record_is_lost(struct kunit *test)
{
	shim_audit_lost = true;
	load_all(test);
	expect_none(test);
	KUNIT_ASSERT_EQ(test, en->generation, 1);
}

/* The name of a process forges no field. */
static void an_odd_name_is_written_in_hexadecimal(struct kunit *test)
{
	strscpy(shim_task.comm, "a\" op=x", sizeof(shim_task.comm));
	load_all(test);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      " pid=4711 subj=unconfined comm=6122206F703D78 generation=1");
	strscpy(shim_task.comm, "kworker/0:1", sizeof(shim_task.comm));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_record(test, "table=nf_edge family=1 entries=0 op=nf_edge_flush"
		      " pid=4711 subj=unconfined comm=\"kworker/0:1\" generation=2");
	strscpy(shim_task.comm, "\xc3\xa9", sizeof(shim_task.comm));
	load_all(test);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      " pid=4711 subj=unconfined comm=C3A9 generation=3");
	/* A quote, a blank and DEL are odd each by itself; "!" and "~" are not. */
	strscpy(shim_task.comm, "a\"x", sizeof(shim_task.comm));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_record(test, "table=nf_edge family=1 entries=0 op=nf_edge_flush"
		      " pid=4711 subj=unconfined comm=612278 generation=4");
	strscpy(shim_task.comm, "a x", sizeof(shim_task.comm));
	load_all(test);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      " pid=4711 subj=unconfined comm=612078 generation=5");
	strscpy(shim_task.comm, "\x7f", sizeof(shim_task.comm));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_record(test, "table=nf_edge family=1 entries=0 op=nf_edge_flush"
		      " pid=4711 subj=unconfined comm=7F generation=6");
	strscpy(shim_task.comm, "!~", sizeof(shim_task.comm));
	load_all(test);
	expect_record(test, "table=nf_edge family=1 entries=37 op=nf_edge_load"
		      " pid=4711 subj=unconfined comm=\"!~\" generation=7");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_change_has_its_record),
	KUNIT_CASE(a_confirmation_and_a_rollback_have_theirs),
	KUNIT_CASE(what_changes_nothing_has_none),
	KUNIT_CASE(nothing_is_written_while_audit_is_off),
	KUNIT_CASE(a_change_stands_whose_record_is_lost),
	KUNIT_CASE(an_odd_name_is_written_in_hexadecimal),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_audit",
	.init = start_audit,
	.exit = end_audit,
	.test_cases = cases,
};

kunit_test_suite(suite);
