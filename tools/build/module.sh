# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# dxgkrnl.ko for the kernel that pick_kernel chose. Needs lib.sh, root.sh and kernel.sh.
#
# Each kernel has its own copy of the sources, so the checkout stays clean and objects of one
# kernel never meet those of another.

MODULE_SOURCES=(Kbuild rust uapi)

module_dir() { echo "$CACHE/module/$K_RELEASE${1:+-$1}"; }
module_ko() { echo "$(module_dir)/dxgkrnl.ko"; }

# Options of our Kbuild that the debug kernel's module is made with.
module_options() { if [ "$K_FLAVOUR" = debug ]; then echo DXG_KCOV=y; fi; }

need_module() {
	local key
	[ -f "$TOP/Kbuild" ] || die "there is no Kbuild in $TOP: the checkout is not whole"
	key=$(printf '%s ' "$K_KEY" "$(module_options)" "$(hash_files "${MODULE_SOURCES[@]}")")
	if stamp_is "$(module_dir)/stamp" "$key" && [ -f "$(module_ko)" ]; then return; fi
	need_kernel
	with_lock "module-$K_RELEASE" refresh_module "$key"
}
refresh_module() {
	if stamp_is "$(module_dir)/stamp" "$1" && [ -f "$(module_ko)" ]; then return; fi
	# shellcheck disable=SC2046 # options are words
	module_make "" "compiling dxgkrnl.ko (the sources or the kernel changed)" $(module_options)
	# shellcheck disable=SC2016 # expanded in the root
	in_root sh -c 'strip -g -o "$1/dxgkrnl.ko" "$1/src/dxgkrnl.ko"' - "/cache/module/$K_RELEASE" ||
		die "cannot strip $(module_ko)"
	stamp_set "$(module_dir)/stamp" "$1"
}

# Clippy compiles otherwise, so it has objects of its own.
need_module_clippy() {
	local key
	key=$(printf '%s ' 2 "$K_KEY" "$(hash_files "${MODULE_SOURCES[@]}")")
	if stamp_is "$(module_dir clippy)/stamp" "$key"; then return; fi
	need_kernel
	with_lock "module-$K_RELEASE-clippy" refresh_module_clippy "$key"
}
refresh_module_clippy() {
	module_make clippy "the kernel's clippy lints, warnings are errors" CLIPPY=1 KCFLAGS=-Werror KRUSTFLAGS=-Dwarnings
	stamp_set "$(module_dir clippy)/stamp" "$1"
}

module_make() { # VARIANT WHY MAKE-ARGS...
	local dir=/cache/module/$K_RELEASE${1:+-$1} variant=${1:+ $1} why=$2
	shift 2
	mkdir -p "$CACHE${dir#/cache}/src"
	# shellcheck disable=SC2046 # kernel_make prints words
	LOG_TAIL=60 step "module for $K_RELEASE$variant" "$why" \
		in_root /src/tools/build/module-make.sh "$dir/src" $(kernel_make) "M=$dir/src" "$@" modules
}
