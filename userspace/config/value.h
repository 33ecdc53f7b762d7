/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors of single values and names of sections, and words of all keys.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>

#include "base/macros.h"
#include "config/config.h"
#include "config/key.h"
#include "policy/names.h"

void value_wrong(struct config *config, const struct value *value,
		 const char *format, ...) __printf(3, 4);
int value_word(struct config *config, const struct value *value,
	       const struct vocabulary *vocabulary);
bool value_truth(struct config *config, const struct value *value);
void section_wrong(struct config *config, const struct section *section,
		   const char *format, ...) __printf(3, 4);

#endif /* CONFIG_VALUE_H */
