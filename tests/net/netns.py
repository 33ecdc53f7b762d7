# SPDX-License-Identifier: GPL-2.0-only
"""Network namespaces, links, sockets and sniffers, in one process.

A socket stays in the namespace where it was made, so a test holds sockets of
all namespaces at once. Namespaces have no name on the machine: they live as
long as the file descriptor that this process holds.
"""

import ctypes
import errno
import os
import re
import select
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager

import packets

DEADLINE = 120.0    # seconds until something awaited counts as not happening
PATIENCE = 600      # and until a program hangs, in the slowest kernel too

CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
IP_TRANSPARENT = 19
IPV6_TRANSPARENT = 75
ETH_P_ALL = 3
SOL_PACKET, PACKET_STATISTICS = 263, 6

_libc = ctypes.CDLL(None, use_errno=True)
_here = threading.local()


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _current():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


_HOME = _current()


def until(condition, what, deadline=DEADLINE):
    """Poll until condition() is true and return its value."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        select.select([], [], [], 0.002)


class Namespace:
    """A network namespace without rp_filter, redirects, duplicate address
    detection or rate limits, so that nothing moves but what a test sends."""

    def __init__(self, name, forwarding=False):
        self.name = name
        with self._staying():
            if _libc.unshare(CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "unshare")
            self.fd = _current()
        self.children = []
        for key, value in {
                "ipv4/conf/all/rp_filter": 0,
                "ipv4/conf/default/rp_filter": 0,
                "ipv4/conf/all/send_redirects": 0,
                "ipv4/conf/default/send_redirects": 0,
                "ipv4/icmp_ratelimit": 0,
                "ipv4/ip_local_port_range": "40000 49999",
                "ipv4/ip_forward": int(forwarding),
                "ipv6/icmp/ratelimit": 0,
                "ipv6/conf/default/accept_dad": 0,
                "ipv6/conf/default/accept_ra": 0,
                "ipv6/conf/default/router_solicitations": 0,
                "ipv6/conf/default/addr_gen_mode": 1,
                "ipv6/conf/all/forwarding": int(forwarding)}.items():
            self.sysctl(key, value)
        self.ip("link set lo up")

    def __repr__(self):
        return f"<namespace {self.name}>"

    @property
    def path(self):
        """A path that ip(8) takes after the word netns."""
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    @staticmethod
    @contextmanager
    def _staying():
        before = getattr(_here, "fd", _HOME)
        try:
            yield
        finally:
            _setns(before)

    @contextmanager
    def entered(self):
        """Within it, this thread (and what it starts) is in here."""
        before = getattr(_here, "fd", _HOME)
        _setns(self.fd)
        _here.fd = self.fd
        try:
            yield self
        finally:
            _setns(before)
            _here.fd = before

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        os.close(self.fd)

    def sysctl(self, key, value=None):
        """Read or write /proc/sys/net/KEY."""
        with self.entered():
            with open(f"/proc/sys/net/{key}", "r" if value is None else "w",
                      encoding="ascii") as file:
                return file.read().strip() if value is None else \
                    file.write(str(value))

    def run(self, *argv, check=True, stdin=None, timeout=PATIENCE):
        """Run a command in here and return its CompletedProcess."""
        with self.entered():
            done = subprocess.run([str(a) for a in argv], input=stdin,
                                  capture_output=True, text=True,
                                  timeout=timeout, check=False)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(map(str, argv))} in {self.name}: "
                                 f"{done.stderr or done.stdout}")
        return done

    def start(self, *argv, **options):
        """Start a command in here; it is killed with the namespace."""
        with self.entered():
            child = subprocess.Popen([str(a) for a in argv], **options)
        self.children.append(child)
        return child

    def ip(self, lines):
        """One ip(8) for many lines."""
        return self.run("ip", "-batch", "-", stdin=lines)

    def nft(self, rules):
        return self.run("nft", "-f", "-", stdin=rules)

    def socket(self, family, kind=socket.SOCK_STREAM, proto=0):
        """A non-blocking socket of this namespace. IP sockets are
        transparent: they can be bound to any source address."""
        with self.entered():
            s = socket.socket(family, kind, proto)
        s.setblocking(False)
        if kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                s.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
            elif family == socket.AF_INET:
                s.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
        return s

    def inject(self, packet, dev="eth0", mac=None):
        """Send bytes from the IP header on out of a device, unseen by this
        namespace's own IP layer, to a MAC (by default the gateway's)."""
        proto = 0x86dd if packet[0] >> 4 == 6 else 0x0800
        with self.entered():
            with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as s:
                s.sendto(packet, (dev, proto, 0, 0,
                                  mac_bytes(mac or GATEWAY_MAC)))

    def tap(self, dev="eth0"):
        return Tap(self, dev)

    @contextmanager
    def muted(self):
        """Within it, nothing is received in here, but sniffers still see
        it: no answer goes back."""
        self.nft("table inet muted { chain c { type filter hook prerouting "
                 "priority -400; policy drop; }; }")
        try:
            yield
        finally:
            self.nft("delete table inet muted")

    def conntrack_counts(self):
        """Sums over the CPUs of the kernel's counters, by name."""
        sums = {}
        for name, value in re.findall(r"(\w+)=(\d+)",
                                      self.run("conntrack", "-S").stdout):
            sums[name] = sums.get(name, 0) + int(value)
        return sums


