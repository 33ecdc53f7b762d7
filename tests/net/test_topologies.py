# SPDX-License-Identifier: GPL-2.0-only
"""Where the module can stand: on an appliance of several shapes, and on the Edge
itself."""

import socket

import pytest

import topology
from flow_table import CLS_PORTS
from netlib import (KIND, OPEN, ROWS, Net, appliance, if_ready, permitted, rows_of,
                    together, until)
from test_rows import each_row, ends, same_flow

pytestmark = pytest.mark.one_family
l4s = pytest.mark.parametrize("l4", ["tcp", "udp"])


@pytest.fixture(scope="module")
def build(nf_edge):
    """A function that builds a Net once for the tests of this file."""
    nets = {}

    def build(name, make, **options):
        if name not in nets:
            nets[name] = Net(make(), **options)
        return nets[name]
    yield build
    for net in nets.values():
        net.close()


# --- appliances

SHAPES = {"two-segments": {"segments": 2}, "bridge": {"bridge": True},
          "vrf": {"vrf": True}, "leak": {"leak": True}}


@pytest.fixture(params=SHAPES)
def shaped(request, build):
    """An appliance that is not the reference one."""
    net = build(request.param, lambda: appliance(**SHAPES[request.param]))
    dmz = ["dmz0", "dmz1"] if request.param == "two-segments" else ["dmz0"]
    net.load(OPEN.but(interfaces={
        "wan0": ["external"], "lan0": ["internal"],
        **{name: ["edge"] for name in dmz}}))
    yield net
    net.tidy()


FLOWS = [("tcp", "client", "edge1.access", 443, "in"),
         ("udp", "client", "edge2.av", 3478, "in"),
         ("udp", "edge1.access", "client", 53, "out"),
         ("tcp", "edge2.access", "partner", 5061, "out"),
         ("tcp", "frontend", "edge1.internal", 8057, "in"),
         ("tcp", "edge2.internal", "frontend", 5061, "out")]


def service_of(name):
    return name.partition(".")[2]


@pytest.mark.parametrize("l4, src, dst, port, direction", FLOWS)
def test_an_appliance_of_any_shape_counts_each_packet_once(
        shaped, family, l4, src, dst, port, direction):
    service = service_of(dst if direction == "in" else src)
    shaped.passes(l4, shaped.at(src, family), shaped.at(dst, family), port,
                  rows_of(service, direction, l4, port))


@pytest.mark.parametrize("l4, src, dst, port, direction", FLOWS)
def test_an_appliance_of_any_shape_refuses_the_port_beside(
        shaped, family, l4, src, dst, port, direction):
    shaped.refuses(l4, shaped.at(src, family), shaped.at(dst, family),
                   port - 1, "no-row")


def test_an_appliance_of_any_shape_knows_where_packets_come_from(shaped,
                                                                 family):
    client, access = (shaped.at(n, family) for n in ("client", "edge1.access"))
    shaped.refuses("tcp", client.sent_from(shaped.at("user", family)), access,
                   443, "interface", near=["external/5", "pic/3"])
    shaped.refuses("tcp", access.sent_from(client), shaped.at("user", family),
                   5061, "spoofed")


def test_a_second_edge_segment_has_to_be_bound(build, family):
    net = build("two-segments", lambda: appliance(segments=2))
    net.load(OPEN)
    net.refuses("udp", net.at("edge2.access", family), net.at("client", family),
                53, "interface", near=["external/4"])
    net.tidy()


def test_a_side_without_interface_is_held_by_unbound_ones(net, family):
    net.load(OPEN.but(interfaces={"wan0": ["external"], "dmz0": ["edge"]}))
    net.passes("tcp", net.at("frontend", family),
               net.at("edge1.internal", family), 4443, ["internal/8"])
    net.load(OPEN.but(interfaces={"lan0": ["internal"]}))
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    net.passes("udp", access, client, 53, ["external/4"])
    # lan0 is bound: it holds no more than the side it is given.
    net.refuses("tcp", client.sent_from(net.at("user", family)), access, 443,
                "interface", near=["external/5", "pic/3"])


def test_with_no_interface_bound_there_are_no_guards(net, family):
    net.load(OPEN.but(interfaces={}))
    client, access = net.at("client", family), net.at("edge1.access", family)
    internal = net.at("edge1.internal", family)
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    net.passes("tcp", net.at("frontend", family), internal, 4443,
               ["internal/8"])
    net.refuses("tcp", client, internal, 4443, "peer", near=["internal/8"])


# --- from node to node

# What two Edges may open to each other: an out row here, an in row there.
PAIRS = sorted({(r.service, r.l4, port) for r in ROWS if r.direction == "out"
                for port in (r.port_low, r.port_high)
                if rows_of(r.service, "in", r.l4, port)
                and r.side == "external" and port not in CLS_PORTS})


