# SPDX-License-Identifier: GPL-2.0-only
"""Multicast and broadcast, to and from the host that the module runs on."""

import ctypes
import json
import os
import socket
import struct
import subprocess

import pytest

from netns import until

LIBC = ctypes.CDLL(None)
EDGE = "131.107.155.30"
CLIENT = "198.51.100.7"
GROUP = "224.1.1.1"
CONFIGURATION = """
mode = audit
zones = {{ external }}
features = {{ av }}
ping = {{ }}
interface wan0 {{ sides = {{ external, edge }} }}
node edge1 {{ av = {{ {address} }} }}
"""


def run(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


def at(name):
    """From here on this process, and the sockets that it makes, are there."""
    with open(f"/var/run/netns/{name}", encoding="ascii") as file:
        assert LIBC.setns(file.fileno(), 0x40000000) == 0


@pytest.fixture(name="host")
def host_():
    """The Edge itself as "host", and somebody beside it as "client"."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    run("modprobe", "nf_edge")
    for name in ("host", "client"):
        run("ip", "netns", "add", name)
    run("ip", "link", "add", "wan0", "netns", "host", "type", "veth",
        "peer", "name", "c0", "netns", "client")
    for name, device, address in (("host", "wan0", "198.51.100.1/24"),
                                  ("host", "wan0", f"{EDGE}/32"),
                                  ("client", "c0", f"{CLIENT}/24")):
        run("ip", "-n", name, "address", "add", address, "dev", device)
        run("ip", "-n", name, "link", "set", device, "up")
    run("ip", "-n", "client", "route", "add", "default", "dev", "c0")
    run("ip", "-n", "host", "route", "add", "default", "dev", "wan0")
    yield "host"
    LIBC.setns(here, 0x40000000)
    os.close(here)
    run("ip", "netns", "exec", "host", "edgectl", "flush")
    for name in ("host", "client"):
        run("ip", "netns", "delete", name)


def load(folder, address):
    file = folder / "edge.conf"
    file.write_text(CONFIGURATION.format(address=address), encoding="ascii")
    run("ip", "netns", "exec", "host", "edgectl", "load", str(file))


def counted(what):
    """The totals of a service, or what was refused, by name."""
    counts = json.loads(run("ip", "netns", "exec", "host", "edgectl",
                            "counters", "--json"))
    return counts[what]


def refused():
    return sum(drop["packets"] + drop["would_be_packets"]
               for drop in counted("drops"))


@pytest.mark.parametrize("address", ["2001:db8:155::30", EDGE])
def test_a_broadcast_is_no_concern(host, tmp_path, address):
    load(tmp_path, address)
    run("ip", "netns", "exec", host, "edgectl", "mode", "enforce")
    at(host)
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("0.0.0.0", 68))
    receiver.settimeout(10)
    at("client")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"c0")
    sender.bind((CLIENT, 67))
    sender.sendto(b"discover", ("255.255.255.255", 68))
    assert receiver.recv(100) == b"discover"
    assert refused() == 0


def test_an_answer_from_a_group_s_own_address_is_spoofed(host, tmp_path):
    """A row lets the request go: the answer's source cannot be."""
    load(tmp_path, EDGE)
    at(host)
    edge = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    edge.bind((EDGE, 5000))
    edge.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    edge.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wan0")
    edge.sendto(b"request", (GROUP, 3478))
    at("client")
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"c0")
    raw.sendto(struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 0, 1, 0, 64, 17, 0, socket.inet_aton(GROUP),
        socket.inet_aton(EDGE)) + struct.pack("!HHHH", 3478, 5000, 9, 0) + b"y",
        (EDGE, 0))
    until(refused, "the answer is judged")
    spoofed = [drop for drop in counted("drops") if drop["reason"] == "spoofed"]
    assert spoofed[0]["would_be_packets"] == 1
    av = [total for total in counted("services") if total["service"] == "av"][0]
    assert av["connections"] == 1 and av["packets_to_edge"] == 0
