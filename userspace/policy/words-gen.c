// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	include/specs/nf-edge.yaml */
/* scripts/ynl-words source */

#include "policy/words-gen.h"

const char *const profile_words[PROFILE_COUNT] = {
	[NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC] = "lync2013-scaled-public",
	[NF_EDGE_PROFILE_LYNC2013_SCALED_NAT] = "lync2013-scaled-nat",
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC] = "lync2013-single-public",
	[NF_EDGE_PROFILE_LYNC2013_SINGLE_NAT] = "lync2013-single-nat",
	[NF_EDGE_PROFILE_SFB2015] = "sfb2015",
	[NF_EDGE_PROFILE_SFB2019] = "sfb2019",
};

const char *const mode_words[MODE_COUNT] = {
	[NF_EDGE_MODE_ENFORCE] = "enforce",
	[NF_EDGE_MODE_AUDIT] = "audit",
};

const char *const zone_words[ZONE_COUNT] = {
	[NF_EDGE_ZONE_EXTERNAL] = "external",
	[NF_EDGE_ZONE_INTERNAL] = "internal",
	[NF_EDGE_ZONE_FEDERATION] = "federation",
	[NF_EDGE_ZONE_PIC] = "pic",
	[NF_EDGE_ZONE_XMPP] = "xmpp",
	[NF_EDGE_ZONE_SITE] = "site",
};

const char *const feature_words[FEATURE_COUNT] = {
	[NF_EDGE_FEATURE_XMPP] = "xmpp",
	[NF_EDGE_FEATURE_REMOTE_ACCESS] = "remote-access",
	[NF_EDGE_FEATURE_FEDERATION] = "federation",
	[NF_EDGE_FEATURE_WEB_CONFERENCING] = "web-conferencing",
	[NF_EDGE_FEATURE_FEDERATION_AV] = "federation-av",
	[NF_EDGE_FEATURE_OCS2007] = "ocs2007",
	[NF_EDGE_FEATURE_AV] = "av",
	[NF_EDGE_FEATURE_CLS] = "cls",
	[NF_EDGE_FEATURE_PIC] = "pic",
	[NF_EDGE_FEATURE_LIVE_MESSENGER] = "live-messenger",
};

const char *const service_words[SERVICE_COUNT] = {
	[NF_EDGE_SERVICE_ACCESS] = "access",
	[NF_EDGE_SERVICE_WEBCONF] = "webconf",
	[NF_EDGE_SERVICE_AV] = "av",
	[NF_EDGE_SERVICE_INTERNAL] = "internal",
};

const char *const direction_words[DIRECTION_COUNT] = {
	[NF_EDGE_DIRECTION_IN] = "in",
	[NF_EDGE_DIRECTION_OUT] = "out",
};

const char *const side_words[SIDE_COUNT] = {
	[NF_EDGE_SIDE_EXTERNAL] = "external",
	[NF_EDGE_SIDE_INTERNAL] = "internal",
	[NF_EDGE_SIDE_EDGE] = "edge",
};

const char *const peer_set_words[PEER_SET_COUNT] = {
	[NF_EDGE_PEER_SET_INTERNAL_NETWORKS] = "internal-networks",
	[NF_EDGE_PEER_SET_XMPP_PARTNERS] = "xmpp-partners",
	[NF_EDGE_PEER_SET_CRL] = "crl",
	[NF_EDGE_PEER_SET_DNS] = "dns",
	[NF_EDGE_PEER_SET_FEDERATION_PARTNERS] = "federation-partners",
	[NF_EDGE_PEER_SET_XMPP_GATEWAY] = "xmpp-gateway",
	[NF_EDGE_PEER_SET_DIRECTOR] = "director",
	[NF_EDGE_PEER_SET_FRONTEND] = "frontend",
	[NF_EDGE_PEER_SET_SBA] = "sba",
	[NF_EDGE_PEER_SET_CMS] = "cms",
	[NF_EDGE_PEER_SET_CLS_CONTROLLER] = "cls-controller",
	[NF_EDGE_PEER_SET_PIC_PARTNERS] = "pic-partners",
	[NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS] = "live-messenger-clients",
};

const char *const reason_words[REASON_COUNT] = {
	[NF_EDGE_REASON_SPOOFED] = "spoofed",
	[NF_EDGE_REASON_ISOLATION] = "isolation",
	[NF_EDGE_REASON_UNTRACKED] = "untracked",
	[NF_EDGE_REASON_NO_ROW] = "no-row",
	[NF_EDGE_REASON_INVALID] = "invalid",
	[NF_EDGE_REASON_CLS_GUARD] = "cls-guard",
	[NF_EDGE_REASON_INTERFACE] = "interface",
	[NF_EDGE_REASON_PEER] = "peer",
	[NF_EDGE_REASON_DISABLED] = "disabled",
	[NF_EDGE_REASON_SEVERAL] = "several",
};

const char *const reason_sentences[REASON_COUNT] = {
	[NF_EDGE_REASON_SPOOFED] = "The source cannot be where the packet came from.",
	[NF_EDGE_REASON_ISOLATION] = "The packet comes from outside, for an internal address.",
	[NF_EDGE_REASON_UNTRACKED] = "A rule marked the packet untracked (NOTRACK).",
	[NF_EDGE_REASON_NO_ROW] = "No row has the service, direction, protocol and port of the packet.",
	[NF_EDGE_REASON_INVALID] = "The packet is of no connection, or cannot be parsed.",
	[NF_EDGE_REASON_CLS_GUARD] = "The Centralized Logging ports 50001-50003 are closed to the outside.",
	[NF_EDGE_REASON_INTERFACE] = "A live row fits, but not where the packet arrives.",
	[NF_EDGE_REASON_PEER] = "A live row fits, but not for this peer.",
	[NF_EDGE_REASON_DISABLED] = "A row fits, but its zone, its feature or the row itself is off.",
	[NF_EDGE_REASON_SEVERAL] = "Rows have the service, direction, protocol and port, but each fails more than one test.",
};

const char *const verdict_words[VERDICT_COUNT] = {
	[NF_EDGE_VERDICT_ACCEPT] = "accept",
	[NF_EDGE_VERDICT_DROP] = "drop",
	[NF_EDGE_VERDICT_NOT_GOVERNED] = "not-governed",
};
