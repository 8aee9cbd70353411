#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make test-long: what .ci/run leaves out. Everything on the older kernels, all suites in each mode of the debug
# kernel, all under signals on the stock kernel, more orders of each model, whether the tests can fail, and two
# checkouts that share the cache. The last line sums it up.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/sum.sh"

mapfile -t series < <(awk '!/^#/ && NF >= 6 && !seen[$1]++ { print $1 }' "$here/../kernels.lock")
for older in "${series[@]:1}"; do
	sum_of "make test SUITE=guest KERNEL=$older" make test SUITE=guest "KERNEL=$older"
done
sum_of "make test SUITE=guest MODE=signals" make test SUITE=guest MODE=signals
sum_of "make test SUITE=host, models with three preemptions" env LOOM_MAX_PREEMPTIONS=3 make test SUITE=host
sum_of "make test-debug SUITE=guest" make test-debug SUITE=guest
sum_of "make test-gates" make test-gates
sum_of "two checkouts, one cache" tests/tools/shared-cache.sh
sum_end
