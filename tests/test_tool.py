# SPDX-License-Identifier: GPL-2.0-only
"""What edgectl does without the module: locales, words and files."""

import json
import os
import pathlib
import re
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


@pytest.mark.parametrize("word, said", [
    ("edge1", "edge1: is a name, and names are not looked up; write its address, or NODE.SERVICE"),
    ("", "\"\": is no address; write 192.0.2.10, 192.0.2.0/24 or NODE.SERVICE")])
def test_why_says_what_it_takes_without_the_module(word, said):
    done = subprocess.run([TOOL, "why", word], text=True, check=False,
                          capture_output=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"edgectl: {said}; see edgectl why --help\n"


@pytest.mark.parametrize("words, code", [
    (["check", "{}"], 1), (["load", "{}"], 1), (["diff", "{}", "{}"], 3),
    (["show", "hash", "{}"], 1), (["export", "nftables", "{}"], 1),
    (["test", "{}"], 2), (["test", "userspace/share/edge.expect", "{}"], 1),
    (["why", "--from", "{}", "192.0.2.1"], 3)])
def test_a_file_that_cannot_be_read_has_no_line(tmp_path, words, code):
    for name, why in ((tmp_path / "nowhere", "No such file or directory"),
                      (tmp_path, "is a directory|Is a directory")):
        done = subprocess.run([TOOL, *[w.format(name) for w in words]], text=True,
                              check=False, capture_output=True, cwd=TREE)
        assert (done.returncode, done.stdout) == (code, ""), done
        assert re.search(rf"^(edgectl: )?{name}: [^/]*({why})", done.stderr)
        assert not re.search(rf"{name}:[0-9]", done.stderr)


def test_the_line_of_a_file_that_cannot_be_read_is_null(tmp_path):
    done = subprocess.run([TOOL, "check", "--json", "nowhere"], text=True,
                          check=False, capture_output=True, cwd=tmp_path)
    error, = json.loads(done.stdout)["errors"]
    assert error == {"file": "nowhere", "line": None, "word": "nowhere",
                     "message": "cannot be opened: No such file or directory"}
    file = tmp_path / "nul.conf"            # its twin has a line
    file.write_bytes(b"mode = audit\n\0")
    done = subprocess.run([TOOL, "check", "--json", file], text=True,
                          check=False, capture_output=True)
    assert json.loads(done.stdout)["errors"][0]["line"] == 2
