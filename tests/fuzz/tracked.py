# SPDX-License-Identifier: GPL-2.0-only
"""Random connections as conntrack has them, translated and not, in a namespace
whose routes are known here, and the answer that tests/model.py has for each."""

from ipaddress import ip_address, ip_network

import model
import sites

GRE = 47
# Devices, and the networks behind them; the longest prefix wins.
ROUTES = [(name, ip_network(text)) for name, text in (
    ("wan0", "0.0.0.0/0"), ("wan0", "::/0"),
    ("lan0", "192.168.0.0/16"), ("lan0", "10.0.0.0/8"), ("lan0", "fd00:10::/32"),
    ("dmz0", "131.107.155.0/24"), ("dmz0", "2001:db8:155::/48"),
    ("dmz0", "172.25.33.0/24"), ("dmz0", "fd00:33::/32"),
    ("un0", "203.0.113.0/24"), ("un0", "2001:db8:1::/48"),
    (None, "192.168.11.0/24"), (None, "fd00:11::/32"))]
OWN = [ip_address(text) for text in ("10.1.2.3", "fd00:10::1")]
NUMBERS = {"tcp": 6, "udp": 17, "gre": GRE}


def prepare(ns):
    """The devices and routes."""
    lines = [f"link add {name} type dummy\nlink set {name} up"
             for name in ("wan0", "lan0", "dmz0", "un0")]
    lines += [f"addr add {address}/{address.max_prefixlen} dev lo" for address in OWN]
    lines += ["route add " + (
        f"{network} dev {name}" if name else f"unreachable {network}") for name, network in ROUTES]
    ns.ip("link set lo up\n" + "\n".join(lines) + "\n")


def arrival_of(address):
    """Where packets of an address arrive: a device, LOCAL, or None for anywhere."""
    if address in OWN:
        return model.LOCAL
    name, _ = max(((name, network) for name, network in ROUTES if address in network),
                  key=lambda route: route[1].prefixlen)
    return name


def is_plain(address):
    """No route leads to the others, or one that is not of ROUTES."""
    return not sites.is_refused(address) and (address.version == 4 or address.ipv4_mapped is None)


class Tracked:
    """One connection: its original tuple, and the source and destination of replies."""

    def __init__(self, rng, source):
        packet = source.packet()
        while not (is_plain(packet.source) and is_plain(packet.destination)):
            packet = source.packet()
        version = packet.source.version
        self.protocol = packet.protocol
        if rng.random() < 0.1:
            self.protocol = rng.choice(("gre", "timestamp"))
        self.ends = packet.source, packet.destination
        self.dport = packet.dport if self.protocol in ("tcp", "udp") else None
        self.replies = [packet.destination, packet.source]
        for end in 0, 1:
            if rng.random() < 0.25:     # NAT
                other = source.address(version)
                self.replies[end] = other if is_plain(other) else self.replies[end]

    def query(self):
        """The attributes that ask about it."""
        six = self.ends[0].version == 6
        version = 6 if six else 4
        number = NUMBERS.get(self.protocol, 58 if six else 1)
        made = [("protocol", number), (f"source-ipv{version}", str(self.ends[0])),
                (f"destination-ipv{version}", str(self.ends[1])),
                (f"reply-source-ipv{version}", str(self.replies[0])),
                (f"reply-destination-ipv{version}", str(self.replies[1]))]
        if self.dport is not None:
            made.append(("destination-port", self.dport))
        elif self.protocol == "timestamp":
            made.append(("icmp-type", 13))
        elif self.protocol == "echo":
            made.append(("icmp-type", 128 if six else 8))
        return made

    def packets(self):
        """The next packet of each direction."""
        original = model.Connection(self.protocol, *self.ends, dport=self.dport)
        there, back = tuple(self.replies), tuple(reversed(self.replies))
        translated = None
        if back != self.ends:
            translated = model.Connection(self.protocol, *back, dport=self.dport)
        for state, header, other_end in ((model.FIRST, self.ends, there[0]),
                                         (model.REPLY, there, self.ends[0])):
            arrival = arrival_of(header[0])
            stays = (arrival is model.LOCAL and arrival_of(header[1]) is model.LOCAL and
                     arrival_of(other_end) is model.LOCAL)
            yield model.Packet(arrival, self.protocol, *header, dport=self.dport, state=state,
                               original=original, translated=translated, is_bypass=stays)

    def answer(self, site):
        """What the module must say, in the order of answer_of()."""
        first, reply = (model.judge(site, packet) for packet in self.packets())
        near = [sorted(row.id for _, row in one.near) for one in (first, reply)]
        if first.verdict == model.DROP and near[0] == near[1]:
            near[1] = []
        return (first.verdict, first.reason, sorted(row.id for _, row in first.rows), near[0],
                site.node_of(self.ends[0]), site.node_of(self.ends[1]), site.mode,
                reply.verdict, reply.reason, near[1])

    def __str__(self):
        return f"{self.protocol} {self.ends} port {self.dport}, replies {self.replies}"


def answer_of(answer):
    """An answer of the module, in the order of Tracked.answer()."""
    return (answer["verdict"], answer.get("reason"), sorted(answer.get("row", ())),
            sorted(answer.get("near", ())), answer.get("source-node"),
            answer.get("destination-node"), answer.get("mode"), answer.get("reply-verdict"),
            answer.get("reply-reason"), sorted(answer.get("reply-near", ())))
