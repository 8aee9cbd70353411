#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Packs the layers of the guest's initramfs, inside the build root:
#   base   OUT IMAGE RELEASE        busybox, init, the drivers of GPUs, one to swap to
#   module OUT IMAGE RELEASE KO     dxgkrnl.ko and what it depends on
#   programs OUT FROM DIR...        the programs in the DIRs, and /push, which FROM is on the host; their libraries
#   settings OUT DIR                guest.conf and guest.cmd
# A boot concatenates them.
set -euo pipefail

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

pack() { # OUT
	(cd "$stage" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --quiet --null --create --format=newc --owner=0:0) >"$1.new"
	mv "$1.new" "$1"
}

# load_list NAME IMAGE RELEASE MODULE...: the modules with what they need, in loading order.
load_list() {
	local name=$1 image=$2 release=$3 file
	shift 3
	mkdir -p "$stage/lib/load" "$stage/lib/modules"
	modprobe -S "$release" -d "$image" --show-depends --all "$@" | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r file; do
			if [ "${file%.xz}" != "$file" ]; then
				xz -dc "$file" >"$stage/lib/modules/$(basename "$file" .xz)"
			else
				cp "$file" "$stage/lib/modules/"
			fi
			echo "/lib/modules/$(basename "$file" .xz)"
		done >"$stage/lib/load/$name"
}

base() {
	local out=$1 image=$2 release=$3 applet list
	mkdir -p "$stage"/{bin,sbin,dev,proc,sys,tmp,run,etc,root,home/user,push,pull,lib,usr/bin,usr/sbin}
	cp /usr/bin/busybox "$stage/bin/busybox"
	for applet in $(busybox --list); do
		if [ "$applet" != busybox ]; then ln -s busybox "$stage/bin/$applet"; fi
	done
	cp /src/tools/guest/init "$stage/init"
	cp /src/tools/guest/screenshot /src/tools/guest/suites "$stage/usr/bin/"
	cp /src/tools/guest/passwd /src/tools/guest/group "$stage/etc/"
	chmod 0777 "$stage/pull"
	load_list virtio "$image" "$release" virtio_gpu
	load_list vkms "$image" "$release" configfs vkms
	# The debug kernel has no modules. The last one is something to swap to, which tests load.
	for list in bochs:bochs cirrus:cirrus-qemu qxl:qxl vmwgfx:vmwgfx vgem:vgem swap:zram; do
		if modinfo -k "$release" -b "$image" "${list#*:}" >/dev/null 2>&1; then
			load_list "${list%:*}" "$image" "$release" "${list#*:}"
		fi
	done
	pack "$out"
}

module() {
	local out=$1 image=$2 release=$3 ko=$4 needs
	mkdir -p "$stage/lib/load" "$stage/lib/modules"
	needs=$(modinfo -F depends "$ko" | tr ',' ' ')
	: >"$stage/lib/load/dxgkrnl"
	# shellcheck disable=SC2086 # names without spaces
	if [ -n "$needs" ]; then load_list dxgkrnl "$image" "$release" $needs; fi
	cp "$ko" "$stage/lib/modules/dxgkrnl.ko"
	echo /lib/modules/dxgkrnl.ko >>"$stage/lib/load/dxgkrnl"
	pack "$out"
}

# --- Shared libraries -------------------------------------------------------

loader=/lib64/ld-linux-x86-64.so.2
declare -A library=() # soname -> file, as this root sees it

glibc_of() { chroot "${1:-/}" "$loader" --version 2>/dev/null | sed -n '1s/.* \([0-9]*\.[0-9]*\)\.*$/\1/p'; }
newer() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]; }

# dynamic_programs DIR: one of each group of programs that need the same libraries from the same places.
dynamic_programs() {
	# With two files at least, readelf tells their names.
	{ find "$1" -type f -perm /111 -print0 | xargs -0r readelf --wide --program-headers --dynamic /dev/null 2>/dev/null || :; } |
		awk '
			function program() { if (dynamic && !seen[needs]++) print file; dynamic = 0 }
			/^File: / { program(); file = needs = substr($0, 7); sub(/[^\/]*$/, "", needs) }
			/INTERP/ { dynamic = 1 }
			/\((NEEDED|RPATH|RUNPATH)\)/ { $1 = ""; needs = needs $0 }
			END { program() }
		'
}

# The directories of a pushed folder that its libraries may be in.
push_path() { echo "$1:$1/lib:$1/lib64"; }

# Lines "soname file", or failure with the loader's message if one is not to be had there.
libraries_in() { # CHROOT PROGRAM [LIBRARY-PATH]
	local text
	text=$(chroot "$1" "$loader" ${3:+--library-path "$3"} --list "$2" 2>&1) || { echo "$text" >&2; return 1; }
	if grep -q 'not found' <<<"$text"; then
		grep 'not found' <<<"$text" >&2
		return 1
	fi
	awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }' <<<"$text"
}

# Programs built in this root run with its libraries. For one that needs a library or a version
# that only the host has, that library comes from the host; glibc is always the newer of the two.
collect_libraries() { # HOST-PATH-OF-/push DIR...
	local from=$1 program soname file list path base=
	shift
	if [ -d /host/lib64 ] && [ -e "/host$loader" ] && ! newer "$(glibc_of /)" "$(glibc_of /host)"; then base=/host; fi
	while read -r program; do
		path=''
		case $program in /push/*) path=$(push_path /push) ;; esac
		if list=$(libraries_in / "$program" "$path" 2>/tmp/why); then
			while read -r soname file; do
				case $file in
				"" | /push/*) ;;
				*) library[$soname]=$file ;;
				esac
			done <<<"$list"
		elif [[ $program = /push/* ]] && list=$(libraries_in /host "$from${program#/push}" "$(push_path "$from")" 2>/tmp/why); then
			while read -r soname file; do
				case $file in
				"" | "$from"/*) ;;
				*) library[$soname]=${library[$soname]:-/host$file} ;;
				esac
			done <<<"$list"
		else
			echo "${program##*/}: $(tail -n 1 /tmp/why 2>/dev/null): neither in the build root nor on this host" >&2
			exit 1
		fi
	done < <(for dir; do dynamic_programs "$dir"; done)
	[ ${#library[@]} -gt 0 ] || return 0
	mkdir -p "$stage/usr/lib/guest" "$stage/lib64" "$stage/etc"
	for soname in "${!library[@]}"; do
		file=${library[$soname]}
		# Parts of one glibc must not be mixed with those of another.
		case $soname in
		libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | libresolv.so.2 | libutil.so.1)
			file=$base$(ldconfig -p ${base:+-C "$base/etc/ld.so.cache"} | awk -v s="$soname" '$1 == s && /x86-64/ { print $NF; exit }')
			;;
		esac
		cp -L "$file" "$stage/usr/lib/guest/$soname"
	done
	cp -L "$base$loader" "$stage$loader"
	{ echo /usr/lib/guest && push_path /push | tr : '\n'; } >"$stage/etc/ld.so.conf"
	ldconfig -X -r "$stage"
}

programs() {
	local out=$1 from=$2 dir
	shift 2
	mkdir -p "$stage/usr/bin" "$stage/push"
	for dir; do cp -a "$dir/." "$stage/usr/bin/"; done
	cp -a /push/. "$stage/push/"
	collect_libraries "$from" "$@" /push
	pack "$out"
}

settings() {
	mkdir "$stage/etc"
	cp "$2"/guest.* "$stage/etc/"
	pack "$1"
}

"$@"
