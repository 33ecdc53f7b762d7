// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading of a configuration file: text, values, then the errors that no single
 * value shows.
 */
#include <stdlib.h>

#include "config/keys.h"
#include "config/read.h"
#include "config/scan.h"
#include "config/text.h"
#include "config/validate.h"

static void read_values(struct config *config, const struct text *text)
{
	struct policy *policy = &config->policy;
	struct section top;
	size_t i;

	scan_text(config, text->buffer, config_keys, &top);
	policy->mode_line = top.key_lines[TOP_MODE];
	policy->zones_line = top.key_lines[TOP_ZONES];
	policy->features_line = top.key_lines[TOP_FEATURES];
	policy->ping_line = top.key_lines[TOP_PING];
	policy->expose_line = top.key_lines[TOP_EXPOSE];
	config->side_unread = top.refused[TOP_INTERFACE] ||
			      top.refused[TOP_PEERS];
	for (i = 0; i < PEER_SET_COUNT; i++)
		peer_set_sort(&policy->sets[i]);
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

	*config = (struct config){ .file = file, .table = &rows_compiled };
	if (!text_read(&text, file, &line, &why)) {
		findings_add(&config->errors, file, line, file, "%s", why);
		goto out;
	}
	config->is_stream = text.is_stream;

	read_values(config, &text);
	config_validate(config);
	findings_sort(&config->errors, file);
	findings_sort(&config->warnings, file);
out:
	text_free(&text);
	free(why);
}
