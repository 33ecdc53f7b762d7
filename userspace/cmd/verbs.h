/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs, a file of this folder each.
 */
#ifndef CMD_VERBS_H
#define CMD_VERBS_H

#include "base/outcome.h"

/* A verb: argv[0] is its name.  Its output in out is printed
 * when it returns DONE.
 */
typedef enum outcome (*verb_fn)(int argc, char **argv);

enum outcome cmd_init(int argc, char **argv);
enum outcome cmd_check(int argc, char **argv);
enum outcome cmd_diff(int argc, char **argv);
enum outcome cmd_load(int argc, char **argv);
enum outcome cmd_test(int argc, char **argv);
enum outcome cmd_show(int argc, char **argv);
enum outcome cmd_counters(int argc, char **argv);
enum outcome cmd_explain(int argc, char **argv);
enum outcome cmd_switch(int argc, char **argv);
enum outcome cmd_metrics(int argc, char **argv);
enum outcome cmd_top(int argc, char **argv);
enum outcome cmd_monitor(int argc, char **argv);
enum outcome cmd_report(int argc, char **argv);
enum outcome cmd_mode(int argc, char **argv);
enum outcome cmd_export(int argc, char **argv);
enum outcome cmd_confirm(int argc, char **argv);
enum outcome cmd_rollback(int argc, char **argv);
enum outcome cmd_flush(int argc, char **argv);
enum outcome cmd_history(int argc, char **argv);
enum outcome cmd_advise(int argc, char **argv);
enum outcome cmd_learn(int argc, char **argv);
enum outcome cmd_upgrade_module(int argc, char **argv);
enum outcome cmd_version(int argc, char **argv);
enum outcome cmd_why(int argc, char **argv);

#endif /* CMD_VERBS_H */
