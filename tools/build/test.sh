#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make test [SUITE=...] [KERNEL=...] [MODE=...]: host tests and guest tests, as KTAP.
# SUITE is a suite, `host`, `kunit`, `compat` for what differs between the kernels, or `guest` for all suites of
# the guest, also those that a run leaves out by default (tests/floors, Documentation/testing.md). This makes
# what the runner (tools/runner) needs, and calls it.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/words.sh"
check_words SUITE MODE KERNEL
. "$here/all.sh"

# The mistakes of the module are test-gates.sh's matter.
unset DXG_GATE DXG_SCRIPT

# The documentation's examples, by libtest's events; the last line is the status of all.
examples() {
	local rc=0
	mkdir -p "$CACHE/log"
	say "examples of the documentation: compiling and running them (their log: $CACHE/log/examples.log)"
	in_workspace env RUSTC_BOOTSTRAP=1 cargo test --locked --workspace --exclude dxg-guest-tests --doc --no-fail-fast -- \
		--format json --report-time -Z unstable-options 2>"$CACHE/log/examples.log" || rc=$?
	printf '{"type":"exit","status":%d}\n' "$rc"
}

wish=()
if [ -n "${SUITE:-}" ]; then wish+=(--suite "$SUITE"); fi
if [ -n "${MODE:-}" ]; then wish+=(--mode "$MODE"); fi
check_machine
need_root
take_run_dir
rm -f "$RUN_DIR"/{dmesg,console}-*.txt
need_runner
if [ "${SUITE:-}" = host ]; then
	parts=host
else
	pick_kernel "${KERNEL:-}"
	parts=$(runner -- plan --flavour "$K_FLAVOUR" "${wish[@]}")
fi
options=("${wish[@]}" --slots "$JOBS")
# shellcheck disable=SC2034 # of layers
G_MODULE=1
if [ "$parts" = host ]; then
	need_host_tests
	# No guest is booted.
	options+=(--target stock:-:-:-:- --suites /nonexistent)
else
	needs=(need_suites need_dxg)
	if grep -qx host <<<"$parts"; then needs+=(need_host_tests); fi
	need_everything "${needs[@]}"
	need_layers
	script=''
	if grep -qx script <<<"$parts"; then
		script=script
		export DXG_SCRIPT=y
		need_module
		need_layers
		unset DXG_SCRIPT
	fi
	options+=(--target "$(target "$script")" --suites "$(programs_in_root suites)")
	for dir in $(programs_in_root dxg suites c); do options+=(--programs "$dir"); done
fi
if grep -qx host <<<"$parts"; then
	options+=(--host-tests "$(programs_in_root host-tests)" --examples /out/examples.json)
	examples >"$RUN_DIR/examples.json"
fi
runner -- test "${options[@]}"
