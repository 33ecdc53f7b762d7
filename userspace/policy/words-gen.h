/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	include/specs/nf-edge.yaml */
/* scripts/ynl-words header */

#ifndef POLICY_WORDS_GEN_H
#define POLICY_WORDS_GEN_H

#include <linux/nf_edge.h>

#define PROFILE_COUNT	(NF_EDGE_PROFILE_SFB2019 + 1)
extern const char *const profile_words[PROFILE_COUNT];

#define MODE_COUNT	(NF_EDGE_MODE_AUDIT + 1)
extern const char *const mode_words[MODE_COUNT];

#define ZONE_COUNT	(NF_EDGE_ZONE_SITE + 1)
extern const char *const zone_words[ZONE_COUNT];

#define FEATURE_COUNT	(NF_EDGE_FEATURE_LIVE_MESSENGER + 1)
extern const char *const feature_words[FEATURE_COUNT];

#define SERVICE_COUNT	(NF_EDGE_SERVICE_INTERNAL + 1)
extern const char *const service_words[SERVICE_COUNT];

#define DIRECTION_COUNT	(NF_EDGE_DIRECTION_OUT + 1)
extern const char *const direction_words[DIRECTION_COUNT];

#define SIDE_COUNT	(NF_EDGE_SIDE_EDGE + 1)
extern const char *const side_words[SIDE_COUNT];

#define PEER_SET_COUNT	(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS + 1)
extern const char *const peer_set_words[PEER_SET_COUNT];

#define REASON_COUNT	(NF_EDGE_REASON_SEVERAL + 1)
extern const char *const reason_words[REASON_COUNT];
extern const char *const reason_sentences[REASON_COUNT];

#define VERDICT_COUNT	(NF_EDGE_VERDICT_NOT_GOVERNED + 1)
extern const char *const verdict_words[VERDICT_COUNT];

#endif /* POLICY_WORDS_GEN_H */
