# SPDX-License-Identifier: GPL-2.0-only
"""A kernel without what nf_edge needs stops the build with one readable line.

Runs on the host, with the headers of Debian's kernel, of which something is
hidden.
"""

import pathlib
import re
import shutil
import subprocess

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
SAYS = "nf_edge cannot be built for this kernel: "


def number(path):
    return [int(n) for n in re.findall(r"\d+", str(path))]


@pytest.fixture
def build(tmp_path):
    """Compiles one file of the module, with a few lines before all headers
    but the configuration's."""
    headers = max(pathlib.Path("/lib/modules").glob("*-amd64/build"), key=number)
    for name in ("Kbuild", "VERSION", "include", "kmod"):
        if (TREE / name).is_dir():
            shutil.copytree(TREE / name, tmp_path / name,
                            ignore=shutil.ignore_patterns("generated", "*.o", ".*"))
        else:
            shutil.copy(TREE / name, tmp_path)

    def run(lines, flags="", headers=headers):
        hide = tmp_path / "hide.h"
        hide.write_text(lines)
        return subprocess.run(
            ["make", "-s", "-C", headers, f"M={tmp_path}",
             f"KCFLAGS=-include {hide} {flags}", "kmod/profiles.o"],
            capture_output=True, text=True)
    return run


def without(symbol):
    return f"#undef {symbol}\n#undef {symbol}_MODULE\n"


def test_headers_with_all_that_is_needed_are_built_for(build, tmp_path):
    done = build("")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "kmod/profiles.o").exists()


@pytest.mark.parametrize("hidden, sentence", [
    (without("CONFIG_NF_CONNTRACK"),
     "it has no connection tracking (CONFIG_NF_CONNTRACK)"),
    (without("CONFIG_NETFILTER"), "it has no netfilter (CONFIG_NETFILTER)"),
    (without("CONFIG_IPV6"), "it has no IPv6 (CONFIG_IPV6)"),
    (without("CONFIG_64BIT"),
     "it is for a machine with words of less than 64 bits"),
    ("#define genl_multicast_group hidden(\n",
     "its netlink cannot keep a group to administrators "
     "(genl_multicast_group.flags)"),
])
def test_what_is_missing_is_one_line(build, tmp_path, hidden, sentence):
    done = build(hidden)
    assert done.returncode
    ours = [line for line in done.stderr.splitlines()
            if not line.startswith("make")]
    assert ours == [SAYS + sentence]
    assert not (tmp_path / "kmod/profiles.o").exists()


def test_a_compiler_that_is_not_the_kernel_s_is_said(build):
    done = build("", flags="-mno-such")
    assert done.returncode
    assert SAYS in done.stderr and "-mno-such" in done.stderr


def test_the_limit_of_connections_is_that_of_the_namespace_where_each_has_one(
        build, tmp_path):
    """As of a series for later kernels, by its accessor."""
    probed = tmp_path / "kmod/compat/generated/probed.h"
    assert build("").returncode == 0
    assert "CONNTRACK_MAX" not in probed.read_text()
    later = build("struct net;\nextern unsigned int nf_conntrack_max_of(const struct net *net);\n"
                  "#define nf_conntrack_max(net) nf_conntrack_max_of(net)\n", "-DLATER")
    assert later.returncode == 0
    assert "NF_EDGE_HAVE_NF_CONNTRACK_MAX_OF_NET" in probed.read_text()


def test_headers_that_change_in_place_are_probed_again(build, tmp_path):
    """A package's files are older than what was built before it came."""
    found = max(pathlib.Path("/lib/modules").glob("*-amd64/build"), key=number)
    headers = tmp_path / "headers"
    subprocess.run(["cp", "-rs", found.resolve(), headers], check=True)
    probed = tmp_path / "kmod/compat/generated/probed.h"

    def build_again():
        assert build("", headers=headers).returncode == 0
        return probed.stat().st_mtime_ns
    first = build_again()
    assert build_again() == first
    autoconf = headers / "include/generated/autoconf.h"
    new = autoconf.with_name("new")
    shutil.copy2(autoconf, new)
    new.replace(autoconf)
    assert autoconf.stat().st_mtime_ns < first
    assert build_again() > first
