# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# The crates (tools/Cargo.toml), compiled in the build root. Needs lib.sh and root.sh.

CRATES=$CACHE/crates

crate_sources() {
	(cd "$TOP" && ls -d tools/Cargo.toml tools/Cargo.lock tools/*/Cargo.toml tests uapi 2>/dev/null) | sed 's,/Cargo.toml$,,; s,^tools$,tools/Cargo.toml,'
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

# Programs for the guest, to $CRATES/bin: dxg and the test suites.
need_crates() {
	local key
	key=$(crates_key)
	if stamp_is "$CRATES/stamp" "$key"; then return; fi
	mkdir -p "$CRATES"
	with_lock crates refresh_crates "$key"
}
refresh_crates() {
	if stamp_is "$CRATES/stamp" "$1"; then return; fi
	step "programs" "compiling dxg and the guest tests (cargo downloads the crates they use)" build_crates
	stamp_set "$CRATES/stamp" "$1"
}
build_crates() {
	local packages=(-p dxg)
	if [ -f "$TOP/tests/guest/Cargo.toml" ]; then packages+=(-p dxg-guest-tests); fi
	in_root --chdir /src/tools --env CARGO_TARGET_DIR=/cache/crates/target --env "CARGO_BUILD_JOBS=$JOBS" \
		/src/tools/build/crates-make.sh /cache/crates "${packages[@]}"
}
