# SPDX-License-Identifier: GPL-2.0-only
"""The reference model on other profiles, moved ports, rows that are off and
rows of the site's own, and the random sites that have them."""

import dataclasses
import random
import re
from ipaddress import ip_address

import pytest

import examples
import model
import sites
from model import ACCEPT, INVALID, NEW, REPLY, Site, SiteRow
from test_model import (ACCESS, ACCESS2, AV, FRONTEND, INSIDE, INTERNAL, INTERNAL2, NO_PIC,
                        OUTSIDE, REFERENCE, WAN_LAN_DMZ, connection, counted, echo,
                        error_citing, packet, prefixes, reply_to, said, site)


def judged(where, what):
    verdict = model.judge(where, what)
    rows = verdict.rows if verdict.verdict == ACCEPT else verdict.near
    return verdict.verdict, verdict.reason, [row.id for _, row in rows]


@pytest.mark.parametrize("example", examples.read_examples(), ids=str)
def test_site_example(example):
    where, what = example.site(), example.packet()
    assert judged(where, what) == (example.verdict, example.reason, list(example.rows))
    if example.verdict == ACCEPT:
        back = {"external": "dmz0", "internal": "dmz0", "edge": "wan0"}[example.arrives]
        if ip_address(example.destination) in where.peers["internal-networks"][0]:
            back = "lan0"
        answer = reply_to(what, back)
        if what.protocol == "echo":
            answer = dataclasses.replace(answer, protocol="echo-reply")
        assert judged(where, answer) == (ACCEPT, None, list(example.rows))


def test_every_site_example_has_a_twin_that_ends_otherwise():
    """At most three changes away: a packet turned round is three."""
    lines = examples.read_lines()
    assert sum(line["kind"] == "example" for line in lines) == 22
    asked = [key for key in lines[0] if key not in ("kind", "verdict", "reason", "rows")]
    for line in lines:
        assert line["kind"] in ("example", "twin")
        assert any((line["verdict"], line["rows"]) != (other["verdict"], other["rows"]) and
                   sum(line[key] != other[key] for key in asked) <= 3
                   for other in lines), line


def test_a_site_is_read_back_from_its_configuration():
    for example in examples.read_examples():
        where = example.site()
        assert examples.read_site(sites.configuration(where)) == where


@pytest.mark.parametrize("profile, rows", [
    ("lync2013-scaled-public", 37), ("lync2013-scaled-nat", 38),
    ("lync2013-single-public", 37), ("lync2013-single-nat", 37), ("sfb2015", 25),
    ("sfb2019", 23)])
def test_a_profile_has_its_rows_and_words(profile, rows):
    table = model.PROFILES[profile]
    assert len(table) == rows
    assert {row.zone for row in table} == set(model.zones_of(profile))
    is_lync = profile.startswith("lync2013")
    assert model.zones_of(profile) == (model.ZONES if is_lync else ("external", "internal"))
    assert ("ocs2007" in model.features_of(profile)) == is_lync
    assert ("xmpp" in model.features_of(profile)) == (profile != "sfb2019")
    assert ("media" in model.port_keys_of(profile)) == is_lync
    assert len(model.port_keys_of(profile)) == 10 + is_lync


def test_a_profile_may_have_two_names():
    assert site(profile="sfbse") == site(profile="sfb2019")


@pytest.mark.parametrize("key, port, moved", [
    ("access-client", 8443, "external/5 pic/3"),
    ("access-federation", 8443, "external/6 pic/1"),
    ("webconf-client", 8443, "external/8"),
    ("turn-tcp", 8443, "external/15"),
    ("turn-udp", 8443, "external/14 pic/6"),
    ("media", (40000, 49999), "external/11 external/12"),
    ("internal-sip", 8443, "internal/2"),
    ("internal-psom", 8443, "internal/4"),
    ("internal-mras", 8443, "internal/5"),
    ("internal-turn-tcp", 8443, "internal/7"),
    ("internal-turn-udp", 8443, "internal/6"),
])
def test_a_key_moves_the_inward_rows_of_its_documented_port(key, port, moved):
    ports = port if isinstance(port, tuple) else (port, port)
    where = site(ports={key: ports})
    for row, before in zip(where.rows, model.ROWS):
        protocol = before.ports[0][0]
        wanted = ((protocol, *ports),) if row.id in moved.split() else before.ports
        assert row.ports == wanted, row.id
        assert row.id == before.id


