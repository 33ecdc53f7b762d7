// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drawing of the site: both sides, the nodes between them, and a band for
 * each zone's traffic of each node, as wide as its share.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "print/page.h"

/* Coordinates of the drawing; a unit is a pixel of a wide screen. */
#define WIDTH		960
#define PANEL_WIDTH	170
#define NODE_LEFT	350
#define NODE_WIDTH	260
#define NODE_TITLE	26
#define LANE_HEIGHT	30
#define BAND_MOST	14.0
#define LINE_HEIGHT	18
#define GAP		12
#define TOP		44
#define BOTTOM		26

/* Characters of the name of a node that always fit into its box. */
#define NAME_FITS	24U

/* Nodes that have a lane for each zone; more have one on each side. */
#define NODES_WITH_LANES	6U

/* The meaning of a band, with lanes for zones and without. */
#define OF_ZONES \
	"Each band is what rows of a zone permitted at a node, in both directions, as wide as its share of all bytes. A packet that rows of two zones permit is in two bands."
#define OF_SIDES \
	"Each band is what passed between a node and a side, in both directions, as wide as its share of all bytes. A packet that rows of two zones permit counts for both."

/* Interfaces that a side lists. */
#define INTERFACES_SHOWN	5U

/**
 * struct lane - traffic of a zone, or of all, between a side and a node
 * @zone: enum nf_edge_zone, or -1 for all zones
 * @bytes: bytes of its rows at the node, in both directions
 */
struct lane {
	int zone;
	uint64_t bytes;
};

/**
 * struct lanes - the lanes of one side
 * @side: NF_EDGE_SIDE_EXTERNAL or NF_EDGE_SIDE_INTERNAL
 * @zones: the zones with a lane, a bit each
 */
struct lanes {
	unsigned int side;
	uint32_t zones;
};

/**
 * struct drawing - what is drawn
 * @page: the facts
 * @outside: lanes to the left
 * @inside: lanes to the right
 * @total: bytes of all services of all nodes
 * @most: bytes of the widest band
 * @height: height of the drawing
 */
struct drawing {
	const struct page *page;
	struct lanes outside;
	struct lanes inside;
	uint64_t total;
	uint64_t most;
	int height;
};

static uint64_t bytes_of(const struct counts *counts)
{
	return counts->bytes_to_edge + counts->bytes_from_edge;
}

static bool has_lanes(const struct drawing *drawing)
{
	return drawing->page->report.node_count <= NODES_WITH_LANES;
}

/* Bytes of the rows of a zone on a side, or of its services for zone -1. */
static uint64_t bytes_at(const struct node_counts *node, unsigned int side,
			 int zone)
{
	bool inside = side == NF_EDGE_SIDE_INTERNAL, is_internal;
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; zone >= 0 && i < node->table->count; i++)
		if (node->table->row[i].zone == zone &&
		    row_side(&node->table->row[i]) == side)
			bytes += bytes_of(&node->rows[i]);
	for (i = 0; zone < 0 && i < SERVICE_COUNT; i++) {
		is_internal = i == NF_EDGE_SERVICE_INTERNAL;
		if (is_internal == inside)
			bytes += bytes_of(&node->services[i]);
	}
	return bytes;
}

static uint64_t bytes_of_zone(const struct drawing *drawing, unsigned int side,
			      int zone)
{
	const struct report *report = &drawing->page->report;
	uint64_t bytes = 0;
	size_t n;

	for (n = 0; n < report->node_count; n++)
		bytes += bytes_at(&report->nodes[n], side, zone);
	return bytes;
}

static uint32_t zones_of(const struct row_table *table, unsigned int side)
{
	uint32_t zones = 0;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (row_side(&table->row[i]) == side)
			zones |= 1U << table->row[i].zone;
	return zones;
}

static int count_zones(const struct lanes *lanes)
{
	return __builtin_popcount(lanes->zones);
}

/* --- measures */

static int node_height(const struct drawing *drawing)
{
	int left = count_zones(&drawing->outside);
	int right = count_zones(&drawing->inside);

	if (!has_lanes(drawing))
		return LINE_HEIGHT + 2;
	return NODE_TITLE + (left > right ? left : right) * LANE_HEIGHT;
}

static int panel_height(const struct drawing *drawing, const struct lanes *lanes)
{
	size_t interfaces = drawing->page->report.view.policy.interface_count;

	if (interfaces > INTERFACES_SHOWN)
		interfaces = INTERFACES_SHOWN + 1;
	return 2 * GAP + LINE_HEIGHT *
	       (3 + (int)interfaces + count_zones(lanes));
}

