# SPDX-License-Identifier: GPL-2.0-only
"""The reference model against the specification's examples and corner cases."""

import dataclasses
from ipaddress import ip_address, ip_network

import pytest

import model
from model import (ACCEPT, ERROR, FIRST, INVALID, LOCAL, NEW, NOT_GOVERNED,
                   REPLY, UNTRACKED, Connection, Packet, Site)

OUTSIDE = "198.51.100.7"
ACCESS = "131.107.155.10"
ACCESS2 = "131.107.155.11"
WEBCONF = "131.107.155.20"
AV = "131.107.155.30"
AV2 = "131.107.155.31"
UNBOUND = "131.107.155.99"
INSIDE = "192.168.10.5"
FRONTEND = "192.168.10.90"
INTERNAL = "172.25.33.10"
INTERNAL2 = "172.25.33.11"

WAN_LAN_DMZ = {"wan0": {"external"}, "lan0": {"internal"}, "dmz0": {"edge"}}


def addresses(**services):
    return {service: [ip_address(text) for text in texts.split()]
            for service, texts in services.items()}


def prefixes(**sets):
    return {name.replace("_", "-"): [ip_network(text) for text in texts.split()]
            for name, texts in sets.items()}


REFERENCE = Site(
    interfaces=WAN_LAN_DMZ,
    nodes={"edge1": addresses(access=ACCESS, webconf=WEBCONF, av=AV, internal=INTERNAL),
           "edge2": addresses(access=ACCESS2, webconf="131.107.155.21", av=AV2,
                              internal=INTERNAL2)},
    peers=prefixes(internal_networks="192.168.10.0/24",
                   frontend="192.168.10.90 192.168.10.91"))


def site(**changes):
    """The reference configuration, changed; of features and zones, a list of words."""
    for key in ("features", "zones", "ping"):
        if isinstance(changes.get(key), str):
            changes[key] = tuple(changes[key].split())
    if "peers" in changes:
        changes["peers"] = {**REFERENCE.peers, **changes["peers"]}
    return dataclasses.replace(REFERENCE, **changes)


NO_PIC = "external internal federation xmpp"


def packet(source, destination, port, arrival, **more):
    """A packet in the words of the examples: address[:port] -> address port/protocol."""
    source, _, sport = source.partition(":")
    dport, _, protocol = port.partition("/")
    return Packet(arrival, protocol, ip_address(source), ip_address(destination),
                  int(sport or 40000), int(dport), **more)


def reply_to(first, arrival, **more):
    return dataclasses.replace(first, arrival=arrival, source=first.destination,
                               destination=first.source, sport=first.dport,
                               dport=first.sport, state=REPLY, **more)


def said(where, what):
    """A verdict in the words of the examples."""
    verdict = model.judge(where, what)
    if verdict.verdict == NOT_GOVERNED:
        return "not governed"
    words = verdict.verdict + (f": {verdict.reason}" if verdict.reason else "")
    rows = verdict.rows or verdict.near
    if rows:
        names = [row.id for _, row in rows]
        words += f": {', '.join(names)}" if verdict.verdict == ACCEPT \
            else f" ({', '.join(names)})"
    return words


ALL = " ".join(model.FEATURES)
PIC_EMPTY = dict(zones="external pic", features="pic", peers=prefixes(pic_partners=""))

