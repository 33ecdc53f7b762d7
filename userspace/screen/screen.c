// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen: keys, signals and readings, until somebody ends it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "screen/draw.h"
#include "screen/screen.h"

#define MILLISECONDS	1000U
#define NANOSECONDS	1000000U

/* The first rates come soon, whatever the delay. */
#define FIRST_MS	1000U

enum { KEYS, SIGNALS, TIMER, FDS };

/**
 * struct screen - a screen that runs
 * @source: where readings come from
 * @live: the rates
 * @state: what is shown
 * @shown: the lines of the view
 * @fault: why the last reading failed, or NULL
 * @host: name of this host
 * @delay: time between two readings, in milliseconds
 * @signal: the signal that ends the screen, or 0
 * @fds: keys, signals and timer
 */
struct screen {
	const struct source *source;
	struct live live;
	struct state state;
	struct shown shown;
	char *fault;
	char *host;
	uint32_t delay;
	int signal;
	struct pollfd fds[FDS];
};

static char *host_name(void)
{
	struct utsname name;

	return foreign_shown(uname(&name) ? "localhost" : name.nodename);
}

/* A reading comes a whole delay after the one before, however late that was. */
static void set_timer(const struct screen *screen)
{
	uint32_t wait = screen->delay;
	struct itimerspec when = { 0 };

	if (screen->live.now && !screen->live.before && wait > FIRST_MS)
		wait = FIRST_MS;
	when.it_value.tv_sec = wait / MILLISECONDS;
	when.it_value.tv_nsec = (long)(wait % MILLISECONDS) * NANOSECONDS;
	timerfd_settime(screen->fds[TIMER].fd, 0, &when, NULL);
}

static void take_reading(struct screen *screen)
{
	struct reading *reading = NULL;

	free(screen->fault);
	screen->fault = screen->source->take(screen->source->arg, &reading);
	/* Counters of a module that is gone are no beginning. */
	if (screen->fault)
		live_forget(&screen->live);
	else
		live_add(&screen->live, reading);
}

static void show(struct screen *screen)
{
	struct state *state = &screen->state;
	const struct scene scene = {
		.live = &screen->live,
		.host = screen->host,
		.fault = screen->fault,
		.delay = (double)screen->delay / MILLISECONDS,
	};

	free(screen->shown.line);
	screen->shown.line = rate_lines_order(&screen->live.lines[state->by],
					      &state->order[state->by],
					      state->filter,
					      &screen->shown.count);
	draw(&scene, state, &screen->shown);
}

static void take_keys(struct screen *screen)
{
	bool paused = screen->state.paused;
	int key;

	while ((key = terminal_key()) != PRESS_NONE && !screen->state.done) {
		state_key(&screen->state, &screen->shown, key);
		show(screen);
	}
	if (paused && !screen->state.paused)
		set_timer(screen);
}

static void take_signal(struct screen *screen)
{
	struct signalfd_siginfo info;

	if (read(screen->fds[SIGNALS].fd, &info, sizeof(info)) == sizeof(info) &&
	    info.ssi_signo != SIGWINCH)
		screen->signal = (int)info.ssi_signo;
}

static void take_time(struct screen *screen)
{
	uint64_t times;

	if (read(screen->fds[TIMER].fd, &times, sizeof(times)) < 0 ||
	    screen->state.paused)
		return;
	take_reading(screen);
	set_timer(screen);
}

static void run(struct screen *screen)
{
	struct pollfd *fds = screen->fds;

	take_reading(screen);
	set_timer(screen);
	while (!screen->state.done && !screen->signal) {
		show(screen);
		if (poll(fds, FDS, -1) < 0)
			continue;
		if (fds[SIGNALS].revents)
			take_signal(screen);
		if (fds[KEYS].revents & (POLLHUP | POLLERR))
			screen->signal = SIGHUP;
		else if (fds[KEYS].revents)
			take_keys(screen);
		if (fds[TIMER].revents)
			take_time(screen);
	}
}

/* Signals come by a descriptor, so that none ends the program before the
 * terminal is as it was.  SIGTSTP is left to ncurses.
 */
static void block(sigset_t *signals, sigset_t *before)
{
	sigemptyset(signals);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGQUIT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGWINCH);
	sigprocmask(SIG_BLOCK, signals, before);
}

/* The handlers of ncurses would exit with 1.  The signal waits until it is not
 * blocked any more.
 */
static void end_by(int number)
{
	struct sigaction present;

	if (!sigaction(number, NULL, &present) &&
	    present.sa_handler != SIG_IGN)
		signal(number, SIG_DFL);
	raise(number);
}

static enum outcome run_on_terminal(struct screen *screen)
{
	char *why = terminal_open();

	if (why) {
		fail_with(SYSTEM, "%s", why);
		free(why);
		return SYSTEM;
	}
	run(screen);
	terminal_close();
	return DONE;
}

/**
 * screen_run - show rates on the whole terminal until somebody ends it
 * @source: where readings come from
 * @by: the lines to begin with
 * @delay: time between two readings, in milliseconds
 *
 * A signal ends the program, after the terminal is as it was.
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome screen_run(const struct source *source, enum rates_by by,
			uint32_t delay)
{
	struct screen screen = { .source = source, .delay = delay };
	sigset_t signals, before;
	enum outcome outcome;

	block(&signals, &before);
	screen.fds[KEYS] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
	screen.fds[SIGNALS] = (struct pollfd){
		signalfd(-1, &signals, SFD_CLOEXEC), POLLIN, 0
	};
	screen.fds[TIMER] = (struct pollfd){
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), POLLIN, 0
	};
	if (screen.fds[SIGNALS].fd < 0 || screen.fds[TIMER].fd < 0)
		return fail_with(SYSTEM, "cannot wait for signals and time: %s",
				 strerror(errno));
	screen.host = host_name();
	state_begin(&screen.state, by);
	outcome = run_on_terminal(&screen);
	live_forget(&screen.live);
	free(screen.shown.line);
	free(screen.fault);
	free(screen.host);
	close(screen.fds[SIGNALS].fd);
	close(screen.fds[TIMER].fd);
	if (screen.signal)
		end_by(screen.signal);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return outcome;
}
