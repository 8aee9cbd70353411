# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# The way from the build root to the display of the desktop, for QEMU's window. Needs lib.sh.

# check_desktop: says at once that there is nothing to open a window on.
check_desktop() {
	[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] ||
		die "DISPLAY_WINDOW=1 opens a window, and there is no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set"
}

# The kind of window: by SDL on X11, which keeps the size of the guest's screen. On Wayland QEMU's SDL
# crashes, and GTK takes its place.
window_kind() { if [ -n "${DISPLAY:-}" ]; then echo sdl; else echo gtk; fi; }

# window_options: sets WINDOW_OPTIONS to words for in_root. Sockets in the file system have to be bound;
# those of the network, and abstract ones, are there.
window_options() {
	local socket=${WAYLAND_DISPLAY:-} cookie=${XAUTHORITY:-$HOME/.Xauthority}
	# Else QEMU would be content with a window that nobody sees.
	WINDOW_OPTIONS=(--env SDL_VIDEODRIVER=x11)
	if [ -n "${DISPLAY:-}" ]; then
		WINDOW_OPTIONS+=(--env "DISPLAY=$DISPLAY")
		if [ -d /tmp/.X11-unix ]; then WINDOW_OPTIONS+=(--bind /tmp/.X11-unix:/tmp/.X11-unix); fi
		if [ -r "$cookie" ]; then
			WINDOW_OPTIONS+=(--bind "$(readlink -f "$cookie"):/tmp/xauthority:ro" --env XAUTHORITY=/tmp/xauthority)
		fi
	fi
	# Its name is relative to the directory of the session, or a path.
	if [ -n "$socket" ] && [ "${socket#/}" = "$socket" ]; then socket=${XDG_RUNTIME_DIR:-/run/user/$EUID}/$socket; fi
	if [ -S "$socket" ]; then
		WINDOW_OPTIONS+=(--bind "$(readlink -f "$socket"):/tmp/session/wayland"
			--env XDG_RUNTIME_DIR=/tmp/session --env WAYLAND_DISPLAY=wayland)
	fi
}
