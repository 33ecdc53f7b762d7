/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check --boot: would the next boot be protected?
 */
#ifndef CMD_READY_H
#define CMD_READY_H

#include <stdbool.h>

#include "base/outcome.h"
#include "print/ready.h"
#include "system/module_file.h"

char *ready_module_fault(const struct module_file *file, const char *release);
void ready_read_modules(struct ready *ready);
enum outcome ready_check(bool json);

#endif /* CMD_READY_H */
