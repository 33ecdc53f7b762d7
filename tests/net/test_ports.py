# SPDX-License-Identifier: GPL-2.0-only
"""The whole port space: of all 65,536 ports, from every side, exactly the
policy's pass. Scanned by portscan.c, and confirmed by nmap."""

import os
import pathlib
import random
import sys
import xml.etree.ElementTree as ElementTree

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import examples                                                 # noqa: E402
from flow_table import CLS_PORTS, ROWS, SERVICES                # noqa: E402
from netlib import OPEN, ZONES                                  # noqa: E402

EVERY_PORT = set(range(65536))
OUTER = ("access", "webconf", "av")
CONNTRACK = pathlib.Path("/proc/sys/net/netfilter")

pytestmark = pytest.mark.one_family
l4s = pytest.mark.parametrize("l4", ["tcp", "udp"])
services = pytest.mark.parametrize("service", SERVICES)


def ports_of(service, direction, l4):
    """The policy's ports of one edge end."""
    return {port for r in ROWS for port in r.ports
            if r.names(service, direction, l4, port)}


def shut(service, l4):
    """The ports that the logging guard keeps shut to the outside."""
    return set(CLS_PORTS) if (service, l4) == ("av", "tcp") else set()


def ports_in(service, l4):
    return ports_of(service, "in", l4) - shut(service, l4)


@pytest.fixture(scope="module", autouse=True)
def room_for_connections(nf_edge):
    """A scan of 10,000 open ports is as many connections."""
    before = {}
    for name, value in (("nf_conntrack_buckets", 65536),
                        ("nf_conntrack_max", 262144)):
        before[name] = (CONNTRACK / name).read_text()
        (CONNTRACK / name).write_text(str(value))
    yield
    for name, value in before.items():
        (CONNTRACK / name).write_text(value)


@pytest.fixture
def scan(net, helpers):
    """A function that scans one address and wants exactly these ports open,
    and each packet counted once."""
    net.load(OPEN)
    net.box.run("conntrack", "-F")

    def scan(l4, src, dst, wanted, shut_as=None):
        before = net.edgectl.status()["conntrack"]
        watch = net.watch()
        found = net.scans(helpers, l4, src, dst)
        assert found == wanted, (
            f"open, and not to be: {sorted(found - wanted)[:20]}; "
            f"not open: {sorted(wanted - found)[:20]}")
        moved = watch.delta()
        dropped = {reason: c["packets"] for reason, c in moved.drops.items()}
        assert sum(dropped.values()) == 65536 - len(wanted)
        if shut_as is not None:
            assert dropped == shut_as
        for name in {net.node_of(src.address), net.node_of(dst.address)}:
            if name:
                assert sum(c.get("connections", 0) for (node, _), c in
                           moved.services.items() if node == name) == \
                    len(wanted)
        # Nothing was the kernel's doing, and what nf_edge dropped costs no
        # conntrack entry (one is for the marker).
        after = net.edgectl.status()["conntrack"]
        assert (after["drop"], after["early_drop"]) == \
            (before["drop"], before["early_drop"])
        assert after["count"] - before["count"] <= len(wanted) + 1
        net.box.run("conntrack", "-F")
    return scan


def but(ports, **reasons):
    """Drops by reason: the ports of each, and no-row for all others."""
    counts = {reason.replace("_", "-"): len(some)
              for reason, some in reasons.items() if some}
    rest = 65536 - len(ports) - sum(counts.values())
    return {**counts, **({"no-row": rest} if rest else {})}


@l4s
@services
def test_from_the_external_side(scan, net, family, service, l4):
    wanted, reasons = set(), {"isolation": 65536}
    if service in OUTER:
        wanted = ports_in(service, l4)
        reasons = but(wanted, cls_guard=shut(service, l4))
    scan(l4, net.at("client", family), net.at(f"edge1.{service}", family),
         wanted, reasons)


@l4s
@services
def test_from_the_internal_side(scan, net, family, service, l4):
    wanted, named = set(), ports_of(service, "in", l4)
    if service == "internal":
        # Frontends are no branch office, but 5062 is for either.
        wanted = named
        reasons = but(wanted)
    else:
        # from the wrong side, and not from Any outside
        reasons = but(wanted, several=named)
    scan(l4, net.at("frontend", family), net.at(f"edge1.{service}", family),
         wanted, reasons)


@l4s
@pytest.mark.parametrize("service, origin", [
    (a, b) for a in SERVICES for b in (*SERVICES, "unbound")])
def test_from_the_edge_side(scan, net, family, service, origin, l4):
    """A port is open between two Edges when it is open at both ends."""
    wanted = set()
    if service in OUTER and origin in OUTER:
        wanted = ports_in(service, l4) & ports_of(origin, "out", l4)
    source = origin if origin == "unbound" else f"edge2.{origin}"
    scan(l4, net.at(source, family), net.at(f"edge1.{service}", family),
         wanted)


@l4s
@services
def test_from_an_edge_to_the_outside(scan, net, family, service, l4):
    named = ports_of(service, "out", l4)
    wanted = named if service in OUTER else set()
    reasons = but(wanted, peer=named - wanted)
    scan(l4, net.at(f"edge1.{service}", family), net.at("client", family),
         wanted, reasons)


@l4s
@services
def test_from_an_edge_to_the_inside(scan, net, family, service, l4):
    named = ports_of(service, "out", l4)
    wanted = named if service == "internal" else set()
    reasons = but(wanted, peer=named - wanted)
    scan(l4, net.at(f"edge1.{service}", family), net.at("frontend", family),
         wanted, reasons)


