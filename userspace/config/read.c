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
#include "config/text.h"
#include "config/validate.h"
#include "policy/table.h"

static void read_values(struct config *config, const struct text *text)
{
	struct policy *policy = &config->policy;
	struct section top;
	unsigned int i;

	scan_text(config, text->buffer, config_keys, &top);
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
 * @file: name of the file, which has to outlive @config
 */
void config_read(struct config *config, const char *file)
{
	unsigned int line;
	struct text text;
	char *why = NULL;

	*config = (struct config){ .file = file };
	if (!text_read(&text, file, &line, &why)) {
		findings_add(&config->errors, file, line, file, "%s", why);
		goto out;
	}
	config->is_stream = text.is_stream;

	read_values(config, &text);
	if (config->placeholders.count)
		refuse_placeholders(config);
	else
		config_validate(config);
	policy_table(&config->table, &config->policy);
	findings_sort(&config->errors, file);
	findings_sort(&config->warnings, file);
out:
	text_free(&text);
	free(why);
}
