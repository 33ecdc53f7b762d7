/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pages of the screen.
 */
#ifndef SCREEN_DRAW_H
#define SCREEN_DRAW_H

#include "rates/live.h"
#include "screen/canvas.h"
#include "screen/state.h"

/**
 * struct scene - the facts that a screen shows
 * @live: the rates
 * @host: name of this host
 * @fault: why the last reading failed, or NULL
 * @delay: time between two readings, in seconds
 */
struct scene {
	const struct live *live;
	const char *host;
	const char *fault;
	double delay;
};

void draw(const struct scene *scene, struct state *state, struct shown *shown);
void draw_lines(struct canvas *canvas, const struct scene *scene,
		struct state *state, struct shown *shown);
void draw_details(struct canvas *canvas, const struct scene *scene,
		  const char *row);
void draw_help(struct canvas *canvas);

#endif /* SCREEN_DRAW_H */
