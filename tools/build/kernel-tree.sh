#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Makes the parts of one kernel inside the build root:
#   download DIR SERIES RELEASE VERSION IMAGE    the packages, to DIR/debs
#   prepare  DIR SERIES RELEASE GCC              DIR/src, a build tree for modules; vkms
#   image    DIR RELEASE                         DIR/image, vmlinuz and modules with modules.dep
set -euo pipefail

download() {
	local dir=$1 series=$2 release=$3 version=$4 image=$5
	mkdir -p "$dir/debs"
	cd "$dir/debs"
	# apt keeps a file that is whole already, so an interrupted download goes on where it was.
	apt-get -q -o APT::Sandbox::User=root download "linux-headers-$release=$version" \
		"linux-source-$series=$version" "linux-modules-$release=$version" "$image=$version"
	echo "$version" >"done"
}

prepare() {
	local dir=$1 series=$2 release=$3 gcc=$4 headers
	cd "$dir"
	rm -rf headers source src
	dpkg-deb -x debs/linux-headers-"$release"_*.deb headers
	dpkg-deb -x debs/linux-source-"$series"_*.deb source
	mkdir src
	tar -C src --strip-components=1 -xf "source/usr/src/linux-source-$series.tar.xz"
	rm -rf source
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
	[ "$(cat include/config/kernel.release)" = "$release" ] || {
		echo "the tree came out as $(cat include/config/kernel.release), not as $release" >&2
		exit 1
	}
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

"$@"
