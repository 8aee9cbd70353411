# SPDX-License-Identifier: MIT OR Apache-2.0
# shellcheck shell=bash
# The build root: a Debian tree with the compilers of the chosen kernels, cargo and QEMU. A second tree,
# for those who want it, has the QEMU that opens a window, and what little it takes to boot a guest.

DEBIAN_SUITE=trixie
# rust-src: the kernel builds its own `core`. pahole: its version is part of the kernel's config.
# qemu-system-modules-spice: the GPU qxl.
ROOT_PACKAGES=(
	ca-certificates
	rustc rust-src rustfmt rust-clippy cargo bindgen clang llvm lld gcc libc6-dev
	make flex bison bc libelf-dev libssl-dev libdw-dev pahole kmod cpio xz-utils zstd rsync
	python3-minimal shellcheck pkgconf
	qemu-system-x86 qemu-system-modules-spice busybox-static
)
ROOT_KEY=$(printf '%s\n' 1 "$DEBIAN_SUITE" "${ROOT_PACKAGES[@]}" | sha)
# One for each list of packages: checkouts that share the cache may have different ones.
ROOT=$CACHE/root-$ROOT_KEY
WINDOW_PACKAGES=(qemu-system-x86 qemu-system-gui fonts-dejavu-core cpio binutils)
WINDOW_KEY=$(printf '%s\n' 1 "$DEBIAN_SUITE" "${WINDOW_PACKAGES[@]}" | sha)
WINDOW_ROOT=$CACHE/root-window-$WINDOW_KEY