def test_two_keys_may_change_places():
    where = site(ports={"internal-sip": (8057, 8057), "internal-psom": (5061, 5061)})
    assert said(where, packet(FRONTEND, INTERNAL, "5061/tcp", "lan0")) == \
        "accept: internal/4"
    assert said(where, packet(FRONTEND, INTERNAL, "8057/tcp", "lan0")) == \
        "accept: internal/2"
    assert said(where, packet(INTERNAL, FRONTEND, "5061/tcp", "dmz0")) == \
        "accept: internal/3"


def test_a_moved_port_names_headers_and_the_documented_one_does_not():
    where = site(ports={"access-client": (4443, 4443)}, zones=NO_PIC)
    assert said(where, packet(OUTSIDE, ACCESS, "443/tcp", "wan0", state=INVALID)) == \
        "drop: no-row"
    assert said(where, packet(OUTSIDE, ACCESS, "4443/tcp", "wan0", state=INVALID)) == \
        "drop: invalid"


@pytest.mark.parametrize("rows_off, verdict", [
    ("", "accept: external/5, pic/3"), ("external/5", "accept: pic/3"),
    ("external/5 pic/3", "drop: disabled (external/5, pic/3)")])
def test_a_row_that_is_off_is_dead_alone(rows_off, verdict):
    where = site(rows_off=tuple(rows_off.split()))
    call = packet(OUTSIDE, ACCESS, "443/tcp", "wan0")
    assert said(where, call) == verdict
    assert said(where, dataclasses.replace(call, state=INVALID)) == "drop: invalid"


ALL_ZONES = " ".join((*model.ZONES, model.SITE_ZONE))


def with_rows(*rows, **changes):
    return site(**{"zones": ALL_ZONES, **changes}, site_rows=tuple(rows))


def own_row(service="access", direction="in", ports=(("tcp", 22, 22),), peers=("any",),
            **more):
    return SiteRow("own", service, direction, ports, peers, **more)


def test_a_site_row_has_several_ports_of_both_protocols():
    where = with_rows(own_row(ports=(("tcp", 22, 22), ("udp", 600, 700), ("tcp", 80, 81))))
    for port, verdict in (("22/tcp", "accept: site/own"), ("22/udp", "drop: no-row"),
                          ("600/udp", "accept: site/own"), ("700/udp", "accept: site/own"),
                          ("701/udp", "drop: no-row"), ("650/tcp", "drop: no-row"),
                          ("81/tcp", "accept: site/own")):
        assert said(where, packet(OUTSIDE, ACCESS, port, "wan0")) == verdict


def test_guards_stand_above_a_site_row():
    where = with_rows(own_row("internal"), own_row(ports=(("tcp", 50002, 50002),)))
    assert said(where, packet(OUTSIDE, INTERNAL, "22/tcp", "wan0")) == "drop: isolation"
    assert said(where, packet(FRONTEND, INTERNAL, "22/tcp", "wan0")) == "drop: spoofed"
    assert said(where, packet(OUTSIDE, ACCESS, "50002/tcp", "wan0")) == \
        "drop: cls-guard (site/own)"


@pytest.mark.parametrize("port, expose, verdict", [
    ("50000/tcp", False, "accept: site/own"), ("50001/tcp", False, "drop: cls-guard (site/own)"),
    ("50003/tcp", False, "drop: cls-guard (site/own)"), ("50004/tcp", False, "accept: site/own"),
    ("50002/udp", False, "accept: site/own"), ("50002/tcp", True, "accept: site/own")])
