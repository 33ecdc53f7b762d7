# SPDX-License-Identifier: GPL-2.0-only
"""A pair of appliances whose settings are not those of examples/ha, or whose
routes are not: what goes wrong, and who warns of it."""

import contextlib
import json
import pathlib
import re
import socket

import pytest

from netlib import OPEN, Endpoint, if_ready, until
from pair import CABLES, OWN
from talks import HTTPS, SIP, STUN, begins_nothing, changed

VRRP = 112
LIMIT = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_max")
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/ha.md"
# The node that takes over gets the connections when the test says so.
LATE = {"ha-notify": {"\task -c\t\t#":
                      "\twhile [ ! -e /run/go ]; do sleep 0.1; done\n\task -c\t\t#"}}
LOOSE = {"sysctl": {"tcp_loose = 0": "tcp_loose = 1"}}
EVENTS = {"sysctl": {"conntrack_events = 1": "conntrack_events = 2"}}
VMAC = {"keepalived": {f"    virtual_router_id {n}\n":
                       f"    virtual_router_id {n}\n    use_vmac vrrp.{n}\n"
                       for n in (51, 52, 53)}}


def begin(pair, *changes, config=OPEN, **more):
    """Boot a pair with changed files. Return (master, other, what asks, what is
    pushed)."""
    one, two = pair.begin(config, changed(**{k: v for c in changes for k, v in c.items()}), **more)
    one.write("/run/go", "")
    client, access = pair.at("client", 4), pair.at("edge1.access", 4)
    talks = [pair.connect("tcp", client, access, port) for port in (HTTPS, SIP)]
    for talk in talks:
        talk.exchange()
    if pair.syncs:
        until(lambda: two.external() >= 2, "the second node has both")
    return one, two, *talks


def moves(one, two):
    one.power_off()
    until(two.is_master, "the second node is master")


def is_refused(node, talk, who, reason, packets=4):
    """What was sent does not get there, nor when it is sent again."""
    before = node.dropped(reason)
    until(lambda: node.dropped(reason) >= before + packets, f"{talk} is refused as {reason}")
    assert not talk._read(who)


def connections(node):
    return sum(s.get("connections", 0) for s in node.moved().services.values())


def warned(node):
    """The ways round the policy that the status tells; check tells the same."""
    def says(*words):
        return json.loads(node.run(node.edgectl.program, *words, "--json").stdout)
    ways = says("show", "status")["ways_round"]
    told = {(w["word"], w["message"]) for w in says("check", "/etc/nf_edge/edge.conf")["warnings"]}
    assert all((way["where"], way["message"]) in told for way in ways), told
    return {(way["way"], way["where"]) for way in ways}


# --- segments that come before the connection

def test_segments_before_their_connection_are_sent_again(pair):
    one, two, asks, pushes = begin(pair, LATE)
    assert warned(one) == set()
    moves(one, two)
    asks.send()
    pushes.answer()
    is_refused(two, asks, "server", "invalid", 8)
    assert not pushes._read("client") and not two.entries()
    two.write("/run/go", "")
    asks.receives("server")
    pushes.receives("client")
    asks.exchange()
    pushes.exchange()
    begins_nothing(two)


@pytest.mark.whole
def test_where_they_are_picked_up_the_wrong_one_is_the_client(pair):
    """Until the connection comes, and takes the place of the wrong one."""
    one, two, asks, pushes = begin(pair, LATE, LOOSE)
    assert warned(one) == warned(two) == {("tcp-loose", "nf_conntrack_tcp_loose")}
    moves(one, two)
    asks.exchange()
    assert connections(two) == 1, "it did not begin here"
    pushes.answer()
    is_refused(two, pushes, "client", "no-row")
    two.write("/run/go", "")
    pushes.receives("client")
    pushes.exchange()
    assert connections(two) == 1


@pytest.mark.whole
def test_a_wrong_connection_that_audit_lets_live_is_replaced(pair):
    one, two, asks, pushes = begin(pair, LATE, LOOSE, config=OPEN.but(mode="audit"))
    moves(one, two)
    pushes.answer()
    pushes.receives("client")

    def would_be():
        return two.moved().drops.get("no-row", {}).get("would_be_packets", 0)

    def counted():
        return sum(s.get("packets_from_edge", 0) for s in two.moved().services.values())
    assert would_be() and not counted()
    two.write("/run/go", "")
    until(lambda: (pushes.exchange(), counted())[1], "the right one is there")
    before, seen = would_be(), counted()
    pushes.exchange()
    assert would_be() == before and counted() > seen


@pytest.mark.whole
@pytest.mark.parametrize("loose", [0, 1])
def test_without_conntrackd(pair, loose):
    """With 1, what the client sends is picked up; all else is dead. A new connection
    begins as ever."""
    one, two, asks, pushes = begin(pair, *([LOOSE] if loose else []), syncs=False)
    moves(one, two)
    if loose:
        asks.exchange()
        assert connections(two) == 1
    else:
        asks.send()
        is_refused(two, asks, "server", "invalid")
    pushes.answer()
    is_refused(two, pushes, "client", "no-row" if loose else "invalid", 8)
    before = connections(two)
    new = pair.connect("tcp", pair.at("client", 4), pair.at("edge1.access", 4), SIP)
    new.exchange()
    assert connections(two) == before + 1 and not pushes._read("client")


# --- conntrackd is started anew

def media(pair):
    talk = pair.connect("udp", pair.at("client", 4), pair.at("edge1.av", 4), STUN)
    talk.exchange()
    return talk