def any_rows(service, direction, l4, port):
    """The rows of a flow that contain every outside address, the other
    node's too: those whose sets are not bound in OPEN."""
    return [r for r in rows_of(service, direction, l4, port)
            if r.any_when_unbound]


@pytest.mark.parametrize("service, l4, port", PAIRS)
def test_from_node_to_node_both_ends_permit_and_count(net, family, service, l4,
                                                      port):
    net.load(OPEN)
    one, other = (net.at(f"{n}.{service}", family) for n in ("edge1", "edge2"))
    for src, dst in ((one, other), (other, one)):
        net.passes(l4, src, dst, port, any_rows(service, "out", l4, port),
                   any_rows(service, "in", l4, port))


@l4s
def test_one_permitting_end_is_not_enough(net, family, l4):
    net.load(OPEN)
    access = [net.at(f"{n}.access", family) for n in ("edge1", "edge2")]
    port = {"tcp": 80, "udp": 53}[l4]       # out, and no row lets it in
    net.refuses(l4, *access, port, "no-row")


def test_only_the_end_that_refuses_has_near_rows(net, family):
    net.load(OPEN.without(("zone", "xmpp")))
    access = [net.at(f"{n}.access", family) for n in ("edge1", "edge2")]
    # external/1 permits it at edge2; xmpp/2, of edge1, is dead.
    net.refuses("tcp", *access, 5269, "disabled", near=["xmpp/2"])
    net.load(OPEN.without(("zone", "external")))
    # xmpp/1 and xmpp/2 permit it: that external/1 is dead does not matter.
    net.passes("tcp", *access, 5269, ["xmpp/2"], ["xmpp/1"])


def test_both_ends_that_refuse_have_near_rows(net, family):
    net.load(OPEN.but(peers={"federation-partners": ["203.0.113.9"]}))
    access = [net.at(f"{n}.access", family) for n in ("edge1", "edge2")]
    net.refuses("tcp", *access, 5061, "peer", near=[
        "external/6", "external/7", "federation/1", "pic/1", "pic/2"])


def test_internal_addresses_are_no_peers_of_each_other(net, family):
    net.load(OPEN)
    inner = [net.at(f"{n}.internal", family) for n in ("edge1", "edge2")]
    net.refuses("tcp", *inner, 5061, "peer", near=["internal/2", "internal/3"])


def test_internal_addresses_are_no_peers_of_outer_services(net, family):
    """They are not outside, whatever internal-networks says."""
    for networks in OPEN.peers["internal-networks"], None:
        net.load(OPEN.but(peers={"internal-networks": networks}))
        access, inner = (net.at(n, family) for n in ("edge1.access",
                                                     "edge2.internal"))
        net.refuses("udp", access, inner, 53, "peer", near=["external/4"])
        net.refuses("tcp", inner, access, 443, "peer",
                    near=["external/5", "pic/3"])


def test_outer_addresses_are_no_peers_of_internal_services(net, family):
    """Not even without internal-networks, when all others are."""
    for networks in OPEN.peers["internal-networks"], None:
        net.load(OPEN.but(peers={"internal-networks": networks}))
        net.refuses("tcp", net.at("edge1.access", family),
                    net.at("edge2.internal", family), 443, "peer",
                    near=["internal/7"])
        net.refuses("udp", net.at("edge1.av", family),
                    net.at("edge2.internal", family), 3478, "peer",
                    near=["external/13", "internal/6", "pic/5"])


# --- the Edge itself

@pytest.fixture
def host(build):
    """The module on the Edge host edge1."""
    net = build("host", topology.edge_host, hosts=topology.EDGE_HOSTS,
                box="edge1")
    net.load(HOST)
    yield net
    net.tidy()


HOST = OPEN.but(nodes={"edge1": topology.node("edge1")},
                interfaces={"wan0": ["external"], "lan0": ["internal"]})


@each_row
def test_on_the_edge_a_row_permits_its_connections(host, family, row):
    host.passes(row.l4, *ends(host, row, family), row.port_high,
                same_flow(row))


@each_row
def test_on_the_edge_a_row_opens_no_port_beside_its_own(host, family, row):
    for port in (row.port_low - 1, row.port_high + 1):
        if not same_flow(row, port):
            host.refuses(row.l4, *ends(host, row, family), port, "no-row")


@each_row
def test_on_the_edge_a_dead_row_permits_nothing(host, family, row):
    host.load(HOST.without(*(("zone", r.zone) for r in same_flow(row))))
    host.refuses(row.l4, *ends(host, row, family), row.port_high, "disabled",
                 near=same_flow(row))


