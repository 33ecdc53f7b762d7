# SPDX-License-Identifier: GPL-2.0-only
"""What random connections send: packets as bytes, and as the model sees them.

A flow is a connection and what follows it: replies, repetitions, errors about
it, answers to what was refused. What connection tracking makes of each packet
is known from the model's verdicts, so a script is complete before anything is
sent.
"""

import dataclasses
import struct
from dataclasses import dataclass
from functools import lru_cache

import model
import packets
import sites
from model import (DROP, ERROR, FIRST, INVALID, LOCAL, NEW, REPLY, UNTRACKED,
                   Connection, Packet)

TAG = struct.Struct("!4sI")
MAGIC = b"\x1eDgE"
UNTRACKED_TTL = 77      # the appliance marks packets of this TTL untracked
NAT_TTL = 100           # and translates those of this and the next few
ECHO_CODES = (0, 0, 1, 255)
OTHER_PROTOCOLS = (50, 89, 103, 253)

CLIENT_SEQ, SERVER_SEQ = 1000, 5000


@dataclass(frozen=True)
class Translation:
    """A NAT rule of the appliance, for the connections whose first packet has
    this TTL."""
    ttl: int
    is_source: bool
    address: object
    port: int = None

    def rule(self):
        """In the words of nft, for the chain of its hook."""
        family, ttl = ("ip6", "ip6 hoplimit") if self.address.version == 6 else ("ip", "ip ttl")
        if self.is_source:      # the last hook sees a TTL that was counted down
            return f"{ttl} {self.ttl - 1} snat {family} to {self.address}"
        if self.port is None:
            return f"{ttl} {self.ttl} dnat {family} to {self.address}"
        end = f"[{self.address}]" if self.address.version == 6 else self.address
        return (f"{ttl} {self.ttl} meta l4proto {{ tcp, udp }} "
                f"dnat {family} to {end}:{self.port}")

    def of(self, packet):
        """The packet as it leaves the appliance."""
        if self.is_source:
            return dataclasses.replace(packet, source=self.address)
        port = packet.dport if self.port is None else self.port
        return dataclasses.replace(packet, destination=self.address, dport=port)


def random_translations(rng, site):
    """Rules that lead to and from edge addresses and others."""
    edge = list(site.holders)
    others = sites.OUTSIDERS + sites.INSIDERS
    return [Translation(NAT_TTL + number, is_source=rng.random() < 0.4,
                        address=rng.choice(edge if rng.random() < 0.6 else others),
                        port=rng.choice((None, None, *sites.PORTS)))
            for number in range(12)]


@dataclass(frozen=True)
class Event:
    """A packet, when it was sent and what must become of it."""
    flow: int
    phase: int
    number: int
    frames: tuple       # from the IP header on; several when it is fragmented
    packet: Packet
    length: int         # that the hook is given
    verdict: model.Verdict
    is_confirmed: bool
    reaches_hook: bool
    arrives: bool       # at the far side; None: the IP stack may have its way

    def __str__(self):
        packet = self.packet
        arrival = "the local host" if packet.arrival is LOCAL else packet.arrival

        def end(address, port):
            return f"{address}" if port is None else f"{address} port {port}"
        return (f"phase {self.phase}: {packet.protocol} ({packet.state}) from {arrival}: "
                f"{end(packet.source, packet.sport)} -> "
                f"{end(packet.destination, packet.dport)}, {self.length} octets"
                + (f", of {packet.original}" if packet.original else ""))


@lru_cache(maxsize=None)
def text(address):
    return str(address)


def stack_drops(packet):
    """The IPv6 layer stops these before any hook."""
    source, destination = packet.source, packet.destination
    if packet.arrival is LOCAL or source.version == 4:
        return False
    return source.is_multicast or source.is_loopback or destination.is_loopback


def is_ordinary(address):
    return not (address.is_multicast or model.is_unusable_source(address))


