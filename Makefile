# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Commands of the checkout; each is a script in tools/build. The kernel's build never comes here:
# it reads Kbuild.

export KERNEL SUITE MODE GATE KDIR JOBS VERBOSE DISPLAY_WINDOW DESTDIR PREFIX LIBDIR INCLUDEDIR

.PHONY: help run test test-debug test-gates check format module install shell prepare clean
help:
	@echo 'make run [KERNEL=7.2|7.3|debug] [DISPLAY_WINDOW=1]'
	@echo '                                  boot a guest, load dxgkrnl.ko, run the demo'
	@echo 'make test [SUITE=name] [KERNEL=7.2|7.3] [MODE=plain|signals|script]'
	@echo '                                  host and guest tests'
	@echo 'make test-debug [SUITE=name] [MODE=kunit|plain|signals|faults|script]'
	@echo '                                  guest tests on a kernel with KASAN, lockdep, kmemleak...'
	@echo 'make check                        formatting, lints, ABI layout'
	@echo 'make format                       what the formatting checks ask for'
	@echo 'make module [KDIR=tree]           the module alone'
	@echo 'make install [PREFIX=dir] [DESTDIR=dir]'
	@echo '                                  libd3dkmt.so, its headers, its pkg-config file'
	@echo 'make shell [KERNEL=7.2|7.3|debug] an interactive guest with the module loaded'
	@echo 'make prepare                      only build what the other commands need, for all kernels'
	@echo 'make clean                        remove build/ (the cache stays)'
	@echo 'tools/vm exec --help              run any program in the guest'
	@echo 'VERBOSE=1 shows the output of every step, JOBS=n bounds the compilers.'

run:
	@tools/build/run.sh
test:
	@tools/build/test.sh
test-debug:
	@KERNEL=debug tools/build/test.sh
# Whether all of that can fail (Documentation/testing.md).
test-gates:
	@tools/build/test-gates.sh
check:
	@tools/build/check.sh
format:
	@tools/build/format.sh
module:
	@tools/build/make-module.sh
install:
	@tools/build/install.sh
shell:
	@tools/vm shell
prepare:
	@tools/build/prepare.sh
clean:
	rm -rf build
