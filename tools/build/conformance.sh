# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# Documentation/conformance.md, which is made of what the suite conformance says of a run. Needs root.sh, crates.sh, guest.sh
# and ktap.sh.

CONFORMANCE=Documentation/conformance.md

# check_conformance KTAP: the committed page is the one that a run with that output makes.
check_conformance() {
	local rc=0 page=$RUN_DIR/conformance.md
	in_root "$(programs_in_root suites)/conformance" --document <"$1" >"$page" || rc=$?
	if [ "$rc" = 0 ] && ! cmp -s "$page" "$TOP/$CONFORMANCE"; then
		rc=1
		{ diff "$TOP/$CONFORMANCE" "$page" 2>&1 || :; } | sed 's/^/# /; 20q'
		echo "# if that is as it should be: cp ${page#"$TOP/"} $CONFORMANCE"
	fi
	ktap_check "$rc" "$CONFORMANCE is what this run says"
}
