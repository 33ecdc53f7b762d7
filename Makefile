# SPDX-License-Identifier: GPL-2.0-only

KVER    ?= $(shell uname -r)
KDIR    ?= /lib/modules/$(KVER)/build
PREFIX  ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := all

help:
	@echo 'make demo      the main job, in a test kernel: real packets, rows, counters'
	@echo 'make check     all tests (make lint: only the checks of the sources)'
	@echo 'make           the module for the running kernel, and the tool'
	@echo 'make install   both, for real: see docs/install.md'
	@echo 'make deb       the Debian packages, in packages/'
	@echo 'make picture   docs/architecture.svg, from the #include lines'
	@echo 'make pictures  docs/pictures of README.md, from real traffic in a test kernel'
	@echo 'make uninstall, make clean'
	@echo
	@echo 'What takes longer (docs/testing.md, docs/performance.md):'
	@echo 'make stress         everything at once, for five minutes (SECONDS=...)'
	@echo 'make fuzz           wrong input, FUZZ_SECONDS=600 for each fuzzer'
	@echo 'make check-matrix   each Debian release of scripts/releases, and its kernel'
	@echo 'make check-roots    the two first commands in an empty root of each release'
	@echo 'make check-packages  the Debian packages, in a root of each release'
	@echo 'make check-appliance  a whole Debian boots, with what can be broken broken'
	@echo 'make check-whole    all packet tests, in both families each'
	@echo 'make check-debug    all packet tests in a kernel with every check'
	@echo 'make check-race     the concurrent ones in kernels with KCSAN, and KASAN'
	@echo 'make check-faults   every allocation fails once'
	@echo 'make check-export   a million packets through the exported ruleset too'
	@echo 'make check-selftests  the kernel'\''s own tests of connection tracking'
	@echo 'make check-mutants  mistakes are planted: which do the tests notice?'
	@echo '                    (MUTANTS=40 of a random sample, SEED=1)'
	@echo 'make coverage       which lines and branches the tests run'
	@echo 'make bench          what a packet costs, beside rulesets of the same policy'
	@echo '                    (bench-check: has it grown? bench-baseline: keep this;'
	@echo '                    bench-translated, bench-events, bench-changes, bench-times,'
	@echo '                    bench-growth, bench-throughput, bench-kernels)'

all: module tool

module:
	@test $(words $(CURDIR)$(DESTDIR)) = 1 || \
		{ echo 'the module cannot be made where a path has a space: $(CURDIR), DESTDIR=$(DESTDIR)' >&2; exit 1; }
	@KVER='$(KVER)' scripts/deps module
	@test -d '$(KDIR)' || \
		{ echo 'no headers of the kernel $(KVER) in $(KDIR): apt-get install linux-headers-$(KVER), or make KVER=... for another kernel' >&2; exit 1; }
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' modules

tool:
	@scripts/deps tool
	@$(MAKE) -s -C userspace

demo:
	@scripts/demo

check: tool
	@scripts/deps uml
	@scripts/vm --kernel uml --no-module -- true & kernel=$$!; \
		scripts/deps test peers fleet lint debian ynl fuzz appliance; installed=$$?; \
		wait $$kernel && exit $$installed
	@scripts/vm --kernel debian -- true
	@tests/run

check-selftests: tool
	@tests/selftests/run --all

check-export: tool
	@scripts/deps test uml
	@scripts/vm --timeout 36000 -- env NF_EDGE_EXPORT_PACKETS=1000000 \
		/usr/bin/python3 -m pytest -q -s -p no:cacheprovider \
		tests/net/test_export.py -k what_leaves

check-whole: tool
	@scripts/deps test peers fleet uml
	@scripts/vm --no-module -- true
	@tests/run whole/

check-debug: tool
	@scripts/deps test uml
	@scripts/vm --kernel uml-debug --no-module -- true
	@tests/run debug/

check-race: tool
	@scripts/deps test x86
	@scripts/vm --kernel x86-kcsan --no-module -- true
	@scripts/vm --kernel x86-kasan --no-module -- true
	@tests/run race/

MUTANTS ?= 40
SEED    ?= 1

