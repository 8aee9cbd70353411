#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Whether SUITE, MODE, KERNEL and GATE have a meaning, alone and together, before anything is built or
# downloaded. Sourced: check_words. Run: the same, or with --make what the Makefile asks of its command
# line. It needs bash and awk, nothing that the build route makes, and none of its other scripts.

WORDS_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Whatever was typed, it is one line. The status is that of set-up errors (lib.sh).
words_die() {
	local line=$*
	printf 'dxgkrnl: error: %s\n' "${line//[![:print:]]/?}" >&2
	exit 123
}

# --- The words -----------------------------------------------------------------

known_suites() {
	echo host guest kunit compat once
	awk '!/^#/ && NF >= 3 && $1 !~ /^dxgkrnl_/ && $1 != "host" { print $1 }' "$WORDS_TOP/tests/floors"
}
known_modes() { echo plain signals faults script counted kunit; }
known_kernels() {
	echo debug
	awk '!/^#/ && NF >= 6 { if (!seen[$1]++) print $1; releases = releases " " $2 } END { print releases }' \
		"$WORDS_TOP/tools/kernels.lock"
}
known_gates() {
	echo none planted interruption
	awk '!/^#/ && NF >= 3 { print $1 }' "$WORDS_TOP/tests/gates"
}

known_crates() {
	echo module
	awk '/^\[/ { package = $0 == "[package]" } package && /^name = / { gsub(/"/, ""); print $3 }' \
		"$WORDS_TOP"/tools/*/Cargo.toml "$WORDS_TOP"/tests/*/Cargo.toml
}

is_among() { # WORD KNOWN...
	local word=$1 known
	shift
	for known; do
		if [ "$known" = "$word" ]; then return; fi
	done
	return 1
}

# nearest LIMIT WORD KNOWN...: what of KNOWN was probably meant by WORD: as few letters as possible
# wrong, missing, too many or in the wrong order, at most LIMIT and a third of the word; else what has it
# as a part. Up to three words, each on a line. Case does not count.
nearest() {
	NEAR_LIMIT=$1 NEAR_WORD=$2 awk '
		function least(a, b) { return a < b ? a : b }
		# Insertions, deletions, replacements, and neighbours that have changed places.
		function distance(a, b,    i, j, same, d) {
			for (i = 0; i <= length(a); i++) d[i, 0] = i
			for (j = 0; j <= length(b); j++) d[0, j] = j
			for (i = 1; i <= length(a); i++)
				for (j = 1; j <= length(b); j++) {
					same = substr(a, i, 1) == substr(b, j, 1)
					d[i, j] = least(least(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + !same)
					if (i > 1 && j > 1 && substr(a, i, 1) == substr(b, j - 1, 1) && substr(a, i - 1, 1) == substr(b, j, 1))
						d[i, j] = least(d[i, j], d[i - 2, j - 2] + 1)
				}
			return d[length(a), length(b)]
		}
		BEGIN {
			word = tolower(ENVIRON["NEAR_WORD"])
			limit = int((length(word) + 1) / 3)
			if (limit < 1) limit = 1
			limit = least(limit, ENVIRON["NEAR_LIMIT"] + 0)
			# Nobody means a word by something as long as a line.
			if (length(word) > 40) exit
			for (i = 1; i < ARGC; i++) {
				known = tolower(ARGV[i])
				score = distance(word, known)
				# The first of several words counts like one wrong letter.
				if (length(word) >= 3 && index(known, word) == 1 && substr(known, length(word) + 1, 1) ~ /[_-]/) score = 1
				if (score > limit || score >= length(word))
					score = length(word) < 3 ? 1000 : index(known, word) == 1 ? 100 : index(known, word) ? 200 : 1000
				if (score < best || i == 1) { best = score; count = 0 }
				if (score == best) found[++count] = ARGV[i]
			}
			if (best < 1000) for (i = 1; i <= count && i <= 3; i++) print found[i]
		}' "${@:3}"
}

# did_you_mean PREFIX WORD...: "did you mean PREFIXa, b or c?"
did_you_mean() {
	local text=$1$2
	case $# in
	3) text+=" or $3" ;;
	4) text+=", $3 or $4" ;;
	esac
	echo "did you mean $text?"
}

