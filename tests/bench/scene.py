# SPDX-License-Identifier: GPL-2.0-only
"""The site that is measured, and the packets that it is measured with."""

import ipaddress
import pathlib
import sys
from dataclasses import dataclass

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
sys.path[:0] = [str(TESTS), str(TESTS / "net")]

import model                                            # noqa: E402
import packets                                          # noqa: E402

HOSTS = {"access": 10, "webconf": 20, "av": 30, "internal": 0x10}


def address(family, node, service):
    """An address of a node, of which the first is 1."""
    if family == 6:
        net = "2001:db8:33" if service == "internal" else "2001:db8:155"
        return ipaddress.ip_address(f"{net}:{node:x}::{HOSTS[service]}")
    net = "172.25" if service == "internal" else "131.107"
    return ipaddress.ip_address(f"{net}.{node}.{HOSTS[service]}")


def peer_prefixes(family, count):
    """So many prefixes, none beside another, of partners out there."""
    if family == 6:     # 48 to 64 bits long
        return [f"2600:{2 * n >> 16:x}:{2 * n & 0xffff:x}::/{48 + n % 17}"
                for n in range(count)]
    length = 24 if count <= 100_000 else 28
    return [".".join(str(byte) for byte in
                     (0x40000000 + (2 * n << 32 - length)).to_bytes(4, "big")) +
            f"/{length}" for n in range(count)]


def peer_mask(family, count):
    """Of the bits by which addresses in these prefixes differ."""
    if not count:
        return 0
    mask = (1 << count.bit_length() - 1) - 1
    return mask << 1 if family == 6 else mask << (9 if count <= 100_000 else 5)


# As many as there is room for beside any profile.
MOST_OWN_ROWS = 26
# Service, direction and ports of rows of the site's own: ports of the packets that
# are measured, and what administration, time and monitoring take.
OWN_KINDS = (
    ("access", "in", (("tcp", 443, 443), ("tcp", 5061, 5061))),
    ("av", "in", (("udp", 3478, 3478), ("udp", 50000, 59999), ("tcp", 443, 443))),
    ("webconf", "in", (("tcp", 443, 443),)),
    ("internal", "in", (("tcp", 8057, 8057), ("tcp", 3389, 3389), ("udp", 161, 161))),
    ("access", "out", (("udp", 53, 53), ("tcp", 443, 443))),
    ("internal", "out", (("udp", 123, 123),)),
    ("internal", "in", (("tcp", 22, 22), ("tcp", 5985, 5986))),
)


def own_rows(count):
    """Rows of the site's own, at a balancer that sends none of the packets."""
    return tuple(model.SiteRow(f"row-{n}", *OWN_KINDS[n % len(OWN_KINDS)], ("balancer",))
                 for n in range(count))


def site(nodes=2, interfaces=3, prefixes=0, family=4, rows=0):
    """Nodes, bound interfaces, prefixes of federation partners, and rows of the
    site's own."""
    peers = {"internal-networks": [ipaddress.ip_network(net) for net in (
        "192.168.10.0/24", "10.1.0.0/16", "2001:db8:10::/64")]}
    if prefixes:
        peers["federation-partners"] = peer_prefixes(family, prefixes)
    if rows:
        peers["balancer"] = [ipaddress.ip_network(net) for net in (
            "198.51.100.10", "2001:db8:100::10")]
    sides = {"ext0": {"external"}, "int0": {"internal"}, "edge0": {"edge"}}
    if interfaces < 3:  # of one, all sides
        sides = {"ext0": {"external", "internal", "edge"}}
    sides |= {f"ext{n}": {"external"} for n in range(1, interfaces - 2)}
    return model.Site(
        interfaces=sides, peers=peers, site_rows=own_rows(rows),
        zones=model.ZONES + ((model.SITE_ZONE,) if rows else ()),
        nodes={f"edge{node}": {service: [address(4, node, service),
                                         address(6, node, service)]
                               for service in HOSTS}
               for node in range(1, nodes + 1)})


@dataclass(frozen=True)
class Packet:
    """What is measured; addresses and ports are those of its connection."""
    name: str
    family: int
    protocol: str
    source: object
    destination: object
    sport: int
    dport: int
    arrival: str            # of the connection's first packet
    reply_arrival: str
    established: bool = False
    is_reply: bool = False
    goal: int = None        # instructions that nf_edge may add

    @property
    def key(self):
        return f"IPv{self.family} {self.name}"

    def is_permitted(self, a_site):
        """What the policy says of it, by the model of the tests."""
        return model.judge(a_site, model.Packet(
            self.arrival, self.protocol, self.source, self.destination,
            self.sport, self.dport)).verdict != model.DROP

    def raw(self):
        """The packet that opens its connection."""
        words = str(self.source), str(self.destination), self.sport, self.dport
        if self.protocol == "tcp":
            return packets.tcp(*words, payload=bytes(20))
        return packets.udp(*words, payload=bytes(32))


