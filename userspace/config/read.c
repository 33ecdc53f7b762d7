// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading of a configuration file: text, values, then the errors that no single
 * value shows.
 */
#include <stdlib.h>

#include "config/keys.h"
#include "config/read.h"
#include "config/resolve.h"
#include "config/scan.h"
#include "config/stored.h"
#include "config/text.h"
#include "config/validate.h"
#include "policy/table.h"

static void read_values(struct config *config)
{
	struct policy *policy = &config->policy;
	struct section top;
	unsigned int i;

	scan_text(config, config->text.buffer, config_keys, &top);
	policy->mode_line = top.key_lines[TOP_MODE];
	policy->zones_line = top.key_lines[TOP_ZONES];
	policy->features_line = top.key_lines[TOP_FEATURES];
	policy->ping_line = top.key_lines[TOP_PING];
	policy->expose_line = top.key_lines[TOP_EXPOSE];
	config->side_unread = top.refused[TOP_INTERFACE] ||
			      top.refused[TOP_PEERS];
	policy->profile_line = top.key_lines[TOP_PROFILE];
	policy->rows_off_line = top.key_lines[TOP_ROWS_OFF];
	policy->ping_peers_line = top.key_lines[TOP_PING_PEERS];
	policy->narrows_ping = policy->ping_peers_line;
	config_resolve(config);
	for (i = 0; i < SETS_MAX; i++)
		peer_set_sort(&policy->sets[i]);
}

/*
 * One error for all placeholders.  Errors of whole sections would come from the
 * addresses that are not there yet.
 */
static void refuse_placeholders(struct config *config)
{
	const struct words *words = &config->placeholders;
	const struct word *first = &words->items[0];

	if (words->count == 1)
		findings_add(&config->errors, config->file, first->line,
			     first->text,
			     "is a placeholder; write your own address or prefix instead");
	else
		findings_add(&config->errors, config->file, first->line,
			     first->text,
			     "is the first of %zu placeholders; write your own addresses or prefixes instead of them",
			     words->count);
}

/**
 * config_read - read a configuration file, and note all its errors
 * @config: filled in; config_free() it
 * @file: name of the file, or of an entry of the history, which has to outlive
 *	@config
 */
void config_read(struct config *config, const char *file)
{
	config_read_as(config, file, NULL);
}

/**
 * config_read_as - read a copy of a configuration file as the file itself
 * @config: filled in; config_free() it
 * @file: name of the copy; with @place NULL also as for config_read()
 * @place: name of the file, beside which lists are looked for, and which
 *	findings name; NULL for @file; has to outlive @config
 *
 * A copy that cannot be read at all is named itself.
 */
void config_read_as(struct config *config, const char *file, const char *place)
{
	unsigned int line;
	char *why = NULL;

	*config = (struct config){ .file = place ? : file };
	if (!place && stored_find(config, file) && config->errors.total)
		return;
	if (!place)
		file = config->file;
	if (!text_read(&config->text, file, &line, &why)) {
		findings_add_file(&config->errors, line ? config->file : file,
				  line, why);
		goto out;
	}
	config->is_stream = config->text.is_stream && !place;

	read_values(config);
	if (config->placeholders.count)
		refuse_placeholders(config);
	else
		config_validate(config);
	policy_table(&config->table, &config->policy);
	stored_check(config);
	findings_sort(&config->errors, config->file);
	findings_sort(&config->warnings, config->file);
out:
	free(why);
}
