/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes of netlink messages.
 */
#ifndef NETLINK_ATTRIBUTE_H
#define NETLINK_ATTRIBUTE_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdint.h>

#include "policy/rows.h"

struct nlattr *attr_nest(struct nl_msg *request, int attribute);
char *attr_text(const struct nlattr *attr);
void attr_add_id(struct row_ids *ids, const struct nlattr *attr);
uint8_t attr_u8(struct nlattr *attr);
uint16_t attr_u16(struct nlattr *attr);
uint32_t attr_u32(struct nlattr *attr);
uint64_t attr_u64(struct nlattr *attr);

#endif /* NETLINK_ATTRIBUTE_H */
