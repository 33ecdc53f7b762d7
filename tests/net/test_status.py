# SPDX-License-Identifier: GPL-2.0-only
"""What show status says: causes that are known, and numbers with their words."""

import re
import socket

import pytest

from edgectl import Edgectl
from netns import Namespace

POLICY = """\
mode = enforce
zones = { external }
features = { remote-access }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
node edge1 { access = { 131.107.155.10 } }
"""


@pytest.fixture(name="box")
def fixture_box(nf_edge):
    """A host that translates what it sends from ports below 6000 to one port."""
    ns = Namespace("box")
    ns.ip("link add wan0 type dummy\nlink set wan0 up\n"
          "addr add 192.0.2.1/24 dev wan0\n"
          "neigh add 192.0.2.9 lladdr 02:00:00:00:99:99 dev wan0\n")
    ns.nft("table ip t { chain c { type nat hook postrouting priority 100;\n"
           "udp sport < 6000 snat to 192.0.2.1:7000; }; }")
    ns.edgectl = Edgectl(ns)
    ns.edgectl.load(POLICY)
    yield ns
    ns.edgectl("flush")
    ns.edgectl.close()
    ns.close()


def send(box, sport):
    with box.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("192.0.2.1", sport))
        try:
            one.sendto(b"x", ("192.0.2.9", 53))
        except PermissionError:
            pass


def warnings(box):
    return re.findall("WARNING +(.*)", box.edgectl("show", "status").stdout)


def test_a_packet_that_lost_its_place_to_another_is_not_of_a_full_table(box):
    """Two flows that NAT gives one address and port."""
    for sport in 6000, 6001, 5000:
        send(box, sport)
    assert warnings(box) == []
    for sport, said in (
            (5001, "dropped 1 packet, and could not insert 1 entry, "),
            (5002, "dropped 2 packets, and could not insert 2 entries, ")):
        send(box, sport)
        [warning] = warnings(box)
        assert said in warning and "NAT" in warning
        assert "full" not in warning
    conntrack = box.edgectl.status()["conntrack"]
    kernel = box.conntrack_counts()
    assert (conntrack["drop"], conntrack["insert_failed"],
            conntrack["early_drop"]) == (2, 2, 0)
    assert (kernel["drop"], kernel["insert_failed"]) == (2, 2)


def test_numbers_of_one_have_their_word(box):
    text = box.edgectl("show", "status").stdout
    assert re.search(r"governed +1 address of 1 node\n", text)
    assert re.search(r"drops +0 packets\n", text)
    box.ip("route add default dev wan0\n")
    with box.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for said in "1 packet;", "2 packets;":
            try:
                one.sendto(b"x", ("131.107.155.10", 3389))
            except OSError:
                pass
            text = box.edgectl("show", "status").stdout
            assert re.search(f"drops +{said}", text), text
