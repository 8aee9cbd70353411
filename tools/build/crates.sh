# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# The crates (tools/Cargo.toml), compiled in the build root. Needs lib.sh and root.sh.
#
# cargo sees one copy of the sources, whose checkout it may be; all of its runs hold the lock `crates`.
# What comes of it lies in $CACHE/programs/NAME-KEY, for each checkout.

CRATES=$CACHE/crates
PROGRAMS=$CACHE/programs

# sources_of NAME: sets SOURCES_OF to what the programs NAME are made of, and PACKAGE to the package of
# those that are a package's.
sources_of() {
	PACKAGE=''
	case $1 in
	dxg) PACKAGE=dxg SOURCES_OF=(tools/dxg) ;;
	# The guest's test suites are programs of one package.
	suites) PACKAGE=dxg-guest-tests SOURCES_OF=(tests/guest rust/miniport/script/wire.rs) ;;
	runner) PACKAGE=dxg-runner SOURCES_OF=(tools/runner) ;;
	# libd3dkmt.so; with the C programs of the guest's tests.
	library) SOURCES_OF=(tools/libd3dkmt-c uapi tools/build/c-make.sh) ;;
	c) SOURCES_OF=(tools/libd3dkmt-c uapi tools/build/c-make.sh tests/guest/c) ;;
	# The workspace, of the guest's tests their library.
	host-tests)
		mapfile -t SOURCES_OF < <(cd "$TOP" && dirname tools/*/Cargo.toml)
		SOURCES_OF+=(rust uapi tests/host tests/models tests/guest)
		;;
	*) die "there are no programs '$1'" ;;
	esac
	SOURCES_OF+=(tools/Cargo.toml tools/Cargo.lock tools/build/crates-make.sh)
	add_dependencies
}
# Adds the crates that those in SOURCES_OF depend on by path.
add_dependencies() {
	local i=0 line dir path
	while [ "$i" -lt ${#SOURCES_OF[@]} ]; do
		if [ -f "$TOP/${SOURCES_OF[i]}/Cargo.toml" ]; then
			while IFS= read -r line; do
				[[ $line =~ path\ *=\ *\"([^\"]+)\" ]] || continue
				dir=${SOURCES_OF[i]} path=${BASH_REMATCH[1]}
				dir=/$dir
				while [[ $path = ../* ]]; do dir=${dir%/*} path=${path#../}; done
				dir=$dir/$path dir=${dir#/}
				if [[ " ${SOURCES_OF[*]} " != *" $dir "* ]] && [ -f "$TOP/$dir/Cargo.toml" ]; then SOURCES_OF+=("$dir"); fi
			done <"$TOP/${SOURCES_OF[i]}/Cargo.toml"
		fi
		i=$((i + 1))
	done
}

# programs NAME: the directory with the programs NAME of this checkout.
programs() {
	local SOURCES_OF PACKAGE key
	sources_of "$1"
	key=$(printf '%s ' 2 "$(toolchain)" "$(hash_files "${SOURCES_OF[@]}")" | sha)
	echo "$PROGRAMS/$1-$key"
}
# programs_in_root NAME...: the same directories as they are called in the build root.
programs_in_root() {
	local name dir dirs=''
	for name; do
		dir=$(programs "$name")
		# Where what is executed is not all of it.
		case $name in c) dir+=/bin ;; esac
		dirs+="${dirs:+ }/cache${dir#"$CACHE"}"
	done
	echo "$dirs"
}

# need_programs NAME: makes them if they are not there.
need_programs() {
	local dir
	dir=$(programs "$1")
	if use "$dir"; then return; fi
	with_lock crates refresh_programs "$1" "$dir"
	use "$dir" || die "$dir has gone"
}
refresh_programs() { # NAME DIR
	local SOURCES_OF PACKAGE new
	if [ -e "$2" ]; then return; fi
	sources_of "$1"
	crates_snapshot "${SOURCES_OF[@]}"
	scratch_dir new "$PROGRAMS"
	mkdir "$new/made"
	case $1 in
	library | c) cargo_step "C library" "compiling libd3dkmt.so" c-make.sh "$1" "/cache${new#"$CACHE"}/made" "/cache${2#"$CACHE"}" ;;
	host-tests) cargo_step "host tests" "compiling them" crates-make.sh tests "/cache${new#"$CACHE"}/made" ;;
	*)
		cargo_step "$PACKAGE" "compiling its programs (cargo downloads the crates they use)" \
			crates-make.sh programs "/cache${new#"$CACHE"}/made" "$PACKAGE"
		;;
	esac
	publish "$new/made" "$2"
	prune "$PROGRAMS/$1"-????????????????
}
need_dxg() { need_programs dxg; }
need_suites() {
	need_programs suites
	need_programs c
}
need_runner() { need_programs runner; }
# The host's tests: programs, and the file `list` with a line for each (crates-make.sh).
need_host_tests() { need_programs host-tests; }

# crates_snapshot [PATH...]: has the copy that cargo sees be this checkout's. The PATHs must be what the keys
# say. Only under the lock `crates`.
crates_snapshot() {
	take_snapshot "$CRATES/src" "${CRATES_TREE[@]}"
	if [ $# -gt 0 ]; then unchanged "$CRATES/src" "$@"; fi
}
# cargo wants the manifest of every member of the workspace.
CRATES_TREE=(Kbuild rust uapi tests tools)

in_crates() { # CMD ARGS
	TREE=$CRATES/src in_root --chdir /src/tools --env CARGO_TARGET_DIR=/cache/crates/build \
		--env "CARGO_BUILD_JOBS=$JOBS" "$@"
}
cargo_step() { # NAME WHY SCRIPT ARGS
	step "$1" "$2" in_crates "/src/tools/build/$3" "${@:4}"
}
# cargo_in_root ARGS: the sources are read-only in there, so the lock file has to be right.
cargo_in_root() { in_workspace cargo "$@"; }
# in_workspace CMD ARGS: CMD may run cargo.
in_workspace() {
	(
		take_lock crates
		crates_snapshot
		in_crates "$@"
	)
}
