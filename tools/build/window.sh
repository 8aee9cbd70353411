# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# The way from the build root to the display of the desktop, for QEMU's window. Needs lib.sh.

# check_desktop: says at once that there is nothing to open a window on.
check_desktop() {
	local problem
	if [ -n "${DISPLAY:-}" ]; then
		problem=$(x11_problem "$DISPLAY")
		[ -z "$problem" ] || die "DISPLAY_WINDOW=1: cannot reach DISPLAY=$DISPLAY ($problem)"
	elif [ -n "${WAYLAND_DISPLAY:-}" ]; then
		problem=$(socket_problem "$(wayland_socket)")
		[ -z "$problem" ] || die "DISPLAY_WINDOW=1: cannot reach WAYLAND_DISPLAY=$WAYLAND_DISPLAY ($problem)"
	else
		die "DISPLAY_WINDOW=1 opens a window, and there is no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set"
	fi
}

# Its name is relative to the directory of the session, or a path.
wayland_socket() {
	case ${WAYLAND_DISPLAY:-} in
	'' | /*) echo "${WAYLAND_DISPLAY:-}" ;;
	*) echo "${XDG_RUNTIME_DIR:-/run/user/$EUID}/$WAYLAND_DISPLAY" ;;
	esac
}

# x11_problem DISPLAY: why no X server can be reached there; nothing if one can.
x11_problem() {
	local host=${1%:*} number=${1##*:} socket
	number=${number%%.*}
	if [ "$host" = "$1" ] || ! [[ $number =~ ^[0-9]{1,5}$ ]]; then
		echo "it is no name of a display, as :0 is one"
		return
	fi
	case $host in
	'' | unix)
		socket=/tmp/.X11-unix/X$number
		# A server may have the abstract socket of this name alone.
		if ! is_listening "@$socket"; then socket_problem "$socket"; fi
		;;
	*)
		host=${host#*/} host=${host#[} host=${host%]}
		# shellcheck disable=SC2016 # expanded by the shell that is started
		timeout 5 bash -c '>"/dev/tcp/$0/$1"' "$host" "$((6000 + 10#$number))" 2>/dev/null || echo "no server listens there"
		;;
	esac
}

# is_listening NAME: whether the kernel lists a socket of this name, in this network namespace, as one
# that is listened on (__SO_ACCEPTCON).
is_listening() {
	NAME=$1 awk '$4 == "00010000" && $8 == ENVIRON["NAME"] { found = 1 } END { exit !found }' /proc/net/unix 2>/dev/null
}

# socket_problem PATH: why nobody can be reached at this socket; nothing if somebody can, or if there is
# no telling.
socket_problem() {
	local tool
	if ! [ -S "$1" ]; then
		echo "no server listens there"
	elif ! [ -w "$1" ]; then
		echo "its socket is not for this user"
	# That of another network namespace, which a container is given, is not in the list.
	elif ! is_listening "$1"; then
		for tool in perl python3; do
			if ! command -v "$tool" >/dev/null; then continue; fi
			"connect_by_$tool" "$1" 2>/dev/null || echo "no server listens there"
			return
		done
	fi
}
connect_by_perl() { perl -MSocket -e 'socket($s, AF_UNIX, SOCK_STREAM, 0) && connect($s, pack_sockaddr_un($ARGV[0])) or exit 1' "$1"; }
connect_by_python3() { python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$1"; }

# The kind of window: by SDL on X11, which keeps the size of the guest's screen. On Wayland QEMU's SDL
# crashes, and GTK takes its place.
window_kind() { if [ -n "${DISPLAY:-}" ]; then echo sdl; else echo gtk; fi; }

# window_options: sets WINDOW_OPTIONS to words for in_root. Sockets in the file system have to be bound;
# those of the network, and abstract ones, are there.
window_options() {
	local socket cookie=${XAUTHORITY:-$HOME/.Xauthority}
	# Else QEMU would be content with a window that nobody sees.
	WINDOW_OPTIONS=(--env SDL_VIDEODRIVER=x11)
	if [ -n "${DISPLAY:-}" ]; then
		WINDOW_OPTIONS+=(--env "DISPLAY=$DISPLAY")
		if [ -d /tmp/.X11-unix ]; then WINDOW_OPTIONS+=(--bind /tmp/.X11-unix:/tmp/.X11-unix); fi
		if [ -r "$cookie" ]; then
			WINDOW_OPTIONS+=(--bind "$(readlink -f "$cookie"):/tmp/xauthority:ro" --env XAUTHORITY=/tmp/xauthority)
		fi
	fi
	socket=$(wayland_socket)
	if [ -S "$socket" ]; then
		WINDOW_OPTIONS+=(--bind "$(readlink -f "$socket"):/tmp/session/wayland"
			--env XDG_RUNTIME_DIR=/tmp/session --env WAYLAND_DISPLAY=wayland)
	fi
}
