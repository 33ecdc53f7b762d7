// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of netlink messages.
 */
#include <netlink/attr.h>

#include "base/memory.h"
#include "netlink/attribute.h"

/**
 * attr_nest - begin a nested attribute
 * @request: the message
 * @attribute: its type
 *
 * The kernel needs NLA_F_NESTED, which libnl sets only since 3.5.
 *
 * Return: the argument of nla_nest_end(), or NULL when the message is full.
 */
struct nlattr *attr_nest(struct nl_msg *request, int attribute)
{
	return nla_nest_start(request, attribute | NLA_F_NESTED);
}

/**
 * attr_text - the text in an attribute
 * @attr: the attribute, or NULL
 *
 * Return: a new string, empty when there is none.
 */
char *attr_text(const struct nlattr *attr)
{
	return attr ? xformat("%.*s", nla_len(attr), (char *)nla_data(attr)) :
		      xstrdup("");
}

/**
 * attr_add_id - add the name of a row to others
 * @ids: the names; one beyond ROWS_MAX is left out
 * @attr: the name
 */
void attr_add_id(struct row_ids *ids, const struct nlattr *attr)
{
	if (ids->count < ROWS_MAX)
		nla_strlcpy(ids->id[ids->count++], attr, sizeof(ids->id[0]));
}

/**
 * attr_u8 - the small number in an attribute
 * @attr: the attribute, or NULL
 *
 * Return: the number, 0 when there is none of this size.
 */
uint8_t attr_u8(struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint8_t) ?
	       nla_get_u8(attr) : 0;
}

/**
 * attr_u16 - the number of two octets in an attribute
 * @attr: the attribute, or NULL
 *
 * Return: the number, 0 when there is none of this size.
 */
uint16_t attr_u16(struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint16_t) ?
	       nla_get_u16(attr) : 0;
}

/**
 * attr_u32 - the number of 32 bits in an attribute
 * @attr: the attribute, or NULL
 *
 * Return: the number, 0 when there is none of this size.
 */
uint32_t attr_u32(struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint32_t) ?
	       nla_get_u32(attr) : 0;
}

/**
 * attr_u64 - the number of 64 bits in an attribute
 * @attr: the attribute, or NULL
 *
 * Return: the number, 0 when there is none of this size.
 */
uint64_t attr_u64(struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint64_t) ?
	       nla_get_u64(attr) : 0;
}
