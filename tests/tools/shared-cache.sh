#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Two checkouts with different modules and programs share a cache, and build and boot at the same time: each
# guest has what its own checkout says. One checkout's files are all older than what the other has built.
# Prints KTAP. Environment: DXGKRNL_CACHE and KERNEL as for `tools/vm exec`; CHECKOUT, the checkout that is
# copied, by default this one.
set -euo pipefail

checkout=${CHECKOUT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
work=$(mktemp -d)
jobs=()
# shellcheck disable=SC2317 # called by the trap
clean() {
	local job
	for job in "${jobs[@]}"; do kill -TERM -- "-$job" 2>/dev/null || :; done
	wait
	rm -rf "$work"
}
trap clean EXIT
passed=0 failed=0
# Nothing of it must have been built by an earlier run of this test.
mark=$(date +%s%N)
unset RUN_DIR

# edit NAME MIB WORD: the checkout's module gives adapters another size, between 210 and 219 MiB, and its dxg
# describes itself otherwise.
edit() {
	local dir=$work/$1
	sed -i "/^ *local_segment_mib: u32 {/,/}/s/default: [0-9]*/default: $2/" "$dir/rust/dxgkrnl.rs"
	sed -i "s/^ *description: \"WDDM.*/    description: \"WDDM $mark\",/" "$dir/rust/dxgkrnl.rs"
	sed -i "s,^/// .*Shows the adapters.*,/// $3: Shows the adapters $mark," "$dir/tools/dxg/src/main.rs"
	if [ "$1" = old ]; then find "$dir" -exec touch -h -d '2001-01-01' {} +; fi
}
# start NAME: begins its guest.
start() {
	# A process group of its own, to end it by.
	set -m
	"$work/$1/tools/vm" exec --gpu none -- \
		sh -c 'dxg list | grep -o "of 21[0-9] MiB"; dxg --help | head -n 1' \
		>"$work/$1.out" 2>"$work/$1.err" </dev/null &
	set +m
	jobs+=($!)
}
# finish JOB NAME MIB WORD TITLE
finish() {
	local rc=0 said number=$((passed + failed + 1))
	wait "$1" || rc=$?
	said=$(paste -sd ' ' "$work/$2.out")
	if [ "$rc" = 0 ] && [[ $said = "of $3 MiB $4: "* ]]; then
		passed=$((passed + 1))
		echo "ok $number $5"
	else
		failed=$((failed + 1))
		echo "# status $rc, the guest said '$said', not 'of $3 MiB $4: ...'"
		tail -n 20 "$work/$2.err" | sed 's/^/# /'
		echo "not ok $number $5"
	fi
}
# round TITLE MIB-OF-new WORD-OF-new MIB-OF-old WORD-OF-old
round() {
	edit new "$2" "$3"
	edit old "$4" "$5"
	jobs=()
	start new
	# Just behind, so that it builds while the other one is about to pack.
	sleep 1
	start old
	finish "${jobs[0]}" new "$2" "$3" "$1: the guest of one checkout has its module and its program"
	finish "${jobs[1]}" old "$4" "$5" "$1: the guest of the other one, whose files are older, has its own"
	jobs=()
}

for name in new old; do
	mkdir "$work/$name"
	(cd "$checkout" && tar -c --exclude=target Kbuild Makefile rust tests tools uapi) | tar -xC "$work/$name"
done
echo 'KTAP version 1'
round "both build" 211 Alpha 212 Beta
round "one builds, the other has built before" 211 Alpha 213 Gamma
round "what was built before comes back" 211 Alpha 212 Beta
echo "1..$((passed + failed))"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
