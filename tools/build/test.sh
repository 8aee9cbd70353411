#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make test [SUITE=...] [KERNEL=...] [MODE=...]: host tests and guest tests, as KTAP.
# SUITE is a guest suite, `host`, `kunit`, or `guest` for all suites of the guest.
# MODE is plain, signals, faults or script (Documentation/testing.md); the debug kernel, which is
# `make test-debug`, by default has all of them, each in a guest of its own.
# shellcheck disable=SC1091,SC2034 # sourced files are checked by themselves, and read what is set here
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/all.sh"
. "$here/ktap.sh"
. "$here/conformance.sh"

SUITE=${SUITE:-} MODE=${MODE:-}

# libtest's lines as one suite. The documentation's examples are tests as well.
host_tests() {
	local line rc number=0 plan=0 name program='' log=$CACHE/log/host-tests.log
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
		# libtest's own count: no line of a test may be missed.
		"test result: "*)
			[[ $line =~ \ ([0-9]+)\ passed\;\ ([0-9]+)\ failed ]]
			plan=$((plan + BASH_REMATCH[1] + BASH_REMATCH[2]))
			;;
		"running "* | "" | "test "*" ... ignored"*) ;;
		"rc "*) rc=${line#rc } ;;
		error* | *panicked* | *"assertion "* | "  left: "* | " right: "*) ktap_suite_line "# $line" ;;
		esac
	done < <({
		rc=0
		cargo_in_root test --locked --workspace --exclude dxg-guest-tests --no-fail-fast 2>&1 || rc=$?
		echo "rc $rc"
	} | tee "$log")
	ktap_suite_line "1..$plan"
	ktap_suite_end "$rc"
}

# All suites in one guest; each is announced and closed by lines that no test prints.
guest_script() {
	cat <<'END'
limit=$1
shift
for suite; do
	echo "@suite $suite"
	timeout -s KILL "$limit" "$suite" 2>&1
	echo "@end $?"
done
END
}
# The results that KUnit keeps of the suites that ran when the module was loaded.
kunit_script() {
	cat <<'END'
for suite in /sys/kernel/debug/kunit/dxgkrnl_*; do
	echo "@suite ${suite##*/}"
	sed -n 's/^    //p' "$suite/results"
	echo "@end $?"
done
END
}

# guest_pass MODE SUITE...: one guest, and what went on in it outside of the tests: no crash, nothing
# in the kernel's log, no other taint, no leaked memory, clean unload.
guest_pass() {
	local mode=$1 mark='' script='' words=() seconds=300 line rc=0 open='' ran='' cases=$RUN_DIR/conformance.ktap
	shift
	mkdir -p "$RUN_DIR"
	: >"$cases"
	G_MODULE_ARGS='flink_names=1 commit_mib=256' G_UNLOAD=1 G_TIMEOUT=570 G_PROGRAMS="dxg suites c" G_CMDLINE=''
	# TAINT_OOT_MODULE; Debian's kernel also minds that a module is not signed.
	G_TAINT=$((1 << 12 | 1 << 13))
	if [ "$K_FLAVOUR" = debug ]; then G_TAINT=$((1 << 12)) G_LEAKS=1 G_TIMEOUT=1500 seconds=1200; fi
	script=$(guest_script)
	words=("$seconds" "$@")
	case $mode in
	plain) ;;
	script)
		export DXG_SCRIPT=y
		need_module
		need_layers
		;;
	kunit) G_CMDLINE=kunit.enable=1 G_TAINT=$((G_TAINT | 1 << 18)) script=$(kunit_script) words=() ;;
	*)
		mark=" under $mode"
		script="export DXG_TEST_${mode^^}=1; $script"
		;;
	esac
	while IFS= read -r line; do
		case $line in
		"@suite "*)
			open=${line#@suite }
			ktap_suite_begin "$open$mark"
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
		if [ "$open" = conformance ]; then echo "$line" >>"$cases"; fi
	done < <(
		run_guest sh -c "$script" suites "${words[@]}" || rc=$?
		echo
		echo "@guest $rc"
	)
	unset DXG_SCRIPT
	if [ -n "$open" ]; then
		SUITE_PLAN=$((SUITE_PASSED + SUITE_FAILED + SUITE_SKIPPED))
		suite_problem "the guest ended in the middle of it"
		ktap_suite_end 1
		ran+=" $open "
	fi
	for suite; do
		case $ran in
		*" $suite "*) ;;
		*) ktap_check 1 "$suite$mark did not run" ;;
		esac
	done
	# The modes add nothing to it.
	if [ "$mode" = plain ] && [ -s "$cases" ]; then check_conformance "$cases"; fi
	cp "$RUN_DIR/dmesg.txt" "$RUN_DIR/dmesg-$mode.txt" 2>/dev/null || :
	[ "$rc" = 0 ] || echo "# the guest ended with status $rc (tools/vm --help explains it), see build/run/dmesg-$mode.txt"
	ktap_check "$rc" "kernel log, taint$([ "$G_LEAKS" = 0 ] || echo ', leaks') and unloading on $K_RELEASE, $mode"
}

