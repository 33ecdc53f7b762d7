/* SPDX-License-Identifier: GPL-2.0-only */
/* The audit system: keeps the text of the last record. */
#ifndef FAMILY_LINUX_AUDIT_H
#define FAMILY_LINUX_AUDIT_H

#include <stdarg.h>
#include <stdio.h>
#include <linux/slab.h>
#include <linux/types.h>

#define AUDIT_NETFILTER_CFG	1325

struct audit_context;

/**
 * struct audit_buffer - records so far
 * @type: of the last record
 * @begun: records begun
 * @ended: records written
 * @length: octets of @text
 * @text: the last record
 */
struct audit_buffer {
	int type;
	unsigned int begun;
	unsigned int ended;
	int length;
	char text[256];
};

extern u32 audit_enabled;
extern bool shim_audit_lost;
extern struct audit_buffer shim_audit;

static inline struct audit_context *audit_context(void)
{
	return NULL;
}

static inline struct audit_buffer *audit_log_start(struct audit_context *ctx,
						   gfp_t gfp, int type)
{
	assert(audit_enabled && shim_audit.begun == shim_audit.ended);
	if (shim_audit_lost)
		return NULL;
	shim_audit.begun++;
	shim_audit.type = type;
	shim_audit.length = 0;
	return &shim_audit;
}

static inline void __attribute__((format(printf, 2, 3)))
audit_log_format(struct audit_buffer *ab, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ab->length += vsnprintf(ab->text + ab->length,
				sizeof(ab->text) - ab->length, format, args);
	va_end(args);
	assert(ab->length < (int)sizeof(ab->text));
}

static inline int audit_log_task_context(struct audit_buffer *ab)
{
	audit_log_format(ab, " subj=unconfined");
	return 0;
}

static inline void audit_log_end(struct audit_buffer *ab)
{
	ab->ended++;
}

#endif
