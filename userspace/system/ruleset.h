/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ruleset on trial, by nftables' own library.
 */
#ifndef SYSTEM_RULESET_CHECK_H
#define SYSTEM_RULESET_CHECK_H

char *ruleset_check(const char *file);

#endif /* SYSTEM_RULESET_CHECK_H */
