// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of each page: the policy and its totals above, keys below.
 */
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "print/rates.h"
#include "print/waiting.h"
#include "screen/draw.h"
#include "screen/fit.h"

/* Below these numbers of lines, less is said around a page. */
#define LINES_FOR_SWITCHES	7
#define LINES_FOR_TOTALS	9
#define LINES_FOR_CONNTRACK	12
#define LINES_FOR_SENTENCES	16

/* Of a hundred entries of the connection tracking table. */
#define NEARLY_FULL		90U

/* A new string, "14:05:09". */
static char *clock_text(uint64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&when, &tm))
		return xstrdup("-");
	return xformat("%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* A new string. */
static char *title_text(const struct scene *scene, enum style *style)
{
	const struct reading *now = scene->live->now;
	const struct view *view = now ? &now->report.view : NULL;

	*style = STYLE_BOLD;
	if (!view)
		return xformat("%s: no reading", scene->host);
	if (!view->loaded) {
		*style = STYLE_ALARM;
		return xformat("%s: NO POLICY LOADED, nothing is governed: edgectl load",
			       scene->host);
	}
	if (view->policy.mode == NF_EDGE_MODE_AUDIT) {
		*style = STYLE_WARNING;
		return xformat("%s: mode AUDIT: NOTHING IS DROPPED, generation %u",
			       scene->host, view->generation);
	}
	return xformat("%s: mode enforce, generation %u", scene->host,
		       view->generation);
}

/* A new string: the time of the reading, and the time that its rates are of. */
static char *time_text(const struct live *live)
{
	char *clock, *text;

	if (!live->now)
		return xstrdup("");
	clock = clock_text(live->now->time);
	if (!live->before)
		return clock;
	text = xformat("%s, over %.1f s", clock, live->rates.seconds);
	free(clock);
	return text;
}

/* The time stands at the right end, where there is room. */
static void draw_title(struct canvas *canvas, const struct scene *scene)
{
	char *time = time_text(scene->live), *title;
	int width = (int)fit_width(time);
	enum style style;

	title = title_text(scene, &style);
	if ((int)fit_width(title) + 2 + width <= canvas->columns)
		canvas_put(canvas, canvas->columns - width, width, STYLE_PLAIN,
			   time);
	canvas_say(canvas, style, "%s", title);
	free(title);
	free(time);
}

static void draw_rates(struct canvas *canvas, enum style style,
		       const char *what, const double rates[3])
{
	char *connections = rates_short(rates[0]);
	char *packets = rates_short(rates[1]), *bytes = rates_short(rates[2]);

	if (rates[0] >= 0)
		canvas_say(canvas, style,
			   "%-10s %6s packets/s  %6s bytes/s  %6s connections/s",
			   what, packets, bytes, connections);
	else
		canvas_say(canvas, style, "%-10s %6s packets/s  %6s bytes/s",
			   what, packets, bytes);
	free(bytes);
	free(packets);
	free(connections);
}

static bool is_audit(const struct scene *scene)
{
	const struct view *view = &scene->live->now->report.view;

	return view->loaded && view->policy.mode == NF_EDGE_MODE_AUDIT;
}

static void draw_totals(struct canvas *canvas, const struct scene *scene)
{
	const struct rates *rates = &scene->live->rates;
	double permitted[3], refused[3] = { -1 };
	struct drop_counts drop;
	struct counts sum;

	if (!scene->live->before || canvas->lines < LINES_FOR_TOTALS)
		return;
	rates_permitted(rates, &sum);
	rates_refused(rates, &drop);
	permitted[0] = (double)sum.connections / rates->seconds;
	permitted[1] = (double)(sum.packets_to_edge + sum.packets_from_edge) /
		       rates->seconds;
	permitted[2] = (double)(sum.bytes_to_edge + sum.bytes_from_edge) /
		       rates->seconds;
	draw_rates(canvas, STYLE_PLAIN, "permitted", permitted);
	refused[1] = (double)(drop.packets + drop.would_be_packets) /
		     rates->seconds;
	refused[2] = (double)(drop.bytes + drop.would_be_bytes) /
		     rates->seconds;
	draw_rates(canvas, STYLE_PLAIN, is_audit(scene) ? "would drop" :
		   "refused", refused);
}

static void draw_conntrack(struct canvas *canvas, const struct view *view)
{
	uint64_t percent;

	if (!view->conntrack_max)
		return;
	percent = (uint64_t)view->conntrack_count * 100 / view->conntrack_max;
	if (percent >= NEARLY_FULL)
		canvas_say(canvas, STYLE_ALARM,
			   "conntrack  %u of %u entries (%ju%%): NEARLY FULL",
			   view->conntrack_count, view->conntrack_max,
			   (uintmax_t)percent);
	else if (canvas->lines >= LINES_FOR_CONNTRACK)
		canvas_say(canvas, STYLE_PLAIN,
			   "conntrack  %u of %u entries (%ju%%)",
			   view->conntrack_count, view->conntrack_max,
			   (uintmax_t)percent);
}

/* @text is freed. */
static void notice(struct canvas *canvas, enum style style, char *text)
{
	canvas_wrap(canvas, style,
		    canvas->lines < LINES_FOR_SENTENCES ? 1 : 2, text);
	free(text);
}

static void draw_policy(struct canvas *canvas, const struct view *view)
{
	char *text = view_switches(view, ", ");

	if (view->waiting.waits) {
		char *waiting = waiting_text(&view->waiting);

		notice(canvas, STYLE_WARNING, xformat("PENDING: %s", waiting));
		free(waiting);
	}
	if (*text && canvas->lines >= LINES_FOR_SWITCHES)
		notice(canvas, STYLE_WARNING,
		       xformat("SWITCHED until the next load: %s", text));
	free(text);
}

static void draw_restart(struct canvas *canvas, const struct rates *rates)
{
	const char *why = difference_why(rates->restart);

	if (why)
		canvas_say(canvas, STYLE_WARNING,
			   "%s: counters began at zero in between", why);
	else if (rates->anew_count)
		canvas_say(canvas, STYLE_WARNING,
			   "counters were reset in between: these rates may be too low");
}

static void draw_notices(struct canvas *canvas, const struct scene *scene,
			 const struct state *state)
{
	const struct live *live = scene->live;

	if (scene->fault)
		notice(canvas, STYLE_ALARM,
		       xformat("%s; looking again every %g s", scene->fault,
			       scene->delay));
	else if (live->now && !live->before)
		canvas_say(canvas, STYLE_PLAIN,
			   "the first rates come with the second reading, within %g s",
			   scene->delay);
	if (state->paused)
		canvas_say(canvas, STYLE_WARNING,
			   "PAUSED: p goes on, and then tells the rates of the whole pause");
	if (live->now)
		draw_policy(canvas, &live->now->report.view);
	if (live->before)
		draw_restart(canvas, &live->rates);
	if (state->hint)
		canvas_say(canvas, STYLE_WARNING, "%s", state->hint);
}

/**
 * draw - draw the present page
 * @scene: the facts
 * @state: the page; the scrolling is set right
 * @shown: the lines of the view; room is set
 */
void draw(const struct scene *scene, struct state *state, struct shown *shown)
{
	struct canvas canvas;

	canvas_begin(&canvas);
	if (state->page == PAGE_HELP) {
		draw_help(&canvas);
		terminal_show();
		return;
	}
	draw_title(&canvas, scene);
	draw_totals(&canvas, scene);
	if (scene->live->now)
		draw_conntrack(&canvas, &scene->live->now->report.view);
	draw_notices(&canvas, scene, state);
	if (state->page == PAGE_DETAILS)
		draw_details(&canvas, scene, state->chosen);
	else
		draw_lines(&canvas, scene, state, shown);
	terminal_show();
}
