// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change that waits for its confirmation, for people and for machines.
 */
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/moment.h"
#include "output/json.h"
#include "policy/names.h"
#include "print/waiting.h"

/* A sentence that is longer than a line. */
#define ANOTHER_WAITS \
	"nothing was changed: generation %u waits for its confirmation until %s, in %s; edgectl confirm %u or edgectl rollback first"

/* The policy that comes back: a new string. */
static char *back_text(const struct waiting *waiting)
{
	if (!waiting->loaded)
		return xstrdup("nothing is governed again");
	return xformat("generation %u comes back", waiting->back);
}

/**
 * waiting_text - say what becomes of a change that nobody confirms
 * @waiting: the change
 *
 * Return: a new string, as in "generation 6 comes back in 1m 00s, at ...,
 * unless: edgectl confirm 7".
 */
char *waiting_text(const struct waiting *waiting)
{
	uint64_t now = (uint64_t)time(NULL);
	char *span = moment_span(waiting->left);
	char *moment = moment_text(now + waiting->left, now, MOMENT_LOCAL);
	char *back = back_text(waiting);
	bool opens = waiting->loaded &&
		     waiting->back_mode == NF_EDGE_MODE_AUDIT;
	char *text = xformat("%s in %s, at %s%s, unless: edgectl confirm %u",
			     back, span, moment, opens ?
			     " (mode audit: nothing is dropped then)" : "",
			     waiting->generation);

	free(back);
	free(moment);
	free(span);
	return text;
}

/**
 * waiting_refusal - say why another change is refused
 * @waiting: the change that waits
 *
 * Return: a new string, one sentence without its end.
 */
char *waiting_refusal(const struct waiting *waiting)
{
	uint64_t now = (uint64_t)time(NULL);
	char *span = moment_span(waiting->left);
	char *moment = moment_text(now + waiting->left, now, MOMENT_LOCAL);
	char *text;

	text = xformat(ANOTHER_WAITS, waiting->generation, moment, span,
		       waiting->generation);
	free(moment);
	free(span);
	return text;
}

/**
 * waiting_json - make a change that waits into JSON
 * @waiting: the change
 *
 * Return: a new object, or null when none waits.
 */
json_t *waiting_json(const struct waiting *waiting)
{
	if (!waiting->waits)
		return json_null();
	return json_pack("{s:I, s:o, s:o}", "seconds_left",
			 (json_int_t)waiting->left, "back_generation",
			 waiting->loaded ? json_integer(waiting->back) :
					   json_null(),
			 "back_mode", waiting->loaded ?
			 out_json_word(&names_modes, waiting->back_mode) :
			 json_null());
}
