/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAMILY_LINUX_RTNETLINK_H
#define FAMILY_LINUX_RTNETLINK_H

#include <linux/mutex.h>

extern struct mutex shim_rtnl;

#define rtnl_lock()		mutex_lock(&shim_rtnl)
#define rtnl_unlock()		mutex_unlock(&shim_rtnl)
#define ASSERT_RTNL()		lockdep_assert_held(&shim_rtnl)
#define rtnl_dereference(p)	({ ASSERT_RTNL(); (p); })
#define synchronize_net()	((void)0)

#endif
