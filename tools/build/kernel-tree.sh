#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Makes the parts of one kernel inside the build root:
#   download    DIR VERSION PACKAGE...      the packages, to DIR/debs
# of a Debian kernel:
#   prepare     DIR SERIES RELEASE GCC      DIR/src, a build tree for modules; vkms
#   image       DIR RELEASE                 DIR/image, vmlinuz and modules with modules.dep
# of the debug kernel:
#   build_debug DIR SERIES RELEASE          DIR/src, built with tools/debug.config
#   image_debug DIR RELEASE                 DIR/image
#   survived    FRAGMENT CONFIG             whether each line of a fragment is in a config
set -euo pipefail

download() {
	local dir=$1 version=$2
	shift 2
	mkdir -p "$dir/debs"
	cd "$dir/debs"
	# apt keeps a file that is whole already, so an interrupted download goes on where it was.
	apt-get -q -o APT::Sandbox::User=root download "${@/%/=$version}"
	echo "$version" >"done"
}

unpack_source() { # DIR SERIES
	rm -rf "$1/source" "$1/src"
	dpkg-deb -x "$1/debs/linux-source-$2"_*.deb "$1/source"
	mkdir "$1/src"
	tar -C "$1/src" --strip-components=1 -xf "$1/source/usr/src/linux-source-$2.tar.xz"
	rm -rf "$1/source"
}
check_release() { # RELEASE
	[ "$(cat include/config/kernel.release)" = "$1" ] || {
		echo "the tree came out as $(cat include/config/kernel.release), not as $1" >&2
		exit 1
	}
}

# --- Debian's kernel ----------------------------------------------------------

prepare() {
	local dir=$1 series=$2 release=$3 gcc=$4 headers
	cd "$dir"
	rm -rf headers
	dpkg-deb -x debs/linux-headers-"$release"_*.deb headers
	unpack_source "$dir" "$series"
	headers=$dir/headers/usr/src/linux-headers-$release
	cp "$headers/.config" src/.config
	# The release must be the image's to the letter, it is part of the modules' vermagic.
	printf '%s' "+${release#*+}" >src/localversion
	cd src
	local make=(make "CC=x86_64-linux-gnu-gcc-$gcc" "-j${JOBS:-2}")
	"${make[@]}" olddefconfig
	diff -u "$headers/.config" .config || {
		echo "the toolchain of the build root changes the kernel's config (see the difference above)" >&2
		exit 1
	}
	"${make[@]}" prepare
	"${make[@]}" modules_prepare
	cp "$headers/Module.symvers" .
	check_release "$release"
	rm -rf "$dir/headers"
	"${make[@]}" M=drivers/gpu/drm/vkms CONFIG_DRM_VKMS=m modules
}

image() {
	local dir=$1 release=$2 modules
	cd "$dir"
	rm -rf image
	mkdir image
	for deb in debs/linux-modules-*.deb debs/linux-binary-*.deb; do dpkg-deb -x "$deb" image; done
	modules=image/usr/lib/modules/$release
	# An unsigned image has a name of its own.
	mv "$modules"/vmlinuz* image/vmlinuz
	# A guest without network, disk and sound has no use for the rest.
	rm -rf image/usr/share "$modules"/kernel/{sound,net,fs/[!c]*} \
		"$modules"/kernel/drivers/{net,media,infiniband,scsi,usb,iio,staging}
	# The guest loads plain files: its busybox reads no xz, and the emulated CPU is slow at it.
	find "$modules/kernel/drivers/gpu/drm" "$modules/kernel/fs/configfs" "$modules/kernel/drivers/virtio" \
		-name '*.xz' -exec unxz {} +
	mkdir "$modules/extra"
	cp src/drivers/gpu/drm/vkms/vkms.ko "$modules/extra/"
	strip -g "$modules/extra/vkms.ko"
	cp src/modules.order src/modules.builtin "$modules/" 2>/dev/null || true
	ln -s usr/lib image/lib
	depmod -b image "$release"
	grep -q vkms "$modules/modules.dep"
}

# --- The debug kernel ---------------------------------------------------------

# Kconfig drops a line whose dependencies are not met without a word.
survived() {
	local line name lost=0
	while read -r line; do
		case $line in
		CONFIG_*) grep -qxF "$line" "$2" || { echo "lost: $line"; lost=1; } ;;
		"# CONFIG_"*" is not set")
			name=${line#\# } name=${name% is not set}
			! grep -q "^$name=" "$2" || { echo "came back: $(grep "^$name=" "$2")"; lost=1; }
			;;
		esac
	done <"$1"
	[ "$lost" = 0 ] || {
		echo "the kernel's config is not what $1 asks for (see above)" >&2
		return 1
	}
}

build_debug() {
	local dir=$1 series=$2 release=$3 make=(make LLVM=1 "-j${JOBS:-2}")
	# A build that was interrupted goes on.
	if [ "$(cat "$dir/src/.unpacked" 2>/dev/null)" != "$(cat "$dir/debs/done")" ]; then
		unpack_source "$dir" "$series"
		cp "$dir/debs/done" "$dir/src/.unpacked"
	fi
	cd "$dir/src"
	"${make[@]}" tinyconfig
	scripts/kconfig/merge_config.sh -m .config /src/tools/debug.config
	"${make[@]}" olddefconfig
	survived /src/tools/debug.config .config
	"${make[@]}" bzImage
	"${make[@]}" modules
	check_release "$release"
}

image_debug() {
	local dir=$1 release=$2
	cd "$dir/src"
	rm -rf "$dir/image"
	mkdir -p "$dir/image/usr/lib"
	ln -s usr/lib "$dir/image/lib"
	make LLVM=1 "INSTALL_MOD_PATH=$dir/image" INSTALL_MOD_STRIP=1 modules_install
	cp arch/x86/boot/bzImage "$dir/image/vmlinuz"
	grep -q vkms "$dir/image/lib/modules/$release/modules.dep"
}

"$@"