static int nodes_height(const struct drawing *drawing)
{
	int gap = has_lanes(drawing) ? GAP : 2;

	return (int)drawing->page->report.node_count *
	       (node_height(drawing) + gap) - gap;
}

static int largest(int a, int b)
{
	return a > b ? a : b;
}

static void find_most(struct drawing *drawing, const struct lanes *lanes)
{
	const struct report *report = &drawing->page->report;
	int first = has_lanes(drawing) ? 0 : -1;
	int end = has_lanes(drawing) ? ZONE_COUNT : 0;
	uint64_t bytes;
	int zone;
	size_t n;

	for (n = 0; n < report->node_count; n++) {
		for (zone = first; zone < end; zone++) {
			bytes = bytes_at(&report->nodes[n], lanes->side, zone);
			if (bytes > drawing->most)
				drawing->most = bytes;
		}
	}
}

static void measure(struct drawing *drawing, const struct page *page)
{
	const struct row_table *table = &page->report.view.table;

	*drawing = (struct drawing){ .page = page };
	drawing->outside.side = NF_EDGE_SIDE_EXTERNAL;
	drawing->outside.zones = zones_of(table, NF_EDGE_SIDE_EXTERNAL);
	drawing->inside.side = NF_EDGE_SIDE_INTERNAL;
	drawing->inside.zones = zones_of(table, NF_EDGE_SIDE_INTERNAL);
	drawing->total = bytes_of_zone(drawing, NF_EDGE_SIDE_EXTERNAL, -1) +
			 bytes_of_zone(drawing, NF_EDGE_SIDE_INTERNAL, -1);
	find_most(drawing, &drawing->outside);
	find_most(drawing, &drawing->inside);
	drawing->height = largest(nodes_height(drawing),
				  largest(panel_height(drawing, &drawing->outside),
					  panel_height(drawing, &drawing->inside)));
}

/* --- drawing */

static void put_box(struct html *html, const char *class, int x, int y,
		    int width, int height)
{
	html_open(html, "rect");
	html_set(html, "class", "%s", class);
	html_set(html, "x", "%d", x);
	html_set(html, "y", "%d", y);
	html_set(html, "width", "%d", width);
	html_set(html, "height", "%d", height);
	html_set(html, "rx", "6");
	html_close(html);
}

static void put_text(struct html *html, const char *class, int x, int y,
		     const char *text)
{
	html_open(html, "text");
	html_set(html, "class", "%s", class);
	html_set(html, "x", "%d", x);
	html_set(html, "y", "%d", y);
	html_text(html, "%s", text);
	html_close(html);
}

/* A new string, as "none", "12 B, <1 %" or "4.2 MB, 37 %". */
static char *amount(const struct drawing *drawing, uint64_t bytes)
{
	double share = drawing->total ?
		       (double)bytes * 100 / (double)drawing->total : 0;
	char *text, *both;

	if (!bytes)
		return xstrdup("none");
	text = page_bytes(bytes);
	both = share < 1 ? xformat("%s, <1 %%", text) :
			   xformat("%s, %.0f %%", text, share);
	free(text);
	return both;
}

static bool is_on(const struct drawing *drawing, int zone)
{
	return drawing->page->report.view.policy.zones & (1U << zone);
}

/* A band, or a thin line where nothing passed. */
static void put_band(struct html *html, const struct drawing *drawing,
		     const struct lane *lane, int x, int y, int width)
{
	double thick = drawing->most ? BAND_MOST * (double)lane->bytes /
				       (double)drawing->most : 0;

	html_open(html, "line");
	html_set(html, "class", "band %s%s", lane->zone < 0 ? "all" :
		 zone_words[lane->zone], lane->bytes ? "" : " none");
	html_set(html, "x1", "%d", x);
	html_set(html, "x2", "%d", x + width);
	html_set(html, "y1", "%d", y);
	html_set(html, "y2", "%d", y);
	html_set(html, "stroke-width", "%.2f", thick > 1 ? thick : 1);
	html_close(html);
}

static void put_lane(struct html *html, const struct drawing *drawing,
		     const struct lane *lane, int x, int y)
{
	int width = NODE_LEFT - PANEL_WIDTH;
	char *bytes = amount(drawing, lane->bytes);
	char *text = xformat("%s: %s%s", zone_words[lane->zone], bytes,
			     is_on(drawing, lane->zone) ? "" : ", off");

	put_text(html, lane->bytes ? "lane" : "lane quiet", x + 8, y + 11, text);
	put_band(html, drawing, lane, x, y + 21, width);
	free(text);
	free(bytes);
}

