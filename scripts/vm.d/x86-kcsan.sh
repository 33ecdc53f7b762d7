# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "x86-kcsan": several CPUs, with KCSAN, which watches what the module reads and writes.
# That of the kernel it does not: its own races would be reported too, and all of it is several times
# slower. A race of the module with the kernel is seen by the value that changes under it.

# shellcheck source=scripts/vm.d/x86.sh
source "$here/vm.d/x86.sh"

refine "$here/x86-kcsan.config"
x86_kernel_words=(KCSAN_SANITIZE=n)
# An emulated machine is slow, and so are those that are to meet: look often, and for long.
debian_more_parameters=(kcsan.skip_watch=25 kcsan.udelay_task=1000 kcsan.udelay_interrupt=500)
