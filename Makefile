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
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	depmod -b $(or $(DESTDIR),/) $(KVER)
	$(MAKE) -C userspace install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

uninstall:
	find $(DESTDIR)/lib/modules/$(KVER) -name 'nf_edge.ko*' -delete
	depmod -b $(or $(DESTDIR),/) $(KVER)
	$(MAKE) -C userspace uninstall PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C userspace clean
	$(MAKE) -C tests/unit clean
	$(MAKE) -C tests/net clean

.PHONY: help all module tool demo check lint install uninstall clean
