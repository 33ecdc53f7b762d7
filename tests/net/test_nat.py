# SPDX-License-Identifier: GPL-2.0-only
"""A host that translates: a connection is judged as its initiator wrote it,
whatever addresses and ports NAT makes of the connection, in both directions."""

import pytest

import topology
from netlib import MARKER_PORT, OPEN, Net, permitted, rows_of, together, until

modes = pytest.mark.parametrize("mode", ["enforce", "audit"])

# What the one public address of an Edge serves.
PUBLISHED = [("tcp", 443, ["access", "av"]), ("tcp", 5061, ["access"]),
             ("udp", 3478, ["av"])]


@pytest.fixture(scope="module")
def built_lab(nf_edge):
    net = Net(topology.lab_host(), hosts=topology.LAB_HOSTS)
    yield net
    net.close()


@pytest.fixture
def lab(built_lab):
    """A host that has the Edge's public address. Both are bound."""
    net = built_lab
    addresses = [a for name in ("public", "edge1")
                 for a in topology.LAB_HOSTS[name][1:]]
    net.load(OPEN.but(nodes={"edge1": {"access": addresses, "av": addresses}},
                      interfaces={"wan0": ["external"], "dmz0": ["edge"]},
                      peers={"frontend": None}))
    yield net
    net.tidy()
    net.box.nft("flush ruleset")


def translate(net, family, before=(), after=()):
    """nft rules of the host: before routing, and after it."""
    net.box.nft("flush ruleset\n"
                f"table {'ip6' if family == 6 else 'ip'} t {{\n"
                "chain before { type nat hook prerouting priority dstnat;\n" +
                "\n".join(before) + "\n}\n"
                "chain after { type nat hook postrouting priority srcnat;\n" +
                "\n".join(after) + "\n}\n}\n")


def ip_word(family):
    return "ip6" if family == 6 else "ip"


def publish(net, family, public="public", ports="443, 5061, 3478", to_port=""):
    """The ordinary translation: in by its ports, out under its address."""
    word = ip_word(family)
    outside, inside = (net.at(n, family).address for n in (public, "edge1"))
    target = f"[{inside}]{to_port}" if family == 6 else f"{inside}{to_port}"
    translate(net, family, [
        f"iifname wan0 {word} daddr {outside} meta l4proto {{ tcp, udp }} "
        f"th dport {{ {ports} }} dnat to {target}"], [
        f"oifname wan0 {word} saddr {inside} snat to {outside}"])


def counted_both_ways(net, l4, src, dst, port, services, way="in", deliver=None):
    """A connection with data both ways, counted by the rows of these services and by
    nothing else. `deliver` is where NAT leads the connection."""
    tap, watch = net.tap(src), net.watch()
    talk = net.connect(l4, src, dst, port, deliver=deliver)
    talk.exchange()
    talk.close()

    def expected():
        there, back = net.traffic(tap, src.address, dst.address, port)
        into, out = (there, back) if way == "in" else (back, there)
        return together(*(permitted("edge1", rows_of(service, way, l4, port), 1, into, out)
                          for service in services))
    watch.expect(expected)


@pytest.mark.parametrize("l4, port, services", PUBLISHED)
def test_a_translated_service_is_reached(lab, family, l4, port, services):
    publish(lab, family)
    counted_both_ways(lab, l4, lab.at("client", family), lab.at("public", family), port,
                      services, deliver=lab.at("edge1", family))


def test_a_translated_edge_reaches_out(lab, family):
    publish(lab, family)
    lab.passes("tcp", lab.at("edge1", family), lab.at("partner", family), 5061,
               ["external/7", "federation/1", "pic/2"])
    lab.passes("udp", lab.at("edge1", family), lab.at("partner", family), 53,
               ["external/4"])


def test_a_translated_service_is_cut_with_its_rows(lab, family):
    publish(lab, family)
    client, public = lab.at("client", family), lab.at("public", family)
    talk = lab.connect("udp", client, public, 3478,
                       deliver=lab.at("edge1", family))
    talk.exchange()
    lab.edgectl.zone("off", "external")
    talk.exchange()                             # by pic/6 still
    lab.edgectl.zone("off", "pic")
    watch, tap = lab.watch(), lab.tap(lab.at("edge1", family))
    talk.send()
    watch.await_drop("disabled")
    lab.proves_silence(tap, client.address)
    # and what the Edge sends back is refused as well
    watch, tap = lab.watch(), lab.tap(client)
    talk.answer()
    watch.await_drop("disabled")
    lab.proves_silence(tap, client.address)


