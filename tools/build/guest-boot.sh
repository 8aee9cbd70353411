#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# Boots one guest inside the build root and speaks with its init (tools/guest/init).
# Environment: MODE exec|shell, GPU, TIMEOUT (s), SCREENSHOT 0|1, WINDOW none|sdl|gtk, PULL 0|1, CMDLINE, TAINT.
# Usage: guest-boot.sh KERNEL INITRD...        Results in /out: console.txt, dmesg.txt, shot.png.
# Exit status: CMD's, or one of those below.
set -euo pipefail

E_CRASH=120 E_WARNING=121 E_TIMEOUT=122 E_SETUP=123 E_CLOSED=124

note() { printf 'dxgkrnl: %s\n' "$*" >&2; }

kernel=$1 timeout=${TIMEOUT:?}
shift
ports=/tmp/ports
mkdir -p "$ports"
cat "$@" >/tmp/initrd
rm -f /out/console.txt /out/dmesg.txt /out/shot.png
for name in out err; do mkfifo "$ports/$name"; done
for name in ctl qmp screen; do mkfifo "$ports/$name.in" "$ports/$name.out"; done
# Held open for both directions, so that no end of file comes before the guest is there.
exec 4<>"$ports/ctl.in" 5<>"$ports/ctl.out" 6<>"$ports/qmp.in" 7<>"$ports/qmp.out" 8<>"$ports/screen.in" 9<>"$ports/screen.out"
cat "$ports/out" &
readers=($!)
cat "$ports/err" >&2 &
readers+=($!)

# After a crash the console is all that there is; in a shell it would be in the way.
if [ "$MODE" = shell ]; then loglevel=quiet; else loglevel=loglevel=7; fi
# shellcheck disable=SC2054 # the commas are QEMU's
qemu=(
	qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -smp 2 -m 2048
	-nodefaults -no-user-config -no-reboot -display "$WINDOW" -vga none
	-kernel "$kernel" -initrd /tmp/initrd
	-append "console=ttyS0 $loglevel log_buf_len=4M panic=-1 oops=panic rdinit=/init $CMDLINE"
	-chardev "pipe,id=qmp,path=$ports/qmp" -mon chardev=qmp,mode=control
	-device virtio-serial-pci
	-chardev "pipe,id=ctl,path=$ports/ctl" -device virtserialport,chardev=ctl,name=ctl
	-chardev "pipe,id=screen,path=$ports/screen" -device virtserialport,chardev=screen,name=screen
	-chardev "file,id=out,path=$ports/out" -device virtserialport,chardev=out,name=out
	-chardev "file,id=err,path=$ports/err" -device virtserialport,chardev=err,name=err
	-chardev "file,id=dmesg,path=/out/dmesg.txt" -device virtserialport,chardev=dmesg,name=dmesg
	-chardev "file,id=pull,path=/tmp/pull.tar" -device virtserialport,chardev=pull,name=pull
)
case " $GPU " in *" virtio "*) qemu+=(-device "virtio-gpu-pci,max_outputs=1,max_hostmem=1G") ;; esac
if [ "$MODE" = shell ]; then
	qemu+=(-chardev "stdio,id=tty,mux=on,signal=off,logfile=/out/console.txt" -serial chardev:tty -mon "chardev=tty,mode=readline")
else
	qemu+=(-serial file:/out/console.txt)
fi
start() {
	if [ "$MODE" = shell ]; then
		"${qemu[@]}" <&0 2>/tmp/qemu.err &
	else
		"${qemu[@]}" </dev/null >/tmp/qemu.err 2>&1 &
	fi
	pid=$!
}
start
trap 'kill -KILL "$pid" 2>/dev/null; exit 130' INT TERM

# qmp COMMAND ARGUMENTS: has QEMU do something, and waits until it is done.
qmp_number=0
qmp() {
	local line
	qmp_number=$((qmp_number + 1))
	echo "{\"execute\":\"$1\",\"arguments\":$2,\"id\":$qmp_number}" >&6
	while read -r -t 20 -u 7 line; do
		case $line in
		*"\"id\": $qmp_number,"*'"error"'* | *'"error"'*"\"id\": $qmp_number"*)
			note "QEMU: $1 failed: $line"
			return 1
			;;
		*"\"id\": $qmp_number,"* | *"\"id\": $qmp_number}"*) return ;;
		esac
	done
	note "QEMU: no answer to $1"
	return 1
}
screenshot() { # png|ppm FILE
	# Each QEMU wants to be greeted once.
	if [ "$greeted" != "$pid" ]; then
		qmp qmp_capabilities '{}' || return 1
		greeted=$pid
	fi
	qmp screendump "{\"filename\":\"$2\",\"format\":\"$1\"}"
}
# What the guest wishes by its port "screen": "save" keeps what the screen shows as the run's screenshot,
# "send" answers with it, as PPM, which begins with its size.
screen_wish() {
	local wish
	read -r -t 5 -u 9 wish || return 0
	case $wish in
	save) if screenshot png /out/shot.png; then echo saved; else echo failed; fi >&8 ;;
	# Nobody may be reading any more.
	send) if screenshot ppm /tmp/shot.ppm; then timeout 60 cat /tmp/shot.ppm; else echo failed; fi >&8 || : ;;
	esac
}
greeted=''

