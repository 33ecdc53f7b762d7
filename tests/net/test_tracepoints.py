# SPDX-License-Identifier: GPL-2.0-only
"""Tracepoints: a record of each refused packet and of each permitted connection
says what the event says, with a listener and without."""

import pytest

import packets
from flow_table import ROWS
from listening import Listener
from netlib import OPEN, reference
from test_examples import EXAMPLES
from tracing import Traced, as_record, netns_of
from wire import load_module, nobody_uses_the_module, unload_module

ALL = reference()


def first_packet(l4, src, dst, sport, port):
    build = packets.tcp if l4 == "tcp" else packets.udp
    return build(src.address, dst.address, sport, port)


@pytest.mark.one_family
@pytest.mark.parametrize("mode", ["enforce", pytest.param("audit", marks=pytest.mark.whole)])
def test_a_record_says_what_the_event_says(quiet, family, mode):
    """Of the documented examples, an echo reply and a packet out of nowhere."""
    net = quiet
    heard = []
    with Traced() as traced:
        for example in EXAMPLES:
            net.load(example.config(mode))
            src, dst = example.ends(net, family)
            sport = net.port() + (10000 if example.sport >= 50000 else 0)
            with Listener(net) as listener:
                net.injects(src, first_packet(example.l4, src, dst, sport, example.port))
                heard += listener.takes(1)
        client, access = net.at("client", family), net.at("edge1.access", family)
        pair = client.address, access.address
        with Listener(net) as listener:
            net.injects(client, packets.icmp(*pair, 129 if family == 6 else 0),
                        packets.tcp(*pair, net.port(), 443, "SA", ack=1))
            heard += listener.takes(2)
        records = traced.takes(len(heard))
    assert [record.fields for record in records] == [as_record(event) for event in heard]
    assert {record.netns for record in records} == {netns_of(net.box)}
    assert {record.name for record in records} == {"refused", "permitted"}


def test_nobody_needs_to_listen(quiet, family):
    """The fast path leaves each new connection to the slow path while a
    tracepoint is on, and only then."""
    net = quiet
    net.load(OPEN)

    def all_rows():
        for row in ROWS:
            edge = net.at(f"edge1.{row.service}", family)
            other = net.at("frontend" if row.side == "internal" else "client", family)
            src, dst = (other, edge) if row.direction == "in" else (edge, other)
            packet = first_packet(row.l4, src, dst, net.port(), row.port_low)
            net.injects(src, packet, packet)
        # From another host: what the client was permitted may still be under way.
        net.refuses("tcp", net.at("partner", family), net.at("edge1.access", family), 3389,
                    "no-row")

    all_rows()
    with Traced() as traced:
        all_rows()
        assert [r.name for r in traced.takes(len(ROWS) + 1)] == \
            ["permitted"] * len(ROWS) + ["refused"]
        traced.switch("0")
        all_rows()
        assert len(traced.reads()) == len(ROWS) + 1
    with Traced("refused") as traced:
        all_rows()
        assert [r.name for r in traced.takes(1)] == ["refused"]


def test_a_tracepoint_outlives_a_listener_and_a_policy(quiet):
    net = quiet
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    packet = [packets.tcp(client.address, access.address, net.port(), 443) for _ in range(3)]
    net.load(ALL)
    with Traced() as traced:
        with Listener(net):
            net.injects(client, packet[0])
        net.injects(client, packet[1])
        net.edgectl("flush")
        net.load(ALL)
        net.injects(client, packet[2])
        assert len(traced.takes(3)) == 3
    with Listener(net) as listener:
        net.injects(client, packets.tcp(client.address, access.address, net.port(), 443))
        listener.takes(1)


def test_the_module_leaves_though_a_tracepoint_is_on(net):
    nobody_uses_the_module(net)
    try:
        with Traced():
            unload_module()
    finally:
        load_module()
    net.load(ALL)
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    with Traced("refused") as traced:
        net.injects(client, packets.tcp(client.address, access.address, net.port(), 3389))
        assert len(traced.takes(1)) == 1
