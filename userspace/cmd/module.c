// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module as verbs meet it: found or absent, and its refusals in words.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/nf_edge.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/module.h"

/**
 * module_fail - say why a request failed
 * @client: the socket, with the refusal of the request
 * @error: the negative errno that the request returned
 * @what: the request, as in "cannot load"
 *
 * Return: what to exit with.
 */
enum outcome module_fail(const struct client *client, int error,
			 const char *what)
{
	const struct refusal *refusal = &client->refusal;

	if (error == -EAGAIN)
		return fail_with(SYSTEM,
				 "the policy changes faster than it can be read; try again");
	switch (refusal->error) {
	case EPERM:
		return fail_with(SYSTEM,
				 "%s: it takes root, with CAP_NET_ADMIN in the initial user namespace",
				 what);
	case ESTALE:
		return fail_with(REFUSED,
				 "the policy changed while this was being loaded; nothing was changed, load again");
	case EINVAL:
	case E2BIG:
	case ENOENT:
	case EOPNOTSUPP:
		return fail_with(REFUSED, "%s: %s", what,
				 *refusal->message ? refusal->message :
				 strerror(refusal->error));
	default:
		return fail_with(SYSTEM, "%s: %s", what,
				 *refusal->message ? refusal->message :
				 strerror(refusal->error));
	}
}

/**
 * module_matches - say so when module and tool are of two releases
 * @client: the socket
 *
 * Return: DONE or SYSTEM.
 */
enum outcome module_matches(const struct client *client)
{
	if (client->family_version != NF_EDGE_FAMILY_VERSION)
		return fail_with(SYSTEM,
				 "the module speaks version %u of %s, this edgectl version %u: install both from one release",
				 client->family_version,
				 NF_EDGE_FAMILY_NAME,
				 NF_EDGE_FAMILY_VERSION);
	if (strcmp(client->module_version, NF_EDGE_VERSION) != 0)
		return fail_with(SYSTEM,
				 "the module is version %s, this edgectl %s: install both from one release, and load the module again",
				 client->module_version, NF_EDGE_VERSION);
	return DONE;
}

/**
 * module_connect - find the module that belongs to this tool
 * @client: filled in; client_close() it, also after a failure
 * @absent: where the caller can do without: set to a sentence that says why
 *	the module cannot be asked, or to NULL; else NULL
 *
 * Return: DONE, or SYSTEM when it has said what is missing.
 */
enum outcome module_connect(struct client *client, const char **absent)
{
	int error = client_open(client);
	const char *why = NULL;

	if (error == -ENOENT && client->family == GENL_ID_CTRL)
		why = "nf_edge is not loaded: modprobe nf_edge";
	else if (error == -EPERM)
		why = "nf_edge takes CAP_NET_ADMIN in the initial user namespace: be root";
	if (absent)
		*absent = why;
	if (why)
		return absent ? DONE : fail_with(SYSTEM, "%s", why);
	if (error)
		return fail_with(SYSTEM, "nf_edge does not answer: %s",
				 strerror(-error));
	return module_matches(client);
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
