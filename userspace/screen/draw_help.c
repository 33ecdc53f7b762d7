// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of help: keys, and the meaning of columns.
 */
#include "screen/draw.h"

static const char *const lines[] = {
	"  1 2 3 4    rows, nodes, services, reasons of refusal; v: the next of them",
	"  s          sort by the next column; behind the last: as in the policy",
	"  r          reverse the order",
	"  /          show only lines with a text in name or description; Esc: all",
	"  Enter      details of the chosen row, by node; Esc: back",
	"  arrows     choose a line; PgUp, PgDn, Home and End, too",
	"  p          pause, and go on",
	"  q          quit",
	"",
	"  CONNS/s    connections permitted a second",
	"  PACKETS/s  packets permitted, to and from the Edge; BYTES/s: their bytes",
	"  DENIED/s   packets that the row nearly permitted",
	"  REFUSED/s  packets that the policy refuses; BYTES/s: their bytes",
	"  DROPPED/s  those that were dropped: in mode audit none",
	"",
	"  Bars: the column that sorts, in the last 30 readings; the newest is last.",
	"  The highest bar is the highest rate of its own line; a dot is no packet.",
	"  A packet that two rows permit counts in both; between two nodes, for both.",
	"  No counter is reset: other readers are not disturbed.",
};

/**
 * draw_help - draw the page of help
 * @canvas: an empty screen
 */
void draw_help(struct canvas *canvas)
{
	size_t i;

	canvas_say(canvas, STYLE_BOLD, "edgectl top: keys and columns");
	canvas->next += canvas->lines > (int)ARRAY_SIZE(lines) + 2;
	for (i = 0; i < ARRAY_SIZE(lines) && canvas->next < canvas->lines - 1;
	     i++)
		canvas_say(canvas, STYLE_PLAIN, "%s", lines[i]);
	canvas->next = canvas->lines - 1;
	canvas_say(canvas, STYLE_PLAIN, "any key: back");
}
