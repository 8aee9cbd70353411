#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# make check: formatting, lints and the ABI's layout, each as one KTAP line.
# shellcheck disable=SC1091 # sourced files are checked by themselves
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/all.sh"

# Scripts are known by their first line; those that are sourced, by their directory.
scripts() {
	cd "$TOP"
	{
		find tools/build -name '*.sh'
		grep -rlE -m1 '^#!/bin/(ba)?sh' --exclude-dir=target --exclude-dir=build tools tests .ci 2>/dev/null || :
	} | sort -u | sed 's,^,/src/,'
}
check_scripts() {
	local files
	mapfile -t files < <(scripts)
	in_root --chdir /src shellcheck "${files[@]}"
}

# With the kernel's own settings; from the root of the crate it comes to every file.
format_of_module() {
	in_root --chdir /src rustfmt --check --edition 2021 \
		--config-path "/cache/kernel/$K_RELEASE/src/.rustfmt.toml" rust/dxgkrnl.rs
}

# User space includes the headers as they are, on 32 bits as well, and from C++.
headers() {
	# shellcheck disable=SC2016 # expanded in the root
	in_root --chdir /src/uapi bash -euc '
		include=/usr/include/$(gcc -print-multiarch)
		find . -name "*.h" | while read -r header; do
			for mode in "-m64 -x c -std=c11" "-m32 -x c -std=c11" "-m64 -x c++ -std=c++17"; do
				case $mode in *c++*) compiler=clang ;; *) compiler=gcc ;; esac
				$compiler $mode -ffreestanding -fsyntax-only -Wall -Wextra -Werror -Wpadded -I. -isystem "$include" - \
					<<<"#include \"$header\""
			done
		done'
}

# The headers of libd3dkmt are for C of any age, and for C++, under all warnings.
c_headers() {
	# shellcheck disable=SC2016 # expanded in the root
	in_root --chdir /src/tools/libd3dkmt-c/include/d3dkmt bash -euc '
		for header in *.h; do
			for mode in "gcc -x c -std=c99" "gcc -x c -std=c11" "clang -x c -std=c99" "clang -x c++ -std=c++17"; do
				$mode -ffreestanding -fsyntax-only -Wall -Wextra -pedantic -Werror -I. - <<<"#include \"$header\""
			done
		done'
}

# The library exports the functions of the list and nothing else, and the headers declare just these.
c_symbols() {
	need_programs library
	# shellcheck disable=SC2016 # expanded in the root
	in_root --chdir /src/tools/libd3dkmt-c --env "library=$(programs_in_root library)/libd3dkmt.so" bash -euo pipefail -c '
		list=$(LC_ALL=C sort symbols)
		exported=$(nm -D --defined-only "$library" | cut -d " " -f 3 | LC_ALL=C sort)
		echo "#include <d3dkmthk.h>" >/tmp/declared.c
		gcc -std=c11 -fsyntax-only -Iinclude/d3dkmt -aux-info /tmp/declared.txt /tmp/declared.c
		declared=$(grep -oE "\<D3DKMT[A-Za-z0-9]+ \(" /tmp/declared.txt | tr -d " (" | LC_ALL=C sort)
		diff <(echo "$list") <(echo "$exported") >&2 || { echo "the library exports other functions than the list has" >&2; exit 1; }
		diff <(echo "$list") <(echo "$declared") >&2 || { echo "the headers declare other functions than the list has" >&2; exit 1; }
		readelf -d "$library" | grep -q "SONAME.*\[libd3dkmt\.so\.0\]"'
}

# What the page says is not served, the module's table does not have.
page_of_calls() {
	local structure structures=0 wrong=0
	# shellcheck disable=SC2016 # the page's quotes
	while read -r structure; do
		structures=$((structures + 1))
		if grep -qF "uapi::$structure>" "$TOP/rust/ioctl.rs"; then
			echo "Documentation/uapi.md: $structure is served" >&2
			wrong=1
		fi
	done < <(sed -nE '/^## Calls that are not served yet/,$ s/^\| 0x.. \|[^`]*`([A-Za-z0-9_]+)`.*/\1/p' "$TOP/Documentation/uapi.md")
	[ "$structures" -gt 0 ] && [ "$wrong" = 0 ]
}

# Wherever a case is named ("case 41", "cases 93, 116", "cases 144 to 146"), the page of cases has it.
page_of_cases() {
	local number numbers=0 missing=0
	while read -r number; do
		numbers=$((numbers + 1))
		if ! grep -qF "<a id=\"case-$number\"></a>" "$TOP/Documentation/conformance.md"; then
			echo "Documentation/conformance.md has no case $number" >&2
			missing=1
		fi
	done < <(cd "$TOP" && grep -rohE --include='*.rs' --include='*.[ch]' --include='*.md' --exclude-dir=build \
		'\<cases? [0-9]+((,| and| to|, and) [0-9]+)*' rust tools tests uapi Documentation | grep -oE '[0-9]+' | sort -nu)
	[ "$numbers" -gt 0 ] && [ "$missing" = 0 ]
}

# The kernel crate's own warnings include files that the packages of kernels do not have.
warnings_of_module() {
	! grep -rnE --include='*.rs' '\<(warn_on|warn_flags)!' "$TOP/rust" >&2
}

module_lints() { # SERIES
	pick_kernel "$1"
	need_kernel
	need_module_clippy
}

# check TITLE CMD...: runs CMD; `runner checks` makes KTAP of what is said of it.
check() {
	local rc=0
	echo "@check $1"
	with_progress "$@" 2>&1 || rc=$?
	# What is said may end in the middle of a line.
	printf '\n@end %s\n' "$rc"
}

# The lints of one crate, for an editor: plain output, as the compiler has it.
one_crate() {
	if [ "$CRATE" = module ]; then
		need_module_clippy
	else
		cargo_in_root clippy --quiet --locked -p "$CRATE" --all-targets -- -D warnings
	fi
}

checks() {
	check "rustfmt: crates" cargo_in_root fmt --check
	check "rustfmt: module" format_of_module
	check "clippy: crates" cargo_in_root clippy --quiet --locked --workspace --all-targets --keep-going -- -D warnings
	for series in $(all_series); do
		check "clippy: module on $series" module_lints "$series"
	done
	check "the page of calls names what is not served" page_of_calls
	check "the page of cases has the cases that are named" page_of_cases
	check "the module warns by its own helper" warnings_of_module
	check "no file of the module imports from above, or in a circle" "$TOP/tools/build/imports.sh"
	check "such imports are found" "$TOP/tests/tools/imports.sh"
	check "shellcheck" check_scripts
	check "uapi headers compile alone" headers
	check "headers of libd3dkmt compile, C and C++" c_headers
	check "libd3dkmt.so exports what its headers declare" c_symbols
	check "ABI layout: C, module, crate" cargo_in_root run --quiet --locked -p dxg-abi -- --check
	check "bindings of libd3dkmt are those of the headers" in_root --chdir /src tools/libd3dkmt/generate --check
	check "wrong words are told at once" "$TOP/tests/tools/words.sh"
}

check_machine
need_root
pick_kernel
need_kernel
if [ -n "${CRATE:-}" ]; then
	one_crate
	exit
fi
need_runner
take_run_dir
say "checking; the first run compiles what the lints look at"
checks | runner -- checks
