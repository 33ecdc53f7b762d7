# SPDX-License-Identifier: GPL-2.0-only
"""Connections that an nftables flowtable has taken over: they go past the
policy, the tool says so, and there is a way to end them."""

import pytest

from netlib import OPEN, until

STUN = ["external/14", "pic/6"]             # UDP 3478 to an A/V Edge
OFF = ("external", "pic")                   # the zones of these
# As the kernel lists the devices.
FAST = [f"inet fast ft ({devices})" for devices in ("dmz0, wan0",
                                                    "wan0, dmz0")]


@pytest.fixture
def fast(open_net):
    """A function: the appliance offloads what goes to these addresses (all by
    default) and comes by these devices."""
    net = open_net
    for l4 in "tcp", "udp":         # nothing ends while a slow machine works
        net.box.sysctl(f"netfilter/nf_flowtable_{l4}_timeout", 3600)

    def fast(*addresses, devices="dmz0, wan0"):
        rules = [f"ip{'6' if ':' in a else ''} daddr {a} " for a in addresses]
        net.box.nft(
            "table inet fast {\n"
            "flowtable ft { hook ingress priority filter\n"
            f"devices = {{ {devices} }}; }}\n"
            "chain c { type filter hook forward priority filter\n" +
            "".join(f"{rule}meta l4proto {{ tcp, udp }} flow add @ft\n"
                    for rule in rules or [""]) + "}\n}\n")
        return net
    yield fast
    net.box.nft("table inet fast; delete table inet fast")
    net.box.run("conntrack", "-F")


def offloaded(net):
    return net.edgectl.status()["offloaded_connections"]


def running(net, family, dst="edge1.av", l4="udp", port=3478):
    """A connection with data both ways, so that it may be offloaded."""
    talk = net.connect(l4, net.at("client", family), net.at(dst, family), port)
    talk.exchange()
    talk.exchange()
    return talk


def switch(net, state):
    return [net.edgectl.zone(state, zone).stdout for zone in OFF]


def end(net, talk):
    """What the documents say."""
    for way in "-d", "-s":
        done = net.box.run("conntrack", "-D", "-f", f"ipv{talk.dst.family}",
                           way, talk.dst.address, check=False)
        if "busy" in done.stderr:
            pytest.skip("this kernel deletes no entry that is offloaded")


# --- they go past the policy

@pytest.mark.parametrize("l4, dst, port", [("udp", "edge1.av", 3478),
                                           ("tcp", "edge1.access", 443)])
def test_an_offloaded_connection_is_neither_counted_nor_cut(fast, family, l4,
                                                            dst, port):
    """Why the warning is there: if this fails, the kernel has changed."""
    net = fast()
    talk = running(net, family, dst, l4, port)
    watch = net.watch()
    talk.exchange()
    switch(net, "off")
    talk.exchange()
    watch.expect()
    assert offloaded(net) == 1
    assert net.edgectl.status()["offloaded"] == 0       # no hook has seen one


def test_a_first_packet_is_judged_with_a_flowtable_too(fast, family):
    net = fast()
    net.refuses("udp", net.at("client", family), net.at("edge1.av", family),
                3389, "no-row")
    assert offloaded(net) == 0


def test_a_connection_that_is_kept_out_is_counted_and_cut(fast, family):
    """The other advice: an Edge address is never added."""
    net = fast(net_other(family))
    talk = running(net, family)
    other = running(net, family, "unbound", "tcp", 3389)
    watch = net.watch()
    talk.exchange()
    assert {row for _, row in watch.delta().rows} == set(STUN)
    assert offloaded(net) == 0
    switch(net, "off")
    net.cuts(talk, "disabled", near=STUN)
    other.exchange()


def net_other(family):
    return {4: "131.107.155.99", 6: "2001:db8:155::99"}[family]


# --- the tool says so

def test_status_names_the_flowtables_and_counts_what_they_took(fast, family):
    net = fast()
    told = net.edgectl.status()
    table, = told["flowtables"]
    assert table["name"] == "inet fast ft"
    assert sorted(table["devices"]) == ["dmz0", "wan0"]
    assert told["offloaded_connections"] == 0
    text = net.edgectl("show", "status").stdout
    assert any(f"flowtables {name}" in text for name in FAST)
    assert "governed connection" not in text
    for count in (1, 2):
        running(net, family)
        running(net, family, "unbound")         # not governed: nobody's concern
        assert offloaded(net) == count
    text = net.edgectl("show", "status").stdout
    assert "WARNING    2 governed connections are offloaded" in text


def test_what_the_hook_sees_of_an_offloaded_connection_is_judged(fast, family):
    """Here only one direction is taken; of the other the kernel's own counter
    knows."""
    net = fast(devices="wan0")
    talk = running(net, family)
    watch, before = net.watch(), net.edgectl.status()
    assert before["offloaded_connections"] == 1
    talk.exchange()
    assert {tuple(counts) for counts in watch.delta().rows.values()} == {
        ("packets_from_edge", "bytes_from_edge")}
    assert net.edgectl.status()["offloaded"] == before["offloaded"] + 1
    assert "WARNING    " + str(before["offloaded"] + 1) + " governed packet" \
        in net.edgectl("show", "status").stdout
    switch(net, "off")
    net.cuts(talk, "disabled", near=STUN, by="server")


