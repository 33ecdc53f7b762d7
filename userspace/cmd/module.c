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
 * nf_edge_module_fail - say why a request failed
 * @client: the socket, with the refusal of the request
 * @error: the negative errno that the request returned
 * @what: the request, as in "cannot load"
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_module_fail(const struct client *client, int error,
				 const char *what)
{
	const struct refusal *refusal = &client->refusal;

	if (error == -EAGAIN)
		return nf_edge_fail(SYSTEM, "the policy changes faster than it can be read; try again");
	switch (refusal->error) {
	case EPERM:
		return nf_edge_fail(SYSTEM,
				    "%s: it takes root, with CAP_NET_ADMIN in the initial user namespace",
				    what);
	case ESTALE:
		return nf_edge_fail(REFUSED,
				    "the policy changed while this was being loaded; nothing was changed, load again");
	case EINVAL:
	case E2BIG:
	case ENOENT:
	case EOPNOTSUPP:
		return nf_edge_fail(REFUSED, "%s: %s", what,
				    *refusal->message ? refusal->message :
				    strerror(refusal->error));
	default:
		return nf_edge_fail(SYSTEM, "%s: %s", what,
				    *refusal->message ? refusal->message :
				    strerror(refusal->error));
	}
}

/**
 * nf_edge_module_matches - say so when module and tool are of two releases
 * @client: the socket
 *
 * Return: DONE or SYSTEM.
 */
enum outcome nf_edge_module_matches(const struct client *client)
{
	if (client->family_version != NF_EDGE_FAMILY_VERSION)
		return nf_edge_fail(SYSTEM,
				    "the module speaks version %u of %s, this edgectl version %u: install both from one release",
				    client->family_version,
				    NF_EDGE_FAMILY_NAME,
				    NF_EDGE_FAMILY_VERSION);
	if (strcmp(client->module_version, NF_EDGE_VERSION) != 0)
		return nf_edge_fail(SYSTEM,
				    "the module is version %s, this edgectl %s: install both from one release, and load the module again",
				    client->module_version, NF_EDGE_VERSION);
	return DONE;
}

/**
 * nf_edge_module_connect - find the module that belongs to this tool
 * @client: filled in; nf_edge_client_close() it, also after a failure
 * @absent: where the caller can do without: set to a sentence that says why
 *	the module cannot be asked, or to NULL; else NULL
 *
 * Return: DONE, or SYSTEM when it has said what is missing.
 */
enum outcome nf_edge_module_connect(struct client *client, const char **absent)
{
	int error = nf_edge_client_open(client);
	const char *why = NULL;

	if (error == -ENOENT && client->family == GENL_ID_CTRL)
		why = "nf_edge is not loaded: modprobe nf_edge";
	else if (error == -EPERM)
		why = "nf_edge takes CAP_NET_ADMIN in the initial user namespace: be root";
	if (absent)
		*absent = why;
	if (why)
		return absent ? DONE : nf_edge_fail(SYSTEM, "%s", why);
	if (error)
		return nf_edge_fail(SYSTEM, "nf_edge does not answer: %s",
				    strerror(-error));
	return nf_edge_module_matches(client);
}

/**
 * nf_edge_module_unloaded - say that no policy is in force
 *
 * Return: REFUSED.
 */
enum outcome nf_edge_module_unloaded(void)
{
	return nf_edge_fail(REFUSED, "no policy is loaded: edgectl load");
}
