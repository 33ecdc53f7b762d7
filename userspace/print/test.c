// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expectations and their answers, in the words of a file of expectations.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/join.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/explain.h"
#include "print/findings.h"
#include "print/test.h"

/**
 * test_differing - count the answers that are not as expected
 * @report: the expectations
 *
 * Return: the number.
 */
size_t test_differing(const struct test_report *report)
{
	size_t count = 0, i;

	for (i = 0; i < report->count; i++)
		count += !expect_met(&report->items[i]);
	return count;
}

/* Write an answer as a file of expectations has it. */
static char *answer_text(const struct row_table *table, uint32_t verdict,
			 int reason, uint64_t rows, bool others)
{
	struct join list;
	size_t i;

	join_begin(&list, " ");
	join_add(&list, "%s", names_word(&names_verdicts, verdict));
	if (reason >= 0)
		join_add(&list, "%s",
			 names_word(&names_reasons, (uint32_t)reason));
	for (i = 0; i < table->count; i++)
		if (rows & (1ULL << i))
			join_add(&list, "%s", table->row[i].id);
	if (others)
		join_add(&list, "...");
	return join_end(&list);
}

static char *wanted_text(const struct test_report *report,
			 const struct expectation *expectation)
{
	return answer_text(&report->view->table, expectation->verdict,
			   expectation->reason, expectation->rows,
			   expectation->others);
}

static void print_head(const struct test_report *report,
		       const struct expectation *expectation)
{
	out_put(report->file);
	fprintf(out, ":%u: ", expectation->line);
	out_put(expectation->question);
}

static void print_met(const struct test_report *report,
		      const struct expectation *expectation)
{
	char *wanted = wanted_text(report, expectation);

	print_head(report, expectation);
	fprintf(out, " => %s\n", wanted);
	free(wanted);
}

/* Print the address of a peer set that an answer is about. */
static void print_peer(const struct query *query)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, ", for %s", ip_format(query->set_is_source ?
					   &query->source :
					   &query->destination, text));
}

static void print_differing(const struct test_report *report,
			    const struct expectation *expectation)
{
	const struct answer *found = &expectation->found;
	const struct row_table *table = &report->view->table;
	char *wanted = wanted_text(report, expectation), *text;
	struct verdict verdict;

	text = answer_text(table, found->verdict, found->reason,
			   found->rows | found->near, false);
	print_head(report, expectation);
	fprintf(out, "\n  expected %s\n  found    %s%s%s", wanted,
		colour_code(RED), text, colour_code(PLAIN));
	if (expectation->query.set)
		print_peer(&expectation->query);
	fputc('\n', out);
	answer_unpack(found, table, &verdict);
	explain_print_grounds(&expectation->query, &verdict, report->view);
	free(text);
	free(wanted);
}

/**
 * test_print - print what differs, or all, and a line with the numbers
 * @report: the expectations
 */
void test_print(const struct test_report *report)
{
	size_t differing = test_differing(report), i;

	for (i = 0; i < report->count; i++)
		if (!expect_met(&report->items[i]))
			print_differing(report, &report->items[i]);
		else if (report->all)
			print_met(report, &report->items[i]);
	fprintf(out, "%zu as expected, %zu differ%s\n",
		report->count - differing, differing,
		differing == 1 ? "s" : "");
}

static json_t *wanted_json(const struct row_table *table,
			   const struct expectation *expectation)
{
	bool drop = expectation->verdict == NF_EDGE_VERDICT_DROP;
	json_t *rows = expectation->names_rows ?
		       out_json_rows(table, expectation->rows) : json_null();

	return json_pack("{s:s, s:s?, s:o, s:o, s:b}",
			 "verdict", names_word(&names_verdicts,
					       expectation->verdict),
			 "reason", expectation->reason < 0 ? NULL :
			 names_word(&names_reasons,
				    (uint32_t)expectation->reason),
			 "rows", drop ? json_null() : rows,
			 "near", drop ? rows : json_null(),
			 "others", expectation->others);
}

static json_t *answer_json(const struct row_table *table,
			   const struct expectation *expectation)
{
	struct verdict verdict;

	answer_unpack(&expectation->found, table, &verdict);
	return json_pack("{s:i, s:o, s:o, s:b, s:o, s:o}",
			 "line", (int)expectation->line,
			 "question", out_json_text(expectation->question),
			 "packet", explain_packet_json(&expectation->query),
			 "as_expected", expect_met(expectation),
			 "expected", wanted_json(table, expectation),
			 "found", explain_verdict_json(&verdict));
}

static json_t *name_or_null(const char *name)
{
	return name ? out_json_text(name) : json_null();
}

/* The policy that was asked; NULL if nothing was asked. */
static json_t *policy_json(const struct test_report *report)
{
	const struct policy *policy = &report->view->policy;
	bool asked = !report->errors;

	return json_pack("{s:s?, s:s?, s:o}",
			 "profile", asked ? names_word(&names_profiles,
						       policy->profile) : NULL,
			 "mode", asked ? names_word(&names_modes,
						    policy->mode) : NULL,
			 "generation", asked && !report->config ?
			 json_integer(report->view->generation) : json_null());
}

/**
 * test_json - make expectations into JSON
 * @report: the expectations, or their errors
 *
 * Return: a new object.
 */
json_t *test_json(const struct test_report *report)
{
	const struct findings *errors = report->errors;
	size_t differing = test_differing(report), i;
	json_t *object, *answers = json_array(), *more;

	for (i = 0; i < report->count; i++)
		if (report->all || !expect_met(&report->items[i]))
			json_array_append_new(answers,
					      answer_json(&report->view->table,
							  &report->items[i]));
	object = json_pack("{s:i, s:o, s:o}", SCHEMA,
			   "expectations", out_json_text(report->file),
			   "configuration", name_or_null(report->config));
	more = policy_json(report);
	json_object_update(object, more);
	json_decref(more);
	more = json_pack("{s:o, s:I, s:I, s:I, s:o}",
			 "errors", errors ? findings_json(errors, false) :
					    json_array(),
			 "errors_left_out", (json_int_t)
			 (errors ? findings_left_out(errors) : 0),
			 "as_expected", (json_int_t)(report->count - differing),
			 "differing", (json_int_t)differing,
			 "answers", answers);
	json_object_update(object, more);
	json_decref(more);
	return object;
}
