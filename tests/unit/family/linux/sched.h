/* SPDX-License-Identifier: GPL-2.0-only */
/* A task that asks. */
#ifndef FAMILY_LINUX_SCHED_H
#define FAMILY_LINUX_SCHED_H

#include <string.h>

#define TASK_COMM_LEN	16
#define cond_resched()	((void)0)

struct task_struct {
	unsigned int pid;
	char comm[TASK_COMM_LEN];
};

extern struct task_struct shim_task;

#define current			(&shim_task)
#define task_pid_nr(task)	((task)->pid)
#define get_task_comm(to, task)	memcpy(to, (task)->comm, TASK_COMM_LEN)

#endif