def refused_first(net, src, where, attempt, mode="enforce"):
    """The first packet of an attempt is refused as no-row, and counted once. Nothing
    from the sender arrives where NAT leads; in audit the packet does."""
    def seen(tap, outgoing):
        """All but markers, and what namespaces report of their multicast groups."""
        return [p for p in tap.packets() if p.outgoing == outgoing and
                not p.dst.startswith("ff02:") and p.dport != MARKER_PORT]

    would_be = "would_be_" if mode == "audit" else ""
    tap, sent, watch = net.tap(where), net.tap(src), net.watch()
    with where.ns.muted():      # no answer, and no error
        attempt().close()       # lest TCP tries again
        until(lambda: watch.delta().drops.get("no-row"), "the packet is refused")
        if mode == "audit":
            until(lambda: seen(tap, False), "the packet goes on")
    if mode == "enforce":
        net.marks(tap)
        assert not seen(tap, False)
    first = seen(sent, True)[0]
    assert watch.delta().drops == {"no-row": {
        f"{would_be}packets": 1, f"{would_be}bytes": first.length}}
    assert not watch.delta().rows


@pytest.mark.parametrize("port", [444, 3389])
def test_a_port_that_is_none_of_the_policy_is_not_reached(lab, family, port):
    publish(lab, family, ports="443, 444, 3389")
    client = lab.at("client", family)
    refused_first(lab, client, lab.at("edge1", family), lambda: lab.attempts(
        "tcp", client, lab.at("public", family), port))


# --- ports that NAT changes

@pytest.mark.parametrize("l4, port, services", PUBLISHED)
def test_a_changed_port_is_judged_as_it_was_dialled(lab, family, l4, port, services):
    publish(lab, family, to_port=":3389")
    counted_both_ways(lab, l4, lab.at("client", family), lab.at("public", family), port,
                      services, deliver=(lab.at("edge1", family), 3389))


@pytest.mark.parametrize("l4", ["tcp", "udp"])
def test_a_port_of_the_policy_behind_another_is_not_reached(lab, family, l4):
    """The initiator dialled 3389."""
    publish(lab, family, ports="3389", to_port=":443" if l4 == "tcp" else ":3478")
    client = lab.at("client", family)
    refused_first(lab, client, lab.at("edge1", family), lambda: lab.attempts(
        l4, client, lab.at("public", family), 3389))


@pytest.mark.parametrize("l4, port, services", PUBLISHED)
def test_a_redirect_to_the_host_itself_is_counted_both_ways(lab, family, l4, port, services):
    public, own = lab.at("public", family), lab.at("fw.marker", family).address
    target = f"[{own}]:8443" if family == 6 else f"{own}:8443"
    translate(lab, family, [f"iifname wan0 meta l4proto {l4} th dport {port} dnat to {target}"])
    counted_both_ways(lab, l4, lab.at("client", family), public, port, services,
                      deliver=(lab.at("fw.marker", family), 8443))


@pytest.mark.parametrize("l4, port", [("tcp", 80), ("tcp", 53), ("udp", 53)])
def test_a_transparent_proxy_serves_an_edge(lab, family, l4, port):
    """What the Edge asks anybody is answered by another, from another port: no row
    names the answer's header."""
    proxy = lab.at("client", family)
    target = f"[{proxy.address}]:3128" if family == 6 else f"{proxy.address}:3128"
    translate(lab, family, [f"iifname dmz0 meta l4proto {l4} th dport {port} dnat to {target}"])
    counted_both_ways(lab, l4, lab.at("edge1", family), lab.at("partner", family), port,
                      ["access"], way="out", deliver=(proxy, 3128))


@pytest.mark.parametrize("l4, port", [("tcp", 81), ("udp", 54)])
def test_a_transparent_proxy_opens_no_other_port(lab, family, l4, port):
    proxy, edge = lab.at("client", family), lab.at("edge1", family)
    target = f"[{proxy.address}]:53" if family == 6 else f"{proxy.address}:53"
    translate(lab, family, [f"iifname dmz0 meta l4proto {l4} th dport {port} dnat to {target}"])
    refused_first(lab, edge, proxy, lambda: lab.attempts(
        l4, edge, lab.at("partner", family), port))


