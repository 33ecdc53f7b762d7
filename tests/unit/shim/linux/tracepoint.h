/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: always off, tests see them in a kernel. */
#ifndef SHIM_LINUX_TRACEPOINT_H
#define SHIM_LINUX_TRACEPOINT_H

#define TP_PROTO(...)			__VA_ARGS__
#define TP_ARGS(...)			__VA_ARGS__
#define TRACE_DEFINE_ENUM(name)
#define DECLARE_EVENT_CLASS(name, ...)

#define DEFINE_EVENT_FN(class, name, proto, args, start, stop)		\
	static inline void trace_##name(proto)				\
	{								\
	}								\
	static inline bool trace_##name##_enabled(void)			\
	{								\
		return false;						\
	}

#endif
