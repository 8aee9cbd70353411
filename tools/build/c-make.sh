#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Inside the build root: libd3dkmt.so, its installation, and the C programs of the guest tests, which
# are built against that as anybody's are, by pkg-config.
# Usage: c-make.sh library DIR          the library alone, to DIR
#        c-make.sh c DIR PREFIX         all of it, to DIR, which will be moved to PREFIX; the programs are in
#                                       PREFIX/bin
set -euo pipefail

library=$CARGO_TARGET_DIR/release/libd3dkmt.so
make_library() {
	cargo build --release --locked --lib -p libd3dkmt-c
}

make_programs() { # DIR PREFIX
	local dir=$2 stage source program flags
	stage=$(mktemp -d)
	DESTDIR=$stage PREFIX=$dir /src/tools/libd3dkmt-c/install "$library"
	strip --strip-unneeded "$stage$dir/lib/"libd3dkmt.so.*.*
	mkdir "$stage$dir/bin"
	flags=$(PKG_CONFIG_LIBDIR=$stage$dir/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage pkg-config --cflags --libs d3dkmt)
	for source in /src/tests/guest/c/*.c; do
		program=$(basename "$source" .c)
		case $program in
		# It loads the library itself.
		c_loading) extra=("-Wl,--as-needed") ;;
		*) extra=() ;;
		esac
		# shellcheck disable=SC2086,SC2016 # words; $ORIGIN is the loader's
		gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -pedantic -Werror -pthread "${extra[@]}" \
			-o "$stage$dir/bin/$program" "$source" $flags -Wl,-rpath,'$ORIGIN/../lib'
		strip "$stage$dir/bin/$program"
	done
	cp -a "$stage$dir/." "$1/"
}

make_library
case $1 in
library) install -m 0755 "$library" "$2/" ;;
c) make_programs "$2" "$3" ;;
esac
