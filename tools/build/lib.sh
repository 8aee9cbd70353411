# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Messages, steps with elapsed time, stamps, the lock. Sourced by every script of the build route.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${DXGKRNL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dxgkrnl}
# chroot and debootstrap are where a user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin
JOBS=${JOBS:-$(nproc)}
VERBOSE=${VERBOSE:-0}
# Set-up errors have a status of their own, so that `tools/vm exec` can tell them from CMD's.
E_SETUP=123
# Scripts that call each other share the start of the clock.
export DXGKRNL_T0=${DXGKRNL_T0:-$(date +%s%N)}

elapsed() {
	local ms=$((($(date +%s%N) - DXGKRNL_T0) / 1000000))
	printf '%4d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# QUIET=1 leaves errors only: what a program prints in the guest stays alone on the terminal.
say() { [ "${QUIET:-0}" = 1 ] || printf '[%s s] %s\n' "$(elapsed)" "$*" >&2; }
die() {
	printf 'dxgkrnl: error: %s\n' "$*" >&2
	exit "$E_SETUP"
}

# step NAME WHY CMD...: runs CMD with its output in a log, tells start, end and time taken.
step() {
	local name=$1 why=$2 t0 ms rc=0 log
	shift 2
	mkdir -p "$CACHE/log"
	log=$CACHE/log/${name//[^A-Za-z0-9.+-]/-}.log
	t0=$(date +%s%N)
	say "$name: $why"
	if [ "$VERBOSE" = 1 ]; then
		("$@") > >(tee "$log" >&2) 2>&1 || rc=$?
	else
		("$@") >"$log" 2>&1 || rc=$?
	fi
	ms=$((($(date +%s%N) - t0) / 1000000))
	if [ "$rc" = 130 ]; then die "$name: interrupted; the next run goes on from here"; fi
	if [ "$rc" != 0 ]; then
		if [ "$VERBOSE" != 1 ]; then tail -n "${LOG_TAIL:-25}" "$log" >&2; fi
		die "$name failed; the whole log is $log"
	fi
	say "$name: done in $((ms / 1000)).$((ms % 1000 / 100)) s"
}

# A part is complete when its stamp holds the key it was made from. Stamps are written last, by
# rename, so an interrupted part is made again.
stamp_is() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
stamp_set() {
	printf '%s\n' "$2" >"$1.new"
	mv "$1.new" "$1"
}

sha() { sha256sum | cut -c1-16; }

# hash_files PATH...: a key over names, modes and contents of the files in the working tree.
hash_files() {
	(
		cd "$TOP" || exit
		find "$@" -type f ! -path '*/target/*' ! -name '*.o' ! -name '*.ko' ! -name '*.cmd' \
			! -name '*.mod' ! -name '*.mod.c' ! -name '*.rmeta' ! -name '*.d' ! -name '*.swp' \
			! -name 'modules.order' ! -name 'Module.symvers' ! -name '*_generated.rs' -printf '%m %p\0' |
			LC_ALL=C sort -z | while IFS=' ' read -r -d '' mode path; do
			printf '%s %s ' "$mode" "$path"
			sha256sum <"$path"
		done
	) | sha
}

# with_lock PART CMD...: two runs must not build the same part at once; the second waits and then
# finds it made. A failure ends the script, also where the caller's context has put `set -e` off.
with_lock() {
	local part=$1 rc
	shift
	mkdir -p "$CACHE/lock" 2>/dev/null || die "cannot write $CACHE: set XDG_CACHE_HOME to a directory of yours"
	(
		exec 9>"$CACHE/lock/$part"
		if ! flock -n 9; then
			say "$part: waiting for another run that builds it"
			flock 9
		fi
		"$@"
	)
	rc=$?
	if [ "$rc" != 0 ]; then exit "$rc"; fi
}

need_space() { # GiB, for what
	local have
	have=$(df -Pk "$CACHE" | awk 'NR==2 {print int($4 / 1048576)}')
	[ "$have" -ge "$1" ] || die "$2 needs $1 GiB in $CACHE, $have GiB are free: free some, or set XDG_CACHE_HOME to a roomier disk"
}

check_machine() {
	[ "$(uname -m)" = x86_64 ] || die "this build route knows x86-64 machines only, this one is $(uname -m); build with make module KDIR=..."
	local tool
	for tool in flock unshare chroot tar sha256sum; do
		command -v "$tool" >/dev/null || die "$tool is missing: install util-linux, tar and coreutils"
	done
}
