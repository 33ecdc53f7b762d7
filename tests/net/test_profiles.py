# SPDX-License-Identifier: GPL-2.0-only
"""Each row of each profile but the default one, over real sockets and both
families, with its refusing twins. test_rows.py asks more of the default one."""

import pytest

from flow_table import DEFAULT, PROFILES, SERVICES, features_of, rows_of, zones_of
from netlib import CLS_PORTS, OPEN, reference

OTHERS = [name for name in PROFILES if name != DEFAULT]
pytestmark = pytest.mark.one_family
each_profile = pytest.mark.parametrize("profile", OTHERS)
each_row = pytest.mark.parametrize("profile, row", [
    pytest.param(profile, row, id=f"{profile}-{row}")
    for profile in OTHERS for row in PROFILES[profile]])


def opened(profile, **changes):
    """Everything on, and the sets of rows that have nobody else bound: client
    and partner outside, the front end inside."""
    outside, inside = OPEN.peers["pic-partners"], OPEN.peers["frontend"]
    peers = {name: inside if row.side == "internal" else outside
             for row in PROFILES[profile] if not row.any_when_unbound
             for name in row.peer_sets}
    return reference(profile=profile, zones=zones_of(profile),
                     features=features_of(profile), peers=peers, **changes)


def same_flow(profile, row, port=None):
    return rows_of(row.service, row.direction, row.l4, port or row.port_low, profile)


def ends(net, row, family, peer=None, node="edge1"):
    """Source and destination of the row's connections."""
    edge = net.at(f"{node}.{row.service}", family)
    other = net.at(peer or ("frontend" if row.side == "internal" else "client"), family)
    return (other, edge) if row.direction == "in" else (edge, other)


@each_row
def test_a_row_permits_its_connections(net, family, profile, row):
    net.load(opened(profile))
    for port, node in (row.port_low, "edge1"), (row.port_high, "edge2"):
        net.passes(row.l4, *ends(net, row, family, node=node), port,
                   same_flow(profile, row, port))


@each_row
def test_a_row_opens_no_port_beside_its_own_and_no_other_protocol(net, family, profile, row):
    net.load(opened(profile))
    other = {"tcp": "udp", "udp": "tcp"}[row.l4]
    for l4, port in ((row.l4, row.port_low - 1), (row.l4, row.port_high + 1),
                     (other, row.port_low)):
        if not rows_of(row.service, row.direction, l4, port, profile):
            net.refuses(l4, *ends(net, row, family), port, "no-row")


@each_row
def test_a_row_is_of_its_side(net, family, profile, row):
    net.load(opened(profile))
    src, dst = ends(net, row, family)
    where, reason = {
        ("in", "external"): ("lan", "interface"), ("in", "internal"): ("edge2", "interface"),
        ("out", "external"): ("inet", "spoofed"), ("out", "internal"): ("lan", "interface"),
    }[row.direction, row.side]
    near = same_flow(profile, row) if reason == "interface" else ()
    net.refuses(row.l4, src.sent_from(net.at(f"{where}.marker", family)), dst,
                row.port_low, reason, near=near)


@each_row
def test_a_row_that_is_off_permits_nothing(net, family, profile, row):
    """Its flow passes as long as another row of the profile names it."""
    flow = same_flow(profile, row)
    left = [other for other in flow if other != row]
    where = ends(net, row, family)
    net.load(opened(profile, rows_off=[row.id]))
    if left:
        net.passes(row.l4, *where, row.port_low, left)
    net.load(opened(profile, rows_off=[other.id for other in flow]))
    net.refuses(row.l4, *where, row.port_low, "disabled", near=flow)


@each_row
def test_a_row_has_the_peers_that_its_document_gives_it(net, family, profile, row):
    """With no set bound: Any of its side, or nobody when peers are named."""
    flow = same_flow(profile, row)
    config = opened(profile)
    net.load(config.but(peers={name: None for other in flow for name in other.peer_sets}))
    anybody = [other for other in flow if other.any_when_unbound]
    where = ends(net, row, family, "user" if row.side == "internal" else "partner")
    if anybody:
        net.passes(row.l4, *where, row.port_low, anybody)
    else:
        net.refuses(row.l4, *where, row.port_low, "peer", near=flow)


@each_profile
@pytest.mark.parametrize("service", SERVICES)
def test_services_have_no_port_that_only_other_profiles_open(net, family, profile, service):
    net.load(opened(profile))
    edge = net.at(f"edge1.{service}", family)
    peer = net.at("frontend" if service == "internal" else "client", family)
    for row in PROFILES[DEFAULT]:
        if row.service == service and not same_flow(profile, row):
            src, dst = (peer, edge) if row.direction == "in" else (edge, peer)
            net.refuses(row.l4, src, dst, row.port_low, "no-row")


@each_profile
def test_the_logging_ports_stay_shut_at_a_moved_row(net, family, profile):
    """The guard is of each inward row of the external side, at any port."""
    client, access = net.at("client", family), net.at("edge1.access", family)
    port = CLS_PORTS[1]
    config = opened(profile, ports={"access-client": port})
    flow = [row for row in PROFILES[profile] if (row.service, row.direction, row.l4,
                                                 row.port_low) == ("access", "in", "tcp", 443)]
    net.load(config)
    net.refuses("tcp", client, access, port, "cls-guard", near=flow)
    net.refuses("tcp", client, access, 443, "no-row")
    net.load(config.but(expose_cls_ports=True))
    net.passes("tcp", client, access, port, flow)
