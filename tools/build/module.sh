# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# dxgkrnl.ko for the kernel that pick_kernel chose. Needs lib.sh, root.sh and kernel.sh.
#
# Each kernel has its own copy of the sources, so the checkout stays clean and objects of one
# kernel never meet those of another. What comes of it lies under its key, for each checkout.

MODULE_SOURCES=(Kbuild rust uapi)

# The module that is loaded: as users have it, one that can be told to make mistakes (DXG_GATE is one
# of rust/sys/gates.rs), or one with the adapter of tests (DXG_SCRIPT, rust/miniport/script.rs).
module_variant() {
	if [ -n "${DXG_GATE:-}" ]; then
		echo gates
	elif [ -n "${DXG_SCRIPT:-}" ]; then
		echo script
	fi
}
module_name() { echo "$K_RELEASE${1:+-$1}"; }
module_dir() { echo "$CACHE/module/$(module_name "$@")"; }
module_key() {
	printf '%s ' 2 "$K_KEY" "$(module_options)" "$(hash_files "${MODULE_SOURCES[@]}")" | sha
}
module_ko() { echo "$(module_dir "$(module_variant)")/$(module_key)/dxgkrnl.ko"; }

# Options of our Kbuild: for the debug kernel, and for the variant.
module_options() {
	if [ "$K_FLAVOUR" = debug ]; then echo DXG_KCOV=y; fi
	case $(module_variant) in
	gates) echo DXG_GATES=y ;;
	script) echo DXG_SCRIPT=y ;;
	esac
}

need_module() {
	local ko dir
	[ -f "$TOP/Kbuild" ] || die "there is no Kbuild in $TOP: the checkout is not whole"
	ko=$(module_ko)
	dir=${ko%/*}
	if use "$dir"; then return; fi
	need_kernel
	with_lock "module-$(module_name "$(module_variant)")" refresh_module "$dir"
	use "$dir" || die "$dir has gone"
}
refresh_module() { # DIR
	local new
	if [ -e "$1" ]; then return; fi
	# shellcheck disable=SC2046 # options are words
	module_make "$(module_variant)" "compiling dxgkrnl.ko (the sources or the kernel changed)" $(module_options)
	scratch_dir new "${1%/*}"
	in_root strip -g -o "/cache${new#"$CACHE"}/dxgkrnl.ko" "/cache/module/$(module_name "$(module_variant)")/tree/dxgkrnl.ko" ||
		die "cannot strip dxgkrnl.ko"
	publish "$new" "$1"
	prune "${1%/*}"/????????????????
}

# Clippy compiles otherwise, so it has objects of its own. It sees what is there for tests as well.
need_module_clippy() {
	local key
	key=$(printf '%s ' 5 "$K_KEY" "$(hash_files "${MODULE_SOURCES[@]}")")
	if stamp_is "$(module_dir clippy)/stamp" "$key"; then return; fi
	need_kernel
	with_lock "module-$K_RELEASE-clippy" refresh_module_clippy "$key"
}
refresh_module_clippy() {
	module_make clippy "the kernel's clippy lints, warnings are errors" CLIPPY=1 DXG_GATES=y DXG_SCRIPT=y KCFLAGS=-Werror KRUSTFLAGS=-Dwarnings
	stamp_set "$(module_dir clippy)/stamp" "$1"
}

module_make() { # VARIANT WHY MAKE-ARGS...
	local tree variant=${1:+ $1} why=$2
	tree=$(module_dir "$1")/tree
	shift 2
	take_snapshot "$tree" "${MODULE_SOURCES[@]}"
	unchanged "$tree" "${MODULE_SOURCES[@]}"
	tree=/cache${tree#"$CACHE"}
	# Nobody sees the debug information, which is stripped, and it takes rustc a quarter of its time.
	# shellcheck disable=SC2046 # kernel_make prints words
	WARNINGS=1 LOG_TAIL=60 step "module for $K_RELEASE$variant" "$why" in_root $(kernel_make) "M=$tree" \
		KRUSTFLAGS=-Cdebuginfo=0 "$@" modules
}
