# SPDX-License-Identifier: GPL-2.0-only

KDIR    ?= /lib/modules/$(shell uname -r)/build
PREFIX  ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := all

help:
	@echo 'make demo      the main job, in a test kernel: real packets, rows, counters'
	@echo 'make check     all tests (make lint: only the checks of the sources)'
	@echo 'make           the module for the running kernel, and the tool'
	@echo 'make install   both, for real: see docs/install.md'
	@echo 'make uninstall, make clean'

all: module tool

module:
	@scripts/deps module
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tool:
	@scripts/deps tool
	@$(MAKE) -s -C userspace

demo:
	@scripts/demo

check: tool
	@scripts/deps test lint uml debian ynl
	@scripts/vm --kernel uml -- true
	@scripts/vm --kernel debian -- true
	@tests/run

lint: tool
	@scripts/deps lint ynl
	@scripts/lint

install: module tool
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install
	$(MAKE) -C userspace install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

uninstall:
	$(MAKE) -C userspace uninstall PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	rm -f $(INSTALL_MOD_PATH)/lib/modules/$(shell uname -r)/*/nf_edge.ko*
	depmod -a

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C userspace clean
	$(MAKE) -C tests/unit clean
	$(MAKE) -C tests/net clean

.PHONY: help all module tool demo check lint install uninstall clean
