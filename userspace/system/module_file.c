// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules as files, by kernel, by libkmod; and what the running kernel wants of
 * them.
 */
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/module_file.h"

#define MODULE		"nf_edge"

/* Where the firmware says whether Secure Boot is on: four octets of attributes,
 * then 1 or 0.
 */
#define SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static char *copy_value(const char *value)
{
	return value && *value ? xstrdup(value) : NULL;
}

static void take_info(struct module_file *file, const char *key,
		      const char *value)
{
	if (!strcmp(key, "version") && !file->version)
		file->version = copy_value(value);
	else if (!strcmp(key, "vermagic") && !file->kernel)
		file->kernel = xformat("%.*s", (int)strcspn(value, " "), value);
	else if (!strcmp(key, "signer") && !file->signer)
		file->signer = copy_value(value);
}

static void read_info(struct module_file *file, struct kmod_module *module)
{
	struct kmod_list *list = NULL, *item;

	if (kmod_module_get_info(module, &list) < 0)
		return;
	for (item = list; item; item = kmod_list_next(list, item))
		take_info(file, kmod_module_info_get_key(item),
			  kmod_module_info_get_value(item));
	kmod_module_info_free_list(list);
}

/**
 * module_files_open - open the modules of a kernel
 * @folder: its folder, or NULL for the running kernel's
 *
 * Silences libkmod: the caller says what is missing.
 *
 * Return: a context of libkmod, for kmod_unref().
 */
struct kmod_ctx *module_files_open(const char *folder)
{
	struct kmod_ctx *modules = kmod_new(folder, NULL);

	if (!modules)
		out_of_memory();
	kmod_set_log_fn(modules, NULL, NULL);
	return modules;
}

/**
 * module_file_read - find nf_edge.ko of a kernel
 * @file: filled in; module_file_free() it
 * @release: the kernel, as uname -r names it
 */
void module_file_read(struct module_file *file, const char *release)
{
	char *folder = xformat("/lib/modules/%s", release);
	struct kmod_ctx *modules = module_files_open(folder);
	struct kmod_list *found = NULL;
	struct kmod_module *module;

	*file = (struct module_file){ 0 };
	if (kmod_module_new_from_lookup(modules, MODULE, &found) >= 0 &&
	    found) {
		module = kmod_module_get_module(found);
		file->path = copy_value(kmod_module_get_path(module));
		if (file->path)
			read_info(file, module);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
	kmod_unref(modules);
	free(folder);
}

/**
 * module_file_open - read a file that should be nf_edge.ko
 * @file: filled in; module_file_free() it
 * @path: its name
 *
 * Return: false when it cannot be read, or is another module.
 */
bool module_file_open(struct module_file *file, const char *path)
{
	struct kmod_ctx *modules = module_files_open(NULL);
	struct kmod_module *module = NULL;

	*file = (struct module_file){ 0 };
	if (kmod_module_new_from_path(modules, path, &module) >= 0 &&
	    !strcmp(kmod_module_get_name(module), MODULE)) {
		read_info(file, module);
		if (file->version)
			file->path = xstrdup(path);
	}
	kmod_module_unref(module);
	kmod_unref(modules);
	return file->path;
}

/**
 * module_file_free - forget nf_edge.ko of a kernel
 * @file: the file
 */
void module_file_free(struct module_file *file)
{
	free(file->path);
	free(file->version);
	free(file->kernel);
	free(file->signer);
	*file = (struct module_file){ 0 };
}

/* The first octets of a file behind some that are skipped. */
static bool read_octets(const char *path, long skipped, char *text,
			size_t size)
{
	FILE *file = fopen(path, "re");
	size_t length = 0;

	if (!file)
		return false;
	/* The firmware gives a variable in one piece. */
	length = fread(text, 1, size - 1, file);
	fclose(file);
	if (length <= (size_t)skipped)
		return false;
	memmove(text, text + skipped, length - (size_t)skipped);
	text[length - (size_t)skipped] = '\0';
	return true;
}

/**
 * module_needs_signature - ask whether kernels here take signed modules only
 *
 * Return: true under Secure Boot, in lockdown, and with module.sig_enforce.
 */
bool module_needs_signature(void)
{
	char text[128];

	if (read_octets("/sys/module/module/parameters/sig_enforce", 0, text,
			sizeof(text)) && *text == 'Y')
		return true;
	if (read_octets("/sys/kernel/security/lockdown", 0, text,
			sizeof(text)) && !strstr(text, "[none]"))
		return true;
	return read_octets(SECURE_BOOT, 4, text, sizeof(text)) && *text == 1;
}

/**
 * module_key_is_known - ask whether the kernel has the key of a signer
 * @signer: the signer
 *
 * Return: true also when this process may not see the kernel's keys.
 */
bool module_key_is_known(const char *signer)
{
	FILE *file = fopen("/proc/keys", "re");
	bool any = false, found = false;
	char line[512], *name;

	while (file && !found && fgets(line, sizeof(line), file)) {
		name = strstr(line, " asymmetri ");
		if (!name)
			continue;
		any = true;
		name += strlen(" asymmetri ");
		found = !strncmp(name, signer, strlen(signer)) &&
			name[strlen(signer)] == ':';
	}
	if (file)
		fclose(file);
	return found || !any;
}
