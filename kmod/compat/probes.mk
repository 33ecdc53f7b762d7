# SPDX-License-Identifier: GPL-2.0-only
#
# What the target's headers have is found by compiling against them: vendor and
# stable kernels backport, so their version says nothing.

# $(call probe,NAME,INCLUDE,STATEMENT): -DNF_EDGE_HAVE_NAME if it compiles
probe = $(shell printf '\#include <%s>\nvoid probe(void);\nvoid probe(void)\n{\n%s\n}\n' \
	'$(2)' '$(3)' | $(CC) $(NOSTDINC_FLAGS) $(LINUXINCLUDE) \
	$(filter-out -Werror%,$(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) $(KBUILD_CFLAGS_MODULE)) \
	-DMODULE -DKBUILD_MODNAME='"nf_edge"' -w -fsyntax-only -x c - 2>/dev/null && \
	echo -DNF_EDGE_HAVE_$(1))

ccflags-y += $(call probe,LINUX_UNALIGNED,linux/unaligned.h,)
ccflags-y += $(call probe,GENL_SPLIT_OPS,net/genetlink.h,(void)sizeof(struct genl_split_ops);)
