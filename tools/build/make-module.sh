#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make module [KDIR=...] [KERNEL=7.2|7.3]: the module alone. With KDIR it is built in place against
# that tree with the host's compilers, else in the cache against a tested Debian kernel.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
. "${BASH_SOURCE%/*}/all.sh"

config_of() { sed -n "s/^CONFIG_$1=//p" "$KDIR/include/config/auto.conf" | tr -d '"'; }

check_kdir() {
	local want have
	[ -f "$KDIR/Makefile" ] || die "KDIR=$KDIR is no kernel build tree: give the directory that holds its .config and Makefile"
	[ -f "$KDIR/include/config/auto.conf" ] ||
		die "$KDIR is not prepared: run 'make olddefconfig prepare modules_prepare' there first"
	[ "$(config_of RUST)" = y ] ||
		die "$KDIR has no Rust (CONFIG_RUST is off): choose a kernel with CONFIG_RUST=y"
	[ -f "$KDIR/rust/libkernel.rmeta" ] ||
		die "$KDIR lacks the Rust metadata (rust/libkernel.rmeta), as Debian's headers do: see 'On your own Debian kernel' in Documentation/building.md"
	want=$(config_of RUSTC_VERSION_TEXT)
	have=$("${RUSTC:-rustc}" --version 2>/dev/null) ||
		die "there is no rustc here: $KDIR was built with $want, put it in PATH"
	[ "$have" = "$want" ] ||
		die "the compiler differs from the tree's: here $have, there $want; put that one in PATH or set RUSTC"
	command -v bindgen >/dev/null || die "there is no bindgen here: install bindgen-cli as the tree's Rust asks for"
}

build_in_place() {
	local args=()
	[ -d "$KDIR" ] || die "KDIR=$KDIR is no directory: give a prepared kernel build tree"
	[ -w "$TOP" ] || die "make module KDIR=... builds in the checkout, which cannot be written to: copy it to a directory of yours"
	KDIR=$(cd "$KDIR" && pwd)
	check_kdir
	if [ "$(config_of CC_IS_CLANG)" = y ] && [ -z "${LLVM:-}" ]; then args+=(LLVM=1); fi
	# Objects of another tree must not be taken for this one's.
	mkdir -p "$TOP/build"
	if [ -f "$TOP/build/kdir" ] && [ "$(cat "$TOP/build/kdir")" != "$KDIR" ]; then
		make -C "$KDIR" M="$TOP" "${args[@]}" clean
	fi
	printf '%s\n' "$KDIR" >"$TOP/build/kdir"
	make -C "$KDIR" M="$TOP" "${args[@]}" "-j$JOBS" modules
	say "$TOP/dxgkrnl.ko is ready for kernel $(cat "$KDIR/include/config/kernel.release")"
}

if [ -n "${KDIR:-}" ]; then
	build_in_place
else
	check_machine
	need_root
	pick_kernel "${KERNEL:-}"
	need_module
	say "$(module_ko) is ready for kernel $K_RELEASE"
fi
