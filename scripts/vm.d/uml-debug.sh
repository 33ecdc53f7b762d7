# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml-debug": "uml" with every check that there is, several times slower.

# shellcheck source=scripts/vm.d/uml.sh
source "$here/vm.d/uml.sh"

refine "$here/uml-debug.config"
# UBSAN watches the module alone: the kernel's own code reads words that are not aligned.
uml_kernel_words=(UBSAN_SANITIZE=n)
uml_module_words=(UBSAN_SANITIZE=y)
