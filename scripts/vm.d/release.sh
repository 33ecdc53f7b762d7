# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernels "bullseye", "bookworm", "trixie" and "sid": each of its Debian release, in QEMU. Its
# file tree is a root of that release, with its compilers, headers, libraries and tools; this tree,
# the working directory, the cache and the directory for temporary files are bound into it.
# See uml.sh for what a kind of kernel has to define.

# shellcheck source=scripts/vm.d/debian.sh
source "$here/vm.d/debian.sh"
# shellcheck source=scripts/vm.d/clang-headers.sh
source "$here/vm.d/clang-headers.sh"

kernel_prepare() {
	"$here/deps" release || exit "$EXIT_PREPARE"

	local key place
	release_clang=$("$here/releases" clang "$kind")
	mapfile -t release_packages < <("$here/deps" --print root && echo "$release_clang")
	mapfile -t release_sources < <(release_sources)
	key=$({
		echo "${release_packages[@]}" "${release_sources[@]}" "${clang_headers_config[@]}"
		installed_version busybox-static
		echo "${debian_initramfs_modules[@]}"
		cat "$here/vm.d/initramfs-init"
		declare -f debian_unpack debian_uncompress debian_initramfs \
			release_fetch release_debootstrap clang_headers
	} | digest)
	# A release gets security updates, and sid everything: a root is for a month.
	kernel_dir=$cache/$kind-$(date +%Y-%m)-$key
	publish "$kernel_dir" release_fetch

	kernel_release=$(<"$kernel_dir/release")
	kernel_root=$kernel_dir/root
	release_bind
	kernel_run=(release_chroot)
	kernel_build=/lib/modules/$kernel_release/build
	kernel_cc=gcc
	if [[ -n $clang ]]; then
		kernel_build=/usr/src/clang
		kernel_cc=$release_clang
	fi
	kernel_make=("CC=$kernel_cc")
}

# From the mirrors that this machine gets its own packages from.
release_sources() {
	local uri security
	uri=$(release_mirror Debian)
	security=$(release_mirror Debian-Security)
	echo "deb ${uri:-http://deb.debian.org/debian} $kind main"
	[[ $kind == sid ]] ||
		echo "deb ${security:-http://deb.debian.org/debian-security} $kind-security main"
}

release_mirror() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $1" | head -n 1
}

release_fetch() {
	local dir=$1 root=$1/root
	say "making a root of $kind, once a month, into $kernel_dir"
	logged "$dir/log" release_debootstrap "$root"
	kernel_release=$(basename "$root"/lib/modules/*)
	echo "$kernel_release" >"$dir/release"
	clang_headers "$root/usr/src/linux-headers-$kernel_release" "$root/usr/src/clang" /usr/src/clang \
		chroot "$root" "$release_clang"

	debian_unpack "$dir" "$root"
	say "  done"
}

# Its Release files may be of long ago: an old release is not signed anew. The kernel is fetched
# only, in one package or several: to install it would make an initramfs.
release_debootstrap() {
	# shellcheck disable=SC2016 # it is for another shell
	local fetch_kernel='cd / && release=$(ls /lib/modules) &&
		apt-get download $(apt-cache pkgnames linux- |
			grep -x "linux-\(image\|binary\|modules\|base\)-$release")'
	mmdebstrap --mode=root --variant=apt \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--include="$(IFS=,; echo "${release_packages[*]}")" \
		--customize-hook="chroot \"\$1\" sh -euc '$fetch_kernel'" \
		"$kind" "$1" "${release_sources[@]}"
}

# What of the host is seen in the root, and where: none within another.
release_bind() {
	local place
	release_binds=()
	while IFS= read -r place; do
		[[ -z ${release_binds[*]} || $place/ != "${release_binds[-1]}"/* ]] || continue
		mkdir -p "$kernel_root$place"
		release_binds+=("$place")
	done < <(printf '%s\n' "$tree" "$cwd" "$cache" "$temporary" "$run" | LC_ALL=C sort -u)
	debian_root=$(IFS=:; echo "nf_edge_root=$kernel_root nf_edge_binds=${release_binds[*]}")
}

# Runs a command in the root, on this machine's kernel: what compiles.
release_chroot() {
	# shellcheck disable=SC2016 # it is for the inner shell
	unshare --mount -- bash -euc '
		root=$1 binds=$2
		shift 2
		IFS=:
		for place in /proc /dev $binds; do
			mount --rbind "$place" "$root$place"
		done
		exec chroot "$root" "$@"' bash "$kernel_root" "$(IFS=:; echo "${release_binds[*]}")" "$@"
}
