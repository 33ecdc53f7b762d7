/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <asm/byteorder.h>

#define be64_to_cpu	__be64_to_cpu
#define be32_to_cpup	__be32_to_cpup
#define be16_to_cpu	__be16_to_cpu
#define cpu_to_be16	__cpu_to_be16
#define cpu_to_be32	__cpu_to_be32
#define cpu_to_be64	__cpu_to_be64
