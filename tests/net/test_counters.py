# SPDX-License-Identifier: GPL-2.0-only
"""Counters: kept across reloads and switches, exact under concurrent resets,
and what each of them means."""

import datetime
import re
import socket
import threading
import time

import pytest

import packets
from edgectl import COUNTS
from flow_table import ROWS, SERVICES
from netlib import (ROW, denied, permitted, reference, refused, together,
                    until)
from netns import GATEWAY_MAC, mac_bytes
from wire import Client, Refusal

ALL = reference()
MEDIA = [ROW["external/14"]]    # UDP 3478 to an A/V Edge


@pytest.fixture
def client(net):
    with Client(net.box) as one:
        yield one


def media(net, family=4, node="edge1", sport=39999, payload=b"x", port=3478):
    """A packet to an A/V Edge. Tests share the default connection."""
    return packets.udp(net.at("client", family).address,
                       net.at(f"{node}.av", family).address, sport, port,
                       payload)


def hit(net, *some):
    """Send packets, and wait until as many are counted, this way or that."""
    before = total(net)
    net.injects(net.at("client", 4), *some)
    until(lambda: total(net) == before + len(some), "all are counted")


def total(net):
    """Packets that were counted: of each node's services, and drops."""
    now = net.watch().before
    return sum(c["packets_to_edge"] + c["packets_from_edge"]
               for c in now.services.values()) + sum(
        c["packets"] + c["would_be_packets"] for c in now.drops.values())


def moved(counters):
    """Of some Counters, what is not zero."""
    return counters - type(counters)()


def rows_of_node(client, node):
    answer = client.do("counters-get", node=node)
    return {r["row"]: r for r in answer["row"]}


# --- what is kept

@pytest.mark.parametrize("change", [
    lambda net, client: net.load(ALL.without(("zone", "pic"))),
    lambda net, client: net.load(ALL.but(mode="audit")),
    lambda net, client: net.load(ALL.but(peers={"frontend": None,
                                                "crl": []})),
    lambda net, client: net.load(ALL.but(nodes={
        "edge0": {"av": ["192.0.2.77"]}, **ALL.nodes})),
    lambda net, client: net.load(ALL.but(nodes={
        **ALL.nodes, "edge1": {"av": ["192.0.2.78"]}})),
    lambda net, client: net.load(ALL.but(interfaces={})),
    lambda net, client: client.switch(zones_off=["external", "pic"]),
    lambda net, client: client.switch(features_off=["av"], mode="audit"),
    lambda net, client: net.load(ALL),
], ids=["zone-left-out", "audit", "peers", "another-node", "other-addresses",
        "no-interfaces", "zone-off", "feature-off", "the-same"])
def test_counters_are_kept_across(net, client, change):
    net.load(ALL)
    hit(net, media(net), media(net, port=9), media(net, node="edge2"))
    before = client.counters()
    assert moved(before).rows["edge1", "external/14"]
    change(net, client)
    after = client.counters()
    for table in "rows", "services", "drops":
        new = getattr(after, table)
        for key, counts in getattr(before, table).items():
            assert new[key] == counts
    assert after.was_hit_when(before)
    # And counted on from there.
    net.load(ALL)
    hit(net, media(net))
    now = client.counters() - before
    assert now.rows["edge1", "external/14"]["packets_to_edge"] == 1


def test_a_node_that_leaves_takes_its_counters_along(net, client):
    net.load(ALL)
    hit(net, media(net), media(net, node="edge2"))
    before = client.counters()
    net.load(ALL.but(nodes={"edge1": ALL.nodes["edge1"]}))
    with pytest.raises(Refusal):
        client.do("counters-get", node="edge2")
    net.load(ALL)
    after = client.counters()
    assert not any(value for (node, _), counts in after.rows.items()
                   if node == "edge2" for value in counts.values())
    assert not any(hit for (node, _), hit in after.last_hit.items()
                   if node == "edge2")
    assert after.rows["edge1", "external/14"] == \
        before.rows["edge1", "external/14"]
    # Under another name it is another node.
    renamed = {"edge7": ALL.nodes["edge1"], "edge2": ALL.nodes["edge2"]}
    net.load(ALL.but(nodes=renamed))
    assert not moved(client.counters()).rows