class Script:
    """Builds the events of one site and of what it changes to."""

    def __init__(self, rng, phases, translations):
        self.rng = rng
        self.phases = phases
        self.translations = translations
        self.events = []
        self.used = set()
        self.open = []          # flows with an entry in connection tracking
        self.flow = 0
        self.phase = 0

    # --- bytes

    def filler(self, number):
        return bytes(self.rng.randrange(40)) + TAG.pack(MAGIC, number)

    def segment(self, packet, number, flags="S", is_server=False, **ip):
        """An ordinary packet of the connection."""
        source, destination = text(packet.source), text(packet.destination)
        data = self.filler(number)
        if packet.protocol == "tcp":
            seq, ack = ((SERVER_SEQ, CLIENT_SEQ) if is_server else
                        (CLIENT_SEQ, SERVER_SEQ))
            return packets.tcp(source, destination, packet.sport, packet.dport,
                               flags=flags, seq=seq + (0 if "S" in flags else 1),
                               ack=ack + 1 if "A" in flags else 0, payload=data, **ip)
        if packet.protocol == "udp":
            return packets.udp(source, destination, packet.sport, packet.dport, data, **ip)
        kind = {"echo": (8, 128), "echo-reply": (0, 129)}[packet.protocol]
        # Any code makes an echo request; its replies have the same.
        return packets.icmp(source, destination, kind[packet.source.version == 6],
                            ECHO_CODES[self.flow % len(ECHO_CODES)],
                            body=packets.echo_body(self.flow & 0xffff, 1, data), **ip)

    # --- events

    def add(self, packet, frames, is_confirmed=False, length=None, is_tagged=True,
            nat_drops=False):
        """Judge a packet and note what must become of it. Returns whether it
        goes on from the deciding hook. nat_drops: NAT takes it away before that."""
        site = self.phases[self.phase]
        frames = frames if isinstance(frames, (tuple, list)) else (frames,)
        verdict = model.judge(site, packet)
        is_dropped_first = (verdict.reason == "spoofed" and site.mode == "enforce" and
                            packet.arrival is not LOCAL)
        reaches = not stack_drops(packet) and (is_dropped_first or not nat_drops)
        goes_on = reaches and (verdict.verdict != DROP or site.mode == "audit")
        if not goes_on:
            arrives = False
        elif is_tagged and is_ordinary(packet.source) and is_ordinary(packet.destination):
            arrives = True
        else:
            arrives = None
        self.events.append(Event(self.flow, self.phase, len(self.events), tuple(frames),
                                 packet, length or len(frames[0]), verdict, is_confirmed,
                                 reaches, arrives))
        return goes_on

    def next_number(self):
        return len(self.events)

    def is_new(self, protocol, source, sport, destination, dport):
        """Reserve a tuple, which no other connection may have."""
        keys = {(protocol, source, sport, destination, dport),
                (protocol, destination, dport, source, sport)}
        if keys & self.used:
            return False
        self.used |= keys
        return True

    def tuple_of(self, packet):
        if packet.protocol == "echo":
            return "echo", packet.source, self.flow, packet.destination, self.flow
        return (packet.protocol, packet.source, packet.sport, packet.destination,
                packet.dport)

    def start(self, packet, connections):
        """Send the first packet of a connection in some shape, and more."""
        if packet.arrival is LOCAL and not (
                is_ordinary(packet.source) and is_ordinary(packet.destination)):
            # The local host's own stack has ideas about these.
            return False
        if (packet.source, packet.sport) == (packet.destination, packet.dport):
            return False
        self.flow += 1
        if not self.is_new(*self.tuple_of(packet)):
            return False
        shapes = {"plain": 80, "untracked": 3, "invalid": 7, "other": 2}
        if packet.protocol == "tcp":
            shapes["midstream"] = 3
        if packet.protocol == "udp" and packet.arrival is not LOCAL:
            shapes["fragmented"] = 2
        if packet.source.version == 6:
            shapes["extended"] = 3
            shapes["discovery"] = 2
        if (packet.arrival is not LOCAL and is_ordinary(packet.source) and
                is_ordinary(packet.destination)):
            shapes["translated"] = 6
        shape = self.rng.choices(list(shapes), list(shapes.values()))[0]
        getattr(self, "start_" + shape)(packet, connections)
        return True

    def start_plain(self, packet, connections):
        number = self.next_number()
        goes_on = self.add(packet, self.segment(packet, number))
        self.follow(packet, goes_on, connections, is_syn=True)

    def start_translated(self, packet, connections):
        """A connection that the appliance's NAT changes, whether the initiator wrote
        an edge address or NAT does."""
        if self.rng.random() < 0.4:
            others = {version: [a for a in sites.OUTSIDERS + sites.INSIDERS
                                if a.version == version] for version in (4, 6)}
            plain = dataclasses.replace(packet, **{
                end: self.rng.choice(others[packet.source.version])
                for end in ("source", "destination")})
            if plain.source != plain.destination and self.is_new(*self.tuple_of(plain)):
                packet = plain
        rule = self.rng.choice([rule for rule in self.translations
                                if rule.address.version == packet.source.version and
                                not (rule.port and packet.protocol == "echo")] or [None])
        forward = rule and rule.of(packet)
        if forward in (None, packet) or not self.is_new(*self.tuple_of(forward)):
            self.start_plain(packet, connections)
            return
        packet = dataclasses.replace(packet, translated=original_of(forward))
        number = self.next_number()
        goes_on = self.add(packet, self.segment(packet, number, ttl=rule.ttl))
        self.follow(packet, goes_on, connections, is_syn=True, forward=forward)

    def start_midstream(self, packet, connections):
        """A TCP connection that was there before; its first packet seen makes it."""
        number = self.next_number()
        goes_on = self.add(packet, self.segment(packet, number, flags="A"))
        self.follow(packet, goes_on, connections, is_syn=False)

    def start_extended(self, packet, connections):
        number = self.next_number()
        plain = self.segment(packet, number)
        options = bytes((plain[6], 0, 1, 4, 0, 0, 0, 0))
        frame = packets.ip(text(packet.source), text(packet.destination), 60,
                           options + plain[40:])
        self.add(packet, frame)

    def start_fragmented(self, packet, connections):
        number = self.next_number()
        data = bytes(self.rng.randrange(600, 2000)) + TAG.pack(MAGIC, number)
        whole = packets.udp(text(packet.source), text(packet.destination),
                            packet.sport, packet.dport, data)
        frames = packets.fragments(whole, 800, ident=self.flow & 0xffff)
        # The tag may be cut in two.
        self.add(packet, frames, length=len(whole), is_tagged=False)

    def start_untracked(self, packet, connections):
        number = self.next_number()
        frame = self.segment(packet, number, ttl=UNTRACKED_TTL)
        self.add(dataclasses.replace(packet, state=UNTRACKED), frame)

    def start_other(self, packet, connections):
        protocol = self.rng.choice(OTHER_PROTOCOLS)
        if not self.is_new(protocol, packet.source, 0, packet.destination, 0):
            self.start_plain(packet, connections)
            return
        packet = dataclasses.replace(packet, protocol="other", sport=None, dport=None)
        number = self.next_number()
        self.add(packet, packets.ip(text(packet.source), text(packet.destination),
                                    protocol, self.filler(number)))

    def start_discovery(self, packet, connections):
        """Neighbour discovery, and what only looks like it. Half comes from the
        appliance, where a wrong verdict shows: what arrives goes no further."""
        rng = self.rng
        if (rng.random() < 0.5 and is_ordinary(packet.source) and
                is_ordinary(packet.destination)):
            packet = dataclasses.replace(packet, arrival=LOCAL)
        number = self.next_number()
        kind = rng.choice((133, 134, 135, 136, 137, 131, 143))
        ttl = rng.choice((255, 255, 64))
        frame = packets.icmp(text(packet.source), text(packet.destination), kind,
                             body=bytes(20) + self.filler(number), ttl=ttl)
        is_discovery = 133 <= kind <= 137 and ttl == 255
        # Connection tracking leaves these alone but for redirects, which it
        # has no name for.
        state = INVALID if kind == 137 else UNTRACKED
        self.add(dataclasses.replace(
            packet, protocol="other", sport=None, dport=None, state=state,
            is_neighbour_discovery=is_discovery, is_on_link=is_on_link(packet)), frame)

    def start_invalid(self, packet, connections):
        rng = self.rng
        number = self.next_number()
        source, destination = text(packet.source), text(packet.destination)
        shapes = ["error", "cut"]
        if packet.protocol != "echo" and packet.arrival is not LOCAL:
            shapes.append("sum")
        if packet.protocol == "tcp":
            shapes += ["SA", "SF", "R", "offset"] * 2
        if packet.protocol == "echo":
            shapes += ["reply"] * 2
        if packet.source.version == 6:
            shapes += ["chain"]
        shape = rng.choice(shapes)
        protocol, ports = packet.protocol, (packet.sport, packet.dport)
        is_tagged = True
        if shape == "error":            # cites a connection that is not there
            cited = packets.cited(packets.udp(destination, source, 4, 4, bytes(8)))
            kind = 1 if packet.source.version == 6 else 3
            frame = packets.icmp(source, destination, kind, body=cited + self.filler(number))
            protocol, ports = "error", (None, None)
        elif shape == "cut":            # not even ports
            is_tagged = False
            names = {"echo": "icmpv6" if packet.source.version == 6 else "icmp"}
            protocol_number = packets.PROTO[names.get(packet.protocol, packet.protocol)]
            frame = packets.ip(source, destination, protocol_number, b"\1\2")
            ports = (None, None)
        elif shape == "sum":
            frame = bytearray(self.segment(packet, number))
            at = {"tcp": 16, "udp": 6}[packet.protocol] + (
                40 if packet.source.version == 6 else 20)
            wrong = struct.unpack_from("!H", frame, at)[0] ^ 0x0f00
            struct.pack_into("!H", frame, at, wrong or 1)
            frame = bytes(frame)
        elif shape == "offset":         # a header shorter than a header
            frame = bytearray(self.segment(packet, number))
            frame[(40 if packet.source.version == 6 else 20) + 12] = 4 << 4
            frame = bytes(frame)
        elif shape == "reply":
            protocol = "echo-reply"
            frame = self.segment(dataclasses.replace(packet, protocol=protocol), number)
        elif shape == "chain":          # a chain of headers that ends in nothing
            is_tagged = False
            frame = packets.ip(source, destination, 60, b"\6\1")
            protocol, ports = "other", (None, None)
        else:
            frame = self.segment(packet, number, flags=shape)
        self.add(dataclasses.replace(packet, state=INVALID, protocol=protocol,
                                     sport=ports[0], dport=ports[1]),
                 frame, is_tagged=is_tagged)

    # --- what follows

    def follow(self, first, goes_on, connections, is_syn, forward=None):
        """What comes after the first packet."""
        if not (is_ordinary(first.source) and is_ordinary(first.destination)):
            return
        if not goes_on:
            if self.rng.random() < 0.2:
                self.answer_refused(first, connections)
            return
        flow = Flow(self.flow, first, forward or first, connections, is_syn)
        self.open.append(flow)
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            self.go_on(flow)

    def answer_refused(self, first, connections):
        """The other end speaks, but there is no connection."""
        answer = turned(first, connections.arrival())
        number = self.next_number()
        if answer.protocol == "udp":        # it begins one of its own
            self.add(dataclasses.replace(answer, state=NEW), self.segment(answer, number))
            return
        frame = self.segment(answer, number, flags="SA", is_server=True)
        self.add(dataclasses.replace(answer, state=INVALID), frame)

    def go_on(self, flow):
        """One more packet of a connection that is there, or about it."""
        self.flow, current = flow.number, self.flow
        kind = self.rng.choices(("reply", "first", "error"), (40, 30, 30))[0]
        getattr(self, "send_" + kind)(flow)
        self.flow = current

    def send_reply(self, flow):
        if flow.is_lost:
            return
        answer = turned(flow.forward, flow.connections.arrival())
        if flow.forward != flow.first:
            answer = dataclasses.replace(answer, original=original_of(flow.first),
                                         translated=flow.first.translated)
        flags = "A" if flow.is_answered or not flow.is_syn else "SA"
        number = self.next_number()
        goes_on = self.add(answer, self.segment(answer, number, flags=flags, is_server=True),
                           is_confirmed=True)
        if goes_on:
            flow.is_answered = True
        elif answer.protocol == "tcp":
            # Whether connection tracking saw it depends on who dropped it.
            flow.is_lost = True

    def send_first(self, flow):
        if flow.is_lost:
            return
        more = dataclasses.replace(flow.first, state=FIRST,
                                   arrival=flow.connections.arrival())
        flags = "A" if flow.is_answered or not flow.is_syn else "S"
        number = self.next_number()
        self.add(more, self.segment(more, number, flags=flags), is_confirmed=True)

    def send_error(self, flow):
        """An ICMP error about a packet of either direction, from anywhere."""
        rng = self.rng
        is_about_reply = rng.random() < 0.3
        first = flow.first
        cited = turned(first, first.arrival) if is_about_reply else flow.forward
        source = rng.choice((cited.destination,
                             flow.connections.address(first.source.version)))
        destination = cited.source
        state = ERROR
        if rng.random() < 0.1:      # it went astray: not to who sent what it cites
            destination = flow.connections.address(first.source.version)
            if destination != cited.source:
                state = INVALID
        if not (is_ordinary(source) and is_ordinary(destination)):
            return
        number = self.next_number()
        quoted = self.segment(cited, number, flags="SA" if is_about_reply else "S",
                              is_server=is_about_reply)
        if first.source.version == 6:
            kind, code = rng.choice(((1, 0), (2, 0), (3, 0), (4, 1)))
        else:
            kind, code = rng.choice(((3, 1), (3, 4), (11, 0), (5, 1), (12, 0)))
        frame = packets.icmp(text(source), text(destination), kind, code,
                             packets.cited(quoted) + TAG.pack(MAGIC, number))
        original = original_of(first)
        self.add(Packet(flow.connections.arrival(),
                        "redirect" if kind == 5 else "error", source, destination,
                        state=state, original=original if state == ERROR else None,
                        translated=first.translated if state == ERROR else None,
                        error_is_reply=not is_about_reply), frame, is_confirmed=True,
                 nat_drops=kind == 5 and state == ERROR and flow.forward != first)


@dataclass
class Flow:
    number: int
    first: Packet
    forward: Packet         # the same when it has left, translated perhaps
    connections: object
    is_syn: bool
    is_answered: bool = False
    is_lost: bool = False


def is_on_link(packet):
    """The appliance has no address that these packets are sent to."""
    destination = packet.destination
    return (packet.arrival is LOCAL or destination.is_link_local or
            destination.is_multicast and destination.packed[1] & 15 <= 2)


def original_of(first):
    return Connection(first.protocol, first.source, first.destination,
                      first.sport, first.dport)


def turned(packet, arrival):
    """The other end's answer to the first packet of a connection."""
    protocol = "echo-reply" if packet.protocol == "echo" else packet.protocol
    return Packet(arrival, protocol, packet.destination, packet.source,
                  packet.dport, packet.sport, state=REPLY)
