/* SPDX-License-Identifier: GPL-2.0-only */
#include <arpa/inet.h>
#include <errno.h>

#define in4_pton(text, size, octets, delimiter, end)	inet_pton(AF_INET, text, octets)
#define in6_pton(text, size, octets, delimiter, end)	inet_pton(AF_INET6, text, octets)
