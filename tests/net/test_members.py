# SPDX-License-Identifier: GPL-2.0-only
"""What edgectl says of devices that packets do not arrive on: members of a
bond, team or bridge. Members of a VRF are no such devices, nor are those below
a macvlan or ipvlan device."""

import json
import re

import pytest

from edgectl import Edgectl
from netns import Namespace

SITE = """\
mode = enforce
zones = { external }
features = { remote-access }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
node edge1 { access = { 131.107.155.10 } }
"""
ASK = ["tcp", "198.51.100.7:1", "131.107.155.10:443"]

# Ways to put lan0 under a master, and where its packets arrive then.
MASTERS = {
    "bridge": ("br0", "link add br0 type bridge\nlink set lan0 master br0\n"),
    "bond": ("bond0", "link add bond0 type bond\nlink set lan0 down\n"
                      "link set lan0 master bond0\n"),
    "bond-in-bridge": ("br0", "link add br0 type bridge\n"
                              "link add bond0 type bond\n"
                              "link set bond0 master br0\nlink set lan0 down\n"
                              "link set lan0 master bond0\n"),
    "bridge-in-vrf": ("br0", "link add vrf0 type vrf table 10\n"
                             "link add br0 type bridge\n"
                             "link set br0 master vrf0\n"
                             "link set lan0 master br0\n")}
NO_MASTERS = {
    "alone": "link set lan0 up\n",
    "vrf": "link add vrf0 type vrf table 10\nlink set lan0 master vrf0\n",
    "macvlan": "link add m0 link lan0 type macvlan mode private\n",
    "ipvlan": "link add i0 link lan0 type ipvlan mode l2\n",
    "vlan": "link add link lan0 name lan0.5 type vlan id 5\n"}


@pytest.fixture(name="edgectl")
def fixture_edgectl(nf_edge):
    ns = Namespace("members")
    ns.ip("link add wan0 type dummy\nlink add lan0 type dummy\n"
          "link set wan0 up\nlink set lan0 up\n")
    tool = Edgectl(ns)
    yield tool
    tool("flush")
    tool.close()
    ns.close()


def errors(edgectl):
    file = edgectl.file(SITE)
    done = edgectl("check", file, check=False)
    assert edgectl("load", file, check=False).returncode == done.returncode
    assert edgectl.status()["loaded"] == (done.returncode == 0)
    return re.findall(rf"^{file}:(\d+: lan0: is a member .*)$", done.stderr,
                      re.M)


def masters(edgectl):
    """What everything says of wan0 and lan0 at once."""
    status = {i["name"]: i["master"] for i in edgectl.status()["interfaces"]}
    said = {name: edgectl.json("explain", "--in", name, *ASK, codes=(0, 1))
            ["master"] for name in status}
    batch = edgectl("explain", "--batch", stdin="".join(
        f"--in {name} {' '.join(ASK)}\n" for name in status))
    told = [json.loads(line)["master"] for line in batch.stdout.splitlines()]
    assert status == said == dict(zip(status, told))
    return status


def texts(edgectl, name):
    """Of the status's line about a device, and of explain."""
    status = edgectl("show", "status").stdout
    explained = edgectl("explain", "--in", name, *ASK, check=False).stdout
    return re.search(rf"{name} .*", status).group(0), explained


@pytest.mark.parametrize("kind", MASTERS)
def test_a_member_is_refused_and_its_master_named(edgectl, kind):
    master, commands = MASTERS[kind]
    edgectl.ns.ip(commands)
    assert errors(edgectl) == [
        f"5: lan0: is a member of {master}; packets of a member arrive on its "
        "bond, team or bridge: bind that"]
    edgectl.ns.ip("link set lan0 nomaster\n")
    assert errors(edgectl) == []


@pytest.mark.parametrize("kind", NO_MASTERS)
def test_a_device_that_packets_arrive_on_is_not_refused(edgectl, kind):
    edgectl.ns.ip(NO_MASTERS[kind])
    assert errors(edgectl) == []
    assert masters(edgectl) == {"wan0": None, "lan0": None}
    for text in texts(edgectl, "lan0"):
        assert "member" not in text.lower()


@pytest.mark.parametrize("kind", MASTERS)
def test_a_device_that_becomes_a_member_is_marked_at_once(edgectl, kind):
    master, commands = MASTERS[kind]
    edgectl.load(SITE)
    assert masters(edgectl) == {"wan0": None, "lan0": None}
    edgectl.ns.ip(commands)
    assert masters(edgectl) == {"wan0": None, "lan0": master}
    line, explained = texts(edgectl, "lan0")
    assert f"MEMBER OF {master}: packets arrive there, not here" in line
    assert f"No packet arrives on lan0: it is a member of {master}" in explained
    assert f"Ask with --in {master}." in explained
    for text in texts(edgectl, "wan0"):
        assert "member" not in text.lower()
    edgectl.ns.ip("link set lan0 nomaster\n")
    assert masters(edgectl) == {"wan0": None, "lan0": None}


def test_a_member_that_is_not_bound_is_told_too(edgectl):
    edgectl.load(SITE)
    edgectl.ns.ip("link add eth9 type dummy\nlink add br0 type bridge\n"
                  "link set eth9 master br0\n")
    answer = edgectl.json("explain", "--in", "eth9", *ASK, codes=(0, 1))
    assert answer["master"] == "br0"
    assert edgectl.json("explain", "--local", *ASK, codes=(0, 1))["master"] is \
        None
