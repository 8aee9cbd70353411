#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make test-gates [GATE=name]: shows that the tests fail when something is wrong. The module makes a mistake
# on purpose (rust/sys/gates.rs), and the run that everybody makes, in a guest of its own, has to be
# reported as failed, for the reason that tests/gates has. KTAP, as the other tests.
# shellcheck disable=SC1091,SC2034 # sourced files are checked by themselves, and read what is set here
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/words.sh"
check_words GATE
. "$here/all.sh"

export DXG_GATE=of-the-run
# Guests with that module, of both kernels.
KERNEL='' need_everything need_suites need_dxg need_runner
G_MODULE=1
need_layers
targets=(--target "$(target)")
pick_kernel debug
need_kernel
need_module
need_layers
unset DXG_GATE
export DXG_SCRIPT=y
need_module
need_layers
unset DXG_SCRIPT
targets+=(--target "$(DXG_GATE=of-the-run target script)")
options=()
for dir in $(programs_in_root dxg suites c); do options+=(--programs "$dir"); done
if [ -n "${GATE:-}" ]; then options+=(--gate "$GATE"); fi
RUN_DIR=$TOP/build/gates
take_run_dir
rm -rf "${RUN_DIR:?}"/*
runner -- gates "${targets[@]}" "${options[@]}" --suites "$(programs_in_root suites)" --slots "$JOBS" --out /out
