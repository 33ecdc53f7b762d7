/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules in the running kernel: there, taken out, put in.
 */
#ifndef SYSTEM_MODULE_KERNEL_H
#define SYSTEM_MODULE_KERNEL_H

#include <stdbool.h>

bool module_is_in_kernel(const char *name);
int module_references(const char *name);
int module_remove(const char *name);
int module_insert(const char *path);

#endif /* SYSTEM_MODULE_KERNEL_H */