def test_flush_ends_all_counters_but_the_drop_reasons(net, client):
    net.load(ALL)
    hit(net, media(net), media(net, port=9))
    drops = client.counters().drops
    assert drops["no-row"]["packets"]
    client.do("flush")
    assert client.counters().drops == drops
    net.load(ALL)
    after = client.counters()
    assert not moved(after).rows and not moved(after).services
    assert not any(after.last_hit.values())
    assert after.drops == drops


# --- reading and resetting

COUNT = 12_000


def pump(net, some, count):
    """Send `count` rounds of some packets, as fast as it goes, in a thread."""
    origin = net.at("client", 4)
    with origin.ns.entered():
        sender = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    target = (origin.dev, 0x0800, 0, 0, mac_bytes(GATEWAY_MAC))

    def send():
        with sender:
            for _ in range(count):
                for packet in some:
                    sender.sendto(packet, target)
    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.fixture
def no_answers(net):
    """What arrives at edge1 is not answered, and goes nowhere."""
    with net.spaces["edge1"].muted():
        yield


def test_two_readers_who_reset_lose_no_hit(net, client, no_answers):
    """All that they read, together with what is left, is all that was sent."""
    net.load(ALL)
    for node in ALL.nodes:
        client.do("counters-get", node=node, reset=True)
    client.do("drops-get", reset=True)
    sizes = len(media(net)), len(media(net, port=9, payload=b"yy"))
    over = threading.Event()
    results = []

    def read():
        sums = {"reads": 0, "packets": 0, "bytes": 0, "connections": 0,
                "service": 0, "dropped": 0, "dropped bytes": 0, "filled": 0}
        with Client(net.box) as reader:
            while True:
                last = over.is_set()
                answer = reader.do("counters-get", node="edge1", reset=True)
                row = next(r for r in answer["row"]
                           if r["row"] == "external/14")
                service = next(s for s in answer["service"]
                               if s["service"] == "av")
                drop = next(d for d in reader.do("drops-get", reset=True)[
                    "drop"] if d["reason"] == "no-row")
                sums["reads"] += 1
                sums["filled"] += bool(row["packets-to-edge"])
                sums["packets"] += row["packets-to-edge"]
                sums["bytes"] += row["bytes-to-edge"]
                sums["connections"] += row["connections"]
                sums["service"] += service["packets-to-edge"]
                sums["dropped"] += drop["packets"]
                sums["dropped bytes"] += drop["bytes"]
                if last:
                    results.append(sums)
                    return
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    sport = net.port()
    pump(net, [media(net, sport=sport),
               media(net, sport=sport, port=9, payload=b"yy")], COUNT).join()
    tap = net.tap(net.at("edge1.av", 4))
    net.marks(tap)          # behind all of them
    over.set()
    for reader in readers:
        reader.join()
    assert len(results) == 2
    both = {name: sum(r[name] for r in results) for name in results[0]}
    assert {n: both[n] for n in ("packets", "service", "dropped",
                                 "connections")} == {
        "packets": COUNT, "service": COUNT, "dropped": COUNT,
        "connections": 1}
    assert both["bytes"] == COUNT * sizes[0]
    assert both["dropped bytes"] == COUNT * sizes[1]
    # They did get in each other's way.
    assert all(r["filled"] > 10 for r in results), results


def test_two_edgectls_that_reset_lose_no_hit(net, client, no_answers):
    net.load(ALL)
    net.edgectl("counters", "--reset")
    sender = pump(net, [media(net, sport=net.port())], COUNT)
    seen = []

    def read():
        while sender.is_alive():
            answer = net.edgectl.json("counters", "--reset")
            seen.append(sum(r["packets_to_edge"] for r in answer["rows"]
                            if r["row"] == "external/14"))
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for thread in (sender, *readers):
        thread.join()
    tap = net.tap(net.at("edge1.av", 4))
    net.marks(tap)
    left = rows_of_node(client, "edge1")["external/14"]["packets-to-edge"]
    assert sum(seen) + left == COUNT
    assert sum(map(bool, seen)) > 1


