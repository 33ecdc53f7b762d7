# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Headers of a kernel are configured for the gcc that built it. A function makes a copy of them that
# is for clang.

# What clang has otherwise: "-X" is off, "X" is on. Where gcc notes the calls of __fentry__, nobody
# does: objtool would make nops of them, which a kernel that gcc built does not expect of a module,
# and reports.
clang_headers_config=(
	-CC_IS_GCC CC_IS_CLANG
	-CC_HAS_MIN_FUNCTION_ALIGNMENT -CC_HAS_NAMED_AS -USE_X86_SEG_SUPPORT
	-FTRACE_MCOUNT_USE_CC
	-UBSAN_BOUNDS_STRICT UBSAN_ARRAY_BOUNDS
)

# clang_headers FROM TO PATH CLANG...: copies the headers to TO. make has to find the copy as PATH. The
# command CLANG... is the compiler.
clang_headers() {
	local from=$1 to=$2 path=$3 link version word symbol edit=() macros=()
	shift 3
	cp -a "$from" "$to"
	for link in "$to"/*; do
		[[ ! -L $link ]] || ln -sfn "$(realpath --relative-to="$to" "$from/${link##*/}")" "$link"
	done
	sed -i "s|^\(KBUILD_OUTPUT\) *=.*|\1 = $path|" "$to/Makefile"
	version=$("$@" -dM -E -x c /dev/null | awk '
		$2 == "__clang_major__" { n += $3 * 10000 }
		$2 == "__clang_minor__" { n += $3 * 100 }
		$2 == "__clang_patchlevel__" { n += $3 }
		END { print n }')
	for word in "${clang_headers_config[@]}"; do
		symbol=CONFIG_${word#-}
		edit+=(-e "/^$symbol=/d")
		macros+=(-e "/^#define $symbol /d")
		[[ $word != -* ]] || continue
		edit+=(-e "\$a$symbol=y")
		macros+=(-e "\$a#define $symbol 1")
	done
	edit+=(-e 's/^\(CONFIG_GCC_VERSION\)=.*/\1=0/' -e "s/^\(CONFIG_CLANG_VERSION\)=.*/\1=$version/"
		-e 's/^\(CONFIG_CC_IMPLICIT_FALLTHROUGH\)=.*/\1="-Wimplicit-fallthrough"/')
	macros+=(-e 's/^\(#define CONFIG_GCC_VERSION\) .*/\1 0/'
		-e "s/^\(#define CONFIG_CLANG_VERSION\) .*/\1 $version/")
	sed -i "${edit[@]}" "$to/include/config/auto.conf"
	sed -i "${macros[@]}" "$to/include/generated/autoconf.h"
}
