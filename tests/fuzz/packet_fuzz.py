# SPDX-License-Identifier: GPL-2.0-only
"""Packets that nobody would send, through the reference site of tests/net:

    scripts/vm --kernel uml -- /usr/bin/python3 tests/fuzz/packet_fuzz.py

Real packets are made wrong, in both families and from every side, the
appliance's own among them: cut at every octet, with options and extension
headers, in fragments that overlap or lack, with lengths that lie, from and to
impossible addresses, ICMP errors that cite anything, answers to what was never
asked.

Of what arrives, on every side, tests/model.py must permit each packet. The
counters account for all that was offered: what the hooks took away is what
they counted as dropped, and what passed is what the services counted.

A round is made from its seed alone; each is a test of its own (TAP). That of
seed 1 cuts. Without --seed, the seeds that once failed come first.
"""

import argparse
import collections
import itertools
import json
import os
import random
import socket
import struct
import sys
import time
from ipaddress import ip_address, ip_interface

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, os.pardir), os.path.join(HERE, os.pardir, "net")]

import examples                                                 # noqa: E402
import model                                                    # noqa: E402
import packets                                                  # noqa: E402
import sites                                                    # noqa: E402
import wire                                                     # noqa: E402
from model import ERROR, INVALID, LOCAL, NEW, REPLY, Connection, Packet  # noqa: E402
from netlib import Net, appliance, reference                    # noqa: E402
from netns import GATEWAY_MAC, SO_RCVBUFFORCE, mac_bytes        # noqa: E402
from topology import GATEWAYS                                   # noqa: E402

# Seeds that once failed, all under the document's rows alone. The appliance answers from an anycast
# address, and sends multicast from an edge address (9152).
KEPT = (9148, 9152, 9174, 9176)
ROUND = 1500            # packets
CHECKED = 250           # after so many
TAG = struct.Struct("!4sII")        # a number, and what it leaves of 2^32
MAGIC = b"\x1eDgE"
MARK = 1 << 31          # from here on, numbers of packets that only tell the time
DEVICES = {"inet": "wan0", "lan": "lan0", "edge1": "dmz0", "edge2": "dmz0"}
HOP_BY_HOP, ROUTING, FRAGMENT, NO_NEXT, OPTIONS, AH, ESP = 0, 43, 44, 59, 60, 51, 50


# Addresses that the box speaks from: a router also has the anycast address of each subnet.
OWN = [str(address) for some in GATEWAYS.values() for gateway in map(ip_interface, some)
       for address in (gateway.ip, gateway.network.network_address)
       if address == gateway.ip or address.version == 6]
# Of errors, "fragment reassembly time exceeded", by the version of IP.
LATE = {4: b"\x0b\x01", 6: b"\x03\x01"}


class Wrong(Exception):
    """A packet got through, or the counters do not add up."""


def tag_of(number):
    return TAG.pack(MAGIC, number, ~number & 0xffffffff)


# --- what arrived, read once more and not by the module's eyes

