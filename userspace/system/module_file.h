/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules as files, by kernel, and what the running kernel wants of them.
 */
#ifndef SYSTEM_MODULE_FILE_H
#define SYSTEM_MODULE_FILE_H

#include <stdbool.h>

/**
 * struct module_file - nf_edge.ko of a kernel
 * @path: its file, or NULL when the kernel has none
 * @version: its version, or NULL
 * @signer: who signed it, or NULL
 */
struct module_file {
	char *path;
	char *version;
	char *signer;
};

void module_file_read(struct module_file *file, const char *release);
void module_file_free(struct module_file *file);
bool module_is_in_kernel(const char *name);
bool module_needs_signature(void);
bool module_key_is_known(const char *signer);

#endif /* SYSTEM_MODULE_FILE_H */
