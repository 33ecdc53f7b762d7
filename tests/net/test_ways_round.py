# SPDX-License-Identifier: GPL-2.0-only
"""Ways round the policy, gone with real packets: docs/ways-round.md says of
each that nf_edge does not see it, and how it is closed."""

import contextlib
import json
import pathlib
import re
import socket
import struct
from dataclasses import replace

import pytest

import packets
import topology
from netlib import OPEN, Endpoint, Namespace, Net, appliance, until
from topology import give_neighbours
from test_ways import bridge, filters, ingress, mangle, rules, setting

TREE = pathlib.Path(__file__).resolve().parents[2]
SIGN_IN = ["external/5", "pic/3"]
STUN_IN = ["external/14", "pic/6"]          # UDP 3478 to an A/V Edge
STUN_OUT = ["external/13", "pic/5"]         # and from one
SNMP = 161                                  # no row has it


def mac_of(space, dev="eth0"):
    link, = json.loads(space.run("ip", "-json", "link", "show", dev).stdout)
    return link["address"]


def snmp(net):
    return packets.udp(net.at("client", 4).address,
                       net.at("edge1.access", 4).address, net.port(), SNMP,
                       b"get")


def arrives_unseen(net, send):
    """What `send` sends arrives at the Edge, which says nothing, and no
    counter moves."""
    target = net.at("edge1.access", 4)
    tap, watch = net.tap(target), net.watch()
    with target.ns.muted():
        send()
        net.awaits(tap, target.address, dport=SNMP)
        watch.expect()


def is_refused(net, packet):
    net.drops(net.at("client", 4), packet, "no-row")


# --- before PRE_ROUTING

def test_tc_redirects_past_the_policy(open_net):
    net = open_net
    access = net.at("edge1.access", 4)
    packet = snmp(net)
    is_refused(net, packet)
    with filters(net, "protocol", "ip", "u32", "match", "ip", "dst",
                 f"{access.address}/32", "action", "skbmod", "set", "dmac",
                 mac_of(access.ns), "pipe", "action", "mirred", "egress",
                 "redirect", "dev", "dmz0"):
        arrives_unseen(net, lambda: net.injects(net.at("client", 4), packet))
    is_refused(net, packet)


def test_a_rule_at_ingress_forwards_past_the_policy(open_net):
    net = open_net
    access = net.at("edge1.access", 4)
    packet = snmp(net)
    with rules(net, ingress(f"ip daddr {access.address} ether daddr set "
                            f"{mac_of(access.ns)} fwd to dmz0")):
        arrives_unseen(net, lambda: net.injects(net.at("client", 4), packet))
    is_refused(net, packet)


# --- behind PRE_ROUTING

def test_a_destination_written_behind_the_hook_is_a_way(open_net):
    net = open_net
    box, access = "192.0.2.1", net.at("edge1.access", 4)
    packet = packets.udp(net.at("client", 4).address, box, net.port(), SNMP)
    write = mangle(f"ip daddr {box} ip daddr set {access.address}")
    with rules(net, write.replace("-150", "-90")):
        arrives_unseen(net, lambda: net.injects(net.at("client", 4), packet))
    # The hook sees what is written before it, whether conntrack does or not.
    for priority in "-150", "-300":
        with rules(net, write.replace("-150", priority)):
            tap, watch = net.tap(access), net.watch()
            net.injects(net.at("client", 4), packet)
            watch.await_drop("no-row")
            net.proves_silence(tap, access.address, net.at("client", 4).address)


def source_routed(net, via, dst):
    """A datagram for a router, with the way on in an option of it."""
    src = net.at("client", 4).address
    option = bytes([131, 7, 4]) + packets.packed(dst) + b"\0"
    segment = packets.udp_segment(src, dst, net.port(), SNMP, b"get", False)
    head = struct.pack("!BBHHHBBH4s4s", 0x47, 0, 28 + len(segment), 0, 0, 64,
                       17, 0, packets.packed(src), packets.packed(via)) + option
    return head[:10] + struct.pack("!H", packets.checksum(head)) + head[12:] + \
        segment


def test_a_source_route_is_a_way(open_net):
    net = open_net
    access = net.at("edge1.access", 4)
    packet = source_routed(net, "192.0.2.1", access.address)
    with setting(net, ipv4__conf__all__accept_source_route=1,
                 ipv4__conf__wan0__accept_source_route=1):
        arrives_unseen(net, lambda: net.injects(net.at("client", 4), packet))
    tap, watch = net.tap(access), net.watch()
    net.injects(net.at("client", 4), packet)
    net.proves_silence(tap, access.address)
    watch.expect()


# --- another device, another host, another address

