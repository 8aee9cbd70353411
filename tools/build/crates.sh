# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# The crates (tools/Cargo.toml), compiled in the build root. Needs lib.sh and root.sh.

CRATES=$CACHE/crates

crate_sources() {
	(cd "$TOP" && ls -d tools/Cargo.toml tools/Cargo.lock tools/*/Cargo.toml tests uapi rust/miniport/script/wire.rs 2>/dev/null) | sed 's,/Cargo.toml$,,; s,^tools$,tools/Cargo.toml,'
}
crates_key() {
	local sources
	mapfile -t sources < <(crate_sources)
	printf '%s ' 1 "$(toolchain | sha)" "$(hash_files "${sources[@]}")"
}

# cargo_in_root ARGS: the checkout is read-only in there, so the lock file has to be right.
cargo_in_root() {
	in_root --chdir /src/tools --env CARGO_TARGET_DIR=/cache/crates/target --env "CARGO_BUILD_JOBS=$JOBS" cargo "$@"
}

# need_programs NAME PACKAGE: the package's programs, to $CRATES/NAME.
need_programs() {
	local key
	key=$(crates_key)
	if stamp_is "$CRATES/stamp-$1" "$key" && [ -d "$CRATES/$1" ]; then return; fi
	mkdir -p "$CRATES"
	with_lock crates refresh_programs "$@" "$key"
}
refresh_programs() { # NAME PACKAGE KEY
	if stamp_is "$CRATES/stamp-$1" "$3" && [ -d "$CRATES/$1" ]; then return; fi
	step "$2" "compiling the programs for the guest (cargo downloads the crates they use)" \
		in_root --chdir /src/tools --env CARGO_TARGET_DIR=/cache/crates/target --env "CARGO_BUILD_JOBS=$JOBS" \
		/src/tools/build/crates-make.sh "/cache/crates/$1" "$2"
	stamp_set "$CRATES/stamp-$1" "$3"
}
need_dxg() { need_programs bin dxg; }
# The guest's test suites are programs of one package; one of them runs C programs.
need_suites() {
	need_programs suites dxg-guest-tests
	need_c_programs
}
# shellcheck disable=SC2034 # of test.sh and tools/vm
SUITE_PROGRAMS="/cache/crates/suites /cache/crates/c/bin"

# c_make NAME COMMAND ARGS: libd3dkmt.so and what belongs to it (c-make.sh).
c_make() {
	step "$1" "compiling the C library" \
		in_root --chdir /src/tools --env CARGO_TARGET_DIR=/cache/crates/target --env "CARGO_BUILD_JOBS=$JOBS" \
		/src/tools/build/c-make.sh "${@:2}"
}
# need_c_programs: $CRATES/c is a prefix with libd3dkmt and the C programs of the tests.
need_c_programs() {
	local key
	key="$(crates_key) $(hash_files tools/build/c-make.sh)"
	if stamp_is "$CRATES/stamp-c" "$key" && [ -d "$CRATES/c" ]; then return; fi
	with_lock crates refresh_c_programs "$key"
}
refresh_c_programs() { # KEY
	if stamp_is "$CRATES/stamp-c" "$1" && [ -d "$CRATES/c" ]; then return; fi
	c_make c-tests programs /cache/crates/c
	stamp_set "$CRATES/stamp-c" "$1"
}
all_suites() { (cd "$CRATES/suites" && ls); }
