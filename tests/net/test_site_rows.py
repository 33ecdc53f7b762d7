# SPDX-License-Identifier: GPL-2.0-only
"""Other profiles, moved ports, rows that are off, rows of the site's own and
ping-peers: the examples of the specification by real packets and by explain,
and what a load that changes these does to traffic and to counters."""

import os
import re
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import examples                                                 # noqa: E402
import packets                                                  # noqa: E402
from flow_table import PROFILES, features_of, site_row, zones_of  # noqa: E402
from flows import Datagrams, Stream, lost_by_the_kernel         # noqa: E402
from netlib import HOSTS, ZONES, reference, until               # noqa: E402

HOST_OF = {addresses[0]: name for name, (_, *addresses) in HOSTS.items()}
HOST_OF["192.168.10.1"] = "time"        # that of the example is the appliance's

HOME = {"inet": "external", "lan": "internal", "edge1": "edge", "edge2": "edge"}
MARKER = {"external": "inet.marker", "internal": "lan.marker", "edge": "edge2.marker"}

RDP = site_row("rdp", "internal", "in", "tcp", 3389)
NTP = site_row("ntp", "internal", "out", "udp", 123)
WSUS = site_row("wsus", "internal", "out", "tcp", 8530, 8531)
UPDATE = site_row("update", "access", "out", "tcp", 443)
PROBE = site_row("probe", "av", "in", "tcp", 443)
SITE = {row.id: row for row in (RDP, NTP, WSUS, UPDATE, PROBE)}


class Text(str):
    """A configuration file of the reference site's nodes."""
    nodes = reference().nodes


def rows_of(example):
    known = {**SITE, **{row.id: row for row in PROFILES[example.profile]}}
    return [known[row] for row in example.rows]


def ends_of(net, family, example):
    """Its endpoints; the source where the packet comes from."""
    src = net.at(HOST_OF[example.source], family)
    if HOME[src.ns.name] != example.arrives:
        src = src.sent_from(net.at(MARKER[example.arrives], family))
    return src, net.at(HOST_OF[example.destination], family)


EXAMPLES = examples.read_examples()
pytestmark = pytest.mark.one_family
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


@each_example
def test_the_packet_is_judged_as_the_example_says(net, family, example):
    """What passes has data both ways; what is refused never arrives."""
    net.load(Text(example.configuration()))
    src, dst = ends_of(net, family, example)
    rows = rows_of(example)
    if example.protocol == "echo":
        request = packets.echo_request(src.address, dst.address, net.port())
        if example.verdict == "accept":
            net.lets_by(src, request)
        else:
            net.drops(src, request, example.reason)
    elif example.verdict == "accept":
        net.passes(example.protocol, src, dst, example.port, rows)
    else:
        net.refuses(example.protocol, src, dst, example.port, example.reason, near=rows)


@each_example
def test_explain_answers_what_the_example_says(net, family, example):
    net.load(Text(example.configuration()))
    src, dst = (net.at(HOST_OF[address], family).address
                for address in (example.source, example.destination))
    protocol = "icmp" if example.protocol == "echo" else example.protocol
    watch = net.watch()
    answer = net.edgectl.explain(protocol, src, dst, example.port,
                                 arrives=example.arrival)
    watch.expect()
    assert (answer["verdict"], answer["reason"]) == (example.verdict, example.reason)
    kind, other = ("rows", "near") if example.verdict == "accept" else ("near", "rows")
    assert sorted(answer[kind]) == sorted(example.rows)
    assert not answer[other]
    assert answer["profile"] == example.profile


# --- a site that changes

ADMINS = {"admins": ["192.168.10.64/28", "2001:db8:10::70"],
          "time": ["192.168.10.2", "2001:db8:10::2"]}
OWN = {"rdp": {"service": "internal", "in": ["tcp/3389"], "peers": ["admins"]},
       "ntp": {"service": "internal", "out": ["udp/123"], "peers": ["time"]}}
ALL_ZONES = [*ZONES, "site"]
MINE = reference(zones=ALL_ZONES, peers=ADMINS, rows=OWN)


def rows(**changes):
    """The site's rows with some replaced, or left out when None."""
    return {name: keys for name, keys in {**OWN, **changes}.items() if keys is not None}


def own(**changes):
    """The row rdp with some keys replaced, or left out when None."""
    keys = {**OWN["rdp"], **changes}
    return {key: value for key, value in keys.items() if value is not None}


def administration(net, family):
    return net.at("admin", family), net.at("edge1.internal", family)


