// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings of a configuration for machines.
 */
#include "output/json.h"
#include "print/findings.h"

static json_t *finding_json(const struct finding *finding)
{
	return json_pack("{s:o, s:o, s:s, s:o}",
			 "file", out_json_text(finding->file),
			 "line", finding->line ? json_integer(finding->line) :
						 json_null(),
			 "word", finding->word,
			 "message", out_json_text(finding->message));
}

/**
 * findings_json - make findings into JSON
 * @findings: the findings, sorted
 * @all: all that are kept; else those that are printed for people
 *
 * Return: a new array.
 */
json_t *findings_json(const struct findings *findings, bool all)
{
	json_t *array = json_array();
	struct findings_walk walk = { 0 };
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (all || findings_is_shown(&walk, &findings->items[i]))
			json_array_append_new(array,
					      finding_json(&findings->items[i]));
	return array;
}