check-mutants: tool
	@scripts/deps test uml fuzz
	@scripts/vm --no-module -- true
	@tests/mutants/run --mutants '$(MUTANTS)' --seed '$(SEED)'

coverage: tool
	@scripts/deps test uml
	@tests/coverage

SECONDS ?= 300

stress: tool
	@scripts/deps test debian
	@scripts/vm --kernel debian --cpus 2 --memory 2G --timeout $$(($(SECONDS) * 3 + 900)) -- \
		tests/stress/stress.py $(SECONDS)

check-faults: tool
	@scripts/deps test uml
	@scripts/vm --kernel uml-debug --allow-taint OEW --timeout 7200 -- env FAULTS=all \
		/usr/bin/python3 -m pytest -q -p no:cacheprovider \
		tests/net/test_faults.py tests/net/test_netlink.py -k 'test_faults or full_hook'

check-matrix:
	@scripts/deps release
	@tests/run matrix/

check-roots:
	@scripts/deps roots
	@tests/roots $(ROOTS)

check-packages:
	@scripts/deps roots
	@tests/packages $(ROOTS)

APPLIANCES ?= $(shell . /etc/os-release && echo $$VERSION_CODENAME)

check-appliance:
	@scripts/deps appliance
	@for release in $(APPLIANCES); do \
		NF_EDGE_RELEASE=$$release /usr/bin/python3 -m pytest -v -rP -p no:cacheprovider \
			tests/appliance || exit; \
	done

bench:
	@tests/bench/run

# Every fuzzer for FUZZ_SECONDS; the kernels' ones in the kernel FUZZ_KERNEL.
FUZZ_SECONDS ?= 600
FUZZ_KERNEL  ?= uml
FUZZ_SEED    ?= $(shell date +%s)
IN_KERNEL     = scripts/vm --kernel '$(FUZZ_KERNEL)' --timeout $$(($(FUZZ_SECONDS) + 600)) -- \
		/usr/bin/python3 tests/fuzz/$(1)_fuzz.py \
		--seed $(FUZZ_SEED) --seconds $(FUZZ_SECONDS)

fuzz: tool
	@scripts/deps fuzz test uml
	FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$(FUZZ_SEED) tests/fuzz/run
	$(call IN_KERNEL,netlink)
	$(call IN_KERNEL,packet)

bench-check bench-baseline bench-translated bench-events bench-changes bench-times bench-growth \
bench-throughput bench-kernels:
	@tests/bench/run $(@:bench-%=%)

deb:
	@scripts/deps deb
	@scripts/deb

lint: tool
	@scripts/deps lint ynl
	@scripts/lint

picture:
	@scripts/picture

pictures:
	@scripts/pictures

install: module tool
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' INSTALL_MOD_PATH='$(DESTDIR)' modules_install
	depmod -b '$(or $(DESTDIR),/)' '$(KVER)'
	$(MAKE) -C userspace install PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)'

# Kernels and their headers go away, what was installed or built may not.
uninstall:
	$(MAKE) -C userspace uninstall PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)'
	if test -d '$(DESTDIR)/lib/modules/$(KVER)'; then \
		find '$(DESTDIR)/lib/modules/$(KVER)' -name 'nf_edge.ko*' -delete && \
		depmod -b '$(or $(DESTDIR),/)' '$(KVER)'; \
	fi
	@test -n '$(DESTDIR)' || test ! -e /sys/module/nf_edge || \
		echo 'nf_edge is in the running kernel still: modprobe -r nf_edge, or restart'

clean:
	$(MAKE) -C userspace clean
	$(MAKE) -C tests/unit clean
	$(MAKE) -C tests/net clean
	$(MAKE) -C tests/fuzz clean
	test ! -d '$(KDIR)' || $(MAKE) -C '$(KDIR)' M='$(CURDIR)' clean

.PHONY: help all module tool demo check check-selftests check-export check-whole check-debug check-race \
	check-mutants coverage stress check-faults check-matrix check-roots check-packages check-appliance deb bench fuzz bench-check \
	bench-baseline bench-translated bench-events bench-changes bench-times bench-growth bench-throughput bench-kernels lint picture pictures install uninstall clean
