# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# dxgkrnl.ko for the kernel that pick_kernel chose. Needs lib.sh, root.sh and kernel.sh.
#
# Each kernel has its own copy of the sources, so the checkout stays clean and objects of one
# kernel never meet those of another.

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
module_ko() { echo "$(module_dir "$(module_variant)")/dxgkrnl.ko"; }

# Options of our Kbuild: for the debug kernel, and for the variant.
module_options() {
	if [ "$K_FLAVOUR" = debug ]; then echo DXG_KCOV=y; fi
	case $(module_variant) in
	gates) echo DXG_GATES=y ;;
	script) echo DXG_SCRIPT=y ;;
	esac
}

need_module() {
	local key ko
	ko=$(module_ko)
	[ -f "$TOP/Kbuild" ] || die "there is no Kbuild in $TOP: the checkout is not whole"
	key=$(printf '%s ' "$K_KEY" "$(module_options)" "$(hash_files "${MODULE_SOURCES[@]}")")
	if stamp_is "${ko%/*}/stamp" "$key" && [ -f "$ko" ]; then return; fi
	need_kernel
	with_lock "module-$(module_name "$(module_variant)")" refresh_module "$ko" "$key"
}
refresh_module() { # KO KEY
	if stamp_is "${1%/*}/stamp" "$2" && [ -f "$1" ]; then return; fi
	# shellcheck disable=SC2046 # options are words
	module_make "$(module_variant)" "compiling dxgkrnl.ko (the sources or the kernel changed)" $(module_options)
	# shellcheck disable=SC2016 # expanded in the root
	in_root sh -c 'strip -g -o "$1/dxgkrnl.ko" "$1/src/dxgkrnl.ko"' - "/cache/module/$(module_name "$(module_variant)")" ||
		die "cannot strip $1"
	stamp_set "${1%/*}/stamp" "$2"
}

# Clippy compiles otherwise, so it has objects of its own. It sees what is there for tests as well.
need_module_clippy() {
	local key
	key=$(printf '%s ' 4 "$K_KEY" "$(hash_files "${MODULE_SOURCES[@]}")")
	if stamp_is "$(module_dir clippy)/stamp" "$key"; then return; fi
	need_kernel
	with_lock "module-$K_RELEASE-clippy" refresh_module_clippy "$key"
}
refresh_module_clippy() {
	module_make clippy "the kernel's clippy lints, warnings are errors" CLIPPY=1 DXG_GATES=y DXG_SCRIPT=y KCFLAGS=-Werror KRUSTFLAGS=-Dwarnings
	stamp_set "$(module_dir clippy)/stamp" "$1"
}

module_make() { # VARIANT WHY MAKE-ARGS...
	local dir variant=${1:+ $1} why=$2
	dir=/cache/module/$(module_name "$1")
	shift 2
	mkdir -p "$CACHE${dir#/cache}/src"
	# shellcheck disable=SC2046 # kernel_make prints words
	LOG_TAIL=60 step "module for $K_RELEASE$variant" "$why" \
		in_root /src/tools/build/module-make.sh "$dir/src" $(kernel_make) "M=$dir/src" "$@" modules
}
