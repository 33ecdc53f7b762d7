# SPDX-License-Identifier: GPL-2.0-only
"""The examples of the policy's semantics, line by line: by real packets, in
both modes, and by edgectl explain."""

import time
from dataclasses import dataclass, field

import pytest

import packets
from netlib import (FEATURES, ROWS, ZONES, denied, reference, refused,
                    together)

ALL = list(FEATURES)
ANY = []                # no feature is needed: so none is given
SIDE = {"external": ("wan0", "inet.marker"), "internal": ("lan0", "lan.marker"),
        "edge": ("dmz0", "edge2.marker")}


@dataclass(frozen=True)
class Example:
    """One line of the table. accept: rows by Edge end; drop: the reason."""
    src: str
    dst: str
    l4: str
    port: int
    on: str                     # the side that it arrives on
    features: list
    accept: list = None
    drop: str = None
    near: list = field(default_factory=list)
    zones: list = None          # all but for these
    sport: int = 40000
    peers: dict = field(default_factory=dict)

    def __str__(self):
        zones = "" if self.zones is None else " in " + "+".join(self.zones)
        return (f"{self.src} to {self.dst} {self.port}/{self.l4} on {self.on}"
                f"{zones}: {self.drop or 'accept'}")

    def config(self, mode="enforce"):
        return reference(mode=mode, features=self.features,
                         zones=list(ZONES if self.zones is None
                                    else self.zones), peers=self.peers)

    def ends(self, net, family):
        """Its endpoints; the source where the packet comes from."""
        src = net.at(self.src, family)
        _, place = SIDE[self.on]
        home = {"inet": "external", "lan": "internal"}.get(src.ns.name, "edge")
        if home != self.on:
            src = src.sent_from(net.at(place, family))
        return src, net.at(self.dst, family)


NO_PIC = [z for z in ZONES if z != "pic"]
NO_OCS2007 = [f for f in FEATURES if f != "ocs2007"]

EXAMPLES = [
    Example("client", "edge1.access", "tcp", 443, "external",
            ["remote-access"], accept=[["external/5", "pic/3"]]),
    Example("client", "edge1.access", "tcp", 443, "external",
            ["remote-access"], zones=NO_PIC, accept=[["external/5"]]),
    Example("client", "edge1.access", "tcp", 443, "internal",
            ["remote-access"], zones=NO_PIC, drop="interface",
            near=["external/5"]),
    Example("client", "edge1.access", "tcp", 3389, "external", ALL,
            drop="no-row"),
    Example("edge1.access", "client", "udp", 53, "edge", ANY,
            accept=[["external/4"]]),
    Example("edge1.access", "client", "tcp", 443, "edge", ALL, drop="no-row"),
    Example("user", "edge1.access", "tcp", 443, "internal", ["remote-access"],
            zones=NO_PIC, drop="several", near=["external/5", "pic/3"]),
    Example("user", "edge1.access", "tcp", 443, "internal", ["remote-access"],
            drop="several", near=["external/5", "pic/3"]),
    Example("edge1.av", "client", "tcp", 55000, "edge", ["federation-av"],
            sport=50123, accept=[["external/9"]]),
    Example("client", "edge1.av", "udp", 55000, "external", NO_OCS2007,
            drop="disabled", near=["external/12"]),
    Example("client", "edge1.av", "tcp", 50002, "external", ["ocs2007"],
            drop="cls-guard", near=["external/11"]),
    Example("edge1.av", "edge2.av", "udp", 3478, "edge", ["av"],
            accept=[["external/13"], ["external/14"]]),
    Example("edge1.access", "edge2.access", "tcp", 443, "edge",
            ["remote-access"], drop="no-row"),
    Example("edge1.av", "edge2.av", "tcp", 50001, "edge",
            ["ocs2007", "federation-av"], drop="cls-guard",
            near=["external/11"]),
    Example("unbound", "edge1.access", "tcp", 443, "edge", ["remote-access"],
            zones=NO_PIC, drop="interface", near=["external/5"]),
    Example("frontend", "edge1.internal", "tcp", 8057, "internal",
            ["web-conferencing"], accept=[["internal/4"]]),
    Example("user", "edge1.internal", "tcp", 8057, "internal",
            ["web-conferencing"], drop="peer", near=["internal/4"]),
    Example("edge1.internal", "frontend", "tcp", 443, "edge", ALL,
            drop="no-row"),
    Example("edge1.internal", "edge1.access", "tcp", 443, "external", ALL,
            drop="spoofed"),
    Example("frontend", "edge1.access", "tcp", 443, "external", ALL,
            drop="spoofed"),
    Example("client", "edge1.internal", "tcp", 4443, "external", ALL,
            drop="isolation"),
    Example("client", "edge1.access", "tcp", 5061, "external", ["pic"],
            zones=["external", "pic"], peers={"pic-partners": []},
            drop="peer", near=["pic/1"]),
]

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


