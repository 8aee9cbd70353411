# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Tested kernels: which one is used, its prepared build tree, its image and modules, and vkms.
# Needs lib.sh and root.sh.

KERNELS_LOCK=$TOP/tools/kernels.lock

# Lines of a series, or the line of one release.
lock_lines() { awk -v s="$1" '!/^#/ && NF >= 6 && ($1 == s || $2 == s)' "$KERNELS_LOCK"; }
all_series() { awk '!/^#/ && NF >= 6 && !seen[$1]++ { print $1 }' "$KERNELS_LOCK"; }

# pick_kernel [SERIES|RELEASE]: sets K_SERIES, K_RELEASE, K_VERSION, K_IMAGE, K_RUSTC, K_GCC and K_DIR.
pick_kernel() {
	local series=${1:-} key choice
	if [ -z "$series" ]; then series=$(all_series | head -n 1); fi
	[ -n "$(lock_lines "$series")" ] ||
		die "kernel '$series' is not among the tested ones: KERNEL= takes $(all_series | paste -sd ' '), or a release of tools/kernels.lock"
	use_kernel "$series" "$(lock_lines "$series" | awk '{ print $2; exit }')"
	if kernel_complete; then return; fi
	choice=$CACHE/kernel/choice-$series
	key=$(lock_lines "$series" | sha)
	# The archive is asked only while something of it is wanted.
	if ! { [ -f "$choice" ] && [ "$(cut -d' ' -f1 "$choice")" = "$key" ] &&
		use_kernel "$series" "$(cut -d' ' -f2 "$choice")" && { kernel_complete || part_made download debs/done; }; }; then
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
# part_made NAME FILE: whether a part has its stamp, and still its main file.
part_made() { stamp_is "$K_DIR/stamp-$1" "$K_KEY" && [ -s "$K_DIR/$2" ]; }
kernel_complete() { part_made tree "$K_TREE_FILE" && part_made image image/vmlinuz; }
K_TREE_FILE=src/rust/libkernel.rmeta

ask_archive() { # SERIES KEY CHOICE-FILE
	local series release version image
	need_root
	step "package lists" "asking the archive for the tested kernels of $1" \
		in_root apt-get -q -o Acquire::Languages=none update
	while read -r series release version image _; do
		# shellcheck disable=SC2016 # expanded in the root
		if in_root sh -c 'for p; do apt-cache madison "$p" | grep -qF " $0 " || exit 1; done' "$version" \
			"linux-headers-$release" "linux-source-$series" "linux-modules-$release" "$image" 2>/dev/null; then
			stamp_set "$3" "$2 $release"
			return
		fi
		say "kernel $release: no longer in the archive, trying the next tested one"
	done < <(lock_lines "$1")
	die "the archive has none of the tested kernels of $1: add a newer one to tools/kernels.lock (Documentation/building.md says how)"
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
	kernel_part download debs/done "downloading headers, source, image and modules (about 280 MB)" \
		download "$dir" "$K_SERIES" "$K_RELEASE" "$K_VERSION" "$K_IMAGE"
	kernel_part tree "$K_TREE_FILE" "unpacking linux-source, making the Rust metadata that Debian's headers lack, building vkms" \
		prepare "$dir" "$K_SERIES" "$K_RELEASE" "$K_GCC"
	kernel_part image image/vmlinuz "unpacking the kernel image and the modules that a guest can use" \
		image "$dir" "$K_RELEASE"
	rm -rf "$K_DIR/debs"
}

kernel_part() { # NAME FILE WHY COMMAND-OF-kernel-tree.sh...
	if part_made "$1" "$2"; then return; fi
	step "kernel $K_RELEASE $1" "$3" in_root --env "JOBS=$JOBS" /src/tools/build/kernel-tree.sh "${@:4}"
	stamp_set "$K_DIR/stamp-$1" "$K_KEY"
}

# The make command line for modules of this kernel, inside the root.
kernel_make() { echo make -C "/cache/kernel/$K_RELEASE/src" "CC=x86_64-linux-gnu-gcc-$K_GCC" "-j$JOBS"; }
