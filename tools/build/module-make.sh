#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: brings a copy of the module's sources up to date and makes it.
# Usage: module-make.sh COPY MAKE-COMMAND...
set -euo pipefail

copy=$1
shift
# What the build made stays (excluded files are not deleted), so that the next one is incremental.
rsync -a --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' --exclude='*.cmd' \
	--exclude='*.d' --exclude='*.rmeta' --exclude='*_generated.rs' --exclude='Module.symvers' \
	--exclude='modules.order' --exclude='.module-common.o' \
	/src/Kbuild /src/rust /src/uapi "$copy/"
exec "$@"
