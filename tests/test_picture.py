# SPDX-License-Identifier: GPL-2.0-only
"""The picture of docs/architecture.md shows the includes of today."""

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


def test_the_picture_is_fresh():
    done = picture(TREE, "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_picture_is_well_formed_and_names_every_folder():
    root = xml.etree.ElementTree.parse(TREE / "docs/architecture.svg").getroot()
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    folders = {f"{path.name}/" for path in (TREE / "userspace").iterdir()
               if any(path.glob("*.[ch]"))}
    assert folders and folders <= words


def test_a_new_file_makes_the_picture_stale(copy):
    (copy / "userspace/base/novel.c").write_text("\n", encoding="utf-8")
    assert "is stale" in picture(copy, "--check").stderr
    assert picture(copy).returncode == 0
    assert picture(copy, "--check").returncode == 0


def test_an_arrow_that_points_up_is_red(copy):
    svg, source = copy / "docs/architecture.svg", copy / "userspace/base/nearest.c"
    red = svg.read_text(encoding="utf-8").count("url(#wrong)")
    source.write_text('#include "cmd/options.h"\n' + source.read_text(encoding="utf-8"),
                      encoding="utf-8")
    assert picture(copy).returncode == 0
    assert svg.read_text(encoding="utf-8").count("url(#wrong)") == red + 1


def test_a_folder_or_file_of_no_room_is_named(copy):
    (copy / "userspace/attic").mkdir()
    (copy / "userspace/attic/old.c").write_text("\n", encoding="utf-8")
    assert "userspace/attic" in picture(copy).stderr
    shutil.rmtree(copy / "userspace/attic")
    (copy / "kmod/novel.c").write_text("\n", encoding="utf-8")
    assert "kmod/novel.c" in picture(copy).stderr


def test_an_unknown_word_is_refused():
    assert picture(TREE, "--chekc").returncode == 64
