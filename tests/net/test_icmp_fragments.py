# SPDX-License-Identifier: GPL-2.0-only
"""What is not simply TCP or UDP of a connection: ICMP errors and path MTU,
echo, redirects, neighbour discovery, fragments, extension headers, odd
packets and impossible sources."""

import socket
import struct

import pytest

import packets
from netlib import permitted, reference, until
from packets import family_of
from test_rows import OPEN

STUN = ["external/14", "pic/6"]             # UDP 3478 to an A/V Edge
REFUSED_PORT = 3389


@pytest.fixture
def open_net(net):
    net.load(OPEN)
    return net


@pytest.fixture
def talk(open_net, family):
    """A UDP connection of the client with edge1's A/V service."""
    talk = open_net.connect("udp", open_net.at("client", family),
                            open_net.at("edge1.av", family), 3478)
    talk.exchange()
    return talk


def unreachable(src, dst, inner):
    """ICMP's "port unreachable" about a packet."""
    if family_of(src) == 6:
        return packets.icmp(src, dst, 1, 4, packets.cited(inner))
    return packets.icmp(src, dst, 3, 3, packets.cited(inner))


def answer_of(talk):
    """A packet of the connection's other direction, for an error to cite."""
    return packets.udp(talk.dst.address, talk.src.address, talk.dport,
                       talk.sport, b"answer")


# --- errors

@pytest.mark.parametrize("narrow", ["wan0", "dmz0"])
def test_path_mtu_discovery_works_through_the_appliance(open_net, family,
                                                        narrow):
    net = open_net
    talk = net.connect("tcp", net.at("client", family),
                       net.at("edge1.access", family), 443)
    sender = talk.dst if narrow == "wan0" else talk.src
    tap = net.tap(sender)
    net.box.ip(f"link set {narrow} mtu 1300\n")
    watch = net.watch()
    try:
        if narrow == "wan0":
            talk.answer(b"a" * 20000)
            talk.receives("client")
        else:
            talk.send(b"a" * 20000)
            talk.receives("server")
    finally:
        net.box.ip(f"link set {narrow} mtu 1500\n")
    too_big = [p for p in tap.arrived(sender.address)
               if p.proto in (1, 58) and p.payload[0] in (2, 3)]
    assert too_big, "the appliance did not say what is too big"
    moved = watch.delta()
    assert not moved.drops
    assert {r for _, r in moved.rows} == {"external/5", "pic/3"}


def test_an_error_about_a_running_connection_passes(open_net, talk):
    open_net.lets_by(talk.src, unreachable(talk.src.address, talk.dst.address,
                                           answer_of(talk)))


def test_an_error_from_a_router_on_the_way_passes(open_net, talk, family):
    router = open_net.at("partner", family)
    open_net.lets_by(router, unreachable(router.address, talk.dst.address,
                                         answer_of(talk)))


def test_an_error_passes_whatever_side_it_comes_from(open_net, talk, family):
    router = open_net.at("user", family)
    open_net.lets_by(router, unreachable(router.address, talk.dst.address,
                                         answer_of(talk)))


def test_an_edge_says_that_nobody_listens(open_net, family):
    """A real error: a permitted port that no socket holds."""
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    watch = net.watch()
    s = net.attempts("udp", client, av, 3478)

    def told():
        try:
            return s.recv(10)
        except BlockingIOError:
            return None
        except ConnectionRefusedError:
            return True
    until(told, "the client hears of it")
    length = {4: 28, 6: 48}[family] + len(b"attempt")
    watch.expect(permitted("edge1", STUN, 1, (1, length)))


def test_an_error_about_no_connection_is_invalid(open_net, family):
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    never = packets.udp(av.address, client.address, 3478, net.port(), b"x")
    net.drops(client, unreachable(client.address, av.address, never),
              "invalid")


@pytest.mark.parametrize("kind", ["zone", "feature"])
def test_an_error_shares_the_reason_of_its_dead_connection(open_net, talk,
                                                           kind):
    names = {"zone": ("external", "pic"),
             "feature": ("av", "live-messenger")}[kind]
    for name in names:
        open_net.edgectl(kind, "off", name)
    open_net.drops(talk.src, unreachable(talk.src.address, talk.dst.address,
                                         answer_of(talk)), "disabled")
    # and the other way: the Edge complains about the client
    question = packets.udp(talk.src.address, talk.dst.address, talk.sport,
                           talk.dport, b"x")
    open_net.drops(talk.dst, unreachable(talk.dst.address, talk.src.address,
                                         question), "disabled")


