#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: brings a copy of the checkout's sources up to date (take_snapshot of root.sh).
# Usage: snapshot.sh COPY PATH...
set -euo pipefail

copy=$1
shift
cd /src
# No times. What a build made stays (excluded files are not deleted), so that the next one is incremental.
exec rsync --recursive --links --perms --checksum --delete --exclude=target --exclude='*.o' --exclude='*.ko' \
	--exclude='*.mod' --exclude='*.mod.c' --exclude='*.cmd' --exclude='*.d' --exclude='*.rmeta' --exclude='*.swp' \
	--exclude='*_generated.rs' --exclude='Module.symvers' --exclude='modules.order' --exclude='.module-common.o' \
	"$@" "$copy/"
