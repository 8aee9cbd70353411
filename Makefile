# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Commands of the checkout; each is a script in tools/build. The kernel's build never comes here:
# it reads Kbuild.

TARGETS := help run test test-debug test-long test-gates check format module install uninstall shell prepare rust-analyzer clean
VARIABLES := KERNEL SUITE MODE GATE CRATE KDIR JOBS VERBOSE DISPLAY_WINDOW DESTDIR PREFIX LIBDIR INCLUDEDIR RUN_DIR
export $(VARIABLES)

# A wrong word is found before anything runs, also before the targets that stand in front of it. The
# script says what is wrong; make adds a line of its own whatever one does.
given := $(sort $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name))))
quoted = '$(subst ','\'',$1)'
words := $(foreach name,SUITE MODE KERNEL GATE CRATE KDIR,$(name)=$(call quoted,$($(name))))
ifneq ($(shell $(words) tools/build/words.sh --make $(call quoted,$(MAKECMDGOALS)) $(call quoted,$(TARGETS)) \
	$(call quoted,$(given)) $(call quoted,$(VARIABLES)) || echo wrong),)
$(error nothing was done)
endif

.PHONY: $(TARGETS)
help:
	@echo 'make run [KERNEL=7.2|7.3|debug] [DISPLAY_WINDOW=1]'
	@echo '                                  boot a guest, load dxgkrnl.ko, run the demo'
	@echo 'make test [SUITE=name] [KERNEL=7.2|7.3] [MODE=plain|signals|script|counted]'
	@echo '                                  host and guest tests'
	@echo 'make test-debug [SUITE=name] [MODE=kunit|plain|signals|faults|script]'
	@echo '                                  guest tests on a kernel with KASAN, lockdep, kmemleak...'
	@echo 'make test-long                    all that CI leaves out: every suite in every mode on every kernel'
	@echo 'make test-gates [GATE=name]       whether the tests can fail: the module makes mistakes on purpose'
	@echo 'make check [CRATE=name|module]    formatting, lints, ABI layout; of one crate its lints alone'
	@echo 'make format                       what the formatting checks ask for'
	@echo 'make module [KDIR=tree]           the module alone'
	@echo 'make install [PREFIX=dir] [DESTDIR=dir]'
	@echo '                                  libd3dkmt.so, its headers, its pkg-config file'
	@echo 'make uninstall                    with the same variables: removes them'
	@echo 'make shell [KERNEL=7.2|7.3|debug] an interactive guest with the module loaded'
	@echo 'make prepare                      only build what the other commands need, for all kernels'
	@echo 'make rust-analyzer [KERNEL=7.2|7.3] rust-project.json for an editor'
	@echo 'make clean                        remove build/ (the cache stays)'
	@echo 'tools/vm exec --help              run any program in the guest'
	@echo 'VERBOSE=1 shows the output of every step, JOBS=n bounds the compilers,'
	@echo 'RUN_DIR=dir takes what runs leave (build/run).'

run:
	@tools/build/run.sh
test:
	@tools/build/test.sh
test-debug:
	@KERNEL=debug tools/build/test.sh
test-long:
	@tools/build/test-long.sh
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
uninstall:
	@tools/build/install.sh --remove
shell:
	@tools/vm shell
prepare:
	@tools/build/prepare.sh
rust-analyzer:
	@tools/build/rust-analyzer.sh
clean:
	@rm -rf build 2>/dev/null || { echo 'dxgkrnl: error: cannot remove build/: the checkout cannot be written to' >&2; exit 123; }
