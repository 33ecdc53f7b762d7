// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ruleset that nftables holds in place of nf_edge.
 */
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/moment.h"
#include "print/stand_in.h"

/**
 * stand_in_text - say what nftables holds in place of nf_edge
 * @stand_in: what it holds
 *
 * Return: a new string without a capital and a full stop; NULL for nothing.
 */
char *stand_in_text(const struct stand_in *stand_in)
{
	char *moment, *text;

	if (stand_in->state == STAND_IN_NONE)
		return NULL;
	if (stand_in->state == STAND_IN_CLOSED)
		return xstrdup("THE CLOSED RULESET of nftables is in force, nothing is forwarded");
	if (!stand_in->kept)
		return xstrdup("THE FALLBACK of the last load is in force, by nftables");
	moment = moment_text(stand_in->kept, (uint64_t)time(NULL), MOMENT_LOCAL);
	text = xformat("THE FALLBACK of %s is in force, by nftables", moment);
	free(moment);
	return text;
}

/**
 * stand_in_json - tell the same to programs
 * @stand_in: what nftables holds
 *
 * Return: a new object.
 */
json_t *stand_in_json(const struct stand_in *stand_in)
{
	return json_pack("{s:s, s:o}", "state", stand_in_word(stand_in),
			 "kept", stand_in->kept ?
			 json_integer((json_int_t)stand_in->kept) :
			 json_null());
}
