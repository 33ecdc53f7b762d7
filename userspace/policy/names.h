/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of the enumerations of a policy.
 */
#ifndef POLICY_NAMES_H
#define POLICY_NAMES_H

#include <stdint.h>

#include "policy/words-gen.h"

/**
 * struct vocabulary - an enumeration
 * @kind: a name for one word, as in "zone"
 * @words: by value
 * @count: how many
 */
struct vocabulary {
	const char *kind;
	const char *const *words;
	unsigned int count;
};

extern const struct vocabulary names_profiles;
extern const struct vocabulary names_modes;
extern const struct vocabulary names_zones;
extern const struct vocabulary names_features;
extern const struct vocabulary names_services;
extern const struct vocabulary names_directions;
extern const struct vocabulary names_sides;
extern const struct vocabulary names_peer_sets;
extern const struct vocabulary names_reasons;
extern const struct vocabulary names_verdicts;

const char *names_word(const struct vocabulary *vocabulary, uint32_t value);
const char *names_optional(const struct vocabulary *vocabulary, int value);
int names_find(const struct vocabulary *vocabulary, const char *word);
char *names_list(const struct vocabulary *vocabulary, uint32_t mask,
		 const char *separator);
char *names_advice(const struct vocabulary *vocabulary, const char *word);
char *names_advice_among(const struct vocabulary *vocabulary, uint32_t mask,
			 const char *word);
const char *names_protocol(uint8_t protocol);

#endif /* POLICY_NAMES_H */
