# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Sums up commands that each end with a line "N passed, N failed". Runs them in the checkout.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
SUM_PASSED=0 SUM_FAILED=0
SUM_OUTPUT=$(mktemp)
SUM_FAILURES=$(mktemp)
trap 'rm -f "$SUM_OUTPUT" "$SUM_FAILURES"' EXIT

# sum_of TITLE CMD...: without that line, or with a status that it does not explain, CMD is one failure.
sum_of() {
	local title=$1 rc=0 sum begun=$SECONDS
	shift
	echo "=== $title"
	"$@" | tee "$SUM_OUTPUT" || rc=$?
	sum=$(tail -n 1 "$SUM_OUTPUT")
	echo "=== took $((SECONDS - begun)) s"
	# A failed test is in the middle of a long output: it is said again where all is summed up.
	if grep -q '^ *not ok' "$SUM_OUTPUT"; then
		{ echo "=== failed in $title" && grep -B 12 -A 2 '^ *not ok' "$SUM_OUTPUT"; } >>"$SUM_FAILURES"
	fi
	if [[ $sum =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		SUM_PASSED=$((SUM_PASSED + BASH_REMATCH[1]))
		SUM_FAILED=$((SUM_FAILED + BASH_REMATCH[2]))
		if [ "$rc" = 0 ] || [ "${BASH_REMATCH[2]}" != 0 ]; then return; fi
	fi
	echo "not ok: '$*' ended with status $rc before its sum" | tee -a "$SUM_FAILURES"
	SUM_FAILED=$((SUM_FAILED + 1))
}
# sum_end: what failed, and the line that closes all.
sum_end() {
	cat "$SUM_FAILURES"
	echo "$SUM_PASSED passed, $SUM_FAILED failed"
	[ "$SUM_FAILED" = 0 ] && [ "$SUM_PASSED" -gt 0 ]
}
