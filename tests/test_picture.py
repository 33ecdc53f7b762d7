# SPDX-License-Identifier: GPL-2.0-only
"""The picture of docs/architecture.md shows the includes of today, and every
include points down."""

import pathlib
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent


def picture(tree, *words):
    return subprocess.run([tree / "scripts/picture", *words], check=False,
                          capture_output=True, text=True)


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """What the picture is made from, without built files, and the picture."""
    built = shutil.ignore_patterns("*.o", "*.ko", "*.d", ".*", "edgectl", "generated")
    for name in "kmod", "userspace", "scripts", "docs":
        shutil.copytree(TREE / name, tmp_path / name, ignore=built)
    assert picture(tmp_path).returncode == 0
    return tmp_path


def include(copy, source, header):
    path = copy / source
    path.write_text(f'#include "{header}"\n' + path.read_text(encoding="utf-8"),
                    encoding="utf-8")


def test_the_picture_is_fresh():
    assert "stale" not in picture(TREE, "--check").stderr


def test_every_include_points_down():
    said = picture(TREE, "--check").stderr.splitlines()
    assert [line for line in said if "above it" in line] == []


def test_the_picture_is_well_formed_and_names_every_folder():
    root = xml.etree.ElementTree.parse(TREE / "docs/architecture.svg").getroot()
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    folders = {f"{path.name}/" for path in (TREE / "userspace").iterdir()
               if any(path.glob("*.[ch]"))}
    assert folders and folders <= words


def test_a_new_file_makes_the_picture_stale(copy):
    (copy / "userspace/base/novel.c").write_text("\n", encoding="utf-8")
    assert "is stale" in picture(copy, "--check").stderr
    picture(copy)
    assert "is stale" not in picture(copy, "--check").stderr


@pytest.mark.parametrize("source, header", [
    ("userspace/base/nearest.c", "cmd/options.h"),
    ("kmod/hook.c", "netlink/family.h")])
def test_an_include_that_points_up_is_named(copy, source, header):
    include(copy, source, header)
    done = picture(copy, "--check")
    assert done.returncode == 1
    assert f"{source} includes {header}, which is above it" in done.stderr


def test_a_folder_or_file_of_no_room_is_named(copy):
    (copy / "userspace/attic").mkdir()
    (copy / "userspace/attic/old.c").write_text("\n", encoding="utf-8")
    assert "userspace/attic" in picture(copy).stderr
    shutil.rmtree(copy / "userspace/attic")
    (copy / "kmod/novel.c").write_text("\n", encoding="utf-8")
    assert "kmod/novel.c" in picture(copy).stderr


def test_an_unknown_word_is_refused():
    assert picture(TREE, "--chekc").returncode == 64
