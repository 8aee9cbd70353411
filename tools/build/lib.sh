# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Messages, steps with elapsed time, keys, stamps, locks. Sourced by every script of the build route.

# Set-up errors have a status of their own, so that `tools/vm exec` can tell them from CMD's.
E_SETUP=123
# Scripts that call each other share the start of the clock.
export DXGKRNL_T0=${DXGKRNL_T0:-$(date +%s%N)}
# What goes on while CMD's output is redirected is told here.
exec {NOTICE_FD}>&2

elapsed() {
	local now=${EPOCHREALTIME//[!0-9]/}
	local ms=$((now / 1000 - DXGKRNL_T0 / 1000000))
	printf '%4d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# QUIET=1 leaves errors only: what a program prints in the guest stays alone on the terminal.
say() {
	if [ "${QUIET:-0}" = 1 ]; then return; fi
	if [ -t 2 ]; then printf '\r\e[K' >&2; fi
	printf '[%s s] %s\n' "$(elapsed)" "$*" >&2
}
notice() { say "$@" 2>&"$NOTICE_FD"; }
die() {
	printf 'dxgkrnl: error: %s\n' "$*" >&2
	exit "$E_SETUP"
}

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Services start programs without HOME.
HOME=${HOME:-$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)} || HOME=''
CACHE=${DXGKRNL_CACHE:-${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}}
[ -n "$CACHE" ] || die "there is no HOME, neither in the environment nor in the passwd file: set HOME or XDG_CACHE_HOME"
CACHE=${DXGKRNL_CACHE:-$CACHE/dxgkrnl}
# The directory of a run's results.
RUN_DIR=${RUN_DIR:-$TOP/build/run}
# chroot and debootstrap are where a user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin
JOBS=${JOBS:-$(nproc)}
VERBOSE=${VERBOSE:-0}

# --- Ends --------------------------------------------------------------------

# on_exit CMD: CMD is evaluated when this shell (or subshell) ends, by a signal as well; the last one
# that was given comes first.
on_exit() {
	if [ "${EXIT_SHELL:-}" != "$BASHPID" ]; then
		EXIT_SHELL=$BASHPID EXIT_COMMANDS=()
		trap run_exit_commands EXIT
	fi
	EXIT_COMMANDS+=("$1")
}
run_exit_commands() {
	local i
	end_children
	for ((i = ${#EXIT_COMMANDS[@]} - 1; i >= 0; i--)); do eval "${EXIT_COMMANDS[i]}" || :; done
}

# A signal may have been for this shell alone: what it was waiting for ends with it.
end_children() {
	local child children=()
	{ read -ra children <"/proc/$BASHPID/task/$BASHPID/children"; } 2>/dev/null || :
	for child in "${children[@]}"; do
		case $(cat "/proc/$child/comm" 2>/dev/null) in
		# It minds nothing else, and takes its namespaces with it.
		unshare) kill -KILL "$child" 2>/dev/null || : ;;
		# Has to write what it was given before.
		tee) ;;
		*) kill -TERM "$child" 2>/dev/null || : ;;
		esac
	done
}

# scratch_dir VARIABLE [PARENT]: sets VARIABLE to a new directory in the cache, PARENT/run.XXXXXX (PARENT
# is the cache itself by default), which goes when this shell ends. What is moved out of it stays.
scratch_dir() {
	local parent=${2:-$CACHE} made
	mkdir -p "$parent" 2>/dev/null || :
	# Those of runs that were killed.
	find "$parent" -maxdepth 1 -name 'run.*' -mmin +1440 -exec rm -rf {} + 2>/dev/null || :
	made=$(mktemp -d "$parent/run.XXXXXX" 2>/dev/null) || die "cannot write to $parent: set XDG_CACHE_HOME to a directory of yours"
	on_exit "rm -rf '${made//\'/\'\\\'\'}'"
	chmod 0755 "$made"
	printf -v "$1" %s "$made"
}

# take_run_dir: makes RUN_DIR, and holds it until this process has ended. While another run has it, it is
# RUN_DIR-2, RUN_DIR-3, ...
take_run_dir() {
	local base=$RUN_DIR number=1 fd
	while :; do
		{ mkdir -p "$RUN_DIR" && : >>"$RUN_DIR/.lock"; } 2>/dev/null ||
			die "cannot write to $RUN_DIR, where a run's results go: set RUN_DIR to a directory of yours"
		exec {fd}>>"$RUN_DIR/.lock"
		if flock -n "$fd"; then break; fi
		exec {fd}>&-
		number=$((number + 1))
		RUN_DIR=$base-$number
	done
	if [ "$number" != 1 ]; then notice "another run has ${base#"$TOP/"}: this one's results go to ${RUN_DIR#"$TOP/"}"; fi
}

# --- Steps ---------------------------------------------------------------------

# with_progress NAME CMD...: runs CMD; what takes long shows that it goes on. On a terminal that is a
# line that is written again and again, else one every 15 seconds. It ends with CMD's last line if the
# output goes to a file.
with_progress() {
	local name=$1 self=$BASHPID log watcher rc=0
	shift
	log=$(readlink "/proc/$self/fd/1") || :
	if [ ! -f "$log" ]; then log=''; fi
	if [ "${QUIET:-0}" = 1 ]; then
		"$@"
		return
	fi
	watch_step "$name" "$log" "$self" </dev/null >/dev/null 2>&1 9>&- &
	watcher=$!
	on_exit "kill $watcher 2>/dev/null"
	("$@") || rc=$?
	kill "$watcher" 2>/dev/null || :
	wait "$watcher" 2>/dev/null || :
	if [ -t "$NOTICE_FD" ]; then printf '\r\e[K' >&"$NOTICE_FD"; fi
	return "$rc"
}
watch_step() { # NAME LOG SHELL
	local pause=15 begun=$SECONDS last width=100 fd
	trap - EXIT
	if [ -t "$NOTICE_FD" ]; then
		pause=1
		width=$(stty size <&"$NOTICE_FD" 2>/dev/null) && width=${width#* }
		width=$((${width:-80} > 40 ? width - 1 : 79))
	fi
	exec {fd}<> <(:)
	while
		read -r -t "$pause" -u "$fd" || :
		kill -0 "$3"
	do
		last=''
		if [ -n "$2" ]; then last=$(tail -c 2000 "$2" | tr '\r' '\n' | tr -cd '[:print:]\n' | sed '/[^ ]/!d' | tail -n 1); fi
		last="$1: $((SECONDS - begun)) s${last:+: $last}"
		if [ "$pause" = 1 ]; then
			last="[$(elapsed) s] $last"
			printf '\r\e[K%s' "${last:0:width}" >&"$NOTICE_FD"
		else
			notice "${last:0:width}"
		fi
	done
}

# step NAME WHY CMD...: runs CMD with its output in a log, tells start, end and time taken.
step() {
	local name=$1 why=$2 begun=${EPOCHREALTIME//[!0-9]/} ms rc=0 log
	shift 2
	mkdir -p "$CACHE/log"
	log=$CACHE/log/${name//[^A-Za-z0-9.+-]/-}.log
	say "$name: $why"
	if [ "$VERBOSE" = 1 ]; then
		("$@") > >(tee "$log" >&2) 2>&1 || rc=$?
	else
		with_progress "$name" "$@" >"$log" 2>&1 || rc=$?
	fi
	ms=$(((${EPOCHREALTIME//[!0-9]/} - begun) / 1000))
	if [ "$rc" = 130 ]; then die "$name: interrupted; the next run goes on from here"; fi
	if [ "$rc" != 0 ]; then
		if [ "$VERBOSE" != 1 ]; then tail -n "${LOG_TAIL:-25}" "$log" >&2; fi
		die "$name failed; the whole log is $log"
	fi
	# With WARNINGS=1, what compilers and objtool warn of is seen.
	if [ "$VERBOSE" != 1 ] && [ "${WARNINGS:-}" = 1 ]; then
		sed -n '/^warning/,/^$/p; /: warning:/p; /objtool:/p' "$log" >&2
	fi
	say "$name: done in $((ms / 1000)).$((ms % 1000 / 100)) s"
}

# --- Keys ------------------------------------------------------------------------

sha() { sha256sum | cut -c1-16; }

# tree_table TREE: lines "TYPE-AND-MODE <tab> TARGET-OF-A-LINK <tab> PATH" and "HASH <tab><tab> PATH" of the sources
# in TREE, which is a checkout or a copy of one; what builds have left there does not count.
tree_table() {
	(
		cd "$1" || exit
		local sources=() path
		for path in Kbuild rust uapi tests tools; do
			if [ -e "$path" ]; then sources+=("$path"); fi
		done
		[ ${#sources[@]} -gt 0 ] || exit 0
		local find=(find "${sources[@]}" -type d -name target -prune -o \( -type f -o -type l \)
			! -name '*.o' ! -name '*.ko' ! -name '*.cmd' ! -name '*.mod' ! -name '*.mod.c' ! -name '*.rmeta'
			! -name '*.d' ! -name '*.swp' ! -name 'modules.order' ! -name 'Module.symvers' ! -name '*_generated.rs')
		"${find[@]}" -printf '%y%m\t%l\t%p\n'
		"${find[@]}" -type f -print0 | xargs -0r sha256sum | sed 's/  /\t\t/'
	) | LC_ALL=C sort -t $'\t' -k 3
}
# The checkout as it was when this script began. All of a run's keys are made of it, so they belong
# together whatever is edited meanwhile.
SOURCES=$(tree_table "$TOP")

# hash_files PATH...: a key over names, modes and contents of the checkout's files.
hash_files() { hash_table "$SOURCES" "$@"; }
hash_table() { # TABLE PATH...
	local table=$1
	shift
	awk -F '\t' '
		BEGIN { for (i = 1; i < ARGC; i++) { wanted[i] = ARGV[i]; n = ARGC - 1 } ARGC = 1 }
		{ for (i = 1; i <= n; i++) if ($3 == wanted[i] || index($3, wanted[i] "/") == 1) { print; break } }
	' "$@" <<<"$table" | sha
}
# unchanged TREE PATH...: what a build was made of is what the run's key says.
unchanged() {
	local tree=$1
	shift
	[ "$(hash_table "$(tree_table "$tree")" "$@")" = "$(hash_files "$@")" ] ||
		die "the sources changed while they were built: run it again"
}

# A part is complete when its stamp holds the key it was made from. Stamps are written last, by
# rename, so an interrupted part is made again.
stamp_is() { [ -f "$1" ] && [ "$(<"$1")" = "$2" ]; }
stamp_set() {
	printf '%s\n' "$2" >"$1.new"
	mv "$1.new" "$1"
}

# --- What is published by key -------------------------------------------------------

# Things that runs use lie under names with their keys and never change, so that each checkout finds its
# own, whatever other checkouts build.

# use PATH: whether it is there; if so, it stays until this process and its children have ended.
use() {
	local fd
	if [ ! -e "$1" ]; then return 1; fi
	exec {fd}<"$1"
	# Who prunes has it for a moment only; then it is gone.
	if flock -s "$fd" && [ -e "$1" ]; then
		touch -c "$1"
		return
	fi
	exec {fd}<&-
	return 1
}
# publish FROM TO: TO has not been there until now.
publish() {
	chmod -R a+rX "$1"
	mv -T "$1" "$2"
}
# prune PATH...: removes all but those that were used last, and those that a run is using.
prune() {
	local path
	{ ls -dt -- "$@" 2>/dev/null || :; } | tail -n "+$((KEPT + 1))" | while IFS= read -r path; do
		flock -n "$path" rm -rf "$path" || :
	done
}
# How many of a kind are kept for the next runs.
KEPT=6

# --- Locks -----------------------------------------------------------------------

# with_lock PART CMD...: two runs must not build the same part at once; the second waits and then
# finds it made. A failure ends the script, also where the caller's context has put `set -e` off.
with_lock() {
	local part=$1 rc
	shift
	on_exit :
	(
		on_exit :
		take_lock "$part"
		"$@"
	)
	rc=$?
	if [ "$rc" != 0 ]; then exit "$rc"; fi
}
# take_lock PART: holds it until this shell and its children have ended.
take_lock() {
	local file=$CACHE/lock/$1
	{ mkdir -p "$CACHE/lock" && exec 9>>"$file"; } 2>/dev/null ||
		die "cannot write to $CACHE: set XDG_CACHE_HOME to a directory of yours"
	if ! flock -w 2 9; then
		notice "$1: waiting for $(cat "$file")"
		flock 9
	fi
	echo "process ${DXGKRNL_PROCESS:-$$} of ${DXGKRNL_CHECKOUT:-$TOP}, which is using it" >"$file"
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
