/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration of a change that waits for its confirmation: a file beside
 * the one that is loaded at boot, and put in its place by the confirmation.
 */
#ifndef SYSTEM_WAITING_FILE_H
#define SYSTEM_WAITING_FILE_H

#include <stdbool.h>
#include <stddef.h>

char *waiting_file_name(const char *boot);
bool waiting_file_is_boot(const char *boot, const char *file);
bool waiting_file_same_folder(const char *boot, const char *file);
int waiting_file_lock(const char *boot, int wait);
void waiting_file_unlock(int lock);
char *waiting_file_write(const char *boot, const char *text, size_t length);
char *waiting_file_put(const char *boot);
void waiting_file_remove(const char *boot);

#endif /* SYSTEM_WAITING_FILE_H */
