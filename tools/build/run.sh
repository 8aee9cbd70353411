#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make run: makes what is missing, boots the guest and runs the demo in it. Exit status 0 only if
# every step of the demo was right, the kernel had nothing to complain of, and the module unloads.
# shellcheck disable=SC1091,SC2034 # sourced files are checked by themselves, and read what is set here
set -euo pipefail
. "${BASH_SOURCE%/*}/all.sh"

need_everything need_dxg
need_layers
# The demo counts our objects in the target's debugfs, and only named ones are listed there.
G_MODULE_ARGS='flink_names=1' G_UNLOAD=1
if [ "$K_FLAVOUR" = debug ]; then G_LEAKS=1 G_TIMEOUT=900; fi
rc=0
run_guest dxg demo || rc=$?
if [ "$rc" = 0 ]; then
	say "make run: every step of the demo was right"
else
	say "make run: failed with status $rc; the kernel's log is build/run/dmesg.txt"
fi
exit "$rc"
