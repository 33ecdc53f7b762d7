// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of changes for the kernel's audit system.
 *
 * audit_log_nfcfg() knows only operations of x_tables and nf_tables.  Write the
 * same record with operations of our own: same type, same fields in the same
 * order, then the generation.
 */

#include <linux/audit.h>
#include <linux/netfilter.h>
#include <linux/sched.h>

#include "netlink/audit.h"
#include "snapshot.h"
#include "table.h"

static const char *const operations[] = {
	[NF_EDGE_CHANGE_LOAD]	= "nf_edge_load",
	[NF_EDGE_CHANGE_SWITCH]	= "nf_edge_switch",
	[NF_EDGE_CHANGE_FLUSH]	= "nf_edge_flush",
	[NF_EDGE_CHANGE_CONFIRM] = "nf_edge_confirm",
	[NF_EDGE_CHANGE_ROLLBACK] = "nf_edge_rollback",
	[NF_EDGE_CHANGE_EXPIRE]	= "nf_edge_expire",
};

/* Tell whether a name can stand between quotes, as the kernel decides it. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (*name == '"' || *name < '!' || *name > '~')
			return false;
	return true;
}

/* Append the name of the process: audit_log_untrustedstring() for a module. */
static void put_comm(struct audit_buffer *ab)
{
	char comm[TASK_COMM_LEN];
	const char *p;

	get_task_comm(comm, current);
	if (is_plain(comm)) {
		audit_log_format(ab, " comm=\"%s\"", comm);
		return;
	}
	audit_log_format(ab, " comm=");
	for (p = comm; *p; p++)
		audit_log_format(ab, "%02X", (u8)*p);
}

/**
 * nf_edge_audit - write the audit record of a change
 * @snapshot: the policy in force since the change, or NULL
 * @generation: number of the change
 * @change: the kind of change
 *
 * Write nothing while audit is off.  The record names the current task: who
 * sent the request, or the worker that took a change back.
 *
 * Context: may sleep, like audit records of nf_tables: while the queue of
 * records is full, as long as audit_backlog_wait_time says. A record that cannot
 * be written is counted, or panics, as the audit system is set.
 */
void nf_edge_audit(const struct nf_edge_snapshot *snapshot, u32 generation,
		   enum nf_edge_change change)
{
	struct audit_buffer *ab;

	if (!audit_enabled)
		return;
	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_NETFILTER_CFG);
	if (!ab)
		return;
	audit_log_format(ab, "table=nf_edge family=%u entries=%u op=%s",
			 NFPROTO_INET, snapshot ? snapshot->site->table->n : 0,
			 operations[change]);
	audit_log_format(ab, " pid=%u", task_pid_nr(current));
	audit_log_task_context(ab);
	put_comm(ab);
	audit_log_format(ab, " generation=%u", generation);
	audit_log_end(ab);
}
