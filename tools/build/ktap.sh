# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Writes KTAP and counts. Tests that count are those one level below a suite, and the checks that
# a script makes itself.

KTAP_PASSED=0 KTAP_FAILED=0 KTAP_NUMBER=0

ktap_begin() { echo 'KTAP version 1'; }

# ktap_result RC NAME: one top-level line, without counting.
ktap_result() {
	KTAP_NUMBER=$((KTAP_NUMBER + 1))
	if [ "$1" = 0 ]; then echo "ok $KTAP_NUMBER $2"; else echo "not ok $KTAP_NUMBER $2"; fi
}
# ktap_check RC NAME: one top-level line that counts.
ktap_check() {
	if [ "$1" = 0 ]; then KTAP_PASSED=$((KTAP_PASSED + 1)); else KTAP_FAILED=$((KTAP_FAILED + 1)); fi
	ktap_result "$@"
}
# ktap_run NAME CMD...: runs CMD as one check; its output is shown only if it fails.
ktap_run() {
	local name=$1 rc=0 log
	shift
	log=$(mktemp)
	("$@") >"$log" 2>&1 || rc=$?
	if [ "$rc" != 0 ]; then sed 's/^/# /' "$log"; fi
	rm -f "$log"
	ktap_check "$rc" "$name"
}

# ktap_end: the plan, and the line that closes every run. Fails if a test failed or none ran.
ktap_end() {
	echo "1..$KTAP_NUMBER"
	echo "$KTAP_PASSED passed, $KTAP_FAILED failed"
	[ "$KTAP_FAILED" = 0 ] && [ "$KTAP_PASSED" -gt 0 ]
}

# --- One suite inside the run ------------------------------------------------
# ktap_suite_begin NAME; ktap_suite_line LINE (of the suite's own KTAP)...; ktap_suite_end RC

ktap_suite_begin() {
	SUITE_NAME=$1 SUITE_PASSED=0 SUITE_FAILED=0 SUITE_SKIPPED=0 SUITE_PLAN=''
	echo "# Subtest: $1"
}
ktap_suite_line() {
	printf '    %s\n' "$1"
	case $1 in
	"ok "*" # SKIP"*) SUITE_SKIPPED=$((SUITE_SKIPPED + 1)) ;;
	"ok "*) SUITE_PASSED=$((SUITE_PASSED + 1)) ;;
	"not ok "*) SUITE_FAILED=$((SUITE_FAILED + 1)) ;;
	1..*) SUITE_PLAN=${1#1..} SUITE_PLAN=${SUITE_PLAN%% *} ;;
	esac
}
suite_problem() {
	echo "# $SUITE_NAME: $1"
	SUITE_FAILED=$((SUITE_FAILED + 1))
}
# The suite fails also if it died, ran less than its plan, or less than its floor.
ktap_suite_end() {
	local rc=$1 ran floor
	if [ "$rc" != 0 ] && [ "$SUITE_FAILED" = 0 ]; then suite_problem "ended with status $rc though no test of it failed"; fi
	ran=$((SUITE_PASSED + SUITE_FAILED))
	if [ "$SUITE_PLAN" != $((ran + SUITE_SKIPPED)) ]; then
		suite_problem "its plan was ${SUITE_PLAN:-missing}, $((ran + SUITE_SKIPPED)) results came"
	fi
	# A mode does not make a suite smaller: "lock under signals" has the floor of "lock".
	floor=$(floor_of "${SUITE_NAME%% *}")
	if [ -z "$floor" ]; then
		suite_problem "tests/floors has no line for it"
	elif [ "$ran" -lt "$floor" ]; then
		suite_problem "$ran tests ran, its floor in tests/floors is $floor"
	fi
	KTAP_PASSED=$((KTAP_PASSED + SUITE_PASSED))
	KTAP_FAILED=$((KTAP_FAILED + SUITE_FAILED))
	[ "$SUITE_SKIPPED" = 0 ] || echo "# $SUITE_NAME: $SUITE_SKIPPED skipped"
	ktap_result "$([ "$SUITE_FAILED" = 0 ] && echo 0 || echo 1)" "$SUITE_NAME"
}
floor_of() { awk -v s="$1" '!/^#/ && $1 == s { print $2 }' "$TOP/tests/floors" 2>/dev/null || :; }