static void put_lanes(struct html *html, const struct drawing *drawing,
		      const struct node_counts *node,
		      const struct lanes *lanes, int y)
{
	bool left = lanes->side == NF_EDGE_SIDE_EXTERNAL;
	int x = left ? PANEL_WIDTH : NODE_LEFT + NODE_WIDTH;
	struct lane lane;

	if (!has_lanes(drawing)) {
		lane.zone = -1;
		lane.bytes = bytes_at(node, lanes->side, -1);
		put_band(html, drawing, &lane, x, y + LINE_HEIGHT / 2 + 1,
			 NODE_LEFT - PANEL_WIDTH);
		return;
	}
	y += NODE_TITLE / 2;
	for (lane.zone = 0; lane.zone < ZONE_COUNT; lane.zone++) {
		if (!(lanes->zones & (1U << lane.zone)))
			continue;
		lane.bytes = bytes_at(node, lanes->side, lane.zone);
		put_lane(html, drawing, &lane, x, y);
		y += LANE_HEIGHT;
	}
}

/* Services of a node with their share. */
static void put_services(struct html *html, const struct drawing *drawing,
			 const struct node_counts *node, int y)
{
	unsigned int i;

	for (i = 0; i < SERVICE_COUNT; i++) {
		char *bytes, *text;

		if (!node->services[i].known)
			continue;
		bytes = amount(drawing, bytes_of(&node->services[i]));
		text = xformat("%s: %s", service_words[i], bytes);
		put_text(html, "lane", NODE_LEFT + GAP, y, text);
		y += LINE_HEIGHT;
		free(text);
		free(bytes);
	}
}

/* A name that may be too long for its box is fitted in. */
static void put_name(struct html *html, const char *name, int y)
{
	html_open(html, "text");
	html_set(html, "class", "name");
	html_set(html, "x", "%d", NODE_LEFT + GAP);
	html_set(html, "y", "%d", y);
	if (strlen(name) > NAME_FITS) {
		html_set(html, "textLength", "%d", NODE_WIDTH - 2 * GAP);
		html_set(html, "lengthAdjust", "spacingAndGlyphs");
	}
	html_text(html, "%s", name);
	html_close(html);
}

static void put_node(struct html *html, const struct drawing *drawing,
		     const struct node_counts *node, int y)
{
	int height = node_height(drawing);

	put_lanes(html, drawing, node, &drawing->outside, y);
	put_lanes(html, drawing, node, &drawing->inside, y);
	put_box(html, "node", NODE_LEFT, y, NODE_WIDTH, height);
	put_name(html, node->node,
		 y + (has_lanes(drawing) ? LINE_HEIGHT : LINE_HEIGHT - 4));
	if (has_lanes(drawing))
		put_services(html, drawing, node, y + NODE_TITLE + LINE_HEIGHT);
}

static int put_interface(struct html *html, const struct interface *interface,
			 int x, int y)
{
	char *text = xformat("%s%s", interface->name,
			     interface->ifindex ? "" : ": absent");

	put_text(html, interface->ifindex ? "device" : "device absent",
		 x, y, text);
	free(text);
	return y + LINE_HEIGHT;
}

/* Return: the place of the next line. */
static int put_interfaces(struct html *html, const struct policy *policy,
			  unsigned int side, int x, int y)
{
	size_t shown = 0, i;
	char *more;

	for (i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].sides & (1U << side) &&
		    ++shown <= INTERFACES_SHOWN)
			y = put_interface(html, &policy->interfaces[i], x, y);
	if (!policy->interface_count) {
		put_text(html, "device", x, y, "any interface");
		y += LINE_HEIGHT;
	}
	if (shown > INTERFACES_SHOWN) {
		more = xformat("and %zu more", shown - INTERFACES_SHOWN);
		put_text(html, "device", x, y, more);
		y += LINE_HEIGHT;
		free(more);
	}
	return y;
}

static void put_zone(struct html *html, const struct drawing *drawing,
		     unsigned int side, int zone, int x, int y)
{
	char *bytes = page_bytes(bytes_of_zone(drawing, side, zone));
	bool on = is_on(drawing, zone);
	char *text = xformat("%s: %s%s", zone_words[zone], bytes,
			     on ? "" : ", off");

	html_open(html, "rect");
	html_set(html, "class", on ? "key %s" : "key off", zone_words[zone]);
	html_set(html, "x", "%d", x);
	html_set(html, "y", "%d", y - 9);
	html_set(html, "width", "10");
	html_set(html, "height", "10");
	html_close(html);
	put_text(html, on ? "lane" : "lane quiet", x + 16, y, text);
	free(text);
	free(bytes);
}

