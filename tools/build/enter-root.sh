#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Runs in fresh mount and pid namespaces: mounts what the build root needs, then chroots.
# Usage: enter-root.sh ROOT CHECKOUT CACHE [--bind FROM:TO[:ro]] [--chdir DIR] [--env N=V] CMD ARGS
set -euo pipefail

root=$1 top=$2 cache=$3
shift 3
dir=/
env=(
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	HOME=/tmp LANG=C.UTF-8 LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
	CARGO_HOME=/cache/cargo CARGO_TERM_COLOR=never
	SSL_CERT_FILE=/etc/ssl/host.crt CARGO_HTTP_CAINFO=/etc/ssl/host.crt
)
# For the locks that are taken in here.
env+=("DXGKRNL_PROCESS=${DXGKRNL_PROCESS:-}" "DXGKRNL_CHECKOUT=${DXGKRNL_CHECKOUT:-$top}")
# How many orders the models of tests/models try.
if [ -n "${LOOM_MAX_PREEMPTIONS:-}" ]; then env+=("LOOM_MAX_PREEMPTIONS=$LOOM_MAX_PREEMPTIONS"); fi
# No colours in logs.
if [ -t 1 ]; then env+=("TERM=${TERM:-dumb}"); else env+=(TERM=dumb); fi
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY all_proxy; do
	if [ -n "${!name:-}" ]; then env+=("$name=${!name}"); fi
done

bind() { # FROM TO [ro]
	if [ -d "$1" ]; then
		mkdir -p "$root$2"
	else
		mkdir -p "$(dirname "$root$2")"
		[ -e "$root$2" ] || touch "$root$2"
	fi
	mount --rbind "$1" "$root$2"
	# A safety net only: a user namespace may be refused it.
	if [ "${3:-}" = ro ]; then mount -o remount,bind,ro "$root$2" 2>/dev/null || :; fi
}
bind_file() { # FROM TO
	if [ -r "$1" ]; then
		[ -e "$root$2" ] || touch "$root$2"
		mount --bind "$1" "$root$2"
	fi
}

# A container may forbid a fresh /proc in a user namespace; its own serves as well.
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
if [ "${DXGKRNL_RW:-0}" = 1 ]; then bind "$top" /src; else bind "$top" /src ro; fi
bind "$cache" /cache
# Name resolution and the certificates are the host's, so that cargo and apt work behind a proxy.
bind_file "$(readlink -f /etc/resolv.conf)" /etc/resolv.conf
bind_file /etc/hosts /etc/hosts
for ca in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
	"$root/etc/ssl/certs/ca-certificates.crt"; do
	if [ -n "$ca" ] && [ -r "$ca" ]; then
		mkdir -p "$root/etc/ssl"
		bind_file "$(readlink -f "$ca")" /etc/ssl/host.crt
		break
	fi
done
# A host that replaces the registry says so in cargo's own configuration.
cargo_home=${CARGO_HOME:-${HOME:-/nonexistent}/.cargo}
for config in "$cargo_home/config.toml" "$cargo_home/config"; do
	if [ -r "$config" ]; then
		mkdir -p "$cache/cargo"
		bind_file "$config" /cache/cargo/config.toml
		break
	fi
done

while [ $# -gt 0 ]; do
	case $1 in
	--bind)
		IFS=: read -r from to ro <<<"$2"
		bind "$from" "$to" "$ro"
		;;
	--chdir) dir=$2 ;;
	--env) env+=("$2") ;;
	*) break ;;
	esac
	shift 2
done

# Not exec: this shell stays process 1, so that CMD takes signals as usual and orphans are reaped.
chroot "$root" /usr/bin/env -i --chdir="$dir" "${env[@]}" "$@"
exit $?
