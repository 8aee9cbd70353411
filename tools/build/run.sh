#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make run: makes what is missing, boots the guest and runs the demo in it. Exit status 0 only if
# every step of the demo was right, the kernel had nothing to complain of, and the module unloads.
# shellcheck disable=SC1091,SC2034 # sourced files are checked by themselves, and read what is set here
set -euo pipefail
. "${BASH_SOURCE%/*}/all.sh"

case ${DISPLAY_WINDOW:-0} in
0 | 1) ;;
*) die "DISPLAY_WINDOW takes 1, for a window on your desktop, or 0" ;;
esac
if [ "${DISPLAY_WINDOW:-0}" = 1 ]; then
	check_desktop
	G_WINDOW=$(window_kind)
	need_window_root
fi
take_run_dir
need_everything need_dxg need_runner
need_layers
# The demo counts our objects in the target's debugfs, and only named ones are listed there.
G_MODULE_ARGS='flink_names=1' G_UNLOAD=1 G_SCREENSHOT=$RUN_DIR/screen.png
if [ "$K_FLAVOUR" = debug ]; then G_LEAKS=1 G_TIMEOUT=900; fi
rm -f "$G_SCREENSHOT"
command=(dxg demo --while-shown screenshot)
if [ "$G_WINDOW" != none ]; then
	say "make run: the picture moves for 60 s, or until its window is closed"
	command=(sh -c '"$@" && exec dxg show --seconds 60' show "${command[@]}")
fi
rc=0
run_guest "${command[@]}" || rc=$?
if [ -s "$G_SCREENSHOT" ]; then
	say "make run: what the screen showed is ${G_SCREENSHOT#"$TOP/"}"
elif [ "$rc" = 0 ]; then
	say "make run: there is no screenshot, as nothing was shown on virtio-gpu"
fi
case $rc in
0) say "make run: every step of the demo was right" ;;
124)
	say "make run: the window was closed"
	rc=0
	;;
*) say "make run: failed with status $rc; the kernel's log is ${RUN_DIR#"$TOP/"}/dmesg.txt" ;;
esac
exit "$rc"
