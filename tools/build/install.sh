#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make install [PREFIX=...] [DESTDIR=...] [LIBDIR=...] [INCLUDEDIR=...]: libd3dkmt.so with its headers and
# its pkg-config file, on this machine. make uninstall, which is --remove, removes them.
# With --library it only makes libd3dkmt.so, and prints where it is.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
install=$here/../libd3dkmt-c/install
PATH=$PATH:/usr/sbin:/sbin

# need_c_library: sets C_LIBRARY to a libd3dkmt.so that is made of this checkout.
need_c_library() {
	. "$here/all.sh"
	check_machine
	need_root
	need_programs library
	C_LIBRARY=$(programs library)/libd3dkmt.so
}

# Whose cache it is when root installs what a user has built. sudo keeps neither of the two variables, so
# without them the cache would be root's own, and a whole build root would be downloaded to it.
builder=''
if [ "$EUID" = 0 ] && [ -z "${DXGKRNL_CACHE:-}${XDG_CACHE_HOME:-}" ] && [ "${SUDO_USER:-root}" != root ]; then
	builder=$SUDO_USER
fi
as_builder() {
	local home
	home=$(getent passwd "$builder" | cut -d: -f6)
	# Not sudo, which is not there in every container; its own variables would stop the user from calling it.
	runuser -u "$builder" -- env -u SUDO_USER -u SUDO_UID -u SUDO_GID -u SUDO_COMMAND \
		HOME="$home" USER="$builder" LOGNAME="$builder" "$@"
}
# A checkout that the user cannot read was not built by the user.
if [ -n "$builder" ] && ! as_builder test -r "$here/all.sh" 2>/dev/null; then builder=''; fi

refresh_linker() {
	if [ -z "${DESTDIR:-}" ] && [ "$EUID" = 0 ]; then ldconfig; fi
}

case ${1:-} in
--remove)
	removed=$("$install" --remove)
	if [ -n "$removed" ]; then
		echo "$removed"
		refresh_linker
	fi
	exit
	;;
--library)
	# What is printed is the path alone, whatever steps print.
	exec 3>&1 1>&2
	need_c_library
	echo "$C_LIBRARY" >&3
	exit
	;;
esac

"$install" --check
if [ -n "$builder" ]; then
	C_LIBRARY=$(as_builder "$here/install.sh" --library)
else
	need_c_library
fi
"$install" "$C_LIBRARY"
printf 'libd3dkmt is installed in %s\n' "${DESTDIR:-}${PREFIX:-/usr/local}" >&2
refresh_linker
