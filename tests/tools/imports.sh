#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# What tools/build/imports.sh has to find, and what it has to let pass.
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# file NAME TEXT
file() {
	mkdir -p "$(dirname "$dir/rust/$1")"
	printf '%s\n' "$2" >"$dir/rust/$1"
}

# expect TITLE RESULT [WORDS]: what is said of the tree has the words.
expect() {
	local said rc=0
	said=$("$top/tools/build/imports.sh" "$dir" 2>&1) || rc=$?
	if [ "$rc" != "$2" ] || [[ $said != *"${3:-}"* ]]; then
		echo "$1: status $rc, said: $said"
		failed=1
	fi
	rm -rf "${dir:?}/rust"
}

tree() {
	file dxgkrnl.rs 'use crate::core::Registry;'
	file core.rs 'mod one; use crate::vidmm::{self, ledger::Ledger}; pub(crate) struct Registry;'
	file core/one.rs 'use super::Registry;'
	file vidmm.rs 'mod ledger; pub(crate) struct VidMm;'
	file vidmm/ledger.rs $'// use crate::core::Registry;\nuse super::VidMm;\nuse kernel::{sync::Arc, prelude::*};'
}

tree
expect 'a tree without a circle' 0
tree
file core/two.rs $'use super::{\n    one::A,\n    Registry, //\n};'
file core/one.rs 'use crate::core::two::B as C;'
expect 'a circle of two' 1 'rust/core/one.rs'
tree
file core/one.rs 'use super::two::A;'
file core/two.rs 'use crate::{vidmm::VidMm, core::{three::{A, B}}};'
file core/three.rs 'pub(super) use super::super::core::one::C;'
expect 'a circle of three' 1 'a circle:'
tree
file vidmm/ledger.rs 'use crate::core::one::A;'
expect 'an import from above' 1 'rust/vidmm/ledger.rs imports from above: rust/core/one.rs'
tree
file attic.rs 'use crate::core::Registry;'
expect 'a room without a floor' 1 'attic is no room'
mkdir -p "$dir/rust"
expect 'an empty tree' 1 'no files'
exit $failed
