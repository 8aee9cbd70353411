# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Tested kernels: which one is used, its prepared build tree, its image and modules, and vkms.
# Needs lib.sh and root.sh.

KERNELS_LOCK=$TOP/tools/kernels.lock

lock_lines() { awk -v s="$1" '!/^#/ && NF >= 6 && $1 == s' "$KERNELS_LOCK"; }
all_series() { awk '!/^#/ && NF >= 6 && !seen[$1]++ { print $1 }' "$KERNELS_LOCK"; }

# pick_kernel [SERIES]: sets K_SERIES, K_RELEASE, K_VERSION, K_IMAGE, K_RUSTC, K_GCC and K_DIR.
pick_kernel() {
	local series=${1:-} key choice
	if [ -z "$series" ]; then series=$(all_series | head -n 1); fi
	[ -n "$(lock_lines "$series")" ] ||
		die "kernel series '$series' is not among the tested ones: KERNEL= takes $(all_series | paste -sd ' ')"
	choice=$CACHE/kernel/choice-$series
	key=$(lock_lines "$series" | sha)
	# The archive is asked only while something of it is wanted.
	if ! { [ -f "$choice" ] && [ "$(cut -d' ' -f1 "$choice")" = "$key" ] &&
		use_kernel "$series" "$(cut -d' ' -f2 "$choice")" && kernel_downloaded; }; then
		mkdir -p "$CACHE/kernel"
		with_lock "choice-$series" ask_archive "$series" "$key" "$choice"
		use_kernel "$series" "$(cut -d' ' -f2 "$choice")"
	fi
}

use_kernel() { # SERIES RELEASE
	read -r K_SERIES K_RELEASE K_VERSION K_IMAGE K_RUSTC K_GCC < <(lock_lines "$1" | awk -v r="$2" '$2 == r') || return 1
	K_DIR=$CACHE/kernel/$K_RELEASE
	K_KEY=$(printf '%s\n' 1 "$K_VERSION" "$K_IMAGE" "$(toolchain)" | sha)
}
kernel_downloaded() { stamp_is "$K_DIR/stamp-download" "$K_KEY"; }
kernel_complete() { stamp_is "$K_DIR/stamp" "$K_KEY"; }

ask_archive() { # SERIES KEY CHOICE-FILE
	local release version image
	need_root
	step "package lists" "asking the archive which tested kernels of series $1 it has" \
		in_root apt-get -q -o Acquire::Languages=none update
	while read -r _ release version image _; do
		# shellcheck disable=SC2016 # expanded in the root
		if in_root sh -c 'for p; do apt-cache madison "$p" | grep -qF " $0 " || exit 1; done' "$version" \
			"linux-headers-$release" "linux-source-$1" "linux-modules-$release" "$image" 2>/dev/null; then
			stamp_set "$3" "$2 $release"
			return
		fi
		say "kernel $release: no longer in the archive, trying the next tested one"
	done < <(lock_lines "$1")
	die "the archive has none of the tested kernels of series $1: add a newer one to tools/kernels.lock (Documentation/building.md says how)"
}

need_kernel() {
	if kernel_complete; then return; fi
	with_lock "kernel-$K_RELEASE" refresh_kernel
}
refresh_kernel() {
	local dir=/cache/kernel/$K_RELEASE have
	if kernel_complete; then return; fi
	need_space 4 "the build tree of kernel $K_RELEASE"
	have=$(sed -n 's/^rustc \([0-9.]*\).*/\1/p' <(toolchain))
	[ "$have" = "$K_RUSTC" ] ||
		die "kernel $K_RELEASE was built by rustc $K_RUSTC, the build root has $have: add a newer kernel to tools/kernels.lock"
	mkdir -p "$K_DIR"
	kernel_part download "downloading headers, source, image and modules (about 280 MB)" \
		download "$dir" "$K_SERIES" "$K_RELEASE" "$K_VERSION" "$K_IMAGE"
	kernel_part tree "unpacking linux-source, making the Rust metadata that Debian's headers lack, building vkms" \
		prepare "$dir" "$K_SERIES" "$K_RELEASE" "$K_GCC"
	kernel_part image "unpacking the kernel image and the modules that a guest can use" \
		image "$dir" "$K_RELEASE"
	rm -rf "$K_DIR/debs"
	stamp_set "$K_DIR/stamp" "$K_KEY"
}

kernel_part() { # NAME WHY COMMAND-OF-kernel-tree.sh...
	local stamp=$K_DIR/stamp-$1
	if stamp_is "$stamp" "$K_KEY"; then return; fi
	step "kernel $K_RELEASE $1" "$2" in_root --env "JOBS=$JOBS" /src/tools/build/kernel-tree.sh "${@:3}"
	stamp_set "$stamp" "$K_KEY"
}

# The make command line for modules of this kernel, inside the root.
kernel_make() { echo make -C "/cache/kernel/$K_RELEASE/src" "CC=x86_64-linux-gnu-gcc-$K_GCC" "-j$JOBS"; }