class Seen:
    """A packet from its IP header on."""

    def __init__(self, raw):
        self.raw = raw
        self.version = raw[0] >> 4
        self.fragment = None        # (key, offset, whether more follows)
        self.complete = True        # all headers could be read
        if self.version == 4:
            self.source, self.destination = ip_address(raw[12:16]), ip_address(raw[16:20])
            self.ttl, self.protocol = raw[8], raw[9]
            self.payload = raw[(raw[0] & 15) * 4:struct.unpack_from("!H", raw, 2)[0]]
            cut, = struct.unpack_from("!H", raw, 6)
            if cut & 0x3fff:
                self.fragment = ((self.source, self.destination, raw[4:6], self.protocol),
                                 (cut & 0x1fff) * 8, bool(cut & 0x2000))
        else:
            self.source, self.destination = ip_address(raw[8:24]), ip_address(raw[24:40])
            self.ttl, self.protocol = raw[7], raw[6]
            self.payload = raw[40:40 + struct.unpack_from("!H", raw, 4)[0]]
            self.skip_extensions()

    def skip_extensions(self):
        while self.protocol in (HOP_BY_HOP, ROUTING, FRAGMENT, OPTIONS, AH):
            if len(self.payload) < 8:
                self.complete = False
                return
            kind, size = self.protocol, (self.payload[1] + 1) * 8
            if kind == FRAGMENT:
                size = 8
                cut, = struct.unpack_from("!H", self.payload, 2)
                if cut & 0xfff9:
                    self.fragment = ((self.source, self.destination, self.payload[4:8]),
                                     cut & 0xfff8, bool(cut & 1))
            elif kind == AH:
                size = (self.payload[1] + 2) * 4
            self.protocol = self.payload[0]
            if len(self.payload) < size:
                self.complete = False
                return
            self.payload = self.payload[size:]
            if self.fragment and self.fragment[1]:
                return

    def number(self):
        """The number that it was sent with, None if that is gone."""
        if len(self.raw) >= TAG.size:
            magic, number, rest = TAG.unpack_from(self.raw, len(self.raw) - TAG.size)
            if magic == MAGIC and number == ~rest & 0xffffffff:
                return number
        return None

    def ports(self):
        if self.protocol in (6, 17) and len(self.payload) >= 4 and self.complete:
            return struct.unpack_from("!HH", self.payload)
        return None

    def is_icmp(self):
        return self.protocol == (1 if self.version == 4 else 58)

    def kind(self):
        """tcp, udp, echo, echo-reply, error, redirect, discovery or other."""
        if self.ports():
            return "tcp" if self.protocol == 6 else "udp"
        if not (self.is_icmp() and self.complete and len(self.payload) >= 8):
            return "other"
        kind = self.payload[0]
        if self.version == 4:
            return {8: "echo", 0: "echo-reply", 5: "redirect", 3: "error", 4: "error",
                    11: "error", 12: "error"}.get(kind, "other")
        if 133 <= kind <= 137 and self.ttl >= 254:
            return "discovery"
        if kind < 128:      # errors that nobody has defined yet are errors too
            return "error"
        return {128: "echo", 129: "echo-reply"}.get(kind, "other")

    def flow(self):
        """Protocol and both ends as they stand in it; None without ports."""
        if self.kind() in ("echo", "echo-reply"):
            ident = self.payload[4:6]
            return "echo", self.source, ident, self.destination, ident
        ports = self.ports()
        if not ports:
            return None
        return self.kind(), self.source, ports[0], self.destination, ports[1]


def turned(flow):
    protocol, source, sport, destination, dport = flow
    return protocol, destination, dport, source, sport


def answers(seen):
    """Whether this is the error of a packet's destination to its source."""
    if seen.kind() != "error":
        return False
    try:
        cited = Seen(seen.payload[8:])
    except (IndexError, struct.error, ValueError):
        return False
    return (cited.source, cited.destination) == (seen.destination, seen.source)


class Judge:
    """Whether a packet that arrived may have: by the model, and by what was
    offered so far."""

    def __init__(self, site):
        self.site = site
        self.offered = collections.defaultdict(set)     # flow -> arrivals
        self.first_fragments = {}                       # key -> permitted

    def offer(self, raw, arrival):
        try:
            flow = Seen(raw).flow()
        except (IndexError, struct.error, ValueError):
            return
        if flow:
            self.offered[flow].add(arrival)

    def accepts(self, packet):
        return model.judge(self.site, packet).verdict != model.DROP

    def begun(self, flow):
        """Whether a packet that may begin this connection was offered."""
        protocol, source, sport, destination, dport = flow
        if protocol == "echo":
            sport = dport = None
        return any(self.accepts(Packet(arrival, protocol, source, destination, sport, dport))
                   for arrival in self.offered.get(flow, ()))

    def permits(self, seen, arrivals):
        if any(self.accepts(Packet(arrival, "other", seen.source, seen.destination,
                                   state=INVALID)) for arrival in arrivals):
            return True         # it is not governed, whatever it is
        if seen.fragment:
            key, offset, _ = seen.fragment
            if offset:
                # What comes behind goes the way of the first one.
                return self.first_fragments.get(key, False)
            self.first_fragments[key] = self.permits_whole(seen, arrivals)
            return self.first_fragments[key]
        return self.permits_whole(seen, arrivals)

    def permits_whole(self, seen, arrivals):
        return any(self.permits_from(seen, arrival) for arrival in arrivals)

    def permits_from(self, seen, arrival):
        kind, source, destination = seen.kind(), seen.source, seen.destination
        if kind == "discovery":
            # What arrives was forwarded, unless the appliance itself sent it.
            return self.accepts(Packet(
                arrival, "other", source, destination, state=model.UNTRACKED,
                is_neighbour_discovery=True, is_on_link=arrival is LOCAL))
        if kind in ("error", "redirect"):
            return self.permits_error(seen, kind, arrival)
        flow = seen.flow()
        if not flow:
            return False
        sport, dport = seen.ports() or (None, None)
        if kind != "echo-reply" and self.accepts(
                Packet(arrival, kind, source, destination, sport, dport, NEW)):
            return True
        return kind != "echo" and self.begun(turned(flow)) and self.accepts(
            Packet(arrival, kind, source, destination, sport, dport, REPLY))

    def permits_error(self, seen, kind, arrival):
        """An error about a connection that there may be."""
        if seen.payload[:2] == LATE[seen.version]:
            return True         # it may be about a fragment of the round before
        try:
            flow = Seen(seen.payload[8:]).flow()
        except (IndexError, struct.error, ValueError):
            return False
        if not flow:
            return False
        for first, is_reply in ((flow, True), (turned(flow), False)):
            protocol, source, sport, destination, dport = first
            if protocol == "echo":
                sport = dport = None
            if self.begun(first) and self.accepts(Packet(
                    arrival, kind, seen.source, seen.destination, state=ERROR,
                    original=Connection(protocol, source, destination, sport, dport),
                    error_is_reply=is_reply)):
                return True
        return False


