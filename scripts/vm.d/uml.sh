# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml": User Mode Linux, built once from the distribution's source, an ordinary program
# whose root is the host's file tree (hostfs). One CPU.
#
# kernel_prepare sets kernel_dir (in the cache), kernel_build and kernel_make (to build modules).
# kernel_start becomes the running kernel.

uml_source=linux-source-6.1
uml_fragments=("$here/uml.config")

kernel_prepare() {
	[[ ${cpus:-1} == 1 ]] || usage_error "the kernel $kind has one processor"
	[[ -z $kvm$icount ]] || usage_error "--kvm and --icount are for the kernel debian"
	"$here/deps" uml || exit "$EXIT_PREPARE"

	local version key
	version=$(installed_version "$uml_source")
	key=$({
		echo "$version"
		gcc --version
		grep -h '^\(# \)\?CONFIG_' "${uml_fragments[@]}"
		cat "$here/vm.d/uml.patch"
	} | digest)
	kernel_dir=$cache/$kind-$version-$key
	publish "$kernel_dir" uml_build

	kernel_build=$kernel_dir/build
	kernel_make=(ARCH=um)
	kernel_release=$(<"$kernel_dir/release")
}

uml_build() {
	local dir=$1
	local tree=$dir/build jobs
	jobs=$(nproc)

	say "building the kernel $kind from $uml_source, once, into $kernel_dir"
	say "  unpacking"
	mkdir "$tree"
	logged "$dir/log" tar -xf "/usr/src/$uml_source.tar.xz" -C "$tree" --strip-components=1
	logged "$dir/log" patch -d "$tree" -p1 -i "$here/vm.d/uml.patch"

	say "  configuring"
	uml_make() {
		make -C "$tree" ARCH=um -j"$jobs" "$@"
	}
	logged "$dir/log" uml_make defconfig
	cat "${uml_fragments[@]}" >>"$tree/.config"
	logged "$dir/log" uml_make olddefconfig
	uml_check_config "$tree/.config"

	say "  compiling, about four minutes on two CPUs"
	set -o pipefail
	uml_make KBUILD_BUILD_USER=nf_edge KBUILD_BUILD_HOST=nf_edge linux modules </dev/null 2>&1 |
		tee "$dir/log" |
		awk '++n % 250 == 0 { print "vm:     " n " steps of about 1800"; fflush() }' >&2 || {
		tail -n 25 "$dir/log" >&2
		die "$EXIT_PREPARE" "the kernel $kind does not compile"
	}

	strip -o "$dir/linux" "$tree/linux"
	cp "$tree/System.map" "$dir/"
	kernel_release=$(<"$tree/include/config/kernel.release")
	echo "$kernel_release" >"$dir/release"
	mkdir "$dir/modules"
	cp "$tree"/modules.{builtin,builtin.modinfo,order} "$dir/modules/"
	index_modules "$dir/modules"
	uml_prune "$tree"
	say "  done"
}

# Every line of the fragments must have taken effect, or a test would rely on what is not there.
uml_check_config() {
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
	done < <(cat "${uml_fragments[@]}")
	((!failed)) || die "$EXIT_PREPARE" "the configuration of the kernel $kind is not what it should be"
}

# Leaves what the build of a module needs.
uml_prune() {
	local tree=$1
	find "$tree" -mindepth 1 -maxdepth 1 \
		! -name Makefile ! -name Kbuild ! -name .config ! -name Module.symvers ! -name 'modules.*' \
		! -name scripts ! -name include ! -name arch -exec rm -rf {} +
	find "$tree/arch" -mindepth 1 -maxdepth 1 ! -name um ! -name x86 -exec rm -rf {} +
	find "$tree/arch" -type f \( -name '*.[coS]' -o -name '*.cmd' -o -name '*.a' \) -delete
}

kernel_start() {
	local memory_dir=$run
	# The guest's memory is a file. /dev/shm is the right place for it, where it is large enough.
	if (($(df --output=avail -B1M /dev/shm 2>/dev/null | tail -n 1) > memory + 64)); then
		memory_dir=/dev/shm
	fi
	ulimit -c 0
	TMPDIR=$memory_dir exec setsid setpriv --pdeathsig TERM \
		"$kernel_dir/linux" "mem=${memory}M" \
		rootfstype=hostfs rootflags=/ rw "init=$here/vm.d/guest-init" \
		"nf_edge_run=$run" "uml_dir=$run/" umid=uml \
		con=null con0=null,fd:1 ssl=null ssl0=null,fd:11 ssl1=null,fd:12 \
		panic=-1 ignore_loglevel dummy.numdummies=0 ifb.numifbs=0 bonding.max_bonds=0 2>&1
}
