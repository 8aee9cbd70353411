# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash disable=SC1091
# Everything of the build route, for the scripts behind the make targets and tools/vm.

BUILD=$(dirname "${BASH_SOURCE[0]}")
. "$BUILD/lib.sh"
. "$BUILD/root.sh"
. "$BUILD/kernel.sh"
. "$BUILD/module.sh"
. "$BUILD/crates.sh"
. "$BUILD/window.sh"
. "$BUILD/guest.sh"

# need_everything NEED-PROGRAMS...: the programs need neither the kernel nor the module, so both are made at the same time.
need_everything() {
	local crates
	check_machine
	need_root
	# A process group of its own, so that nothing of it stays behind if this script ends first.
	set -m
	(for need; do "$need"; done) &
	crates=$!
	set +m
	# shellcheck disable=SC2064 # the job of now
	trap "kill -KILL -- -$crates 2>/dev/null || :" EXIT
	pick_kernel "${KERNEL:-}"
	need_kernel
	need_module
	wait "$crates" || exit "$E_SETUP"
	trap - EXIT
}
