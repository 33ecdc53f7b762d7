// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of one row: what the row permits, and its rates by node.
 */
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "base/moment.h"
#include "print/rates.h"
#include "print/tables.h"
#include "screen/draw.h"
#include "screen/fit.h"

/* Columns of the name of a node, and of each number behind it. */
#define NODE_WIDTH	16
#define NUMBER_WIDTH	10
#define NUMBERS		6

static void draw_row(struct canvas *canvas, const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	char *ports = row_ports(row), *peers = tables_row_peers(view, i);
	char *live = tables_row_live(view, i), *note = foreign_shown(row->note);
	char *title;

	title = xformat("row %s%s%s", row->id, *note ? ": " : "", note);
	canvas_wrap(canvas, STYLE_BOLD, 2, title);
	canvas_say(canvas, STYLE_PLAIN,
		   "  permits   %s %s, %s the Edge service %s",
		   row_protocols(row), ports,
		   row->direction == NF_EDGE_DIRECTION_IN ? "into" : "out of",
		   names_word(&names_services, row->service));
	canvas_say(canvas, STYLE_PLAIN, "  peers     %s", peers);
	if (row->feature != NF_EDGE_FEATURE_NONE)
		canvas_say(canvas, STYLE_PLAIN, "  feature   %s",
			   names_word(&names_features, (uint32_t)row->feature));
	canvas_say(canvas, view->states[i].live ? STYLE_PLAIN : STYLE_WARNING,
		   "  live      %s", live);
	canvas->next++;
	free(title);
	free(note);
	free(live);
	free(peers);
	free(ports);
}

static void draw_numbers(struct canvas *canvas, enum style style,
			 const char *name, char *const numbers[NUMBERS])
{
	int end = NODE_WIDTH, width;
	size_t i;

	canvas_put(canvas, 0, NODE_WIDTH - 1, style, name);
	for (i = 0; i < NUMBERS; i++) {
		end += NUMBER_WIDTH;
		width = (int)fit_width(numbers[i]);
		canvas_put(canvas, end - width, width, style, numbers[i]);
	}
	canvas->next++;
}

static void draw_heading(struct canvas *canvas)
{
	static char *const headings[NUMBERS] = {
		(char *)"CONNS/s", (char *)"TO-EDGE/s", (char *)"FROM/s",
		(char *)"BYTES/s", (char *)"DENIED/s", (char *)"LAST-HIT",
	};
	char *blanks = xformat("%*s", canvas->columns, "");

	canvas_put(canvas, 0, canvas->columns, STYLE_HEADING, blanks);
	free(blanks);
	draw_numbers(canvas, STYLE_HEADING, "NODE", headings);
}

static void draw_node(struct canvas *canvas, const struct live *live,
		      const char *name, const struct counts *counts)
{
	double seconds = live->rates.seconds;
	char *numbers[NUMBERS];
	size_t i;

	numbers[0] = rates_short((double)counts->connections / seconds);
	numbers[1] = rates_short((double)counts->packets_to_edge / seconds);
	numbers[2] = rates_short((double)counts->packets_from_edge / seconds);
	numbers[3] = rates_short((double)(counts->bytes_to_edge +
					  counts->bytes_from_edge) / seconds);
	numbers[4] = rates_short((double)counts->denied / seconds);
	numbers[5] = counts->last_hit ?
		     moment_text(counts->last_hit, live->now->time, MOMENT_AGE) :
		     xstrdup("never");
	draw_numbers(canvas, STYLE_PLAIN, name, numbers);
	for (i = 0; i < NUMBERS; i++)
		free(numbers[i]);
}

static void draw_nodes(struct canvas *canvas, const struct live *live,
		       size_t row)
{
	size_t n;

	draw_heading(canvas);
	for (n = 0; n < live->rates.node_count; n++) {
		const struct node_counts *node = &live->rates.nodes[n];

		if (canvas->next < canvas->lines - 1 && node->rows[row].known)
			draw_node(canvas, live, node->node, &node->rows[row]);
	}
}

/**
 * draw_details - draw the details of a row
 * @canvas: the screen, below its head
 * @scene: the facts
 * @row: id of the row
 */
void draw_details(struct canvas *canvas, const struct scene *scene,
		  const char *row)
{
	const struct live *live = scene->live;
	int i = -1;

	canvas->next++;
	if (live->before)
		i = rows_find(&live->now->report.view.table, row);
	if (i >= 0) {
		draw_row(canvas, &live->now->report.view, (size_t)i);
		draw_nodes(canvas, live, (size_t)i);
	} else {
		canvas_say(canvas, STYLE_WARNING,
			   "row %s: the policy in force has no such row", row);
	}
	canvas->next = canvas->lines - 1;
	canvas_say(canvas, STYLE_PLAIN, "Esc back to all rows  p pause  ? help  q quit");
}
