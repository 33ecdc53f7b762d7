# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel calls the hooks twice for a packet, or for one that it does
not route: VRFs on the Edge itself, and bridges with br_netfilter."""

import json
import socket
import subprocess

import pytest

import packets
import topology
from netlib import OPEN, Net, appliance

SIGN_IN = ["external/5", "pic/3"]
STUN = ["external/14", "pic/6"]             # UDP 3478 to an A/V Edge


# --- an Edge in a VRF

class InVrf(Net):
    """The box's sockets are of its VRF."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        # Markers are sent by a socket that is of none.
        self.box.ip("route add default via 192.0.2.2 dev wan0 onlink\n")

    def socket(self, endpoint, kind, proto=0):
        s = super().socket(endpoint, kind, proto)
        if endpoint.ns is self.box:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"site")
        return s


@pytest.fixture(scope="module", params=[False, True],
                ids=["direct", "with a queue"])
def built_vrf(nf_edge, request):
    """The VRF device sends at once, or by a queue of its own: the kernel calls
    LOCAL_OUT from another place then."""
    net = InVrf(topology.edge_host(vrf=True), hosts=topology.EDGE_HOSTS,
                box="edge1")
    if request.param:
        net.box.run("tc", "qdisc", "add", "dev", "site", "root", "pfifo")
    yield net
    net.close()


@pytest.fixture
def vrf(built_vrf):
    built_vrf.load(OPEN.but(
        nodes={"edge1": topology.node("edge1")},
        interfaces={"wan0": ["external"], "lan0": ["internal"]}))
    yield built_vrf
    built_vrf.tidy()


@pytest.mark.parametrize("l4, src, dst, port, rows", [
    ("tcp", "client", "edge1.access", 443, SIGN_IN),
    ("udp", "client", "edge1.av", 3478, STUN),
    ("udp", "edge1.access", "client", 53, ["external/4"]),
    ("tcp", "edge1.access", "partner", 5269, ["xmpp/2"]),
    ("tcp", "frontend", "edge1.internal", 8057, ["internal/4"])])
def test_an_edge_in_a_vrf_counts_each_packet_once(vrf, family, l4, src, dst,
                                                  port, rows):
    vrf.passes(l4, vrf.at(src, family), vrf.at(dst, family), port, rows)


@pytest.mark.parametrize("l4, src, dst, port", [
    ("tcp", "client", "edge1.access", 444),
    ("udp", "edge1.access", "client", 4000)])
def test_an_edge_in_a_vrf_refuses_each_packet_once(vrf, family, l4, src, dst,
                                                   port):
    vrf.refuses(l4, vrf.at(src, family), vrf.at(dst, family), port, "no-row")


def test_an_edge_in_a_vrf_knows_its_interfaces(vrf, family):
    client, user = vrf.at("client", family), vrf.at("user", family)
    access = vrf.at("edge1.access", family)
    vrf.refuses("tcp", client.sent_from(user), access, 443, "interface",
                near=SIGN_IN)
    vrf.refuses("tcp", user.sent_from(client), access, 443, "spoofed")


# --- bridges

@pytest.fixture(scope="module", params=[False, True], ids=["", "in a VRF"])
def built_bridge(nf_edge, request):
    """The Edges are on a bridge of the appliance, and speak to each other
    without its routing. In a VRF the kernel calls PRE_ROUTING for the bridge and
    for what the host routes."""
    subprocess.run(["modprobe", "-q", "br_netfilter"], check=False)
    net = Net(appliance(bridge=True, vrf=request.param))
    for one, other in (("edge1", "edge2"), ("edge2", "edge1")):
        link, = json.loads(net.spaces[other].run(
            "ip", "-json", "link", "show", "eth0").stdout)
        net.spaces[one].ip("".join(
            f"neigh replace {a} lladdr {link['address']} dev eth0 nud "
            f"permanent\nroute add {a} dev eth0 rto_min 20ms quickack 1\n"
            for a in topology.addresses_in(other)))
    yield net
    net.close()


@pytest.fixture
def bridge(built_bridge):
    """A function that says whether netfilter sees what is bridged."""
    net = built_bridge

    def bridge(is_seen):
        for word in "iptables", "ip6tables":
            net.box.sysctl(f"bridge/bridge-nf-call-{word}", int(is_seen))
        return net
    net.load(OPEN)
    yield bridge
    net.tidy()


seen = pytest.mark.parametrize("is_seen", [True, False],
                               ids=["seen", "not seen"])


def test_what_is_bridged_is_judged_where_netfilter_sees_it(bridge, family):
    net = bridge(True)
    one, other = (net.at(f"{n}.av", family) for n in ("edge1", "edge2"))
    net.passes("udp", one, other, 3478, ["external/13"], ["external/14"])
    net.refuses("tcp", *(net.at(f"{n}.access", family) for n in
                         ("edge1", "edge2")), 443, "no-row")
    # and of hosts that are none of the policy's business
    net.passes("tcp", *(net.at(f"{n}.marker", family) for n in
                        ("edge1", "edge2")), 3389)


def test_what_is_bridged_is_unseen_elsewhere(bridge, family):
    """Of two Edges on one segment nf_edge knows nothing, unless they are made
    to speak by the appliance."""
    net = bridge(False)
    net.passes("tcp", *(net.at(f"{n}.access", family) for n in
                        ("edge1", "edge2")), 443)


def test_what_is_bridged_is_cut_with_its_rows(bridge, family):
    net = bridge(True)
    talk = net.connect("udp", *(net.at(f"{n}.av", family) for n in
                                ("edge1", "edge2")), 3478)
    talk.exchange()
    for feature in "av", "live-messenger":
        net.edgectl.feature("off", feature)
    watch = net.watch()
    tap = net.tap(talk.dst)
    talk.send()
    watch.await_drop("disabled")
    net.proves_silence(tap, talk.src.address, talk.dst.address)


@seen
def test_what_is_routed_by_a_bridge_is_judged_once(bridge, family, is_seen):
    net = bridge(is_seen)
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.passes("tcp", client, access, 443, SIGN_IN)
    net.passes("udp", access, client, 53, ["external/4"])
    net.refuses("tcp", client, access, 444, "no-row")
    net.refuses("udp", access, client, 4000, "no-row")
    net.refuses("tcp", client.sent_from(net.at("user", family)), access, 443,
                "interface", near=SIGN_IN)


@seen
def test_neighbour_discovery_passes_a_bridge_and_is_not_routed(bridge, is_seen):
    net = bridge(is_seen)
    client, one, other = (net.at(name, 6) for name in (
        "client", "edge1.access", "edge2.access"))

    def solicitation(src, dst):
        return packets.icmp(src.address, dst.address, 135, ttl=255,
                            body=bytes(4) + packets.packed(dst.address))

    link, = json.loads(other.ns.run("ip", "-json", "link", "show", "eth0").stdout)
    tap, watch = net.tap(other), net.watch()
    one.ns.inject(solicitation(one, other), mac=link["address"])
    net.awaits(tap, one.address, other.address, proto=58)
    watch.expect()
    net.drops(one, solicitation(one, client), "no-row")
    net.drops(client, solicitation(client, one), "no-row")
