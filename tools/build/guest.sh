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
# Programs that are in the guest's PATH.
G_PROGRAMS=/cache/crates/bin
RUN_DIR=${RUN_DIR:-$TOP/build/run}

need_layers() {
	local key dir=$CACHE/guest/$K_RELEASE layer module
	mkdir -p "$dir"
	key=$(printf '%s ' "$K_KEY" "$(hash_files tools/guest tools/build/guest-pack.sh)")
	if ! { stamp_is "$dir/stamp-base" "$key" && [ -s "$dir/base.cpio" ]; }; then
		with_lock "guest-$K_RELEASE" pack_layer base base "$key"
	fi
	if [ "$G_MODULE" = 1 ]; then
		layer=$(module_layer) module=$(module_name "$(module_variant)")
		key+=$(cat "$CACHE/module/$module/stamp")
		if ! { stamp_is "$dir/stamp-$layer" "$key" && [ -s "$dir/$layer.cpio" ]; }; then
			with_lock "guest-$K_RELEASE" pack_layer module "$layer" "$key" "/cache/module/$module/dxgkrnl.ko"
		fi
	fi
}
module_layer() { echo "module$(module_variant | sed 's/^/-/')"; }
pack_layer() { # COMMAND-OF-guest-pack.sh NAME KEY ARGS...
	step "guest $K_RELEASE $2" "packing its part of the initramfs" \
		in_root /src/tools/build/guest-pack.sh "$1" "/cache/guest/$K_RELEASE/$2.cpio" \
		"/cache/kernel/$K_RELEASE/image" "$K_RELEASE" "${@:4}"
	stamp_set "$CACHE/guest/$K_RELEASE/stamp-$2" "$3"
}

# Quotes for the guest's plain sh.
quoted() {
	local word
	for word; do printf "'%s' " "${word//\'/\'\\\'\'}"; done
}

# run_guest CMD ARGS, after need_layers: returns CMD's status or one of 120..124 (guest-boot.sh).
run_guest() {
	local conf rc=0 binds=() initrd=("/cache/guest/$K_RELEASE/base.cpio") pull
	# shellcheck disable=SC2153 # of root.sh
	local root=$ROOT
	# Runs that were killed leave their directory.
	find "$CACHE" -maxdepth 1 -name 'run.*' -mmin +1440 -exec rm -rf {} +
	conf=$(mktemp -d "$CACHE/run.XXXXXX") || die "cannot write to $CACHE"
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
	if [ "$G_MODULE" = 1 ]; then initrd+=("/cache/guest/$K_RELEASE/$(module_layer).cpio"); fi
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
	ROOT=$root in_root "${binds[@]}" --bind "$conf/out:/out" --env "MODE=$G_MODE" --env "GPU=$G_GPU" --env "TIMEOUT=$G_TIMEOUT" \
		--env "CMDLINE=$G_CMDLINE" --env "TAINT=$G_TAINT" --env "SCREENSHOT=$G_SCREENSHOT_END" --env "WINDOW=$G_WINDOW" --env "PULL=${G_PULL:+1}" \
		/src/tools/build/guest-run.sh "${conf/#"$CACHE"//cache}" "$G_PROGRAMS" "/cache/kernel/$K_RELEASE/image/vmlinuz" \
		"${initrd[@]}" || rc=$?
	cp "$conf"/out/*.txt "$RUN_DIR/" 2>/dev/null || :
	if [ -n "$G_SCREENSHOT" ] && [ -s "$conf/out/shot.png" ]; then cp "$conf/out/shot.png" "$G_SCREENSHOT"; fi
	rm -rf "$conf"
	return "$rc"
}
