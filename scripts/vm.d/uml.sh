# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "uml": User Mode Linux, built once from the distribution's source, an ordinary program
# whose root is the host's file tree (hostfs). One CPU.
#
# kernel_prepare sets kernel_dir (in the cache), kernel_build and kernel_make (to build modules).
# kernel_start becomes the running kernel.

# shellcheck source=scripts/vm.d/source.sh
source "$here/vm.d/source.sh"

source_fragments=("$here/uml.config")
source_patches=("$here"/vm.d/uml-*.patch)
source_make=(ARCH=um)
source_base=defconfig
uml_kernel_words=()

# Prints words for the build of a module, one a line.
uml_module_words() {
	:
}

kernel_prepare() {
	[[ ${cpus:-1} == 1 ]] || usage_error "the kernel $kind has one processor"
	[[ -z $kvm$icount ]] || usage_error "--kvm and --icount are for kernels in QEMU"
	source_find uml

	kernel_dir=$cache/$kind-$(installed_version "$source_package")-$(
		source_key <(printf '%s' "${uml_kernel_words[*]}"))
	publish "$kernel_dir" uml_build

	kernel_build=$kernel_dir/build
	mapfile -t kernel_make < <(uml_module_words)
	kernel_make=("${source_make[@]}" "${kernel_make[@]}")
	kernel_release=$(<"$kernel_dir/release")
}

uml_build() {
	local dir=$1
	source_build "$dir" "${uml_kernel_words[@]}" linux modules
	strip -o "$dir/linux" "$dir/build/linux"
	source_prune "$dir/build" um x86
	say "  done"
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