EXAMPLES = [
    # changes to the reference configuration, the packet, the verdict
    (dict(features="remote-access"),
     packet("198.51.100.7:40000", ACCESS, "443/tcp", "wan0"),
     "accept: external/5, pic/3"),
    (dict(features="remote-access", zones=NO_PIC),
     packet("198.51.100.7:40000", ACCESS, "443/tcp", "wan0"),
     "accept: external/5"),
    (dict(features="remote-access", zones=NO_PIC),
     packet("198.51.100.7:40000", ACCESS, "443/tcp", "lan0"),
     "drop: interface (external/5)"),
    (dict(features=ALL),
     packet(OUTSIDE, ACCESS, "3389/tcp", "wan0"),
     "drop: no-row"),
    (dict(features=""),
     packet(ACCESS, OUTSIDE, "53/udp", "dmz0"),
     "accept: external/4"),
    (dict(features=""),
     reply_to(packet(ACCESS, OUTSIDE, "53/udp", "dmz0"), "wan0"),
     "accept: external/4"),
    (dict(features=ALL),
     packet(ACCESS, OUTSIDE, "53/udp", "dmz0"),
     "accept: external/4"),
    (dict(features=ALL),
     reply_to(packet(ACCESS, OUTSIDE, "53/udp", "dmz0"), "wan0"),
     "accept: external/4"),
    (dict(features=ALL),
     packet(ACCESS, OUTSIDE, "443/tcp", "dmz0"),
     "drop: no-row"),
    (dict(features="remote-access", zones=NO_PIC),
     packet(INSIDE, ACCESS, "443/tcp", "lan0"),
     "drop: several (external/5, pic/3)"),
    (dict(features="federation-av"),
     packet(AV + ":50123", OUTSIDE, "55000/tcp", "dmz0"),
     "accept: external/9"),
    (dict(features=ALL.replace("ocs2007 ", "")),
     packet(OUTSIDE, AV, "55000/udp", "wan0"),
     "drop: disabled (external/12)"),
    (dict(features="ocs2007"),
     packet(OUTSIDE, AV, "50002/tcp", "wan0"),
     "drop: cls-guard (external/11)"),
    (dict(features="av"),
     packet(AV, AV2, "3478/udp", "dmz0"),
     "accept: external/14, external/13"),
    (dict(features="remote-access"),
     packet(ACCESS, ACCESS2, "443/tcp", "dmz0"),
     "drop: no-row"),
    (dict(features="ocs2007 federation-av"),
     packet(AV, AV2, "50001/tcp", "dmz0"),
     "drop: cls-guard (external/11)"),
    (dict(features="remote-access", zones=NO_PIC),
     packet(UNBOUND, ACCESS, "443/tcp", "dmz0"),
     "drop: interface (external/5)"),
    (dict(features="web-conferencing"),
     packet(FRONTEND, INTERNAL, "8057/tcp", "lan0"),
     "accept: internal/4"),
    (dict(features="web-conferencing"),
     packet(INSIDE, INTERNAL, "8057/tcp", "lan0"),
     "drop: peer (internal/4)"),
    (dict(features=ALL),
     packet(INTERNAL, FRONTEND, "443/tcp", "dmz0"),
     "drop: no-row"),
    (dict(features=ALL),
     packet(INTERNAL, OUTSIDE, "443/tcp", "wan0"),
     "drop: spoofed"),
    (dict(features=ALL),
     packet(FRONTEND, ACCESS, "443/tcp", "wan0"),
     "drop: spoofed"),
    (dict(features=ALL),
     packet(OUTSIDE, INTERNAL, "4443/tcp", "wan0"),
     "drop: isolation"),
    (PIC_EMPTY,
     packet(OUTSIDE, ACCESS, "5061/tcp", "wan0"),
     "drop: peer (pic/1)"),
    (dict(features=ALL),
     packet(OUTSIDE, ACCESS, "3389/tcp", "wan0", state=INVALID),
     "drop: no-row"),
    (dict(features=ALL),
     packet(OUTSIDE, ACCESS, "443/tcp", "wan0", state=INVALID),
     "drop: invalid"),
    (dict(features=ALL),
     Packet("wan0", "other", ip_address("2001:db8:155::10"), ip_address("ff02::1:ff00:1"),
            is_neighbour_discovery=True),
     "accept"),
    (dict(features=ALL),
     Packet("dmz0", "other", ip_address(ACCESS), ip_address(OUTSIDE), state=UNTRACKED,
            is_neighbour_discovery=True, is_on_link=False),
     "drop: no-row"),
]


@pytest.mark.parametrize("changes, what, verdict", EXAMPLES)
def test_example(changes, what, verdict):
    assert said(site(**changes), what) == verdict


def test_the_node_is_told_of_both_ends():
    verdict = model.judge(site(features="av"), packet(AV, AV2, "3478/udp", "dmz0"))
    assert {(node, row.id) for node, row in verdict.rows} == \
        {("edge1", "external/13"), ("edge2", "external/14")}


