# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml-fast": "uml" without the checks that cost time, to take times in.

# shellcheck source=scripts/vm.d/uml.sh
source "$here/vm.d/uml.sh"

refine "$here/vm.d/uml-fast.config"

# Times are compared with those of other x86 machines.
source_patches+=("$here/vm.d/percpu.patch")
