# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernel "debian": the distribution's own kernel, in QEMU. The host's file tree comes over 9p.
# See uml.sh for what a kind of kernel has to define.

debian_more_parameters=()
debian_init=$here/vm.d/guest-init
debian_root=		# where its file tree is within the host's, see initramfs-init
debian_initramfs_modules=(virtio_pci virtio_console 9pnet_virtio 9p)

kernel_prepare() {
	"$here/deps" debian || exit "$EXIT_PREPARE"

	local headers version key
	headers=$(dpkg-query -W -f '${Depends}' linux-headers-amd64)
	headers=${headers%% *}
	kernel_release=${headers#linux-headers-}
	version=$(installed_version "$headers")
	key=$({
		installed_version busybox-static
		echo "${debian_initramfs_modules[@]}"
		cat "$here/vm.d/initramfs-init"
		declare -f debian_fetch debian_unpack debian_uncompress debian_initramfs
	} | digest)
	debian_version=$version
	kernel_dir=$cache/$kind-$version-$key
	publish "$kernel_dir" debian_fetch

	kernel_build=/lib/modules/$kernel_release/build
	kernel_make=()
}

debian_fetch() {
	local dir=$1
	say "fetching the kernel $kernel_release, once, into $kernel_dir"
	(cd "$dir" && logged "$dir/log" debian_download)
	debian_unpack "$dir" "$dir"
	say "  done"
}

# debian_unpack DIR FROM: leaves in DIR the kernel and its modules, of the packages in FROM.
debian_unpack() {
	local dir=$1 image=$1/image package modules vmlinuz
	say "  unpacking its kernel $kernel_release"
	for package in "$2"/linux-*.deb; do
		logged "$dir/log" dpkg-deb -x "$package" "$image"
		rm "$package"
	done
	# A release with one /usr has them there.
	modules=$image/usr/lib/modules/$kernel_release
	[[ -d $modules ]] || modules=$image/lib/modules/$kernel_release
	vmlinuz=$modules/vmlinuz
	[[ -e $vmlinuz ]] || vmlinuz=$image/boot/vmlinuz-$kernel_release
	debian_uncompress "$vmlinuz" >"$dir/vmlinux"
	rm "$vmlinuz"
	mv "$modules" "$dir/modules"
	rm -rf "$image"
	debian_keep_modules "$dir"
}

debian_keep_modules() {
	local dir=$1
	index_modules "$dir/modules"
	debian_initramfs "$dir"
	# The files that a run copies, and 4,000 modules that it does not.
	mkdir "$dir/tree"
	mv "$dir/modules/kernel" "$dir/tree/kernel"
	ln -s "$kernel_dir/tree/kernel" "$dir/modules/kernel"
}

# The package lists may be older than the archive.
debian_download() {
	debian_try_download && return
	apt-get -q update && debian_try_download
}

# One package holds the kernel, or several do.
debian_try_download() {
	local packages
	mapfile -t packages < <(apt-cache pkgnames linux- |
		grep -x "linux-\(image\|binary\|modules\|base\)-$kernel_release")
	((${#packages[@]})) && apt-get -q download "${packages[@]/%/=$debian_version}"
}

# The kernel proper of a bzImage, whose boot sectors say where it is (Documentation/x86/boot.rst).
# QEMU boots it as it is, by its PVH entry; to unpack it in emulation takes five seconds.
debian_uncompress() {
	local image=$1 sectors offset length unpack=(xz -dc --single-stream)
	sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image")
	read -r offset length < <(od -An -tu4 -j $((0x248)) -N 8 "$image")
	offset=$(((sectors + 1) * 512 + offset))
	[[ $(od -An -tx4 -j "$offset" -N 4 "$image") != *fd2fb528 ]] || unpack=(zstd -dcq)
	# Behind it is its length, which zstd calls garbage.
	dd if="$image" bs=64K iflag=skip_bytes,count_bytes status=none \
		skip="$offset" count=$((length - 4)) |
		"${unpack[@]}" || die "$EXIT_PREPARE" "cannot uncompress $image"
}

debian_initramfs() {
	local dir=$1 root=$1/initramfs.d action file name
	mkdir -p "$root"/{bin,modules,lib/modules,dev,mnt}
	cp /bin/busybox "$root/bin/"
	cp "$here/vm.d/initramfs-init" "$root/init"
	ln -s "$dir/modules" "$root/lib/modules/$kernel_release"
	modprobe -d "$root" -S "$kernel_release" --show-depends -a "${debian_initramfs_modules[@]}" |
		while read -r action file _; do
			name=${file##*/}
			name=${name%%.ko*}.ko
			[[ $action == insmod && ! -e $root/modules/$name ]] || continue
			case $file in
			*.xz) xz -dc "$file" ;;
			*.zst) zstd -dcq "$file" ;;
			*) cat "$file" ;;
			esac >"$root/modules/$name"
			echo "/modules/$name" >>"$root/modules/order"
		done
	rm -r "${root:?}/lib"
	(cd "$root" && find . | cpio --quiet -o -H newc) >"$dir/initramfs"
	rm -r "$root"
}

kernel_start() {
	local count=${cpus:-2} accel=tcg,thread=multi processor=max clock=()
	if [[ -n $icount ]]; then
		accel=tcg
		count=1
		clock=(-icount 'shift=0,sleep=off')
	elif [[ -n $kvm ]]; then
		accel=kvm
		processor=host
	fi
	debian_nics
	exec setsid setpriv --pdeathsig TERM \
		qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none \
		-machine "q35,usb=off,smbus=off,sata=off,vmport=off" -accel "$accel" -cpu "$processor" \
		"${clock[@]}" -smp "$count" -m "${memory}M" \
		-kernel "$kernel_dir/vmlinux" -initrd "$kernel_dir/initramfs" \
		-append "nf_edge_run=$run nf_edge_init=$debian_init $debian_root $(debian_parameters)" \
		-serial "file:$run/kernel.log" \
		-fsdev local,id=root,path=/,security_model=passthrough,multidevs=remap \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-device virtio-serial-pci \
		-chardev file,id=out,path=/proc/self/fd/11 \
		-device virtserialport,chardev=out,name=out \
		-chardev file,id=err,path=/proc/self/fd/12 \
		-device virtserialport,chardev=err,name=err \
		"${debian_nics[@]}" \
		</dev/null >"$run/emulator.log" 2>&1
}

# The other end of a device is a socket: its frames come nowhere else. MAC addresses count from
# 52:54:00:00:00:01.
debian_nics() {
	local socket number=0
	debian_nics=()
	for socket in "${nics[@]}"; do
		number=$((number + 1))
		debian_nics+=(
			-netdev "dgram,id=nic$number,local.type=unix,local.path=$socket.guest,remote.type=unix,remote.path=$socket"
			-device "virtio-net-pci,netdev=nic$number,mac=52:54:00:00:00:0$number,romfile=")
	done
}

# With icount, the clock leaps over the time that a task waits for the host's disk: the task does
# not hang.
debian_parameters() {
	echo console=ttyS0 ignore_loglevel panic=-1 oops=panic mitigations=off random.trust_cpu=on \
		tsc=reliable no_timer_check \
		dummy.numdummies=0 ifb.numifbs=0 bonding.max_bonds=0 \
		${icount:+sysctl.kernel.hung_task_timeout_secs=0} \
		"${debian_more_parameters[@]}"
}
