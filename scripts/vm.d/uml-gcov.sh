# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml-gcov": "uml", which can say which lines of the module have run.

# shellcheck source=scripts/vm.d/uml.sh
source "$here/vm.d/uml.sh"

refine "$here/vm.d/uml-gcov.config"