status='' unload=0 taint='' bye=0 failure=''
deadline=$((SECONDS + timeout))
timed_out=0
# On a busy machine the emulated timers can come so late that the kernel waits for ever for the next one,
# before it has started anything of ours. Such a boot is begun again, twice at the most.
boot_limit=120 begun=0 boots=1
boot_deadline=$((SECONDS + boot_limit))
boot_again() {
	note "the kernel has not begun with its first process after $boot_limit s: booting it again"
	kill -KILL "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	boots=$((boots + 1)) boot_deadline=$((SECONDS + boot_limit)) deadline=$((deadline + boot_limit))
	start
}
while [ "$bye" = 0 ]; do
	if [ "$SECONDS" -ge "$deadline" ]; then
		timed_out=1
		break
	fi
	# Reads only what is there: a time limit in the middle of a line would lose the line.
	if ! read -r -t 0 -u 5; then
		if [ "$begun" = 0 ] && [ "$boots" -lt 3 ] && [ "$SECONDS" -ge "$boot_deadline" ]; then
			boot_again
			continue
		fi
		if read -r -t 0 -u 9; then
			screen_wish
			continue
		fi
		# What the guest said last may still be in the pipe.
		if kill -0 "$pid" 2>/dev/null || read -r -t 0 -u 5; then
			sleep 0.1
			continue
		fi
		break
	fi
	read -r -t 5 -u 5 line || continue
	begun=1
	case $line in
	begun | up) ;;
	"fail "*) failure=${line#fail } ;;
	"status "*)
		status=${line#status }
		# The command may have taken one itself, at the right moment.
		if [ "$SCREENSHOT" = 1 ] && [ ! -s /out/shot.png ]; then screenshot png /out/shot.png || :; fi
		echo go >&4
		;;
	"unload "*) unload=${line#unload } ;;
	"taint "*) taint=${line#taint } ;;
	bye)
		bye=1
		echo go >&4
		;;
	esac
done
# A guest that said goodbye powers off by itself; a kernel that cannot has crashed.
if [ "$timed_out" = 0 ]; then
	for _ in {1..100}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
fi
kill -KILL "$pid" 2>/dev/null || true
qemu_rc=0
wait "$pid" 2>/dev/null || qemu_rc=$?
exec 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
# Nobody writes any more once QEMU is gone; but if it never opened them, the readers wait for ever.
if [ -s /out/console.txt ] || [ -n "$status" ]; then wait "${readers[@]}" || true; else kill "${readers[@]}" 2>/dev/null || true; fi

if [ ! -s /out/dmesg.txt ] && [ -e /out/console.txt ]; then tr -d '\r' </out/console.txt >/out/dmesg.txt; fi
if [ "$PULL" = 1 ] && [ -s /tmp/pull.tar ]; then tar -C /pull --no-same-owner -xf /tmp/pull.tar; fi

if [ "$timed_out" = 1 ]; then
	note "the guest was not done after $timeout s and was stopped"
	exit "$E_TIMEOUT"
fi
if [ "$MODE" = shell ] && [ "$bye" = 0 ] && ! grep -q 'Kernel panic' /out/console.txt; then
	exit 0 # left with Ctrl-A X
fi
if [ "$WINDOW" != none ] && [ "$bye" = 0 ] && [ "$qemu_rc" = 0 ] && ! grep -q 'Kernel panic' /out/console.txt; then
	note "the window was closed"
	exit "$E_CLOSED"
fi
if grep -q 'Kernel panic' /out/console.txt || { [ "$bye" = 0 ] && [ -s /out/console.txt ]; }; then
	note "the guest crashed; last lines of its console:"
	tail -n 40 /out/console.txt | tr -d '\r' >&2
	exit "$E_CRASH"
fi
if [ "$bye" = 0 ]; then
	note "QEMU did not start: $(tail -n 1 /tmp/qemu.err)"
	exit "$E_SETUP"
fi
if [ -n "$failure" ]; then
	note "the guest could not be set up: $failure"
	exit "$E_SETUP"
fi
if [ "$MODE" = shell ]; then exit 0; fi
complaints=0
/src/tools/build/dmesg-gate.sh /out/dmesg.txt >/tmp/findings || complaints=1
if [ "$complaints" = 1 ]; then
	note "the kernel complained (the whole log is build/run/dmesg.txt):"
	head -n 40 /tmp/findings >&2
fi
if [ "$unload" != 0 ]; then
	note "dxgkrnl could not be unloaded afterwards: something still holds it"
	complaints=1
fi
if [ -n "$TAINT" ] && [ "$taint" != "$TAINT" ]; then
	note "the kernel is tainted with ${taint:-(unknown)}, and should be with $TAINT (Documentation/admin-guide/tainted-kernels.rst of the kernel)"
	complaints=1
fi
case $status in
12[0-3]) note "$status is the status of the command itself" ;;
esac
[ "$status" = 0 ] || exit "$status"
[ "$complaints" = 0 ] || exit "$E_WARNING"