@each_example
def test_the_packet_is_judged_as_the_example_says(net, family, example):
    net.load(example.config())
    src, dst = example.ends(net, family)
    # A client port of its own, where the example's own does not matter.
    sport = None if example.sport == 40000 else example.sport
    if example.accept:
        net.passes(example.l4, src, dst, example.port, *example.accept,
                   sport=sport)
    else:
        net.refuses(example.l4, src, dst, example.port, example.drop,
                    near=example.near, sport=sport)


@each_example
def test_audit_judges_the_same_and_drops_nothing(net, family, example):
    net.load(example.config(mode="audit"))
    src, dst = example.ends(net, family)
    if example.accept:
        net.passes(example.l4, src, dst, example.port, *example.accept)
        return
    tap, sent = net.tap(dst), net.tap(src)
    watch = net.watch()
    def expected():
        there = net.traffic(sent, src.address, dst.address, example.port)[0]
        near = [] if example.drop == "several" else example.near
        return together(refused(example.drop, *there, audit=True),
                        denied(there[0], net.node_of(dst.address), near))

    # Only the first packet is of interest: nothing answers.
    with dst.ns.muted():
        attempt = net.attempts(example.l4, src, dst, example.port)
        net.awaits(tap, src.address, dst.address, dport=example.port)
        attempt.close()
        watch.expect(expected)


@each_example
def test_explain_answers_what_the_example_says(net, family, example):
    net.load(example.config())
    src, dst = (net.at(n, family).address for n in (example.src, example.dst))
    watch = net.watch()
    answer = net.edgectl.explain(example.l4, src, dst, example.port,
                                 example.sport, arrives=SIDE[example.on][0])
    watch.expect()
    assert answer["verdict"] == ("drop" if example.drop else "accept")
    assert answer["reason"] == example.drop
    assert sorted(answer["rows"]) == sorted(
        r for end in example.accept or [] for r in end)
    assert sorted(answer["near"]) == sorted(example.near)
    assert answer["mode"] == "enforce"
    for name, key in ((example.src, "source_node"),
                      (example.dst, "destination_node")):
        bound = name.startswith("edge")
        assert answer[key] == (name.split(".")[0] if bound else None)


@pytest.mark.parametrize("port, reason", [(3389, "no-row"), (443, "invalid")])
def test_a_syn_ack_of_no_connection(net, family, port, reason):
    net.load(reference())
    client, access = net.at("client", family), net.at("edge1.access", family)
    packet = packets.tcp(client.address, access.address, 40000, port, "SA",
                         ack=1)
    net.drops(client, packet, reason)


def test_neighbour_solicitation_from_an_edge_address_passes_on_its_link(net):
    net.load(reference(features=ANY))
    client, user, watch = net.at("client", 6), net.at("user", 6), net.watch()

    def solicitation(target):
        return packets.icmp(net.at("edge1.access", 6).address, target, 135,
                            body=bytes(4) + packets.packed(target), ttl=255)

    net.injects(client, solicitation("2001:db8:155::1"))    # of the appliance
    net.drops(client, solicitation(user.address), "no-row")
    drops = watch.delta().drops
    assert drops.keys() == {"no-row"} and drops["no-row"]["packets"] == 1


def test_edgectl_prints_the_counters_that_the_other_tests_read(net):
    net.load(reference())
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    began = int(time.time())
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    net.refuses("tcp", client, access, 444, "no-row")
    printed, read = net.edgectl.counters(), net.watch().before
    assert printed == read
    assert {row for _, row in printed.rows} == {r.id for r in ROWS}
    assert printed.rows["edge1", "pic/3"]["connections"]
    assert printed.drops["no-row"]["packets"]
    assert printed.last_hit.keys() == read.last_hit.keys()
    assert printed.was_hit_when(read)
    assert began - 1 <= printed.last_hit["edge1", "pic/3"] <= time.time() + 1
