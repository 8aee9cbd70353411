#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make test [SUITE=...] [KERNEL=...]: host tests and guest tests, as KTAP.
# SUITE is a guest suite, `host`, or `guest` for all suites of the guest.
# shellcheck disable=SC1091,SC2034 # sourced files are checked by themselves, and read what is set here
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/all.sh"
. "$here/ktap.sh"

SUITE=${SUITE:-}

# libtest's lines as one suite. The documentation's examples are tests as well.
host_tests() {
	local line rc number=0 name program='' log=$CACHE/log/host-tests.log
	say "host tests: compiling and running them (whole output: $log)"
	ktap_suite_begin host
	ktap_suite_line 'KTAP version 1'
	while IFS= read -r line; do
		case $line in
		"     Running "*) program=${line#*Running } program=${program%% (*} ;;
		"   Doc-tests "*) program="examples of ${line#*Doc-tests }" ;;
		"test "*" ... ok" | "test "*" ... FAILED")
			name=${line#test } name=${name% ... *}
			number=$((number + 1))
			case $line in
			*ok) ktap_suite_line "ok $number $program: $name" ;;
			*) ktap_suite_line "not ok $number $program: $name" ;;
			esac
			;;
		"test result: "* | "running "* | "" | "test "*" ... ignored"*) ;;
		"rc "*) rc=${line#rc } ;;
		error* | *panicked* | *"assertion "* | "  left: "* | " right: "*) ktap_suite_line "# $line" ;;
		esac
	done < <({
		rc=0
		cargo_in_root test --locked --workspace --exclude dxg-guest-tests --no-fail-fast 2>&1 || rc=$?
		echo "rc $rc"
	} | tee "$log")
	ktap_suite_line "1..$number"
	ktap_suite_end "$rc"
}

# All suites in one guest; each is announced and closed by lines that no test prints.
guest_script() {
	cat <<'END'
for suite; do
	echo "@suite $suite"
	timeout -s KILL 300 "$suite" 2>&1
	echo "@end $?"
done
END
}
guest_tests() { # SUITE...
	local line rc=0 open='' ran=''
	G_MODULE_ARGS='flink_names=1' G_UNLOAD=1 G_TIMEOUT=570 G_PROGRAMS=/cache/crates/suites
	while IFS= read -r line; do
		case $line in
		"@suite "*)
			open=${line#@suite }
			ktap_suite_begin "$open"
			;;
		"@end "*)
			ktap_suite_end "${line#@end }"
			ran+=" $open "
			open=''
			;;
		"@guest "*) rc=${line#@guest } ;;
		"") ;;
		*) if [ -n "$open" ]; then ktap_suite_line "$line"; else echo "# $line"; fi ;;
		esac
	done < <(
		run_guest sh -c "$(guest_script)" suites "$@" || rc=$?
		echo
		echo "@guest $rc"
	)
	if [ -n "$open" ]; then
		SUITE_PLAN=$((SUITE_PASSED + SUITE_FAILED + SUITE_SKIPPED))
		suite_problem "the guest ended in the middle of it"
		ktap_suite_end 1
		ran+=" $open "
	fi
	for suite; do
		case $ran in
		*" $suite "*) ;;
		*) ktap_check 1 "$suite did not run" ;;
		esac
	done
	# What went on outside of the tests: no crash, nothing in the kernel's log, clean unload.
	[ "$rc" = 0 ] || echo "# the guest ended with status $rc (tools/vm --help explains it), see build/run/dmesg.txt"
	ktap_check "$rc" "kernel log and unloading on $K_RELEASE"
}

wanted_suites() {
	local suite
	if [ -z "$SUITE" ] || [ "$SUITE" = guest ]; then
		# A suite that has a floor but no program any more must be missed.
		{
			all_suites
			awk '!/^#/ && NF == 2 && $1 != "host" { print $1 }' "$TOP/tests/floors" 2>/dev/null || :
		} | sort -u
	elif all_suites | grep -qxF "$SUITE"; then
		echo "$SUITE"
	else
		die "there is no suite '$SUITE': SUITE= takes host, guest, $(all_suites | paste -sd ' ')"
	fi
}

if [ "$SUITE" = host ]; then
	check_machine
	need_root
else
	need_everything need_suites
	need_layers
	suites=$(wanted_suites) || exit
fi
ktap_begin
if [ -z "$SUITE" ] || [ "$SUITE" = host ]; then host_tests; fi
# shellcheck disable=SC2086 # suites are words
if [ "$SUITE" != host ]; then guest_tests $suites; fi
ktap_end
