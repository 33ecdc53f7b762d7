/* SPDX-License-Identifier: GPL-2.0-only */
#define nf_ct_zone_dflt	(*(const char *)"")
