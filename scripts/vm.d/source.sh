# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# What the kernels share that are built from the distribution's source, with a configuration of
# their own. Who builds one sets:
#
# source_package    the Debian package with the source
# source_fragments  the configuration, in files
# source_patch      what is repaired there, or /dev/null
# source_make       words for make
# source_base       the target of make that configures the rest

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

# Says what the kernel is made from: twelve digits.
source_key() {
	local version
	version=$(installed_version "$source_package")
	{
		echo "$version"
		gcc --version
		grep -h '^\(# \)\?CONFIG_' "${source_fragments[@]}"
		cat "$source_patch" "$@"
	} | digest
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
	logged "$dir/log" patch -d "$tree" -p1 -i "$source_patch"

	say "  configuring"
	kernel_tree_make() {
		make -C "$tree" -j"$jobs" "${source_make[@]}" "$@"
	}
	cat "${source_fragments[@]}" >"$tree/given.config"
	KCONFIG_ALLCONFIG=given.config logged "$dir/log" kernel_tree_make "$source_base"
	cat "${source_fragments[@]}" >>"$tree/.config"
	logged "$dir/log" kernel_tree_make olddefconfig
	source_check_config "$tree/.config"

	say "  compiling, some minutes on two CPUs"
	set -o pipefail
	kernel_tree_make KBUILD_BUILD_USER=nf_edge KBUILD_BUILD_HOST=nf_edge "$@" </dev/null 2>&1 |
		tee "$dir/log" |
		awk '++n % 250 == 0 { print "vm:     " n " steps of about 1800"; fflush() }' >&2 || {
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

# Every line of the fragments must have taken effect, or a test would rely on what is not there.
source_check_config() {
	local config=$1 line symbol failed=0
	while IFS= read -r line; do
		case $line in
		CONFIG_*=*)
			grep -qxF -- "$line" "$config" && continue
			;;
		'# CONFIG_'*' is not set')
			symbol=${line#\# }
			grep -q "^${symbol%% *}=" "$config" || continue
			;;
		*)
			continue
			;;
		esac
		say "  no effect: $line"
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
