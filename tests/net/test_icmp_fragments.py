# SPDX-License-Identifier: GPL-2.0-only
"""ICMP errors and path MTU discovery, redirects, echo, neighbour discovery,
fragments, and IPv6 extension headers."""

import socket
import struct

import pytest

import packets
from netlib import OPEN, permitted, refused, until
from packets import family_of
from topology import default_route

STUN = ["external/14", "pic/6"]             # UDP 3478 to an A/V Edge
REFUSED_PORT = 3389


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
    # Each connection has an Edge of its own, as its host remembers the MTU.
    edge = {"wan0": "edge1.access", "dmz0": "edge2.access"}[narrow]
    talk = net.connect("tcp", net.at("client", family), net.at(edge, family),
                       443)
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


@pytest.mark.parametrize("kind, passes", [
    (0, True), (5, True), (127, True), (144, False), (255, False)])
def test_an_icmpv6_type_below_128_is_an_error(open_net, kind, passes):
    """RFC 4443 keeps them for errors, also those that it does not define."""
    net = open_net
    talk = net.connect("udp", net.at("client", 6), net.at("edge1.av", 6), 3478)
    talk.exchange()
    packet = packets.icmp(talk.src.address, talk.dst.address, kind,
                          body=packets.cited(answer_of(talk)))
    if passes:
        net.lets_by(talk.src, packet)
    else:
        net.drops(talk.src, packet, "invalid")


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

def discovery(kind, src, dst, more=b""):
    return packets.icmp(src, dst, kind, body=bytes(4) + packets.packed(dst) + more,
                        ttl=255)


discoveries = pytest.mark.parametrize("kind", range(133, 138))


@discoveries
@pytest.mark.parametrize("source", ["edge1.access", "edge1.internal", "frontend2",
                                    "client"])
def test_neighbour_discovery_passes_on_its_link(open_net, kind, source):
    """Even with sources that are spoofed otherwise."""
    net = open_net
    watch = net.watch()
    client, user = net.at("client", 6), net.at("user", 6)
    for dst in ("2001:db8:2::1", "2001:db8:155::1", "fe80::1", "ff02::1"):
        net.injects(client, discovery(kind, net.at(source, 6).address, dst))
    # The packet behind them proves that they are through.
    net.drops(user, packets.udp(user.address, net.at("edge1.access", 6).address,
                                net.port(), 444), "no-row")
    assert watch.delta().drops.keys() == {"no-row"}
    assert watch.delta().drops["no-row"]["packets"] == 1


@discoveries
def test_a_solicitation_for_the_appliance_is_answered(open_net, kind):
    net = open_net
    edge, gateway = net.at("edge1.access", 6), "2001:db8:155::1"
    tap = net.tap(edge)
    net.injects(edge, discovery(kind, edge.address, gateway))
    net.injects(edge, discovery(135, edge.address, gateway))
    net.awaits(tap, gateway, edge.address, proto=58)


@discoveries
@pytest.mark.parametrize("mode", ["enforce", "audit"])
@pytest.mark.parametrize("src, dst, at", [
    ("edge1.access", "client", "edge1"), ("edge1.access", "user", "client"),
    ("client", "edge1.internal", "client"), ("client", "edge1.access", "client"),
    ("edge1.av", "edge2.av", "edge1")])
def test_neighbour_discovery_of_an_edge_is_not_forwarded(net, kind, mode, src, dst, at):
    """Whatever is behind its header: nobody takes it from afar, but it would carry
    data."""
    net.load(OPEN.but(mode=mode))
    src, dst = net.at(src, 6), net.at(dst, 6)
    origin = src if at == "edge1" else net.at(at, 6)
    packet = discovery(kind, src.address, dst.address, bytes(1200))
    if mode == "enforce":
        net.drops(origin, packet, "no-row")
        return
    tap, watch = net.tap(dst), net.watch()
    net.injects(origin, packet)
    net.awaits(tap, src.address, dst.address, proto=58)
    watch.expect(refused("no-row", 1, len(packet), audit=True))


@discoveries
def test_neighbour_discovery_of_others_is_none_of_the_policy(open_net, kind):
    net = open_net
    client, user = net.at("client", 6), net.at("user", 6)
    net.lets_by(client, discovery(kind, client.address, user.address))


@discoveries
def test_forwarded_neighbour_discovery_passes_no_guard(open_net, kind):
    net = open_net
    client, user = net.at("client", 6), net.at("user", 6)
    net.drops(client, discovery(kind, net.at("frontend2", 6).address, user.address),
              "spoofed")


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


def test_an_edge_and_the_appliance_find_each_other(open_net):
    """Real neighbour discovery, both ways, and a connection over it."""
    net = open_net
    client, edge = net.at("client", 6), net.at("edge1.av", 6)
    known = {ns: ns.run("ip", "-6", "neigh", "show", "nud", "permanent").stdout
             for ns in (net.box, edge.ns)}
    net.box.ip("addr add fe80::1/64 dev dmz0 nodad\n")
    edge.ns.ip(f"route replace {default_route('2001:db8:155::1')}\n")
    for ns in known:
        ns.run("ip", "-6", "neigh", "flush", "dev",
               "eth0" if ns is edge.ns else "dmz0", "nud", "permanent")
    try:
        tap = net.tap(edge)
        net.passes("udp", client, edge, 3478, STUN)
        # one from each, and the Edge's with its own address as the source
        assert tap.arrived("fe80::1", proto=58)
        assert [p for p in tap.left(edge.address, proto=58)
                if p.payload[0] == 135]
    finally:
        edge.ns.ip(f"route replace {default_route('2001:db8:2::1')}\n")
        net.box.ip("addr del fe80::1/64 dev dmz0\n")
        for ns, lines in known.items():
            ns.ip("".join(f"neigh replace {line.split('PERMANENT')[0]} "
                          "nud permanent\n" for line in lines.splitlines()))


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


def test_fragments_without_the_first_go_nowhere(open_net, family):
    parts = packets.fragments(big_datagram(open_net, family), 1200)
    open_net.holds_back(open_net.at("client", family), *parts[1:])


def test_fragments_without_the_last_go_nowhere(open_net, family):
    parts = packets.fragments(big_datagram(open_net, family), 1200)
    open_net.holds_back(open_net.at("client", family), *parts[:-1])


def test_overlapping_fragments_go_nowhere(open_net, family):
    """The second would overwrite the end of the first: ports to be judged
    by, and ports to be delivered to."""
    net = open_net
    whole = big_datagram(net, family)
    one = packets.fragments(whole, 1200, ident=0xface)
    head = 40 if family == 6 else 20
    src, dst = packets.parse(whole).src, packets.parse(whole).dst
    overlap = whole[head + 600:head + 1800]
    if family == 6:
        header = struct.pack("!BBHI", 17, 0, 600 | 1, 0xface)
        second = packets.ip(src, dst, 44, header + overlap)
    else:
        second = packets.ip(src, dst, 17, overlap, ident=0xface, frag=600,
                            more=True)
    net.holds_back(net.at("client", family), one[0], second, *one[1:])


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
    # As anything else it would be spoofed.
    net.drops(client, chained(source, user, CHAINS[chain], 58, solicitation, ttl=255),
              "no-row")


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
