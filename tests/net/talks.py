# SPDX-License-Identifier: GPL-2.0-only
"""Connections through a pair of appliances (pair.py): whether they live on, and
what the two nodes count of them together."""

import time

from netlib import until

SIP, HTTPS, STUN = 5061, 443, 3478
STREAM = 0.02       # seconds between two datagrams of media


def changed(**lines):
    """Of each file, what is put in place of what."""
    def change(name, text):
        for old, new in lines.get(name, lines.get(name.removesuffix(".conf"), {})).items():
            assert old in text, (name, old)
            text = text.replace(old, new)
        return text
    return change


EXTERNAL_OFF = {"conntrackd": {"DisableExternalCache Off": "DisableExternalCache On"}}


class Media:
    """Datagrams that the Edge alone sends, after the client's first."""

    def __init__(self, pair, family=4):
        self.talk = pair.connect("udp", pair.at("client", family),
                                 pair.at("edge1.av", family), STUN)
        self.talk.exchange()
        self.sent = self.received = 0
        self.next = self.heard = time.monotonic()
        self.silence = 0

    def flows(self):
        """Send what is due, and take what has come. True when any has."""
        now = time.monotonic()
        if now >= self.next:
            self.talk.server.sendto(b"media", self.talk._peer)
            self.sent += 1
            self.next = now + STREAM
        before = self.received
        try:
            while self.talk.client.recv(100):
                self.received += 1
                now = time.monotonic()
                self.silence = max(self.silence, now - self.heard)
                self.heard = now
        except BlockingIOError:
            pass
        return self.received > before

    def flows_on(self, packets=5):
        """So many more arrive."""
        goal = self.received + packets
        return until(lambda: self.flows() and self.received >= goal, "media arrives")

    def outlasts(self, seconds):
        """Flow for longer than that."""
        end = time.monotonic() + seconds + 1
        until(lambda: self.flows() and time.monotonic() > end, "media goes on")

    def is_dead(self, node, reason="no-row", packets=20):
        """Nothing arrives while the node refuses so many."""
        before, heard = node.dropped(reason), self.received
        until(lambda: (self.flows(), node.dropped(reason) >= before + packets)[1],
              f"{packets} refused as {reason}")
        assert self.received == heard


class Sum:
    """What the two nodes count, beside what passes the ends of the path."""

    def __init__(self, pair):
        self.pair = pair
        self.edge = pair.tap(pair.at("edge1.access", 4))
        self.client = pair.tap(pair.at("client", 4))
        self.edges = {a for name in ("access", "webconf", "av", "internal")
                      for family in (4, 6) for a in [pair.at(f"edge1.{name}", family).address]}

    def _wire(self):
        def sums(tap, end):
            some = [p.length for p in tap.packets() if not p.outgoing and
                    p.proto in (6, 17) and getattr(p, end) in self.edges]
            return len(some), sum(some)
        return (*sums(self.edge, "dst"), *sums(self.client, "src"))

    def _counted(self):
        services = self.pair.counted().services.values()
        return tuple(sum(s.get(name, 0) for s in services) for name in (
            "packets_to_edge", "bytes_to_edge", "packets_from_edge", "bytes_from_edge"))

    def agrees(self, connections):
        """To the packet and the octet, and each connection once."""
        try:
            until(lambda: self._counted() == self._wire(), "both agree")
        except AssertionError:
            assert self._counted() == self._wire()
        assert sum(s.get("connections", 0) for s in
                   self.pair.counted().services.values()) == connections


class Talks:
    """Connections of each kind: who speaks after the traffic has moved."""

    def __init__(self, pair):
        self.asks = [pair.connect("tcp", pair.at("client", f), pair.at("edge1.access", f), HTTPS)
                     for f in (4, 6)]
        self.pushes = [pair.connect("tcp", pair.at("client", f), pair.at("edge1.access", f), SIP)
                       for f in (4, 6)]
        for talk in self.asks + self.pushes:
            talk.exchange()
        self.media = [Media(pair, f) for f in (4, 6)]
        self.count = 6

    def have_moved_to(self, node):
        """It is master, and its kernel has them."""
        self.until(node.is_master, f"{node.name} is master")
        self.until(lambda: len(node.entries()) >= self.count, f"{node.name} has them")

    def until(self, condition, what):
        """Wait while the media flows."""
        until(lambda: ([m.flows() for m in self.media], condition())[1], what)

    def are_known_to(self, node):
        self.until(lambda: node.external() >= self.count, f"{node.name} has all of them")

    def speak(self):
        for talk in self.asks:
            talk.send()
        for talk in self.pushes:
            talk.answer()

    def receive(self):
        """Each has all that was sent."""
        for who, talks in ("server", self.asks), ("client", self.pushes):
            for talk in talks:
                self.until(lambda: talk._read(who), f"{talk}: the {who} receives")

    def go_on(self, master):
        """Over this node: nothing was lost, and both sides speak."""
        self.speak()
        self.until(master.is_master, f"{master.name} is master")
        self.receive()
        for talk in self.asks:
            talk.answer()
            self.until(lambda: talk._read("client"), f"{talk} goes on")
        for talk in self.pushes:
            talk.send()
            self.until(lambda: talk._read("server"), f"{talk} goes on")
        for media in self.media:
            goal = media.received + 5
            self.until(lambda: media.received >= goal, "media goes on")


def begins_nothing(node):
    assert not any(s.get("connections") for s in node.moved().services.values())