def test_the_table_has_its_37_rows():
    rows = [row.id for row in model.ROWS]
    assert rows == [f"{zone}/{number}" for zone, count in
                    (("external", 16), ("internal", 11), ("federation", 1),
                     ("pic", 6), ("xmpp", 3))
                    for number in range(1, count + 1)]


# Sides

def test_a_side_that_nobody_is_bound_to_is_held_by_unbound_interfaces():
    where = site(interfaces={"wan0": {"external"}}, features="remote-access", zones=NO_PIC)
    assert where.sides_of("wan0") == {"external"}
    assert where.sides_of("eth7") == {"internal", "edge"}
    call = packet(OUTSIDE, ACCESS, "443/tcp", "eth7")
    assert said(where, call) == "drop: interface (external/5)"


def test_without_bound_interfaces_each_holds_every_side_and_has_no_guard():
    where = site(interfaces={}, features="remote-access", zones=NO_PIC)
    assert said(where, packet(OUTSIDE, ACCESS, "443/tcp", "eth0")) == "accept: external/5"
    assert said(where, packet(FRONTEND, INTERNAL, "4443/tcp", "eth0")) == \
        "accept: internal/8"


def test_an_interface_left_with_one_side_by_default_has_no_guards():
    where = site(interfaces={"lan0": {"internal"}, "dmz0": {"edge"}}, features=ALL)
    assert where.sides_of("eth0") == {"external"}
    assert said(where, packet(FRONTEND, "198.51.100.9", "443/tcp", "eth0")) == \
        "not governed"
    assert said(where, packet(OUTSIDE, INTERNAL, "443/tcp", "eth0")) == \
        "drop: several (internal/7)"


def test_once_all_sides_are_bound_an_unbound_interface_holds_none():
    assert site().sides_of("eth0") == set()
    assert said(site(features="remote-access", zones=NO_PIC),
                packet(OUTSIDE, ACCESS, "443/tcp", "eth0")) == "drop: interface (external/5)"


def test_an_interface_with_two_sides_has_no_guards():
    where = site(interfaces={"eth0": {"external", "internal"}, "dmz0": {"edge"}},
                 features=ALL)
    assert said(where, packet(FRONTEND, INTERNAL, "443/tcp", "eth0")) == "accept: internal/7"
    assert said(where, packet(INTERNAL, FRONTEND, "5061/tcp", "eth0")) == \
        "drop: interface (internal/3)"


def test_two_interfaces_may_hold_one_side():
    where = site(interfaces={**WAN_LAN_DMZ, "wan1": {"external"}}, features=ALL)
    for wan in "wan0", "wan1":
        assert said(where, packet(OUTSIDE, WEBCONF, "443/tcp", wan)) == "accept: external/8"


# Guards

@pytest.mark.parametrize("source, arrival, verdict", [
    (INSIDE, "wan0", "drop: spoofed"),      # ungoverned, from internal-networks
    (INSIDE, "lan0", "not governed"),
    (UNBOUND, "wan0", "not governed"),
    (AV, "lan0", "drop: spoofed"),
])
def test_spoofed_holds_for_ungoverned_traffic(source, arrival, verdict):
    assert said(site(), packet(source, "203.0.113.9", "9/udp", arrival)) == verdict


def test_an_internal_address_may_come_from_the_internal_side():
    assert said(site(), packet(INTERNAL, FRONTEND, "5061/tcp", "lan0")) == \
        "drop: interface (internal/3)"


def test_an_outward_address_is_never_of_internal_networks():
    where = site(peers=prefixes(internal_networks="0.0.0.0/0"),
                 interfaces={"eth0": set(model.SIDES)}, features="av")
    assert said(where, packet(AV, AV2, "3478/udp", "eth0")) == \
        "accept: external/14, external/13"
    assert said(where, packet(OUTSIDE, AV, "3478/udp", "eth0")) == \
        "drop: peer (external/14)"


@pytest.mark.parametrize("other", [
    "127.0.0.1", "127.255.255.255", "0.0.0.0", "224.0.0.1", "239.255.255.255",
    "255.255.255.255"])
