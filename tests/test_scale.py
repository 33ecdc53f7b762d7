# SPDX-License-Identifier: GPL-2.0-only
"""Work of edgectl by the length of what it reads: twice as long a file takes
twice as many instructions, counted by valgrind, not four times as many."""

import pathlib
import re
import subprocess
from ipaddress import ip_address

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
TOOL = TREE / "userspace/edgectl"

# All are above the limits beyond which findings, nodes, rows and sections are only counted.
SIZES = 1500, 3000, 6000

# What the second doubling adds, by what the first one adds: 2 of work that grows with the length,
# 2.2 of sorting, 4 of a comparison of all pairs.
GROWTH = 2.25

BASE = """mode = audit
zones = { external, internal, site }
features = { remote-access, av, web-conferencing }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
node edge1 {
    access = { 192.0.2.1 }
    webconf = { 192.0.2.2 }
    av = { 192.0.2.3 }
    internal = { 10.0.0.1 }
}
"""


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


def instructions(folder, words):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", TOOL, *words],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=1200, check=False)
    assert done.returncode in (0, 1, 2), done.stderr[-2000:]
    return int(re.search(rb"Collected : (\d+)", done.stderr)[1])


def growth(folder, case):
    """What the second doubling adds, by what the first one adds."""
    counts = []
    for size in SIZES:
        words = case(folder, size)
        counts.append(instructions(folder, words))
    return (counts[2] - counts[1]) / (counts[1] - counts[0])


def v4(number):
    return str(ip_address(0x0b000000 + number))


def v6(number):
    return f"2001:db8:{number >> 16:x}:{number & 0xffff:x}::/64"


def listed(words):
    return "{ " + ", ".join(words) + " }"


# Files of one kind of line, or of one list: the text for a number.
TEXTS = {
    "interfaces": lambda n: "".join(f"interface i{i} {{ sides = {{ edge }} }}\n" for i in range(n)),
    "empty interfaces": lambda n: "".join(f"interface i{i} {{ }}\n" for i in range(n)),
    "nodes": lambda n: "".join(f"node n{i} {{ access = {{ {v4(i)} }} }}\n" for i in range(n)),
    "empty nodes": lambda n: "".join(f"node n{i} {{ }}\n" for i in range(n)),
    "sets": lambda n: "".join(f"peers p{i} {{ prefixes = {{ {v4(i)} }} }}\n" for i in range(n)),
    "lists": lambda n: "".join(f"peers p{i} {{ file = absent{i} }}\n" for i in range(n)),
    "rows": lambda n: "".join(f"row r{i} {{ service = internal  in = {{ tcp/3389 }}  "
                              "peers = { any } }\n" for i in range(n)),
    "unknown sections": lambda n: "".join(f"server s{i} {{ a = b }}\n" for i in range(n)),
    "unknown keys": lambda n: "".join(f"key{i} = {{ a, b }}\n" for i in range(n)),
    "sections of one name": lambda n: "peers p { prefixes = { 10.0.0.0/8 } }\n" * n,
    "sections without an end": lambda n: "".join(f"node n{i} {{\n" for i in range(n)),
    "sections without braces": lambda n: "".join(f"interface i{i}\n" for i in range(n)),
    "sections in sections": lambda n: "server { " * n + "}" * n,
    "a section of many names": lambda n: "interface " + ", ".join(map(str, range(n))) + " { }\n",
    "a key again": lambda n: "mode = audit\n" * n,
    "words": lambda n: "".join(f"word{i}\n" for i in range(n)),
    "words of a line": lambda n: " ".join(f"word{i}" for i in range(n)) + "\n",
    "values without a list": lambda n: "ping = " + " ".join(map(str, range(n))) + "\n",
    "signs": lambda n: "}" * n + "{" * n,
    "quotes": lambda n: "\"name\n" * n,
    "comments": lambda n: "/* a */ # b\n" * n,
    "comments without an end": lambda n: "/* a\n" * n,
    "sides": lambda n: "interface x { sides = " + listed(f"s{i}" for i in range(n)) + " }\n",
    "addresses": lambda n: "node x { av = " + listed(v4(i) for i in range(n)) + " }\n",
    "no addresses": lambda n: "node x { av = " + listed(f"10.{i}" for i in range(n)) + " }\n",
    "prefixes": lambda n: "peers internal-networks { prefixes = "
                          + listed(v4(2 * i) for i in range(n)) + " }\n",
    "placeholders": lambda n: "peers frontend { prefixes = "
                              + listed(f"<p{i}>" for i in range(n)) + " }\n",
    "peers of a row": lambda n: "row r { service = internal  in = { tcp/1 }  peers = "
                                + listed(f"p{i}" for i in range(n)) + " }\n",
    "nodes of a row": lambda n: "row r { service = internal  in = { tcp/1 }  peers = { any }  "
                                "nodes = " + listed(f"n{i}" for i in range(n)) + " }\n",
    "ports of a row": lambda n: "row r { service = internal  peers = { any }  in = "
                                + listed(f"tcp/{i + 1}" for i in range(n)) + " }\n",
    "rows off": lambda n: "rows-off = " + listed(f"external/{i + 99}" for i in range(n)) + "\n",
    "rows off again": lambda n: "rows-off = " + listed(["external/1"] * n) + "\n",
    "sets that ping": lambda n: "ping-peers = " + listed(f"p{i}" for i in range(n)) + "\n",
}


