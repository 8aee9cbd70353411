# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Boots a guest with what the other scripts made. Needs lib.sh, root.sh, kernel.sh, module.sh and
# crates.sh, window.sh; the work inside the build root is guest-pack.sh's and the runner's (tools/runner).

# What a guest is to be; the command line sets these.
G_MODE=exec G_GPU='virtio vkms' G_MODULE=1 G_MODULE_ARGS='' G_PUSH='' G_PULL='' G_SCREENSHOT='' G_UNLOAD=0
G_TIMEOUT=300
# Whether the screenshot is taken when CMD has ended, if it has not asked for one; the kind
# of window that QEMU opens, sdl or gtk.
G_SCREENSHOT_END=0 G_WINDOW=none
# Whether to look for leaked memory at the end.
G_LEAKS=0
# Whether its clocks count instructions.
G_COUNTED=0
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

# run_guest CMD ARGS, after need_runner and need_layers: returns CMD's status or one of 120..124
# (tools/runner/src/boot.rs).
run_guest() {
	local rc=0 binds=() options=() layer dir
	# shellcheck disable=SC2153 # of root.sh
	local root=$ROOT
	rm -f "$RUN_DIR"/{dmesg,console}.txt "$RUN_DIR/shot.png"
	if [ "$G_MODE" = shell ]; then options+=(--shell); fi
	if [ "$G_MODULE" = 1 ]; then options+=(--module); fi
	if [ "$G_UNLOAD" = 1 ]; then options+=(--unload); fi
	if [ "$G_COUNTED" = 1 ]; then options+=(--counted); fi
	if [ "$G_LEAKS" = 1 ]; then options+=(--leaks); fi
	if [ "$G_SCREENSHOT_END" = 1 ]; then options+=(--screenshot); fi
	for layer in $(layers); do options+=(--layer "$layer"); done
	# shellcheck disable=SC2086 # names
	for dir in $(programs_in_root $G_PROGRAMS); do options+=(--programs "$dir"); done
	if [ -n "$G_PUSH" ]; then
		G_PUSH=$(readlink -f "$G_PUSH")
		binds+=(--bind "$G_PUSH:/push:ro" --bind "/:/host:ro")
		options+=(--push "$G_PUSH")
	fi
	if [ -n "$G_PULL" ]; then
		binds+=(--bind "$(readlink -f "$G_PULL"):/pull")
		options+=(--pull)
	fi
	if [ "$G_WINDOW" != none ]; then
		need_window_root
		window_options
		root=$WINDOW_ROOT binds+=("${WINDOW_OPTIONS[@]}")
	fi
	say "guest: booting kernel $K_RELEASE with ${G_GPU:-no GPU}"
	ROOT=$root in_root "${binds[@]}" --bind "$RUN_DIR:/out" "$(programs_in_root runner)/runner" boot \
		--flavour "$K_FLAVOUR" --kernel "/cache/kernel/$K_RELEASE/image/vmlinuz" "${options[@]}" --gpu "$G_GPU" \
		--module-args "$G_MODULE_ARGS${DXG_GATE:+ gate=$DXG_GATE}" --timeout "$G_TIMEOUT" --window "$G_WINDOW" \
		-- "$@" || rc=$?
	if [ -n "$G_SCREENSHOT" ] && [ -s "$RUN_DIR/shot.png" ]; then mv "$RUN_DIR/shot.png" "$G_SCREENSHOT"; fi
	return "$rc"
}

# target: the kernel and what belongs to it, as the runner wants it (tools/runner/src/target.rs); with the
# word `script` also the module with the adapter of tests.
target() {
	local script=''
	if [ "${1:-}" = script ]; then script=$(DXG_GATE='' DXG_SCRIPT=y layers | tail -n 1); fi
	printf '%s:%s:%s:%s:%s\n' "$K_FLAVOUR" "$K_RELEASE" "/cache/kernel/$K_RELEASE/image/vmlinuz" \
		"$(layers | paste -sd : -)" "$script"
}

# runner BINDS... -- ARGS: runs it in the build root, with the run's directory at /out.
runner() {
	local binds=()
	while [ "$1" != -- ]; do
		binds+=("$1")
		shift
	done
	shift
	in_root "${binds[@]}" --bind "$RUN_DIR:/out" --env "DXGKRNL_T0=$DXGKRNL_T0" --env "QUIET=${QUIET:-0}" --chdir /src \
		"$(programs_in_root runner)/runner" "$@"
}
