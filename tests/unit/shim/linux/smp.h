/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread, on the CPU that a test selects. */
#include <linux/percpu.h>

#define smp_processor_id()		shim_cpu
#define nr_cpu_ids			SHIM_CPUS
#define cpu_to_node(cpu)		0
