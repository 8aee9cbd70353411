#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: compiles packages of the workspace and collects their programs.
# Usage: crates-make.sh DIR CARGO-ARGS...      Programs go to DIR/bin, names of the suites to DIR/suites.
set -euo pipefail

dir=$1
shift
rm -rf "$dir/bin.new"
mkdir -p "$dir/bin.new"
cargo build --release --locked --message-format=json-render-diagnostics --bins "$@" >"$dir/messages"
: >"$dir/suites.new"
# Order of keys in cargo's messages: package_id, ..., target name, ..., executable.
grep '"executable":"' "$dir/messages" | while read -r line; do
	program=${line##*'"executable":"'}
	program=${program%%'"'*}
	strip -o "$dir/bin.new/${program##*/}" "$program"
	case $line in
	*dxg-guest-tests* | */tests/guest*) echo "${program##*/}" >>"$dir/suites.new" ;;
	esac
done
rm -rf "${dir:?}/bin"
mv "$dir/bin.new" "$dir/bin"
mv "$dir/suites.new" "$dir/suites"