@contextlib.contextmanager
def guest_on(net, kind, *addresses):
    """A container with a device of its own on the Edges' wire."""
    with contextlib.closing(Namespace("guest")) as guest:
        net.box.ip(f"link add link dmz0 name guest0 netns {guest.path} "
                   f"type {kind}\n")
        guest.ip("link set guest0 up\n" +
                 "".join(f"addr add {a} dev guest0\n" for a in addresses))
        yield guest


def test_a_macvlan_guest_is_on_the_wire_of_the_edges(open_net):
    net = open_net
    access = net.at("edge1.access", 4)
    packet = snmp(net)
    with guest_on(net, "macvlan mode bridge") as guest:
        arrives_unseen(net, lambda: guest.inject(packet, "guest0",
                                                 mac_of(access.ns)))
    is_refused(net, packet)


def test_an_ipvlan_guest_passes_for_the_local_host(open_net):
    """Its packets run LOCAL_OUT of the appliance, with any source: sides and
    guards are not asked, rows are."""
    net = open_net
    user, internal = net.at("user", 4), net.at("edge1.internal", 4)
    stranger = replace(user, ns=net.spaces["edge1"])
    net.refuses("udp", stranger, internal, 3478, "interface", ["internal/6"])
    with guest_on(net, "ipvlan mode l3s", f"{user.address}/32") as guest:
        guest.ip("route add default dev guest0\n")
        tap, watch = net.tap(internal), net.watch()
        s = guest.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((user.address, net.port()))
        s.sendto(b"stun", (internal.address, 3478))
        net.awaits(tap, user.address, internal.address, dport=3478)
        assert {row for _, row in watch.delta().rows} == {"internal/6"}
        # what no row names is refused here too
        watch = net.watch()
        with contextlib.suppress(PermissionError):
            s.sendto(b"get", (internal.address, SNMP))
        watch.await_drop("no-row")
        s.close()


def test_a_packet_socket_is_a_way_and_a_raw_socket_is_none(open_net):
    net = open_net
    access = net.at("edge1.access", 4)
    packet = packets.udp("131.107.155.1", access.address, net.port(), SNMP)
    arrives_unseen(net, lambda: net.box.inject(packet, "dmz0",
                                               mac_of(access.ns)))
    tap, watch = net.tap(access), net.watch()
    with contextlib.closing(net.box.socket(
            socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)) as raw:
        with contextlib.suppress(PermissionError):
            raw.sendto(packet, (access.address, 0))
        watch.await_drop("no-row")
    net.proves_silence(tap, access.address, "131.107.155.1")


def advertisement(prefix):
    """A router advertisement from which hosts make themselves an address."""
    option = struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 3600, 0) + \
        packets.packed(prefix)
    return packets.icmp("fe80::1", "ff02::1", 134, ttl=255,
                        body=struct.pack("!BBHII", 64, 0, 0, 0, 0) + option)


@pytest.fixture
def advertised(open_net):
    """The address that an Edge gave itself."""
    net = open_net
    edge = net.spaces["edge1"]
    keys = {"accept_ra": 1, "autoconf": 1, "addr_gen_mode": 0}
    before = {key: edge.sysctl(f"ipv6/conf/eth0/{key}") for key in keys}
    for key, value in keys.items():
        edge.sysctl(f"ipv6/conf/eth0/{key}", value)
    net.box.inject(advertisement("2001:db8:155::"), "dmz0",
                   "33:33:00:00:00:01")

    def made():
        link, = json.loads(edge.run("ip", "-json", "-6", "addr", "show", "dev",
                                    "eth0").stdout)
        return [a["local"] for a in link["addr_info"]
                if a.get("dynamic") and not a.get("tentative")]
    address, = until(made, "the Edge gives itself an address")
    give_neighbours(net.box, "dmz0", [address], mac_of(edge))
    yield Endpoint(edge, address)
    edge.ip(f"addr del {address}/64 dev eth0\n")
    for key, value in before.items():
        edge.sysctl(f"ipv6/conf/eth0/{key}", value)


def test_an_address_that_an_edge_gave_itself_is_not_governed(open_net,
                                                             advertised):
    net, client = open_net, open_net.at("client", 6)
    net.passes("tcp", advertised, client, 4000)
    net.passes("tcp", client, advertised, 3389)
    # refused by the rules of the page, and bound it is governed
    page = (TREE / "docs/ways-round.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (nft .*)$", page, re.M)
    assert len(commands) == 3
    with rules(net, ""):
        tap = net.tap(client)
        net.box.run("sh", "-ec", "\n".join(commands))
        net.attempts("udp", advertised, client, 4000)
        net.attempts("tcp", advertised, client, 4000)
        net.proves_silence(tap, advertised.address)
    node = OPEN.nodes["edge1"]
    net.load(OPEN.but(nodes=OPEN.nodes | {"edge1": node | {
        "access": [*node["access"], advertised.address]}}))
    net.refuses("tcp", client, advertised, 3389, "no-row")


