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
 * @kernel: the kernel that it is built for, as uname -r names it, or NULL
 * @signer: who signed it, or NULL
 */
struct module_file {
	char *path;
	char *version;
	char *kernel;
	char *signer;
};

struct kmod_ctx;

struct kmod_ctx *module_files_open(const char *folder);
void module_file_read(struct module_file *file, const char *release);
bool module_file_open(struct module_file *file, const char *path);
void module_file_free(struct module_file *file);
bool module_needs_signature(void);
bool module_key_is_known(const char *signer);

#endif /* SYSTEM_MODULE_FILE_H */