def test_an_answer_from_elsewhere_is_no_part_of_a_translated_connection(lab, family):
    """The first hook lets by for connection tracking what NAT may have written, and
    nothing else."""
    proxy, edge = lab.at("client", family), lab.at("edge1", family)
    target = f"[{proxy.address}]:3128" if family == 6 else f"{proxy.address}:3128"
    translate(lab, family, [f"iifname dmz0 udp dport 53 dnat to {target}"])
    talk = lab.connect("udp", edge, lab.at("partner", family), 53, deliver=(proxy, 3128))
    talk.exchange()
    refused_first(lab, proxy, edge, lambda: lab.attempts(
        "udp", proxy, edge, talk.sport, sport=3129))
    talk.exchange()


# --- addresses that nobody dialled

@modes
@pytest.mark.parametrize("l4, port", [("tcp", 443), ("udp", 3478), ("udp", 161)])
def test_an_unbound_address_is_no_way_to_an_edge(lab, family, mode, l4, port):
    lab.load(lab.config.but(mode=mode))
    publish(lab, family, public="other", ports="443, 3478, 161")
    client = lab.at("client", family)
    refused_first(lab, client, lab.at("edge1", family), lambda: lab.attempts(
        l4, client, lab.at("other", family), port), mode)


def test_an_unbound_address_with_another_port_is_no_way_to_an_edge(lab, family):
    client, other = lab.at("client", family), lab.at("other", family)
    publish(lab, family, public="other", ports="1161", to_port=":3478")
    refused_first(lab, client, lab.at("edge1", family), lambda: lab.attempts(
        "udp", client, other, 1161))


def test_an_unbound_address_leads_to_others(lab, family):
    """The twin: the policy is not asked about a neighbour of the Edge."""
    neighbour, other = lab.at("neighbour", family), lab.at("other", family)
    translate(lab, family, [f"iifname wan0 {ip_word(family)} daddr {other.address} "
                            f"dnat to {neighbour.address}"])
    watch = lab.watch()
    lab.connect("udp", lab.at("client", family), other, 161, deliver=neighbour).exchange()
    watch.expect()


def test_the_host_itself_reaches_no_edge_by_an_unbound_address(lab, family):
    edge, other = lab.at("edge1", family), lab.at("client", family)
    lab.box.nft("flush ruleset\n"
                f"table {ip_word(family)} t {{\n"
                "chain out { type nat hook output priority -100;\n"
                f"meta l4proto udp th dport 161 dnat to {edge.address}\n}}\n}}\n")
    own = lab.at("fw.marker", family)
    tap, watch = lab.tap(edge), lab.watch()
    lab.attempts("udp", own, other, 161)
    watch.await_drop("no-row")
    lab.proves_silence(tap, edge.address)


@modes
@pytest.mark.parametrize("l4, port", [("tcp", 5061), ("udp", 53)])
def test_a_host_behind_an_edge_address_reaches_nobody(lab, family, mode, l4, port):
    """Another host's connections would leave under the Edge's address."""
    lab.load(lab.config.but(mode=mode))
    neighbour, partner = lab.at("neighbour", family), lab.at("partner", family)
    public = lab.at("public", family).address
    translate(lab, family, after=[
        f"oifname wan0 {ip_word(family)} saddr {neighbour.address} snat to {public}"])
    refused_first(lab, neighbour, partner,
                  lambda: lab.attempts(l4, neighbour, partner, port), mode)


def test_a_host_behind_another_address_reaches_anybody(lab, family):
    neighbour, partner = lab.at("neighbour", family), lab.at("partner", family)
    own = lab.at("fw.marker", family).address
    translate(lab, family, after=[
        f"oifname wan0 {ip_word(family)} saddr {neighbour.address} snat to {own}"])
    watch = lab.watch()
    lab.connect("tcp", neighbour, partner, 5061).exchange()
    watch.expect()


def test_what_stays_on_the_host_may_bear_an_edge_address(lab, family):
    """The policy governs no packet of the loopback device."""
    own, public = lab.at("fw.marker", family), lab.at("public", family).address
    translate(lab, family, after=[
        f"oifname lo {ip_word(family)} saddr {own.address} snat to {public}"])
    watch = lab.watch()
    lab.connect("udp", own, own, 5061).exchange()
    watch.expect()
