/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paragraphs of text for people.
 */
#ifndef OUTPUT_PARAGRAPH_H
#define OUTPUT_PARAGRAPH_H

void paragraph_print(const char *begin, const char *text);

#endif /* OUTPUT_PARAGRAPH_H */