# --- what is sent

def finish_ipv4(frame, length=None):
    """Right length and checksum for an IPv4 packet."""
    frame = bytearray(frame)
    size = min((frame[0] & 15) * 4, len(frame))
    if len(frame) < 20:
        return bytes(frame)
    struct.pack_into("!H", frame, 2, len(frame) if length is None else length & 0xffff)
    frame[10:12] = b"\0\0"
    struct.pack_into("!H", frame, 10, packets.checksum(bytes(frame[:size])))
    return bytes(frame)


def finish(frame, length=None):
    if not frame:
        return frame
    if frame[0] >> 4 == 4:
        return finish_ipv4(frame, length)
    if len(frame) < 40:
        return bytes(frame)
    frame = bytearray(frame)
    struct.pack_into("!H", frame, 4, len(frame) - 40 if length is None else length & 0xffff)
    return bytes(frame)


class Maker:
    """Random packets around what the policy knows."""

    def __init__(self, rng, site):
        self.rng = rng
        self.site = site
        self.source = sites.Connections(rng, site, ("wan0", "lan0", "dmz0"))
        self.sent = collections.deque(maxlen=200)   # (arrival, flow's packet)
        self.number = 0

    def tag(self):
        return tag_of(self.number)

    def plain(self):
        """(arrival, packet of the model, frame)."""
        rng = self.rng
        packet = self.source.packet()
        if self.sent and rng.random() < 0.25:
            before = rng.choice(self.sent)
            packet = Packet(self.source.arrival(), before.protocol, before.destination,
                            before.source, before.dport, before.sport)
        self.sent.append(packet)
        return packet.arrival, packet, self.frame(packet)

    def frame(self, packet, payload=None, **more):
        rng = self.rng
        source, destination = str(packet.source), str(packet.destination)
        data = bytes(rng.randrange(24)) + self.tag() if payload is None else payload
        if packet.protocol == "tcp":
            return packets.tcp(source, destination, packet.sport, packet.dport,
                               rng.choice(("S", "S", "S", "SA", "A", "R", "F", "", "SF", "FPU")),
                               payload=data, **more)
        if packet.protocol == "udp":
            return packets.udp(source, destination, packet.sport, packet.dport, data,
                               rng.random() < 0.9, **more)
        reply = rng.random() < 0.3
        kind = (129 if reply else 128) if packet.source.version == 6 else (0 if reply else 8)
        return packets.icmp(source, destination, kind, rng.choice((0, 0, 0, 1)),
                            packets.echo_body(rng.randrange(9), 1, data), **more)

    def spoilt(self):
        """(arrival, frames)."""
        self.number += 1
        arrival, packet, frame = self.plain()
        how = self.rng.choice((self.same, self.cut, self.lengths, self.options, self.extensions,
                               self.fragments, self.addresses, self.header, self.transport,
                               self.error, self.flips, self.other))
        frames = how(packet, frame)
        return arrival, [f for f in frames if f]

    def same(self, _, frame):
        return [frame]

    def cut(self, _, frame):
        frame = frame[:self.rng.randrange(1, len(frame) + 1)]
        return [finish(frame) if self.rng.random() < 0.7 else frame]

    def lengths(self, _, frame):
        rng = self.rng
        return [finish(frame, rng.choice((0, 1, 8, 19, 20, 21, 28, 39, 40, len(frame) - 1,
                                          len(frame) + 1, len(frame) - 41, 0xffff,
                                          rng.randrange(1 << 16))))]

    def options(self, packet, frame):
        """IPv4 options; destination options of IPv6."""
        rng = self.rng
        if packet.source.version == 6:
            return self.extensions(packet, frame)
        some = b"".join(rng.choice((
            b"\1", b"\0", b"\x07\x07\x04\0\0\0\0", b"\x44\x0c\x05\0" + bytes(8),
            b"\x83\x07\x04" + rng.randbytes(4), b"\x89\x07\x04" + rng.randbytes(4),
            b"\x94\x04\0\0", rng.randbytes(2), b"\x82\x00", b"\x07\xff"))
            for _ in range(rng.randrange(1, 6)))[:40]
        some += bytes(-len(some) % 4)
        return [finish(bytes([0x45 + len(some) // 4]) + frame[1:20] + some + frame[20:])]

    def extensions(self, packet, frame):
        rng = self.rng
        if packet.source.version == 4:
            return self.options(packet, frame)
        kind, rest = frame[6], frame[40:]
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            extension = rng.choice((HOP_BY_HOP, OPTIONS, OPTIONS, ROUTING, FRAGMENT, AH,
                                    NO_NEXT, ESP, 135, 139))
            if extension == FRAGMENT:
                made = struct.pack("!BBHI", kind, 0, rng.choice((0, 0, 0, 1, 8, 6)), 7)
            elif extension == AH:
                made = struct.pack("!BBHII", kind, rng.choice((1, 1, 0, 4, 255)), 0, 1, 1)
            elif extension == ROUTING:
                made = bytes((kind, 2, rng.choice((0, 2, 3, 4)), rng.choice((0, 1, 255)))) + \
                    bytes(4) + rng.choice(list(self.site.holders)).packed[:16].ljust(16, b"\0")
            else:
                made = bytes((kind, rng.choice((0, 0, 0, 1, 255)))) + rng.choice((
                    b"\1\4" + bytes(4), bytes(6), b"\xc2\4\0\1\0\0", rng.randbytes(6)))
            kind, rest = extension, made + rest
        return [finish(frame[:6] + bytes([kind]) + frame[7:40] + rest)]

    def fragments(self, packet, _):
        rng = self.rng
        payload = bytes(rng.choice((16, 60, 400, 1300))) + self.tag()
        whole = self.frame(packet, payload)
        cuts = packets.fragments(whole, rng.choice((8, 16, 24, 64, 512)),
                                 rng.choice((None, 77)))[:40]
        change = rng.randrange(6)
        if change == 1:
            rng.shuffle(cuts)
        elif change == 2:
            cuts.pop(rng.randrange(len(cuts)))
        elif change == 3:
            cuts.insert(rng.randrange(len(cuts) + 1), rng.choice(cuts))
        elif change == 4:           # one that overlaps
            at = rng.randrange(len(cuts))
            other = bytearray(cuts[at])
            place = 6 if packet.source.version == 4 else 42
            moved, = struct.unpack_from("!H", other, place)
            struct.pack_into("!H", other, place, (moved + rng.choice((1, 8, 9, 0x2000))) & 0xffff)
            cuts.insert(at, finish(bytes(other)))
        elif change == 5:
            cuts = [cuts[rng.randrange(len(cuts))]]
        return cuts

    def addresses(self, packet, _):
        """Impossible ones, on either side."""
        rng = self.rng
        odd = sites.of_family(sites.ODD_ADDRESSES + list(self.site.holders), packet.source.version)
        source, destination = packet.source, packet.destination
        if rng.random() < 0.6:
            source = rng.choice(odd)
        if rng.random() < 0.6:
            destination = rng.choice(odd)
        return [self.frame(Packet(packet.arrival, packet.protocol, source, destination,
                                  packet.sport, packet.dport))]

    def header(self, packet, frame):
        """Fields of the IP header."""
        rng = self.rng
        frame = bytearray(frame)
        if packet.source.version == 4:
            kind = rng.randrange(5)
            if kind == 0:
                frame[0] = rng.choice((0x40, 0x44, 0x46, 0x4f, 0x55, 0x65, 0x05))
            elif kind == 1:
                frame[8] = rng.choice((0, 1, 2, 255))
            elif kind == 2:
                struct.pack_into("!H", frame, 6, rng.choice((0x8000, 0x4000, 0x6000, 0x2000,
                                                             1, 0x1fff, 0x3fff)))
            elif kind == 3:
                frame[9] = rng.randrange(256)
            else:
                frame[1] = rng.randrange(256)
            return [finish(bytes(frame)) if rng.random() < 0.9 else bytes(frame)]
        kind = rng.randrange(3)
        if kind == 0:
            frame[0] = rng.choice((0x40, 0x45, 0x50, 0x6f, 0x70))
        elif kind == 1:
            frame[7] = rng.choice((0, 1, 2, 255))
        else:
            frame[6] = rng.randrange(256)
        return [bytes(frame)]

    def transport(self, packet, frame):
        """Fields of the header behind, with a right checksum or not."""
        rng = self.rng
        size = 20 if packet.source.version == 4 else 40
        segment = bytearray(frame[size:])
        for _ in range(rng.choice((1, 1, 2, 5))):
            segment[rng.randrange(min(20, len(segment)))] = rng.randrange(256)
        at = {6: 16, 17: 6, 1: 2, 58: 2}.get(frame[9 if size == 20 else 6])
        if at and rng.random() < 0.8:
            struct.pack_into("!H", segment, at, 0)
            segment = packets.transport(str(packet.source), str(packet.destination),
                                        frame[9 if size == 20 else 6], bytes(segment), at)
        return [frame[:size] + bytes(segment)]

    def error(self, packet, frame):
        """An ICMP error that cites something, cut somewhere."""
        rng = self.rng
        cited = frame
        if self.sent and rng.random() < 0.7:
            before = rng.choice(self.sent)
            if before.source.version == packet.source.version:
                cited = self.frame(before)
        cited = packets.cited(cited)[:rng.choice((4, 8, 24, 32, 44, 48, 52, 400,
                                                  rng.randrange(4, 90)))]
        if packet.source.version == 4:
            kind, code = rng.choice(((3, 1), (3, 3), (3, 4), (4, 0), (5, 1), (11, 0), (12, 0),
                                     (3, 200), (13, 0)))
        else:
            kind, code = rng.choice(((1, 0), (1, 4), (2, 0), (3, 0), (4, 1), (137, 0), (135, 0),
                                     (136, 0), (133, 0), (143, 0), (127, 0)))
        return [packets.icmp(str(packet.source), str(packet.destination), kind, code,
                             cited + self.tag(), ttl=rng.choice((64, 64, 255)))]

    def flips(self, _, frame):
        rng = self.rng
        frame = bytearray(frame)
        for _ in range(rng.choice((1, 2, 4, 16))):
            frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
        return [finish(bytes(frame)) if rng.random() < 0.5 else bytes(frame)]

    def other(self, packet, _):
        return [packets.ip(str(packet.source), str(packet.destination),
                           self.rng.choice((0, 1, 2, 4, 6, 17, 33, 41, 47, 50, 51, 58, 89, 132,
                                            136, 253, 255)),
                           self.rng.randbytes(self.rng.randrange(40)) + self.tag())]


# --- sending and looking

# The box's own packets are marked when they are counted: of a multicast one a copy comes
# back to prerouting, which is not governed.
RULES = """
table inet fuzz {
    set edge4 { type ipv4_addr; elements = { %(edge4)s } }
    set edge6 { type ipv6_addr; elements = { %(edge6)s } }
    counter offered { }
    counter passed { }
    counter copies { }
    counter copies_passed { }
    counter least { }
    counter most { }
    chain count_end {
        ip version 4 meta l4proto { tcp, udp } counter name least counter name most
        ip6 version 6 counter name most
        ip6 nexthdr { tcp, udp } counter name least
    }
    chain count_passed {
        counter name passed
        iifname lo return
        oifname lo return
        meta mark 1 return
        ip saddr @edge4 jump count_end
        ip daddr @edge4 jump count_end
        ip6 saddr @edge6 jump count_end
        ip6 daddr @edge6 jump count_end
    }
    chain in_before {
        type filter hook prerouting priority -206;
        counter name offered;
        iifname != lo meta mark 1 counter name copies;
    }
    chain in_behind {
        type filter hook prerouting priority -90;
        iifname != lo meta mark 1 counter name copies_passed;
        jump count_passed;
    }
    chain out_before { type filter hook output priority -206; counter name offered; }
    chain out_behind { type filter hook output priority -90; jump count_passed; meta mark set 1; }
}
"""


class Bench:
    """The reference site, with a sniffer on every side and what injects."""

    def __init__(self):
        self.net = Net(appliance())
        self.box = self.net.box
        self.places = {name: self.net.spaces[name] for name in DEVICES}
        self.senders, self.taps = {}, {}
        for name, ns in self.places.items():
            ns.nft("table inet muted { chain c { type filter hook prerouting "
                   "priority -400; policy drop; }; }")
            with ns.entered():
                index = socket.if_nametoindex("eth0")
                self.senders[name] = (
                    socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0), index)
                tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
                tap.setblocking(False)
                tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
                tap.bind(("eth0", 3))
                self.taps[name] = tap
        self.local = {
            4: self.box.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
            6: self.box.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
        edges = {f"edge{family}": ", ".join(
            address for services in reference().nodes.values()
            for addresses in services.values() for address in addresses
            if packets.family_of(address) == family) for family in (4, 6)}
        self.box.nft(RULES % edges)
        # Who is not there is known not to be at once, and not in the next round.
        for device in sorted(set(DEVICES.values())):
            for family in "ipv4", "ipv6":
                self.box.sysctl(f"{family}/neigh/{device}/mcast_solicit", 0)
        self.marks = 0

    def send(self, place, frame):
        if place is LOCAL:
            try:
                seen = Seen(frame)
                self.local[seen.version].sendto(frame, (str(seen.destination), 0))
            except (OSError, IndexError, struct.error, ValueError, KeyError):
                pass        # refused, or not even the socket takes it
            return
        sender, index = self.senders[place]
        protocol = 0x86dd if frame[0] >> 4 == 6 else 0x0800
        try:
            sender.sendto(frame, ("eth0", protocol, 0, 0, mac_bytes(GATEWAY_MAC)))
        except OSError:
            pass            # too long for the device

    def drain(self):
        """(place, octets) of what came in since the last time."""
        for place, tap in self.taps.items():
            while True:
                try:
                    raw, address = tap.recvfrom(65600)
                except BlockingIOError:
                    break
                if address[2] != socket.PACKET_OUTGOING and address[1] in (0x0800, 0x86dd) and raw:
                    yield place, raw
            lost = struct.unpack("II", tap.getsockopt(263, 6, 8))[1]
            if lost:
                raise Wrong(f"the sniffer of {place} lost {lost} packets")

    def settle(self):
        """All that was sent has gone its way; returns what arrived."""
        self.marks += 1
        mark = tag_of(MARK + self.marks)
        for source, target in (("inet", "lan"), ("lan", "inet"), ("lan", "edge1"),
                               ("lan", "edge2")):
            ends = [self.net.at(f"{name}.marker", 4).address for name in (source, target)]
            self.send(source, packets.udp(*ends, 9, 9, mark))
        waiting, found = {"lan", "inet", "edge1", "edge2"}, []
        end = time.monotonic() + 60
        while waiting:
            if time.monotonic() > end:
                raise Wrong(f"the kernel forwards nothing any more to {waiting}")
            for place, raw in self.drain():
                if raw.endswith(mark):
                    waiting.discard(place)
                elif Seen(raw).number() is None or Seen(raw).number() < MARK:
                    found.append((place, raw))
        return found

    def listed(self):
        listed = json.loads(self.box.run("nft", "-j", "list", "counters").stdout)["nftables"]
        return {entry["counter"]["name"]: entry["counter"]["packets"]
                for entry in listed if "counter" in entry}

    def counts(self):
        """What was offered and what passed, by nft, by nf_edge and by conntrack.
        The box may speak at any time: until nothing moved in between."""
        while True:
            found = self.listed()
            found.update(self.counted())
            if self.listed().items() <= found.items():
                return found

    def counted(self):
        counters = self.net._wire.counters()        # pylint: disable=protected-access
        return {"dropped": sum(d["packets"] for d in counters.drops.values()),
                "services": sum(s["packets_to_edge"] + s["packets_from_edge"]
                                for s in counters.services.values()),
                "conntrack": self.box.conntrack_counts()["drop"]}

    def close(self):
        for one in (*self.taps.values(), *self.local.values(),
                    *(sender for sender, _ in self.senders.values())):
            one.close()
        self.net.close()


def config_of(rng, is_beyond):
    """The reference site with something else switched, bound or pinged; beyond the
    document's table too."""
    peers = {}
    if rng.random() < 0.5:
        peers = {"pic-partners": ["198.51.100.0/24", "2001:db8:51::/48"],
                 "dns": ["203.0.113.0/25"], "internal-networks": rng.choice((
                     ["192.168.10.0/24", "2001:db8:10::/64"], None))}
    profile = rng.choice(model.PROFILE_NAMES) if is_beyond else model.DEFAULT
    peers = {name: prefixes for name, prefixes in peers.items()
             if name in model.sets_of(profile)}
    config = reference(
        zones=list(sites.random_subset(rng, model.zones_of(profile), 0.8)),
        features=list(sites.random_subset(rng, model.features_of(profile), 0.8)),
        ping=list(sites.random_subset(rng, ("external", "internal"), 0.5)),
        expose_cls_ports=rng.random() < 0.3, peers=peers)
    return beyond(rng, config, profile) if is_beyond else config


OWN_ROWS = {
    "rdp": {"service": "internal", "in": ["tcp/3389", "udp/3389"], "peers": ["frontend"]},
    "ntp": {"service": "internal", "out": ["udp/123"], "peers": ["internal-networks"]},
    "update": {"service": "access", "out": ["tcp/443", "tcp/80-81"], "peers": ["any"]},
    "probe": {"service": "av", "in": ["tcp/443", "udp/3478", "tcp/50000-50010"],
              "peers": ["outside"], "nodes": ["edge1"]},
    "open": {"service": "webconf", "in": ["udp/443", "tcp/1-1000"], "peers": ["any"],
             "exposed": "true"}}
OUTSIDE = ["198.51.100.0/28", "2001:db8:51::/48"]
MOVED = {"access-client": (5061, 50001, 8443), "turn-tcp": (444, 50002), "turn-udp": (3479,),
         "webconf-client": (444, 8443), "internal-sip": (5062,)}


def beyond(rng, config, profile):
    """The configuration with a profile and something of the site's own."""
    rows = {name: keys for name, keys in OWN_ROWS.items() if rng.random() < 0.5}
    ids = [row.id for row in model.PROFILES[profile]] + [f"site/{name}" for name in rows]
    return config.but(
        profile=profile, zones=[*config.zones, *rng.choice(((), ("site",), ("site",)))],
        rows=rows, peers={"outside": OUTSIDE} if "probe" in rows else {},
        ports={key: rng.choice(ports) for key, ports in MOVED.items() if rng.random() < 0.3},
        rows_off=[row for row in ids if rng.random() < 0.05],
        ping_peers=rng.choice((None, [], ["frontend"], ["internal-networks"])))


class Round:
    """One seed: a policy, and the packets that are sent under it."""

    def __init__(self, seed, bench, tally, every):
        self.rng = random.Random(seed)
        self.every = every
        self.bench = bench
        self.tally = tally
        self.config = config_of(self.rng, seed not in KEPT and seed % 4 != 0)
        self.site = examples.read_site(str(self.config))
        self.maker = Maker(self.rng, self.site)
        self.judge = Judge(self.site)
        self.sent = {}          # number -> arrival
        self.before = None
        self.last = None

    def start(self):
        self.bench.settle()
        self.bench.net.edgectl.load(self.config)
        # What was begun under another policy is forgotten.
        self.bench.box.run("conntrack", "-F")
        self.before = self.bench.counts()

    def put(self, arrival, frames):
        place = LOCAL
        if arrival is not LOCAL:
            place = self.rng.choice([p for p, device in DEVICES.items() if device == arrival])
        self.sent[self.maker.number] = arrival
        self.last = f"from {arrival if arrival is not LOCAL else 'the box'}: " + \
            " ".join(frame.hex() for frame in frames)
        for frame in frames:
            if arrival is LOCAL:
                # The kernel makes lengths and sums right, or believes them.
                frame = finish(frame)
            self.judge.offer(frame, arrival)
            self.bench.send(place, frame)
            self.tally["sent"] += 1

    def arrived(self, found):
        for place, raw in found:
            self.tally["arrived"] += 1
            try:
                seen = Seen(raw)
            except (IndexError, struct.error) as error:
                raise Wrong(f"at {place} arrived {raw.hex()}: {error}") from None
            number = seen.number()
            arrivals = [self.sent[number]] if number in self.sent else \
                ["wan0", "lan0", "dmz0", LOCAL]
            # A host beyond answers a header that it cannot read, and cites the number.
            if answers(seen):
                arrivals = ["wan0", "lan0", "dmz0"] + arrivals
            # The box speaks for itself too, and repeats what it was sent.
            if str(seen.source) in OWN and LOCAL not in arrivals:
                arrivals.append(LOCAL)
            if not self.judge.permits(seen, arrivals):
                raise Wrong(f"at {place} arrived what is not permitted: {seen.kind()} "
                            f"{seen.source} -> {seen.destination} {seen.ports()} from {arrivals}: "
                            f"{raw.hex()}")
            if self.site.is_edge(seen.source) or self.site.is_edge(seen.destination):
                self.tally["governed"] += 1

    def count(self):
        now = self.bench.counts()
        moved = {name: now[name] - self.before[name] for name in now}
        self.before = now
        taken = moved["offered"] - moved["passed"]
        if taken != moved["dropped"] + moved["conntrack"]:
            raise Wrong(f"{taken} packets were taken away: {moved}")
        if moved["copies"] != moved["copies_passed"]:
            raise Wrong(f"a looped-back copy was taken away: {moved}")
        # nft does not find what is behind every header of IPv6.
        if not moved["least"] <= moved["services"] <= moved["most"]:
            raise Wrong(f"what passed is not what was counted: {moved}")
        self.tally["dropped"] += moved["dropped"]
        self.tally["offered"] += moved["offered"]
        self.tally["counted"] += moved["services"]

    def check(self):
        self.arrived(self.bench.settle())
        self.count()

    def run(self):
        self.start()
        for count in range(1, ROUND + 1):
            self.put(*self.maker.spoilt())
            if count % self.every == 0:
                self.check()

    def run_cuts(self):
        """Packets of every protocol and way, cut at every octet."""
        self.start()
        for family in 4, 6:
            av, client = (ip_address(self.bench.net.at(name, family).address)
                          for name in ("edge1.av", "client"))
            for source, destination, arrival in ((client, av, "wan0"), (av, client, "dmz0"),
                                                 (client, av, LOCAL)):
                for protocol, port in (("tcp", 443), ("udp", 3478), ("udp", 3389),
                                       ("echo", None)):
                    self.cut(Packet(arrival, protocol, source, destination, 40000, port))
                self.check()

    def cut(self, packet):
        whole = self.maker.frame(packet, b"")
        extended = whole
        if packet.source.version == 6:
            extended = finish(whole[:6] + bytes([OPTIONS]) + whole[7:40] +
                              bytes((whole[6], 0, 1, 4, 0, 0, 0, 0)) + whole[40:])
        error = packets.icmp(str(packet.source), str(packet.destination),
                             1 if packet.source.version == 6 else 3, body=packets.cited(whole))
        for frame in whole, extended, error:
            for length in range(1, len(frame) + 1):
                self.maker.number += 1
                self.put(packet.arrival, [frame[:length], finish(frame[:length])])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, help="of the first round")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, help="as many rounds as fit")
    parser.add_argument("--every", type=int, default=CHECKED, metavar="N",
                        help="look after each N packets; 1 finds the one that is at fault")
    options = parser.parse_args()

    # Packets keep their order on one processor.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if not wire.module_is_loaded():
        wire.load_module()
    for name in "netfilter/nf_conntrack_max", "core/netdev_max_backlog":
        with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
            file.write(str(1 << 20))
    tally = collections.Counter()
    end = options.seconds and time.monotonic() + options.seconds
    bench = Bench()
    count = failed = 0
    began = time.monotonic()
    seeds = itertools.chain(KEPT, itertools.count(1)) if options.seed is None else \
        itertools.count(options.seed)
    for seed in seeds if end else itertools.islice(seeds, options.rounds):
        if end and time.monotonic() > end:
            break
        one = Round(seed, bench, tally, options.every)
        name = "packets cut at every octet" if seed == 1 else f"packets of seed {seed}"
        run = one.run_cuts if seed == 1 else one.run
        count += 1
        try:
            run()
            print(f"ok {count} - {name}", flush=True)
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            print(f"not ok {count} - {name}")
            print(f"# {type(error).__name__}: {error}\n# the last was {one.last}\n# {one.site}",
                  flush=True)
    bench.close()
    print(f"1..{count}")
    print(f"# {tally['sent']} packets sent in {time.monotonic() - began:.0f} s: {tally['offered']} "
          f"got to the hooks, {tally['dropped']} were dropped, {tally['counted']} counted as "
          f"permitted; {tally['arrived']} arrived, {tally['governed']} of them governed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
