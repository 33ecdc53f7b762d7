/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every part of edgectl shares: how it ends, its verbs, and memory that
 * is there or ends the program.
 */
#ifndef EDGECTL_H
#define EDGECTL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEFAULT_CONFIG	SYSCONFDIR "/nf_edge/edge.conf"

#define __printf(string, first)			\
	__attribute__				\
	((format(printf, string, first)))
#define __noreturn				\
	__attribute__				\
	((noreturn))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * enum outcome - the exit codes
 * @DONE: the verb did what it was asked
 * @REFUSED: a policy, or a bad configuration, says no
 * @USAGE: the command line makes no sense
 * @SYSTEM: the kernel or the system failed
 */
enum outcome {
	DONE = 0,
	REFUSED = 1,
	USAGE = 2,
	SYSTEM = 3,
};

/* A verb: argv[0] is its name.  What it leaves in nf_edge_out is printed when
 * it returns DONE.
 */
typedef enum outcome (*verb_fn)(int argc, char **argv);

enum outcome nf_edge_cmd_check(int argc, char **argv);
enum outcome nf_edge_cmd_load(int argc, char **argv);
enum outcome nf_edge_cmd_show(int argc, char **argv);
enum outcome nf_edge_cmd_counters(int argc, char **argv);
enum outcome nf_edge_cmd_explain(int argc, char **argv);
enum outcome nf_edge_cmd_switch(int argc, char **argv);
enum outcome nf_edge_cmd_export(int argc, char **argv);
enum outcome nf_edge_cmd_flush(int argc, char **argv);
enum outcome nf_edge_cmd_version(int argc, char **argv);

enum outcome nf_edge_fail(enum outcome code, const char *format, ...)
	__printf(2, 3);
enum outcome nf_edge_usage(const char *verb, const char *format, ...)
	__printf(2, 3);

void nf_edge_out_of_memory(void) __noreturn;
void *nf_edge_alloc(size_t size);
void *nf_edge_grow(void *array, size_t *capacity, size_t count, size_t size);
char *nf_edge_strdup(const char *text);
char *nf_edge_format(const char *format, ...)
	__printf(1, 2);
const char *nf_edge_plural(uintmax_t count, const char *one, const char *many);
char *nf_edge_vformat(const char *format, va_list args)
	__printf(1, 0);

#endif /* EDGECTL_H */
