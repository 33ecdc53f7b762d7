# SPDX-License-Identifier: GPL-2.0-only
"""Every row of the policy, over real sockets and both families: what it
permits, and that each of its conditions refuses when it alone fails."""

import pytest

from netlib import CLS_PORTS, OPEN, ROWS, rows_of


def rows_with(condition):
    """Parametrize a test by the rows that this is true of."""
    return pytest.mark.parametrize(
        "row", [row for row in ROWS if condition(row)], ids=str)


each_row = rows_with(lambda row: True)
with_sets = rows_with(lambda row: row.peer_sets)


def same_flow(row, port=None):
    """All rows that name the row's flow, itself included."""
    return rows_of(row.service, row.direction, row.l4, port or row.port_low)


def other_protocol(row):
    """The rows that name its flow but for the protocol."""
    return rows_of(row.service, row.direction,
                   {"tcp": "udp", "udp": "tcp"}[row.l4], row.port_high)


def turned_round(row):
    """The rows that name its flow in the other direction."""
    return rows_of(row.service, {"in": "out", "out": "in"}[row.direction],
                   row.l4, row.port_high)


def ends(net, row, family, peer=None, node="edge1"):
    """Source and destination of the row's connections."""
    edge = net.at(f"{node}.{row.service}", family)
    other = net.at(peer or ("frontend" if row.side == "internal"
                            else "client"), family)
    return (other, edge) if row.direction == "in" else (edge, other)


def but_for(row, others, kind):
    """The rows of `others` that stay when the row's zone or feature goes."""
    return [r for r in others if getattr(r, kind) != getattr(row, kind)]


@each_row
def test_a_row_permits_its_connections(net, family, row):
    net.load(OPEN)
    middle = (row.port_low + row.port_high) // 2
    for port in sorted({row.port_low, middle, row.port_high}):
        net.passes(row.l4, *ends(net, row, family), port, same_flow(row, port))


@pytest.mark.one_family
@each_row
def test_a_row_counts_for_the_node_whose_address_it_is(net, family, row):
    net.load(OPEN)
    net.passes(row.l4, *ends(net, row, family, node="edge2"), row.port_high,
               same_flow(row))


@pytest.mark.one_family
@each_row
def test_a_row_opens_no_port_beside_its_own(net, family, row):
    net.load(OPEN)
    for port in (row.port_low - 1, row.port_high + 1):
        if not same_flow(row, port):
            net.refuses(row.l4, *ends(net, row, family), port, "no-row")


@pytest.mark.one_family
@rows_with(lambda row: not other_protocol(row))
def test_a_row_opens_nothing_for_the_other_protocol(net, family, row):
    net.load(OPEN)
    net.refuses("udp" if row.l4 == "tcp" else "tcp", *ends(net, row, family),
                row.port_high, "no-row")


@pytest.mark.one_family
@rows_with(lambda row: not turned_round(row))
def test_a_row_opens_nothing_the_other_way_round(net, family, row):
    net.load(OPEN)
    net.refuses(row.l4, *reversed(ends(net, row, family)), row.port_high,
                "no-row")


@pytest.mark.one_family
@each_row
def test_a_row_opens_nothing_by_its_source_port(net, family, row):
    """What could be a reply is looked at, and is none."""
    net.load(OPEN)
    net.refuses(row.l4, *reversed(ends(net, row, family)), 4, "no-row",
                sport=row.port_high)


# (direction, side of the row): where its packets come from wrongly, and why
# that is refused. The guards stand before the rows.
WRONG_SIDES = {
    ("in", "external"): [("lan", "interface"), ("edge2", "interface")],
    ("in", "internal"): [("inet", "spoofed"), ("edge2", "interface")],
    ("out", "external"): [("inet", "spoofed"), ("lan", "spoofed")],
    ("out", "internal"): [("inet", "spoofed"), ("lan", "interface")],
}


@each_row
def test_a_row_permits_nothing_from_the_wrong_side(net, family, row):
    net.load(OPEN)
    src, dst = ends(net, row, family)
    for where, reason in WRONG_SIDES[row.direction, row.side]:
        net.refuses(row.l4, src.sent_from(net.at(f"{where}.marker", family)),
                    dst, row.port_high, reason,
                    near=same_flow(row) if reason == "interface" else ())


@rows_with(lambda row: (row.direction, row.side) == ("out", "external"))
def test_an_interface_of_both_sides_is_not_the_edge_side(net, family, row):
    """No guard there, but an `out` row still has to arrive from an Edge."""
    net.load(OPEN.but(interfaces={"wan0": ["external", "internal"],
                                  "dmz0": ["edge"]}))
    src, dst = ends(net, row, family)
    net.refuses(row.l4, src.sent_from(net.at("inet.marker", family)), dst,
                row.port_high, "interface", near=same_flow(row))


