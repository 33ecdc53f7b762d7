// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hashes of a policy, as lines and as JSON.
 */
#include <string.h>

#include "output/json.h"
#include "output/stdout.h"
#include "print/hash.h"

#define IN_FORCE	"in-force"

/**
 * hash_print - print hashes, a line each
 * @report: the hashes
 */
void hash_print(const struct hash_report *report)
{
	const struct policy_hashes *hashes = &report->hashes;
	const char *switches = report->switches;
	int width = (int)strlen(IN_FORCE);
	size_t i;

	for (i = 0; i < hashes->count; i++)
		if ((int)strlen(hashes->parts[i].name) > width)
			width = (int)strlen(hashes->parts[i].name);
	for (i = 0; i < hashes->count; i++)
		fprintf(out, "%-*s %s\n", width, hashes->parts[i].name,
			hashes->parts[i].hex);
	fprintf(out, "%-*s %s\n", width, "all", hashes->all);
	if (!report->running)
		return;
	fprintf(out, "%-*s %s\n", width, IN_FORCE, report->in_force);
	fprintf(out, "switched: %s%s%s%s\n", *switches ? "yes" : "no",
		*switches ? " (" : "", switches, *switches ? ")" : "");
}

static json_t *parts_json(const struct policy_hashes *hashes)
{
	json_t *parts = json_array();
	size_t i;

	for (i = 0; i < hashes->count; i++)
		json_array_append_new(parts,
				      json_pack("{s:o, s:s}", "part",
						out_json_text(hashes->parts[i].name),
						"sha256",
						hashes->parts[i].hex));
	return parts;
}

/**
 * hash_json - print hashes as one JSON object
 * @report: the hashes
 */
void hash_json(const struct hash_report *report)
{
	const struct policy_hashes *hashes = &report->hashes;

	out_json_print(json_pack("{s:i, s:o, s:o, s:s, s:s?, s:O?}", SCHEMA,
				 "generation", report->running ?
				 json_integer(report->generation) : json_null(),
				 "parts", parts_json(hashes),
				 "all", hashes->all,
				 "in_force", report->in_force,
				 "switched", report->switched),
		       JSON_INDENT(2));
}
