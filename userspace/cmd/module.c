// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module as verbs meet it: found or absent, and its refusals in words.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/nf_edge.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/module.h"
#include "print/waiting.h"

/* Sentences that are longer than a line. */
#define NO_RIGHT \
	"%s: it takes root, with CAP_NET_ADMIN in the initial user namespace"
#define OVERTAKEN \
	"the policy changed while this was being loaded; nothing was changed, load again"
#define OTHER_FAMILY \
	"the module speaks version %u of %s, this edgectl version %u: install both from one release"
#define OTHER_RELEASE \
	"the module in the kernel is version %s, this edgectl %s: edgectl upgrade-module, or the next boot"
#define UNKNOWN_TO_MODULE \
	"the module in the kernel, version %s, does not know %s of edgectl %s"

/**
 * module_is_other - ask whether the module is of another release
 * @client: the socket
 *
 * Return: false also of a module that may not be asked for its version.
 */
bool module_is_other(const struct client *client)
{
	return *client->module_version &&
	       strcmp(client->module_version, NF_EDGE_VERSION) != 0;
}

/**
 * module_unknown - say what a module of another release does not know
 * @client: the socket, with the refusal of a request
 *
 * Return: a new string, or NULL when the request was refused for what it asks.
 */
char *module_unknown(const struct client *client)
{
	const struct refusal *refusal = &client->refusal;
	const char *what = NULL;

	if (refusal->error == EOPNOTSUPP && !*refusal->message)
		what = "this operation";
	if (refusal->error == EINVAL &&
	    (!strcmp(refusal->message, "Unknown attribute type") ||
	     !strcmp(refusal->message, "Unsupported attribute")))
		what = "part of this request";
	if (!what || !module_is_other(client))
		return NULL;
	return xformat(UNKNOWN_TO_MODULE, client->module_version, what,
		       NF_EDGE_VERSION);
}

/**
 * module_refusal - say why a request failed
 * @client: the socket, with the refusal of the request
 * @error: the negative errno that the request returned
 * @what: the request, as in "cannot load"
 * @outcome: set to what to exit with
 *
 * Return: a new string, one sentence.
 */
char *module_refusal(const struct client *client, int error, const char *what,
		     enum outcome *outcome)
{
	const struct refusal *refusal = &client->refusal;
	char *unknown = module_unknown(client), *sentence;

	if (unknown) {
		*outcome = REFUSED;
		sentence = xformat("%s: %s", what, unknown);
		free(unknown);
		return sentence;
	}
	*outcome = SYSTEM;
	if (error == -EAGAIN)
		return xstrdup("the policy changes faster than it can be read; try again");
	switch (refusal->error) {
	case EPERM:
		return xformat(NO_RIGHT, what);
	case ESTALE:
		*outcome = REFUSED;
		return xstrdup(OVERTAKEN);
	case EINVAL:
	case E2BIG:
	case EBUSY:
	case ENOENT:
	case EOPNOTSUPP:
		*outcome = REFUSED;
		break;
	default:
		break;
	}
	return xformat("%s: %s", what, *refusal->message ? refusal->message :
		       strerror(refusal->error));
}

/**
 * module_fail - complain why a request failed
 * @client: the socket, with the refusal of the request
 * @error: the negative errno that the request returned
 * @what: the request, as in "cannot load"
 *
 * Return: what to exit with.
 */
enum outcome module_fail(const struct client *client, int error,
			 const char *what)
{
	enum outcome outcome;
	char *sentence = module_refusal(client, error, what, &outcome);

	fail_with(outcome, "%s", sentence);
	free(sentence);
	return outcome;
}

/**
 * module_refuse_second - refuse a change while another one waits
 * @waiting: the change that waits
 *
 * Return: REFUSED.
 */
enum outcome module_refuse_second(const struct waiting *waiting)
{
	char *sentence = waiting_refusal(waiting);

	fail_with(REFUSED, "%s", sentence);
	free(sentence);
	return REFUSED;
}

