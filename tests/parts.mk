# SPDX-License-Identifier: GPL-2.0-only
#
# The parts of the module and of the tool, as tests/unit and tests/fuzz build
# them in user space.  Who includes this sets CC, CFLAGS with its CHECKS, and
# PART_FLAGS, for the parts alone.

.DEFAULT_GOAL := all

OUT        ?= build
TOP        := ../..
PKG_CONFIG ?= pkg-config

CHECKS     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

LIBRARIES  := libnl-genl-3.0 libnl-3.0 jansson libmd libnetfilter_conntrack libkmod
TOOL_FLAGS  = -D_GNU_SOURCE -DNF_EDGE_VERSION='"$(shell cat $(TOP)/VERSION)"' \
	      -DSYSCONFDIR='"/etc"' -DSTATEDIR='"/var/lib/nf_edge"' -I$(TOP)/include -I$(TOP)/include/uapi \
	      -I$(TOP)/userspace $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
TOOL_LIBS   = $(shell $(PKG_CONFIG) --libs $(LIBRARIES)) -ldl
TOOL_PARTS := $(patsubst $(TOP)/userspace/%.c,$(OUT)/tool/%.o, \
		$(sort $(wildcard $(TOP)/userspace/*/*.c)))

MODULE_FLAGS := -I$(TOP)/tests/unit/shim -I$(TOP)/include -I$(TOP)/kmod

# What the fuzzer of the hooks and their unit test share.
HOOKS_PARTS   := hook slowpath events packets connection
HOOKS_HARNESS := hooks connections flow site reference
wrap           = $(foreach name,$(1),-Wl,--wrap=$(name))
HOOKS_WRAPS   := $(call wrap,nf_edge_slowpath nf_edge_slowpath_first)

RULES      := Makefile $(TOP)/tests/parts.mk

$(OUT)/tool.a: $(TOOL_PARTS)
	rm -f $@
	$(AR) rcs $@ $^

$(OUT)/%.o: %.c $(RULES) | $(OUT)/module
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(OUT)/module/%.o: $(TOP)/kmod/%.c $(RULES) | $(OUT)/module
	$(CC) $(MODULE_FLAGS) $(CPPFLAGS) $(CFLAGS) $(PART_FLAGS) -c -o $@ $<

$(OUT)/fuzz/%.o: $(TOP)/tests/fuzz/%.c $(RULES) | $(OUT)/fuzz
	$(CC) $(MODULE_FLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(OUT)/module/shim.o $(OUT)/module/packets.o: $(OUT)/module/%.o: $(TOP)/tests/unit/shim/%.c \
		$(RULES) | $(OUT)/module
	$(CC) $(MODULE_FLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(OUT)/tool/%.o: $(TOP)/userspace/%.c $(RULES)
	@mkdir -p $(@D)
	$(CC) $(TOOL_FLAGS) $(CPPFLAGS) $(CFLAGS) $(PART_FLAGS) -c -o $@ $<

$(OUT)/module $(OUT)/fuzz:
	mkdir -p $@

clean:
	rm -rf $(OUT)

-include $(wildcard $(OUT)/*.d $(OUT)/*/*.d $(OUT)/*/*/*.d)

.PHONY: all clean
.SECONDARY:
