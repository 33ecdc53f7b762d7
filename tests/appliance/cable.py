# SPDX-License-Identifier: GPL-2.0-only
"""The two networks of an appliance that boots: the other ends of its devices.

Frames are sent without a pause, from long before the appliance has a device, and
what comes out at the other side is counted. The ends are UNIX sockets of QEMU:
no frame is ever in a network of this machine.
"""

import pathlib
import select
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from scapy.all import ARP, ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IP, TCP, UDP, Ether, IPv6, raw

PEER_MAC = "02:00:00:00:00:aa"
SIDES = ("wan0", "lan0")
OF_APPLIANCE = {"wan0": "52:54:00:00:00:01", "lan0": "52:54:00:00:00:02"}
ADDRESSES = {"wan0": ["192.0.2.1/24", "2001:db8:2::1/64"],
             "lan0": ["192.168.10.1/24", "131.107.155.1/24", "172.25.33.1/24",
                      "2001:db8:155::1/64", "2001:db8:10::1/64"]}
ITS_OWN = {address.split("/")[0] for side in ADDRESSES.values() for address in side}
GATEWAYS = ("192.0.2.254", "2001:db8:2::fe")

# Seconds between two frames, and source ports of each kind of frame.
PACE = 0.005
PORTS = range(20000, 20032)


@dataclass(frozen=True)
class Flow:
    """What is sent again and again: the side where it comes from, and its ends."""
    side: str
    protocol: str
    source: str
    target: str
    port: int

    @property
    def goes_to(self):
        return SIDES[1 - SIDES.index(self.side)]

    def frames(self):
        network = IPv6 if ":" in self.target else IP
        for sport in PORTS:
            transport = (TCP(sport=sport, dport=self.port, flags="S") if self.protocol == "tcp"
                         else UDP(sport=sport, dport=self.port) / b"nf_edge")
            yield raw(Ether(src=PEER_MAC, dst=OF_APPLIANCE[self.side]) /
                      network(src=self.source, dst=self.target) / transport)


CLIENT, CLIENT6 = "198.51.100.7", "2001:db8:51::7"
ACCESS, ACCESS6 = "131.107.155.10", "2001:db8:155::10"
INTERNAL = "172.25.33.10"

PERMITTED = [
    Flow("wan0", "tcp", CLIENT, ACCESS, 443),
    Flow("wan0", "tcp", CLIENT6, ACCESS6, 443),
    Flow("lan0", "tcp", ACCESS, CLIENT, 5061),          # federation, out
]
FORBIDDEN = [
    Flow("wan0", "tcp", CLIENT, ACCESS, 3389),
    Flow("wan0", "tcp", CLIENT6, ACCESS6, 3389),
    Flow("wan0", "udp", CLIENT, ACCESS, 1434),
    Flow("wan0", "udp", CLIENT6, ACCESS6, 1434),
    Flow("wan0", "tcp", CLIENT, INTERNAL, 5061),        # the right port of another side
    Flow("wan0", "tcp", "192.168.10.5", INTERNAL, 443),     # spoofed
    Flow("lan0", "tcp", ACCESS, CLIENT, 4444),          # an Edge that was taken over
]


@dataclass
class Seen:
    """What came out, and from when on each device was up."""
    sent: Counter = field(default_factory=Counter)      # once both were up
    arrived: Counter = field(default_factory=Counter)
    up: dict = field(default_factory=dict)
    first: dict = field(default_factory=dict)           # by flow, the time

    def passed(self, flows):
        return sum(self.arrived[flow] for flow in flows)

    def tried(self, flows):
        return sum(self.sent[flow] for flow in flows)


def key_of(frame):
    """(protocol, source, target, port) of a TCP or UDP frame, else None."""
    kind = frame[12:14]
    if kind == b"\x08\x00":
        header, family, ends = 14 + (frame[14] & 15) * 4, socket.AF_INET, (26, 30, 34)
        protocol = frame[23]
    elif kind == b"\x86\xdd":
        header, family, ends = 54, socket.AF_INET6, (22, 38, 54)
        protocol = frame[20]
    else:
        return None
    if protocol not in (6, 17) or len(frame) < header + 4:
        return None
    source, target = (socket.inet_ntop(family, frame[a:b]) for a, b in zip(ends, ends[1:]))
    return ("tcp" if protocol == 6 else "udp", source, target,
            struct.unpack_from("!H", frame, header + 2)[0])


def answer(frame):
    """The reply of a neighbour to a question for any address but the appliance's."""
    if frame[12:14] == b"\x08\x06":
        question = Ether(frame)[ARP]
        if question.op != 1 or question.pdst in ITS_OWN or question.psrc == "0.0.0.0":
            return None
        return raw(Ether(src=PEER_MAC, dst=question.hwsrc) /
                   ARP(op=2, hwsrc=PEER_MAC, psrc=question.pdst,
                       hwdst=question.hwsrc, pdst=question.psrc))
    if frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == 135:
        source, target = (socket.inet_ntop(socket.AF_INET6, frame[at:at + 16]) for at in (22, 62))
        if source == "::" or target in ITS_OWN or target.startswith("fe80"):
            return None
        return raw(Ether(src=PEER_MAC, dst=Ether(frame).src) / IPv6(src=target, dst=source) /
                   ICMPv6ND_NA(tgt=target, R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=PEER_MAC))
    return None


class Cable:
    """Both ends. While the block runs, frames are sent and counted."""

    def __init__(self, folder):
        self.paths = {side: pathlib.Path(folder, side) for side in SIDES}
        self.seen = Seen()
        self._sockets, self._stop = {}, threading.Event()
        self._thread = threading.Thread(target=self._run)
        turns = [frame for forbidden in FORBIDDEN for frame in (PERMITTED, [forbidden])]
        self._flows = [flow for turn in turns for flow in turn]
        self._frames = {flow: list(flow.frames()) for flow in {*self._flows}}
        self._flow_of = {(flow.protocol, flow.source, flow.target, flow.port, flow.goes_to): flow
                         for flow in self._flows}

    def __enter__(self):
        for side, path in self.paths.items():
            end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            end.bind(str(path))
            end.setblocking(False)
            self._sockets[side] = end
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        for end in self._sockets.values():
            end.close()

    def _send(self, side, frame):
        """Nobody listens before the appliance has started; a full queue loses."""
        try:
            self._sockets[side].sendto(frame, f"{self.paths[side]}.guest")
        except OSError:
            return False
        return True

    def _take(self, side):
        while True:
            try:
                frame = self._sockets[side].recv(65536)
            except OSError:
                return
            self.seen.up.setdefault(side, time.monotonic())
            key = key_of(frame)
            flow = self._flow_of.get((*key, side)) if key else None
            if flow:
                self.seen.arrived[flow] += 1
                self.seen.first.setdefault(flow, time.monotonic())
            elif reply := answer(frame):
                self._send(side, reply)

    def _run(self):
        side_of = {end: side for side, end in self._sockets.items()}
        turn, due = 0, time.monotonic()
        while not self._stop.is_set():
            for end in select.select(side_of, [], [], max(0, due - time.monotonic()))[0]:
                self._take(side_of[end])
            if time.monotonic() < due:
                continue
            due = max(due + PACE, time.monotonic() - 0.1)
            flow = self._flows[turn % len(self._flows)]
            frames = self._frames[flow]
            if self._send(flow.side, frames[turn // len(self._flows) % len(frames)]) \
                    and len(self.seen.up) == len(SIDES):
                self.seen.sent[flow] += 1
            turn += 1
