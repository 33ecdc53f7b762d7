# SPDX-License-Identifier: GPL-2.0-only
"""Tunnels and labels that end on the appliance, in a distribution's kernel: the
small test kernels have none of these."""

import contextlib
import platform
import socket
import struct
import subprocess

import pytest

import packets
from netlib import OPEN
from test_ways import told
from test_ways_round import arrives_unseen, snmp

OUTER = "198.51.100.7", "192.0.2.1"
BRANCH = "192.168.10.77"        # of internal-networks, behind the tunnel


@pytest.fixture(scope="module", autouse=True)
def modules(nf_edge):
    if platform.node() != "nf-edge":
        pytest.skip("puts modules into the kernel")
    for name in "mpls_router", "esp4", "xfrm_interface":
        subprocess.run(["modprobe", name], check=True)


# --- IPsec

@contextlib.contextmanager
def ipsec(net, if_id=""):
    """A tunnel from a branch office to the appliance, with an if_id or none."""
    inet, box, inner = net.spaces["inet"], net.box, \
        net.at("edge1.internal", 4).address
    ends = f"src {OUTER[0]} dst {OUTER[1]} proto esp"
    inet.ip(f"addr add {BRANCH}/32 dev eth0\n")
    try:
        for space, way, mark in ((inet, "out", ""), (box, "fwd", if_id)):
            space.ip(f"xfrm state add {ends} spi 0x100 mode tunnel "
                     f"enc ecb(cipher_null) '' {mark}\n"
                     f"xfrm policy add src {BRANCH} dst {inner} dir {way} "
                     f"{mark} tmpl {ends} mode tunnel\n")
        yield
    finally:
        for space in inet, box:
            space.ip("xfrm state flush\nxfrm policy flush\n")
        inet.ip(f"addr del {BRANCH}/32 dev eth0\n")


def sends(net):
    internal = net.at("edge1.internal", 4)
    with contextlib.closing(net.spaces["inet"].socket(
            socket.AF_INET, socket.SOCK_DGRAM)) as s:
        s.bind((BRANCH, net.port()))
        s.sendto(b"stun", (internal.address, 3478))


def test_what_a_tunnel_by_policy_brings_is_spoofed(open_net):
    net = open_net
    tap = net.tap(net.at("edge1.internal", 4))
    with ipsec(net):
        watch = net.watch()
        sends(net)
        watch.await_drop("spoofed")
        net.proves_silence(tap, BRANCH)


def test_what_a_tunnel_with_a_device_brings_is_judged_there(net):
    internal = net.at("edge1.internal", 4)
    net.box.ip("link add ipsec0 type xfrm dev wan0 if_id 42\n"
               "link set ipsec0 up\n")
    net.load(OPEN.but(interfaces=OPEN.interfaces | {"ipsec0": ["internal"]}))
    tap = net.tap(internal)
    with ipsec(net, "if_id 42"), internal.ns.muted():
        watch = net.watch()
        sends(net)
        net.awaits(tap, BRANCH, dport=3478)
        delta = watch.delta()
        assert {row for _, row in delta.rows} == {"internal/6"}
        assert not delta.drops
    net.box.ip("link del ipsec0\n")


# --- labels and segments

def test_mpls_is_a_way_round(open_net):
    net = open_net
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    packet = snmp(net)
    label = struct.pack("!I", 100 << 12 | 1 << 8 | 64)
    before = net.box.sysctl("mpls/platform_labels")
    net.box.sysctl("mpls/platform_labels", 1000)
    net.box.sysctl("mpls/conf/wan0/input", 1)
    net.box.run("ip", "-f", "mpls", "route", "add", "100", "via", "inet",
                access.address, "dev", "dmz0")

    def send():
        with client.ns.entered():
            with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as s:
                s.sendto(label + packet, (client.dev, 0x8847, 0, 0,
                                          bytes.fromhex("020000000001")))
    arrives_unseen(net, send)
    assert set(told(net)) == {("mpls", "wan0")}
    net.box.sysctl("mpls/conf/wan0/input", 0)
    tap, watch = net.tap(access), net.watch()
    send()
    net.proves_silence(tap, access.address, client.address)
    watch.expect()
    net.box.sysctl("mpls/platform_labels", before)
    assert told(net) == {}


def test_a_route_that_unpacks_segments_is_a_way_round(open_net):
    net = open_net
    client, access = net.at("client", 6), net.at("edge1.access", 4)
    packet = packets.ip(client.address, "fc00:d4::1", 4, snmp(net))
    route = "fc00:d4::1/128"
    net.box.run("ip", "-6", "route", "add", route, "encap", "seg6local",
                "action", "End.DX4", "nh4", access.address, "dev", "dmz0")
    arrives_unseen(net, lambda: net.injects(client, packet))
    assert set(told(net)) == {("segment-routing", f"route {route}")}
    net.box.run("ip", "-6", "route", "del", route)
    assert told(net) == {}