def test_an_error_about_a_peer_that_left_is_refused_as_peer(open_net, family):
    net = open_net
    talk = net.connect("tcp", net.at("client", family),
                       net.at("edge1.access", family), 5061)
    talk.exchange()
    net.load(OPEN.but(peers={"federation-partners": [], "pic-partners": []}))
    inner = packets.tcp(talk.dst.address, talk.src.address, 5061, talk.sport,
                        "A")
    net.drops(talk.src, unreachable(talk.src.address, talk.dst.address, inner),
              "peer")


def test_redirects_about_a_connection_are_refused(open_net):
    net = open_net
    talk = net.connect("udp", net.at("client", 4), net.at("edge1.av", 4), 3478)
    talk.exchange()
    redirect = packets.icmp(
        talk.src.address, talk.dst.address, 5, 1,
        packets.packed(talk.src.address) + answer_of(talk))
    net.drops(talk.src, redirect, "no-row")


def test_redirects_about_no_connection_are_refused(open_net):
    net = open_net
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    inner = packets.udp(av.address, client.address, 3478, net.port(), b"x")
    net.drops(client, packets.icmp(
        client.address, av.address, 5, 1,
        packets.packed(client.address) + inner), "invalid")


# --- echo

PINGS = [
    # listed, from, to, and the reason unless it passes
    ("external", "client", "edge1.access", None),
    ("external", "edge1.av", "client", None),
    ("external", "edge1.av", "edge2.webconf", None),
    ("internal", "frontend", "edge1.internal", None),
    ("internal", "edge1.internal", "frontend", None),
    ("internal", "client", "edge1.access", "no-row"),
    ("internal", "edge1.access", "client", "no-row"),
    ("external", "frontend", "edge1.internal", "no-row"),
    ("external", "edge1.internal", "frontend", "no-row"),
    ("external", "user", "edge1.access", "no-row"),         # wrong side
    ("internal", "client", "edge1.internal", "isolation"),
    ("external", "edge1.access", "edge2.internal", "no-row"),   # one end
    ("", "client", "edge1.access", "no-row"),
    ("", "frontend", "edge1.internal", "no-row"),
]


@pytest.mark.parametrize("side, src, dst, reason", PINGS)
def test_echo_passes_where_ping_lists_the_side(net, family, side, src, dst,
                                               reason):
    net.load(OPEN.but(ping=[side] if side else []))
    src, dst = net.at(src, family), net.at(dst, family)
    request = packets.echo_request(src.address, dst.address, net.port())
    if reason:
        net.drops(src, request, reason)
        return
    watch, tap = net.watch(), net.tap(src)
    net.injects(src, request)
    net.awaits(tap, src.address, dst.address,
               proto=request[9] if family == 4 else request[6])
    watch.expect()


def test_ping_gets_its_answers(net, family):
    """The program itself, as a user would."""
    net.load(OPEN.but(ping=["external"]))
    client, access = net.at("client", family), net.at("edge1.access", family)
    watch = net.watch()
    client.ns.run("ping", "-c", "3", "-i", "0.01", "-W", "5", "-I",
                  client.address, access.address)
    watch.expect()


def test_echo_stops_when_ping_is_taken_away(net, family):
    """Its conntrack entry does not keep it alive."""
    client, access = net.at("client", family), net.at("edge1.access", family)
    ident = net.port()
    net.load(OPEN.but(ping=["external"]))
    net.lets_by(client, packets.echo_request(client.address, access.address,
                                             ident))
    net.load(OPEN)
    net.drops(client, packets.echo_request(client.address, access.address,
                                           ident, seq=2), "no-row")


def test_an_echo_reply_of_no_request_is_invalid(net, family):
    net.load(OPEN.but(ping=["external", "internal"]))
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.drops(client, packets.icmp(
        client.address, access.address, 129 if family == 6 else 0,
        body=packets.echo_body(net.port(), 1)), "invalid")


def test_other_icmp_requests_are_no_row(net):
    net.load(OPEN.but(ping=["external"]))
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    timestamp = packets.icmp(client.address, access.address, 13,
                             body=packets.echo_body(net.port(), 1, bytes(12)))
    net.drops(client, timestamp, "no-row")


# --- neighbour discovery

@pytest.mark.parametrize("kind", range(133, 138))
def test_neighbour_discovery_passes_before_any_guard(open_net, kind):
    """Even with sources that are spoofed otherwise."""
    net = open_net
    client, user = net.at("client", 6), net.at("user", 6)
    for source in ("edge1.access", "edge1.internal", "frontend2"):
        net.lets_by(client, packets.icmp(
            net.at(source, 6).address, user.address, kind,
            body=bytes(4) + packets.packed(user.address), ttl=255))
    net.lets_by(client, packets.icmp(
        client.address, net.at("edge1.internal", 6).address, kind,
        body=bytes(4) + packets.packed(client.address), ttl=255))


