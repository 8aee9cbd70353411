#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: compiles crates of the workspace and collects the programs in DIR.
# Usage: crates-make.sh programs DIR PACKAGE     the package's programs
#        crates-make.sh tests DIR                the host's tests, and DIR/list, which has for each of them a
#                                                line FILE, PACKAGE, TARGET, KIND, DIRECTORY-OF-THE-MANIFEST,
#                                                with tabs between; it runs in that directory
set -euo pipefail

messages=$(mktemp)
field() { sed -n "s/.*\"$1\":\[*\"\([^\"]*\)\".*/\1/p" <<<"$2"; }

programs() { # DIR PACKAGE
	local line program
	cargo build --release --locked --message-format=json-render-diagnostics --bins -p "$2" >"$messages"
	grep '"executable":"' "$messages" | while read -r line; do
		program=$(field executable "$line")
		strip -o "$1/${program##*/}" "$program"
	done
}

tests() { # DIR
	local line program target manifest package
	# Of the guest's tests, what is tested on the host is in their library; the suites run in a guest.
	{
		cargo test --locked --workspace --exclude dxg-guest-tests --no-run --message-format=json-render-diagnostics
		cargo test --locked --package dxg-guest-tests --lib --no-run --message-format=json-render-diagnostics
	} >"$messages"
	: >"$1/list"
	grep '"executable":"' "$messages" | grep '"test":true},' | while read -r line; do
		program=$(field executable "$line")
		manifest=$(field manifest_path "$line")
		# The object `target`, which has a name of its own.
		target=${line#*'"target":{'}
		package=$(sed -n 's/^name = "\(.*\)"/\1/p' "$manifest" | head -n 1)
		strip -g -o "$1/${program##*/}" "$program"
		printf '%s\t%s\t%s\t%s\t%s\n' "${program##*/}" "$package" "$(field name "${target%%'"src_path"'*}")" \
			"$(field kind "${target%%'"crate_types"'*}")" "${manifest%/*}" >>"$1/list"
	done
	[ -s "$1/list" ]
}

"$@"
