#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make install [PREFIX=...] [DESTDIR=...] [LIBDIR=...] [INCLUDEDIR=...]: libd3dkmt.so with its headers and
# its pkg-config file, on this machine.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/all.sh"

check_machine
need_root
need_programs library
"$TOP/tools/libd3dkmt-c/install" "$(programs library)/libd3dkmt.so"
say "install: libd3dkmt is in ${DESTDIR:-}${PREFIX:-/usr/local}"
if [ -z "${DESTDIR:-}" ] && [ "$(id -u)" = 0 ]; then ldconfig; fi
