#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# in-root.sh CMD ARGS: runs CMD in the build root, in the checkout, which it may write to.
# For what the make targets do not do: cargo update, generators, a look at the archive.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
. "${BASH_SOURCE%/*}/all.sh"

check_machine
need_root
# cargo's own locks are the crates' as well, and objects of the checkout itself have a place of their own.
case $1 in cargo) take_lock crates ;; esac
DXGKRNL_RW=1 in_root --chdir /src --env CARGO_TARGET_DIR=/src/build/target "$@"
