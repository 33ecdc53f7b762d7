// SPDX-License-Identifier: GPL-2.0-only
/*
 * A listener of the module's events, until a time or a signal ends it.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/fail.h"
#include "cmd/listen.h"
#include "cmd/module.h"
#include "output/stdout.h"

/* Nothing: the signal ends client_await(). */
static void interrupt(int number)
{
	(void)number;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Have SIGINT and SIGTERM come in client_await() only. */
static void catch_signals(sigset_t *before)
{
	const struct sigaction action = { .sa_handler = interrupt };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, before);
	sigdelset(before, SIGINT);
	sigdelset(before, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/**
 * listen_open - connect both sockets
 * @listen: zero; listen_close() it, also after a failure
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome listen_open(struct listen *listen)
{
	enum outcome outcome = module_connect(&listen->module, NULL);

	return outcome == DONE ? module_connect(&listen->events, NULL) :
				 outcome;
}

/**
 * listen_begin - have the module send events
 * @listen: the listener, with the functions that take events
 * @filter: the events to send
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome listen_begin(struct listen *listen,
			  const struct event_filter *filter)
{
	int error;

	catch_signals(&listen->signals);
	listen->began = milliseconds();
	error = events_listen(&listen->events, filter, &listen->listener);
	return error ? module_fail(&listen->events, error, "cannot listen") :
		       DONE;
}

/* Take what happened before the end, and was not sent yet. */
static enum outcome take_rest(struct listen *listen)
{
	int error = listen->listener.ended ? 0 : events_rest(&listen->events);

	if (error)
		return fail_with(SYSTEM, "cannot receive events: %s",
				 strerror(-error));
	return out_flush(DONE);
}

/**
 * listen_follow - take events until the time is over, or a signal comes
 * @listen: the listener, which began
 * @seconds: the time, 0 for no end
 * @is_complete: ends it, too; gets the argument of the listener. May be NULL
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome listen_follow(struct listen *listen, uint32_t seconds,
			   bool (*is_complete)(void *arg))
{
	int64_t end = listen->began + (int64_t)seconds * 1000, left = -1;
	enum outcome outcome = DONE;
	int error;

	while (outcome == DONE &&
	       !(is_complete && is_complete(listen->listener.arg))) {
		if (seconds) {
			left = end - milliseconds();
			if (left <= 0)
				return take_rest(listen);
		}
		error = client_await(&listen->events, (int)left,
				     &listen->signals);
		outcome = out_flush(DONE);
		if (error == -EINTR)
			return outcome == DONE ?
			       take_rest(listen) : outcome;
		if (error)
			return fail_with(SYSTEM, "cannot receive events: %s",
					 strerror(-error));
		if (listen->listener.ended)
			return fail_with(SYSTEM,
					 "the module was unloaded: it sends no more events");
	}
	return outcome;
}

/**
 * listen_view - the policy of an event
 * @listen: the listener
 * @generation: generation of the policy that judged
 *
 * Return: its rows and the counts of its sets; the policy has another generation
 * when it cannot be read any more.
 */
const struct view *listen_view(struct listen *listen, uint32_t generation)
{
	if (listen->asked != generation) {
		listen->asked = generation;
		view_free(&listen->view);
		if (view_read(&listen->module, &listen->view,
			      VIEW_ROWS | VIEW_COUNTS))
			listen->view.generation = 0;
	}
	return &listen->view;
}

/**
 * listen_seconds - how long a listener has listened
 * @listen: the listener
 *
 * Return: whole seconds.
 */
uint64_t listen_seconds(const struct listen *listen)
{
	return (uint64_t)(milliseconds() - listen->began) / 1000;
}

/**
 * listen_close - end a listener
 * @listen: the listener
 */
void listen_close(struct listen *listen)
{
	view_free(&listen->view);
	client_close(&listen->events);
	client_close(&listen->module);
}