/**
 * module_fail_change - complain why a change of the policy failed
 * @client: the socket, with the refusal of the change
 * @error: the negative errno that the request returned
 * @what: the request, as in "cannot switch"
 *
 * Name the change that waits, where one keeps this one away.
 *
 * Return: what to exit with.
 */
enum outcome module_fail_change(struct client *client, int error,
				const char *what)
{
	struct refusal refusal = client->refusal;
	struct view view = { 0 };
	bool waits;

	waits = refusal.error == EBUSY && !view_read(client, &view, 0) &&
		view.waiting.waits;
	if (waits)
		module_refuse_second(&view.waiting);
	view_free(&view);
	client->refusal = refusal;
	return waits ? REFUSED : module_fail(client, error, what);
}

/* A new string, or NULL when tool and module speak the same. */
static char *mismatch(const struct client *client)
{
	if (client->family_version == NF_EDGE_FAMILY_VERSION)
		return NULL;
	return xformat(OTHER_FAMILY, client->family_version,
		       NF_EDGE_FAMILY_NAME, NF_EDGE_FAMILY_VERSION);
}

/* Complain by a sentence, which is freed; none is no failure. */
static enum outcome complain(char *sentence)
{
	if (!sentence)
		return DONE;
	fail_with(SYSTEM, "%s", sentence);
	free(sentence);
	return SYSTEM;
}

/**
 * module_matches - say so when module and tool do not speak the same
 * @client: the socket
 *
 * Two releases of one family work together, with one warning.
 *
 * Return: DONE or SYSTEM.
 */
enum outcome module_matches(const struct client *client)
{
	enum outcome outcome = complain(mismatch(client));
	static bool warned;

	if (outcome == DONE && module_is_other(client) && !warned) {
		warned = true;
		fail_warn(OTHER_RELEASE, client->module_version,
			  NF_EDGE_VERSION);
	}
	return outcome;
}

/* Why the module cannot be asked at all, or NULL. */
static const char *absence(const struct client *client, int error)
{
	if (error == -ENOENT && client->family == GENL_ID_CTRL)
		return "nf_edge is not loaded: modprobe nf_edge";
	if (error == -EPERM)
		return "nf_edge takes CAP_NET_ADMIN in the initial user namespace: be root";
	return NULL;
}

static char *open_module(struct client *client, const char **absent)
{
	int error = client_open(client);

	*absent = absence(client, error);
	if (*absent)
		return xstrdup(*absent);
	if (error)
		return xformat("nf_edge does not answer: %s",
			       strerror(-error));
	return mismatch(client);
}

/**
 * module_find - find the module, and do not warn of another release
 * @client: filled in; client_close() it, also after a failure
 * @absent: where the caller can do without: set to a sentence that says why
 *	the module cannot be asked, or to NULL; else NULL
 *
 * Return: DONE, or SYSTEM when it has said what is missing.
 */
enum outcome module_find(struct client *client, const char **absent)
{
	const char *why;
	char *sentence = open_module(client, &why);

	if (absent)
		*absent = why;
	if (why && absent) {
		free(sentence);
		return DONE;
	}
	return complain(sentence);
}

/**
 * module_connect - find the module, and warn of another release
 * @client: as for module_find()
 * @absent: as for module_find()
 *
 * Return: as module_find().
 */
enum outcome module_connect(struct client *client, const char **absent)
{
	enum outcome outcome = module_find(client, absent);

	if (outcome != DONE || (absent && *absent))
		return outcome;
	return module_matches(client);
}

/**
 * module_open - find the module, without a complaint or a warning
 * @client: filled in; client_close() it, also after a failure
 *
 * Return: NULL, or a new string that says what is missing.
 */
char *module_open(struct client *client)
{
	const char *why;

	return open_module(client, &why);
}

/**
 * module_unloaded - say that no policy is in force
 *
 * Return: REFUSED.
 */
enum outcome module_unloaded(void)
{
	return fail_with(REFUSED, "no policy is loaded: edgectl load");
}
