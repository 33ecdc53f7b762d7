/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_MODULE_H
#define SHIM_LINUX_MODULE_H

#include <linux/types.h>

extern unsigned int shim_module_refs;

#define THIS_MODULE		NULL
#define try_module_get(m)	(++shim_module_refs > 0)
#define __module_get(m)		((void)shim_module_refs++)
#define module_put(m)		((void)shim_module_refs--)
#define module_refcount(m)	shim_module_refs

enum { MODULE_STATE_LIVE, MODULE_STATE_COMING };
struct module { const char *name; };

/* No module comes here while a test runs. */
#define register_module_notifier(nb)	((void)(nb), 0)
#define unregister_module_notifier(nb)	((void)(nb))
#define notifier_from_errno(err)	(err)

#endif
