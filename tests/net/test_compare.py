# SPDX-License-Identifier: GPL-2.0-only
"""What is in force beside a file: hashes, and flows that differ."""

import pathlib
import random
import sys

import pytest

from edgectl import Edgectl
from netns import Namespace

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import sites                                                    # noqa: E402

DEVICES = sites.INTERFACE_NAMES + sites.UNBOUND_NAMES


@pytest.fixture(name="tool")
def fixture_tool(nf_edge):
    space = Namespace("compare")
    tool = Edgectl(space)
    yield tool
    tool("flush")
    tool.close()
    space.close()


def parts(answer):
    return {part["part"]: part["sha256"] for part in answer["parts"]} | {"all": answer["all"]}


@pytest.mark.parametrize("seed", range(8))
def test_a_policy_in_force_has_the_hashes_of_its_file(tool, seed):
    rng = random.Random(seed)
    site = sites.random_site(rng, rng.choice(("enforce", "audit")), beyond=True)
    file = tool.file(sites.configuration(site))
    tool("load", "--force", file)
    running, written = tool.json("show", "hash"), tool.json("show", "hash", file)
    assert parts(running) == parts(written)
    assert running["in_force"] == running["all"] and running["switched"] == []
    assert written["generation"] is written["in_force"] is written["switched"] is None
    # What show config prints is in force, too.
    again = tool.file(tool("show", "config").stdout, "shown.conf")
    assert parts(tool.json("show", "hash", again)) == parts(running)
    # Another site has another hash.
    other = sites.configuration(sites.random_site(rng, beyond=True))
    assert tool.json("show", "hash", tool.file(other))["all"] != running["all"]


def test_a_switch_is_told_and_changes_no_hash_of_the_load(tool):
    file = tool.file("mode = enforce\nzones = { external, pic }\nfeatures = { pic, av }\n"
                     "node edge1 { access = { 192.0.2.1 } }\nrows-off = { external/9 }\n")
    tool("load", file)
    loaded = tool.json("show", "hash")
    seen = {loaded["all"]}
    for words in (["zone", "off", "pic"], ["feature", "off", "av"], ["row", "off", "external/1"],
                  ["row", "on", "external/9"], ["mode", "audit"]):
        tool(*words)
        now = tool.json("show", "hash")
        assert parts(now) == parts(loaded) == parts(tool.json("show", "hash", file))
        assert now["in_force"] not in seen
        seen.add(now["in_force"])
        assert words[2 if words[0] != "mode" else 0] in now["switched"][-1] or \
            "row external/9" in now["switched"]
        shown = tool.file(tool("show", "config").stdout, "shown.conf")
        assert tool.json("show", "hash", shown)["all"] == now["in_force"]
        assert "switched: yes (" in tool("show", "hash").stdout
    assert len(now["switched"]) == 5
    for words in (["zone", "on", "pic"], ["feature", "on", "av"], ["row", "on", "external/1"],
                  ["row", "off", "external/9"], ["mode", "enforce"]):
        tool(*words)
    assert tool.json("show", "hash")["in_force"] == loaded["all"]
    assert tool("show", "hash").stdout.endswith("switched: no\n")


def test_without_a_policy_there_is_nothing_to_compare(tool):
    for words in (["show", "hash"], ["show", "hash", "--json"]):
        done = tool(*words, check=False)
        assert (done.returncode, done.stdout) == (1, ""), words
        assert "no policy is loaded" in done.stderr


@pytest.mark.parametrize("seed", range(5))
def test_what_is_in_force_decides_as_its_file(tool, seed):
    rng = random.Random(seed)
    site = sites.random_site(rng, "enforce", beyond=True)
    file = tool.file(sites.configuration(site))
    tool("load", "--force", file)
    assert tool.json("diff", file)["same"] and tool.json("diff", "--running", file)["same"]
    other = tool.file(sites.configuration(sites.changed_site(rng, site, beyond=True)), "b.conf")
    running, written = (tool.json("diff", *words, codes=(0, 1))
                        for words in ([other], [file, other]))
    assert {**running, "before": None} == {**written, "before": None}


def test_a_flow_that_a_switch_closes_is_told(tool):
    file = tool.file("mode = enforce\nzones = { external, pic }\nfeatures = { pic }\n"
                     "node edge1 { access = { 192.0.2.1 } }\n"
                     "peers pic-partners { prefixes = { 198.51.100.0/24 } }\n")
    tool("load", file)
    assert tool.explain("tcp", "198.51.100.7", "192.0.2.1", 5061, arrives="wan0")["rows"] == \
        ["pic/1"]
    tool("zone", "off", "pic")
    flows = tool.json("diff", file, codes=(1,))["opened"]
    flow, = (f for f in flows if f["direction"] == "in" and f["port_low"] == 5061)
    assert (flow["rows"], flow["peers"]) == (["pic/1"], ["198.51.100.0/24"])
    assert tool.explain("tcp", "198.51.100.7", "192.0.2.1", 5061,
                        arrives="wan0")["verdict"] == "drop"
    assert len(tool.json("diff", "--running", file, codes=(1,))["closed"]) == len(flows)
    tool("flush")
    assert tool("diff", file, check=False).returncode == 3