# --- tags on a bridge

def ethernet(space, frame_type, tag, packet, to):
    """Put a tagged frame on the wire of a namespace."""
    with space.entered():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as s:
            s.bind(("eth0", 0))
            s.send(bytes.fromhex(to.replace(":", "")) +
                   bytes.fromhex(mac_of(space).replace(":", "")) +
                   struct.pack("!H", frame_type) + tag + packet)


@pytest.fixture(scope="module")
def built_bridge(nf_edge):
    net = Net(appliance(bridge=True))
    yield net
    net.close()


TAGS = {
    "vlan": (0x8100, lambda packet: struct.pack("!HH", 7, 0x0800)),
    "pppoe": (0x8864, lambda packet: struct.pack(
        "!BBHHH", 0x11, 0, 1, len(packet) + 2, 0x0021)),
}


@pytest.mark.parametrize("tag", TAGS)
def test_tagged_frames_cross_a_bridge_unless_the_tags_are_looked_behind(
        built_bridge, tag):
    net = built_bridge
    net.load(OPEN)
    seen = f"bridge__bridge-nf-filter-{tag}-tagged"
    one, other = net.spaces["edge1"], net.at("edge2.access", 4)
    packet = packets.udp(net.at("edge1.access", 4).address, other.address,
                         net.port(), SNMP, b"tagged " + tag.encode())
    frame_type, header = TAGS[tag]
    with other.ns.entered():
        sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                socket.htons(3))
    sniffer.setblocking(False)

    def send():
        ethernet(one, frame_type, header(packet), packet, mac_of(other.ns))

    def arrived():
        while True:
            try:
                if b"tagged " + tag.encode() in sniffer.recv(4096):
                    return True
            except BlockingIOError:
                return False
    with setting(net, **{"bridge__bridge-nf-call-iptables": 1, seen: 0}):
        watch = net.watch()
        send()
        until(arrived, "the tagged frame crosses the bridge")
        watch.expect()
        assert (f"{tag}-tags", "dmz0") in {
            (w["way"], w["where"])
            for w in net.edgectl.status()["ways_round"]}
    with setting(net, **{"bridge__bridge-nf-call-iptables": 1, seen: 1}):
        watch = net.watch()
        send()
        watch.await_drop("no-row")
        net.marks(net.tap(other))
        assert not arrived()
    sniffer.close()
    net.tidy()


# --- no way round, but a surprise: docs/policy.md and docs/install.md

def test_what_synproxy_answers_is_untracked(open_net):
    net = open_net
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    with rules(net, f"""table ip t {{
        chain raw {{ type filter hook prerouting priority raw;
            ip daddr {access.address} tcp dport 443 tcp flags syn notrack
        }}
        chain forward {{ type filter hook forward priority filter;
            ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
        }}
    }}"""):
        net.refuses("tcp", client, access, 443, "untracked")
    net.passes("tcp", client, access, 443, SIGN_IN)


def test_of_one_sided_routing_only_the_first_packet_passes(open_net, family):
    """The Edge answers by another router: nothing of its answer is seen."""
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    ends = client.address, access.address, net.port(), 443
    with access.ns.muted():
        net.lets_by(client, packets.tcp(*ends), SIGN_IN)
        net.drops(client, packets.tcp(*ends, flags="A", seq=1001, ack=5001),
                  "invalid")


def test_of_one_sided_routing_answers_alone_are_refused(open_net, family):
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    net.drops(av, packets.udp(av.address, client.address, 3478, net.port()),
              "no-row")
    net.drops(av, packets.tcp(av.address, client.address, 443, net.port(),
                              flags="SA"), "invalid")


def test_after_a_flush_of_connections_the_first_to_speak_decides(open_net,
                                                                 family):
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    talk = net.connect("udp", client, av, 3478, sport=3478)

    def counts(way, rows):
        net.box.run("conntrack", "-F")
        watch = net.watch()
        way()
        until(lambda: {row for _, row in watch.delta().rows} == set(rows),
              f"{rows} count it")
    talk.exchange()
    counts(talk.answer, STUN_OUT)
    counts(talk.send, STUN_IN)
    talk.forgets()
    # from any other port only the client can begin anew
    other = net.connect("udp", client, av, 3478)
    other.exchange()
    net.box.run("conntrack", "-F")
    net.cuts(other, "no-row", by="server")
    other.forgets()
    other.exchange()


def test_what_an_upstream_router_sends_back_is_spoofed(open_net, family):
    """Hairpin: an Edge dials a public address, and comes back by wan0."""
    net = open_net
    one, other = net.at("edge1.av", family), net.at("edge2.av", family)
    net.drops(net.at("client", family), packets.udp(
        one.address, other.address, 3478, 3478), "spoofed")