def test_an_unusable_source_is_spoofed(other):
    for arrival in (*WAN_LAN_DMZ, "eth0", LOCAL):
        assert said(site(), packet(other, ACCESS, "443/tcp", arrival)) == "drop: spoofed"
        assert said(site(), packet(other, OUTSIDE, "443/tcp", arrival)) == "not governed"


@pytest.mark.parametrize("other, verdict", [
    ("127.0.0.1", "drop: spoofed"), ("0.0.0.0", "drop: spoofed"),
    ("224.0.0.1", "accept: external/13"), ("255.255.255.255", "accept: external/13")])
def test_a_destination_may_be_multicast(other, verdict):
    assert said(site(features="av"), packet(AV, other, "3478/udp", "dmz0")) == verdict


@pytest.mark.parametrize("other", ["::", "::1", "::ffff:198.51.100.7", "ff02::1"])
def test_an_unusable_ipv6_source_is_spoofed(other):
    where = site(nodes={"edge1": addresses(access="2001:db8::10")})
    assert said(where, packet_v6(other, "2001:db8::10", "wan0")) == "drop: spoofed"
    assert said(where, packet_v6("2001:db8::10", other, "dmz0")) == \
        ("drop: no-row" if other == "ff02::1" else "drop: spoofed")


def packet_v6(source, destination, arrival):
    return Packet(arrival, "tcp", ip_address(source), ip_address(destination), 40000, 443)


@pytest.mark.parametrize("state, verdict", [
    (NEW, "drop: isolation"), (FIRST, "drop: isolation"), (UNTRACKED, "drop: isolation"),
    (INVALID, "drop: isolation"), (REPLY, "drop: no-row")])
def test_isolation_spares_replies(state, verdict):
    what = packet(OUTSIDE + ":4443", INTERNAL, "4443/tcp", "wan0", state=state)
    assert said(site(), what) == verdict


def test_isolation_spares_errors_that_travel_back():
    cited = Connection("tcp", ip_address(INTERNAL), ip_address(FRONTEND), 40000, 5061)
    error = Packet("wan0", "error", ip_address(OUTSIDE), ip_address(INTERNAL),
                   state=ERROR, original=cited, error_is_reply=True)
    assert said(site(), error) == "accept: internal/3"
    assert said(site(), dataclasses.replace(error, error_is_reply=False)) == \
        "drop: isolation"


def test_guards_are_asked_of_replies_too():
    first = packet(OUTSIDE, ACCESS, "443/tcp", "wan0")
    assert said(site(), reply_to(first, "wan0")) == "drop: spoofed"
    assert said(site(), reply_to(first, "lan0")) == "drop: spoofed"
    for arrival in "dmz0", "eth0":
        assert said(site(), reply_to(first, arrival)) == "accept: external/5, pic/3"


def test_the_local_host_passes_by_the_interface_guards():
    assert said(site(features="av"), packet(AV, OUTSIDE, "3478/udp", LOCAL)) == \
        "accept: external/13"
    assert said(site(), packet(FRONTEND, INTERNAL, "443/tcp", LOCAL)) == "accept: internal/7"


def test_loopback_is_never_governed():
    what = packet(INTERNAL, ACCESS, "3389/tcp", "lo", is_bypass=True)
    assert said(site(), what) == "not governed"


# No connection