# The Debian archive that the host itself installs from; empty if it has none. apt knows whose each
# archive is; before its first update only the configuration's text can tell.
archive_uri() {
	local uri
	# shellcheck disable=SC2016 # apt's own variables
	uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian|Debian|//p' | head -n 1)
	[ -n "$uri" ] || uri=$(configured_uris | sort -s -k1,1n | sed -n '1s/^[0-9]* //p')
	case $uri in
	mirror+file:*) uri=$(awk 'NF { print $1; exit }' "${uri#mirror+file:}") ;;
	esac
	echo "${uri%/}"
}
# Lines "RANK URI" of what may be a Debian archive: rank 1 for a release's name, 2 for stable.
configured_uris() {
	local files=() f
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
		if [ -r "$f" ]; then files+=("$f"); fi
	done
	[ ${#files[@]} -gt 0 ] || return 0
	awk '
		function entry(uri, suites, components) {
			if (uri !~ /\/debian\/?$/ && uri !~ /^mirror\+file:/) return
			if ((" " components " ") !~ / main /) return
			if (suites ~ /(bullseye|bookworm|trixie|forky|sid)/) print 1, uri
			else if (suites ~ /(stable|testing)/) print 2, uri
		}
		function stanza() { entry(value["uris"], value["suites"], value["components"]); delete value }
		FNR == 1 { stanza(); deb822 = FILENAME ~ /\.sources$/ }
		/^#/ { next }
		deb822 && NF == 0 { stanza() }
		deb822 && /^[A-Za-z-]+:/ { name = tolower($1); sub(/:.*/, "", name); sub(/^[^:]*:[ \t]*/, ""); value[name] = $0 }
		!deb822 && $1 == "deb" { sub(/\[[^]]*\]/, ""); uri = $2; suite = $3; $1 = $2 = $3 = ""; entry(uri, suite, $0) }
		END { stanza() }
	' "${files[@]}"
}

# The host's proxy settings for apt, as lines of an apt.conf.
apt_proxy() {
	if command -v apt-config >/dev/null; then
		apt-config dump 2>/dev/null | grep -iE '^Acquire::(http|https)::Proxy ' || true
	fi
}

# One way in for root and for users: namespaces of our own, so that mounts and processes of a run
# go away with it. A user is root in there, and owns the range of subordinate ids.
namespace() {
	local ns=(unshare --mount --pid --fork --kill-child --propagation private)
	# It ends with the script that started it, however that ends. (A user's namespace does not keep this.)
	if command -v setpriv >/dev/null; then ns=(setpriv --pdeathsig KILL "${ns[@]}"); fi
	if [ "$EUID" != 0 ]; then ns+=(--user --map-root-user --map-auto); fi
	"${ns[@]}" "$@"
}
check_namespace() {
	namespace true 2>/dev/null && return
	if [ "$EUID" = 0 ]; then
		die "cannot make a mount namespace: this container lacks CAP_SYS_ADMIN; run it privileged"
	fi
	die "cannot make a user namespace: install uidmap, give $(id -un) a range in /etc/subuid and /etc/subgid, or run as root"
}

bootstrap_tool() {
	local tool
	for tool in mmdebstrap debootstrap; do
		if command -v "$tool" >/dev/null; then
			echo "$tool"
			return
		fi
	done
	if [ "$EUID" = 0 ] && command -v apt-get >/dev/null; then
		say "mmdebstrap: installing it with apt-get (it makes the build root)"
		if (apt-get -qq update && apt-get -qq -y --no-install-recommends install mmdebstrap) >&2; then
			echo mmdebstrap
			return
		fi
	fi
	die "neither mmdebstrap nor debootstrap is here: type 'sudo apt-get install mmdebstrap'"
}

# Its commands are joined by &&: as part of a step they run where `set -e` has no effect.
make_tree() { # TOOL DIR PACKAGE...
	local tool=$1 dir=$2 uri opts=() list line
	shift 2
	uri=$(archive_uri)
	list=$(IFS=,; echo "$*")
	if [ "$tool" = mmdebstrap ]; then
		while read -r line; do
			if [ -n "$line" ]; then opts+=("--aptopt=$line"); fi
		done < <(apt_proxy)
		# mmdebstrap looks at /proc, which is to be that of the namespace.
		namespace sh -c 'mount -t proc proc /proc 2>/dev/null || :; "$@"' - \
			mmdebstrap --mode=root --variant=minbase --aptopt='Acquire::Languages "none"' "${opts[@]}" \
			--include="$list" "$DEBIAN_SUITE" "$dir" ${uri:+"$uri"}
	else
		namespace debootstrap --variant=minbase "$DEBIAN_SUITE" "$dir" ${uri:+"$uri"} &&
			{ apt_proxy; echo 'Acquire::Languages "none";'; } >"$dir/etc/apt/apt.conf.d/98dxgkrnl" &&
			ROOT=$dir in_root apt-get -q update &&
			ROOT=$dir in_root apt-get -q -y --no-install-recommends install "$@" &&
			ROOT=$dir in_root apt-get -q clean
	fi && mkdir -p "$dir/src" "$dir/cache" "$dir/out" "$dir/push" "$dir/pull" "$dir/host" &&
		echo 'Acquire::https::CAInfo "/etc/ssl/host.crt";' >"$dir/etc/apt/apt.conf.d/99host-ca"
}
make_root() { # TOOL DIR
	make_tree "$@" "${ROOT_PACKAGES[@]}" && add_backports "$2" && toolchain_of "$2" >"$2/.dxgkrnl-toolchain"
}
make_window_root() { make_tree "$@" "${WINDOW_PACKAGES[@]}"; }
# Kernels come from backports; apt takes nothing else from there by itself.
add_backports() {
	local uri
	uri=$(awk '$1 == "deb" { sub(/\[[^]]*\]/, ""); print $2; exit }' "$1/etc/apt/sources.list")
	[ -n "$uri" ] && echo "deb $uri $DEBIAN_SUITE-backports main" >"$1/etc/apt/sources.list.d/backports.list"
}

need_root() {
	need_tree "$ROOT" "$ROOT_KEY" make_root "build root" \
		"Debian $DEBIAN_SUITE's compilers, cargo, bindgen, QEMU (about 390 MB to download)"
}
need_window_root() {
	need_tree "$WINDOW_ROOT" "$WINDOW_KEY" make_window_root "window root" \
		"the QEMU of Debian $DEBIAN_SUITE that opens windows (about 160 MB to download)"
}
# need_tree DIR KEY MAKE NAME CONTENT
need_tree() {
	check_namespace
	if tree_made "$@"; then return; fi
	with_lock "$(basename "$1")" refresh_tree "$@"
}
tree_made() { stamp_is "$1/.dxgkrnl-key" "$2" && [ -s "$1/usr/bin/qemu-system-x86_64" ]; }
refresh_tree() {
	local dir=$1 tool
	if tree_made "$@"; then return; fi
	tool=$(bootstrap_tool)
	need_space 8 "the build"
	if [ -e "$dir" ]; then
		say "$4: removing an older or broken one"
		remove_tree "$dir"
	fi
	if [ -e "$dir.new" ]; then remove_tree "$dir.new"; fi
	on_exit "if [ -e '$dir.new' ]; then remove_tree '$dir.new'; fi"
	step "$4" "making it with $tool: $5" "$3" "$tool" "$dir.new"
	printf '%s\n' "$2" >"$dir.new/.dxgkrnl-key"
	mv "$dir.new" "$dir"
}

# A user cannot remove files of its subordinate ids from outside.
remove_tree() { namespace rm -rf --one-file-system "$1"; }

toolchain_of() {
	ROOT=$1 in_root sh -ec 'rustc --version; bindgen --version; gcc --version | head -n 1; pahole --version'
}
toolchain() { cat "$ROOT/.dxgkrnl-toolchain"; }

# in_root [--bind FROM:TO[:ro]]... [--chdir DIR] [--env NAME=VALUE]... CMD ARGS
# Inside: /src is the checkout, or with TREE=DIR a copy of it (read-only), /cache the cache.
in_root() {
	DXGKRNL_PROCESS=${DXGKRNL_PROCESS:-$$} DXGKRNL_CHECKOUT=${DXGKRNL_CHECKOUT:-$TOP} \
		namespace "$TOP/tools/build/enter-root.sh" "$ROOT" "${TREE:-$TOP}" "$CACHE" "$@"
}

# take_snapshot DIR PATH...: brings DIR, which is in the cache, up to date with these files of the checkout. What
# differs gets the time of now and what is the same keeps its time, so that make and cargo, which go by
# times, see what has changed between two checkouts as well.
take_snapshot() {
	local dir=$1
	shift
	mkdir -p "$dir"
	in_root /src/tools/build/snapshot.sh "/cache${dir#"$CACHE"}" "$@" || die "cannot copy the sources to $dir"
}
