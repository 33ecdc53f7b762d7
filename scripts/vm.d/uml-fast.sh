# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml-fast": "uml" without the checks that cost time, to take times in.

# shellcheck source=scripts/vm.d/uml.sh
source "$here/vm.d/uml.sh"

# Every line of a fragment has to take effect: a symbol that uml-fast.config names counts there only.
awk '
	match($0, /CONFIG_[A-Z0-9_]+/) && /^(# )?CONFIG_/ {
		symbol = substr($0, RSTART, RLENGTH)
		if (NR == FNR)
			fast[symbol]
		else if (symbol in fast)
			next
	}
	NR != FNR
' "$here/vm.d/uml-fast.config" "$here/uml.config" >"$run/uml.config"
uml_fragments=("$run/uml.config" "$here/vm.d/uml-fast.config")
