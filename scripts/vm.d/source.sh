# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# What the kernels share that are built from the distribution's source, with a configuration of
# their own. Who builds one sets:
#
# source_fragments  the configuration, in files
# source_patches    repairs, in files
# source_make       words for make
# source_base       the target of make that configures the rest
#
# source_find sets source_package, the Debian package with the source.

# refine FRAGMENT: adds a fragment. Every line of a fragment has to take effect, so what those before
# say of a symbol that it names is left out.
refine() {
	local merged
	merged=$run/fragment-${#source_fragments[@]}.config
	awk '
		match($0, /CONFIG_[A-Z0-9_]+/) && /^(# )?CONFIG_/ {
			symbol = substr($0, RSTART, RLENGTH)
			if (FILENAME == ARGV[1])
				refined[symbol]
			else if (symbol in refined)
				next
		}
		FILENAME != ARGV[1]
	' "$1" "${source_fragments[@]}" >"$merged"
	source_fragments=("$merged" "$1")
}

# source_find GROUP: installs the packages of a group of scripts/deps.
source_find() {
	source_package=$("$here/deps" --source "$1") || exit "$EXIT_PREPARE"
}

# Says what the kernel is made from: twelve digits.
source_key() {
	local version
	version=$(installed_version "$source_package")
	{
		echo "$version"
		gcc --version
		grep -h '^\(# \)\?CONFIG_' "${source_fragments[@]}"
		cat "${source_patches[@]}" "$@" </dev/null
	} | digest
}

# Reads by the line: mawk of some releases waits for 64 kB.
source_progress() {
	local steps=0
	while read -r; do
		((++steps % 250)) || say "    $steps steps of about 1800"
	done
}

# source_build DIR TARGET...: unpacks, configures and compiles in DIR/build.
source_build() {
	local dir=$1
	local tree=$dir/build jobs
	shift
	jobs=$(nproc)

	say "building the kernel $kind from $source_package, once, into $kernel_dir"
	say "  unpacking"
	mkdir "$tree"
	logged "$dir/log" tar -xf "/usr/src/$source_package.tar.xz" -C "$tree" --strip-components=1
	logged "$dir/log" source_repair "$tree"

	say "  configuring"
	kernel_tree_make() {
		make -C "$tree" -j"$jobs" "${source_make[@]}" "$@"
	}
	cat "${source_fragments[@]}" >"$tree/given.config"
	KCONFIG_ALLCONFIG=given.config logged "$dir/log" kernel_tree_make "$source_base"
	cat "${source_fragments[@]}" >>"$tree/.config"
	logged "$dir/log" kernel_tree_make olddefconfig
	source_check_config "$tree"

	say "  compiling, some minutes on two CPUs"
	set -o pipefail
	kernel_tree_make KBUILD_BUILD_USER=nf_edge KBUILD_BUILD_HOST=nf_edge "$@" </dev/null 2>&1 |
		tee "$dir/log" | source_progress || {
		tail -n 25 "$dir/log" >&2
		die "$EXIT_PREPARE" "the kernel $kind does not compile"
	}

	cp "$tree/System.map" "$dir/"
	kernel_release=$(<"$tree/include/config/kernel.release")
	echo "$kernel_release" >"$dir/release"
	mkdir "$dir/modules"
	cp "$tree"/modules.{builtin,builtin.modinfo,order} "$dir/modules/"
	index_modules "$dir/modules"
}

# A repair says "Where: FILE has: TEXT": a source without that text in that file needs it no more.
source_repair() {
	local tree=$1 repair file text
	for repair in "${source_patches[@]}"; do
		file=$(sed -n 's/^Where: \(.*\) has: .*/\1/p' "$repair")
		text=$(sed -n 's/^Where: .* has: //p' "$repair")
		[[ -n $file && -n $text ]] || die "$EXIT_PREPARE" "no line \"Where: FILE has: TEXT\": $repair"
		! grep -qsF -- "$text" "$tree/$file" || patch -d "$tree" -p1 -i "$repair" || return
	done
}

# Every line of the fragments must have taken effect, or a test would rely on what is not there. A
# symbol that some kernel sources do not know is named in a fragment by a line
# "# unknown to some sources: CONFIG_A CONFIG_B"; where the source knows it, its line counts.
source_check_config() {
	local tree=$1 line symbol known pardoned failed=0
	known=$(find "$tree" -name 'Kconfig*' -type f -exec \
		sed -n 's/^[[:space:]]*\(menu\)\?config[[:space:]]\+\([A-Za-z0-9_]\+\).*/CONFIG_\2/p' {} +)
	pardoned=$(cat "${source_fragments[@]}" | sed -n 's/^# unknown to some sources: //p' | tr ' ' '\n')
	while IFS= read -r line; do
		case $line in
		CONFIG_*=*)
			symbol=${line%%=*}
			! grep -qxF -- "$line" "$tree/.config" || continue
			;;
		'# CONFIG_'*' is not set')
			symbol=${line#\# }
			symbol=${symbol%% *}
			grep -q "^$symbol=" "$tree/.config" || ! grep -qxF -- "$symbol" <<<"$known" || continue
			;;
		*)
			continue
			;;
		esac
		if grep -qxF -- "$symbol" <<<"$known"; then
			say "  no effect: $line"
		elif ! grep -qxF -- "$symbol" <<<"$pardoned"; then
			say "  unknown to this source: $line"
		else
			continue
		fi
		failed=1
	done < <(cat "${source_fragments[@]}")
	((!failed)) || die "$EXIT_PREPARE" "the configuration of the kernel $kind is not what it should be"
}

# source_prune TREE ARCH...: leaves what the build of a module needs.
source_prune() {
	local tree=$1 keep=()
	shift
	find "$tree" -mindepth 1 -maxdepth 1 \
		! -name Makefile ! -name Kbuild ! -name .config ! -name Module.symvers ! -name 'modules.*' \
		! -name scripts ! -name include ! -name arch ! -name tools -exec rm -rf {} +
	printf -v keep '! -name %s ' "$@"
	# shellcheck disable=SC2086 # words are what is wanted
	find "$tree/arch" -mindepth 1 -maxdepth 1 $keep -exec rm -rf {} +
	find "$tree/arch" -type f \( -name '*.[coS]' -o -name '*.cmd' -o -name '*.a' \) -delete
	find "$tree/tools" -mindepth 1 -maxdepth 1 ! -name objtool -exec rm -rf {} + 2>/dev/null || true
}