def test_a_reset_leaves_the_last_hit(net, client):
    net.load(ALL)
    earlier = int(time.time())
    hit(net, media(net))
    answer = client.do("counters-get", node="edge1", reset=True)
    row = next(r for r in answer["row"] if r["row"] == "external/14")
    assert earlier - 1 <= row["last-hit"] <= time.time() + 1
    now = rows_of_node(client, "edge1")
    assert abs(now["external/14"]["last-hit"] - row["last-hit"]) <= 1
    assert not any(now["external/14"][n.replace("_", "-")] for n in COUNTS)
    # It is the packet's time, not the reader's, and is told by the second.
    until(lambda: time.time() > row["last-hit"] + 3.2, "three seconds pass")
    again = rows_of_node(client, "edge1")["external/14"]["last-hit"]
    assert abs(again - row["last-hit"]) <= 1
    hit(net, media(net))
    assert rows_of_node(client, "edge1")["external/14"]["last-hit"] > \
        row["last-hit"]


@pytest.mark.parametrize("options, shape", [
    ([], r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0530"),
    (["--utc"], r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"),
    (["--ages"], r"(\d+m )?\d+s")])
def test_the_last_hit_says_its_zone_or_its_age(net, options, shape):
    net.load(ALL)
    hit(net, media(net))
    done = net.box.run("env", "TZ=<+0530>-5:30", net.edgectl.program, "counters",
                       *options, "--node", "edge1", "-o",
                       "row,last-hit")
    shown = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert re.fullmatch(shape, shown["external/14"].strip()), done.stdout
    told = {r["row"]: r["last_hit"] for r in net.edgectl.json(
        "counters", *options)["rows"] if r["node"] == "edge1"}["external/14"]
    assert isinstance(told, int)
    if "--ages" not in options:
        text = shown["external/14"].strip().replace("Z", "+0000")
        then = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S%z")
        assert abs(then.timestamp() - told) <= 1


def test_a_row_that_was_never_hit_has_no_last_hit(net, client):
    client.do("flush")
    net.load(ALL)
    hit(net, media(net))
    for name, row in rows_of_node(client, "edge1").items():
        assert ("last-hit" in row) == (name == "external/14")
    json = net.edgectl.json("counters", "--node", "edge1")
    assert {r["row"] for r in json["rows"] if r["last_hit"] is not None} == \
        {"external/14"}


def access_packets(net):
    """Hits on external/5 and pic/3 of edge1, and a drop."""
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    return (packets.tcp(client.address, access.address, net.port(), 443),
            media(net), media(net, node="edge2"), media(net, port=9))


def test_a_zone_is_reset_by_itself(net, client, no_answers):
    net.load(ALL)
    net.edgectl("counters", "--reset")
    hit(net, *access_packets(net))
    before = moved(client.counters())
    assert set(before.rows) == {
        ("edge1", "external/5"), ("edge1", "pic/3"),
        ("edge1", "external/14"), ("edge2", "external/14")}
    answer = net.edgectl.json("counters", "--zone", "pic", "--reset")
    assert {r["row"] for r in answer["rows"]} == {
        r.id for r in ROWS if r.zone == "pic"}
    assert answer["services"] == [] and answer["drops"] == []
    after = moved(client.counters())
    gone = ("edge1", "pic/3")
    assert after.rows == {k: v for k, v in before.rows.items() if k != gone}
    assert after.services == before.services
    assert after.drops == before.drops


def test_a_node_is_reset_by_itself(net, client, no_answers):
    net.load(ALL)
    net.edgectl("counters", "--reset")
    hit(net, *access_packets(net))
    before = moved(client.counters())
    answer = net.edgectl.json("counters", "--node", "edge1", "--reset")
    assert {r["node"] for r in (*answer["rows"], *answer["services"])} == \
        {"edge1"}
    assert len(answer["rows"]) == len(ROWS)
    assert answer["drops"] == []
    after = moved(client.counters())
    assert after.rows == {("edge2", "external/14"):
                          before.rows["edge2", "external/14"]}
    assert after.services == {("edge2", "av"): before.services["edge2", "av"]}
    assert after.drops == before.drops


def test_a_zone_of_a_node_is_reset_by_itself(net, client, no_answers):
    net.load(ALL)
    net.edgectl("counters", "--reset")
    hit(net, *access_packets(net))
    before = moved(client.counters())
    answer = net.edgectl.json("counters", "--node", "edge2", "--zone",
                              "external", "--reset")
    assert {(r["node"], ROW[r["row"]].zone) for r in answer["rows"]} == {
        ("edge2", "external")}
    after = moved(client.counters())
    assert set(before.rows) - set(after.rows) == {("edge2", "external/14")}
    assert (after.services, after.drops) == (before.services, before.drops)


def test_a_whole_reset_resets_what_it_prints(net, client, no_answers):
    net.load(ALL)
    hit(net, *access_packets(net))
    before = client.counters()
    answer = net.edgectl.json("counters", "--reset")
    assert {(r["node"], r["row"]): r["packets_to_edge"]
            for r in answer["rows"]} == {
        key: c["packets_to_edge"] for key, c in before.rows.items()}
    after = client.counters()
    assert not moved(after).rows and not moved(after).services
    assert not moved(after).drops
    assert after.was_hit_when(before)
    # To read without resetting resets nothing.
    hit(net, media(net))
    first, again = net.edgectl.counters(), net.edgectl.counters()
    assert first == again and again.was_hit_when(first)
    assert set(moved(client.counters()).rows) == {("edge1", "external/14")}


def test_nonzero_leaves_out_what_is_zero(net, client, no_answers):
    net.load(ALL)
    net.edgectl("counters", "--reset")
    hit(net, *access_packets(net))
    answer = net.edgectl.json("counters", "--nonzero")
    assert {(r["node"], r["row"]) for r in answer["rows"]} == {
        ("edge1", "external/5"), ("edge1", "pic/3"),
        ("edge1", "external/14"), ("edge2", "external/14")}
    assert {(s["node"], s["service"]) for s in answer["services"]} == {
        ("edge1", "access"), ("edge1", "av"), ("edge2", "av")}
    assert [d["reason"] for d in answer["drops"]] == ["no-row"]
    whole = net.edgectl.json("counters")
    assert len(whole["rows"]) == 2 * len(ROWS)
    assert len(whole["services"]) == 2 * len(SERVICES)
    assert len(whole["drops"]) == 10


# --- what they mean

def test_bytes_are_counted_from_the_ip_header_on(net, family):
    """Whatever the frame is filled up with behind the packet."""
    net.load(ALL)
    for size in 0, 1, 17, 18, 100, 1300:
        packet = media(net, family, sport=net.port(), payload=bytes(size))
        assert len(packet) == size + (28 if family == 4 else 48)
        net.lets_by(net.at("client", family), packet, ["external/14"])
        watch = net.watch()
        padded = media(net, family, sport=net.port(),
                       payload=bytes(size)) + bytes(60)
        net.injects(net.at("client", family), padded)
        watch.expect(permitted("edge1", MEDIA, 1, (1, len(packet))))


def test_fragments_are_one_packet_of_their_whole_length(net, family):
    net.load(ALL)
    packet = media(net, family, sport=net.port(), payload=bytes(3000))
    watch = net.watch()
    net.injects(net.at("client", family), *packets.fragments(packet, 1000))
    watch.expect(permitted("edge1", MEDIA, 1, (1, len(packet))))


def test_refused_packets_are_counted_in_octets_too(net, family):
    net.load(ALL)
    for size in 0, 1000:
        packet = media(net, family, port=9, payload=bytes(size))
        watch = net.watch()
        net.injects(net.at("client", family), packet)
        watch.expect(refused("no-row", 1, len(packet)))


def test_a_service_counts_a_packet_once_that_several_rows_permit(net):
    net.load(ALL)
    watch = net.watch()
    packet = packets.tcp(net.at("client", 4).address,
                         net.at("edge1.access", 4).address, net.port(), 443)
    with net.spaces["edge1"].muted():
        hit(net, packet)
        delta = watch.delta()
    counts = {"connections": 1, "packets_to_edge": 1,
              "bytes_to_edge": len(packet)}
    assert delta.rows == {("edge1", "external/5"): counts,
                          ("edge1", "pic/3"): counts}
    assert delta.services == {("edge1", "access"): counts}


def test_each_packet_of_a_connection_is_counted_the_connection_once(net,
                                                                   family):
    net.load(ALL)
    with net.spaces["edge1"].muted():
        sport = net.port()
        watch = net.watch()
        for n in range(1, 6):
            packet = media(net, family, sport=sport)
            net.injects(net.at("client", family), packet)
            watch.expect(permitted("edge1", MEDIA, 1, (n, n * len(packet))))


def test_denied_counts_once_a_packet_row_and_service(net, family):
    config = ALL.without(("zone", "pic"), ("zone", "external"))
    net.load(config)
    client, access = net.at("client", family), net.at("edge1.access", family)
    watch = net.watch()
    some = [packets.tcp(client.address, access.address, net.port(), 443)
            for _ in range(3)]
    net.injects(client, *some)
    watch.expect(together(
        refused("disabled", 3, sum(map(len, some))),
        denied(3, "edge1", [ROW["external/5"], ROW["pic/3"]])))


def test_audit_counts_what_it_would_drop_and_drops_nothing(net, family):
    """All of it arrives, and none is an enforced drop; what enforce permits
    counts as always."""
    net.load(ALL.but(mode="audit"))
    client, av = net.at("client", family), net.at("edge1.av", family)
    refusals = {
        "no-row": media(net, family, port=9, sport=net.port()),
        "cls-guard": packets.tcp(client.address, av.address, net.port(),
                                 50002),
        "spoofed": packets.udp(net.at("user", family).address, av.address,
                               net.port(), 3478, b"x")}
    with net.spaces["edge1"].muted():
        for reason, packet in refusals.items():
            tap, watch = net.tap(av), net.watch()
            net.injects(client, packet)
            sent = packets.parse(packet)
            net.awaits(tap, sent.src, sent.dst, sport=sent.sport)
            near = [ROW["external/11"]] if reason == "cls-guard" else []
            watch.expect(together(
                refused(reason, 1, len(packet), audit=True),
                denied(1, "edge1", near)))
        net.lets_by(client, media(net, family, sport=net.port()),
                    ["external/14"])
        # The same in enforce: dropped, and counted as such.
        net.edgectl("mode", "enforce")
        for reason, packet in refusals.items():
            near = ["external/11"] if reason == "cls-guard" else []
            # A connection that audit let by is judged again.
            net.drops(client, packet, reason, near)


def test_last_hit_is_in_whole_seconds_or_null(net, no_answers):
    net.load(ALL)
    earlier = int(time.time())
    hit(net, media(net))
    answer = net.edgectl.json("counters")
    for row in answer["rows"]:
        assert row["last_hit"] is None or isinstance(row["last_hit"], int)
    now = next(r["last_hit"] for r in answer["rows"]
               if (r["node"], r["row"]) == ("edge1", "external/14"))
    assert earlier - 1 <= now <= time.time() + 1


def test_octets_beyond_four_gibibytes_are_counted(net, client, no_answers):
    """By packets of 64,000 octets that end at a route to nowhere."""
    net.load(ALL)
    address = net.at("edge1.av", 4).address
    inet, box = net.spaces["inet"], net.box
    inet.ip("link set eth0 mtu 65535\n")
    box.ip("link set wan0 mtu 65535\n"
           f"route add blackhole {address}/32 metric 1\n")
    packet = media(net, sport=net.port(), payload=bytes(64000))
    count = (1 << 32) // len(packet) + 100
    try:
        before = rows_of_node(client, "edge1")["external/14"]
        pump(net, [packet], count).join()

        def all_counted():
            row = rows_of_node(client, "edge1")["external/14"]
            return row["packets-to-edge"] - before["packets-to-edge"] == count
        until(all_counted, "all are counted")
        row = rows_of_node(client, "edge1")["external/14"]
        assert row["bytes-to-edge"] - before["bytes-to-edge"] == \
            count * len(packet) > 1 << 32
    finally:
        box.ip(f"route del blackhole {address}/32 metric 1\n"
               "link set wan0 mtu 1500\n")
        inet.ip("link set eth0 mtu 1500\n")
