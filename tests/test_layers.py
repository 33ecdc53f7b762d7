# SPDX-License-Identifier: GPL-2.0-only
"""Layers of the module and of the tool, by their #include lines."""

import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).parent.parent

# The folders of each half, from the top; main.c stands above all of them.
LAYERS = {
    "userspace": ["main", "cmd", "screen", "print", "advice", "config", "nft", "learn", "usage", "rates", "trace", "system", "netlink", "output", "policy", "base"],
    "kmod": ["main", "netlink", ""],
}

INCLUDE = re.compile(r'^#include "([^"]+)"$', re.MULTILINE)


def room(path):
    """A file without its suffix: a source and its header are one."""
    return str(path.with_suffix(""))


def read_arrows(half):
    """Pairs of rooms, of which the first one includes the header of the second."""
    arrows = set()
    for source in sorted(half.rglob("*.[ch]")):
        for name in INCLUDE.findall(source.read_text()):
            near, far = source.parent / name, half / name
            header = near if near.exists() else far
            if header.exists() and header.resolve().is_relative_to(half.resolve()):
                ends = room(source.relative_to(half)), room(header.resolve().relative_to(half.resolve()))
                if ends[0] != ends[1]:
                    arrows.add(ends)
    return arrows


def folder(name):
    return "main" if name == "main" else name.rpartition("/")[0]


def arrows_up(arrows, layers):
    """Arrows that do not run down; one within a folder is none of them."""
    return sorted(f"{a} -> {b}" for a, b in arrows
                  if folder(a) != folder(b) and layers.index(folder(a)) >= layers.index(folder(b)))


def circle(arrows):
    """Rooms that each need the next one, and the last one the first; empty without such."""
    below = {}
    for a, b in arrows:
        below.setdefault(a, []).append(b)
    done, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):]
        if name in done:
            return []
        path.append(name)
        found = next(filter(None, map(visit, sorted(below.get(name, [])))), [])
        path.pop()
        done.add(name)
        return found

    return next(filter(None, map(visit, sorted(below))), [])


@pytest.mark.parametrize("half", LAYERS)
def test_arrows_between_folders_run_down(half):
    arrows = read_arrows(TOP / half)
    assert len(arrows) > 20
    assert not arrows_up(arrows, LAYERS[half])


@pytest.mark.parametrize("half", LAYERS)
def test_no_two_files_need_each_other(half):
    assert not circle(read_arrows(TOP / half))


@pytest.fixture
def house(tmp_path):
    """A sound half of three files in two folders."""
    for name, text in {"cmd/load.c": '#include "policy/rows.h"\n', "policy/rows.c": '#include "policy/rows.h"\n',
                       "policy/rows.h": '#include <stdio.h>\n#include "base/memory.h"\n',
                       "base/memory.h": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_sound_house_has_neither(house):
    arrows = read_arrows(house)
    assert arrows == {("cmd/load", "policy/rows"), ("policy/rows", "base/memory")}
    assert not arrows_up(arrows, LAYERS["userspace"]) and not circle(arrows)


def test_an_arrow_that_runs_up_is_found(house):
    (house / "cmd" / "load.h").write_text("")
    (house / "base" / "memory.h").write_text('#include "cmd/load.h"\n')
    assert arrows_up(read_arrows(house), LAYERS["userspace"]) == ["base/memory -> cmd/load"]


def test_a_circle_is_found(house):
    (house / "policy" / "names.h").write_text('#include "policy/rows.h"\n')
    (house / "policy" / "rows.c").write_text('#include "policy/names.h"\n')
    assert circle(read_arrows(house)) == ["policy/rows", "policy/names"]
    assert not arrows_up(read_arrows(house), LAYERS["userspace"])