static void put_panel(struct html *html, const struct drawing *drawing,
		      const struct lanes *lanes, const char *title)
{
	const struct policy *policy = &drawing->page->report.view.policy;
	bool left = lanes->side == NF_EDGE_SIDE_EXTERNAL;
	int x = left ? 0 : WIDTH - PANEL_WIDTH, y = TOP + GAP + LINE_HEIGHT / 2;
	int zone;

	put_box(html, "side", x, TOP, PANEL_WIDTH, drawing->height);
	x += GAP;
	put_text(html, "name", x, y, title);
	y = put_interfaces(html, policy, lanes->side, x, y + LINE_HEIGHT);
	y += LINE_HEIGHT / 2;
	for (zone = 0; zone < ZONE_COUNT; zone++) {
		if (!(lanes->zones & (1U << zone)))
			continue;
		put_zone(html, drawing, lanes->side, zone, x, y);
		y += LINE_HEIGHT;
	}
}

static void put_nodes(struct html *html, const struct drawing *drawing)
{
	const struct page *page = drawing->page;
	int step = node_height(drawing) + (has_lanes(drawing) ? GAP : 2);
	int y = TOP + (drawing->height - nodes_height(drawing)) / 2;
	size_t n;

	put_text(html, "name", NODE_LEFT, 14, "Edge side");
	put_interfaces(html, &page->report.view.policy, NF_EDGE_SIDE_EDGE,
		       NODE_LEFT + 90, 14);
	for (n = 0; n < page->report.node_count; n++)
		put_node(html, drawing, &page->report.nodes[n],
			 y + (int)n * step);
}

/* Refused packets, of all sides. */
static void put_refused(struct html *html, const struct drawing *drawing)
{
	const struct drop_counts *drops = drawing->page->report.drops;
	uint64_t packets = 0, would_be = 0;
	unsigned int i;
	char *text;

	for (i = 0; i < REASON_COUNT; i++) {
		packets += drops[i].packets;
		would_be += drops[i].would_be_packets;
	}
	text = xformat("refused: %ju %s dropped, %ju would-be",
		       (uintmax_t)packets,
		       words_plural(packets, "packet", "packets"),
		       (uintmax_t)would_be);
	put_text(html, packets || would_be ? "lane refused" : "lane quiet",
		 NODE_LEFT, TOP + drawing->height + LINE_HEIGHT, text);
	free(text);
}

/* The same for those who do not see the drawing. */
static void put_description(struct html *html, const struct drawing *drawing)
{
	const struct report *report = &drawing->page->report;
	char *outside = page_bytes(bytes_of_zone(drawing, NF_EDGE_SIDE_EXTERNAL, -1));
	char *inside = page_bytes(bytes_of_zone(drawing, NF_EDGE_SIDE_INTERNAL, -1));

	html_open(html, "title");
	html_set(html, "id", "site-title");
	html_text(html, "%zu %s between the external and the internal side",
		  report->node_count,
		  words_plural(report->node_count, "node", "nodes"));
	html_close(html);
	html_open(html, "desc");
	html_set(html, "id", "site-desc");
	html_text(html,
		  "%s passed between nodes and the external side, %s between nodes and the internal side. The tables below have each figure.",
		  outside, inside);
	html_close(html);
	free(inside);
	free(outside);
}

/**
 * page_site - draw the site
 * @html: the page
 * @page: the facts
 */
void page_site(struct html *html, const struct page *page)
{
	struct drawing drawing;

	measure(&drawing, page);
	html_leaf(html, "p", "%s", has_lanes(&drawing) ? OF_ZONES : OF_SIDES);
	html_open(html, "div");
	html_set(html, "class", "wide");
	html_set(html, "role", "region");
	html_set(html, "aria-label", "Drawing of the site");
	html_set(html, "tabindex", "0");
	html_open(html, "svg");
	html_set(html, "viewBox", "0 0 %d %d", WIDTH, TOP + drawing.height + BOTTOM);
	html_set(html, "role", "img");
	html_set(html, "aria-labelledby", "site-title site-desc");
	put_description(html, &drawing);
	put_panel(html, &drawing, &drawing.outside, "External side");
	put_panel(html, &drawing, &drawing.inside, "Internal side");
	put_nodes(html, &drawing);
	put_refused(html, &drawing);
	html_close(html);
	html_close(html);
}
