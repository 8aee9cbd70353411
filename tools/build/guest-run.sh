#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: packs the layer of this run and boots.
# Usage: guest-run.sh CONF-DIR PROGRAM-DIRS KERNEL LAYER...
set -euo pipefail

conf=$1 programs=$2 kernel=$3
shift 3
# shellcheck disable=SC2086 # directories without spaces
/src/tools/build/guest-pack.sh run /tmp/run.cpio "$conf" $programs || exit 123
exec /src/tools/build/guest-boot.sh "$kernel" "$@" /tmp/run.cpio
