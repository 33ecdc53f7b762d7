# SPDX-License-Identifier: GPL-2.0-only
"""Configurations that edgectl checks without the module: where lists are looked
for, standard input, and how much is printed."""

import json
import os
import pathlib
import re
import subprocess

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
TOOL = TREE / "userspace/edgectl"

TOP = """mode = enforce
zones = { external }
features = { remote-access }
node edge1 { access = { 192.0.2.10 } }
"""
LISTED = TOP + "peers cms { file = partners.list }\n"


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """A working folder with a list, and another folder without."""
    (tmp_path / "partners.list").write_text("10.0.0.0/8\n")
    (tmp_path / "edge.conf").write_text(LISTED)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/edge.conf").write_text(LISTED)
    return tmp_path


def check(folder, *words, code=0, **how):
    done = subprocess.run([TOOL, "check", *words], cwd=folder, text=True,
                          capture_output=True, check=False, timeout=60, **how)
    assert done.returncode == code, done
    return done


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0",
                                  "/proc/self/fd/0"])
def test_standard_input_takes_lists_of_the_working_folder(folder, name):
    check(folder, name, input=LISTED)
    # A file as standard input stays standard input.
    with open(folder / "other/edge.conf", encoding="ascii") as file:
        check(folder, name, stdin=file)
    done = check(folder / "other", name, code=1, input=LISTED)
    assert done.stderr.splitlines() == [
        f"{name}:5: partners.list: cannot be opened: No such file or "
        f"directory; the path tried is {folder}/other/partners.list",
        f"edgectl: {name}: 1 error, nothing was changed"]


def test_a_link_to_standard_input_is_standard_input(folder):
    (folder / "other/link").symlink_to("/dev/stdin")
    with open(folder / "edge.conf", encoding="ascii") as file:
        check(folder, "other/link", stdin=file)


def test_a_fifo_takes_lists_of_the_working_folder(folder):
    os.mkfifo(folder / "other/fifo")
    with subprocess.Popen(["sh", "-c", "cat edge.conf > other/fifo"],
                          cwd=folder):
        check(folder, "other/fifo")


def test_a_file_takes_lists_of_the_folder_of_its_name(folder):
    check(folder, "edge.conf")
    check(folder, folder / "edge.conf")
    check(folder / "other", "../edge.conf")
    done = check(folder, "other/edge.conf", code=1)
    assert f"the path tried is {folder}/other/partners.list" in done.stderr
    # The link's own folder, not that of the file that it leads to.
    (folder / "link.conf").symlink_to("other/edge.conf")
    check(folder, "link.conf")
    (folder / "other/link.conf").symlink_to("../edge.conf")
    done = check(folder, "other/link.conf", code=1)
    assert "other/partners.list" in done.stderr


def test_an_error_of_a_list_names_the_path_that_was_read(folder):
    (folder / "partners.list").write_text("10.0.0.1/8\n")
    done = check(folder, "-", code=1, input=LISTED)
    assert done.stderr.startswith("partners.list:1: 10.0.0.1/8: ")


@pytest.mark.parametrize("name, code", [("-", 1), ("./-", 0)])
def test_no_list_comes_from_standard_input(folder, name, code):
    (folder / "-").write_text("10.0.0.0/8\n")
    done = check(folder, "-", code=code,
                 input=LISTED.replace("partners.list", name))
    assert ("no list can stand there" in done.stderr) == bool(code)


def test_a_file_may_have_the_name_of_a_sign(folder):
    (folder / "-").write_text(LISTED)
    check(folder, "./-", stdin=subprocess.DEVNULL)
    # Standard input is no configuration when it is empty.
    check(folder, "-", code=1, stdin=subprocess.DEVNULL)


def test_errors_of_a_large_file_are_few_lines_and_the_verdict_is_last(folder):
    (folder / "partners.list").write_text(
        "".join(f"a,{i},b\n" for i in range(500_000)))
    done = check(folder, "edge.conf", code=1)
    lines = done.stderr.splitlines()
    assert len(lines) == 22 and done.stdout == ""
    assert lines[19].startswith("partners.list:20: a,19,b: ")
    assert lines[20] == "edgectl: partners.list: 499980 more not shown"
    assert lines[21] == "edgectl: edge.conf: 500000 errors, nothing was changed"
    answer = json.loads(check(folder, "--json", "edge.conf", code=1).stdout)
    assert len(answer["errors"]) == 20
    assert answer["errors_left_out"] == 499_980