def test_on_the_edge_a_refused_sender_is_told_so(host, family):
    access, client = host.at("edge1.access", family), host.at("client", family)
    s = host.socket(access, socket.SOCK_DGRAM)
    s.bind((access.address, host.port()))
    s.connect((client.address, 4000))
    watch = host.watch()
    with pytest.raises(PermissionError):
        s.send(b"x")
    watch.await_drop("no-row")


@pytest.mark.parametrize("dst, port, answer", [
    ("client", 53, ("accept", None, ["external/4"], [])),
    ("client", 4000, ("drop", "no-row", [], [])),
    ("user", 53, ("drop", "peer", [], ["external/4"]))])
def test_on_the_edge_explain_knows_the_local_host(host, family, dst, port,
                                                  answer):
    said = host.edgectl.explain("udp", host.at("edge1.access", family).address,
                                host.at(dst, family).address, port)
    assert tuple(said[key] for key in
                 ("verdict", "reason", "rows", "near")) == answer


def test_on_the_edge_the_guards_stand(host, family):
    client, user = host.at("client", family), host.at("user", family)
    access = host.at("edge1.access", family)
    internal = host.at("edge1.internal", family)
    host.refuses("tcp", client, internal, 4443, "isolation")
    host.refuses("tcp", user.sent_from(client), access, 443, "spoofed")
    host.refuses("tcp", access.sent_from(client), internal, 4443, "spoofed")
    host.refuses("tcp", access.sent_from(user), internal, 4443, "spoofed")
    host.refuses("tcp", client.sent_from(user), access, 443, "interface",
                 near=["external/5", "pic/3"])


@l4s
def test_on_the_edge_loopback_traffic_is_never_governed(host, family, l4):
    watch = host.watch()
    for src, dst in (("edge1.access", "edge1.internal"),
                     ("edge1.internal", "edge1.access")):
        talk = host.connect(l4, host.at(src, family), host.at(dst, family),
                            3389)
        talk.exchange()
        talk.close()
    watch.expect()


@l4s
def test_on_the_edge_its_ungoverned_addresses_are_free(host, family, l4):
    host.passes(l4, host.at("edge1.marker", family), host.at("client", family),
                3389)
    host.passes(l4, host.at("client", family), host.at("edge1.marker", family),
                3389)


def test_on_the_edge_running_connections_are_cut_and_go_on(host, family):
    talk = host.connect("udp", host.at("client", family),
                        host.at("edge1.av", family), 3478)
    talk.exchange()
    host.edgectl.zone("off", "external")
    host.edgectl.zone("off", "pic")
    watch = host.watch()
    with pytest.raises(PermissionError):
        talk.answer()
    watch.await_drop("disabled")
    host.edgectl.zone("on", "external")
    talk.exchange()


def test_on_the_edge_another_node_listed_is_governed_too(host, family):
    host.load(HOST.but(nodes={n: topology.node(n) for n in ("edge1", "edge2")},
                       interfaces={"wan0": ["external", "edge"],
                                   "lan0": ["internal"]}))
    av = [host.at(f"{n}.av", family) for n in ("edge1", "edge2")]
    host.passes("udp", *av, 3478, ["external/13"], ["external/14"])
    host.passes("udp", *reversed(av), 3478, ["external/13"], ["external/14"])
    host.refuses("tcp", *reversed([host.at(f"{n}.access", family)
                                   for n in ("edge1", "edge2")]), 443,
                 "no-row")


def test_on_the_edge_a_node_not_listed_is_anybody(host, family):
    av = [host.at(f"{n}.av", family) for n in ("edge1", "edge2")]
    host.passes("udp", *av, 3478, ["external/13"])
    host.passes("udp", *reversed(av), 3478, ["external/14"])


# --- both families

def test_both_families_of_a_service_stand_and_fall_together(net):
    net.load(OPEN)
    talks = [net.connect("udp", net.at("client", family),
                         net.at("edge1.av", family), 3478)
             for family in (4, 6)]
    for talk in talks:
        talk.exchange()
    net.edgectl.feature("off", "av")
    net.edgectl.feature("off", "live-messenger")
    for talk in talks:
        net.cuts(talk, "disabled", near=["external/14", "pic/6"])
        talk.forgets()
    net.edgectl.feature("on", "av")
    for talk in talks:
        talk.exchange()


def test_an_unbound_family_of_a_service_is_not_governed(net):
    only4 = topology.node("edge1")
    only4["av"] = only4["av"][:1]
    net.load(OPEN.but(nodes={"edge1": only4}))
    net.passes("tcp", net.at("client", 6), net.at("edge1.av", 6), 3389)
    net.refuses("tcp", net.at("client", 4), net.at("edge1.av", 4), 3389,
                "no-row")
