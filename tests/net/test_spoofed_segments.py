# SPDX-License-Identifier: GPL-2.0-only
"""A segment from the wrong side changes no connection: conntrack never sees it."""

import pytest

import packets
from netlib import reference, until


@pytest.fixture(name="inside")
def fixture_inside(net, family):
    """A connection from a Front End to the Edge's internal interface."""
    net.load(reference(peers={"frontend": None}))
    peer, edge = net.at("frontend", family), net.at("edge1.internal", family)
    port = net.port()
    with peer.ns.muted(), edge.ns.muted():
        net.injects(peer, packets.tcp(peer.address, edge.address, port, 8057, "S",
                                      seq=1000))
        net.injects(edge, packets.tcp(edge.address, peer.address, 8057, port, "SA",
                                      seq=5000, ack=1001))
        net.injects(peer, packets.tcp(peer.address, edge.address, port, 8057, "A",
                                      seq=1001, ack=5001))

        def state():
            found = net.box.run("conntrack", "-L", "-f", f"ipv{family}", "-p", "tcp",
                                "--orig-port-src", port).stdout.split()
            return found[3] if found else None
        until(lambda: state() == "ESTABLISHED", "the connection is established")
        yield peer, edge, port, state


@pytest.mark.parametrize("flags", ["R", "RA", "FA"])
def test_a_spoofed_segment_does_not_end_the_connection(net, inside, family, flags):
    peer, edge, port, state = inside
    outside = net.at("client", family)
    watch = net.watch()
    net.injects(outside, packets.tcp(peer.address, edge.address, port, 8057, flags,
                                     seq=1001, ack=5001))
    watch.await_drop("spoofed")
    assert state() == "ESTABLISHED"


@pytest.fixture
def template(net):
    """The raw table tells conntrack in which zone a packet is."""
    net.box.nft("table inet zones { chain first { "
                "type filter hook prerouting priority raw; ct zone set 7; }; }")
    yield
    net.box.nft("delete table inet zones")


def test_nor_does_one_for_which_the_raw_table_chose_a_zone(net, template, inside,
                                                           family):
    peer, edge, port, state = inside
    outside = net.at("client", family)
    watch = net.watch()
    net.injects(outside, packets.tcp(peer.address, edge.address, port, 8057, "R",
                                     seq=1001, ack=5001))
    watch.await_drop("spoofed")
    assert state() == "ESTABLISHED"
    net.injects(peer, packets.tcp(peer.address, edge.address, port, 8057, "R",
                                  seq=1001, ack=5001))
    until(lambda: state() == "CLOSE", "the peer's own ends it")


@pytest.mark.parametrize("flags, wanted", [("R", "CLOSE"), ("RA", "CLOSE"),
                                           ("FA", "FIN_WAIT")])
def test_the_peer_s_own_ends_it(net, inside, flags, wanted):
    peer, edge, port, state = inside
    net.injects(peer, packets.tcp(peer.address, edge.address, port, 8057, flags,
                                  seq=1001, ack=5001))
    until(lambda: state() == wanted, f"the connection is in {wanted}")


def test_an_edge_address_from_outside_does_not_end_it(net, inside, family):
    peer, edge, port, state = inside
    outside = net.at("client", family)
    watch = net.watch()
    net.injects(outside, packets.tcp(edge.address, peer.address, 8057, port, "RA",
                                     seq=5001, ack=1001))
    watch.await_drop("spoofed")
    assert state() == "ESTABLISHED"
