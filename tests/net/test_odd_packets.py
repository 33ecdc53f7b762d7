# SPDX-License-Identifier: GPL-2.0-only
"""Odd TCP and UDP, other protocols, and addresses that cannot be."""

import struct

import pytest

import packets
from netlib import reference
from packets import family_of

STUN = ["external/14", "pic/6"]             # UDP 3478 to an A/V Edge
REFUSED_PORT = 3389


@pytest.mark.parametrize("flags", ["", "F", "FPU", "SF", "SR", "SFRPAU"])
def test_tcp_with_flags_of_no_connection_is_invalid(open_net, family, flags):
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    port = net.port()
    net.drops(client, packets.tcp(client.address, access.address, port, 443,
                                  flags), "invalid")
    # no row names this one, whether conntrack is asked first or not
    net.drops(client, packets.tcp(client.address, access.address, port, 444,
                                  flags), "no-row")


def test_a_wrong_checksum_is_invalid(open_net, family):
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    for l4, port in (("tcp", 443), ("udp", 3478)):
        good = getattr(packets, l4)(client.address, av.address, net.port(),
                                    port, payload=b"x")
        net.drops(client, good[:-1] + b"y", "invalid")


def test_udp_without_checksum_passes(open_net, family):
    """IPv4 allows it, and conntrack leaves it to the receiver of IPv6."""
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    net.lets_by(client, packets.udp(client.address, av.address, net.port(),
                                    3478, b"x", summed=False), STUN)


def test_a_header_cut_short_is_invalid(open_net, family):
    """Also where its port would be of no row: it has none to be read."""
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    for proto in (6, 17):
        for port in (443, REFUSED_PORT):
            net.drops(client, packets.ip(
                client.address, av.address, proto,
                struct.pack("!HH", 40000, port)[:3]), "invalid")


def test_a_tcp_header_cut_behind_its_ports_is_judged_by_them(open_net, family):
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    for port, reason in ((443, "invalid"), (REFUSED_PORT, "no-row")):
        net.drops(client, packets.ip(
            client.address, av.address, 6,
            struct.pack("!HHI", 40000, port, 1000)), reason)


def test_ip_options_do_not_hide_ports(open_net):
    net = open_net
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    for port, row in ((3478, True), (REFUSED_PORT, False)):
        plain = packets.udp(client.address, av.address, net.port(), port, b"x")
        head = bytearray(plain[:20])
        head[0] = 0x46
        head[2:4] = struct.pack("!H", len(plain) + 4)
        head[10:12] = b"\0\0"
        head += bytes([1, 1, 1, 0])                 # no operation, end
        head[10:12] = struct.pack("!H", packets.checksum(bytes(head)))
        packet = bytes(head) + plain[20:]
        if row:
            net.lets_by(client, packet, STUN)
        else:
            net.drops(client, packet, "no-row")


# A packet of each protocol that conntrack has nothing against.
OTHERS = {
    "IPIP": (4, packets.udp("192.0.2.7", "192.0.2.8", 1, 2)),
    "DCCP request": (33, None),
    "GRE": (47, struct.pack("!HH", 0, 0x0800)),
    "ESP": (50, struct.pack("!II", 7, 1) + bytes(16)),
    "OSPF": (89, bytes(24)),
    "SCTP INIT": (132, None),
    "experiment": (253, bytes(8)),
}


def crc32c(data):
    crc = 0xffffffff
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xffffffff)


def other_payload(name, src, dst, port):
    proto, payload = OTHERS[name]
    if name == "SCTP INIT":
        chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 1, 65536, 1, 1, 1)
        head = struct.pack("!HHI", port, 443, 0)
        payload = head + crc32c(head + bytes(4) + chunk) + chunk
    elif name == "DCCP request":
        segment = struct.pack("!HHBBHBBHII", port, 443, 5, 0, 0, 1, 0, 0, 1,
                              0)
        payload = packets.transport(src, dst, proto, segment, 6)
    return proto, payload


@pytest.mark.parametrize("name", OTHERS)
def test_other_protocols_are_no_row(open_net, family, name):
    net = open_net
    for src, dst in (("client", "edge1.access"), ("edge1.av", "client"),
                     ("frontend", "edge1.internal")):
        src, dst = net.at(src, family), net.at(dst, family)
        proto, payload = other_payload(name, src.address, dst.address,
                                       net.port())
        net.drops(src, packets.ip(src.address, dst.address, proto, payload),
                  "no-row")