@pytest.mark.parametrize("what, verdict", [
    (packet(OUTSIDE, ACCESS, "443/tcp", "wan0", state=UNTRACKED), "drop: untracked"),
    (packet(OUTSIDE, ACCESS, "3389/tcp", "wan0", state=UNTRACKED), "drop: untracked"),
    (packet(OUTSIDE, UNBOUND, "443/tcp", "wan0", state=UNTRACKED), "not governed"),
    (packet(OUTSIDE, UNBOUND, "443/tcp", "wan0", state=INVALID), "not governed"),
    # the answer of a row's port, and of another
    (packet(ACCESS + ":443", OUTSIDE, "40000/tcp", "dmz0", state=INVALID), "drop: invalid"),
    (packet(ACCESS + ":444", OUTSIDE, "40000/tcp", "dmz0", state=INVALID), "drop: no-row"),
    (packet(OUTSIDE + ":53", ACCESS, "40000/udp", "wan0", state=INVALID), "drop: invalid"),
    (packet(OUTSIDE + ":54", ACCESS, "40000/udp", "wan0", state=INVALID), "drop: no-row"),
    # the service, protocol and direction count
    (packet(OUTSIDE, WEBCONF, "5061/tcp", "wan0", state=INVALID), "drop: no-row"),
    (packet(OUTSIDE, ACCESS, "443/udp", "wan0", state=INVALID), "drop: no-row"),
    (packet(OUTSIDE, ACCESS, "53/udp", "wan0", state=INVALID), "drop: no-row"),
    # one of two ends is enough
    (packet(ACCESS, ACCESS2, "443/tcp", "dmz0", state=INVALID), "drop: invalid"),
])
def test_packets_of_no_connection(what, verdict):
    assert said(site(), what) == verdict


def test_dead_rows_name_a_header_too():
    where = site(features="", zones="")
    what = packet(OUTSIDE, ACCESS, "443/tcp", "wan0", state=INVALID)
    assert said(where, what) == "drop: invalid"


def test_what_has_no_ports_to_read_is_invalid():
    what = Packet("wan0", "tcp", ip_address(OUTSIDE), ip_address(ACCESS), state=INVALID)
    assert said(site(), what) == "drop: invalid"


# ICMP, echo and other protocols

def error_citing(cited, source=UNBOUND, destination=OUTSIDE, arrival="wan0", **more):
    return Packet(arrival, more.pop("protocol", "error"), ip_address(source),
                  ip_address(destination), state=ERROR, original=cited,
                  error_is_reply=True, **more)


def connection(source, destination, dport, protocol="tcp"):
    return Connection(protocol, ip_address(source), ip_address(destination), 40000, dport)


@pytest.mark.parametrize("cited, verdict", [
    (connection(OUTSIDE, ACCESS, 443), "accept: external/5, pic/3"),
    # without regard to sides
    (connection(INSIDE, ACCESS, 443), "drop: peer (external/5, pic/3)"),
    (connection(OUTSIDE, ACCESS, 444), "drop: no-row"),
    (connection(OUTSIDE, AV, 50003), "drop: cls-guard (external/11)"),
    (connection(OUTSIDE, UNBOUND, 443), "not governed"),
    (connection(OUTSIDE, ACCESS, None, "echo"), "drop: no-row"),
    (connection(OUTSIDE, ACCESS, None, "other"), "drop: no-row"),
])
def test_an_error_is_judged_as_what_it_cites(cited, verdict):
    assert said(site(), error_citing(cited)) == verdict


def test_an_error_of_an_edge_about_a_foreign_connection_is_refused():
    cited = connection(OUTSIDE, UNBOUND, 443)
    assert said(site(), error_citing(cited, source=ACCESS, arrival="dmz0")) == \
        "drop: no-row"


def test_redirects_of_an_edge_address_are_refused():
    cited = connection(OUTSIDE, ACCESS, 443)
    assert said(site(), error_citing(cited, source=ACCESS, arrival="dmz0",
                                     protocol="redirect")) == "drop: no-row"
    assert said(site(), error_citing(cited, source=ACCESS, arrival="dmz0")) == \
        "accept: external/5, pic/3"
    assert said(site(), error_citing(cited, protocol="redirect")) == \
        "accept: external/5, pic/3"


def echo(source, destination, arrival, **more):
    return Packet(arrival, more.pop("protocol", "echo"), ip_address(source),
                  ip_address(destination), **more)


