#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# dmesg-gate.sh FILE: prints the lines of a kernel log that no good run has; fails if there are any.
set -euo pipefail

complaints='WARNING:|WARN_ON|BUG:|BUG at|Oops|Call Trace|general protection|unable to handle|stack guard|KASAN|KCSAN|UBSAN|kmemleak: [1-9]|refcount_t|possible (circular|recursive) locking|inconsistent lock state|suspicious RCU|sleeping function called|scheduling while atomic|lockdep|list_(add|del) corruption|blocked for more than|soft lockup|hard LOCKUP|rcu_(sched|preempt|tasks).*stall|page allocation failure|Out of memory|memory leak|dxgkrnl: .*panic|rust_kernel: panicked|Bad page|Unknown symbol|something is seriously wrong|disagrees about version'

# Lines that the stock kernel prints by itself, each with its reason; no pattern may fit ours.
harmless='^$'

! grep -E "$complaints" "$1" | grep -vE "$harmless"