CUTS = [
    # what the load changes, why the next packet is refused, its near rows
    (dict(rows=rows(rdp=None), peers={"admins": None}), "no-row", ()),
    (dict(rows=rows(rdp=own(**{"in": ["tcp/3390"]}))), "no-row", ()),
    (dict(rows=rows(rdp=own(nodes=["edge2"]))), "no-row", ()),
    (dict(rows=rows(rdp=own(**{"in": None, "out": ["tcp/3389"]}))), "no-row", ()),
    (dict(peers={"admins": ["192.168.10.71", "2001:db8:10::71"]}), "peer", [RDP]),
    (dict(peers={"admins": []}), "peer", [RDP]),
    (dict(peers={"admins": None}), "peer", [RDP]),
    (dict(zones=ZONES), "disabled", [RDP]),
    (dict(rows_off=["site/rdp"]), "disabled", [RDP]),
]


@pytest.mark.parametrize("change, reason, near", CUTS,
                         ids=[f"{index}-{reason}" for index, (_, reason, _) in enumerate(CUTS)])
def test_a_load_cuts_a_connection_of_a_site_row_and_lets_it_go_on(net, family, change, reason,
                                                                  near):
    net.load(MINE)
    running = net.connect("tcp", *administration(net, family), 3389)
    running.exchange()
    net.load(MINE.but(**change))
    net.cuts(running, reason, near)
    net.load(MINE)
    watch = net.watch()
    running.receives("server")      # TCP has sent it again
    running.answer()
    running.receives("client")
    moved = watch.delta()
    assert {row for _, row in moved.rows} == {"site/rdp"}
    assert not any("connections" in counts for counts in moved.rows.values())
    running.close()


@pytest.mark.parametrize("change", [
    dict(rows=dict(reversed(OWN.items()))),
    dict(rows=rows(rdp=own(**{"in": ["udp/1", "tcp/3000-4000"]}))),
    dict(rows=rows(rdp=own(nodes=["edge1"]))),
    dict(rows=rows(rdp=own(peers=["admins", "frontend"]))),
    dict(rows=rows(rdp=own(peers=["any"])), peers={"admins": None}),
    dict(rows={"first": own(**{"in": ["tcp/1"]}), **OWN}),
    dict(ports={"access-client": 8443}),
    dict(rows_off=["external/9"]),
    dict(ping_peers=["admins"]),
], ids=str)
def test_a_load_that_leaves_the_row_its_name_keeps_its_counters(net, family, change):
    net.load(MINE)
    running = net.connect("tcp", *administration(net, family), 3389)
    running.exchange()
    before = net.watch().before.rows["edge1", "site/rdp"]
    assert before["connections"] and before["packets_to_edge"] >= 2
    net.load(MINE.but(**change))
    assert net.watch().before.rows["edge1", "site/rdp"] == before
    watch = net.watch()
    running.exchange()
    moved = watch.delta()
    assert {row for _, row in moved.rows} == {"site/rdp"} and not moved.drops
    running.close()


@pytest.mark.parametrize("change", [
    dict(rows=rows(rdp=None), peers={"admins": None}),
    dict(rows=rows(rdp=own(service="access"))),
    dict(rows=rows(rdp=own(**{"in": None, "out": ["tcp/3389"]}))),
    dict(rows=rows(rdp=own(nodes=["edge2"]))),
], ids=["gone", "service", "direction", "nodes"])
def test_a_row_that_leaves_takes_its_counters_along(net, family, change):
    net.load(MINE)
    net.passes("tcp", *administration(net, family), 3389, [RDP])
    totals = net.watch().before.services["edge1", "internal"]
    net.load(MINE.but(**change))
    counters = net.watch().before
    assert not any(counters.rows.get(("edge1", "site/rdp"), {}).values())
    assert counters.services["edge1", "internal"] == totals
    net.load(MINE)
    assert not any(net.watch().before.rows["edge1", "site/rdp"].values())
    net.passes("tcp", *administration(net, family), 3389, [RDP])


def test_counters_of_a_row_are_kept_node_by_node(net, family):
    net.load(MINE)
    admin = net.at("admin", family)
    for node in "edge1", "edge2":
        net.passes("tcp", admin, net.at(f"{node}.internal", family), 3389, [RDP])
    before = net.watch().before.rows
    net.load(MINE.but(rows=rows(rdp=own(nodes=["edge2"]))))
    net.load(MINE)
    now = net.watch().before.rows
    assert now["edge2", "site/rdp"] == before["edge2", "site/rdp"]
    assert not any(now["edge1", "site/rdp"].values())