@rows_with(lambda row: (row.direction, row.side) == ("in", "internal"))
def test_the_outside_is_isolated_from_internal_addresses(net, family, row):
    net.load(OPEN)
    net.refuses(row.l4, *ends(net, row, family, "client"), row.port_high,
                "isolation")


def narrowed(row):
    """OPEN with the row's sets, and those of its flow, bound to one peer, and
    no row of its flow left that asks for none; that peer's name, and the rows
    of the flow that are left."""
    peer, address = ("director", ["192.168.10.80", "2001:db8:10::80"]) \
        if row.side == "internal" else \
        ("partner", ["203.0.113.9", "2001:db8:113::9"])
    flow = same_flow(row)
    asking = [r for r in flow if r.peer_sets]
    config = OPEN.without(*(("zone", r.zone) for r in flow if r not in asking))
    return config.but(peers={s: address for r in asking
                             for s in r.peer_sets}), peer, asking


@with_sets
def test_a_row_permits_the_peers_in_its_sets_and_no_others(net, family, row):
    config, peer, rows = narrowed(row)
    net.load(config)
    net.passes(row.l4, *ends(net, row, family, peer), row.port_high, rows)
    net.refuses(row.l4, *ends(net, row, family), row.port_high, "peer",
                near=rows)


@pytest.mark.one_family
@with_sets
def test_a_bound_set_without_prefixes_permits_nobody(net, family, row):
    config, peer, rows = narrowed(row)
    net.load(config.but(peers={s: [] for r in rows for s in r.peer_sets}))
    for who in (peer, None):
        net.refuses(row.l4, *ends(net, row, family, who), row.port_high,
                    "peer", near=rows)


@pytest.mark.one_family
@with_sets
def test_a_bound_set_of_the_other_family_permits_nobody(net, family, row):
    config, peer, rows = narrowed(row)
    net.load(config.but(peers={
        name: [p for p in prefixes if (":" in p) != (family == 6)]
        for name, prefixes in config.peers.items()
        if name != "internal-networks"}))
    net.refuses(row.l4, *ends(net, row, family, peer), row.port_high, "peer",
                near=rows)


@pytest.mark.one_family
@rows_with(lambda row: len(row.peer_sets) > 1)
def test_peers_of_several_sets_are_their_union(net, family, row):
    config, _, rows = narrowed(row)
    first, second = row.peer_sets
    net.load(config.but(peers={
        first: ["192.168.10.80", "2001:db8:10::80"],
        second: ["192.168.10.90", "2001:db8:10::90"]}))
    for name in ("director", "frontend"):
        net.passes(row.l4, *ends(net, row, family, name), row.port_high, rows)
    net.refuses(row.l4, *ends(net, row, family, "user"), row.port_high,
                "peer", near=rows)


@pytest.mark.one_family
@with_sets
def test_with_no_set_bound_a_row_contains_any_or_nobody(net, family, row):
    """The document names the peers of some rows of pic: those have none."""
    config, _, rows = narrowed(row)
    net.load(config.but(peers={s: None for r in rows for s in r.peer_sets}))
    anybody = [r for r in rows if r.any_when_unbound]
    who = ends(net, row, family, "user" if row.side == "internal" else None)
    if anybody:
        net.passes(row.l4, *who, row.port_high, anybody)
    else:
        net.refuses(row.l4, *who, row.port_high, "peer", near=rows)


@pytest.mark.one_family
@each_row
def test_any_outside_is_not_inside_and_the_reverse(net, family, row):
    """Unbound rows: Any of an outer row is not in internal-networks, Any of
    an inner one is."""
    flow = same_flow(row)
    net.load(OPEN.but(peers={s: None for r in flow for s in r.peer_sets}))
    if row.side == "internal":
        # a stranger that comes by the right interface
        stranger = net.at("partner", family)
        if row.direction == "in":
            stranger = stranger.sent_from(net.at("user", family))
        wrong = [stranger, net.at("edge1.internal", family)]
    else:
        wrong = [net.at("user", family), net.at(f"edge1.{row.service}", family)]
    src, dst = wrong if row.direction == "in" else reversed(wrong)
    if row.side == "external" and row.direction == "in":
        # It cannot come by the external side alone: that is spoofed.
        net.load(net.config.but(interfaces={
            "wan0": ["external", "internal"], "dmz0": ["edge"]}))
        src = src.sent_from(net.at("client", family))
    net.refuses(row.l4, src, dst, row.port_high, "peer", near=flow)


def switched(row):
    """The switches of a row, as (kind, name)."""
    return [(kind, getattr(row, kind)) for kind in ("zone", "feature")
            if getattr(row, kind)]