def test_the_logging_ports_are_guarded_on_site_rows(port, expose, verdict):
    where = with_rows(own_row(ports=(("tcp", 50000, 50010), ("udp", 50000, 50010))),
                      expose_cls_ports=expose)
    assert said(where, packet(OUTSIDE, ACCESS, port, "wan0")) == verdict


def test_the_guard_is_not_of_the_internal_side_and_not_of_outward_rows():
    ports = (("tcp", 50002, 50002),)
    where = with_rows(own_row("internal", ports=ports, peers=("internal-networks",)))
    assert said(where, packet(INSIDE, INTERNAL, "50002/tcp", "lan0")) == \
        "accept: internal/10, site/own"
    where = with_rows(own_row("access", "out", ports=ports))
    assert said(where, packet(ACCESS, OUTSIDE, "50002/tcp", "dmz0")) == "accept: site/own"


def test_several_guarded_rows_are_near_together():
    where = with_rows(own_row("av", ports=(("tcp", 50001, 50001),)), features="ocs2007")
    assert said(where, packet(OUTSIDE, AV, "50001/tcp", "wan0")) == \
        "drop: cls-guard (external/11, site/own)"
    assert said(where, packet(OUTSIDE, AV, "50002/tcp", "wan0")) == \
        "drop: cls-guard (external/11)"


def test_a_set_of_a_site_row_that_is_not_bound_has_nobody():
    where = with_rows(own_row(peers=("admins",)))
    assert said(where, packet(OUTSIDE, ACCESS, "22/tcp", "wan0")) == "drop: peer (site/own)"
    where = with_rows(own_row(peers=("admins", "crl")), peers=prefixes(crl=OUTSIDE))
    assert said(where, packet(OUTSIDE, ACCESS, "22/tcp", "wan0")) == "accept: site/own"
    # It narrows the document's row too.
    assert said(where, packet(ACCESS, OUTSIDE, "80/tcp", "dmz0")) == "accept: external/2"
    assert said(where, packet(ACCESS, "198.51.100.8", "80/tcp", "dmz0")) == \
        "drop: peer (external/2)"


def test_an_outward_address_is_not_of_the_internal_networks_of_a_site_row():
    where = with_rows(own_row(peers=("internal-networks",)), own_row(direction="out"),
                      peers=prefixes(internal_networks="0.0.0.0/0"),
                      interfaces={"eth0": set(model.SIDES)})
    assert said(where, packet(ACCESS2, ACCESS, "22/tcp", "eth0")) == "drop: peer (site/own)"
    assert said(where, packet(OUTSIDE, ACCESS, "22/tcp", "eth0")) == "accept: site/own"


def test_a_site_row_does_not_exist_at_the_ends_of_other_nodes():
    where = with_rows(own_row(nodes=("edge1",)), own_row("access", "out", nodes=("edge1",)))
    for end, state, verdict in (
            (ACCESS, NEW, "accept: site/own"), (ACCESS2, NEW, "drop: no-row"),
            (ACCESS, INVALID, "drop: invalid"), (ACCESS2, INVALID, "drop: no-row")):
        assert said(where, packet(OUTSIDE, end, "22/tcp", "wan0", state=state)) == verdict
    # Node to node: both ends need one.
    assert said(where, packet(ACCESS, ACCESS2, "22/tcp", "dmz0")) == "drop: no-row"
    assert said(with_rows(own_row(), own_row("access", "out")),
                packet(ACCESS, ACCESS2, "22/tcp", "dmz0")) == \
        "accept: site/own, site/own"


def test_internal_any_of_a_site_row():
    where = with_rows(own_row("internal"))
    assert said(where, packet(INSIDE, INTERNAL, "22/tcp", "lan0")) == "accept: site/own"
    assert said(where, packet("192.168.11.5", INTERNAL, "22/tcp", "lan0")) == \
        "drop: peer (site/own)"
    where = Site(zones=("site",), interfaces=WAN_LAN_DMZ, nodes=REFERENCE.nodes,
                 site_rows=(own_row("internal"),))
    assert said(where, packet("192.168.11.5", INTERNAL, "22/tcp", "lan0")) == \
        "accept: site/own"


