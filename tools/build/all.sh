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
	local crates need
	check_machine
	need_root
	# A process group of its own, so that all of it ends if this script ends first.
	set -m
	(for need; do "$need"; done) &
	crates=$!
	set +m
	on_exit "end_group $crates"
	pick_kernel "${KERNEL:-}"
	need_kernel
	need_module
	wait "$crates" || exit "$E_SETUP"
	# What is there already is held for this process, too.
	for need; do "$need"; done
}
# end_group PID: ends a process group, after it has cleaned up.
end_group() {
	kill -0 -- "-$1" 2>/dev/null || return 0
	kill -TERM -- "-$1" 2>/dev/null
	for _ in {1..30}; do
		kill -0 -- "-$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$1" 2>/dev/null
}
