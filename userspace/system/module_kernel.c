// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules in the running kernel, by libkmod.
 */
#include <errno.h>
#include <libkmod.h>
#include <time.h>

#include "system/module_file.h"
#include "system/module_kernel.h"

/* Ten seconds: the kernel ends what a policy held behind the packets that are
 * under way.
 */
#define REMOVE_TRIES	200
#define REMOVE_PAUSE	(50 * 1000 * 1000)

/**
 * module_is_in_kernel - ask whether the running kernel has a module
 * @name: name of the module
 *
 * Return: true when it is loaded, or built in.
 */
bool module_is_in_kernel(const char *name)
{
	struct kmod_ctx *modules = module_files_open(NULL);
	struct kmod_module *module = NULL;
	bool found = false;
	int state;

	if (kmod_module_new_from_name(modules, name, &module) >= 0) {
		state = kmod_module_get_initstate(module);
		found = state == KMOD_MODULE_LIVE ||
			state == KMOD_MODULE_BUILTIN;
		kmod_module_unref(module);
	}
	kmod_unref(modules);
	return found;
}

/**
 * module_references - count who holds a module
 * @name: name of the module
 *
 * Return: the number, or a negative errno.
 */
int module_references(const char *name)
{
	struct kmod_ctx *modules = module_files_open(NULL);
	struct kmod_module *module = NULL;
	int count = kmod_module_new_from_name(modules, name, &module);

	if (count >= 0)
		count = kmod_module_get_refcnt(module);
	kmod_module_unref(module);
	kmod_unref(modules);
	return count;
}

/**
 * module_remove - take a module out of the kernel
 * @name: name of the module
 *
 * Waits up to ten seconds until nothing holds it.
 *
 * Return: 0, or a negative errno.
 */
int module_remove(const char *name)
{
	const struct timespec pause = { .tv_nsec = REMOVE_PAUSE };
	struct kmod_ctx *modules = module_files_open(NULL);
	struct kmod_module *module = NULL;
	int tries = REMOVE_TRIES;
	int error = kmod_module_new_from_name(modules, name, &module);

	if (error < 0)
		goto out;
	for (;;) {
		error = kmod_module_remove_module(module, 0);
		if ((error != -EAGAIN && error != -EBUSY) || !--tries)
			break;
		nanosleep(&pause, NULL);
	}
out:
	kmod_module_unref(module);
	kmod_unref(modules);
	return error < 0 ? error : 0;
}

/**
 * module_insert - put a module into the kernel, as modprobe does
 * @path: its file
 *
 * Return: 0, or a negative errno.
 */
int module_insert(const char *path)
{
	const unsigned int flags = KMOD_PROBE_FAIL_ON_LOADED;
	struct kmod_ctx *modules = module_files_open(NULL);
	struct kmod_module *module = NULL;
	int error = kmod_module_new_from_path(modules, path, &module);

	if (error >= 0)
		error = kmod_module_probe_insert_module(module, flags, NULL,
							NULL, NULL, NULL);
	kmod_module_unref(module);
	kmod_unref(modules);
	return error < 0 ? error : 0;
}