@pytest.mark.whole
def test_a_conntrackd_that_comes_again_tells_what_it_missed(pair):
    """By the last line of its drop-in."""
    one, two, *_ = begin(pair)
    one.kill("conntrackd")
    missed = media(pair)
    one.start_conntrackd()
    later = media(pair)
    until(lambda: two.knows(missed.sport) and two.knows(later.sport), "the second node has both")


@pytest.mark.whole
def test_without_that_line_it_does_not(pair):
    one, two, *_ = begin(pair, {"conntrackd.service.conf": {"-B": "-s"}})
    one.kill("conntrackd")
    missed = media(pair)
    one.start_conntrackd()
    for _ in range(3):
        later = media(pair)
        until(lambda sport=later.sport: two.knows(sport), "the second node has the later one")
    assert not two.knows(missed.sport)


def ends_are_told(pair, *changes):
    """Of connections that began while nobody listened, and of later ones. One listener
    in any namespace is enough for a kernel."""
    one, two, *_ = begin(pair, *changes)
    for node in one, two:
        node.kill("conntrackd")
    old = media(pair)
    for node in one, two:
        node.start_conntrackd()
    new = media(pair)
    until(lambda: two.knows(old.sport) and two.knows(new.sport), "the second node has both")
    for talk in old, new:
        one.ns.run("conntrack", "-D", "-p", "udp", "--sport", talk.sport)
    until(lambda: not two.knows(new.sport), "the end of the new one is told")
    return not two.knows(old.sport)


@pytest.mark.whole
def test_the_end_of_older_connections_is_told(pair):
    assert ends_are_told(pair)
    assert warned(pair.nodes[0]) == set()


@pytest.mark.whole
def test_with_events_as_the_kernel_has_them_it_is_not(pair):
    assert not ends_are_told(pair, EVENTS)
    assert warned(pair.nodes[0]) == {("events", "nf_conntrack_events")}


# --- interfaces and routes

@pytest.mark.whole
def test_with_a_vmac_nothing_passes_until_it_is_bound(pair):
    one, two = pair.begin(OPEN, changed(**VMAC))
    vmacs = {("vmac", dev) for dev in ("wan0", "dmz0", "lan0")}
    assert warned(one) == warned(two) == vmacs
    client, access = pair.at("client", 4), pair.at("edge1.access", 4)
    attempt = pair.attempts("tcp", client, access, HTTPS)
    until(lambda: one.dropped("interface") >= 3, "it is refused")
    assert not if_ready(attempt.getpeername)
    begins_nothing(one)
    attempt.close()     # or it would begin at the next pair

    both = dict(OPEN.interfaces)
    both |= {f"vrrp.{n}": OPEN.interfaces[dev]
             for n, dev in ((51, "wan0"), (52, "dmz0"), (53, "lan0"))}
    one, two, asks, pushes = begin(pair, VMAC, config=OPEN.but(interfaces=both))
    assert warned(one) == warned(two) == set()
    moves(one, two)
    asks.exchange()
    pushes.exchange()
    begins_nothing(two)


@pytest.mark.whole
def test_each_direction_by_another_node_is_no_connection(pair):
    """Until both go by one."""
    one, two = pair.begin(OPEN)
    client, access, av = (pair.at(name, 4) for name in ("client", "edge1.access", "edge1.av"))
    for node, host in (one, "inet"), (two, "edge1"):
        pair.pins(node, host, 4)
    listener = pair.socket(access, socket.SOCK_STREAM)
    listener.bind((access.address, HTTPS))
    listener.listen()
    attempt = pair.attempts("tcp", client, access, HTTPS)
    until(lambda: two.dropped("invalid") >= 3, "the answers are refused")
    assert not if_ready(attempt.getpeername)
    asked = pair.connect("udp", client, av, STUN)
    asked.send()
    asked.receives("server")
    asked.answer()
    until(lambda: two.dropped("no-row") >= 1, "the answer is refused")
    asked.forgets()
    begins_nothing(two)
    pair.pins(one, "edge1", 4)
    until(lambda: if_ready(attempt.getpeername), "the connection is up")
    asked.exchange()


# --- rules of the page

@contextlib.contextmanager
def full(pair):
    """No namespace has room for one more connection, nor for those of VRRP."""
    before = LIMIT.read_text(encoding="ascii")
    LIMIT.write_text("1", encoding="ascii")
    try:
        for node in pair.nodes:
            for cable in CABLES:
                for n in 1, 2:
                    source = OWN[f"{cable}0"][0].format(n=n).partition("/")[0]
                    node.ns.run("conntrack", "-D", "-s", source, check=False)
        yield
    finally:
        LIMIT.write_text(before, encoding="ascii")


@pytest.mark.whole
@pytest.mark.parametrize("are_there", [True, False])
def test_by_the_rules_of_the_page_a_full_table_makes_no_second_master(pair, are_there):
    """Without them it does."""
    rules, = re.findall(r"^    table inet pair \{\n(?:    .*\n)+", PAGE.read_text(encoding="utf-8"),
                        re.M)
    one, two, *_ = begin(pair)
    if are_there:
        for node in one, two:
            node.ns.nft(rules)
    heard = pair.tap(Endpoint(two.ns, OWN["wan0"][0], "wan0"))
    with full(pair):
        attempt = pair.attempts("tcp", pair.at("client", 4), pair.at("edge1.access", 4), HTTPS)
        until(lambda: one.ns.conntrack_counts()["drop"], "the table is full")
        if are_there:
            seen = len(heard.arrived(proto=VRRP))
            until(lambda: len(heard.arrived(proto=VRRP)) >= seen + 6, "VRRP goes on")
            assert two.is_idle() and one.is_master()
        else:
            until(two.is_master, "the second node is master")
            assert one.is_master()
        assert not if_ready(attempt.getpeername)