# name, protocol, from, to, port, arrival, way, goal. A name of a service is
# that service of the first node.
ONE_ROW, TWO_ROWS, MEDIA = 150, 165, 165        # established
FIRST, FIRST_TWO, FIRST_MEDIA, FIRST_OUT, FIRST_INSIDE = 200, 215, 190, 210, 280
SCAN, OTHER = 230, 80
TO_AND_FROM, ONCE = ("to", "from"), ("first",)
KINDS = (
    ("TCP 443, access", "tcp", "client", "access", 443, "ext0", TO_AND_FROM, TWO_ROWS),
    ("TCP 5061, access", "tcp", "client", "access", 5061, "ext0", TO_AND_FROM, ONE_ROW),
    ("UDP 3478, av", "udp", "client", "av", 3478, "ext0", TO_AND_FROM, MEDIA),
    ("UDP media, av", "udp", "client", "av", 50500, "ext0", TO_AND_FROM, MEDIA),
    ("TCP 443, access", "tcp", "client", "access", 443, "ext0", ONCE, FIRST_TWO),
    ("UDP 3478, av", "udp", "client", "av", 3478, "ext0", ONCE, FIRST_MEDIA),
    ("TCP 443, webconf", "tcp", "client", "webconf", 443, "ext0", ONCE, FIRST),
    ("TCP 8057, internal", "tcp", "insider", "internal", 8057, "int0", ONCE, FIRST_INSIDE),
    ("UDP 53, by access", "udp", "access", "client", 53, "edge0", ONCE, FIRST_OUT),
    ("TCP 3389", "tcp", "client", "access", 3389, "ext0", ("scan",), SCAN),
    ("UDP 161", "udp", "client", "access", 161, "ext0", ("scan",), SCAN),
    ("TCP 443", "tcp", "av", "access", 443, "ext0", ("spoofed",), None),
    ("UDP", "udp", "client", "stranger", 161, "ext0", ("not governed",), OTHER),
    ("UDP", "udp", "client", "stranger", 162, "ext0", ("not governed, to",), OTHER),
)
PEOPLE = {
    4: {"client": "64.0.0.1", "insider": "10.1.2.3", "stranger": "131.107.9.9"},
    6: {"client": "2600::1", "insider": "2001:db8:10::5", "stranger": "2001:db8:9::9"},
}

# Of 100 packets of a real Edge: 90 are media, 9 signalling, 1 a scan.
MIX = {"UDP media, av: to": 45, "UDP media, av: from": 45, "TCP 443, access: to": 3,
       "TCP 443, access: from": 3, "TCP 5061, access: to": 2,
       "TCP 5061, access: from": 1, "TCP 3389: scan": 1}


def all_packets(families=(4, 6)):
    """Every packet that is measured."""
    found = []
    for family in families:
        def end(word):
            return (address(family, 1, word) if word in HOSTS else
                    ipaddress.ip_address(PEOPLE[family][word]))
        for kind in KINDS:
            name, protocol, source, destination, port, arrival, ways, goal = kind
            back = "ext0" if arrival == "edge0" else "edge0"
            for way in ways:
                # A port of its own, for a connection of its own.
                found.append(Packet(
                    f"{name}: {way}", family, protocol, end(source),
                    end(destination), 40000 + len(found), port, arrival, back,
                    way.endswith(("to", "from")), way == "from", goal))
    return found


@dataclass(frozen=True, eq=False)
class Case:
    """A line of a table: one packet, one from many addresses, or a mix."""
    key: str
    streams: list           # see pack() in guest.py
    packet: Packet = None   # unless it is a mix
    is_permitted: bool = True
    goal: int = None

    @property
    def is_mix(self):
        return self.packet is None

    @property
    def is_established(self):
        return any(stream["packet"].established for stream in self.streams)


def cases(kind, families=(4, 6), flows=(1,), mask=0x003fffff, names=None):
    """Lines of tables: packets, each from so many addresses; or mix."""
    found = []
    a_site = site()
    for family in families:
        mine = {packet.name: packet for packet in all_packets((family,))}
        if kind == "mix":
            found += [Case(f"IPv{family} mix of a real Edge, {many:,} connections", [
                {"packet": mine[name], "weight": weight, "flows": many, "mask": mask,
                 "refused": not mine[name].is_permitted(a_site)}
                for name, weight in MIX.items()]) for many in flows]
            continue
        for name in names or mine:
            packet = mine[name]
            is_permitted = packet.is_permitted(a_site)
            found += [Case(packet.key + (f", of {many:,}" if len(flows) > 1 else ""), [
                {"packet": packet, "flows": many, "mask": mask if many > 1 else 0,
                 "refused": not is_permitted}],
                packet, is_permitted, packet.goal) for many in flows]
    return found
