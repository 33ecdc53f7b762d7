# SPDX-License-Identifier: GPL-2.0-only
"""A pair of appliances with conntrackd and keepalived, by the files of
examples/ha: which connections live on when the traffic moves, and what the two
count together. docs/ha.md has the table."""

import time

import pytest

from netlib import OPEN, until
from pair import Pair

SIP, HTTPS, STUN = 5061, 443, 3478
SHORT = {"udp_timeout": 6, "udp_timeout_stream": 6}
LONG = {"udp_timeout": 120, "udp_timeout_stream": 120}
STREAM = 0.02       # seconds between two datagrams of media


@pytest.fixture(name="site", scope="module")
def fixture_site(nf_edge, tmp_path_factory):
    pair = Pair(tmp_path_factory.mktemp("pair"))
    yield pair
    pair.close()


@pytest.fixture(name="pair")
def fixture_pair(site):
    yield site
    site.tidy()


def changed(**lines):
    """Of each file, what is put in place of what."""
    def change(name, text):
        for old, new in lines.get(name.partition(".")[0], {}).items():
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


# --- a node is lost

def test_a_pair_carries_all_there_and_back(pair):
    """Media longer than the time-out of its entry, which no event renews."""
    one, two = pair.begin(OPEN)
    total = Sum(pair)
    talks = Talks(pair)
    talks.are_known_to(two)
    for node in one, two:
        node.times_out(**SHORT)
    talks.media[0].outlasts(6)
    one.power_off()
    talks.go_on(two)
    begins_nothing(two)
    two.times_out(**LONG)
    for media in talks.media:
        media.flows_on()
    total.agrees(talks.count)

    # The first is started anew, waits, and has all when the second goes.
    one.reboot()
    talks.until(lambda: "Entering BACKUP" in one.log("keepalived"), "the first node waits")
    assert two.is_master() and one.is_idle()
    talks.are_known_to(one)
    two.power_off()
    talks.go_on(one)
    begins_nothing(one)
    total.agrees(talks.count)


@pytest.mark.whole
def test_without_the_external_cache_long_media_dies(pair):
    one, two = pair.begin(OPEN, changed(**EXTERNAL_OFF), **SHORT)
    media = Media(pair)
    talk = pair.connect("tcp", pair.at("client", 4), pair.at("edge1.access", 4), HTTPS)
    talk.exchange()
    until(lambda: (media.flows(), two.tracks("tcp"), not two.tracks("udp"))[1:] == (True, True),
          "the kernel of the second keeps one of the two")
    assert media.flows_on()
    one.power_off()
    talk.send()
    until(lambda: (media.flows(), two.is_master())[1], "the second is master")
    talk.receives("server")
    talk.exchange()
    media.is_dead(two)