def test_warnings_of_a_large_file_are_few_lines(folder):
    (folder / "partners.list").write_text(
        "".join(f"{2 * i}.0.0.0/7\n" for i in range(100) if i not in (0, 63)))
    done = check(folder, "edge.conf")
    lines = done.stderr.splitlines()
    assert len([line for line in lines if "partners.list" in line]) == 21
    assert "edgectl: partners.list: 78 more not shown" in lines
    answer = json.loads(check(folder, "--json", "edge.conf").stdout)
    assert answer["warnings_left_out"] == 78


def test_strict_refuses_warnings_without_the_module_too(folder):
    quiet = LISTED + "peers internal-networks { prefixes = { 10.0.0.0/8 } }\n"
    sets = "peers crl { prefixes = { 192.0.2.1 } }\n" \
        "peers dns { prefixes = { 192.0.2.2 } }\n"
    done = check(folder, "--strict", "-", input=quiet + sets)
    assert done.stderr == "" and "no errors" in done.stdout
    done = check(folder, "--strict", "-", code=1, input=quiet)
    assert done.stdout == "" and done.stderr.endswith(
        "edgectl: -: 2 warnings, which --strict refuses, nothing was changed\n")
    # A list that was cut is a warning, and an empty one an error in any case.
    (folder / "partners.list").write_text("10.0.0.0/16\n10.1.0.0/16")
    check(folder, "-", input=quiet + sets)
    done = check(folder, "--strict", "-", code=1, input=quiet + sets)
    assert "the list may be cut" in done.stderr


SAMPLE = (TREE / "userspace/share/edge.conf").read_text(encoding="utf-8")


def init(*words):
    return subprocess.run([TOOL, "init", *words], capture_output=True, text=True,
                          timeout=60, check=True).stdout


def filled(text):
    """With an address instead of each placeholder, the same for the same word."""
    words = sorted(set(re.findall("<[^ >]+>", text)))
    for number, word in enumerate(words, 1):
        text = text.replace(word, f"10.0.{number}.1")
    return text


def test_the_sample_is_the_text_of_init():
    assert init("--external", "wan0", "--internal", "lan0", "--edge", "dmz0") == SAMPLE


def test_placeholders_are_asked_for_with_one_sentence(folder):
    done = check(folder, "-", code=1, input=SAMPLE)
    line = SAMPLE[:SAMPLE.index("<edge1-access>")].count("\n") + 1
    count = len(re.findall("<[^ >]+>", re.sub("#.*", "", SAMPLE)))
    assert done.stderr.splitlines() == [
        f"-:{line}: <edge1-access>: is the first of {count} placeholders; "
        "write your own addresses or prefixes instead of them",
        "edgectl: -: 1 error, nothing was changed"]
    # Until the last of them is filled in.
    last = filled(SAMPLE).replace("10.0.2.1", "<edge1-access>")
    done = check(folder, "-", code=1, input=last)
    assert "<edge1-access>: is a placeholder; write" in done.stderr


@pytest.mark.parametrize("profile", [
    "lync2013-scaled-public", "lync2013-scaled-nat", "lync2013-single-public",
    "lync2013-single-nat", "sfb2015", "sfb2019", "sfbse"])
def test_what_init_writes_passes_check_once_it_is_filled_in(folder, profile):
    for topology in (), ("--single-ip",), ("--nat",), ("--single-ip", "--nat"), \
            ("--host",), ("--host", "--single-ip"), ("--nodes", "3"):
        text = init("--profile", profile, *topology)
        check(folder, "-", code=1, input=text)
        done = check(folder, "-", input=filled(text))
        shown = [line for line in done.stderr.splitlines()
                 if not re.search("no device has this name|a set would narrow that|"
                                  "is bound without director and sba|"
                                  r"external/\d, external/\d open together", line)]
        assert not shown, (topology, shown)
