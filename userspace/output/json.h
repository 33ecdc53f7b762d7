/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON.
 */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "policy/names.h"
#include "policy/rows.h"

/* The first key of each JSON object, for json_pack(). */
#define SCHEMA		"schema_version", 1

char *out_json_name(const char *name);
json_t *out_json_text(const char *text);
json_t *out_json_word(const struct vocabulary *vocabulary, uint32_t value);
json_t *out_json_words(const struct vocabulary *vocabulary, uint32_t mask);
json_t *out_json_ids(const struct row_ids *ids);
json_t *out_json_rows(const struct row_table *table, uint64_t rows);
char *out_json_line(json_t *object, size_t flags);
void out_json_print(json_t *object, size_t flags);

#endif /* OUTPUT_JSON_H */
