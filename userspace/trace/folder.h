/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A folder of facts that edgectl keeps, as the history, and files in it that are
 * there whole or not at all.
 */
#ifndef TRACE_FOLDER_H
#define TRACE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Variable of the environment: a folder instead of STATEDIR. */
#define STATE_VARIABLE	"NF_EDGE_STATE"

/* Suffixes of the files of an entry: its configuration, then its facts. */
#define FOLDER_TEXT	"conf"
#define FOLDER_FACTS	"json"

/**
 * struct folder - an open folder
 * @path: its name
 * @fd: its descriptor, -1 when it is not open
 * @names: the entries that the folder has files of, by number
 * @count: number of entries
 * @capacity: number of entries that there is room for
 */
struct folder {
	char *path;
	int fd;
	struct folder_name {
		uint32_t number;
		bool has_text;
		bool has_facts;
	} *names;
	size_t count;
	size_t capacity;
};

char *folder_of_state(const char *name);
char *folder_open(struct folder *folder, const char *path);
char *folder_create(struct folder *folder, const char *path);
char *folder_lock(struct folder *folder);
bool folder_list(struct folder *folder);
char *folder_read(const struct folder *folder, uint32_t number,
		  const char *suffix, size_t *length);
char *folder_read_file(const struct folder *folder, const char *name,
		       size_t *length);
bool folder_write_file(const struct folder *folder, const char *name,
		       const char *text, size_t length);
bool folder_write(const struct folder *folder, uint32_t number,
		  const char *suffix, const char *text, size_t length);
bool folder_remove(const struct folder *folder, uint32_t number,
		   const char *suffix);
void folder_clean(struct folder *folder);
void folder_sync(const struct folder *folder);
char *folder_complaint(const struct folder *folder, int error);
void folder_close(struct folder *folder);

#endif /* TRACE_FOLDER_H */