def test_an_ungoverned_connection_that_the_hook_sees_is_not_counted(fast, family):
    """Of both connections one direction is taken. Only the Edge's is counted."""
    net = fast(devices="wan0")
    other, talk = running(net, family, "unbound"), running(net, family)
    listed = net.box.run("conntrack", "-L", "-f", f"ipv{family}").stdout
    assert listed.count("[OFFLOAD]") == 2
    before = net.edgectl.status()["offloaded"]
    other.exchange()
    assert net.edgectl.status()["offloaded"] == before
    talk.exchange()
    other.exchange()
    assert net.edgectl.status()["offloaded"] == before + 1


@pytest.mark.parametrize("name, count", [("edge1.av", 1), ("edge1.marker", 0)])
def test_a_translated_connection_counts_by_its_reply_tuple(fast, family, name, count):
    """The original tuple names no Edge address. Audit lets the connection by."""
    net, target = fast(), net_other(family)
    net.load(OPEN.but(mode="audit"))
    ip = {4: "ip", 6: "ip6"}[family]
    inside = net.at(name, family)
    net.box.nft(f"table {ip} translate {{ chain c {{\n"
                "type nat hook prerouting priority dstnat\n"
                f"{ip} daddr {target} dnat to {inside.address}\n}}\n}}\n")
    try:
        talk = net.connect("udp", net.at("client", family), net.at("unbound", family), 3478,
                           deliver=inside)
        talk.exchange()
        talk.exchange()
        assert "[OFFLOAD]" in net.box.run("conntrack", "-L", "-d", target).stdout
        assert offloaded(net) == count
    finally:
        net.box.nft(f"delete table {ip} translate")


def test_without_a_flowtable_nothing_is_said(open_net, family):
    net = open_net
    running(net, family)
    told = net.edgectl.status()
    assert told["flowtables"] == [] and told["offloaded_connections"] == 0
    text = net.edgectl("show", "status").stdout
    assert "flowtables" not in text and "governed connection" not in text
    for text in switch(net, "off"):
        assert "offloaded" not in text


def test_a_connection_from_an_edge_counts_too(fast, family):
    net = fast()
    talk = net.connect("udp", net.at("edge1.access", family),
                       net.at("client", family), 53)
    talk.exchange()
    talk.exchange()
    assert offloaded(net) == 1


def test_each_flowtable_is_a_warning_of_check_and_load(fast):
    net = fast()
    file = net.edgectl.file(OPEN)
    for verb in "check", "load":
        warnings = [w for w in net.edgectl.json(verb, file)["warnings"]
                    if w["word"] in FAST]
        assert [w["line"] for w in warnings] == [1]
        assert f"edge.conf:1: warning: {warnings[0]['word']}: is an nft flowtable" in \
            net.edgectl(verb, file).stderr
    net.box.nft("delete table inet fast")
    for verb in "check", "load":
        assert "flowtable" not in net.edgectl(verb, file).stderr


def test_what_revokes_warns_of_what_it_does_not_reach(fast, family):
    net = fast()
    running(net, family)
    edgectl = net.edgectl
    less = edgectl.file(OPEN.without(("feature", "av")), "less.conf")
    said = "WARNING    1 governed connection is offloaded"
    for words in (("zone", "off", "external"), ("feature", "off", "av"),
                  ("mode", "enforce"), ("load", less)):
        assert said in edgectl(*words).stdout, words
        assert edgectl.json(*words)["offloaded_connections"] == 1, words
    for words in (("zone", "on", "external"), ("mode", "audit")):
        assert said not in edgectl(*words).stdout, words


# --- and there is a way to end them

def test_a_deleted_entry_ends_an_offloaded_connection(fast, family):
    net = fast()
    talk = running(net, family)
    switch(net, "off")
    talk.exchange()
    end(net, talk)
    watch = net.watch()

    def refused():
        talk.send()
        return "disabled" in watch.delta().drops
    until(refused, "the policy has it back")
    talk.forgets()
    net.cuts(talk, "disabled", near=STUN)
    assert offloaded(net) == 0
    # a deleted entry does not help where the policy permits it: it is taken
    # again
    switch(net, "on")
    talk.forgets()
    talk = running(net, family)
    assert offloaded(net) == 1


def test_a_flowtable_that_goes_away_gives_its_connections_back(fast, family):
    net = fast()
    talk = running(net, family, "edge1.access", "tcp", 443)
    switch(net, "off")
    talk.exchange()
    net.box.nft("delete table inet fast")
    net.cuts(talk, "disabled", near=["external/5", "pic/3"])
    # The kernel frees them a while after the table is gone.
    until(lambda: offloaded(net) == 0, "its connections are given back")
