/* SPDX-License-Identifier: GPL-2.0-only */
#define rtnl_lock()	((void)0)
#define synchronize_net()	((void)0)
#define rtnl_unlock()	((void)0)
#define ASSERT_RTNL()		((void)0)
#define rtnl_dereference(p)	(p)
