#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Makes the build root and the build trees of the given series (all tested ones by default).
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
. "${BASH_SOURCE%/*}/all.sh"

check_machine
need_root
# shellcheck disable=SC2046 # series are words
[ $# -gt 0 ] || set -- $(all_series)
for series; do
	pick_kernel "$series"
	need_kernel
	say "kernel $K_RELEASE: ready in $K_DIR"
done
