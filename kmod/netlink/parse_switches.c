// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse what can be switched: mode, zones, features and single rows.
 */

#include "class.h"
#include "netlink/family.h"
#include "netlink/parse_switches.h"
#include "table.h"

/**
 * nf_edge_parse_switches - read mode, zones and features of a load
 * @info: the request
 * @switches: filled in
 *
 * Return: 0, or -EINVAL with the extack set.
 */
int nf_edge_parse_switches(struct genl_info *info,
			   struct nf_edge_switches *switches)
{
	struct nlattr **attrs = info->attrs;

	if (!attrs[NF_EDGE_A_POLICY_MODE]) {
		NL_SET_ERR_MSG(info->extack, "a mode is required");
		return -EINVAL;
	}
	if (!attrs[NF_EDGE_A_POLICY_ZONES]) {
		NL_SET_ERR_MSG(info->extack,
			       "zones are required: 0 turns all of them off");
		return -EINVAL;
	}
	if (!attrs[NF_EDGE_A_POLICY_FEATURES]) {
		NL_SET_ERR_MSG(info->extack,
			       "features are required: 0 turns all of them off");
		return -EINVAL;
	}
	switches->mode = nla_get_u32(attrs[NF_EDGE_A_POLICY_MODE]);
	switches->zones = nla_get_u32(attrs[NF_EDGE_A_POLICY_ZONES]);
	switches->features = nla_get_u32(attrs[NF_EDGE_A_POLICY_FEATURES]);
	return 0;
}

/**
 * nf_edge_check_switches - refuse zones and features that a table does not have
 * @zones: attribute with a mask of enum nf_edge_zone, or NULL
 * @features: attribute with a mask of enum nf_edge_feature, or NULL
 * @table: the table
 * @extack: takes the reason of a refusal
 *
 * Every table has the zone site.
 *
 * Return: 0 or -EINVAL.
 */
int nf_edge_check_switches(const struct nlattr *zones,
			   const struct nlattr *features,
			   const struct nf_edge_table *table,
			   struct netlink_ext_ack *extack)
{
	u32 known = table->zones | BIT(NF_EDGE_ZONE_SITE);

	if (zones && (nla_get_u32(zones) & ~known)) {
		NL_SET_ERR_MSG_ATTR(extack, zones,
				    "no row of the profile is in one of these zones");
		return -EINVAL;
	}
	if (features && (nla_get_u32(features) & ~table->features)) {
		NL_SET_ERR_MSG_ATTR(extack, features,
				    "no row of the profile is for one of these features");
		return -EINVAL;
	}
	return 0;
}

/**
 * nf_edge_find_row - find the row that an attribute names
 * @table: the table
 * @id: the attribute, which need not end with a zero
 *
 * Return: the place of the row, or -ENOENT.
 */
int nf_edge_find_row(const struct nf_edge_table *table,
		     const struct nlattr *id)
{
	u32 i;

	for (i = 0; i < table->n; i++)
		if (!nla_strcmp(id, table->row[i].id))
			return i;
	return -ENOENT;
}

/**
 * nf_edge_parse_row_ids - read the ids of rows
 * @info: the request
 * @type: type of the attributes, which may repeat
 * @table: the table
 * @rows: filled in, mask of the rows
 *
 * Return: 0, or -EINVAL with the extack set.
 */
int nf_edge_parse_row_ids(struct genl_info *info, int type,
			  const struct nf_edge_table *table, u64 *rows)
{
	const struct nlattr *attr;
	int rem, row;

	*rows = 0;
	nf_edge_for_each_attr(attr, info, type, rem) {
		row = nf_edge_find_row(table, attr);
		if (row < 0) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "the policy has no row of this id");
			return -EINVAL;
		}
		*rows |= BIT_ULL(row);
	}
	return 0;
}

/**
 * nf_edge_parse_loaded - read what the configuration of a load has
 * @info: the request
 * @table: the table
 * @switches: mode, zones, features and rows that the load puts into force
 * @loaded: filled in; as @switches unless the load says that they were switched
 *
 * Return: 0, or -EINVAL with the extack set.
 */
int nf_edge_parse_loaded(struct genl_info *info,
			 const struct nf_edge_table *table,
			 const struct nf_edge_switches *switches,
			 struct nf_edge_switches *loaded)
{
	const struct nlattr *mode = info->attrs[NF_EDGE_A_POLICY_LOADED_MODE];
	const struct nlattr *zones = info->attrs[NF_EDGE_A_POLICY_LOADED_ZONES];
	const struct nlattr *features =
		info->attrs[NF_EDGE_A_POLICY_LOADED_FEATURES];
	const struct nlattr *off =
		info->attrs[NF_EDGE_A_POLICY_LOADED_ROW_OFF];

	*loaded = *switches;
	if (!mode && !zones && !features && !off)
		return 0;
	if (!mode || !zones || !features) {
		NL_SET_ERR_MSG(info->extack,
			       "loaded mode, zones and features are required together");
		return -EINVAL;
	}
	loaded->mode = nla_get_u32(mode);
	loaded->zones = nla_get_u32(zones);
	loaded->features = nla_get_u32(features);
	return nf_edge_check_switches(zones, features, table, info->extack) ?:
	       nf_edge_parse_row_ids(info, NF_EDGE_A_POLICY_LOADED_ROW_OFF,
				     table, &loaded->rows_off);
}
