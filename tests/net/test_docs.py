# SPDX-License-Identifier: GPL-2.0-only
"""Every example of docs/edgectl.md prints what the page says, and the
commands of the other pages work."""

import os
import pathlib
import re
import subprocess

import pytest

from edgectl import Edgectl
from netns import Namespace

TREE = pathlib.Path(__file__).resolve().parents[2]
PAGE = (TREE / "docs" / "edgectl.md").read_text(encoding="utf-8")

# The page speaks of a file with errors; these are they.
BROKEN = """mode = enforce
zones = { exteral }
features = { }
zones = { }
node edge1 {
    access = { 10.0.0.0/8 }
}
peers frontend { prefixes = { 192.168.10.1/24 } }
"""

# What the text between two examples says has happened, by the words that the
# example begins with and how often they came before.
MEANWHILE = {
    ("edgectl load edge.conf", 0): ["edgectl load edge.conf"],
    ("edgectl", 1): ["edgectl mode audit", "edgectl zone off pic"],
    ("edgectl show rows", 0): ["edgectl load edge.conf"],
    ("edgectl check --json broken.conf 2>/dev/null", 0): ["edgectl flush"],
    ("edgectl", 0): ["edgectl load edge.conf"],
}


def blocks(language, page=PAGE):
    return [text for kind, text in
            re.findall(r"^```(\w*)\n(.*?)^```$", page, re.S | re.M)
            if kind == language]


def examples(page=PAGE):
    """(command, what it prints), in the order of the page."""
    found = []
    for block in blocks("console", page):
        for line in block.splitlines():
            if line.startswith("# ") and not line.startswith("# generation"):
                if not (found and found[-1][0] == "cat q" and
                        line == "# no line of the answer"):
                    found.append((line[2:], []))
                    continue
            found[-1][1].append(line)
    return found


def blurred(line):
    """Without what depends on how often the page was tried."""
    line = re.sub(r"generation\W+\d+", "generation N", line)
    line = re.sub(r'"time": \d+', '"time": N', line)
    line = re.sub(r"\d+ of \d+ entries", "N of N entries", line)
    return " ".join(line.split())


@pytest.fixture(name="box")
def fixture_box(nf_edge):
    space = Namespace("docs")
    tool = Edgectl(space)
    for device in ("wan0", "lan0", "dmz0"):
        space.ip(f"link add {device} type dummy\nlink set {device} up\n")
    yield space
    tool("flush")
    tool.close()
    space.close()


def test_the_examples_of_the_page(box, tmp_path):
    (tmp_path / "edge.conf").write_text(blocks("")[0], encoding="utf-8")
    (tmp_path / "broken.conf").write_text(BROKEN, encoding="utf-8")
    seen = {}
    for command, wanted in examples():
        if command == "cat q":
            (tmp_path / "q").write_text("\n".join(wanted) + "\n",
                                        encoding="utf-8")
            continue
        nth = seen[command] = seen.get(command, -1) + 1
        for before in MEANWHILE.get((command, nth), []):
            box.run("sh", "-c", f"cd {tmp_path} && {before}")
        done = box.run("sh", "-c", f"cd {tmp_path} && {{ {command}; }} 2>&1",
                       check=False)
        printed = [blurred(line) for line in done.stdout.splitlines()]
        wanted = [blurred(line) for line in wanted]
        if wanted[-1] == "...":
            del printed[len(wanted) - 1:], wanted[-1]
        assert printed == wanted, command
    assert len(seen) > 12


def test_the_examples_of_comparing(box, tmp_path):
    page = (TREE / "docs" / "compare.md").read_text(encoding="utf-8")
    (tmp_path / "edge.conf").write_text(blocks("")[0], encoding="utf-8")
    box.run("edgectl", "load", tmp_path / "edge.conf")
    found = examples(page)
    assert len(found) > 2
    for command, wanted in found:
        done = box.run("sh", "-c", f"cd {tmp_path} && {{ {command}; }} 2>&1", check=False)
        assert done.stdout.splitlines() == wanted, command


def test_what_show_config_prints_changes_nothing(box, tmp_path):
    (tmp_path / "edge.conf").write_text(blocks("")[0], encoding="utf-8")
    box.run("edgectl", "load", tmp_path / "edge.conf")
    done = box.run("sh", "-c", "edgectl show config | edgectl load /dev/stdin")
    assert "nothing changed" in done.stdout