@pytest.mark.parametrize("kind, reason", [
    *((kind, "untracked") for kind in range(133, 137)), (137, "invalid")])
def test_neighbour_discovery_from_afar_is_none(open_net, kind, reason):
    """A hop limit below 255 has passed a router. Conntrack tracks none of
    133 to 136, and does not know 137."""
    net = open_net
    client, access = net.at("client", 6), net.at("edge1.access", 6)
    net.drops(client, packets.icmp(
        client.address, access.address, kind,
        body=bytes(4) + packets.packed(client.address), ttl=64), reason)


# --- fragments

BIG = bytes(range(256)) * 16                    # 4,096 octets


def big_datagram(net, family, port=3478):
    client, av = net.at("client", family), net.at("edge1.av", family)
    return packets.udp(client.address, av.address, net.port(), port, BIG)


def server_on(net, family, port=3478):
    av = net.at("edge1.av", family)
    server = net.socket(av, socket.SOCK_DGRAM)
    server.bind((av.address, port))
    return server


def received(server):
    def read():
        try:
            return server.recv(65536)
        except BlockingIOError:
            return None
    return until(read, "the datagram is received")


ORDERS = {"in order": lambda f: f, "reversed": lambda f: f[::-1],
          "last one first": lambda f: f[-1:] + f[:-1]}


@pytest.mark.parametrize("order", ORDERS)
def test_fragments_count_as_the_one_packet_that_they_are(open_net, family,
                                                         order):
    net = open_net
    whole = big_datagram(net, family)
    server = server_on(net, family)
    watch = net.watch()
    net.injects(net.at("client", family),
                *ORDERS[order](packets.fragments(whole, 1200)))
    assert received(server) == BIG
    watch.expect(permitted("edge1", STUN, 1,
                           (1, len(whole))))


def test_large_datagrams_of_real_sockets_pass_both_ways(open_net, family):
    net = open_net
    watch = net.watch()
    talk = net.connect("udp", net.at("client", family),
                       net.at("edge1.av", family), 3478)
    talk.send(BIG)
    talk.receives("server")
    talk.answer(BIG)
    talk.receives("client")
    length = len(BIG) + {4: 28, 6: 48}[family]
    watch.expect(permitted("edge1", STUN, 1, (1, length),
                           (1, length)))


@pytest.mark.parametrize("order", ORDERS)
def test_fragments_to_a_refused_port_are_refused_as_one(open_net, family,
                                                        order):
    net = open_net
    whole = big_datagram(net, family, REFUSED_PORT)
    parts = ORDERS[order](packets.fragments(whole, 1200))
    net.drops(net.at("client", family), parts, "no-row",
              count=(1, len(whole)))


def holds_back(net, origin, parts):
    """These fragments never become a packet: nothing arrives and nf_edge
    counts nothing."""
    first = packets.parse(parts[0])
    tap = net.tap(net.home_of(first.dst))
    watch = net.watch()
    net.injects(origin, *parts)
    net.proves_silence(tap, first.src, first.dst)
    watch.expect()


def test_fragments_without_the_first_go_nowhere(open_net, family):
    holds_back(open_net, open_net.at("client", family),
               packets.fragments(big_datagram(open_net, family), 1200)[1:])


def test_fragments_without_the_last_go_nowhere(open_net, family):
    holds_back(open_net, open_net.at("client", family),
               packets.fragments(big_datagram(open_net, family), 1200)[:-1])


def test_overlapping_fragments_go_nowhere(open_net, family):
    """The second would overwrite the end of the first: ports to be judged
    by, and ports to be delivered to."""
    net = open_net
    whole = big_datagram(net, family)
    one = packets.fragments(whole, 1200)
    head = 40 if family == 6 else 20
    src, dst = packets.parse(whole).src, packets.parse(whole).dst
    overlap = whole[head + 600:head + 1800]
    if family == 6:
        header = struct.pack("!BBHI", 17, 0, 600 | 1, 0x1234)
        second = packets.ip(src, dst, 44, header + overlap)
    else:
        second = packets.ip(src, dst, 17, overlap, ident=0x1234, frag=600,
                            more=True)
    holds_back(net, net.at("client", family), [one[0], second, *one[1:]])


def test_a_fragment_that_is_whole_passes(open_net):
    """An IPv6 fragment header on a packet of one piece."""
    net = open_net
    client, av = net.at("client", 6), net.at("edge1.av", 6)
    server = server_on(net, 6)
    packet = packets.udp(client.address, av.address, net.port(), 3478, b"one")
    net.injects(client, *packets.fragments(packet, 1200))
    assert received(server) == b"one"


