/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: linux/tracepoint.h has all. */
