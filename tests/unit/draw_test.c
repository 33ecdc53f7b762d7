// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the screen, drawn on a terminal that a test makes up: each number at
 * its place, and less of them where there is no room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counted.h"
#include "rates/live.h"
#include "screen/draw.h"

#define LINES_MAX	40
#define COLUMNS_MAX	200

static struct {
	int lines, columns;
	char text[LINES_MAX][COLUMNS_MAX + 1];
	enum style style[LINES_MAX][COLUMNS_MAX];
	unsigned int shown;
} terminal;

static struct live live;
static struct state state;
static struct scene scene;

void __wrap_terminal_begin(int *lines, int *columns);
void __wrap_terminal_put(int line, int column, enum style style,
			 const char *text);
void __wrap_terminal_show(void);
bool __wrap_terminal_is_unicode(void);
bool __wrap_terminal_has_blocks(void);

void __wrap_terminal_begin(int *lines, int *columns)
{
	int i;

	*lines = terminal.lines;
	*columns = terminal.columns;
	for (i = 0; i < LINES_MAX; i++)
		memset(terminal.text[i], ' ', COLUMNS_MAX);
	memset(terminal.style, 0, sizeof(terminal.style));
}

/* Nothing is written beside the terminal. */
void __wrap_terminal_put(int line, int column, enum style style,
			 const char *text)
{
	int i;

	assert_in_range(line, 0, terminal.lines - 1);
	assert_in_range(column, 0, terminal.columns - 1);
	assert_in_range(column + (int)strlen(text), 0, terminal.columns);
	for (i = 0; text[i]; i++) {
		terminal.text[line][column + i] = text[i];
		terminal.style[line][column + i] = style;
	}
}

void __wrap_terminal_show(void)
{
	terminal.shown++;
}

bool __wrap_terminal_is_unicode(void)
{
	return false;
}

bool __wrap_terminal_has_blocks(void)
{
	return false;
}

static int begin(void **unused)
{
	setenv("TZ", "UTC", 1);
	terminal.lines = 24;
	terminal.columns = 80;
	terminal.shown = 0;
	state_begin(&state, BY_ROWS);
	scene = (struct scene){
		.live = &live, .host = "edge-gw1", .delay = 2.5,
	};
	return 0;
}

static int end(void **unused)
{
	live_forget(&live);
	return 0;
}

static void draw_page(void)
{
	struct shown shown = { 0 };

	shown.line = rate_lines_order(&live.lines[state.by],
				      &state.order[state.by], state.filter,
				      &shown.count);
	terminal.shown = 0;
	draw(&scene, &state, &shown);
	assert_int_equal(terminal.shown, 1);
	free(shown.line);
}

/* A line without the blanks at its end. */
static const char *line(int n)
{
	static char text[COLUMNS_MAX + 1];
	size_t length = (size_t)terminal.columns;

	memcpy(text, terminal.text[n], length);
	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return text;
}

static void print_page(void)
{
	int i;

	for (i = 0; i < terminal.lines; i++)
		print_error("%2d %s\n", i, line(i));
}

static void says(int n, const char *wanted)
{
	if (strcmp(line(n), wanted) != 0) {
		print_page();
		fail_msg("line %d is no: %s", n, wanted);
	}
}

/* The number of the line that begins so, or -1. */
static int find(const char *text)
{
	int i;

	for (i = 0; i < terminal.lines; i++)
		if (!strncmp(line(i), text, strlen(text)))
			return i;
	return -1;
}

static void has(const char *text)
{
	if (find(text) < 0) {
		print_page();
		fail_msg("no line begins with: %s", text);
	}
}

static void has_not(const char *text)
{
	if (find(text) >= 0) {
		print_page();
		fail_msg("a line begins with: %s", text);
	}
}

/* The look of a text on a line. */
static void looks(int n, const char *text, enum style style)
{
	const char *whole = line(n), *at = strstr(whole, text);

	if (!at)
		fail_msg("%s: not on line %d", text, n);
	assert_int_equal(terminal.style[n][at - whole], style);
}

/* Two readings with two seconds between, and all kinds of counts. */
static struct reading *measured(void)
{
	struct reading *now = reading(12);