# A suite that has a floor but no program any more must be missed.
floors() { awk '!/^#/ && NF >= 2' "$TOP/tests/floors"; }
kunit_suites() { floors | awk '/^dxgkrnl_/ { print $1 }'; }
# Without those that are for the other kernel, or for the adapter of tests.
suites_of() { # FLAVOUR
	{
		all_suites
		floors | awk '!/^(host |dxgkrnl_)/ { print $1 }'
	} | sort -u | grep -vxF "$(floors | awk -v f="$1" 'NF == 3 && $3 != f && $3 != "unswept" { print $1 }')"
}
# wanted_suites MODE
wanted_suites() {
	local known
	case $1 in
	kunit) known=$(kunit_suites) ;;
	script) known=$(floors | awk '$3 == "script" { print $1 }') ;;
	plain)
		known=$(suites_of "$K_FLAVOUR")
		# A whole run on the debug kernel has all others under signals and under faults.
		if [ "$K_FLAVOUR$MODE$SUITE" = debug ]; then known=$(grep -vxF "$(suites_of stock)" <<<"$known"); fi
		;;
	# The suites of the checkers themselves have nothing to do with signals and faults.
	*)
		known=$(suites_of stock | grep -xF "$(suites_of debug)")
		# Nor have those that spare all their calls to do with faults.
		if [ "$1" = faults ]; then known=$(grep -vxF "$(floors | awk '$3 == "unswept" { print $1 }')" <<<"$known"); fi
		;;
	esac
	case $SUITE in
	"" | guest) echo "$known" ;;
	kunit) if [ "$1" = kunit ]; then echo "$known"; fi ;;
	*) grep -xF "$SUITE" <<<"$known" || : ;;
	esac
}

wanted_modes() {
	if [ -n "$MODE" ]; then
		echo "$MODE"
	elif [ "$K_FLAVOUR" = debug ]; then
		echo kunit plain signals faults script
	else
		echo plain script
	fi
}
check_mode() {
	case $MODE:$K_FLAVOUR in
	:* | plain:* | signals:* | script:* | faults:debug | kunit:debug) ;;
	faults:* | kunit:*) die "MODE=$MODE needs the debug kernel: make test-debug MODE=$MODE" ;;
	*) die "there is no mode '$MODE': MODE= takes plain, signals, script and, with make test-debug, faults and kunit" ;;
	esac
}

# --- The run -------------------------------------------------------------------

if [ "$SUITE" = host ]; then
	check_machine
	need_root
	ktap_begin
	host_tests
	ktap_end
	exit
fi
need_everything need_dxg need_suites
check_mode
need_layers
passes=()
for mode in $(wanted_modes); do
	suites=$(wanted_suites "$mode")
	if [ -n "$suites" ]; then passes+=("$mode" "$suites"); fi
done
[ ${#passes[@]} -gt 0 ] ||
	die "there is no suite '$SUITE' for this kernel and mode: SUITE= takes host, guest, kunit, script, $(suites_of "$K_FLAVOUR" | paste -sd ' ')"
ktap_begin
# The host's tests have nothing to do with the kernel: they run once, with the stock one.
if [ -z "$SUITE" ] && [ "$K_FLAVOUR" = stock ]; then host_tests; fi
set -- "${passes[@]}"
while [ $# -gt 0 ]; do
	# shellcheck disable=SC2086 # suites are words
	guest_pass "$1" $2
	shift 2
done
ktap_end