@pytest.mark.parametrize("ping_peers, ping, what, verdict", [
    (None, "internal", echo(INSIDE, INTERNAL, "lan0"), "accept"),
    ("", "internal", echo(INSIDE, INTERNAL, "lan0"), "drop: peer"),
    ("frontend", "internal", echo(FRONTEND, INTERNAL, "lan0"), "accept"),
    ("frontend", "internal", echo(INSIDE, INTERNAL, "lan0"), "drop: peer"),
    ("crl", "internal", echo(INSIDE, INTERNAL, "lan0"), "drop: peer"),
    ("internal-networks", "internal", echo(INSIDE, INTERNAL, "lan0"), "accept"),
    ("frontend", "internal", echo(INTERNAL, FRONTEND, "dmz0"), "accept"),
    ("frontend", "internal", echo(INTERNAL, INSIDE, "dmz0"), "drop: peer"),
    # what else fails comes first, at either end
    ("frontend", "", echo(INSIDE, INTERNAL, "lan0"), "drop: no-row"),
    ("frontend", "internal", echo(INSIDE, INTERNAL, "dmz0"), "drop: no-row"),
    ("frontend", "internal", echo(ACCESS, INTERNAL2, "dmz0"), "drop: no-row"),
    # node to node: both
    ("edges", "external internal", echo(ACCESS, INTERNAL2, "dmz0"), "drop: peer"),
    ("edges more", "external internal", echo(ACCESS, INTERNAL2, "dmz0"), "accept"),
    ("more", "external internal", echo(ACCESS, INTERNAL2, "dmz0"), "drop: peer"),
    # replies belong to their connection
    ("frontend", "internal", echo(FRONTEND, INTERNAL, "wan0", protocol="echo-reply",
                                  state=REPLY), "drop: spoofed"),
    ("frontend", "internal", echo(INTERNAL, FRONTEND, "dmz0", protocol="echo-reply",
                                  state=REPLY), "accept"),
    ("frontend", "internal", echo(INTERNAL, INSIDE, "dmz0", protocol="echo-reply",
                                  state=REPLY), "drop: peer"),
])
def test_ping_peers(ping_peers, ping, what, verdict):
    where = site(ping=ping, ping_peers=None if ping_peers is None
                 else tuple(ping_peers.split()), peers=prefixes(edges=ACCESS, more=INTERNAL2))
    assert said(where, what) == verdict


def test_an_error_about_an_echo_has_the_reason_of_the_echo():
    cited = connection(INSIDE, INTERNAL, None, "echo")
    assert said(site(ping="internal", ping_peers=("frontend",)), error_citing(cited)) == \
        "drop: peer"


# Counters of site rows

def entered(counters, before, after):
    counters.enter(before, after)
    return set(counters.rows)


def test_counters_of_a_site_row_follow_its_name_service_and_direction():
    call = packet(OUTSIDE, ACCESS, "22/tcp", "wan0")
    where = with_rows(own_row())
    has_own = {("edge1", "site/own")}

    def after(*rows, **changes):
        return entered(counted(where, (call, 60, False)), where,
                       with_rows(*rows, **changes))
    assert after(own_row(ports=(("tcp", 23, 23),))) == has_own
    assert after(dataclasses.replace(own_row(), name="first"), own_row()) == has_own
    assert after(own_row(nodes=("edge1",))) == has_own
    assert after(own_row(nodes=("edge2",))) == set()
    assert after(own_row("webconf")) == set()
    assert after(own_row("access", "out")) == set()
    assert after(dataclasses.replace(own_row(), name="other")) == set()
    assert after(own_row(), profile="sfb2019") == set()
    assert after(own_row(), nodes={"edge2": REFERENCE.nodes["edge2"]}) == set()
    # It comes back without them.
    counters = counted(where, (call, 60, False))
    gone = with_rows()
    assert entered(counters, where, gone) == set()
    assert entered(counters, gone, where) == set()
    assert counters.services["edge1", "access"]["connections"] == 1