@pytest.mark.parametrize("ping, what, verdict", [
    ("", echo(OUTSIDE, ACCESS, "wan0"), "drop: no-row"),
    ("external", echo(OUTSIDE, ACCESS, "wan0"), "accept"),
    ("internal", echo(OUTSIDE, ACCESS, "wan0"), "drop: no-row"),
    ("external", echo(OUTSIDE, ACCESS, "lan0"), "drop: no-row"),
    ("external", echo(OUTSIDE, ACCESS, "dmz0"), "drop: no-row"),
    ("external", echo(OUTSIDE, ACCESS, LOCAL), "accept"),
    ("internal", echo(INSIDE, INTERNAL, "lan0"), "accept"),
    ("external", echo(ACCESS, OUTSIDE, "dmz0"), "accept"),
    ("internal", echo(ACCESS, OUTSIDE, "dmz0"), "drop: no-row"),
    ("external", echo(ACCESS, OUTSIDE, "eth0"), "drop: no-row"),
    # both ends of a node to node echo
    ("external", echo(ACCESS, ACCESS2, "dmz0"), "accept"),
    ("external", echo(ACCESS, INTERNAL2, "dmz0"), "drop: no-row"),
    ("external internal", echo(ACCESS, INTERNAL2, "dmz0"), "accept"),
    # replies belong to their connection
    ("external", echo(OUTSIDE, ACCESS, "lan0", protocol="echo-reply", state=REPLY),
     "accept"),
    ("", echo(OUTSIDE, ACCESS, "wan0", protocol="echo-reply", state=REPLY),
     "drop: no-row"),
    ("external", echo(OUTSIDE, ACCESS, "wan0", protocol="echo-reply", state=INVALID),
     "drop: invalid"),
    ("external", echo(OUTSIDE, UNBOUND, "wan0"), "not governed"),
    ("external", echo(OUTSIDE, ACCESS, "lan0", state=FIRST), "drop: no-row"),
])
def test_echo(ping, what, verdict):
    assert said(site(ping=ping), what) == verdict


def test_other_protocols_are_refused():
    what = Packet("wan0", "other", ip_address(OUTSIDE), ip_address(ACCESS))
    assert said(site(ping="external internal"), what) == "drop: no-row"


# Peers

def test_a_bound_set_is_all_of_the_peers():
    partners = "203.0.113.0/24"
    where = site(features="federation", zones="external",
                 peers=prefixes(federation_partners=partners))
    assert said(where, packet("203.0.113.255", ACCESS, "5061/tcp", "wan0")) == \
        "accept: external/6"
    assert said(where, packet("203.0.114.0", ACCESS, "5061/tcp", "wan0")) == \
        "drop: peer (external/6)"


def test_the_peers_of_a_row_are_the_union_of_its_bound_sets():
    where = site(peers=prefixes(director="10.1.1.1/32"))
    for source in FRONTEND, "10.1.1.1":
        assert said(where, packet(source, INTERNAL, "5061/tcp", "lan0")) == \
            "accept: internal/2"
    assert said(where, packet(INSIDE, INTERNAL, "5061/tcp", "lan0")) == \
        "drop: peer (internal/2)"


def test_a_set_of_the_other_family_is_bound_too():
    where = site(features="federation", zones="external",
                 peers=prefixes(federation_partners="2001:db8::/32"))
    assert said(where, packet(OUTSIDE, ACCESS, "5061/tcp", "wan0")) == \
        "drop: peer (external/6)"


def test_named_peers_are_nobody_until_they_are_bound():
    where = site(features="pic", zones="pic")
    assert said(where, packet(OUTSIDE, ACCESS, "5061/tcp", "wan0")) == "drop: peer (pic/1)"
    where = site(features="pic", zones="pic", peers=prefixes(pic_partners="198.51.100.0/24"))
    assert said(where, packet(OUTSIDE, ACCESS, "5061/tcp", "wan0")) == "accept: pic/1"


def test_internal_any_without_internal_networks():
    where = Site(interfaces=WAN_LAN_DMZ, nodes=REFERENCE.nodes, features=("av",))
    assert said(where, packet("203.0.113.5", INTERNAL, "443/tcp", "lan0")) == \
        "accept: internal/7"
    assert said(where, packet(INTERNAL2, INTERNAL, "443/tcp", "dmz0")) == "drop: no-row"
    assert said(where, packet(ACCESS2, INTERNAL, "443/tcp", "dmz0")) == \
        "drop: peer (internal/7)"
    assert said(where, packet(AV2, INTERNAL, "443/tcp", "dmz0")) == \
        "drop: peer (internal/7, external/16)"


