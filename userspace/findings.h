/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be said about a configuration: errors, or warnings.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "edgectl.h"

struct finding {
	char *file;
	unsigned int line;
	char *word;
	char *message;
};

struct findings {
	struct finding *items;
	size_t count;
	size_t capacity;
};

void nf_edge_find(struct findings *findings, const char *file,
		  unsigned int line, const char *word, const char *format, ...)
	__printf(5, 6);
void nf_edge_findings_sort(struct findings *findings, const char *first_file);
void nf_edge_findings_print(const struct findings *findings, FILE *stream);
json_t *nf_edge_findings_json(const struct findings *findings);
void nf_edge_findings_free(struct findings *findings);

#endif /* FINDINGS_H */
