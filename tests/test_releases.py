# SPDX-License-Identifier: GPL-2.0-only
"""Packages have names that each Debian release knows.

Runs on the host, with what stands in for apt, and with apt's own lists.
"""

import os
import pathlib
import re
import subprocess

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
TABLE = {name: words for name, *words in re.findall(
    r"^\t(\w+) +(yes|no) +(\S+) +(\S+)$",
    (TREE / "scripts/releases").read_text(encoding="utf-8"), re.M)}


def output(*words, code=0, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    assert done.returncode == code, done.stderr
    return done.stdout.split()


def test_a_release_is_a_line_and_one_without_a_line_is_the_newest():
    assert [name for name, words in TABLE.items() if words[0] == "yes"] == [
        "bookworm", "trixie"]
    for name, words in [*TABLE.items(), ("the-next", TABLE["sid"])]:
        assert [output(TREE / "scripts/releases", column, name)
                for column in ("commands", "clang", "netlink")] == [[w] for w in words]
    assert output(TREE / "scripts/releases") == list(TABLE)


@pytest.mark.parametrize("words", [["colour"], ["clang", "sid", "more"], ["--all"]])
def test_wrong_words_are_refused(words):
    assert output(TREE / "scripts/releases", *words, code=64) == []


@pytest.mark.parametrize("script", ["tests/roots", "tests/matrix"])
@pytest.mark.parametrize("word", ["woody", "--all", "trixie-"])
def test_no_root_of_an_unknown_release_is_made(script, word, tmp_path):
    output(TREE / script, word, code=64, env=os.environ | {"NF_EDGE_CACHE": tmp_path})
    assert not list(tmp_path.iterdir())


def groups():
    usage = subprocess.run([TREE / "scripts/deps", "--help"], capture_output=True,
                           text=True, check=True).stdout
    return re.findall(r"^ {2}(\w+) {2,}\w", usage, re.M)


def test_this_release_has_every_package():
    """Where apt has no lists, it knows what is installed."""
    wanted = {package for group in groups()
              for package in output(TREE / "scripts/deps", "--print", group)}
    assert {"linux-source", "clang", "mmdebstrap", "prosody"} <= wanted
    policy = subprocess.run(["apt-cache", "policy", *wanted], capture_output=True,
                            text=True, check=True).stdout
    known = set(re.findall(r"^(\S+):\n  Installed: .*\n  Candidate: [^(]", policy, re.M))
    if not output("apt-get", "indextargets"):
        pytest.skip("apt has no package lists here")
    # scripts/deps looks for that among the security updates too.
    assert wanted - known <= set(output(TREE / "scripts/releases", "netlink"))


def stub(folder, name, does):
    file = folder / name
    file.write_text(f"#!/bin/bash\n{does}\n")
    file.chmod(0o755)


@pytest.mark.parametrize("lacks, sources", [
    ("nothing", ["update", "install"]),
    ("python3", ["update", "install", "security update", "security install"])])
def test_what_a_release_lacks_comes_from_its_security_updates(tmp_path, lacks, sources):
    """The rest stays of one version: that of the release's own lists."""
    asked = tmp_path / "asked"
    stub(tmp_path, "dpkg-query", ":")
    stub(tmp_path, "apt-cache", f"""
        [ "$2" != {lacks} ] && version=1.0 || version="(none)"
        echo "$2:"; echo "  Candidate: $version" """)
    stub(tmp_path, "apt-get", f"""
        parts=$(printf '%s\\n' "$@" | sed -n 's/^Dir::Etc::SourceParts=//p')
        [ -z "$parts" ] || grep -qh '/debian-security [a-z]*-security main$' "$parts"/*.list ||
            exit 1
        for word; do
            case $word in update | install) line="${{parts:+security }}$word" ;; esac
        done
        echo "$line: $*" >>{asked}""")
    subprocess.run([TREE / "scripts/deps", "demo"], check=True, env={
        "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    lines = asked.read_text(encoding="utf-8").splitlines()
    assert [line.split(": ")[0] for line in lines] == sources
    installed = [{"python3", "nftables"} & set(line.split()) for line in lines
                 if "install:" in line]
    assert installed == ([{"nftables"}, {"python3"}] if lacks == "python3"
                         else [{"nftables", "python3"}])
