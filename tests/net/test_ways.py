# SPDX-License-Identifier: GPL-2.0-only
"""Ways round the policy that the host shows: check, load and show status warn
of each, and are silent when the way is closed."""

import contextlib
import ctypes
import os
import pathlib
import re
import socket
import struct
import subprocess

import pytest

from netlib import OPEN, Namespace

ACCESS = {4: "131.107.155.10", 6: "2001:db8:155::10"}
UNBOUND = {4: "192.0.2.1", 6: "2001:db8:2::1"}


def told(net):
    """The ways that show status tells, as {(kind, where): sentence}."""
    return {(way["way"], way["where"]): way["message"]
            for way in net.edgectl.status()["ways_round"]}


def found(net, verb="check"):
    """The same, when check (or load) and the text of status tell it too."""
    ways = told(net)
    text = net.edgectl("show", "status").stdout
    warnings = net.edgectl.json(verb, net.edgectl.file(OPEN))["warnings"]
    lines = str(OPEN).splitlines()
    for (_, where), message in ways.items():
        at, = [w["line"] for w in warnings if w["word"] == where and
               w["message"] == message]
        assert at == 1 or f"interface {where} " in lines[at - 1]
        assert f"WARNING    {where}: {message}\n" in text
    assert text.count("WARNING") == len(ways), text
    return ways


@contextlib.contextmanager
def rules(net, text):
    """A ruleset, as long as it is needed."""
    net.box.nft(text)
    try:
        yield
    finally:
        net.box.run("nft", "flush", "ruleset")


@contextlib.contextmanager
def setting(net, **values):
    """Settings below /proc/sys/net, `__` for each slash."""
    before = {}
    for name, value in values.items():
        path = name.replace("__", "/")
        before[path] = net.box.sysctl(path)
        net.box.sysctl(path, value)
    try:
        yield
    finally:
        for path, value in before.items():
            net.box.sysctl(path, value)


@contextlib.contextmanager
def device(net, line, name, *before):
    """A device, which goes with the one of the name."""
    net.box.ip("".join(f"link add {each}\n" for each in (*before, line)))
    try:
        yield
    finally:
        net.box.run("ip", "link", "del", name, check=False)


@contextlib.contextmanager
def moved(net, kind):
    """A device of a container that shares the Edges' wire."""
    with contextlib.closing(Namespace("guest")) as guest:
        net.box.ip(f"link add link dmz0 name guest0 netns {guest.path} "
                   f"type {kind}\n")
        guest.ip("link set guest0 up\n")
        yield


@contextlib.contextmanager
def filters(net, *words, place="ingress", dev="wan0"):
    net.box.run("tc", "qdisc", "add", "dev", dev, "clsact")
    try:
        net.box.run("tc", "filter", "add", "dev", dev, place, *words)
        yield
    finally:
        net.box.run("tc", "qdisc", "del", "dev", dev, "clsact")


@contextlib.contextmanager
def ifb_and_filters(net):
    with device(net, "ifb0 type ifb", "ifb0"), \
            filters(net, "matchall", "action", "mirred", "egress", "redirect",
                    "dev", "ifb0"):
        yield


def bpf(command, attr):
    """The system call; returns a file descriptor."""
    data = ctypes.create_string_buffer(attr.ljust(128, b"\0"))
    fd = ctypes.CDLL(None, use_errno=True).syscall(321, command, data, 128)
    assert fd >= 0, os.strerror(ctypes.get_errno())
    return fd


