# SPDX-License-Identifier: GPL-2.0-only
"""Steady traffic in the background, every packet of it accounted for.

    with Datagrams(net, client, av, 3478) as flow:
        ...                     whatever must not disturb it
    flow.lost                   numbers sent that never arrived

    with Stream(net, client, access, 443) as flow: ...
    flow.received == flow.sent  octets, in order and none changed
"""

import select
import socket
import struct
import sys
import threading
import time

from netlib import KIND, until

SO_RCVBUFFORCE = 33
NUMBER = struct.Struct("!Q")
PACE = 0.002            # seconds between two packets
WAIT = 20               # for the last of it


class _Flow:
    """A thread that sends and receives at a pace."""

    def __init__(self, net, src, dst, port, pace=PACE):
        self.net, self.src, self.dst, self.port = net, src, dst, port
        self.pace = pace
        self.sport = net.port()
        self.sent = 0
        self.error = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        due = time.monotonic()
        try:
            while not self._over.is_set():
                self._send()
                self._read()
                due += self.pace
                # Late is late: what was missed is not made up for at once.
                due = max(due, time.monotonic() - 10 * self.pace)
                self._over.wait(max(0, due - time.monotonic()))
        except Exception as error:              # for who looks at the flow
            self.error = error

    def __enter__(self):
        self._thread.start()
        try:
            self.moves()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def moves(self, count=5):
        """Wait until some more has arrived: the flow is alive."""
        before = self.arrived
        until(lambda: self.error or self.arrived >= before + count,
              f"{self} goes on")
        assert not self.error, self.error

    def stop(self):
        """Send no more."""
        self._over.set()
        self._thread.join()

    def __exit__(self, kind, *_):
        self.stop()
        try:
            if not kind:
                assert not self.error, self.error
                self.settles()
        finally:
            self._close()       # the next flow needs its port

    def settles(self):
        """Read what is on its way still."""

    def __str__(self):
        return (f"{type(self).__name__} {self.src.address} -> "
                f"{self.dst.address} port {self.port}")


class Datagrams(_Flow):
    """UDP with a number in each datagram, one way. `permitted` is false for a
    flow that must not get through, of which nothing is awaited."""

    def __init__(self, net, src, dst, port, pace=PACE, permitted=True):
        super().__init__(net, src, dst, port, pace)
        self.permitted = permitted
        self._seen = bytearray()
        self.arrived = 0
        self._server = net.socket(dst, KIND["udp"])
        self._server.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self._server.bind((dst.address, port))
        self._client = net.socket(src, KIND["udp"])
        self._client.bind((src.address, self.sport))
        self._client.connect((dst.address, port))

    def _send(self):
        self._seen.append(0)
        self._client.send(NUMBER.pack(self.sent))
        self.sent += 1

    def _read(self):
        while True:
            try:
                data = self._server.recv(64)
            except BlockingIOError:
                return
            number, = NUMBER.unpack(data)
            assert not self._seen[number], f"{self}: {number} came twice"
            self._seen[number] = 1
            self.arrived += 1

    def moves(self, count=5):
        if self.permitted:
            super().moves(count)
        else:
            before = self.sent
            until(lambda: self.error or self.sent >= before + count,
                  f"{self} tries")

    def settles(self):
        # A marker that goes by an ungoverned way comes after all the rest.
        self.net.marks(self.net.tap(self.dst))
        # But on another processor: there, a packet may wait for ksoftirqd.
        deadline = time.monotonic() + (WAIT if self.permitted else 0)
        self._read()
        while self.arrived < self.sent and time.monotonic() < deadline:
            select.select([], [], [], 0.002)
            self._read()

    @property
    def lost(self):
        return [n for n, seen in enumerate(self._seen) if not seen]

    def _close(self):
        self._client.close()
        self._server.close()


class Stream(_Flow):
    """A TCP connection with numbers in its octets, one way."""

    def __init__(self, net, src, dst, port, pace=PACE):
        super().__init__(net, src, dst, port, pace)
        self.connection = net.connect("tcp", src, dst, port, self.sport)
        self.received = 0

    @property
    def arrived(self):
        return self.received // NUMBER.size

    @staticmethod
    def _octets(start, count):
        first = start // NUMBER.size
        data = b"".join(NUMBER.pack(n) for n in
                        range(first, (start + count) // NUMBER.size + 1))
        return data[start % NUMBER.size:][:count]

    def _send(self):
        wanted = NUMBER.size - self.sent % NUMBER.size
        try:
            self.sent += self.connection.client.send(
                self._octets(self.sent, wanted))
        except BlockingIOError:
            pass                # no room: the other end hears nothing

    def _read(self):
        try:
            data = self.connection.server.recv(1 << 16)
        except BlockingIOError:
            return
        assert data, f"{self}: it has ended"
        assert data == self._octets(self.received, len(data))
        self.received += len(data)

    def settles(self):
        def all_there():
            self._read()
            return self.received == self.sent
        until(all_there, f"{self}: the rest arrives")

    def _close(self):
        self.connection.close()


def lost_by_the_kernel(net):
    """Packets that something else than nf_edge has lost, as far as the kernel
    counts them, in all namespaces together."""
    total = 0
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        total += sum(int(line.split()[1], 16) for line in file)
    for space in net.spaces.values():
        with space.entered():
            with open("/proc/thread-self/net/snmp", encoding="ascii") as file:
                lines = [line.split() for line in file]
        for names, values in zip(lines[::2], lines[1::2]):
            if names[0] == "Udp:":
                counts = dict(zip(names[1:], values[1:]))
                total += int(counts["InErrors"]) + int(counts["RcvbufErrors"])
    found = net.box.conntrack_counts()
    return total + sum(found.get(n, 0) for n in (
        "insert_failed", "drop", "early_drop"))
