#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: compiles a package of the workspace and collects its programs.
# Usage: crates-make.sh DIR PACKAGE
set -euo pipefail

dir=$1
messages=$(mktemp)
cargo build --release --locked --message-format=json-render-diagnostics --bins -p "$2" >"$messages"
rm -rf "$dir.new"
mkdir "$dir.new"
grep '"executable":"' "$messages" | while read -r line; do
	program=${line##*'"executable":"'}
	program=${program%%'"'*}
	strip -o "$dir.new/${program##*/}" "$program"
done
rm -rf "$dir"
mv "$dir.new" "$dir"
