/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of ports, such as https.
 */
#ifndef SYSTEM_PORT_NAMES_H
#define SYSTEM_PORT_NAMES_H

#include <stdint.h>

char *port_name_read(const char *name, uint8_t protocol, uint16_t *port);

#endif /* SYSTEM_PORT_NAMES_H */