def test_an_internal_address_is_not_external_any():
    assert said(site(features="remote-access", zones=NO_PIC),
                packet(INTERNAL2, ACCESS, "443/tcp", "dmz0")) == "drop: peer (external/5)"


# Shared addresses, reasons and near rows

SINGLE_IP = dict(nodes={"edge1": addresses(access=ACCESS, webconf=ACCESS, av=ACCESS)})


def test_an_address_of_several_services_has_the_rows_of_each():
    call = packet(OUTSIDE, ACCESS, "443/tcp", "wan0")
    assert said(site(**SINGLE_IP), call) == "accept: external/5, external/8, external/15, pic/3"
    assert said(site(**SINGLE_IP, features="av"), call) == "accept: external/15"
    assert said(site(**SINGLE_IP, features=""), call) == \
        "drop: disabled (external/5, external/8, external/15, pic/3)"


def test_a_satisfied_end_has_no_near_rows():
    # edge1's own end is satisfied; the other end has no row alive
    where = site(features="federation-av")
    assert said(where, packet(AV, AV2, "55000/tcp", "dmz0")) == "drop: disabled (external/11)"


def test_reasons_have_their_order():
    # interface before disabled
    assert said(site(features="remote-access", **SINGLE_IP),
                packet(OUTSIDE, ACCESS, "443/tcp", "eth0")) == \
        "drop: interface (external/5, pic/3)"
    # peer before disabled
    where = site(zones="external pic", features="pic", **SINGLE_IP)
    assert said(where, packet(OUTSIDE, ACCESS, "5061/tcp", "wan0")) == "drop: peer (pic/1)"


@pytest.mark.parametrize("changes, arrival, port, verdict", [
    (dict(), "wan0", 50000, "accept: external/11"),
    (dict(), "wan0", 50001, "drop: cls-guard (external/11)"),
    (dict(), "wan0", 50003, "drop: cls-guard (external/11)"),
    (dict(), "wan0", 50004, "accept: external/11"),
    (dict(expose_cls_ports=True), "wan0", 50002, "accept: external/11"),
    (dict(), "lan0", 50002, "drop: interface (external/11)"),
    (dict(features="cls"), "wan0", 50002, "drop: disabled (external/11)"),
    (dict(features="cls"), "lan0", 50002, "drop: several (external/11)"),
])
def test_the_cls_ports(changes, arrival, port, verdict):
    assert said(site(**changes), packet(OUTSIDE, AV, f"{port}/tcp", arrival)) == verdict


def test_the_cls_guard_is_of_tcp_alone_and_of_the_inward_row_alone():
    assert said(site(), packet(OUTSIDE, AV, "50002/udp", "wan0")) == "accept: external/12"
    assert said(site(), packet(AV, OUTSIDE, "50002/tcp", "dmz0")) == "accept: external/9"


@pytest.mark.parametrize("port, verdict", [
    (49999, "drop: no-row"), (50000, "accept: external/9"), (59999, "accept: external/9"),
    (60000, "drop: no-row")])
def test_the_edges_of_the_media_range(port, verdict):
    assert said(site(), packet(AV, OUTSIDE, f"{port}/tcp", "dmz0")) == verdict


# NAT

def test_a_connection_is_judged_as_its_initiator_wrote_it():
    dialled = connection(OUTSIDE, ACCESS, 443)
    answer = Packet("dmz0", "tcp", ip_address("10.9.9.9"), ip_address(OUTSIDE), 8443, 40000,
                    state=REPLY, original=dialled)
    assert said(site(), answer) == "accept: external/5, pic/3"


def test_an_edge_behind_an_unbound_address_is_refused():
    dialled = connection(OUTSIDE, UNBOUND, 443)
    answer = Packet("dmz0", "tcp", ip_address(ACCESS), ip_address(OUTSIDE), 443, 40000,
                    state=REPLY, original=dialled)
    assert said(site(), answer) == "drop: no-row"
    first = dataclasses.replace(packet(OUTSIDE, UNBOUND, "443/tcp", "wan0"),
                                translated=connection(OUTSIDE, ACCESS, 443))
    assert said(site(), first) == "drop: no-row"
    elsewhere = dataclasses.replace(first, translated=connection(OUTSIDE, "10.9.9.9", 443))
    assert said(site(), elsewhere) == "not governed"


