#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# What make says of words that mean nothing: the exact line, at once, with nothing made. KTAP; the last
# line is "N passed, N failed".
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
number=0 failed=0
# A make around this one must not have a say, nor what somebody has exported.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL MAKE_RESTARTS
unset SUITE MODE KERNEL GATE CRATE KDIR DESTDIR PREFIX LIBDIR INCLUDEDIR RUN_DIR DISPLAY_WINDOW
# Whatever would be built needs a cache, and can't have this one.
export DXGKRNL_CACHE=/nonexistent-dir/cache LC_ALL=C

verdict() { # TITLE PROBLEM...
	local title=$1 problem
	shift
	number=$((number + 1))
	for problem; do echo "# $problem"; done
	if [ $# = 0 ]; then
		echo "ok $number $title"
	else
		failed=$((failed + 1))
		echo "not ok $number $title"
	fi
}

# run CMD...: sets rc, ms, and lines, which is all that it said.
run() {
	local t0
	t0=$(date +%s%N)
	rc=0
	mapfile -t lines < <("$@" 2>&1 </dev/null || echo "rc $?")
	ms=$((($(date +%s%N) - t0) / 1000000))
	if [ ${#lines[@]} -gt 0 ] && [[ ${lines[-1]} =~ ^rc\ ([0-9]+)$ ]]; then
		rc=${BASH_REMATCH[1]}
		unset 'lines[-1]'
	fi
}

# refused STATUS LINE CMD...: one line, and not more of make than that it stops.
refused() {
	local status=$1 line="dxgkrnl: error: $2" problem=() tries=1
	shift 2
	run "$@"
	# A busy machine may keep anything waiting; that it does so thrice is another matter.
	while [ "$ms" -ge 1000 ] && [ "$tries" -lt 3 ]; do
		tries=$((tries + 1))
		run "$@"
	done
	if [ "$rc" != "$status" ]; then problem+=("its status is $rc, not $status"); fi
	if [ "$ms" -ge 1000 ]; then problem+=("it took $ms ms"); fi
	if [ "${lines[0]:-}" != "$line" ]; then problem+=("it says: ${lines[0]:-}" "and not: $line"); fi
	case ${#lines[@]}:${lines[1]:-} in
	1: | 2:Makefile:*"nothing was done.  Stop.") ;;
	*) problem+=("there is more: ${lines[*]:1}") ;;
	esac
	verdict "${*/#"$top"\//}" "${problem[@]}"
}
in_make() { make -C "$top" --no-print-directory "$@"; }
# wrong LINE ARGS-OF-MAKE...
wrong() { refused 2 "$1" in_make "${@:2}"; }
# right ARGS-OF-MAKE...: the words pass; nothing is run.
right() {
	local problem=()
	run in_make -n "$@"
	if [ "$rc" != 0 ]; then problem+=("its status is $rc: ${lines[*]}"); fi
	verdict "in_make -n $*" "${problem[@]}"
}

echo 'KTAP version 1'

# Values.
wrong "there is no suite 'lokc'; did you mean SUITE=lock?" test SUITE=lokc
wrong "there is no suite 'locks'; did you mean SUITE=lock?" test-debug SUITE=locks
wrong "there is no suite 'Lock'; did you mean SUITE=lock?" test SUITE=Lock
wrong "there is no suite 'sync'; did you mean SUITE=sync_objects?" test SUITE=sync
wrong "there is no suite 'share'; did you mean SUITE=share_global, share_lifetime or share_nt?" test SUITE=share
wrong "there is no suite 'hots'; did you mean SUITE=host?" test SUITE=hots
wrong "the module's KUnit suites run together: make test-debug SUITE=kunit" test-debug SUITE=dxgkrnl_fences
wrong "there is no mode 'plian'; did you mean MODE=plain?" test MODE=plian
wrong "there is no mode 'signal'; did you mean MODE=signals?" test-debug MODE=signal
wrong "there is no mode 'x'; MODE= takes plain signals faults script counted kunit" test MODE=x
wrong "there is no tested kernel 'debgu'; did you mean KERNEL=debug?" test KERNEL=debgu
wrong "there is no tested kernel 'debgu'; did you mean KERNEL=debug?" run KERNEL=debgu
wrong "there is no tested kernel 'debgu'; did you mean KERNEL=debug?" shell KERNEL=debgu
wrong "there is no tested kernel 'debgu'; did you mean KERNEL=debug?" module KERNEL=debgu
wrong "there is no gate 'laek'; did you mean GATE=leak?" test-gates GATE=laek
wrong "there is no gate 'use-after'; did you mean GATE=use-after-free?" test-gates GATE=use-after
wrong "there is no crate 'dxgg'; did you mean CRATE=dxg?" check CRATE=dxgg
wrong "there is no tested kernel 'debgu'; did you mean KERNEL=debug?" rust-analyzer KERNEL=debgu
right check CRATE=dxg-runner
mapfile -t suites < <(awk '!/^#/ && $1 !~ /^(dxgkrnl_|host$)/ { print $1 }' "$top/tests/floors")
wrong "there is no suite 'xyzzyxyzzy'; SUITE= takes host guest kunit compat once ${suites[*]}" test SUITE=xyzzyxyzzy
# Whatever it is, it is one line.
wrong "there is no suite '\$(false) ?;'?'; SUITE= takes host guest kunit compat once ${suites[*]}" test SUITE=$'$$(false) \t;\'\e'

# Words that do not go together.
wrong "the suite scale runs on the stock kernel only: make test SUITE=scale" test-debug SUITE=scale
wrong "the suite scale runs on the stock kernel only: make test SUITE=scale" test KERNEL=debug SUITE=scale
wrong "the suite faults runs on the debug kernel only: make test-debug SUITE=faults" test SUITE=faults
wrong "the suite faults runs on the debug kernel only: make test-debug SUITE=faults" test SUITE=faults KERNEL=7.2
wrong "the suite faults runs in the mode plain only: make test-debug SUITE=faults" test-debug SUITE=faults MODE=faults
wrong "the suite scale runs in the mode plain only: make test SUITE=scale" test SUITE=scale MODE=signals
wrong "MODE=faults needs the debug kernel: make test-debug MODE=faults" test MODE=faults
wrong "MODE=faults needs the debug kernel: make test-debug SUITE=lock MODE=faults" test SUITE=lock MODE=faults
wrong "MODE=kunit needs the debug kernel: make test-debug MODE=kunit" test MODE=kunit
wrong "MODE=kunit runs the module's KUnit suites, not lock: make test-debug SUITE=kunit" test-debug SUITE=lock MODE=kunit
wrong "MODE=script runs the suite script, not lock: make test SUITE=script" test SUITE=lock MODE=script
wrong "MODE=script runs the suite script, not lock: make test-debug SUITE=script" test-debug SUITE=lock MODE=script
wrong "MODE=counted runs the suite worst_case, not lock: make test SUITE=worst_case" test SUITE=lock MODE=counted
wrong "the suite worst_case runs in the mode counted only: make test SUITE=worst_case" test SUITE=worst_case MODE=plain
wrong "the suite script runs in the mode script only: make test SUITE=script KERNEL=7.2" test SUITE=script MODE=signals KERNEL=7.2
wrong "the suite overcommit does not run under faults: make test-debug SUITE=overcommit" test-debug SUITE=overcommit MODE=faults
wrong "the host's tests need no kernel and have no modes: make test SUITE=host" test-debug SUITE=host
wrong "the host's tests need no kernel and have no modes: make test SUITE=host" test SUITE=host MODE=plain
wrong "SUITE=kunit needs the debug kernel: make test-debug SUITE=kunit" test SUITE=kunit
wrong "the module's KUnit suites run in the mode kunit only: make test-debug SUITE=kunit" test-debug SUITE=kunit MODE=plain
wrong "make test-debug has a kernel of its own; on 7.2: make test SUITE=lock KERNEL=7.2" test-debug SUITE=lock KERNEL=7.2

# Goals; also behind one that is right, which then does not begin.
wrong "there is no target 'lock'; make test SUITE=lock runs that suite" lock
wrong "there is no target 'lock'; make test SUITE=lock runs that suite" test lock
wrong "there is no target 'lock'; make test-debug SUITE=lock runs that suite" test-debug lock
wrong "there is no target 'lock'; make test SUITE=lock KERNEL=7.2 runs that suite" test lock KERNEL=7.2
wrong "there is no target 'faults'; make test-debug SUITE=faults runs that suite" test faults
wrong "there is no target 'scale'; make test SUITE=scale runs that suite" test-debug scale
wrong "there is no target 'plain'; make test MODE=plain runs that mode" test plain
wrong "there is no target 'debug'; make test-debug tests on the debug kernel" test debug
wrong "there is no target '7.2'; make test KERNEL=7.2 tests on that kernel" test 7.2
wrong "there is no target 'leak'; make test-gates GATE=leak runs that gate" test-gates leak
wrong "there is no target 'tset'; did you mean make test?" tset
wrong "there is no target 'unistall'; did you mean make uninstall?" unistall
wrong "there is no target 'lokc'; did you mean make test SUITE=lock?" test lokc
# It is a folder of the checkout, which make would be content with.
wrong "there is no target 'tools'; the targets are $(sed -n 's/^TARGETS := //p' "$top/Makefile")" tools

# Variables.
wrong "there is no variable 'suite'; did you mean SUITE?" test suite=lock
wrong "there is no variable 'Suite'; did you mean SUITE?" test Suite=lock
wrong "there is no variable 'SUIT'; did you mean SUITE?" test SUIT=lock
wrong "there is no variable 'KERNAL'; did you mean KERNEL?" test KERNAL=7.2
wrong "there is no variable 'prefix'; did you mean PREFIX?" install prefix=/usr
wrong "there is no variable 'TEST'; the variables are $(sed -n 's/^VARIABLES := //p' "$top/Makefile")" test TEST=lock

# Without make, the environment alone.
refused 123 "there is no suite 'lokc'; did you mean SUITE=lock?" env SUITE=lokc "$top/tools/build/words.sh"
refused 123 "the suite scale runs on the stock kernel only: make test SUITE=scale" env SUITE=scale KERNEL=debug "$top/tools/build/words.sh"

# The words of tools/vm.
refused 123 "--gpu knows virtio, vkms, bochs, cirrus, qxl, vmwgfx, vgem and none, not 'voodoo'; 'tools/vm --help' lists the options" \
	"$top/tools/vm" exec --gpu virtio,voodoo -- true
refused 123 "--gpu qxl needs the stock kernel; 'tools/vm --help' lists the options" "$top/tools/vm" exec --kernel debug --gpu qxl,vkms -- true

# What is right.
right
right test
for suite in guest compat host lock script overcommit; do right test SUITE=$suite; done
right test SUITE=lock KERNEL=7.2 MODE=signals
right test KERNEL=debug SUITE=lock MODE=faults
right test SUITE=guest MODE=script
right test MODE=counted
right test-debug
right test-debug KERNEL=debug SUITE=guest
right test-debug SUITE=kunit MODE=kunit
right test-debug SUITE=faults MODE=plain
right test-gates GATE=interruption
right test-gates GATE=none RUN_DIR=/tmp/here
right install DESTDIR=/tmp/here CFLAGS=-O2
right module KDIR=/usr/src/linux KERNEL=mine LLVM=1 V=1
# A shell that has these for something else.
export MODE=dark GATE=front
right run
unset MODE GATE

problem=()
if [ -e /nonexistent-dir ]; then problem+=("/nonexistent-dir is there"); fi
verdict "nothing was made" "${problem[@]}"

echo "1..$number"
echo "$((number - failed)) passed, $failed failed"
[ "$failed" = 0 ]
