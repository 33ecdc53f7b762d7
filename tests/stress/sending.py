# SPDX-License-Identifier: GPL-2.0-only
"""Traffic at full speed: a process a flow (flow.c), both ends in it, and what
the policy's counters have to say of it in the end."""

import dataclasses
import mmap
import os
import pathlib
import select
import socket
import struct
import subprocess

from netlib import KIND, if_ready, row_of

HERE = pathlib.Path(__file__).resolve().parent
# The page that flow.c shares.
FIELDS = ("stop", "sent", "arrived", "answered", "returned", "connections",
          "twice", "changed", "stalled")
NUMBERS = 1 << 27           # datagrams that a flow can tell apart
SIZE = 100                  # octets in a datagram
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
BUFFER = 64 << 20
BURST = 32                  # flow.c's
DEVICES = ("wan0", "lan0", "dmz0")


def build(folder):
    subprocess.run(["make", "-s", "-C", HERE, f"OUT={folder}"], check=True)
    return folder / "flow"


def either(*rows):
    """Rows of which one permits a flow at a time: what they count is added up."""
    return dataclasses.replace(row_of(rows[0]), id="|".join(
        row_of(row).id for row in rows))


class Flow:
    """One flow of a site.

    kind    echo, oneway, stream or visits, as in flow.c
    rows    the rows that permit it, at the Edge end of `node`: ids, or rows of
            flow_table; either() of those that take turns
    reason  why it is refused, with the near rows that count it as denied"""

    def __init__(self, program, net, kind, src, dst, port, rows=(), reason=None,
                 near=()):
        self.program = program
        self.net, self.kind = net, kind
        self.src, self.dst, self.port = src, dst, port
        self.rows, self.reason, self.near = rows, reason, near
        self.process = None
        self.sport = net.port()
        self.late = 0
        bits = NUMBERS // 8 if self.is_udp else 0
        self.page_fd = os.memfd_create("flow")
        os.ftruncate(self.page_fd, 4096 + bits)
        self.page = mmap.mmap(self.page_fd, 4096 + bits)
        self.sockets = getattr(self, f"_open_{'udp' if self.is_udp else kind}")()

    def __str__(self):
        return (f"{self.kind} {self.src.address} -> {self.dst.address} port "
                f"{self.port}")

    @property
    def is_udp(self):
        return self.kind in ("echo", "oneway")

    def _open_udp(self):
        made = []
        for own, other in ((self.src, self.dst), (self.dst, self.src)):
            s = self.net.socket(own, KIND["udp"])
            for option in SO_SNDBUFFORCE, SO_RCVBUFFORCE:
                s.setsockopt(socket.SOL_SOCKET, option, BUFFER)
            ports = (self.sport, self.port) if own is self.src else \
                (self.port, self.sport)
            s.bind((own.address, ports[0]))
            s.connect((other.address, ports[1]))
            made.append(s)
        return made

    def _open_stream(self):
        connection = self.net.connect("tcp", self.src, self.dst, self.port,
                                      self.sport)
        return [connection.client, connection.server]

    def _open_visits(self):
        listener = self.net.socket(self.dst, KIND["tcp"])
        listener.bind((self.dst.address, self.port))
        listener.listen()
        return [listener]

    def start(self):
        words = [self.program, self.kind, self.page_fd,
                 *(s.fileno() for s in self.sockets)]
        if self.is_udp:
            words.append(SIZE)
        elif self.kind == "visits":
            words += [self.src.address, self.dst.address, self.port]
        fds = [self.page_fd, *(s.fileno() for s in self.sockets)]
        with self.src.ns.entered():
            self.process = subprocess.Popen(
                [str(w) for w in words], pass_fds=fds,
                preexec_fn=lambda: os.nice(5))

    def __getattr__(self, name):
        if name not in FIELDS:
            raise AttributeError(name)
        return struct.unpack_from("=Q", self.page, 8 * FIELDS.index(name))[0]

    def ask_to_stop(self):
        struct.pack_into("=Q", self.page, 0, 1)

    def await_end(self):
        code = self.process.wait(120)
        assert not code, f"{self}: exit code {code}"

    def drain(self):
        """What came behind the last look."""
        if self.kind != "oneway":
            return
        while (data := if_ready(self.sockets[1].recv, 2048)):
            number, = struct.unpack_from("=Q", data)
            at = 4096 + number // 8
            self.page[at] |= 1 << number % 8
            self.late += 1

    def has_arrived(self, first, end):
        """How many of these numbers have arrived."""
        octets = self.page[4096 + first // 8:4096 + (end + 7) // 8]
        bits = int.from_bytes(octets, "little") >> first % 8
        return (bits & ((1 << (end - first)) - 1)).bit_count() \
            if hasattr(int, "bit_count") else \
            bin(bits & ((1 << (end - first)) - 1)).count("1")

    # --- what became of it

    @property
    def received(self):
        return self.arrived + self.late

    @property
    def packets(self):
        """Packets sent, both ways; None where the kernel makes them."""
        return self.sent + self.answered if self.is_udp else None

    @property
    def lost(self):
        """Packets (of TCP: octets) that did not arrive."""
        return self.sent - self.received + self.answered - self.returned

    def octets(self, packets):
        return packets * (SIZE + 8 + (40 if self.src.family == 6 else 20))

    def node(self, row):
        end = self.dst if row_of(row).direction == "in" else self.src
        return self.net.node_of(end.address)

    def permits(self):
        """(node, row): what the row has to have counted of this."""
        found = {}
        for row in self.rows:
            to, back = ("to_edge", "from_edge") \
                if row_of(row).direction == "in" else ("from_edge", "to_edge")
            counts = {}
            if self.is_udp:
                counts = {"connections": 1, f"packets_{to}": self.sent,
                          f"bytes_{to}": self.octets(self.sent),
                          f"packets_{back}": self.answered,
                          f"bytes_{back}": self.octets(self.answered)}
            elif self.kind == "stream":
                counts = {"connections": 1}
            else:
                counts = {"connections": self.connections}
            found[self.node(row), row_of(row).id] = counts
        return found

    def close(self):
        for s in self.sockets:
            s.close()
        self.page.close()
        os.close(self.page_fd)


def device_counts(site):
    """Packets that have come in at the devices of a site's box."""
    with site.box.entered():
        lines = pathlib.Path("/proc/thread-self/net/dev").read_text(
            encoding="ascii").splitlines()
    counts = dict(line.split(":") for line in lines if ":" in line)
    counts = {name.strip(): values.split() for name, values in counts.items()}
    return {dev: int(counts[dev][1]) for dev in DEVICES}


def softnet():
    """(packets that the kernel dropped, packets that wait), of all CPUs."""
    rows = [line.split() for line in pathlib.Path(
        "/proc/net/softnet_stat").read_text(encoding="ascii").splitlines()]
    return (sum(int(row[1], 16) for row in rows),
            sum(int(row[11], 16) for row in rows if len(row) > 11))


def stop(flows):
    """The flows end, and what was on its way has come."""
    for flow in flows:
        flow.ask_to_stop()
    for flow in flows:
        flow.await_end()
    boxes = {flow.net for flow in flows}
    before = None
    while True:
        for flow in flows:
            flow.drain()
        now = [device_counts(site) for site in boxes], \
            [flow.late for flow in flows]
        if now == before and not softnet()[1]:
            return
        before = now
        select.select([], [], [], 0.3)