	*row(now, 0, 0) = (struct counts){
		.known = true, .connections = 20, .packets_to_edge = 200,
		.bytes_to_edge = 4000, .packets_from_edge = 100,
		.bytes_from_edge = 2000, .denied = 10, .last_hit = 1000002,
	};
	*row(now, 1, 0) = (struct counts){
		.known = true, .connections = 2, .packets_to_edge = 4,
		.bytes_to_edge = 400, .packets_from_edge = 6,
		.bytes_from_edge = 600,
	};
	*row(now, 0, 1) = (struct counts){
		.known = true, .packets_to_edge = 30, .bytes_to_edge = 3000,
	};
	now->report.nodes[0].services[0] = (struct counts){
		.known = true, .connections = 20, .packets_to_edge = 200,
		.bytes_to_edge = 4000, .packets_from_edge = 100,
		.bytes_from_edge = 2000,
	};
	now->report.nodes[1].services[2] = (struct counts){
		.known = true, .connections = 2, .packets_to_edge = 4,
		.bytes_to_edge = 400, .packets_from_edge = 6,
		.bytes_from_edge = 600,
	};
	now->report.drops[NF_EDGE_REASON_PEER] = (struct drop_counts){
		.packets = 12, .bytes = 1200, .would_be_packets = 4,
		.would_be_bytes = 800,
	};
	now->report.view.conntrack_count = 11;
	now->report.view.conntrack_max = 100;
	return now;
}

static void measure(void)
{
	live_add(&live, reading(10));
	live_add(&live, measured());
}

static struct view *view(void)
{
	return &live.now->report.view;
}

#define KEYS	"q quit  ? help  1-4 rows nodes services reasons  s sort  / filter  Enter details"
#define TITLE	"edge-gw1: mode enforce, generation 7                        13:46:52, over 2.0 s"

/* --- the page of lines */

