# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml-debug": "uml" with every check that there is, several times slower.

# shellcheck source=scripts/vm.d/uml.sh
source "$here/vm.d/uml.sh"

refine "$here/uml-debug.config"
# UBSAN watches the module alone: the kernel's own code reads words that are not aligned.
# From 14 on, gcc puts large variables of this memory model into sections behind _end, where
# kmemleak does not look for pointers.
uml_kernel_words=(UBSAN_SANITIZE=n KCFLAGS=-mlarge-data-threshold=2147483647)

# Some kernels align a net_device to a cache line. The end of a list of devices, which their
# for_each_netdev() takes for a device too, is not aligned so.
uml_module_words() {
	echo UBSAN_SANITIZE=y
	! grep -qx '} ____cacheline_aligned;' "$kernel_build/include/linux/netdevice.h" ||
		echo CONFIG_UBSAN_ALIGNMENT=
}