check_word() { # NAME WHAT-IT-IS KNOWN...
	local name=$1 what=$2 word=${!1:-} near
	shift 2
	if [ -z "$word" ] || is_among "$word" "$@"; then return; fi
	mapfile -t near < <(nearest 3 "$word" "$@")
	if [ ${#near[@]} -gt 0 ]; then
		words_die "there is no $what '$word'; $(did_you_mean "$name=" "${near[@]}")"
	fi
	words_die "there is no $what '$word'; $name= takes $*"
}

# --- What goes together --------------------------------------------------------

suite_is() { # SUITE FLAG
	awk -v suite="$1" -v flag="$2" '$1 == suite { for (i = 4; i <= NF; i++) if ($i == flag) found = 1 }
		END { exit !found }' "$WORDS_TOP/tests/floors"
}

# command_for debug|stock [SUITE [MODE]]: what to type. The stock kernel's series stays as it was given.
command_for() {
	local command='make test'
	if [ "$1" = debug ]; then command='make test-debug'; fi
	if [ -n "${2:-}" ]; then command+=" SUITE=$2"; fi
	if [ -n "${3:-}" ]; then command+=" MODE=$3"; fi
	if [ "$1" = stock ] && [ "${2:-}" != host ] && [ -n "${KERNEL:-}" ] && [ "$KERNEL" != debug ]; then command+=" KERNEL=$KERNEL"; fi
	echo "$command"
}

check_combination() {
	local suite=${SUITE:-} mode=${MODE:-} kernel=stock
	if [ "${KERNEL:-}" = debug ]; then kernel=debug; fi
	case $suite in
	host)
		if [ "$kernel$mode" != stock ]; then
			words_die "the host's tests need no kernel and have no modes: $(command_for stock host)"
		fi
		return
		;;
	kunit)
		case ${mode:-kunit} in
		kunit) ;;
		*) words_die "the module's KUnit suites run in the mode kunit only: $(command_for debug kunit)" ;;
		esac
		if [ "$kernel" = stock ]; then words_die "SUITE=kunit needs the debug kernel: $(command_for debug kunit)"; fi
		return
		;;
	'' | guest | compat | once) ;;
	*)
		if [ "$kernel" = debug ] && suite_is "$suite" stock; then
			words_die "the suite $suite runs on the stock kernel only: $(command_for stock "$suite")"
		elif [ "$kernel" = stock ] && suite_is "$suite" debug; then
			words_die "the suite $suite runs on the debug kernel only: $(command_for debug "$suite")"
		elif suite_is "$suite" script; then
			if [ "${mode:-script}" != script ]; then
				words_die "the suite $suite runs in the mode script only: $(command_for "$kernel" "$suite")"
			fi
			return
		elif suite_is "$suite" counted; then
			if [ "${mode:-counted}" != counted ]; then
				words_die "the suite $suite runs in the mode counted only: $(command_for "$kernel" "$suite")"
			fi
			return
		elif [ "$mode" = faults ] && suite_is "$suite" unswept; then
			words_die "the suite $suite does not run under faults: $(command_for debug "$suite")"
		fi
		case $mode in
		signals | faults)
			# What is for one kernel has to do with that kernel or its checkers, not with the modes.
			if suite_is "$suite" stock || suite_is "$suite" debug; then
				words_die "the suite $suite runs in the mode plain only: $(command_for "$kernel" "$suite")"
			fi
			;;
		esac
		;;
	esac
	case $mode:$suite in
	script: | script:guest) ;;
	script:*) words_die "MODE=script runs the suite script, not $suite: $(command_for "$kernel" script)" ;;
	counted: | counted:guest) ;;
	counted:*) words_die "MODE=counted runs the suite worst_case, not $suite: $(command_for "$kernel" worst_case)" ;;
	kunit: | kunit:guest) ;;
	kunit:*) words_die "MODE=kunit runs the module's KUnit suites, not $suite: $(command_for debug kunit)" ;;
	esac
	case $mode:$kernel in
	faults:stock | kunit:stock) words_die "MODE=$mode needs the debug kernel: $(command_for debug "$suite" "$mode")" ;;
	esac
}

# check_words [NAME...]: dies with one line if one of these variables (default: all of them) has no meaning,
# or if they have none together.
check_words() {
	local name known
	if [ $# = 0 ]; then set -- SUITE MODE KERNEL GATE CRATE; fi
	for name; do
		case $name in
		SUITE)
			if [[ ${SUITE:-} = dxgkrnl_* ]]; then
				words_die "the module's KUnit suites run together: $(command_for debug kunit)"
			fi
			mapfile -t known < <(known_suites | tr ' ' '\n')
			check_word SUITE suite "${known[@]}"
			;;
		MODE)
			mapfile -t known < <(known_modes | tr ' ' '\n')
			check_word MODE mode "${known[@]}"
			;;
		KERNEL)
			mapfile -t known < <(known_kernels | tr -s ' ' '\n' | sed '/^$/d')
			check_word KERNEL 'tested kernel' "${known[@]}"
			;;
		GATE)
			mapfile -t known < <(known_gates | tr ' ' '\n')
			check_word GATE gate "${known[@]}"
			;;
		CRATE)
			mapfile -t known < <(known_crates)
			check_word CRATE crate "${known[@]}"
			;;
		esac
	done
	if is_among SUITE "$@" || is_among MODE "$@"; then check_combination; fi
}

# --- make's command line -------------------------------------------------------