# Reloads under traffic. Of the two policies, each has what the flows need.
ONE = MINE.but(features=["remote-access", "av"], rows=rows(
    wsus={"service": "internal", "out": ["tcp/8530-8531"], "peers": ["wsus"]},
    probe={"service": "access", "in": ["tcp/5061"], "peers": ["balancer"]}))
OTHER = MINE.but(
    zones=["external", "site"], features=["av"],
    ports={"access-client": 8443, "internal-sip": 5070},
    rows_off=["external/10", "site/extra-3"], ping=["internal"], ping_peers=["time"],
    rows={**{f"extra-{n}": {"service": "webconf", "out": [f"tcp/{n + 1}", "udp/9-99"],
                            "peers": ["any"]} for n in range(6)},
          "ntp": {**OWN["ntp"], "nodes": ["edge1"]},
          "sign-in": {"service": "access", "in": ["tcp/443"], "peers": ["any"],
                      "exposed": "true"},
          "rdp": own(**{"in": ["tcp/22", "tcp/3389", "udp/3389"]})})
RELOADS = int(os.environ.get("NF_EDGE_RELOADS", "300")) // 10


@pytest.mark.either_family
def test_reloads_that_add_move_and_remove_rows_lose_nothing(net, family):
    """Nothing of what both permit, and nothing of what neither permits gets by."""
    at = {name: net.at(name, family) for name in (
        "client", "admin", "time", "edge1.access", "edge1.av", "edge1.internal")}
    net.load(ONE)
    files = [net.edgectl.file(str(config), f"{number}.conf")
             for number, config in enumerate((ONE, OTHER))]
    first, explained = net.watch().before, lost_by_the_kernel(net)
    last = first
    with Datagrams(net, at["client"], at["edge1.av"], 3478) as media, \
            Datagrams(net, at["edge1.internal"], at["time"], 123) as ntp, \
            Stream(net, at["admin"], at["edge1.internal"], 3389) as rdp, \
            Stream(net, at["client"], at["edge1.access"], 443) as sip, \
            Datagrams(net, at["client"], at["edge1.access"], 3389,
                      permitted=False) as nothing:
        for number in range(1, RELOADS + 1):
            net.edgectl("load", files[number % 2])
            if not number % 10:
                now = net.watch().before
                for row in ("edge1", "site/rdp"), ("edge1", "site/ntp"):
                    for name, count in last.rows.get(row, {}).items():
                        assert now.rows[row][name] >= count, (row, name)
                last = now
        for flow in media, ntp, rdp, sip, nothing:
            flow.moves()
    lost = len(media.lost) + len(ntp.lost)
    assert lost == lost_by_the_kernel(net) - explained, (media.lost, ntp.lost)
    assert rdp.received == rdp.sent and sip.received == sip.sent
    assert nothing.sent > 100 and not nothing.arrived

    moved = net.watch().before - first
    assert {reason: counts["packets"] for reason, counts in moved.drops.items()} == {
        "no-row": nothing.sent}
    assert moved.rows["edge1", "external/14"]["packets_to_edge"] == \
        media.sent - len(media.lost)
    counted = moved.rows["edge1", "site/ntp"]
    assert counted["packets_from_edge"] == ntp.sent - len(ntp.lost)
    assert counted["connections"] == moved.rows["edge1", "site/rdp"]["connections"] == 1


def test_a_moved_port_dies_at_once_and_goes_on_when_it_is_back(net, family):
    """The row keeps its id and its counters at any port."""
    client, access = net.at("client", family), net.at("edge1.access", family)
    here = reference(zones=["external"], features=["remote-access"])
    net.load(here)
    running = net.connect("tcp", client, access, 443)
    running.exchange()
    before = net.watch().before.rows["edge1", "external/5"]
    net.load(here.but(ports={"access-client": 4443}))
    assert net.watch().before.rows["edge1", "external/5"] == before
    net.passes("tcp", client, access, 4443, ["external/5"])
    net.cuts(running, "no-row")
    net.load(here)
    running.receives("server")      # TCP has sent it again
    running.close()
    net.refuses("tcp", client, access, 4443, "no-row")


# --- another profile

def of_profile(profile, **changes):
    return MINE.but(profile=profile, zones=[*zones_of(profile), "site"],
                    features=features_of(profile), **changes)