# A kind of each reader; make check-whole has all.
OFTEN = {"nodes", "unknown sections", "words", "prefixes", "rows off",
         "check of rows with large sets", "check of lists with errors"}


def cases(table):
    return [pytest.param(case, id=name, marks=() if name in OFTEN else pytest.mark.whole)
            for name, case in table.items()]


@pytest.mark.parametrize("text", cases(TEXTS))
def test_check_takes_time_by_the_length_of_its_file(tmp_path, text):
    def case(folder, size):
        (folder / "edge.conf").write_text(BASE + text(size))
        return "check", "edge.conf"

    assert growth(tmp_path, case) < GROWTH


ROWS = "".join(f"row r{i} {{ service = internal  in = {{ tcp/{i + 1} }}  peers = {{ one, two }} }}\n"
               for i in range(20))


def site(folder, name, sets):
    """A configuration of rows of the site's own, and lists of their peers."""
    text = BASE + ROWS
    for peers, prefixes in sets.items():
        (folder / f"{name}.{peers}").write_text("".join(f"{prefix}\n" for prefix in prefixes))
        text += f"peers {peers} {{ file = {name}.{peers} }}\n"
    (folder / name).write_text(text)
    return name


def large(folder, name, size, step=2):
    return site(folder, name, {
        "one": [v4(step * i) for i in range(size)],
        "two": [v4(step * i + 1) for i in range(size)],
        "internal-networks": [v6(step * i) for i in range(size)],
    })


def bad_lists(folder, size):
    """Errors in lists, and sections that are empty, unless one of the errors is theirs."""
    lists, interfaces = 40, size // 24
    for i in range(lists):
        (folder / f"list{i}").write_text("10.0.0.1/300\n" * (4 * size // lists))
    (folder / "edge.conf").write_text(
        BASE + "".join(f"interface i{i} {{ }}\n" for i in range(interfaces))
        + "".join(f"peers p{i} {{ file = list{i} }}\n" for i in range(lists)))
    return "check", "edge.conf"


def expect(folder, size, answer):
    (folder / "edge.expect").write_text("".join(
        f"--in wan0 tcp 198.51.100.{i % 200} edge1.access:{i % 60000 + 1} => {answer}\n"
        for i in range(size)))
    return "test", "edge.expect", large(folder, "edge.conf", 10)


VERBS = {
    "check of rows with large sets": lambda d, n: ("check", large(d, "edge.conf", n)),
    "check of lists with errors": bad_lists,
    "diff": lambda d, n: ("diff", large(d, "a.conf", n), large(d, "b.conf", n, 3)),
    "diff --list": lambda d, n: ("diff", "--list", large(d, "a.conf", n),
                                 large(d, "b.conf", n, 3)),
    "export": lambda d, n: ("export", "nftables", large(d, "edge.conf", n)),
    "show hash": lambda d, n: ("show", "hash", large(d, "edge.conf", n)),
    "test of expectations that are met": lambda d, n: expect(d, n, "drop"),
    "test of expectations that are not": lambda d, n: expect(d, n, "accept external/5"),
    "test of expectations with errors": lambda d, n: expect(d, n, "accept external/99"),
}


@pytest.mark.parametrize("case", cases(VERBS))
def test_verbs_take_time_by_the_length_of_their_files(tmp_path, case):
    assert growth(tmp_path, case) < GROWTH
