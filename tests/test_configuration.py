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


@pytest.fixture(name="copy")
def fixture_copy(folder):
    """A copy of edge.conf in a folder without its list, as programs make that
    validate before they write."""
    path = folder / "other/ansible-tmp"
    path.write_text(LISTED)
    return path


def test_a_copy_takes_lists_of_its_place(folder, copy):
    place = folder / "edge.conf"
    done = check(folder / "other", "--as", place, copy)
    assert done.stdout.startswith(f"{place}: no errors")
    assert str(copy) not in done.stdout + done.stderr
    # The same as of the file itself, which need not be there.
    assert check(folder, place).stdout == done.stdout
    place.unlink()
    assert check(folder / "other", "--as", place, copy).stdout == done.stdout
    check(folder / "other", "--as", "../edge.conf", "ansible-tmp")
    check(folder, "--as", "edge.conf", copy)
    # The twins: without a place, and with a place that has no list.
    for words in [copy], ["--as", "other/edge.conf", copy]:
        done = check(folder, *words, code=1)
        assert f"the path tried is {folder}/other/partners.list" in done.stderr


def test_standard_input_takes_lists_of_its_place(folder):
    check(folder / "other", "--as", folder / "edge.conf", "-", input=LISTED)
    done = check(folder, "--as", folder / "other/edge.conf", "-", code=1, input=LISTED)
    assert f"the path tried is {folder}/other/partners.list" in done.stderr


def test_errors_of_a_copy_name_its_place(folder, copy):
    place = folder / "edge.conf"
    copy.write_text(LISTED + "ping = { exteral }\n")
    done = check(folder, "--as", place, copy, code=1)
    assert done.stdout == "" and done.stderr.splitlines() == [
        f"{place}:6: exteral: unknown side; the nearest is external",
        f"edgectl: {place}: 1 error, nothing was changed"]
    # Of a list the list, of what is no text the line.
    copy.write_text(LISTED)
    (folder / "partners.list").write_text("10.0.0.1/8\n")
    done = check(folder, "--as", place, copy, code=1)
    assert done.stderr.startswith(f"{folder}/partners.list:1: 10.0.0.1/8: ")
    copy.write_bytes(b"mode = enforce\n\0\n")
    assert check(folder, "--as", place, copy, code=1).stderr.startswith(f"{place}:2: ")


def test_a_copy_that_cannot_be_read_is_named_itself(folder):
    place = folder / "edge.conf"
    done = check(folder, "--as", place, "nowhere", code=1)
    assert done.stderr.splitlines() == [
        "nowhere: cannot be opened: No such file or directory",
        f"edgectl: {place}: 1 error, nothing was changed"]


def test_other_options_hold_for_a_copy(folder, copy):
    place = folder / "edge.conf"
    answer = json.loads(check(folder, "--json", "--as", place, copy).stdout)
    assert answer["warnings"] and {w["file"] for w in answer["warnings"]} == {str(place)}
    assert answer == json.loads(check(folder, "--json", place).stdout)
    done = check(folder, "--strict", "--as", place, copy, code=1)
    assert done.stderr.splitlines()[-1].endswith(", which --strict refuses, nothing was changed")
    copy.write_text(LISTED + "ping = { exteral }\n")
    answer = json.loads(check(folder, "--json", "--as", place, copy, code=1).stdout)
    assert [(e["file"], e["line"]) for e in answer["errors"]] == [(str(place), 6)]


@pytest.mark.parametrize("words, sentence", [
    (["--as", ".", "edge.conf"], "--as .: is no name of a file"),
    (["--as", "other/", "edge.conf"], "--as other/: is no name of a file"),
    (["--as", "none/", "edge.conf"], "--as none/: is no name of a file"),
    (["--as", "-", "edge.conf"], "--as -: is no name of a file"),
    (["--as", "", "edge.conf"], "--as : is no name of a file"),
    (["--as", "history:1", "edge.conf"], "--as history:1: is no name of a file"),
    (["--as", "edge.conf"], "--as edge.conf: write FILE too"),
    (["--as", "edge.conf", "history:1"], "history:1: an entry of the history"),
    (["--as", "edge.conf", "--boot"], "--boot: stands alone")])
