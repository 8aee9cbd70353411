#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# dmesg-gate.sh FILE: prints what no good run has in its kernel log, and fails if there is any.
set -euo pipefail

complaints='WARNING:|WARN_ON|BUG:|BUG at|Oops|Call Trace|general protection|unable to handle|stack guard|KASAN:|KCSAN:|UBSAN:|kmemleak: [1-9]|kmemleak: .*(disabled|failed|Cannot)|refcount_t|possible (circular|recursive) locking|inconsistent lock state|suspicious RCU|sleeping function called|scheduling while atomic|lockdep is turned off|turning off the locking correctness|DEBUG_LOCKS_WARN|ODEBUG:|pagealloc: |unreferenced object|list_(add|del) corruption|blocked for more than|soft lockup|hard LOCKUP|rcu_(sched|preempt|tasks).*stall|page allocation failure|Out of memory|suspected memory leak|dxgkrnl: .*panic|rust_kernel: panicked|Bad page|Unknown symbol|something is seriously wrong|disagrees about version'

# Lines that the stock kernel prints by itself, each with its reason; no pattern may fit ours.
harmless='^[0-9]+:$'

if [ ! -s "$1" ]; then
	echo 'there is no log'
	exit 1
fi
found=$(grep -nE "$complaints" "$1" | grep -vE "$harmless") || exit 0
# The first one with what follows it, and the rest by a line each.
first=${found%%:*}
sed -n "$((first > 2 ? first - 2 : 1)),$((first + 20))p" "$1"
tail -n +2 <<<"$found" | awk -F: -v last="$((first + 20))" '$1 > last'
exit 1
