# SPDX-License-Identifier: GPL-2.0-only
"""Packets as bytes, from the IP header on: building and reading them.

Addresses are strings, their family decides the family of the packet:

    udp("198.51.100.7", "131.107.155.30", 40000, 3478, b"hello")
    tcp(src, dst, 40000, 443, flags="SA")
    icmp(src, dst, 8, body=echo_body(1, 1))
    fragments(udp(..., b"x" * 4000), 1200)
    parse(raw).dport
"""

import functools
import ipaddress
import itertools
import socket
import struct
from dataclasses import dataclass

TCP_FLAGS = "FSRPAUEC"
PROTO = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}


def family_of(address):
    return 6 if ":" in address else 4


@functools.lru_cache(maxsize=1 << 16)
def packed(address):
    return ipaddress.ip_address(address).packed


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def _pseudo_header(src, dst, proto, length):
    if family_of(src) == 6:
        return packed(src) + packed(dst) + struct.pack("!IxxxB", length, proto)
    return packed(src) + packed(dst) + struct.pack("!xBH", proto, length)


def ip(src, dst, proto, payload, ttl=64, ident=0, frag=0, more=False,
       dont=False):
    """An IP packet. frag, more and ident are for IPv4 fragments."""
    if family_of(src) == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), proto, ttl) + \
            packed(src) + packed(dst) + payload
    flags = (0x4000 if dont else 0) | (0x2000 if more else 0) | frag // 8
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident,
                       flags, ttl, proto, 0, packed(src), packed(dst))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + payload


def transport(src, dst, proto, segment, at):
    """Fill in the checksum of a transport segment at offset `at`."""
    pseudo = b"" if proto == PROTO["icmp"] else \
        _pseudo_header(src, dst, proto, len(segment))
    value = checksum(pseudo + segment)
    if proto == PROTO["udp"] and not value:
        value = 0xffff
    return segment[:at] + struct.pack("!H", value) + segment[at + 2:]


def udp_segment(src, dst, sport, dport, payload=b"", summed=True):
    segment = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    return transport(src, dst, 17, segment, 6) if summed else segment


def udp(src, dst, sport, dport, payload=b"", summed=True, **more):
    return ip(src, dst, 17,
              udp_segment(src, dst, sport, dport, payload, summed), **more)


def tcp(src, dst, sport, dport, flags="S", seq=1000, ack=0, payload=b"",
        **more):
    """A TCP packet; flags are letters of "FSRPAUEC"."""
    bits = sum(1 << TCP_FLAGS.index(f) for f in flags)
    segment = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 5 << 4, bits,
                          64240, 0, 0) + payload
    return ip(src, dst, 6, transport(src, dst, 6, segment, 16), **more)


def icmp(src, dst, kind, code=0, body=bytes(4), **more):
    """ICMP or ICMPv6; body starts with the second word of the header."""
    proto = PROTO["icmpv6" if family_of(src) == 6 else "icmp"]
    segment = struct.pack("!BBH", kind, code, 0) + body
    return ip(src, dst, proto, transport(src, dst, proto, segment, 2), **more)


def echo_body(ident, seq, payload=b"echo"):
    return struct.pack("!HH", ident, seq) + payload


def echo_request(src, dst, ident, seq=1, **more):
    return icmp(src, dst, 128 if family_of(src) == 6 else 8,
                body=echo_body(ident, seq), **more)


def cited(packet):
    """As much of a packet as an ICMP error quotes, after the second word."""
    return bytes(4) + packet[:548]


_idents = itertools.count(1)


def fragments(packet, size, ident=None):
    """Cut a packet into fragments of at most `size` payload bytes (IPv6: a
    fragment header each), with an ident that no earlier ones have."""
    ident = ident or next(_idents) % 65535 + 1
    size -= size % 8
    six = packet[0] >> 4 == 6
    length = 40 if six else 20
    head, payload = packet[:length], packet[length:]
    p = parse(packet)
    cuts = []
    for at in range(0, len(payload), size):
        part = payload[at:at + size]
        more = at + size < len(payload)
        if six:
            part = struct.pack("!BBHI", head[6], 0, at | more, ident) + part
            cuts.append(ip(p.src, p.dst, 44, part, ttl=head[7]))
        else:
            cuts.append(ip(p.src, p.dst, head[9], part, ttl=head[8],
                           ident=ident, frag=at, more=more))
    return cuts


@dataclass(frozen=True)
class Packet:
    """What a sniffer saw. sport and dport are None where there are none."""
    family: int
    src: str
    dst: str
    proto: int
    length: int             # from the IP header on
    sport: int
    dport: int
    payload: bytes          # after the IP header (IPv6: the fixed one)
    outgoing: bool = False  # sent by the namespace that the sniffer is in

    def of(self, *addresses):
        """Whether each address is its source or its destination."""
        return all(a in (self.src, self.dst) for a in addresses)


def parse(raw, outgoing=False):
    """Read a packet; None for what is not IP."""
    version = raw[0] >> 4 if raw else 0
    if version == 4 and len(raw) >= 20:
        length, = struct.unpack("!H", raw[2:4])
        proto, src, dst = raw[9], raw[12:16], raw[16:20]
        payload = raw[(raw[0] & 15) * 4:length]
        first = not struct.unpack("!H", raw[6:8])[0] & 0x1fff
        family, name = 4, socket.AF_INET
    elif version == 6 and len(raw) >= 40:
        length = 40 + struct.unpack("!H", raw[4:6])[0]
        proto, src, dst = raw[6], raw[8:24], raw[24:40]
        payload = raw[40:length]
        first = True
        family, name = 6, socket.AF_INET6
    else:
        return None
    sport = dport = None
    if first and proto in (6, 17) and len(payload) >= 4:
        sport, dport = struct.unpack("!HH", payload[:4])
    return Packet(family, socket.inet_ntop(name, src),
                  socket.inet_ntop(name, dst), proto, length, sport, dport,
                  payload, outgoing)
