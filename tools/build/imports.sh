#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# imports.sh [DIR]: no two files of DIR/rust import each other, not through others either, and no room imports from
# one above it. A room is a file or folder of rust/; a room's own file (rust/core.rs) may name what its files define.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/../..}"

# From the top down.
ROOMS='dxgkrnl parameters kunit chardev adapters tables ioctl core vidmm sched fence miniport engine gpuva ddi mem drm
	sys bindings handle counters uapi compat status'

mapfile -t files < <(find rust -name '*.rs' | LC_ALL=C sort)
[ ${#files[@]} -gt 1 ] || { echo "no files in $PWD/rust" >&2; exit 1; }
imports=$(awk -f "$here/imports.awk" "${files[@]}")
[ -n "$imports" ] || { echo "no imports in $PWD/rust" >&2; exit 1; }

wrong=0
up=$(awk -v rooms="$ROOMS" '
	BEGIN { count = split(rooms, names); for (i = 1; i <= count; i++) floor[names[i]] = i }
	function room(file) { sub(/^rust\//, "", file); sub(/(\/.*|\.rs)$/, "", file); return file }
	{
		from = room($1); to = room($2)
		if (!(from in floor)) print from " is no room that tools/build/imports.sh knows (" $1 ")"
		else if (to in floor && floor[from] > floor[to]) print $1 " imports from above: " $2
	}' <<<"$imports")
if [ -n "$up" ]; then
	echo "$up" >&2
	wrong=1
fi
# tsort names the files of each circle.
circles=$(tsort <<<"$imports" 2>&1 >/dev/null | sed 's/^tsort: //; s/^-: input contains a loop:/a circle:/') || :
if [ -n "$circles" ]; then
	echo "$circles" >&2
	wrong=1
fi
exit $wrong