GATEWAY_MAC = "02:00:00:00:00:01"   # of every interface of the box under test


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


class Tap:
    """A sniffer on one device: every packet that comes or goes, from the
    moment that it was made."""

    def __init__(self, ns, dev="eth0"):
        self.ns = ns
        with ns.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
            # Bound last, so that it has seen nothing of other devices.
            self.socket.bind((dev, ETH_P_ALL))
        self.seen = []
        self._waiting = self._lost = 0

    def _look(self):
        """Count what has come, which the kernel tells once."""
        came, lost = struct.unpack("II", self.socket.getsockopt(
            SOL_PACKET, PACKET_STATISTICS, 8))
        self._waiting += came - lost
        self._lost += lost

    def packets(self):
        """All packets seen so far. Traffic that goes on, faster than a slow
        machine reads it, does not keep the caller here."""
        self._look()
        while self._waiting:
            try:
                raw, address = self.socket.recvfrom(65600)
            except OSError as error:
                # Told once, before what came until then.
                if error.errno != errno.ENETDOWN:
                    raise
                continue
            self._waiting -= 1
            packet = packets.parse(raw, address[2] == socket.PACKET_OUTGOING)
            if packet:
                self.seen.append(packet)
        return self.seen

    def arrived(self, *addresses, **fields):
        """Packets seen coming in to or from all these addresses, and with
        these fields (dport=443)."""
        return [p for p in self.packets() if not p.outgoing and
                p.of(*addresses) and
                all(getattr(p, k) == v for k, v in fields.items())]

    def left(self, *addresses, **fields):
        """The same for packets going out."""
        return [p for p in self.packets() if p.outgoing and
                p.of(*addresses) and
                all(getattr(p, k) == v for k, v in fields.items())]

    def lost(self):
        """Packets that the sniffer could not keep."""
        self._look()
        return self._lost

    def close(self):
        self.socket.close()


def link(a, a_dev, b, b_dev, a_mac=GATEWAY_MAC, b_mac=None, more=""):
    """A veth pair between two namespaces, both ends up; `more` is words of the
    first end ("index 7")."""
    b_mac = b_mac or new_mac()
    a.ip(f"link add name {a_dev} address {a_mac} {more} type veth peer name {b_dev} "
         f"address {b_mac} netns {b.path}\n"
         f"link set {a_dev} up\n")
    b.ip(f"link set {b_dev} up\n")
    return b_mac


_macs = iter(range(0x10, 0x10000))


def new_mac():
    n = next(_macs)
    return f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}"
