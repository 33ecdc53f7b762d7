# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
# What scripts/vm and the kinds of kernel beside this file share.

# Exit codes of our own. A command's code is passed on, so these keep to sysexits.h and above.
readonly EXIT_USAGE=64 EXIT_PREPARE=69 EXIT_REPORT=70 EXIT_TAINT=71 EXIT_TIMEOUT=72 EXIT_DIED=73

say() {
	echo "vm: $*" >&2
}

die() {
	local code=$1
	shift
	say "$*"
	exit "$code"
}

# publish DIR BUILD: makes sure that DIR exists, by calling BUILD with a temporary directory that
# then becomes DIR. Of several callers one builds and the others wait; a build that fails or is
# interrupted leaves nothing that could be taken for DIR.
publish() {
	local dir=$1 build=$2 lock temp
	touch -c "$dir" || true
	[[ ! -d $dir ]] || return 0
	mkdir -p "$(dirname "$dir")"
	exec {lock}>"$dir.lock"
	if ! flock -n "$lock"; then
		say "waiting for another run that makes ${dir##*/}"
		flock "$lock"
	fi
	if [[ ! -d $dir ]]; then
		rm -rf "$dir".new.*		# of a run that was killed
		temp=$(mktemp -d "$dir.new.XXXXXX")
		chmod 755 "$temp"
		scratch+=("$temp")
		# In a process group of its own, which cleanup can end.
		builder=starting
		set -m
		(
			set +m
			trap - EXIT HUP INT TERM PIPE
			"$build" "$temp"
		) {lock}>&- &
		builder=$!
		set +m
		wait "$builder" || exit
		builder=
		mv -T "$temp" "$dir"
		prune
	fi
	exec {lock}>&-
}

# Forgets the kernels of this kind, and the modules, that no run has used for 30 days.
prune() {
	mkdir -p "$cache/module"
	find "$cache" -maxdepth 1 -name "$kind-*" -mtime +30 -exec rm -rf {} +
	find "$cache/module" -mindepth 2 -maxdepth 2 -mtime +30 -exec rm -rf {} +
}

# logged LOG COMMAND...: runs a long command with its output in LOG, and shows its end on failure.
logged() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 </dev/null && return
	tail -n 25 "$log" >&2
	die "$EXIT_PREPARE" "this failed: $*"
}

# Twelve digits that stand for what a thing was made from.
digest() {
	sha256sum | cut -c 1-12
}

installed_version() {
	dpkg-query -W -f '${Version}' "$1"
}

# index_modules DIR [MODULE]: makes DIR a directory that modprobe can use as /lib/modules/RELEASE,
# with one module more.
index_modules() {
	local dir=$1 root
	root=$(mktemp -d "$run/root.XXXXXX")
	mkdir -p "$root/lib/modules"
	ln -s "$dir" "$root/lib/modules/$kernel_release"
	[[ -z ${2-} ]] || install -D -m 644 -t "$dir/updates" "$2"
	depmod -b "$root" "$kernel_release" || die "$EXIT_PREPARE" "depmod failed for $kernel_release"
	rm -rf "$root"
}