# A goal that is no target may be the value of a variable. The lists are make_words's.
unknown_goal() { # GOAL
	local goal=$1 near known kernel=stock
	if is_among test-debug "${goals[@]}"; then kernel=debug; fi
	mapfile -t known < <(known_suites | tr ' ' '\n')
	if is_among "$goal" "${known[@]}"; then
		if [ "$goal" = kunit ] || suite_is "$goal" debug; then kernel=debug; fi
		if [ "$goal" = host ] || suite_is "$goal" stock; then kernel=stock; fi
		words_die "there is no target '$goal'; $(command_for "$kernel" "$goal") runs that suite"
	fi
	mapfile -t near < <(known_modes | tr ' ' '\n')
	if is_among "$goal" "${near[@]}"; then
		if [ "$goal" = faults ]; then kernel=debug; fi
		words_die "there is no target '$goal'; $(command_for "$kernel" "${SUITE:-}" "$goal") runs that mode"
	fi
	if [ "$goal" = debug ]; then words_die "there is no target 'debug'; make test-debug tests on the debug kernel"; fi
	mapfile -t near < <(known_kernels | tr -s ' ' '\n')
	if is_among "$goal" "${near[@]}"; then
		words_die "there is no target '$goal'; make test KERNEL=$goal tests on that kernel"
	fi
	mapfile -t near < <(known_gates | tr ' ' '\n')
	if is_among "$goal" "${near[@]}"; then
		words_die "there is no target '$goal'; make test-gates GATE=$goal runs that gate"
	fi
	mapfile -t near < <(nearest 3 "$goal" "${targets[@]}")
	if [ ${#near[@]} -gt 0 ]; then
		words_die "there is no target '$goal'; $(did_you_mean 'make ' "${near[@]}")"
	fi
	mapfile -t near < <(nearest 3 "$goal" "${known[@]}")
	if [ ${#near[@]} -gt 0 ]; then
		words_die "there is no target '$goal'; $(did_you_mean 'make test SUITE=' "${near[@]}")"
	fi
	words_die "there is no target '$goal'; the targets are ${targets[*]}"
}

# What packagers and Kbuild's users give to every make goes through where it may be of use, unless it is
# nearly a name of ours: LLVM=1 reaches the kernel's build, and an installation need not mind CFLAGS.
unknown_variable() { # NAME
	local name=$1 goal limit=3 near
	case $name in
	# Other settings of the route and of what it calls, which make hands on in the environment.
	DXG_* | DXGKRNL_* | XDG_* | *_proxy | QUIET | HOME | PATH | SHELL | DISPLAY | WAYLAND_DISPLAY | XAUTHORITY) return ;;
	esac
	for goal in "${goals[@]}"; do
		case $goal in
		module | install | uninstall) limit=1 ;;
		esac
	done
	# Too short a name is near to everything.
	if [ "$limit" = 1 ] && [ ${#name} -lt 4 ]; then return; fi
	mapfile -t near < <(nearest "$limit" "$name" "${variables[@]}")
	if [ ${#near[@]} -gt 0 ]; then
		words_die "there is no variable '$name'; $(did_you_mean '' "${near[@]}")"
	fi
	if [ "$limit" = 1 ]; then return; fi
	words_die "there is no variable '$name'; the variables are ${variables[*]}"
}

# make_words GOALS TARGETS GIVEN VARIABLES: the goals against the targets, the variables of the command
# line against those that mean something, then the values for the goals that read them.
make_words() {
	local goals=() targets=() given=() variables=() word
	# Each is one argument, as the Makefile has them.
	read -r -a goals <<<"$1"
	read -r -a targets <<<"$2"
	read -r -a given <<<"$3"
	read -r -a variables <<<"$4"
	for word in "${goals[@]}"; do
		if ! is_among "$word" "${targets[@]}"; then unknown_goal "$word"; fi
	done
	for word in "${given[@]}"; do
		if ! is_among "$word" "${variables[@]}"; then unknown_variable "$word"; fi
	done
	for word in "${goals[@]}"; do
		case $word in
		test) check_words SUITE MODE KERNEL ;;
		test-debug)
			if is_among KERNEL "${given[@]}" && [ -n "${KERNEL:-}" ] && [ "$KERNEL" != debug ]; then
				check_words KERNEL
				words_die "make test-debug has a kernel of its own; on $KERNEL: $(command_for stock "${SUITE:-}" "${MODE:-}")"
			fi
			KERNEL=debug check_words SUITE MODE
			;;
		test-gates) check_words GATE ;;
		check) check_words CRATE ;;
		# With KDIR it is a kernel of one's own.
		module) if [ -z "${KDIR:-}" ]; then check_words KERNEL; fi ;;
		run | shell | rust-analyzer) check_words KERNEL ;;
		esac
	done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -euo pipefail
	case ${1:-} in
	--make) make_words "${@:2}" ;;
	'') check_words ;;
	*)
		echo "usage: ${0##*/} [--make GOALS TARGETS GIVEN VARIABLES]" >&2
		exit 2
		;;
	esac
fi
