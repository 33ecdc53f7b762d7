# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# What the kernels "x86-*" share: built from the distribution's source, and run as "debian" is.

# shellcheck source=scripts/vm.d/debian.sh
source "$here/vm.d/debian.sh"
# shellcheck source=scripts/vm.d/source.sh
source "$here/vm.d/source.sh"

source_fragments=("$here/uml.config")
source_patches=()
source_make=(ARCH=x86_64)
source_base=allnoconfig
refine "$here/x86.config"
x86_kernel_words=()

kernel_prepare() {
	source_find x86

	kernel_dir=$cache/$kind-$(installed_version "$source_package")-$({
		source_key
		echo "${x86_kernel_words[@]}"
		cat "$here/vm.d/initramfs-init"
	} | digest)
	publish "$kernel_dir" x86_build

	kernel_build=$kernel_dir/build
	kernel_make=("${source_make[@]}")
	kernel_release=$(<"$kernel_dir/release")
}

x86_build() {
	local dir=$1
	source_build "$dir" "${x86_kernel_words[@]}" vmlinux modules
	strip -o "$dir/vmlinux" "$dir/build/vmlinux"
	source_prune "$dir/build" x86
	x86_initramfs "$dir"
	say "  done"
}

# As for "debian", but that all is built in.
x86_initramfs() {
	local dir=$1 root=$1/initramfs.d
	mkdir -p "$root"/{bin,modules,dev,mnt}
	cp /bin/busybox "$root/bin/"
	cp "$here/vm.d/initramfs-init" "$root/init"
	: >"$root/modules/order"
	(cd "$root" && find . | cpio --quiet -o -H newc) >"$dir/initramfs"
	rm -r "$root"
}
