# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "x86-kasan": several CPUs, with KASAN, lockdep and kmemleak.

# shellcheck source=scripts/vm.d/x86.sh
source "$here/vm.d/x86.sh"

refine "$here/x86-kasan.config"
# QEMU enters the kernel where KASAN has no shadow yet: in arch/x86/platform/pvh, which compares
# memory by lib/string.c.
x86_kernel_words=(KASAN_SANITIZE_enlighten.o=n KASAN_SANITIZE_string.o=n)