# --- IPv6 extension headers

PAD = bytes([1, 4, 0, 0, 0, 0])
HOP, ROUTING, DEST, NOTHING = 0, 43, 60, 59
CHAINS = {
    "hop-by-hop": [HOP], "destination options": [DEST],
    "routing": [ROUTING], "two of destination options": [DEST, DEST],
    "hop-by-hop, routing, destination options": [HOP, ROUTING, DEST],
}


def chained(src, dst, kinds, proto, payload, ttl=64):
    """A packet with extension headers of these kinds before its payload."""
    chain = b""
    for at, kind in enumerate(kinds):
        following = kinds[at + 1] if at + 1 < len(kinds) else proto
        # type 253 is for experiments, no segments left
        body = bytes([253, 0, 0, 0, 0, 0]) if kind == ROUTING else PAD
        chain += bytes([following, 0]) + body
    return packets.ip(src, dst, kinds[0], chain + payload, ttl=ttl)


@pytest.mark.parametrize("chain", CHAINS)
def test_extension_headers_do_not_hide_a_permitted_port(open_net, chain):
    net = open_net
    client, av = net.at("client", 6), net.at("edge1.av", 6)
    segment = packets.udp_segment(client.address, av.address, net.port(), 3478,
                                  b"x")
    tap, watch = net.tap(av), net.watch()
    packet = chained(client.address, av.address, CHAINS[chain], 17, segment)
    net.injects(client, packet)
    net.awaits(tap, client.address, av.address)
    watch.expect(permitted("edge1", STUN, 1,
                           (1, len(packet))))


@pytest.mark.parametrize("chain", CHAINS)
def test_extension_headers_do_not_hide_a_refused_port(open_net, chain):
    net = open_net
    client, av = net.at("client", 6), net.at("edge1.av", 6)
    segment = packets.udp_segment(client.address, av.address, net.port(),
                                  REFUSED_PORT, b"x")
    net.drops(client, chained(client.address, av.address, CHAINS[chain], 17,
                              segment), "no-row")


@pytest.mark.parametrize("chain", CHAINS)
def test_extension_headers_do_not_hide_neighbour_discovery(open_net, chain):
    net = open_net
    user = net.at("user", 6).address
    client = net.at("client", 6)
    source = net.at("edge1.access", 6).address
    solicitation = packets.transport(
        source, user, 58, struct.pack("!BBHI", 135, 0, 0, 0) +
        packets.packed(user), 2)
    tap, watch = net.tap(net.at("user", 6)), net.watch()
    net.injects(client, chained(source, user, CHAINS[chain], 58, solicitation,
                                ttl=255))
    net.awaits(tap, source, user)
    watch.expect()


MALFORMED = {
    "options longer than the packet": (DEST, bytes([17, 200]) + PAD),
    "options cut short": (DEST, bytes([17, 0, 1])),
    "a routing header longer than the packet":
        (ROUTING, bytes([17, 99, 253, 0, 0, 0, 0, 0])),
    "nothing behind the options": (DEST, bytes([NOTHING, 0]) + PAD),
    "no next header at all": (NOTHING, b""),
    "an UDP header cut short": (17, bytes([0x9c, 0x40, 0x0d])),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_extension_headers_are_invalid(open_net, what):
    net = open_net
    client, av = net.at("client", 6), net.at("edge1.av", 6)
    kind, body = MALFORMED[what]
    net.drops(client, packets.ip(client.address, av.address, kind, body),
              "invalid")


# --- odd TCP and UDP

@pytest.mark.parametrize("flags", ["", "F", "FPU", "SF", "SR", "SFRPAU"])
def test_tcp_with_flags_of_no_connection_is_invalid(open_net, family, flags):
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    port = net.port()
    net.drops(client, packets.tcp(client.address, access.address, port, 443,
                                  flags), "invalid")
    # no row names this one: conntrack is not even asked
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
    "UDP-Lite": (136, None),
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
    elif name == "UDP-Lite":
        segment = struct.pack("!HHHH", port, 3478, 0, 0) + b"x"
        payload = packets.transport(src, dst, proto, segment, 6)
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
           6: ["::"]}
# The IPv6 layer drops these itself, before any hook.
NOWHERE_BY_KERNEL = ["::1", "ff02::5", "ff0e::1234", "::ffff:198.51.100.7"]

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
    holds_back(net, client, [packets.tcp(source, access.address, net.port(),
                                         443)])


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