def program_of_two(kind, answer):
    """A program that gives one answer: r0 = answer; exit."""
    code = ctypes.create_string_buffer(
        struct.pack("<BBhi", 0xb7, 0, 0, answer) +
        struct.pack("<BBhi", 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    return bpf(5, struct.pack("<IIQQ", kind, 2, ctypes.addressof(code),
                              ctypes.addressof(licence)))


@contextlib.contextmanager
def xdp(net, dev="wan0"):
    """XDP_PASS: what a program does, nobody sees from outside."""
    fd = program_of_two(6, 2)
    with net.box.entered():
        index = socket.if_nametoindex(dev)
        route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        nest = struct.pack("<HHi", 8, 1, fd) + \
            struct.pack("<HHI", 8, 3, 2)            # generic mode
        body = struct.pack("<BxHiII", 0, 0, index, 0, 0) + \
            struct.pack("<HH", 4 + len(nest), 43 | 0x8000) + nest
        route.send(struct.pack("<IHHII", 16 + len(body), 19, 5, 1, 0) + body)
        assert struct.unpack_from("<i", route.recv(4096), 16)[0] == 0
        route.close()
    os.close(fd)
    try:
        yield
    finally:
        net.box.run("ip", "link", "set", "dev", dev, "xdpgeneric", "off")


@contextlib.contextmanager
def all_routers(net, dev="dmz0"):
    """A program that advertises joins the group of all routers."""
    with net.box.entered():
        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        index = socket.if_nametoindex(dev)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                 socket.inet_pton(socket.AF_INET6, "ff02::2") +
                 struct.pack("i", index))
    try:
        yield
    finally:
        s.close()


@contextlib.contextmanager
def bridge(net, ports=2, **settings):
    """dmz0 becomes a bridge for a while: the name decides."""
    subprocess.run(["modprobe", "br_netfilter"], check=True)
    box = net.box
    box.ip("link set dmz0 down\nlink set dmz0 name kept0\n"
           "link add dmz0 type bridge\n" +
           "".join(f"link add port{i} type dummy\nlink set port{i} master dmz0\n"
                   for i in range(ports)))
    seen = {f"bridge__{name}": value for name, value in {
        "bridge-nf-call-iptables": 1, "bridge-nf-call-ip6tables": 1,
        "bridge-nf-filter-vlan-tagged": 1,
        "bridge-nf-filter-pppoe-tagged": 1}.items()}
    try:
        with setting(net, **seen | settings):
            yield
    finally:
        box.ip("".join(f"link del port{i}\n" for i in range(ports)) +
               "link del dmz0\nlink set kept0 name dmz0\n")


def nat(rule, family="ip"):
    return (f"table {family} t {{\nset s {{ type ipv4_addr; elements = "
            f"{{ {ACCESS[4]}, {UNBOUND[4]} }}; }}\n"
            "chain c { type nat hook prerouting priority -100;\n"
            f"{rule}\n}}\n}}\n")


def mangle(rule):
    return (f"table ip t {{\nchain c {{ type filter hook prerouting priority "
            f"-150;\n{rule}\n}}\n}}\n")


def ingress(rule):
    return ("table netdev t {\nchain c { type filter hook ingress device wan0 "
            f"priority 0;\n{rule}\n}}\n}}\n")


@contextlib.contextmanager
def conntrackd(net, text, **settings):
    """A file of conntrackd, and settings of connection tracking."""
    made = not CONNTRACKD.exists()
    CONNTRACKD.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", CONNTRACKD], check=True)
    (CONNTRACKD / "conntrackd.conf").write_text(text, encoding="utf-8")
    try:
        with setting(net, **{f"netfilter__nf_conntrack_{name}": value
                             for name, value in settings.items()}):
            yield
    finally:
        subprocess.run(["umount", CONNTRACKD], check=True)
        if made:
            CONNTRACKD.rmdir()


CONNTRACKD = pathlib.Path("/etc/conntrackd")
STATS = "General {\n}\nStats {\n    LogFile on\n}\n"
PAIR = (pathlib.Path(__file__).resolve().parents[2] /
        "examples/ha/conntrackd.conf").read_text(encoding="utf-8")
VRRP = "link dmz0 name vrrp.52 address 00:00:5e:00:01:34 type macvlan mode private"

RULE = "ip t c"
TO = f"dnat to {ACCESS[4]}"
SOURCE_ROUTE = "ipv4__conf__all__accept_source_route"
SOURCE_ROUTE_WAN = "ipv4__conf__wan0__accept_source_route"

IPVLAN = ("the ipvlan device guest0 shares its wire past the guards and sides of "
          "the policy; use a veth pair and a route")
REDIRECTION = ("a tc filter redirects packets to dmz0 before the policy sees them; "
               "take it away with tc filter del dev wan0 ingress")
PROGRAM = "bpf", "bytecode", "1,6 0 0 0"
RUNS = ("a tc filter runs a program (bpf), which forwards or changes packets past the "
        "policy unless it only drops and passes; tc filter show dev {} names it")
TRANSLATES = {family: f"translates {UNBOUND[family]} to the Edge address "
                      f"{ACCESS[family]}; bind {UNBOUND[family]} to the same "
                      "node, or no row permits these connections"
              for family in UNBOUND}
MAC = r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b"

# what: (how, the way and where it is, the sentence)
WAYS = {
    "a bridge that netfilter does not see, IPv4": (
        lambda net: bridge(net, **{"bridge__bridge-nf-call-iptables": 0}),
        ("bridge", "dmz0"),
        "carries IPv4 between its ports past the policy; set "
        "net.bridge.bridge-nf-call-iptables = 1"),
    "a bridge that netfilter does not see, IPv6": (
        lambda net: bridge(net, **{"bridge__bridge-nf-call-ip6tables": 0}),
        ("bridge", "dmz0"),
        "carries IPv6 between its ports past the policy; set "
        "net.bridge.bridge-nf-call-ip6tables = 1"),
    "frames with VLAN tags": (
        lambda net: bridge(net, **{"bridge__bridge-nf-filter-vlan-tagged": 0}),
        ("vlan-tags", "dmz0"),
        "carries frames with VLAN tags between its ports past the policy; set "
        "net.bridge.bridge-nf-filter-vlan-tagged = 1"),
    "frames of PPPoE": (
        lambda net: bridge(net, **{"bridge__bridge-nf-filter-pppoe-tagged": 0}),
        ("pppoe-tags", "dmz0"),
        "carries frames with PPPoE headers between its ports past the policy; "
        "set net.bridge.bridge-nf-filter-pppoe-tagged = 1"),
    "a macvlan device": (
        lambda net: device(net, "link dmz0 name guest0 type macvlan",
                           "guest0"),
        ("macvlan", "dmz0"),
        "the macvlan device guest0 takes frames from its wire past the policy; "
        "use a veth pair and a route, or bind guest0 if this host has it"),
    "a macvlan device of a container": (
        lambda net: moved(net, "macvlan"), ("macvlan", "dmz0"),
        "frames for MAC go to a macvlan device of another namespace past the "
        "policy; use a veth pair and a route"),
    "a macvlan device of VRRP": (
        lambda net: device(net, VRRP, "vrrp.52"), ("vmac", "dmz0"),
        "what comes in by the VRRP address of vrrp.52 arrives on that device, which "
        "is bound to no side, and is refused (interface); take use_vmac out of "
        "keepalived.conf"),
    "connections picked up on a pair": (
        lambda net: conntrackd(net, PAIR, tcp_loose=1, events=1),
        ("tcp-loose", "nf_conntrack_tcp_loose"),
        "lets whoever speaks first pass for the client when the other appliance of "
        "a pair takes over; set net.netfilter.nf_conntrack_tcp_loose = 0"),
    "connections that a pair does not tell": (
        lambda net: conntrackd(net, PAIR, tcp_loose=0, events=2),
        ("events", "nf_conntrack_events"),
        "does not tell the other appliance of a pair what becomes of connections "
        "that are older than conntrackd; set net.netfilter.nf_conntrack_events = 1"),
    "an ipvlan device": (
        lambda net: device(net, "link dmz0 name guest0 type ipvlan mode l2",
                           "guest0"),
        ("ipvlan", "dmz0"), IPVLAN),
    "an ipvlan device of the third layer": (
        lambda net: device(net, "link dmz0 name guest0 type ipvlan mode l3s",
                           "guest0"),
        ("ipvlan", "dmz0"), IPVLAN),
    "an XDP program": (
        xdp, ("xdp", "wan0"),
        "has an XDP program, which forwards or answers packets past the policy "
        "unless it only drops and passes; detach it with ip link set dev wan0 "
        "xdp off"),
    "a redirection by tc": (
        lambda net: filters(net, "matchall", "action", "mirred", "egress",
                            "redirect", "dev", "dmz0"),
        ("tc", "wan0"), REDIRECTION),
    "a redirection by another classifier": (
        lambda net: filters(net, "protocol", "ip", "u32", "match", "ip", "dst",
                            f"{ACCESS[4]}/32", "action", "skbmod", "set",
                            "dmac", "02:00:00:00:00:77", "action", "mirred",
                            "egress", "redirect", "dev", "dmz0"),
        ("tc", "wan0"), REDIRECTION),
    "connection tracking by tc": (
        lambda net: filters(net, "protocol", "ip", "flower", "action", "ct"),
        ("tc", "wan0"),
        "a tc filter tracks connections (ct) before the policy sees them, and "
        "hardware forwards these; take it away with tc filter del dev wan0 "
        "ingress"),
    "headers changed by tc behind the policy": (
        lambda net: filters(net, "protocol", "ip", "matchall", "action",
                            "pedit", "munge", "ip", "dst", "set", ACCESS[4],
                            place="egress", dev="dmz0"),
        ("tc", "dmz0"),
        "a tc filter changes headers behind the policy; take it away with tc "
        "filter del dev dmz0 egress"),
    "a program that tc runs": (
        lambda net: filters(net, *PROGRAM), ("tc", "wan0"), RUNS.format("wan0 ingress")),
    "a program that tc runs on what leaves": (
        lambda net: filters(net, *PROGRAM, place="egress", dev="dmz0"),
        ("tc", "dmz0"), RUNS.format("dmz0 egress")),
    "a program that a filter of tc runs": (
        lambda net: filters(net, "matchall", "action", *PROGRAM),
        ("tc", "wan0"), RUNS.format("wan0 ingress")),
    "a program that a filter of tc runs on what leaves": (
        lambda net: filters(net, "matchall", "action", *PROGRAM, place="egress", dev="dmz0"),
        ("tc", "dmz0"), RUNS.format("dmz0 egress")),
    "source routes": (
        lambda net: setting(net, **{
            SOURCE_ROUTE: 1, SOURCE_ROUTE_WAN: 1,
            SOURCE_ROUTE_WAN.replace("wan0", "lan0"): 0,
            SOURCE_ROUTE_WAN.replace("wan0", "dmz0"): 0}),
        ("source-route", "wan0"),
        "takes IPv4 source routes, which lead to an Edge past the policy; set "
        "net.ipv4.conf.all.accept_source_route = 0"),
    "a liberal view of TCP": (
        lambda net: setting(
            net, netfilter__nf_conntrack_tcp_be_liberal=1),
        ("liberal", "nf_conntrack_tcp_be_liberal"),
        "makes packets outside the TCP window part of a connection; set "
        "net.netfilter.nf_conntrack_tcp_be_liberal = 0"),
    "a program that advertises a router": (
        all_routers, ("advertisements", "dmz0"),
        "a program of this host advertises a router here: an Edge gives itself "
        "IPv6 addresses that no service binds; advertise without the autonomous "
        "flag, and switch autoconfiguration off on the Edges"),
    "an address translated to an Edge's": (
        lambda net: rules(net, nat(f"ip daddr {UNBOUND[4]} {TO}")),
        ("dnat", RULE), TRANSLATES[4]),
    "the same with ports": (
        lambda net: rules(net, nat(f"ip daddr {UNBOUND[4]} udp dport 1161 "
                                   f"{TO}:161")),
        ("dnat", RULE), TRANSLATES[4]),
    "the same for IPv6": (
        lambda net: rules(net, nat(
            f"ip6 daddr {UNBOUND[6]} dnat ip6 to {ACCESS[6]}", "inet")),
        ("dnat", "inet t c"), TRANSLATES[6]),
    "any address translated to an Edge's": (
        lambda net: rules(net, nat(f"tcp dport 80 {TO}")),
        ("dnat", RULE),
        f"translates any destination to the Edge address {ACCESS[4]}; let the "
        "rule match an address that is bound to the same node"),
    "a map with an address too many": (
        lambda net: rules(net, nat(
            f"dnat to ip daddr map {{ {UNBOUND[4]} : {ACCESS[4]}, "
            f"{ACCESS[4]} : {ACCESS[4]} }}")),
        ("dnat", RULE), TRANSLATES[4]),
    "a map with ports": (
        lambda net: rules(net, nat(
            "meta l4proto tcp dnat ip to ip daddr . tcp dport map "
            f"{{ {UNBOUND[4]} . 80 : {ACCESS[4]} . 443 }}")),
        ("dnat", RULE), TRANSLATES[4]),
    "a set with an address too many": (
        lambda net: rules(net, nat(f"ip daddr @s {TO}")),
        ("dnat", RULE), TRANSLATES[4]),
    "a destination written into packets": (
        lambda net: rules(net, mangle(f"ip daddr set {ACCESS[4]}")),
        ("rewrite", RULE),
        "writes a destination into packets, which leads to an Edge past the "
        "policy; translate with dnat instead"),
    "frames forwarded at ingress": (
        lambda net: rules(net, ingress("fwd to dmz0")),
        ("forward", "netdev t c"),
        "sends frames to another device (fwd or dup) past the policy; take the "
        "rule away"),
    "a zone of connection tracking": (
        lambda net: rules(net, mangle("ct zone set 5").replace(
            "-150", "-300")),
        ("zone", RULE),
        "tracks connections in a zone; an answer in another zone is refused as "
        "invalid, so give both directions the same one"),
}

# what: how; none of these is a way round
NO_WAYS = {
    "a bridge that netfilter sees": bridge,
    "a bridge of one port": lambda net: bridge(
        net, ports=1, **{"bridge__bridge-nf-call-iptables": 0}),
    "a macvlan device on another wire": lambda net: device(
        net, "link kept0 name guest0 type macvlan", "kept0",
        "kept0 type dummy"),
    "a macvlan device of VRRP on another wire": lambda net: device(
        net, VRRP.replace("dmz0", "kept0"), "kept0", "kept0 type dummy"),
    "a pair with its settings": lambda net: conntrackd(
        net, PAIR, tcp_loose=0, events=1),
    "a lone host with statistics of connections": lambda net: conntrackd(
        net, STATS, tcp_loose=1, events=2),
    "a VLAN": lambda net: device(
        net, "link dmz0 name guest0 type vlan id 7", "guest0"),
    "tc that shapes": ifb_and_filters,
    "tc that polices": lambda net: filters(
        net, "matchall", "action", "police", "rate", "1gbit", "burst", "1m"),
    "tc that drops": lambda net: filters(
        net, "protocol", "ip", "flower", "dst_ip", "10.0.0.0/8", "action",
        "drop"),
    "headers changed by tc before the policy": lambda net: filters(
        net, "protocol", "ip", "matchall", "action", "pedit", "munge", "ip",
        "dst", "set", ACCESS[4]),
    "tc that counts what leaves": lambda net: filters(
        net, "matchall", "action", "ok", place="egress"),
    "source routes of a device that all refuse": lambda net: setting(
        net, **{SOURCE_ROUTE_WAN: 1}),
    "source routes that the devices refuse": lambda net: setting(
        net, **{SOURCE_ROUTE: 1, **{
            SOURCE_ROUTE_WAN.replace("wan0", dev): 0
            for dev in ("wan0", "lan0", "dmz0")}}),
    "a program that advertises elsewhere": lambda net: all_routers(
        net, "wan0"),
    "a port translated": lambda net: rules(net, nat(
        f"ip daddr {ACCESS[4]} tcp dport 443 {TO}:4443")),
    "another host translated": lambda net: rules(net, nat(
        f"ip daddr {UNBOUND[4]} dnat to 10.0.0.1")),
    "a map of bound addresses": lambda net: rules(net, nat(
        f"dnat to ip daddr map {{ {ACCESS[4]} : {ACCESS[4]}, "
        f"{UNBOUND[4]} : 10.0.0.1 }}")),
    "an Edge translated outward": lambda net: rules(net, nat(
        "snat to 192.0.2.1").replace("prerouting", "postrouting")),
    "another destination written": lambda net: rules(net, mangle(
        "ip daddr set 10.0.0.1")),
    "a source written": lambda net: rules(net, mangle(
        f"ip saddr set {ACCESS[4]}")),
    "a zone asked for": lambda net: rules(net, mangle("ct zone 5 counter")),
}


@pytest.mark.parametrize("what", WAYS)
def test_each_way_round_draws_one_warning(open_net, what):
    how, way, sentence = WAYS[what]
    with how(open_net):
        during = found(open_net)
    assert {where: re.sub(MAC, "MAC", said)
            for where, said in during.items()} == {way: sentence}
    assert told(open_net) == {}


@pytest.mark.parametrize("what", NO_WAYS)
def test_settings_that_are_no_way_round_draw_none(open_net, what):
    with NO_WAYS[what](open_net):
        assert told(open_net) == {}


def test_each_device_that_takes_source_routes_is_named(open_net):
    names = ("wan0", "lan0", "dmz0")
    with setting(open_net, **{SOURCE_ROUTE: 1, **{
            SOURCE_ROUTE_WAN.replace("wan0", dev): 1 for dev in names}}):
        assert set(found(open_net, "load")) == {
            ("source-route", n) for n in names}


@pytest.mark.parametrize("program, source", [
    ("iptables-nft", UNBOUND[4]), ("ip6tables-nft", UNBOUND[6])])
def test_translations_by_iptables_are_read(open_net, program, source):
    family = 6 if ":" in source else 4
    with rules(open_net, ""):
        open_net.box.run(program, "-t", "nat", "-A", "PREROUTING", "-d", source,
                         "-p", "tcp", "--dport", "80", "-j", "DNAT",
                         "--to-destination",
                         f"[{ACCESS[6]}]:443" if family == 6 else
                         f"{ACCESS[4]}:443")
        (way, where), = told(open_net)
        assert way == "dnat" and where.endswith(" nat PREROUTING")


def test_zones_by_iptables_are_read(open_net):
    with rules(open_net, ""):
        open_net.box.run("iptables-nft", "-t", "raw", "-A", "PREROUTING", "-j",
                         "CT", "--zone", "3")
        assert set(told(open_net)) == {("zone", "ip raw PREROUTING")}


def test_rules_that_are_not_read_are_said(open_net):
    box = open_net.box
    box.run("iptables-legacy", "-t", "nat", "-S")
    assert told(open_net) == {}
    box.run("iptables-legacy", "-t", "nat", "-A", "PREROUTING", "-d",
            UNBOUND[4], "-j", "DNAT", "--to-destination", ACCESS[4])
    try:
        assert set(told(open_net)) == {("dnat", "iptables-legacy")}
    finally:
        box.run("iptables-legacy", "-t", "nat", "-F")
    assert told(open_net) == {}


def without(net, place):
    """What show status prints where a part of /proc is hidden."""
    return net.box.run("unshare", "-m", "sh", "-c",
                       f"mount -t tmpfs none {place} && "
                       f"exec {net.edgectl.program} show status").stdout


def test_without_br_netfilter_a_bridge_is_a_way_round(open_net):
    with bridge(open_net):
        assert told(open_net) == {}
        assert ("WARNING    dmz0: carries frames between its ports past the "
                "policy; load br_netfilter") in without(open_net,
                                                        "/proc/sys/net/bridge")


def test_the_carrier_of_a_bound_device_is_looked_at_too(open_net):
    """dmz0 becomes a VLAN: a program on the device below sees all of it."""
    net, box = open_net, open_net.box
    box.ip("link set dmz0 down\nlink set dmz0 name kept0\n"
           "link add low0 type dummy\nlink set low0 up\n"
           "link add link low0 name dmz0 type vlan id 7\n")
    try:
        with xdp(net, "low0"):
            assert set(found(net)) == {("xdp", "low0")}
    finally:
        box.ip("link del low0\nlink set kept0 name dmz0\n")


def test_without_bound_interfaces_every_device_is_looked_at(net):
    net.load(OPEN.but(interfaces={}))
    with xdp(net):
        ways = net.edgectl.status()["ways_round"]
        assert [(w["way"], w["where"]) for w in ways] == [("xdp", "wan0")]


def test_without_a_policy_there_is_nothing_to_go_round(open_net):
    net = open_net
    net.edgectl("flush")
    with xdp(net):
        assert net.edgectl.status()["ways_round"] == []


def test_without_proc_it_says_what_was_not_looked_at(open_net):
    assert "WARNING    /proc: cannot be read" in without(open_net, "/proc")
