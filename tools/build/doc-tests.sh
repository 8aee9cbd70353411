#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: compiles and runs the examples in the crates' documentation. Prints what
# `cargo test --doc` prints, and has its exit status.
set -euo pipefail
export DXGKRNL_CACHE=/cache
# shellcheck disable=SC1091 # checked by itself
. "${BASH_SOURCE%/*}/lib.sh"

# As any run of cargo (crates.sh): under its lock, from the copy of the sources.
take_lock crates
sources=(Kbuild rust uapi tests tools)
/src/tools/build/snapshot.sh /cache/crates/src "${sources[@]}"
unchanged /cache/crates/src "${sources[@]}"
export CARGO_TARGET_DIR=/cache/crates/build CARGO_BUILD_JOBS=$JOBS
# shellcheck disable=SC2016 # expanded there
exec unshare --mount --propagation unchanged sh -c 'mount --bind /cache/crates/src /src && cd /src/tools && exec "$@"' - \
	cargo test --locked --workspace --exclude dxg-guest-tests --doc --no-fail-fast
