// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of rows of the site's own that no single value shows: too many of
 * them, and rows that let in more than their author seems to know.
 */
#include <stdlib.h>

#include "config/validate_rows.h"
#include "policy/profiles.h"

/* Shorter prefixes take in much of the Internet. */
#define SHORT_IPV4	8U
#define SHORT_IPV6	16U

static bool is_wide(const struct peer_set *set)
{
	unsigned int family, length;
	struct ip ip;
	size_t i;

	for (family = 0; family < FAMILY_COUNT; family++) {
		for (i = 0; i < set->prefixes[family].count; i++) {
			peer_set_entry(set, family, i, &ip, &length);
			if (length < (family == IPV4 ? SHORT_IPV4 : SHORT_IPV6))
				return true;
		}
	}
	return false;
}

static uint32_t wide_sets(const struct policy *policy)
{
	uint32_t wide = 0;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (is_wide(&policy->sets[i]))
			wide |= 1U << i;
	return wide;
}

static void wrong(struct config *config, unsigned int line, const char *word,
		  const char *sentence)
{
	findings_add(&config->errors, config->file, line, word, "%s", sentence);
}

/* An in row of the external side that lets much of the Internet in. */
static void check_outside(struct config *config, const struct site_row *row,
			  uint32_t wide)
{
	const char *service = names_word(&names_services, row->service);
	char *sets;

	if (row->exposed)
		return;
	if (row->any) {
		findings_add(&config->errors, config->file, row->peers_line,
			     site_row_name(row),
			     "lets everybody outside in to %s; name a set, or write exposed = true if that is meant",
			     service);
	} else if (wide) {
		sets = policy_set_names(&config->policy, wide, ", ");
		findings_add(&config->errors, config->file, row->peers_line,
			     site_row_name(row),
			     "lets in %s to %s, with a prefix shorter than /%u (IPv4) or /%u (IPv6); narrow it, or write exposed = true if that is meant",
			     sets, service, SHORT_IPV4, SHORT_IPV6);
		free(sets);
	}
}

static void check_row(struct config *config, const struct site_row *row,
		      uint32_t wide)
{
	const struct policy *policy = &config->policy;
	bool inward = row->direction == NF_EDGE_DIRECTION_IN;

	wide &= row->sets;
	if (site_row_outside(row) && (row->any || wide))
		check_outside(config, row, wide);
	else if (row->exposed)
		wrong(config, row->exposed_line, "exposed",
		      "is not needed, as the row lets in no more of the Internet than a set of longer prefixes; leave it out");
	if (inward && row->any && row->service == NF_EDGE_SERVICE_INTERNAL &&
	    !policy->sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS].bound)
		wrong(config, row->peers_line, site_row_name(row),
		      "lets everybody in to internal, as internal-networks is not bound; bind it, or name a set");
}

static void check_count(struct config *config)
{
	const struct policy *policy = &config->policy;
	size_t documented = profiles[policy->profile].count;
	size_t room = NF_EDGE_MAX_ROWS - documented;

	if (policy->row_count <= room || config->unknown_profile)
		return;
	findings_add(&config->errors, config->file, policy->rows[room].line,
		     site_row_name(&policy->rows[room]),
		     "is one row too many; there can be %u, and profile %s has %zu of them",
		     NF_EDGE_MAX_ROWS,
		     names_word(&names_profiles, policy->profile), documented);
}

/**
 * config_validate_rows - note errors of the rows of the site's own
 * @config: a configuration that was read
 */
void config_validate_rows(struct config *config)
{
	const struct policy *policy = &config->policy;
	uint32_t wide;
	size_t i;

	check_count(config);
	wide = policy->row_count ? wide_sets(policy) : 0;
	for (i = 0; i < policy->row_count; i++)
		if (!config->rows[i].flawed)
			check_row(config, &policy->rows[i], wide);
}
