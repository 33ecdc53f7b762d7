/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are written whole, or not at all.
 */
#ifndef OUTPUT_FILE_H
#define OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/outcome.h"

/* Permissions that the umask leaves of a new file. */
#define FILE_USUAL_MODE	((mode_t)-1)

enum outcome file_write(const char *file, const char *text, size_t size,
			mode_t mode, bool replace);

#endif /* OUTPUT_FILE_H */
