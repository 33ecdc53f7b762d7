# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml-debug": "uml" with every check that there is, several times slower.

# shellcheck source=scripts/vm.d/uml.sh
source "$here/vm.d/uml.sh"

refine "$here/uml-debug.config"
# The architecture knows no UBSAN for all of the kernel.
uml_module_words=(UBSAN_SANITIZE=y)
