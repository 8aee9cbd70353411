#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: packs the layer of this run and boots.
# Usage: guest-run.sh CONF-DIR KERNEL LAYER... (without .cpio)
set -euo pipefail

conf=$1 kernel=$2
shift 2
/src/tools/build/guest-pack.sh run /tmp/run.cpio "$conf" || exit 123
exec /src/tools/build/guest-boot.sh "$kernel" "${@/%/.cpio}" /tmp/run.cpio
