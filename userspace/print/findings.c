// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings of a configuration for machines.
 */
#include "output/json.h"
#include "print/findings.h"

static json_t *finding_json(const struct finding *finding)
{
	return json_pack("{s:o, s:i, s:s, s:o}",
			 "file", out_json_text(finding->file),
			 "line", (int)finding->line,
			 "word", finding->word,
			 "message", out_json_text(finding->message));
}

/**
 * findings_json - make findings into JSON
 * @findings: the findings, sorted
 *
 * Return: a new array of the findings that are printed for people.
 */
json_t *findings_json(const struct findings *findings)
{
	json_t *array = json_array();
	struct findings_walk walk = { 0 };
	size_t i;

	for (i = 0; i < findings->count; i++)
		if (findings_is_shown(&walk, &findings->items[i]))
			json_array_append_new(array,
					      finding_json(&findings->items[i]));
	return array;
}
