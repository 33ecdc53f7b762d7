# SPDX-License-Identifier: GPL-2.0-only
"""make install puts everything where it belongs, and uninstall takes it away."""

import os
import pathlib
import re
import shutil
import subprocess
import textwrap

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = ["etc/nf_edge/edge.conf", "etc/nf_edge/edge.expect"]
HEADERS = sorted(pathlib.Path("/lib/modules").glob("*-amd64/build"))


def installed_files(root):
    return sorted(str(p.relative_to(root)) for p in root.rglob("*")
                  if p.is_file() and "modules." not in p.name)


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """A copy of the sources: what is built stays out of the tree."""
    copy = tmp_path / "src"
    shutil.copytree(TREE, copy, ignore=shutil.ignore_patterns(
        ".git", "*.o", "*.d", "edgectl", "build", "__pycache__"))
    return copy


def make(copy, target, root, *more, fine=True):
    done = subprocess.run(
        ["make", target, f"DESTDIR={root}", f"KVER={HEADERS[-1].parent.name}",
         *more],
        cwd=copy, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == fine, done.stdout + done.stderr
    return done


def test_install_and_uninstall(copy, tmp_path):
    root = tmp_path / "root"
    kver = HEADERS[-1].parent.name
    (root / "lib/modules" / kver).mkdir(parents=True)
    make(copy, "install", root)
    files = installed_files(root)
    assert any(f.startswith(f"lib/modules/{kver}/") and "/nf_edge.ko" in f
               for f in files), files
    assert {"etc/nf_edge/edge.conf", "etc/nf_edge/edge.expect"} <= set(files)
    tool = root / "usr/local/sbin/edgectl"
    assert os.access(tool, os.X_OK)
    assert "nf_edge" in (root / "lib/modules" / kver /
                         "modules.dep").read_text(encoding="utf-8")

    # The sample lacks the addresses of the site, and nothing else.
    checked = subprocess.run([tool, "check", root / "etc/nf_edge/edge.conf"],
                             capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert [line for line in checked.stderr.splitlines() if "placeholders" not in line] == [
        "edgectl: " + str(root / "etc/nf_edge/edge.conf") + ": 1 error, nothing was changed"]

    for name in SAMPLES:
        (root / name).write_text("mine", encoding="utf-8")
    make(copy, "install", root)
    for name in SAMPLES:
        assert (root / name).read_text(encoding="utf-8") == "mine"

    make(copy, "uninstall", root)
    assert installed_files(root) == SAMPLES


@pytest.mark.whole       # the module is built anew
def test_a_path_with_a_space_is_one_path(copy, tmp_path):
    kver = HEADERS[-1].parent.name
    root, beside = tmp_path / "a root", tmp_path / "a"
    theirs = [beside / "usr/local/sbin/edgectl",
              beside / f"lib/modules/{kver}/nf_edge.ko",
              beside / "nf_edge.ko"]
    mine = root / f"lib/modules/{kver}/updates/nf_edge.ko"
    for file in *theirs, mine:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    make(copy / "userspace", "install", root, "PREFIX=/my tools")
    assert sorted(path.name for path in root.iterdir()) == [
        "etc", "lib", "my tools"]
    make(copy, "uninstall", root, "PREFIX=/my tools")
    assert installed_files(root) == SAMPLES
    assert all(file.exists() for file in theirs)
    done = make(copy, "module", root, fine=False)
    assert "path has a space" in done.stderr.splitlines()[0]


def test_without_headers_all_else_is_done(copy, tmp_path):
    kver = "KVER=0.0.0-none"
    done = make(copy, "module", "", kver, fine=False)
    assert re.search("^no headers of the kernel .* apt-get install .*KVER=",
                     done.stderr)
    make(copy, "tool", "")
    root = tmp_path / "root"
    make(copy / "userspace", "install", root)
    make(copy, "uninstall", root, kver)
    assert installed_files(root) == SAMPLES
    make(copy, "clean", root, kver)
    assert not (copy / "userspace/edgectl").exists()


@pytest.mark.parametrize("kver, wanted", [
    ("9.9-packaged", "linux-headers-9.9-packaged"),
    ("9.9-own", "linux-headers-amd64")])
def test_headers_of_a_packaged_kernel_are_asked_for(tmp_path, kver, wanted):
    asked = tmp_path / "asked"
    for name, does in {"dpkg-query": ":",
                       "apt-cache": '[ "$2" = linux-headers-9.9-packaged ]',
                       "apt-get": f'echo "$@" >>{asked}'}.items():
        stub = tmp_path / name
        stub.write_text(f"#!/bin/sh\n{does}\n")
        stub.chmod(0o755)
    subprocess.run([TREE / "scripts/deps", "module"], check=True, env={
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "KVER": kver})
    words = asked.read_text(encoding="utf-8").split()
    assert [w for w in words if "headers" in w] == [wanted]


# What the two scripts of docs/install.md exit with, by interface: when there
# is a policy, and when there is none and it does not load.
AT_BOOT = [{"lo": (0, 1), "eth0": (0, 0), "--all": (0, 0)},
           {"lo": (0, 0), "eth0": (0, 1), "--all": (0, 0)}]
PAGE = (TREE / "docs/install.md").read_text(encoding="utf-8")
INSTALLED = "/usr/local/sbin/edgectl"


def boot_scripts():
    return [textwrap.dedent(text) for text in
            re.findall(r"^    #!/bin/sh\n(?:    .*\n)+", PAGE, re.M)]


class Boot:
    """A script for boot, and stubs of what it calls."""

    def __init__(self, folder, script):
        self.folder = folder
        self.file, self.called = folder / "nf_edge", folder / "called"
        assert INSTALLED in script
        self.file.write_text(script.replace(INSTALLED, f"{folder}/edgectl"))
        for name in "modprobe", "edgectl":
            stub = folder / name
            stub.write_text(f'#!/bin/sh\necho {name} "$@" >>{self.called}\n'
                            f'[ {name} = modprobe ] || exit $CODE\n')
            stub.chmod(0o755)

    def run(self, interface, code=0):
        """(exit code, what is said, what is called)"""
        self.called.write_text("")
        done = subprocess.run(
            ["/bin/sh", self.file], capture_output=True, text=True, check=False,
            env={"PATH": str(self.folder), "IFACE": interface,
                 "CODE": str(code)})
        return done.returncode, done.stderr, self.called.read_text()


@pytest.mark.parametrize("script, codes", zip(boot_scripts(), AT_BOOT),
                         ids=["open", "closed"])
def test_the_scripts_for_boot(tmp_path, script, codes):
    boot = Boot(tmp_path, script)
    for interface, wanted in codes.items():
        for code, ends in enumerate(wanted):
            ended, said, called = boot.run(interface, code)
            assert (ended, said) == (ends, ""), interface
            loads = "modprobe nf_edge\nedgectl load --if-none\n" in called
            assert loads == (interface == "lo")


@pytest.mark.parametrize("script", boot_scripts(), ids=["open", "closed"])
def test_the_scripts_for_boot_let_by_when_the_tool_is_gone(tmp_path, script):
    """Also where the module is gone, or both."""
    boot = Boot(tmp_path, script)
    (tmp_path / "edgectl").unlink()
    for _ in range(2):
        for interface in AT_BOOT[0]:
            assert boot.run(interface) == (0, "", "")
        (tmp_path / "modprobe").unlink(missing_ok=True)


def boot_unit():
    return textwrap.dedent(re.search(r"^    \[Unit\]\n(?:    .*\n|\n)+", PAGE,
                                     re.M).group(0))


def test_the_unit_for_boot_is_skipped_when_the_tool_is_gone():
    lines = boot_unit().splitlines()
    assert f"ConditionFileIsExecutable={INSTALLED}" in lines
    assert f"ExecStart={INSTALLED} load --if-none" in lines
    assert "Before=network-pre.target shutdown.target" in lines


def test_nothing_for_boot_loads_over_a_policy_that_is_in_force():
    for text in [*boot_scripts(), boot_unit()]:
        for line in text.splitlines():
            assert " load" not in line or " load --if-none" in line


def test_uninstall_names_what_it_leaves(copy, tmp_path):
    root = tmp_path / "root"
    kept = ["etc/network/if-pre-up.d/nf_edge", "etc/nf_edge/edge.conf",
            "etc/systemd/system/nf_edge.service"]
    kver = "KVER=0.0.0-none"
    done = make(copy, "uninstall", root, kver)
    assert "left to you" not in done.stdout
    for name in kept:
        (root / name).parent.mkdir(parents=True)
        (root / name).touch()
    done = make(copy, "uninstall", root, kver)
    assert installed_files(root) == kept
    assert re.findall("^left to you: (.*)", done.stdout, re.M) == [
        f"{root}/{name}" for name in ["etc/nf_edge", kept[0], kept[2]]]
    for name in "rm -f /etc/network/if-pre-up.d/nf_edge", \
            "rm -f /etc/systemd/system/nf_edge.service":
        assert name in PAGE[PAGE.index("## Taking it out"):]


def test_both_scripts_for_boot_are_tried():
    assert len(boot_scripts()) == len(AT_BOOT)


def test_no_module_alias_lets_a_look_up_load_the_module():
    for source in TREE.glob("kmod/**/*.c"):
        assert "MODULE_ALIAS" not in source.read_text(encoding="utf-8"), source
