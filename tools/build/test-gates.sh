#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make test-gates [GATE=name]: shows that the tests fail when something is wrong. The module makes a
# mistake on purpose (rust/sys/gates.rs), and the run that everybody makes, in a guest of its own, has to
# be reported as failed, for that reason. KTAP, as the other tests.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/lib.sh"
. "$here/ktap.sh"

# NAME  SUITE  PATTERN: what the debug kernel or the fixture says of it.
debug_gates() {
	cat <<'END'
use-after-free adapter_info BUG: KASAN: slab-use-after-free in .*\[dxgkrnl\]
out-of-bounds adapter_info BUG: KASAN: slab-out-of-bounds in .*\[dxgkrnl\]
leak adapter_info unreferenced object 0x
inversion adapter_info WARNING: possible circular locking dependency detected
atomic-sleep adapter_info BUG: sleeping function called from invalid context
warning adapter_info WARNING: .*gates\.rs
overflow adapter_info attempt to add with overflow
assertion adapter_info rust_kernel: panicked at .*gates\.rs
in-use adapter_info dxgkrnl could not be unloaded afterwards
taint adapter_info the kernel is tainted with 4160, and should be with 4096
no-counter adapter_info no counter mappings
lost-count caller_memory left behind: allocations 0 -> [1-9]
END
}

# gate_run GATE DIR CMD...: a run with its output and the kernel's logs in DIR; its exit status.
gate_run() {
	local gate=$1 dir=$2
	shift 2
	rm -rf "$dir"
	mkdir -p "$dir"
	say "gate $gate: $(basename "$1") ${*:2}"
	DXG_GATE=$gate RUN_DIR=$dir "$@" >"$dir/output.txt" 2>&1 </dev/null
}
sum_of() { tail -n 3 "$1/output.txt" | grep -E '^[0-9]+ passed, [0-9]+ failed$' || :; }
# What a run says of a thing: the first line.
evidence() { # DIR PATTERN
	{ grep -rhaE -m 1 -- "$2" "$1" || :; } | tr -d '\r' | sed -n '1s/^[ #]*//p'
}
# The runs that everybody makes.
make_run() { make -C "$TOP" --no-print-directory "$@"; }

# failing_gate NAME SUITE PATTERN: a run that has to fail, and to say why.
failing_gate() {
	local dir=$TOP/build/gates/$1 rc=0 sum said problem=()
	gate_run "$1" "$dir" make_run test-debug SUITE="$2" MODE=plain || rc=$?
	sum=$(sum_of "$dir") said=$(evidence "$dir" "$3")
	if [ "$rc" = 0 ]; then problem+=("its exit status is 0"); fi
	case $sum in
	"" | *" 0 failed") problem+=("its sum is '$sum'") ;;
	esac
	if [ -z "$said" ]; then problem+=("nothing says '$3'"); fi
	verdict "$dir" "the tests fail of $1" "$sum: $said" "${problem[@]}"
}

# passing_gate NAME DIR-NAME TITLE PATTERN CMD...: a run that has to pass, and to say something.
passing_gate() {
	local gate=$1 dir=$TOP/build/gates/$2 title=$3 pattern=$4 rc=0 said problem=()
	shift 4
	gate_run "$gate" "$dir" "$@" || rc=$?
	if [ "$rc" != 0 ]; then problem+=("its exit status is $rc"); fi
	said=$(evidence "$dir" "$pattern")
	if [ -z "$said" ]; then problem+=("nothing says '$pattern'"); fi
	verdict "$dir" "$title" "$said" "${problem[@]}"
}

verdict() { # DIR TITLE WHAT-THE-RUN-SAID PROBLEM...
	local problem
	echo "# the run: $3"
	for problem in "${@:4}"; do echo "# $problem; see ${1#"$TOP"/}"; done
	if [ $# -gt 3 ]; then tail -n 40 "$1/output.txt" | sed 's/^/#   /'; fi
	ktap_check $(($# > 3)) "$2"
}
wanted() { [ -z "${GATE:-}" ] || [ "$GATE" = "$1" ]; }

ktap_begin
if wanted none; then
	passing_gate none none "the tests pass when no mistake is made" '^[1-9][0-9]* passed, 0 failed$' \
		make_run test-debug SUITE=caller_memory MODE=plain
fi
while read -r name suite pattern; do
	if wanted "$name"; then failing_gate "$name" "$suite" "$pattern"; fi
done < <(debug_gates)
if wanted interruption; then
	passing_gate interruption interruption "the tests pass when signals interrupt calls" 'signals: .*, [0-9]{3,} calls interrupted' \
		make_run test SUITE=guest MODE=signals
	passing_gate interruption restart "SA_RESTART restarts calls" 'signals: [0-9]{3,} delivered, 0 calls interrupted' \
		"$TOP/tools/vm" exec --tests -- env DXG_TEST_SIGNALS=restart create_resource
fi
ktap_end