def test_each_recipe_opens_what_the_page_says_and_no_more(box, tmp_path):
    page = (TREE / "docs" / "site-rows.md").read_text(encoding="utf-8")
    config = "\n".join(blocks("", page))
    (tmp_path / "edge.conf").write_text(config, encoding="utf-8")
    done = box.run("sh", "-c", f"edgectl load {tmp_path}/edge.conf 2>&1")
    assert "no row lets" not in done.stdout and "row rdp: added" in done.stdout
    carried, refused = set(), set()
    for command, wanted in examples(page):
        done = box.run("sh", "-c", f"{command} 2>&1", check=False)
        assert done.stdout.splitlines() == wanted, command
        rows = set(re.findall(r"^ +(site/\S+)", done.stdout, re.M))
        verdict = carried if wanted[0] == "accept" else refused
        verdict |= rows or {command.split()[4]}
    own = {f"site/{name}" for name in re.findall(r"^row (\S+)", config, re.M)}
    assert carried == own | {"icmp"}
    assert own | {"icmp"} <= refused


def test_the_sample_that_is_installed_loads_once_it_is_filled_in(box, tmp_path):
    text = (TREE / "userspace/share/edge.conf").read_text(encoding="utf-8")
    sample = tmp_path / "edge.conf"
    sample.write_text(text)
    done = box.run("edgectl", "load", sample, check=False)
    assert done.returncode == 1 and "placeholders" in done.stderr
    for number, word in enumerate(sorted(set(re.findall("<[^ >]+>", text)))):
        text = text.replace(word, f"10.0.{number}.1")
    sample.write_text(text)
    box.run("edgectl", "check", sample)
    box.run("edgectl", "load", sample)
    assert "AUDIT" in box.run("edgectl").stdout


def test_any_ynl_client_drives_the_module_as_the_page_says(nf_edge, box):
    page = (TREE / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    block = re.search(r"^    tree=.*?--dump row-get$", page, re.S | re.M)
    commands = block.group(0).replace("python3 ", "/usr/bin/python3 ")
    done = box.run("sh", "-c", f"cd {TREE}\n{commands}")
    assert done.stdout.count("'id': ") == 37


def indented(page, begins, ends):
    """A block of commands, from the line that begins so to one that ends so."""
    text = (TREE / "docs" / page).read_text(encoding="utf-8")
    block = re.search(rf"^    {re.escape(begins)}.*?{re.escape(ends)}$", text,
                      re.S | re.M)
    return "\n".join(line[4:] for line in block.group(0).splitlines())


def test_a_namespace_without_a_name_is_found_as_the_page_says(box, tmp_path):
    (tmp_path / "edge.conf").write_text(blocks("")[0], encoding="utf-8")
    commands = indented("install.md", "find /proc", "1,1")
    with box.entered():
        wanted = os.readlink("/proc/thread-self/ns/net")

    def found():
        done = subprocess.run(["sh", "-c", commands], check=False, text=True,
                              capture_output=True)
        return dict(line.split() for line in done.stdout.splitlines())
    assert wanted not in found()
    box.run("edgectl", "load", tmp_path / "edge.conf")
    way = found()[wanted]
    subprocess.run(["nsenter", f"--net={way}", "edgectl", "flush"], check=True)
    assert wanted not in found()


def test_each_way_round_that_is_warned_of_is_on_the_page():
    page = (TREE / "docs" / "ways-round.md").read_text(encoding="utf-8")
    said = set(re.findall(r"^(?:\|[^|]*){2}\| `([a-z0-9-]+)` \|", page,
                          re.M)) - {"flowtables"}
    sources = "".join(path.read_text(encoding="utf-8") for path in
                      (TREE / "userspace/system").glob("ways*.c"))
    told = set(re.findall(r'ways?_add\([^"]*?"([a-z0-9-]+)"', sources))
    told |= set(re.findall(r'\{ "((?:vlan|pppoe)-tags)"', sources))
    assert told - {"unseen"} == said and len(said) > 15


def test_links_between_the_pages_lead_somewhere():
    def anchors(text):
        return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")
                for title in re.findall(r"^#+ (.*)$", text, re.M)}
    pages = {path.name: path.read_text(encoding="utf-8")
             for path in (TREE / "docs").glob("*.md")}
    for name, text in pages.items():
        for page, anchor in re.findall(r"\]\(([a-z-]*\.md)?(?:#([a-z0-9_-]+))?\)",
                                       text):
            target = page or name
            assert target in pages, (name, target)
            assert not anchor or anchor in anchors(pages[target]), (
                name, target, anchor)