# Ports that moved, and rows of the site's own: of several ranges, beside and
# across rows of the profile, at the ends of the port space, of one node.
BEYOND = OPEN.but(
    zones=[*ZONES, "site"],
    ports={"access-client": 5061, "webconf-client": 444, "turn-tcp": 50002,
           "turn-udp": 3479, "media": "49152-50010", "internal-turn-tcp": 65535},
    rows={
        "a": {"service": "access", "in": ["tcp/1", "tcp/442-443", "udp/65535"],
              "peers": ["any"], "exposed": "true"},
        "b": {"service": "av", "in": ["tcp/50000-50100", "udp/1-10"], "peers": ["any"],
              "exposed": "true"},
        "c": {"service": "internal", "in": ["tcp/3389", "udp/161", "tcp/50003-50004"],
              "peers": ["frontend"]},
        "d": {"service": "webconf", "in": ["tcp/8000-9000"], "peers": ["any"],
              "nodes": ["edge1"], "exposed": "true"},
        "e": {"service": "av", "out": ["tcp/3478", "udp/123"], "peers": ["any"]}})


def ports_beyond(service, direction, l4, node):
    """By the model's reading of the configuration."""
    site = examples.read_site(str(BEYOND))
    found = {port for row in site.rows if row.is_of_node(node) and
             (row.service, row.direction) == (service, direction)
             for protocol, low, high in row.ports if protocol == l4
             for port in range(low, high + 1)}
    guarded = set(CLS_PORTS) if l4 == "tcp" and direction == "in" and \
        service in OUTER else set()
    return found - guarded, found & guarded


@l4s
@pytest.mark.parametrize("node", ["edge1", "edge2"])
@services
def test_of_moved_ports_and_rows_of_the_site(scan, net, family, service, node, l4):
    net.load(BEYOND)
    wanted, guarded = ports_beyond(service, "in", l4, node)
    source = "frontend" if service == "internal" else "client"
    scan(l4, net.at(source, family), net.at(f"{node}.{service}", family), wanted,
         but(wanted, cls_guard=guarded))


@l4s
@services
def test_outward_ports_do_not_move(scan, net, family, service, l4):
    net.load(BEYOND)
    wanted, _ = ports_beyond(service, "out", l4, "edge1")
    target = "frontend" if service == "internal" else "client"
    scan(l4, net.at(f"edge1.{service}", family), net.at(target, family), wanted,
         but(wanted))


@l4s
def test_between_two_edges_both_ends_need_a_row_of_the_port_in_force(scan, net, family, l4):
    net.load(BEYOND)
    wanted = ports_beyond("av", "in", l4, "edge1")[0] & \
        ports_beyond("av", "out", l4, "edge2")[0]
    assert wanted
    scan(l4, net.at("edge2.av", family), net.at("edge1.av", family), wanted)


def nmap(net, src, dst, *options):
    """What nmap says of each port: {port: "closed" or "filtered"...}."""
    six = ["-6"] if src.family == 6 else []
    answer = src.ns.run(
        "nmap", *six, "-n", "-Pn", "--send-ip", "-e", src.dev, "-S",
        src.address, "-T5", "--max-retries", "1", "--min-rate", "20000",
        "-oX", "-", *options, dst.address)
    states = {}
    for host in ElementTree.fromstring(answer.stdout).iter("host"):
        for port in host.iter("port"):
            states[int(port.get("portid"))] = port.find("state").get("state")
        for extra in host.iter("extraports"):
            for reasons in extra.iter("extrareasons"):
                for part in reasons.get("ports").split(","):
                    low, _, high = part.partition("-")
                    for port in range(int(low), int(high or low) + 1):
                        states[port] = extra.get("state")
    return states


# Three of four say what the scans above said of the same ports.
@pytest.mark.parametrize("service", [SERVICES[0]] + [
    pytest.param(service, marks=pytest.mark.whole) for service in SERVICES[1:]])
def test_nmap_finds_the_same_tcp_ports(net, service):
    """Nothing listens: a port that answers is "closed", a dropped one is
    "filtered"."""
    net.load(OPEN)
    client = net.at("frontend" if service == "internal" else "client", 4)
    states = nmap(net, client, net.at(f"edge1.{service}", 4), "-sS", "-p0-")
    assert set(states) == EVERY_PORT
    assert {p for p, s in states.items() if s == "closed"} == \
        ports_in(service, "tcp")
    assert set(states.values()) <= {"closed", "filtered"}
    net.box.run("conntrack", "-F")


@services
def test_nmap_finds_a_sample_of_udp_ports(net, service):
    """nmap cannot tell a dropped UDP packet from an unanswered one: so the
    Edge answers each port that it hears by an ICMP error, and how many were
    dropped, nf_edge's own counter says."""
    net.load(OPEN)
    pathlib.Path("/proc/sys/net/ipv4/icmp_msgs_per_sec").write_text("1000000")
    pathlib.Path("/proc/sys/net/ipv4/icmp_msgs_burst").write_text("1000000")
    client = net.at("frontend" if service == "internal" else "client", 4)
    choice = random.Random(service)
    named = ports_in(service, "udp")
    open_ports = set(choice.sample(sorted(named), min(len(named), 40)))
    dropped = set(choice.sample(sorted(EVERY_PORT - named), 40))
    watch = net.watch()
    states = nmap(net, client, net.at(f"edge1.{service}", 4), "-sU", "-p",
                  ",".join(map(str, sorted(open_ports | dropped))))
    assert {p for p, s in states.items() if s == "closed"} == open_ports
    assert {p for p, s in states.items() if s == "open|filtered"} == dropped
    moved = watch.delta().drops
    # Each is asked twice at most: at first and once again.
    assert list(moved) == ["no-row"]
    assert 40 <= moved["no-row"]["packets"] <= 80
