#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make rust-analyzer [KERNEL=7.2|7.3]: rust-project.json of the module for rust-analyzer, as the kernel makes it for its
# own crates, with the paths that an editor outside of the build root sees.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
. "${BASH_SOURCE%/*}/all.sh"

check_machine
[ -w "$TOP" ] || die "rust-project.json goes into the checkout, which cannot be written to"
need_root
pick_kernel "${KERNEL:-}"
# The bindings come with the module.
need_module
tree=$CACHE/kernel/$K_RELEASE/src
# shellcheck disable=SC2046 # kernel_make prints words
step "rust-project.json of $K_RELEASE" "the kernel's own crates" in_root $(kernel_make) rust-analyzer
for bindings in rust/bindings/bindings_generated.rs rust/uapi/raw_generated.rs; do
	cp "$(module_dir "$(module_variant)")/tree/$bindings" "$TOP/$bindings"
done
cfgs=(MODULE dxg_script)
# As Kbuild decides.
if printf '%s\n' 7.3 "$K_RELEASE" | sort -VC; then cfgs+=(dxg_linux_7_3); fi
in_root --env "CFGS=${cfgs[*]}" --env "FROM=/cache/kernel/$K_RELEASE/src/rust-project.json" --env "CACHE=$CACHE" --env "TOP=$TOP" \
	--env "ROOT=$ROOT" python3 /src/tools/build/rust-project.py >"$TOP/rust-project.json.new"
mv "$TOP/rust-project.json.new" "$TOP/rust-project.json"
say "$TOP/rust-project.json is ready for kernel $K_RELEASE, whose crates are in $tree; it is made again after a change of bindgen's headers"
