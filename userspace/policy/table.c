// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of a policy: rows of the profile at the ports in force, then rows of
 * the site's own.
 */
#include <string.h>

#include "policy/profiles.h"
#include "policy/table.h"

/* A row of the profile, at the ports that the site has moved it to. */
static struct row documented_row(const struct row *documented,
				 const struct policy *policy)
{
	struct row row = *documented;
	unsigned int key;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_move *move = &policy->ports[key];

		if (!move->moved || !port_key_moves(key, documented))
			continue;
		row.port_low = move->low;
		row.port_high = move->high;
		row.ports[0].low = move->low;
		row.ports[0].high = move->high;
	}
	return row;
}

static struct row own_row(const struct site_row *own)
{
	struct row row = {
		.id = own->id,
		.zone = NF_EDGE_ZONE_SITE,
		.service = own->service,
		.direction = own->direction,
		.role = "",
		.application = "",
		.protocol = own->ports[0].protocol,
		.port_low = own->ports[0].low,
		.port_high = own->ports[0].high,
		.port_count = own->port_count,
		.peer_sets = own->sets,
		.any_when_unbound = own->any,
		.feature = NF_EDGE_FEATURE_NONE,
		.note = own->note,
	};

	memcpy(row.ports, own->ports, sizeof(row.ports));
	return row;
}

/**
 * policy_table - make the table of a policy
 * @table: filled in; points into @policy
 * @policy: a policy of a configuration
 *
 * Rows beyond those that there may be are left out.
 */
void policy_table(struct row_table *table, const struct policy *policy)
{
	const struct row_table *profile = &profiles[policy->profile];
	size_t i;

	table->count = 0;
	table->guard = profile->guard;
	for (i = 0; i < profile->count; i++)
		table->row[table->count++] = documented_row(&profile->row[i],
							    policy);
	for (i = 0; i < policy->row_count && table->count < ROWS_MAX; i++)
		table->row[table->count++] = own_row(&policy->rows[i]);
}

/**
 * policy_row_live - tell whether a row of a policy is live
 * @table: the table of the policy
 * @policy: the policy
 * @row: place of the row in the table
 *
 * Return: true when zone and feature are on, and the row is not off itself.
 */
bool policy_row_live(const struct row_table *table, const struct policy *policy,
		     size_t row)
{
	return row_live(&table->row[row], policy->zones, policy->features) &&
	       !policy_is_off(policy, table->row[row].id);
}

/**
 * policy_row_has_node - tell whether some node has a row and the row's service
 * @policy: the policy, with its nodes
 * @row: a row of the policy's table
 *
 * Return: true when one has.
 */
bool policy_row_has_node(const struct policy *policy, const struct row *row)
{
	const struct site_row *own = site_row_find(policy, row->id);
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (binding->service == row->service &&
		    (!own || site_row_of_node(own, node->name)))
			return true;
	return false;
}

/**
 * policy_take_ports - note in a policy which ports its table has moved
 * @policy: a policy that was read back
 * @table: its table
 */
void policy_take_ports(struct policy *policy, const struct row_table *table)
{
	unsigned int key;
	size_t i;

	for (key = 0; key < PORT_KEYS; key++) {
		for (i = 0; i < table->count; i++) {
			const struct row *row = &table->row[i];

			if (!port_key_moves(key, row))
				continue;
			policy->ports[key] = (struct port_move){
				.moved = row->port_low != row->documented_low ||
					 row->port_high != row->documented_high,
				.low = row->port_low, .high = row->port_high,
			};
		}
	}
}
