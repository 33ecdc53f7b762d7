// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernels that this host may boot: those with an image, and with modules.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "system/kernels.h"

#define MODULES		"/lib/modules"

/* Debian has the image of each architecture under one of these. */
static bool has_image(const char *release)
{
	char *image = xformat("/boot/vmlinuz-%s", release);
	char *other = xformat("/boot/vmlinux-%s", release);
	bool found = !access(image, F_OK) || !access(other, F_OK);

	free(other);
	free(image);
	return found;
}

static int is_kernel(const struct dirent *entry)
{
	return *entry->d_name != '.' && has_image(entry->d_name);
}

/**
 * kernels_list - list the kernels that this host may boot
 *
 * Return: a new array of strings that ends with NULL, the oldest first;
 * kernels_free() it.
 */
char **kernels_list(void)
{
	struct dirent **entries = NULL;
	int count = scandir(MODULES, &entries, is_kernel, versionsort), i;
	char **kernels;

	if (count < 0)
		count = 0;
	kernels = xalloc(((size_t)count + 1) * sizeof(*kernels));
	for (i = 0; i < count; i++) {
		kernels[i] = xstrdup(entries[i]->d_name);
		free(entries[i]);
	}
	kernels[count] = NULL;
	free(entries);
	return kernels;
}

/**
 * kernels_free - forget the kernels
 * @kernels: the kernels
 */
void kernels_free(char **kernels)
{
	size_t i;

	for (i = 0; kernels[i]; i++)
		free(kernels[i]);
	free(kernels);
}