def test_a_host_behind_an_edge_address_is_refused():
    first = dataclasses.replace(packet(UNBOUND, OUTSIDE, "443/tcp", "dmz0"),
                                translated=connection(ACCESS, OUTSIDE, 443))
    assert said(site(), first) == "drop: no-row"


def test_nat_may_change_a_port():
    dialled = connection(OUTSIDE, ACCESS, 443)
    answer = Packet("dmz0", "tcp", ip_address(ACCESS), ip_address(OUTSIDE), 4443, 40000,
                    state=REPLY, original=dialled)
    assert said(site(), answer) == "accept: external/5, pic/3"
    assert said(site(), dataclasses.replace(answer, original=connection(
        OUTSIDE, ACCESS, 4443))) == "drop: no-row"


# Counters

def counted(where, *packets):
    counters = model.Counters()
    for what, length, is_confirmed in packets:
        counters.count(where, what, model.judge(where, what), length, is_confirmed)
    return counters


def test_every_row_that_permits_counts_and_a_service_counts_once():
    call = packet(OUTSIDE, ACCESS, "443/tcp", "wan0")
    counters = counted(site(), (call, 60, False), (reply_to(call, "dmz0"), 40, True),
                       (dataclasses.replace(call, state=FIRST), 52, True))
    expected = dict(connections=1, packets_to_edge=2, bytes_to_edge=112,
                    packets_from_edge=1, bytes_from_edge=40, denied=0)
    assert counters.rows == {("edge1", "external/5"): expected,
                             ("edge1", "pic/3"): expected}
    assert counters.services == {("edge1", "access"): expected}


def test_node_to_node_each_row_counts_on_its_own_node():
    counters = counted(site(), (packet(AV, AV2, "3478/udp", "dmz0"), 100, False))
    assert counters.rows["edge1", "external/13"]["packets_from_edge"] == 1
    assert counters.rows["edge1", "external/13"]["packets_to_edge"] == 0
    assert counters.rows["edge2", "external/14"]["packets_to_edge"] == 1
    assert counters.rows["edge2", "external/14"]["bytes_from_edge"] == 0


def test_denials_count_on_near_rows_but_those_of_several():
    where = site(features="remote-access", zones=NO_PIC)
    counters = counted(where,
                       (packet(OUTSIDE, ACCESS, "443/tcp", "lan0"), 60, False),
                       (packet(INSIDE, ACCESS, "443/tcp", "lan0"), 61, False))
    assert counters.rows["edge1", "external/5"]["denied"] == 1
    assert ("edge1", "pic/3") not in counters.rows
    assert counters.services["edge1", "access"]["denied"] == 1
    assert counters.drops["interface"] == dict(packets=1, bytes=60, would_be_packets=0,
                                               would_be_bytes=0)
    assert counters.drops["several"]["packets"] == 1


def test_a_service_counts_a_denial_once():
    where = site(features="remote-access", **SINGLE_IP)
    counters = counted(where, (packet(OUTSIDE, ACCESS, "443/tcp", "eth0"), 60, False))
    assert counters.rows["edge1", "pic/3"]["denied"] == 1
    assert counters.services == {("edge1", "access"): dict(
        connections=0, packets_to_edge=0, bytes_to_edge=0, packets_from_edge=0,
        bytes_from_edge=0, denied=1)}


def test_icmp_counts_on_no_row():
    cited = connection(INSIDE, ACCESS, 443)
    counters = counted(site(ping="external"), (error_citing(cited), 56, True),
                       (echo(OUTSIDE, ACCESS, "wan0"), 84, False))
    assert counters.rows == {} and counters.services == {}
    assert counters.drops["peer"]["packets"] == 1


def test_audit_counts_drops_apart():
    where = site(mode="audit")
    counters = counted(where, (packet(OUTSIDE, ACCESS, "3389/tcp", "wan0"), 60, False))
    assert counters.drops["no-row"] == dict(packets=0, bytes=0, would_be_packets=1,
                                            would_be_bytes=60)