@pytest.mark.parametrize("name", OTHERS)
def test_other_protocols_of_other_hosts_are_free(open_net, family, name):
    net = open_net
    src, dst = net.at("client", family), net.at("unbound", family)
    proto, payload = other_payload(name, src.address, dst.address, net.port())
    net.lets_by(src, packets.ip(src.address, dst.address, proto, payload))


# --- impossible addresses

NOWHERE = {4: ["127.0.0.1", "127.8.8.8", "0.0.0.0", "224.0.0.5",
               "239.255.255.250", "255.255.255.255"],
           6: ["::", "::ffff:198.51.100.7"]}
# The IPv6 layer drops these itself, before any hook.
NOWHERE_BY_KERNEL = ["::1", "ff02::5", "ff0e::1234"]

# Where no other guard stands in the way as well.
PLACES = [("client", "edge1.access"), ("edge2.marker", "edge1.access"),
          ("user", "edge1.internal")]


@pytest.mark.parametrize("origin, dst", PLACES)
@pytest.mark.parametrize("source", NOWHERE[4] + NOWHERE[6])
def test_impossible_sources_are_spoofed(open_net, source, origin, dst):
    net = open_net
    family = family_of(source)
    origin, dst = net.at(origin, family), net.at(dst, family)
    for l4, port in (("tcp", 443), ("udp", 3478), ("udp", REFUSED_PORT)):
        net.drops(origin, getattr(packets, l4)(
            source, dst.address, net.port(), port), "spoofed")
    net.drops(origin, packets.echo_request(source, dst.address, 1), "spoofed")


@pytest.mark.parametrize("source", NOWHERE_BY_KERNEL)
def test_impossible_sources_of_ipv6_never_get_in(open_net, source):
    net = open_net
    client, access = net.at("client", 6), net.at("edge1.access", 6)
    net.holds_back(client, packets.tcp(source, access.address, net.port(), 443))


@pytest.mark.parametrize("dst", ["127.0.0.1", "0.0.0.0", "::",
                                 "::ffff:198.51.100.7"])
def test_impossible_destinations_of_an_edge_are_spoofed(open_net, dst):
    net = open_net
    edge = net.at("edge1.access", family_of(dst))
    net.drops(edge, packets.udp(edge.address, dst, net.port(), 53), "spoofed")


@pytest.mark.parametrize("source", ["127.0.0.1", "224.0.0.5",
                                    "255.255.255.255", "0.0.0.0"])
def test_impossible_sources_of_other_hosts_are_no_concern(open_net, source):
    """The IP layer has its own opinion of them; nf_edge counts nothing."""
    net = open_net
    client, unbound = net.at("client", 4), net.at("unbound", 4)
    watch = net.watch()
    net.injects(client, packets.udp(source, unbound.address, net.port(), 53))
    net.marks(net.tap(unbound))
    watch.expect()


INSIDE = ["frontend", "user"]


@pytest.mark.parametrize("dst", ["unbound", "frontend2"])
@pytest.mark.parametrize("source", [*INSIDE, "edge1.access", "edge1.internal"])
def test_inside_and_edge_sources_from_outside_are_spoofed(open_net, family,
                                                          source, dst):
    """Of ungoverned traffic too."""
    net = open_net
    src, dst = net.at(source, family), net.at(dst, family)
    net.drops(net.at("client", family), packets.udp(
        src.address, dst.address, net.port(), REFUSED_PORT), "spoofed")


@pytest.mark.parametrize("service", ["access", "webconf", "av"])
def test_outer_edge_sources_from_inside_are_spoofed(open_net, family, service):
    net = open_net
    net.drops(net.at("user", family), packets.udp(
        net.at(f"edge1.{service}", family).address,
        net.at("client", family).address, net.port(), REFUSED_PORT), "spoofed")


def test_inside_sources_from_inside_are_ordinary(open_net, family):
    net = open_net
    net.passes("udp", net.at("user", family), net.at("client", family), 3389)
    net.passes("udp", net.at("user", family), net.at("unbound", family), 3389)


def test_without_internal_networks_only_edge_sources_are_spoofed(net, family):
    net.load(reference(peers={"internal-networks": None}))
    client, unbound = net.at("client", family), net.at("unbound", family)
    net.lets_by(client, packets.udp(net.at("user", family).address,
                                    unbound.address, net.port(), 3389))
    net.drops(client, packets.udp(net.at("edge2.av", family).address,
                                  unbound.address, net.port(), 3389),
              "spoofed")