def test_a_change_of_profile_starts_counters_but_not_drop_reasons():
    where = site()
    counters = counted(where, (packet(OUTSIDE, ACCESS, "443/tcp", "wan0"), 60, False),
                       (packet(OUTSIDE, ACCESS, "444/tcp", "wan0"), 60, False))
    counters.enter(where, site(features="av"))
    assert counters.rows and counters.services
    counters.enter(where, site(profile="sfb2019"))
    assert not counters.rows and not counters.services
    assert counters.drops["no-row"]["packets"] == 1


# Random sites

def faults(where):
    """Errors of a configuration that a random site must not have."""
    sets = {*model.sets_of(where.profile)}
    used = {name for row in where.site_rows for name in row.peers} | \
        set(where.ping_peers or ())
    ids = [row.id for row in where.rows]
    yield len(where.rows) > 64 or len(set(ids)) < len(ids)
    yield not set(where.rows_off) <= set(ids)
    yield not set(where.zones) <= {*model.zones_of(where.profile), model.SITE_ZONE}
    yield not set(where.features) <= set(model.features_of(where.profile))
    yield not set(where.ports) <= set(model.port_keys_of(where.profile))
    yield "any" in (where.ping_peers or ())
    yield len(sets | (used - {"any"})) > 32
    yield not set(where.peers) <= sets | used
    for row in where.site_rows:
        yield not re.fullmatch("[a-z0-9-]{1,31}", row.name)
        yield not 1 <= len(row.ports) <= 16
        yield not all(1 <= low <= high <= 65535 for _, low, high in row.ports)
        yield not row.peers or "any" in row.peers and len(row.peers) > 1
        yield row.nodes is not None and not (row.nodes and set(row.nodes) <= set(where.nodes))
        is_wide = row.peers == ("any",) or any(
            prefix.prefixlen < (8 if prefix.version == 4 else 16)
            for name in row.peers for prefix in where.peers.get(name, ()))
        yield row.exposed != (is_wide and row.direction == "in" and row.service != "internal")
        yield (row.direction == "in" and row.service == "internal" and
               row.peers == ("any",) and "internal-networks" not in where.peers)


@pytest.mark.parametrize("beyond", [False, True])
def test_random_sites_are_valid_before_and_after_a_change(beyond):
    rng = random.Random(11)
    seen = set()
    for _ in range(150):
        where = sites.random_site(rng, beyond=beyond)
        for _ in range(2):
            assert not any(faults(where)), sites.configuration(where)
            assert examples.read_site(sites.configuration(where)) == where
            seen |= {where.profile, *where.ports, *(row.name for row in where.site_rows),
                     *(name for name in ("rows_off", "site_rows", "ping_peers")
                       if getattr(where, name))}
            connections = sites.Connections(rng, where, ["wan0", "un0"])
            for _ in range(20):
                model.judge(where, connections.packet())
            where = sites.changed_site(rng, where, beyond)
    if beyond:
        assert seen >= {*model.PROFILE_NAMES, *model.PORT_KEYS, *sites.OWN_ROWS,
                        "rows_off", "site_rows", "ping_peers"}
    else:
        assert seen == {model.DEFAULT}


def test_random_connections_find_each_reason_and_each_kind_of_row():
    rng = random.Random(5)
    found = set()
    for _ in range(60):
        where = sites.random_site(rng, beyond=True)
        connections = sites.Connections(rng, where, [*where.interfaces, "un0"])
        for _ in range(300):
            what = connections.packet()
            verdict = model.judge(where, what)
            rows = [row for _, row in verdict.rows + verdict.near]
            found |= {(verdict.reason or verdict.verdict, row.is_of_site) for row in rows}
            found |= {(what.protocol, verdict.reason or verdict.verdict)}
    for kind in ("accept", "cls-guard", "interface", "peer", "disabled", "several"):
        assert {(kind, True), (kind, False)} <= found
    assert {("echo", "accept"), ("echo", "peer"), ("echo", "no-row")} <= found
