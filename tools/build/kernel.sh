# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Tested kernels: which one is used, its prepared build tree, its image and modules, and vkms.
# Needs lib.sh and root.sh.

KERNELS_LOCK=$TOP/tools/kernels.lock

# Lines of a series, or the line of one release.
lock_lines() { awk -v s="$1" '!/^#/ && NF >= 6 && ($1 == s || $2 == s)' "$KERNELS_LOCK"; }
all_series() { awk '!/^#/ && NF >= 6 && !seen[$1]++ { print $1 }' "$KERNELS_LOCK"; }

# pick_kernel [SERIES|RELEASE|debug]: sets K_FLAVOUR (stock or debug), K_SERIES, K_RELEASE, K_VERSION,
# K_IMAGE, K_RUSTC, K_GCC and K_DIR. The debug kernel is the newest series' source with our config.
pick_kernel() {
	local series=${1:-} key choice
	K_FLAVOUR=stock
	if [ "$series" = debug ]; then K_FLAVOUR=debug series=''; fi
	if [ -z "$series" ]; then series=$(all_series | head -n 1); fi
	[ -n "$(lock_lines "$series")" ] ||
		die "kernel '$series' is not among the tested ones: KERNEL= takes debug, $(all_series | paste -sd ' '), or a release of tools/kernels.lock"
	use_kernel "$series" "$(lock_lines "$series" | awk '{ print $2; exit }')"
	if kernel_complete; then return; fi
	choice=$CACHE/kernel/choice-$K_FLAVOUR-$series
	key=$(lock_lines "$series" | sha)
	# The archive is asked only while something of it is wanted.
	if ! { [ -f "$choice" ] && [ "$(cut -d' ' -f1 "$choice")" = "$key" ] &&
		use_kernel "$series" "$(cut -d' ' -f2 "$choice")" && { kernel_complete || part_made download debs/done; }; }; then
		mkdir -p "$CACHE/kernel"
		with_lock "choice-$K_FLAVOUR-$series" ask_archive "$series" "$key" "$choice"
		use_kernel "$series" "$(cut -d' ' -f2 "$choice")"
	fi
}

use_kernel() { # SERIES RELEASE
	read -r K_SERIES K_RELEASE K_VERSION K_IMAGE K_RUSTC K_GCC < <(lock_lines "$1" | awk -v r="$2" '$2 == r') || return 1
	if [ "$K_FLAVOUR" = debug ]; then K_RELEASE=${K_RELEASE%%+*}-debug; fi
	K_DIR=$CACHE/kernel/$K_RELEASE
	K_KEY=$({
		printf '%s\n' 1 "$K_VERSION" "$K_IMAGE" "$(toolchain)"
		if [ "$K_FLAVOUR" = debug ]; then debug_config_key; fi
	} | sha)
}
# Of one file and not by hash_files: the kernel takes long to build, and is not to be built again because other
# keys are made otherwise.
debug_config_key() { (cd "$TOP" && find tools/debug.config -printf '%m %p ' && sha256sum <tools/debug.config) | sha; }
# The packages that a kernel is made of.
packages_of() { # SERIES RELEASE IMAGE
	if [ "$K_FLAVOUR" = stock ]; then echo "linux-headers-$2 linux-modules-$2 $3"; fi
	echo "linux-source-$1"
}
# part_made NAME FILE: whether a part has its stamp, and still its main file.
part_made() { stamp_is "$K_DIR/stamp-$1" "$K_KEY" && [ -s "$K_DIR/$2" ]; }
kernel_complete() { part_made tree "$K_TREE_FILE" && part_made image image/vmlinuz; }
K_TREE_FILE=src/rust/libkernel.rmeta

ask_archive() { # SERIES KEY CHOICE-FILE
	local series release version image _ packages
	need_root
	step "package lists" "asking the archive for the tested kernels of $1" \
		in_root apt-get -q -o Acquire::Languages=none update
	while read -r series release version image _; do
		mapfile -t packages < <(packages_of "$series" "$release" "$image" | tr ' ' '\n')
		# shellcheck disable=SC2016 # expanded in the root
		if in_root sh -c 'for p; do apt-cache madison "$p" | grep -qF " $0 " || exit 1; done' "$version" \
			"${packages[@]}" 2>/dev/null; then
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
	if kernel_complete; then return; fi
	need_space 4 "the build tree of kernel $K_RELEASE"
	mkdir -p "$K_DIR"
	"refresh_$K_FLAVOUR" "/cache/kernel/$K_RELEASE"
	rm -rf "$K_DIR/debs"
}
refresh_stock() { # DIR
	local have
	have=$(sed -n 's/^rustc \([0-9.]*\).*/\1/p' <(toolchain))
	[ "$have" = "$K_RUSTC" ] ||
		die "kernel $K_RELEASE was built by rustc $K_RUSTC, the build root has $have: add a newer kernel to tools/kernels.lock"
	# shellcheck disable=SC2046 # package names are words
	kernel_part download debs/done "downloading headers, source, image and modules (about 280 MB)" \
		download "$1" "$K_VERSION" $(packages_of "$K_SERIES" "$K_RELEASE" "$K_IMAGE")
	kernel_part tree "$K_TREE_FILE" "unpacking linux-source, making the Rust metadata that Debian's headers lack, building vkms" \
		prepare "$1" "$K_SERIES" "$K_RELEASE" "$K_GCC"
	kernel_part image image/vmlinuz "unpacking the kernel image and the modules that a guest can use" \
		image "$1" "$K_RELEASE"
}
refresh_debug() { # DIR
	kernel_part download debs/done "downloading linux-source (about 160 MB)" \
		download "$1" "$K_VERSION" "linux-source-$K_SERIES"
	kernel_part tree "$K_TREE_FILE" "building it with its checkers (about 20 minutes on 2 cores)" \
		build_debug "$1" "$K_SERIES" "$K_RELEASE"
	kernel_part image image/vmlinuz "installing the kernel image and its modules" \
		image_debug "$1" "$K_RELEASE"
}

kernel_part() { # NAME FILE WHY COMMAND-OF-kernel-tree.sh...
	if part_made "$1" "$2"; then return; fi
	step "kernel $K_RELEASE $1" "$3" in_root --env "JOBS=$JOBS" /src/tools/build/kernel-tree.sh "${@:4}"
	stamp_set "$K_DIR/stamp-$1" "$K_KEY"
}

# The make command line for modules of this kernel, inside the root.
kernel_make() {
	local compiler=CC=x86_64-linux-gnu-gcc-$K_GCC
	if [ "$K_FLAVOUR" = debug ]; then compiler=LLVM=1; fi
	echo make -C "/cache/kernel/$K_RELEASE/src" "$compiler" "-j$JOBS"
}
