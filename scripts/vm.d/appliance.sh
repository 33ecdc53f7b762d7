# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# The kernels "appliance-RELEASE": a whole Debian of that release with systemd, in QEMU, as an
# appliance boots. Its file tree is a copy of a root, changed by --compile before it boots; nothing
# but the folder of the run is bound into it. There is no nf_edge.ko but what DKMS built in it.
# See uml.sh for what a kind of kernel has to define.

# shellcheck source=scripts/vm.d/release.sh
source "$here/vm.d/release.sh"

# As root of an appliance: systemd and the three that bring up networks, DKMS, and what edgectl needs.
appliance_packages=(systemd-sysv udev dbus kmod iproute2 iputils-ping procps nftables
	ifupdown network-manager dkms libc6-dev linux-headers-amd64
	libjansson4 libmd0 libncursesw6 libnetfilter-conntrack3 libnl-3-200 libnl-genl-3-200)
debian_init=/sbin/init
boot_timeout=1200		# of a whole system, emulated on a busy machine

kernel_prepare() {
	"$here/deps" release || exit "$EXIT_PREPARE"
	[[ -n $boot_root ]] || usage_error "the kernel $kind needs --root"

	local key release=${kind#appliance-}
	mapfile -t release_sources < <(kind=$release release_sources)
	key=$({
		echo "${appliance_packages[@]}" "${release_sources[@]}" "${debian_initramfs_modules[@]}"
		installed_version busybox-static
		cat "$here/vm.d/initramfs-init" "$here/vm.d/appliance-run"
		declare -f debian_uncompress debian_initramfs appliance_fetch appliance_debootstrap \
			appliance_kernel appliance_settle
	} | digest)
	kernel_dir=$cache/$kind-$(date +%Y-%m)-$key
	publish "$kernel_dir" appliance_fetch

	kernel_release=$(<"$kernel_dir/release")
	kernel_root=$boot_root
	[[ -e $kernel_root ]] || cp -a --reflink=auto "$kernel_dir/root" "$kernel_root"
	module=
	mkdir -p "$kernel_root$run"
	release_binds=("$run")
	debian_root="nf_edge_root=$kernel_root nf_edge_binds=$run"
	kernel_run=(release_chroot)
	kernel_build=/lib/modules/$kernel_release/build
	kernel_make=()
	cd /
}

appliance_fetch() {
	local dir=$1 root=$1/root
	say "making a whole ${kind#appliance-}, once a month, into $kernel_dir"
	logged "$dir/log" appliance_debootstrap "$root" "${kind#appliance-}"
	kernel_release=$(basename "$root"/lib/modules/*)
	echo "$kernel_release" >"$dir/release"
	appliance_kernel "$root" "$dir/image"
	debian_uncompress "$root/boot/vmlinuz-$kernel_release" >"$dir/vmlinux"
	ln -s "$root/lib/modules/$kernel_release" "$dir/modules"
	debian_initramfs "$dir"
	rm "$dir/modules"
	appliance_settle "$root"
	say "  done"
}

# Leaves in the root what the packages of the kernel have.
appliance_kernel() {
	local root=$1 image=$2 package modules vmlinuz
	for package in "$root"/linux-*.deb; do
		dpkg-deb -x "$package" "$image"
		rm "$package"
	done
	modules=$image/usr/lib/modules/$kernel_release
	[[ -d $modules ]] || modules=$image/lib/modules/$kernel_release
	vmlinuz=$image/boot/vmlinuz-$kernel_release
	[[ -e $vmlinuz ]] || vmlinuz=$modules/vmlinuz
	cp "$vmlinuz" "$root/boot/vmlinuz-$kernel_release"
	cp -a "$modules/." "$root/lib/modules/$kernel_release"
	rm -rf "$image"
	chroot "$root" depmod "$kernel_release"
}

# The kernel is fetched only, in one package or several: to install it would make an initramfs.
appliance_debootstrap() {
	# shellcheck disable=SC2016 # it is for another shell
	local fetch_kernel='cd / && release=$(ls /lib/modules) &&
		apt-get download $(apt-cache pkgnames linux- |
			grep -x "linux-\(image\|binary\|modules\|base\)-$release")'
	mmdebstrap --mode=root --variant=minbase \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='force-unsafe-io' \
		--include="$(IFS=,; echo "${appliance_packages[*]}")" \
		--customize-hook="chroot \"\$1\" sh -euc '$fetch_kernel'" \
		"$2" "$1" "${release_sources[@]}"
}

# An appliance that was installed long ago, without what only costs time here: nobody logs in, and
# nothing is kept. Which of the three brings up the network is for the test.
appliance_settle() {
	local root=$1 unit
	echo appliance >"$root/etc/hostname"
	echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
	: >"$root/etc/fstab"
	for unit in serial-getty@ttyS0.service getty@tty1.service apt-daily.timer apt-daily-upgrade.timer \
		dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-machine-id-commit.service \
		systemd-pstore.service systemd-random-seed.service systemd-update-utmp.service \
		systemd-update-utmp-runlevel.service e2scrub_reap.service tmp.mount \
		NetworkManager-wait-online.service; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	chroot "$root" systemctl -q disable systemd-networkd networking NetworkManager
	install -D "$here/vm.d/appliance-run" "$root/usr/local/lib/appliance-run"
	cat >"$root/etc/systemd/system/appliance-run.service" <<-'END'
		[Unit]
		Description=The command of scripts/vm
		Wants=network.target
		After=network.target

		[Service]
		Type=oneshot
		ExecStart=/usr/local/lib/appliance-run
		TimeoutStartSec=infinity

		[Install]
		WantedBy=multi-user.target
	END
	chroot "$root" systemctl -q enable appliance-run
}

# Drivers that an emulated machine asks for, and no test.
appliance_blacklist=kvm_amd,kvm_intel,cfg80211,iTCO_wdt,lpc_ich,pcspkr,psmouse,powernow_k8,aesni_intel

# Without tsc=reliable: the clock of a guest on a busy machine ran ten times too fast with it.
debian_parameters() {
	echo console=ttyS0 ignore_loglevel panic=-1 oops=panic mitigations=off random.trust_cpu=on \
		systemd.default_timeout_start_sec=300 systemd.show_status=false "modprobe.blacklist=$appliance_blacklist" "${boot_parameters[@]}"
}