def test_a_change_of_profile_starts_the_counters_at_zero(net, family):
    """Those of the site's rows and the totals too; drop reasons go on. check
    says so before, and load before it does."""
    net.load(MINE)
    net.passes("tcp", *administration(net, family), 3389, [RDP])
    net.refuses("tcp", net.at("client", family), net.at("edge1.access", family), 22, "no-row")
    drops = net.watch().before.drops
    file = net.edgectl.file(of_profile("sfb2019"))
    for verb in "check", "load":
        said = net.edgectl(verb, file)
        words = said.stdout + said.stderr
        assert re.search(r"counter.*zero|zero.*counter", words, re.S), words
        assert "sfb2019" in words and "lync2013-scaled-public" in words
    counters = net.watch().before
    assert not any(any(counts.values()) for counts in
                   (*counters.rows.values(), *counters.services.values()))
    assert counters.drops == drops
    assert {row for _, row in counters.rows} == \
        {row.id for row in PROFILES["sfb2019"]} | {"site/rdp", "site/ntp"}
    assert net.edgectl.status()["profile"] == "sfb2019"


def test_another_name_of_the_profile_is_no_change(net, family):
    config = of_profile("sfb2019")
    net.load(config)
    net.passes("tcp", *administration(net, family), 3389, [RDP])
    before = net.watch().before
    said = net.edgectl.load(config.but(profile="sfbse"))
    assert "zero" not in said.stdout + said.stderr
    assert net.watch().before == before
    assert net.edgectl.status()["profile"] == "sfb2019"


def test_a_connection_that_both_profiles_permit_goes_on(net, family):
    net.load(MINE)
    client, av = net.at("client", family), net.at("edge1.av", family)
    explained = lost_by_the_kernel(net)
    with Datagrams(net, client, av, 3478) as media, \
            Stream(net, *administration(net, family), 3389) as rdp:
        for profile in [*PROFILES, *PROFILES]:
            net.edgectl.load(of_profile(profile))
            media.moves()
            rdp.moves()
    assert len(media.lost) == lost_by_the_kernel(net) - explained
    assert rdp.received == rdp.sent


# --- single rows off

def test_a_row_is_switched_off_and_on_until_the_next_load(net, family):
    config = MINE.but(zones=["external", "internal", "site"])
    net.load(config)
    client, av = net.at("client", family), net.at("edge1.av", family)
    media = [row for row in PROFILES["lync2013-scaled-public"] if row.id == "external/10"]
    net.passes("udp", av, client, 55000, media)
    net.edgectl("row", "off", "external/9", "external/10")
    net.refuses("udp", av, client, 55000, "disabled", near=media)
    net.edgectl("row", "on", "external/9")
    net.refuses("udp", av, client, 55000, "disabled", near=media)
    net.edgectl("row", "on", "external/10")
    net.passes("udp", av, client, 55000, media)
    running = net.connect("tcp", *administration(net, family), 3389)
    running.exchange()
    net.edgectl("row", "off", "site/rdp")
    net.cuts(running, "disabled", [RDP])
    net.edgectl.load(config)
    running.receives("server")
    running.close()


def test_a_row_that_is_on_stays_dead_while_its_zone_or_feature_is_off(net, family):
    """And the switch says so; each cause that it names can be taken away."""
    net.load(MINE.but(zones=["internal", "site"], rows_off=["external/5", "site/rdp"]))
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.edgectl("feature", "off", "remote-access")
    answer = net.edgectl.json("row", "on", "external/5", "site/rdp")
    assert answer["permits_nothing"] == [{"row": "external/5", "why": ["zone", "feature"]}]
    net.passes("tcp", *administration(net, family), 3389, [RDP])
    net.refuses("tcp", client, access, 443, "disabled", near=["external/5", "pic/3"])
    said = net.edgectl("row", "on", "external/5").stdout
    switches = re.findall(r"\(edgectl (.*?)\)", said)
    assert switches == ["zone on external", "feature on remote-access"]
    for switch in switches:
        net.edgectl(*switch.split())
    net.passes("tcp", client, access, 443, ["external/5"])
    assert "permits nothing" not in net.edgectl("row", "on", "external/5").stdout


def test_a_row_of_two_zones_passes_by_the_other(net, family):
    net.load(MINE)
    client, access = net.at("client", family), net.at("edge1.access", family)
    for row, left in ("external/5", "pic/3"), ("pic/3", "external/5"):
        net.edgectl("row", "off", row)
        net.passes("tcp", client, access, 443, [left])
        net.edgectl("row", "on", row)
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