ROW_SWITCHES = pytest.mark.parametrize(
    "row, kind", [pytest.param(r, kind, id=f"{r}-{kind}") for r in ROWS
                  for kind, _ in switched(r)])


@pytest.mark.one_family
@ROW_SWITCHES
def test_a_dead_row_permits_and_counts_nothing(net, family, row, kind):
    """Its flow passes as long as another row names it, on that row alone."""
    net.load(OPEN)
    flow = same_flow(row)
    left = but_for(row, flow, kind)
    where = ends(net, row, family)
    net.edgectl(kind, "off", getattr(row, kind))
    if left:
        net.passes(row.l4, *where, row.port_high, left)
        for other in left:
            net.edgectl(kind, "off", getattr(other, kind))
    net.refuses(row.l4, *where, row.port_high, "disabled", near=flow)
    net.edgectl(kind, "on", getattr(row, kind))
    net.passes(row.l4, *where, row.port_high,
               [r for r in flow if r not in left])


@pytest.mark.one_family
@ROW_SWITCHES
def test_a_dead_row_stops_its_connections(net, family, row, kind):
    """A running connection goes on while another row permits it, is cut with
    the last one, and goes on when the row is back."""
    net.load(OPEN)
    flow = same_flow(row)
    left = but_for(row, flow, kind)
    running = net.connect(row.l4, *ends(net, row, family), row.port_high)
    running.exchange()
    net.edgectl(kind, "off", getattr(row, kind))
    if left:
        watch = net.watch()
        running.exchange()
        moved = watch.delta()
        assert {r for _, r in moved.rows} == {r.id for r in left}
        assert not moved.drops
        for other in left:
            net.edgectl(kind, "off", getattr(other, kind))
    net.cuts(running, "disabled", near=flow)
    if row.l4 == "udp":
        running.forgets()
    net.edgectl(kind, "on", getattr(row, kind))
    watch = net.watch()
    if row.l4 == "udp":
        running.send()
    running.receives("server")      # TCP has sent it again
    running.answer()
    running.receives("client")
    moved = watch.delta()
    assert {r for _, r in moved.rows} == \
        {r.id for r in flow if r not in left}
    assert not any("connections" in c for c in moved.rows.values())


def test_zone_and_feature_off_together_are_one_reason(net, family):
    net.load(OPEN.without(("zone", "external"), ("zone", "pic"),
                          ("feature", "remote-access")))
    net.refuses("tcp", net.at("client", family), net.at("edge1.access", family),
                443, "disabled", near=["external/5", "pic/3"])


@pytest.mark.parametrize("port", CLS_PORTS)
def test_logging_ports_stay_shut_to_the_internet(net, family, port):
    net.load(OPEN)
    where = net.at("client", family), net.at("edge1.av", family)
    net.refuses("tcp", *where, port, "cls-guard", near=["external/11"])
    net.passes("udp", *where, port, ["external/12"])
    net.load(OPEN.but(expose_cls_ports=True))
    net.passes("tcp", *where, port, ["external/11"])


@pytest.mark.parametrize("port", CLS_PORTS)
def test_the_logging_guard_comes_after_all_other_conditions(net, family, port):
    net.load(OPEN.without(("feature", "ocs2007")))
    client, av = net.at("client", family), net.at("edge1.av", family)
    net.refuses("tcp", client, av, port, "disabled", near=["external/11"])
    net.load(OPEN)
    net.refuses("tcp", client.sent_from(net.at("user", family)), av, port,
                "interface", near=["external/11"])


@pytest.mark.parametrize("l4", ["tcp", "udp"])
def test_other_hosts_behind_the_edge_interface_are_not_governed(net, family,
                                                                l4):
    net.load(OPEN)
    net.passes(l4, net.at("client", family), net.at("unbound", family), 3389)
    net.passes(l4, net.at("unbound", family), net.at("user", family), 445)


@pytest.mark.one_family
@each_row
def test_without_a_policy_nothing_is_refused(net, family, row):
    """The control: what the other tests see refused, nf_edge refuses."""
    net.edgectl("flush")
    src, dst = ends(net, row, family)
    for port in (row.port_low - 1, row.port_high):
        with_nothing = net.connect(row.l4, src, dst, port)
        with_nothing.exchange()
        with_nothing.close()
    # Also from a wrong side: a first packet arrives, as nothing stops it.
    tap = net.tap(dst)
    wrong = src.sent_from(net.at("lan.marker", family)) \
        if src.ns.name != "lan" else src.sent_from(net.at("client", family))
    net.attempts(row.l4, wrong, dst, row.port_high)
    net.marks(tap)
    assert tap.arrived(src.address, dst.address, dport=row.port_high)
