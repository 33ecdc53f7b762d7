/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernels that this host may boot.
 */
#ifndef SYSTEM_KERNELS_H
#define SYSTEM_KERNELS_H

char **kernels_list(void);
void kernels_free(char **kernels);

#endif /* SYSTEM_KERNELS_H */
