#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make format: formats the crates, and the module with the kernel's settings.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/all.sh"

check_machine
need_root
pick_kernel
need_kernel
"$here/in-root.sh" cargo fmt --all --manifest-path tools/Cargo.toml
"$here/in-root.sh" rustfmt --edition 2021 --config-path "/cache/kernel/$K_RELEASE/src/.rustfmt.toml" rust/dxgkrnl.rs