static void rows_have_their_rates(void **unused)
{
	measure();
	draw_page();
	says(0, TITLE);
	says(1, "permitted     155 packets/s    3500 bytes/s    11.0 connections/s");
	says(2, "refused       8.0 packets/s    1000 bytes/s");
	says(3, "conntrack  11 of 100 entries (11%)");
	says(4, "3 rows by PACKETS/s, the greatest first");
	says(5, "ROW          CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	says(6, "external/5      11.0       155    3500      5.0 @");
	says(7, "external/14        0      15.0    1500        0 @");
	says(8, "site/rdp           0         0       0        0");
	says(9, "");
	says(20, "");
	says(21, "external/5: access in tcp 443: sign in");
	says(22, "");
	says(23, KEYS);
}

static void nothing_is_a_rate_too(void **unused)
{
	live_add(&live, reading(10));
	live_add(&live, reading(12));
	draw_page();
	says(1, "permitted       0 packets/s       0 bytes/s       0 connections/s");
	says(2, "refused         0 packets/s       0 bytes/s");
	says(5, "external/5         0         0       0        0");
}

static void other_views_have_columns_of_their_own(void **unused)
{
	measure();
	state.by = BY_NODES;
	draw_page();
	says(4, "2 nodes by PACKETS/s, the greatest first");
	says(5, "NODE         CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	says(6, "edge1           10.0       150    3000        0 @");
	says(7, "edge2            1.0       5.0     500        0 @");
	state.by = BY_SERVICES;
	draw_page();
	says(4, "2 services by PACKETS/s, the greatest first");
	says(5, "SERVICE      CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	says(6, "access          10.0       150    3000        0 @");
	says(7, "av               1.0       5.0     500        0 @");
	state.by = BY_REASONS;
	draw_page();
	says(4, "10 reasons by REFUSED/s, the greatest first");
	says(5, "REASON       REFUSED/s DROPPED/s BYTES/s REFUSED/s, LAST 30");
	says(6, "peer               8.0       6.0    1000 @");
	looks(6, "8.0", STYLE_WARNING);
	looks(6, "6.0", STYLE_WARNING);
	looks(6, "1000", STYLE_PLAIN);
}

/* The chosen line and headings, what was refused, and bars. */
static void lines_have_their_looks(void **unused)
{
	measure();
	draw_page();
	looks(0, "edge-gw1", STYLE_BOLD);
	looks(0, "over", STYLE_PLAIN);
	looks(1, "permitted", STYLE_PLAIN);
	looks(5, "ROW", STYLE_HEADING);
	looks(5, "DENIED", STYLE_HEADING);
	assert_int_equal(terminal.style[5][79], STYLE_HEADING);
	looks(6, "external/5", STYLE_HEADING);
	looks(7, "external/14", STYLE_PLAIN);
	looks(6, "5.0", STYLE_WARNING);
	looks(6, "155", STYLE_PLAIN);
	looks(8, "0", STYLE_PLAIN);
	looks(6, "@", STYLE_GOOD);
	looks(21, "external/5", STYLE_BOLD);
	snprintf(state.chosen, sizeof(state.chosen), "external/14");
	draw_page();
	looks(6, "external/5", STYLE_PLAIN);
	looks(7, "external/14", STYLE_HEADING);
	says(21, "external/14: access in tcp 443: media");
}

static void a_caption_says_the_order(void **unused)
{
	struct rate_order *order = &state.order[BY_ROWS];

	measure();
	order->reverse = true;
	draw_page();
	says(4, "3 rows by PACKETS/s, the smallest first");
	says(6, "site/rdp           0         0       0        0");
	order->sorted = MEASURES;
	draw_page();
	says(4, "3 rows in the order of the policy, the last first");
	says(5, "ROW          CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	order->reverse = false;
	draw_page();
	says(4, "3 rows in the order of the policy");
	order->sorted = MEASURE_DENIED;
	draw_page();
	says(4, "3 rows by DENIED/s, the greatest first");
	says(5, "ROW          CONNS/s PACKETS/s BYTES/s DENIED/s DENIED/s, LAST 30");
	says(7, "external/14        0      15.0    1500        0");
}

static void a_filter_is_shown_while_it_is_typed_and_later(void **unused)
{
	measure();
	strcpy(state.filter, "media");
	draw_page();
	says(4, "3 rows by PACKETS/s, the greatest first; 2 with \"media\" (Esc shows all)");
	looks(4, "3 rows", STYLE_BOLD);
	says(6, "external/14        0      15.0    1500        0 @");
	says(8, "");
	state.typing = true;
	draw_page();
	says(4, "show only lines with: media_  (Enter keeps it, Esc shows all)");
	looks(4, "show", STYLE_BOLD);
	strcpy(state.filter, "nothing");
	draw_page();
	says(6, "");
	says(21, "");
}

static void a_wide_terminal_has_room_for_descriptions(void **unused)
{
	terminal.columns = 99;
	measure();
	draw_page();
	says(6, "external/5      11.0       155    3500      5.0 @                              access in tcp 443: ~");
	looks(6, "access", STYLE_PLAIN);
	terminal.columns = 98;
	draw_page();
	says(6, "external/5      11.0       155    3500      5.0 @");
}

/* Columns that do not fit are left out, the last first. */
static void a_narrow_terminal_has_fewer_columns(void **unused)
{
	measure();
	terminal.columns = 47;
	draw_page();
	says(5, "ROW          CONNS/s PACKETS/s BYTES/s DENIED/s");
	says(6, "external/5      11.0       155    3500      5.0");
	terminal.columns = 46;
	draw_page();
	says(5, "ROW          CONNS/s PACKETS/s BYTES/s");
	says(6, "external/5      11.0       155    3500");
	terminal.columns = 8;
	draw_page();
	says(5, "ROW");
	says(6, "externa~");
}

static void a_long_name_moves_the_columns(void **unused)
{
	struct reading *first = reading(10), *second = measured();

	first->report.view.table.row[2].id = "site/a-name-of-some-length";
	second->report.view.table.row[2].id = "site/a-name-of-some-length";
	live_add(&live, first);
	live_add(&live, second);
	draw_page();
	says(5, "ROW                        CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	says(6, "external/5                    11.0       155    3500      5.0 @");
	says(8, "site/a-name-of-some-length       0         0       0        0");
}

/* A few lines scroll, and say less around them. */
static void a_low_terminal_says_less(void **unused)
{
	measure();
	terminal.lines = 20;
	draw_page();
	has("permitted ");
	says(17, "external/5: access in tcp 443: sign in");
	says(19, KEYS);
	terminal.lines = 19;
	draw_page();
	says(17, "external/5: access in tcp 443: sign in");
	terminal.lines = 12;
	draw_page();
	has("conntrack ");
	says(10, "external/5: access in tcp 443: sign in");
	terminal.lines = 11;
	draw_page();
	has_not("conntrack ");
	has("permitted ");
	says(3, "3 rows by PACKETS/s, the greatest first");
	says(9, "external/5: access in tcp 443: sign in");
	terminal.lines = 10;
	draw_page();
	says(8, "");
	terminal.lines = 9;
	draw_page();
	has("permitted ");
	says(4, "ROW          CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	says(7, "site/rdp           0         0       0        0");
	says(8, KEYS);
	terminal.lines = 8;
	draw_page();
	has_not("permitted ");
	has("3 rows");
	says(7, KEYS);
	terminal.lines = 7;
	draw_page();
	has_not("3 rows");
	has_not("q quit");
	says(1, "ROW          CONNS/s PACKETS/s BYTES/s DENIED/s PACKETS/s, LAST 30");
	says(2, "external/5      11.0       155    3500      5.0 @");
	/* Typed text is seen all the same. */
	state.typing = true;
	draw_page();
	says(1, "show only lines with: _  (Enter keeps it, Esc shows all)");
	state.typing = false;
	terminal.lines = 3;
	snprintf(state.chosen, sizeof(state.chosen), "site/rdp");
	draw_page();
	says(2, "site/rdp           0         0       0        0");
	for (terminal.lines = 1; terminal.lines < 3; terminal.lines++) {
		draw_page();
		says(0, TITLE);
	}
}

/* Of ten lines there is room for six: those up to the chosen one. */
static void lines_scroll_to_the_chosen_one(void **unused)
{
	measure();
	state.by = BY_REASONS;
	state.order[BY_REASONS].sorted = MEASURES;
	terminal.lines = 14;
	snprintf(state.chosen, sizeof(state.chosen), "%s",
		 live.lines[BY_REASONS].line[9].name);
	draw_page();
	says(4, "10 reasons in the order of the policy");
	looks(11, state.chosen, STYLE_HEADING);
	assert_int_equal(find(live.lines[BY_REASONS].line[4].name), 6);
	has_not(live.lines[BY_REASONS].line[3].name);
	assert_int_equal(state.top, 4);
	snprintf(state.chosen, sizeof(state.chosen), "%s",
		 live.lines[BY_REASONS].line[3].name);
	draw_page();
	looks(6, state.chosen, STYLE_HEADING);
	has_not(live.lines[BY_REASONS].line[9].name);
}

static void a_description_may_have_two_lines(void **unused)
{
	struct reading *first = reading(10), *second = measured();

	first->report.view.table.row[0].note =
		"sign in of users outside, and of partners whose domains are federated";
	second->report.view.table.row[0].note = first->report.view.table.row[0].note;
	live_add(&live, first);
	live_add(&live, second);
	draw_page();
	says(21, "external/5: access in tcp 443: sign in of users outside, and of partners whose");
	says(22, "domains are federated");
	terminal.lines = 19;
	draw_page();
	says(17, "external/5: access in tcp 443: sign in of users outside, and of partners whose ~");
	says(18, KEYS);
}

/* --- above the lines */

static void without_a_reading_there_is_the_reason(void **unused)
{
	scene.fault = "nf_edge is not loaded: modprobe nf_edge";
	draw_page();
	says(0, "edge-gw1: no reading");
	says(1, "nf_edge is not loaded: modprobe nf_edge; looking again every 2.5 s");
	looks(1, "nf_edge", STYLE_ALARM);
	says(2, "");
	says(23, KEYS);
}

static void the_first_reading_has_no_rates(void **unused)
{
	live_add(&live, measured());
	draw_page();
	says(0, "edge-gw1: mode enforce, generation 7                                    13:46:52");
	says(1, "conntrack  11 of 100 entries (11%)");
	says(2, "the first rates come with the second reading, within 2.5 s");
	says(3, "");
	says(21, "");
}

static void the_mode_is_loud_where_nothing_is_dropped(void **unused)
{
	measure();
	view()->policy.mode = NF_EDGE_MODE_AUDIT;
	view()->loaded_mode = NF_EDGE_MODE_AUDIT;
	draw_page();
	says(0, "edge-gw1: mode AUDIT: NOTHING IS DROPPED, generation 7      13:46:52, over 2.0 s");
	looks(0, "edge-gw1", STYLE_WARNING);
	says(2, "would drop    8.0 packets/s    1000 bytes/s");
	view()->loaded = false;
	draw_page();
	says(0, "edge-gw1: NO POLICY LOADED, nothing is governed: edgectl load");
	looks(0, "edge-gw1", STYLE_ALARM);
	says(2, "refused       8.0 packets/s    1000 bytes/s");
}

/* The time needs two columns between, and is left out without them. */
static void the_time_is_left_out_where_it_has_no_room(void **unused)
{
	measure();
	terminal.columns = 58;
	draw_page();
	says(0, "edge-gw1: mode enforce, generation 7  13:46:52, over 2.0 s");
	terminal.columns = 57;
	draw_page();
	says(0, "edge-gw1: mode enforce, generation 7");
}

static void a_table_that_is_nearly_full_is_alarming(void **unused)
{
	measure();
	view()->conntrack_count = 89;
	draw_page();
	says(3, "conntrack  89 of 100 entries (89%)");
	looks(3, "conntrack", STYLE_PLAIN);
	view()->conntrack_count = 90;
	draw_page();
	says(3, "conntrack  90 of 100 entries (90%): NEARLY FULL");
	looks(3, "conntrack", STYLE_ALARM);
	/* Also where there is little room. */
	terminal.lines = 8;
	view()->conntrack_count = 100;
	draw_page();
	says(1, "conntrack  100 of 100 entries (100%): NEARLY FULL");
	/* Of a kernel without the table nothing is said. */
	view()->conntrack_max = 0;
	draw_page();
	has_not("conntrack");
}

static void notices_stand_above_the_lines(void **unused)
{
	measure();
	view()->loaded_zones = 1U << NF_EDGE_ZONE_PIC;
	view()->waiting = (struct waiting){
		.waits = true, .left = 60, .generation = 7, .loaded = true,
		.back = 6,
	};
	state.paused = true;
	state.hint = "press another key";
	draw_page();
	says(4, "PAUSED: p goes on, and then tells the rates of the whole pause");
	has("PENDING: generation 6 comes back in 1m 00s, at 20");
	has("SWITCHED until the next load: zone pic");
	has("press another key");
	looks(find("PAUSED"), "PAUSED", STYLE_WARNING);
	looks(find("PENDING"), "PENDING", STYLE_WARNING);
	looks(find("SWITCHED"), "SWITCHED", STYLE_WARNING);
	looks(find("press"), "press", STYLE_WARNING);
	has_not("the first rates");
	terminal.lines = 7;
	draw_page();
	has("SWITCHED");
	terminal.lines = 6;
	draw_page();
	has_not("SWITCHED");
	has("PENDING");
}

static void a_sentence_has_two_lines_where_there_is_room(void **unused)
{
	measure();
	scene.fault =
		"the module in the kernel is of another release than this edgectl, which does not understand it";
	terminal.lines = 16;
	draw_page();
	says(4, "the module in the kernel is of another release than this edgectl, which does not");
	says(5, "understand it; looking again every 2.5 s");
	terminal.lines = 15;
	draw_page();
	says(4, "the module in the kernel is of another release than this edgectl, which does no~");
	has("3 rows");
	scene.fault =
		"the module in the kernel is of another release than this edgectl, which does not understand what the module says of itself, and so has no rates to show";
	terminal.lines = 24;
	draw_page();
	says(5, "understand what the module says of itself, and so has no rates to show; looking~");
	says(6, "3 rows by PACKETS/s, the greatest first");
	scene.fault = "no answer";
	draw_page();
	says(4, "no answer; looking again every 2.5 s");
	says(5, "3 rows by PACKETS/s, the greatest first");
}

static void counters_that_began_anew_are_told(void **unused)
{
	struct reading *first = reading(10);

	row(first, 0, 0)->connections = 1000;
	live_add(&live, first);
	live_add(&live, measured());
	draw_page();
	says(4, "counters were reset in between: these rates may be too low");
	looks(4, "counters", STYLE_WARNING);
	live_forget(&live);
	first = reading(10);
	first->report.view.generation = 8;
	live_add(&live, first);
	live_add(&live, measured());
	draw_page();
	says(4, "the module was loaded anew: counters began at zero in between");
	looks(4, "the module", STYLE_WARNING);
}

/* --- other pages */

static void a_row_has_details_by_node(void **unused)
{
	measure();
	live.now->time = 1000014;
	view()->table.row[0].direction = NF_EDGE_DIRECTION_IN;
	view()->table.row[0].feature = NF_EDGE_FEATURE_NONE;
	view()->table.row[0].peer_sets = 0;
	view()->states[0].live = true;
	state.page = PAGE_DETAILS;
	strcpy(state.chosen, "external/5");
	draw_page();
	says(5, "row external/5: sign in");
	looks(5, "row", STYLE_BOLD);
	says(6, "  permits   tcp 443, into the Edge service access");
	says(7, "  peers     nobody");
	says(8, "  live      yes");
	looks(8, "live", STYLE_PLAIN);
	says(9, "");
	says(10, "NODE               CONNS/s TO-EDGE/s    FROM/s   BYTES/s  DENIED/s  LAST-HIT");
	looks(10, "NODE", STYLE_HEADING);
	assert_int_equal(terminal.style[10][79], STYLE_HEADING);
	says(11, "edge1                 10.0       100      50.0      3000       5.0       12s");
	says(12, "edge2                  1.0       2.0       3.0       500         0     never");
	looks(11, "edge1", STYLE_PLAIN);
	says(13, "");
	says(23, "Esc back to all rows  p pause  ? help  q quit");
}

static void a_row_outward_has_its_feature_and_why_it_is_dead(void **unused)
{
	measure();
	view()->table.row[1].direction = NF_EDGE_DIRECTION_OUT;
	view()->table.row[1].feature = NF_EDGE_FEATURE_AV;
	view()->table.row[1].note = "";
	view()->states[1].dead = 1U << NF_EDGE_DEAD_ROW_OFF;
	state.page = PAGE_DETAILS;
	strcpy(state.chosen, "external/14");
	draw_page();
	says(5, "row external/14");
	says(6, "  permits   tcp 443, out of the Edge service access");
	says(8, "  feature   av");
	says(9, "  live      no: row is off");
	looks(9, "live", STYLE_WARNING);
	/* A node that has no such row is left out, and what has no room. */
	live.rates.nodes[0].rows[1].known = false;
	draw_page();
	has_not("edge1");
	has("edge2");
	terminal.lines = 13;
	draw_page();
	has_not("edge2");
	says(12, "Esc back to all rows  p pause  ? help  q quit");
	strcpy(live.rates.nodes[1].node, "a-node-of-a-name");
	terminal.lines = 14;
	draw_page();
	has("a-node-of-a-na~        ");
}

static void a_row_that_is_gone_has_no_details(void **unused)
{
	measure();
	state.page = PAGE_DETAILS;
	strcpy(state.chosen, "site/gone");
	draw_page();
	says(5, "row site/gone: the policy in force has no such row");
	looks(5, "row", STYLE_WARNING);
	says(23, "Esc back to all rows  p pause  ? help  q quit");
	live_forget(&live);
	draw_page();
	has("row site/gone: the policy in force has no such row");
}

static void help_says_keys_and_columns(void **unused)
{
	measure();
	state.page = PAGE_HELP;
	draw_page();
	says(0, "edgectl top: keys and columns");
	looks(0, "edgectl", STYLE_BOLD);
	says(1, "");
	says(2, "  1 2 3 4    rows, nodes, services, reasons of refusal; v: the next of them");
	says(20, "  No counter is reset: other readers are not disturbed.");
	says(23, "any key: back");
	terminal.lines = 22;
	draw_page();
	says(1, "");
	terminal.lines = 21;
	draw_page();
	says(1, "  1 2 3 4    rows, nodes, services, reasons of refusal; v: the next of them");
	says(19, "  No counter is reset: other readers are not disturbed.");
	says(20, "any key: back");
	terminal.lines = 5;
	draw_page();
	says(3, "  r          reverse the order");
	says(4, "any key: back");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_have_their_rates),
		TEST(nothing_is_a_rate_too),
		TEST(other_views_have_columns_of_their_own),
		TEST(lines_have_their_looks),
		TEST(a_caption_says_the_order),
		TEST(a_filter_is_shown_while_it_is_typed_and_later),
		TEST(a_wide_terminal_has_room_for_descriptions),
		TEST(a_narrow_terminal_has_fewer_columns),
		TEST(a_long_name_moves_the_columns),
		TEST(a_low_terminal_says_less),
		TEST(lines_scroll_to_the_chosen_one),
		TEST(a_description_may_have_two_lines),
		TEST(without_a_reading_there_is_the_reason),
		TEST(the_first_reading_has_no_rates),
		TEST(the_mode_is_loud_where_nothing_is_dropped),
		TEST(the_time_is_left_out_where_it_has_no_room),
		TEST(a_table_that_is_nearly_full_is_alarming),
		TEST(notices_stand_above_the_lines),
		TEST(a_sentence_has_two_lines_where_there_is_room),
		TEST(counters_that_began_anew_are_told),
		TEST(a_row_has_details_by_node),
		TEST(a_row_outward_has_its_feature_and_why_it_is_dead),
		TEST(a_row_that_is_gone_has_no_details),
		TEST(help_says_keys_and_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
