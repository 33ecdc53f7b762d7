# SPDX-License-Identifier: GPL-2.0-only
"""What edgectl does without the module: locales."""

import os
import pathlib
import subprocess

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
TOOL = TREE / "userspace/edgectl"


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


@pytest.fixture(name="turkish", scope="module")
def fixture_turkish(tmp_path_factory):
    """The environment of a Turkish user."""
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8",
                    folder / "tr_TR.UTF-8"], check=True)
    env = {**os.environ, "LOCPATH": str(folder), "LC_ALL": "tr_TR.UTF-8"}
    shown = subprocess.run(["locale", "decimal_point"], env=env, check=True,
                           capture_output=True, text=True)
    assert shown.stdout == ",\n"
    return env


@pytest.mark.parametrize("words, code", [
    (["show", "rows", "-o", "id,live,direction"], 3),
    (["show", "rows", "-o", "ID,Live,dIRECTION"], 3),
    (["show", "nodes", "-o", "internal"], 3),
    (["counters", "-o", "last-hit,service"], 3),
    (["show", "rows", "-o", "\u0131d"], 2)])      # a dotless i is another letter
def test_a_turkish_locale_changes_no_letter(turkish, words, code):
    """The words are read before the module is asked for."""
    for env in None, turkish:
        done = subprocess.run([TOOL, *words], env=env, text=True, check=False,
                              capture_output=True)
        assert done.returncode == code, done.stderr
        assert ("unknown column" in done.stderr) == (code == 2)