def test_places_that_are_no_files_are_refused(folder, words, sentence):
    done = check(folder, *words, code=2)
    assert sentence in done.stderr and done.stdout == ""


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
    lines = [line for line in done.stderr.splitlines() if "partners.list" in line]
    assert len(lines) == 1 and " (and 97 more: 4.0.0.0/7, 6.0.0.0/7, " in lines[0]
    done = check(folder, "--verbose", "edge.conf")
    lines = done.stderr.splitlines()
    assert len([line for line in lines if "partners.list" in line]) == 21
    assert "edgectl: warning: partners.list: 78 more not shown" in lines
    answer = json.loads(check(folder, "--json", "edge.conf").stdout)
    assert answer["warnings_left_out"] == 0
    assert len([w for w in answer["warnings"] if w["file"] == "partners.list"]) == 98


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


# --- errors and warnings

def kinds(stderr):
    """The lines about a file, warnings and others."""
    lines = [re.fullmatch(r"(\S+:\d+|edgectl): (warning: )?(.*)", line).groups()
             for line in stderr.splitlines()]
    return ([rest for _, warning, rest in lines if warning],
            [rest for _, warning, rest in lines if not warning])


def test_a_warning_is_marked_and_an_error_is_not(folder):
    nodes = "".join(f"node e{i} {{ internal = {{ 10.1.0.{i} }} }}\n" for i in range(1, 9))
    text = TOP + nodes + "peers internal-networks { prefixes = { 10.2.0.0/16 } }\n"
    found = json.loads(check(folder, "--json", "-", input=text).stdout)["warnings"]
    warnings, others = kinds(check(folder, "--verbose", "-", input=text).stderr)
    assert not others and len(warnings) == len(found) >= 16
    assert warnings == [f"{w['word']}: {w['message']}" for w in found]
    # One line for each advice counts the others and names some, and all once.
    brief, others = kinds(check(folder, "-", input=text).stderr)
    assert not others and len(brief) < 8
    admins, = (line for line in brief if "no row lets administrators in" in line)
    assert admins.startswith("e1: ") and admins.endswith(
        " (and 7 more: e2, e3, e4, e5, e6, ...; --verbose prints each)")
    more = [int(n) for line in brief for n in re.findall(r" \(and (\d+) more: ", line)]
    assert sum(more) + len(brief) == len(warnings)
    # A refusal is no warning.
    strict, others = kinds(check(folder, "--strict", "-", code=1, input=text).stderr)
    assert strict == brief
    assert others == [f"-: {len(warnings)} warnings, which --strict refuses, nothing was changed"]
    warnings, others = kinds(check(folder, "-", code=1, input=text + "zones = { }\n").stderr)
    assert not warnings and len(others) == 2
    # One of a kind is told as it is.
    one = text.replace(nodes, nodes.splitlines()[0] + "\n")
    brief, _ = kinds(check(folder, "-", input=one).stderr)
    assert [line for line in brief if "no row lets" in line] == [
        line for line in kinds(check(folder, "--verbose", "-", input=one).stderr)[0]
        if "no row lets" in line]


def test_limits_hold_for_lines_and_no_warning_is_lost(folder):
    """Of twenty advices and more, the rest is counted."""
    rows = "".join(f"row r{i} {{ service = internal  in = {{ tcp/{i}-{i + 2000} }}  "
                   f"peers = {{ s{i} }}  }}\n" for i in range(1, 18))
    text = TOP + rows + "node e1 { internal = { 10.1.0.1 } }\n" + \
        "peers internal-networks { prefixes = { 10.2.0.0/16 } }\n"
    answer = json.loads(check(folder, "--json", "-", input=text).stdout)
    assert len(answer["warnings"]) >= 40
    for words in [], ["--verbose"]:
        lines = check(folder, *words, "-", input=text).stderr.splitlines()
        told = sum(int(n) for line in lines for n in re.findall(r"(\d+) more", line))
        shown = [line for line in lines if not line.endswith("more not shown")]
        assert told + len(shown) == len(answer["warnings"])
        assert not words or len(shown) == 20
        assert all(": warning: " in line for line in lines)
    assert answer["warnings_left_out"] == 0


def test_nothing_else_writes_to_standard_error():
    """So that each line is marked, or not, by one of four functions."""
    writers = {str(path.relative_to(TOOL.parent)) for path in TOOL.parent.rglob("*.c")
               if re.search(r"\bstderr\b|\bperror\(|STDERR_FILENO, ", path.read_text())}
    assert writers == {"base/fail.c", "base/memory.c", "config/findings.c"}


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
