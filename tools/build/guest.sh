# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Boots a guest with what the other scripts made. Needs lib.sh, root.sh, kernel.sh, module.sh and
# crates.sh, window.sh; the work inside the build root is guest-pack.sh's and guest-boot.sh's.

# What a guest is to be; the command line sets these.
G_MODE=exec G_GPU='virtio vkms' G_MODULE=1 G_MODULE_ARGS='' G_PUSH='' G_PULL='' G_SCREENSHOT='' G_UNLOAD=0
G_TIMEOUT=300
# Whether the screenshot is taken when CMD has ended, if it has not asked for one; the kind
# of window that QEMU opens, sdl or gtk.
G_SCREENSHOT_END=0 G_WINDOW=none
# More words for the kernel's command line; the taint that the end must find, in numbers of
# /proc/sys/kernel/tainted, or nothing; whether to look for leaked memory at the end.
G_CMDLINE='' G_TAINT='' G_LEAKS=0
# Programs that are in the guest's PATH, by their names in crates.sh.
G_PROGRAMS=dxg

# layers: the parts of the initramfs that this guest has, as they are called in the build root.
layers() {
	local dir=/cache/guest/$K_RELEASE
	echo "$dir/base-$(base_key).cpio"
	if [ "$G_MODULE" = 1 ]; then echo "$dir/$(module_layer)-$(module_layer_key).cpio"; fi
}
base_key() { printf '%s ' 1 "$K_KEY" "$(hash_files "${BASE_SOURCES[@]}")" | sha; }
module_layer_key() { printf '%s ' 1 "$(module_key)" "$(hash_files tools/build/guest-pack.sh)" | sha; }
module_layer() { echo "module$(module_variant | sed 's/^/-/')"; }
BASE_SOURCES=(tools/guest tools/build/guest-pack.sh)

# need_layers: makes those that are not there.
need_layers() {
	local layer ko
	ko=$(module_ko)
	for layer in $(layers); do
		layer=$CACHE${layer#/cache}
		if use "$layer"; then continue; fi
		case $layer in
		*/base-*) with_lock "guest-$K_RELEASE" pack_layer "$layer" base ;;
		*) with_lock "guest-$K_RELEASE" pack_layer "$layer" module "/cache${ko#"$CACHE"}" ;;
		esac
		use "$layer" || die "$layer has gone"
	done
}
pack_layer() { # LAYER COMMAND-OF-guest-pack.sh ARGS...
	local new name=${1##*/}
	if [ -e "$1" ]; then return; fi
	scratch_dir new "${1%/*}"
	step "guest $K_RELEASE ${name%-*}" "packing its part of the initramfs" \
		in_root /src/tools/build/guest-pack.sh "$2" "/cache${new#"$CACHE"}/made.cpio" \
		"/cache/kernel/$K_RELEASE/image" "$K_RELEASE" "${@:3}"
	unchanged "$TOP" "${BASE_SOURCES[@]}"
	publish "$new/made.cpio" "$1"
	prune "${1%-*}"-????????????????.cpio
}

# Quotes for the guest's plain sh.
quoted() {
	local word
	for word; do printf "'%s' " "${word//\'/\'\\\'\'}"; done
}

# run_guest CMD ARGS, after need_layers: returns CMD's status or one of 120..124 (guest-boot.sh).
run_guest() {
	local conf rc=0 binds=() initrd pull
	# shellcheck disable=SC2153 # of root.sh
	local root=$ROOT
	# Runs that were killed leave their directory.
	find "$CACHE" -maxdepth 1 -name 'run.*' -mmin +1440 -exec rm -rf {} +
	scratch_dir conf
	mkdir -p "$RUN_DIR" "$conf/out"
	{
		echo "GUEST_MODE=$(quoted "$G_MODE")"
		echo "GUEST_GPU=$(quoted "$G_GPU")"
		echo "GUEST_MODULE=$G_MODULE"
		echo "GUEST_MODULE_ARGS=$(quoted "$G_MODULE_ARGS${DXG_GATE:+ gate=$DXG_GATE}")"
		echo "GUEST_PULL=$([ -n "$G_PULL" ] && echo 1 || echo 0)"
		echo "GUEST_UNLOAD=$G_UNLOAD"
		echo "GUEST_LEAKS=$G_LEAKS"
	} >"$conf/guest.conf"
	quoted "$@" >"$conf/guest.cmd"
	mapfile -t initrd < <(layers)
	if [ -n "$G_PUSH" ]; then
		G_PUSH=$(readlink -f "$G_PUSH")
		printf '%s\n' "$G_PUSH" >"$conf/push-from"
		binds+=(--bind "$G_PUSH:/push:ro" --bind "/:/host:ro")
	fi
	if [ -n "$G_PULL" ]; then
		pull=$(readlink -f "$G_PULL")
		binds+=(--bind "$pull:/pull")
	fi
	if [ "$G_WINDOW" != none ]; then
		need_window_root
		window_options
		root=$WINDOW_ROOT binds+=("${WINDOW_OPTIONS[@]}")
	fi
	# Checkers that are off until the command line says so; a warning is a failure, and says more there.
	if [ "$K_FLAVOUR" = debug ]; then G_CMDLINE+=' panic_on_warn=1 page_poison=1'; fi
	say "guest: booting kernel $K_RELEASE with ${G_GPU:-no GPU}"
	# shellcheck disable=SC2086 # names
	ROOT=$root in_root "${binds[@]}" --bind "$conf/out:/out" --env "MODE=$G_MODE" --env "GPU=$G_GPU" --env "TIMEOUT=$G_TIMEOUT" \
		--env "CMDLINE=$G_CMDLINE" --env "TAINT=$G_TAINT" --env "SCREENSHOT=$G_SCREENSHOT_END" --env "WINDOW=$G_WINDOW" --env "PULL=${G_PULL:+1}" \
		/src/tools/build/guest-run.sh "${conf/#"$CACHE"//cache}" "$(programs_in_root $G_PROGRAMS)" "/cache/kernel/$K_RELEASE/image/vmlinuz" \
		"${initrd[@]}" || rc=$?
	cp "$conf"/out/*.txt "$RUN_DIR/" 2>/dev/null || :
	if [ -n "$G_SCREENSHOT" ] && [ -s "$conf/out/shot.png" ]; then cp "$conf/out/shot.png" "$G_SCREENSHOT"; fi
	rm -rf "$conf"
	return "$rc"
}
