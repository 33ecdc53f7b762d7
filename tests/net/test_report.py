# SPDX-License-Identifier: GPL-2.0-only
"""edgectl report: a page without an error, whose figures are those of counters,
of every shape of site, written whole or not at all."""

import datetime
import os
import subprocess
import time

import pytest

import packets
from edgectl import DROP_COUNTS
from netlib import reference
from page import Page, number
from rights import as_nobody, for_everybody

ALL = reference()
HEADINGS = {"connections": "Connections", "packets_to_edge": "Packets to Edge",
            "packets_from_edge": "Packets from Edge", "bytes_to_edge": "Bytes to Edge",
            "bytes_from_edge": "Bytes from Edge", "denied": "Denied"}
DROPS = {"packets": "Packets dropped", "bytes": "Bytes dropped",
         "would_be_packets": "Packets would-be", "would_be_bytes": "Bytes would-be"}


def report(net, *words):
    return Page(net.edgectl("report", "--html", *words).stdout)


def some_traffic(net):
    """Permitted and refused packets, of several nodes, rows, reasons and families."""
    for family in 4, 6:
        client = net.at("client", family)
        access, av = (net.at(f"edge1.{name}", family).address for name in ("access", "av"))
        net.injects(client, *(packets.udp(client.address, av, net.port(), port, b"xyz")
                              for port in (3478, 3478, 9)),
                    packets.tcp(client.address, access, net.port(), 443),
                    packets.udp(net.at("user", family).address, av, net.port(), 3478, b"x"))
        user, inside = net.at("user", family), net.at("edge2.internal", family)
        net.injects(user, packets.tcp(user.address, inside.address, net.port(), 8057))
    connection = net.connect("tcp", net.at("client", 4), net.at("edge2.webconf", 4), 443)
    connection.send(b"x" * 3000)
    connection.receives("server")
    connection.exchange()
    connection.close()


def settled(net, *words):
    """The page between two equal readings of the counters, and the reading."""
    since = words[words.index("--since"):] if "--since" in words else ()
    while True:
        before = net.edgectl.json("counters", *since)
        page = report(net, *words)
        after = net.edgectl.json("counters", *since)
        if before | {"time": 0} == after | {"time": 0}:
            return page, after


def seconds(text):
    """Seconds since 1970, None for never."""
    if text == "never":
        return None
    return int(datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S%z").timestamp())


def counts(line):
    return {name: number(line[heading]) for name, heading in HEADINGS.items()} | {
        "last_hit": seconds(line["Last hit"])}


def is_used(entry):
    return any(entry[name] for name in HEADINGS) or entry["last_hit"]


def together(entries):
    found = {}
    for entry in entries:
        into = found.setdefault(entry["row"], dict.fromkeys(HEADINGS, 0) | {"last_hit": None})
        for name in HEADINGS:
            into[name] += entry[name]
        into["last_hit"] = max(into["last_hit"] or 0, entry["last_hit"] or 0) or None
    return found


def equals(page, answer):
    """Each figure of the page is that of the answer of counters --json."""
    keys = [*HEADINGS, "last_hit"]
    rows = {line["Row"]: counts(line) for line in page.table("Rows")}
    assert {row: found for row, found in rows.items() if is_used(found)} == {
        row: found for row, found in together(answer["rows"]).items() if is_used(found)}
    assert {entry["row"] for entry in answer["rows"]} <= set(rows)
    assert [(line["Node"], line["Service"], counts(line))
            for line in page.table("Totals by node and service")] == [
        (entry["node"], entry["service"], {key: entry[key] for key in keys})
        for entry in answer["services"]]
    if len({entry["node"] for entry in answer["services"]}) > 1:
        assert [(line["Node"], line["Row"], counts(line)) for line in page.table("Rows by node")] == [
            (entry["node"], entry["row"], {key: entry[key] for key in keys})
            for entry in answer["rows"] if is_used(entry)]
    assert [{"reason": line["Reason"]} | {name: number(line[DROPS[name]]) for name in DROP_COUNTS}
            for line in page.table("Refused packets by reason")] == answer["drops"]
    assert sorted((line["Row"], line["Node"], number(line["Packets denied"]))
                  for line in page.table("Near misses by row and node")) == sorted(
        (entry["row"], entry["node"], entry["denied"]) for entry in answer["rows"]
        if entry["denied"])
    totals = page.totals()
    for what, names in (("connections permitted", ["connections"]),
                        ("packets permitted", ["packets_to_edge", "packets_from_edge"]),
                        ("bytes permitted", ["bytes_to_edge", "bytes_from_edge"])):
        assert totals[what] == sum(entry[name] for entry in answer["services"] for name in names)
    assert totals["packets dropped"] == sum(entry["packets"] for entry in answer["drops"])
    assert totals.get("packets would be dropped", 0) == sum(
        entry["would_be_packets"] for entry in answer["drops"])


def test_each_figure_is_that_of_counters(net):
    net.load(ALL)
    some_traffic(net)
    page, answer = settled(net)
    equals(page, answer)
    assert len(page.table("Rows")) == 37
    used = together(answer["rows"])
    assert used["external/8"]["bytes_to_edge"] > 3000 and used["external/14"]["packets_to_edge"]
    assert page.table("Near misses by row and node")
    assert "external: " in " ".join(page.drawn())


def test_what_is_in_force_is_told(net):
    net.load(ALL.but(mode="enforce"))
    net.edgectl("zone", "off", "pic")
    net.edgectl("mode", "audit")
    client, edge = net.at("client", 4), net.at("edge1.access", 4)
    net.injects(client, packets.tcp(client.address, edge.address, net.port(), 4000))
    page, answer = settled(net)
    equals(page, answer)
    hashes, status = net.edgectl.json("show", "hash"), net.edgectl.status()
    assert page.fact("Profile") == status["profile"]
    assert hashes["all"] in page.fact("Policy")
    assert page.fact("Switched").startswith("mode, zone pic, ")
    assert hashes["in_force"] in page.fact("Switched")
    assert f"generation {status['generation']}" in page.text
    assert status["version"] in page.fact("Versions")
    assert page.notices()[0].startswith("mode audit: ")
    state = {line["Row"]: line["State"] for line in page.table("Rows")}
    assert state["pic/3"] == "off: zone pic is off" and state["external/5"] == "live"
    assert {part["part"]: part["sha256"] for part in hashes["parts"]}.items() <= {
        line["Part"]: line["SHA-256"]
        for line in page.table("Hashes of the parts, and peer sets")}.items()
    text = net.edgectl("show", "config").stdout.partition("\nprofile")[2]
    assert text in "".join(page.section("configuration").find("pre").itertext())


def test_a_span_is_exact_since_a_reading(net, tmp_path):
    net.load(ALL)
    some_traffic(net)
    file = tmp_path / "before.json"
    net.edgectl("counters", "--save", file)
    client, edge = net.at("client", 4), net.at("edge1.access", 4)
    net.injects(client, packets.tcp(client.address, edge.address, net.port(), 443))
    watch = net.watch()
    net.drops(client, packets.tcp(client.address, edge.address, net.port(), 4000), "no-row")
    assert watch.delta().drops
    page, answer = settled(net, "--since", file)
    equals(page, answer)
    assert page.totals()["packets dropped"] == 1
    assert f"generation {answer['since']['generation']}" in page.fact("Counters")
    assert "since the start of this host" in report(net).fact("Counters")
    assert "+0000" not in report(net, "--utc").fact("Counters")


@pytest.mark.parametrize("count", [1, 7, *(pytest.param(n, marks=pytest.mark.whole)
                                           for n in (6, 64))])
def test_each_number_of_nodes_is_drawn(net, count):
    names = [f"node-{i:02}".ljust(31, "m") for i in range(count)]
    net.load(ALL.but(nodes={
        name: {"access": [f"2001:db8:155::{i + 16:x}"], "internal": [f"2001:db8:33::{i + 16:x}"]}
        for i, name in enumerate(names)}))
    client = net.at("client", 6)
    net.injects(client, packets.tcp(client.address, "2001:db8:155::10", net.port(), 443))
    page, answer = settled(net)
    equals(page, answer)
    assert set(names) <= set(page.drawn())
    assert page.fact("Governed") == f"{2 * count} addresses of {count} node{'s' * (count > 1)}"


def test_names_are_escaped(net):
    device, note = "<b>&x", "<script>alert(1)</script> & \"quoted\""
    net.box.ip(f"link add '{device}' type dummy\n")
    try:
        quoted = note.replace('"', '\\"')
        net.edgectl.load(f"{ALL.but(zones=[*ALL.zones, 'site'])}"
                         f"interface '{device}' {{ sides = {{ external }} }}\n"
                         "peers admins { prefixes = { 192.168.10.70 } }\n"
                         "row rdp { service = internal  in = { tcp/3389 }  peers = { admins }  "
                         f'note = "{quoted}" }}\n')
        page = report(net)
        assert device in page.drawn()
        assert note in ["".join(e.itertext()) for e in page.section("rows").iter("small")]
    finally:
        net.load(ALL)
        net.box.ip(f"link del '{device}'\n")


def test_a_set_of_many_prefixes_does_not_bury_the_rest(net):
    some = [f"10.{i >> 16}.{i >> 8 & 255}.{i & 254}" for i in range(0, 40000, 2)]
    net.load(ALL.but(peers={**ALL.peers, "federation-partners": some}))
    page = report(net)
    line, = (line for line in page.table("Hashes of the parts, and peer sets")
             if line["Part"] == "peers/federation-partners")
    hashes = {part["part"]: part["sha256"] for part in net.edgectl.json("show", "hash")["parts"]}
    assert number(line["Prefixes"]) == len(set(some))
    assert line["First prefixes"] == "10.0.0.0, 10.0.0.2, 10.0.0.4, ..."
    assert line["SHA-256"] == hashes["peers/federation-partners"]
    assert len(page.text) < 100000
    assert "peers federation-partners" not in page.text and "peers frontend" in page.text
    net.load(ALL)


def test_advice_is_that_of_advise(net, tmp_path, monkeypatch):
    """Usage that begins 100 days ago, of which nothing is known since."""
    monkeypatch.setenv("NF_EDGE_STATE", str(tmp_path))
    net.load(ALL)
    net.edgectl("advise", "--record")
    wanted = net.edgectl.json("advise")
    page = report(net)
    assert [line["About"] for line in page.table("Advice")] == [
        item["subject"] for item in wanted["advice"]]
    assert page.has("advice")


def test_no_policy_is_an_answer(net):
    net.edgectl("flush")
    page = report(net)
    assert "no policy: nothing is governed" in page.text and page.has("refused")
    assert not page.has("site") and not page.has("rows") and not page.has("configuration")


def test_a_file_is_written_whole_or_not_at_all(net, tmp_path):
    net.load(ALL)
    file = tmp_path / "page.html"
    done = net.edgectl("report", "--html", file)
    assert done.stdout == "" and Page(file.read_text(encoding="utf-8"))
    assert os.listdir(tmp_path) == ["page.html"]
    file.write_text("old")
    for words in (["--since", tmp_path / "none", file], [tmp_path], [tmp_path / "no" / "page"]):
        done = net.edgectl("report", "--html", *words, check=False)
        assert done.returncode in (1, 3) and done.stdout == "" and done.stderr.count("\n") == 1
    with for_everybody(net.edgectl.program) as program:
        assert as_nobody(net.box, lambda: subprocess.run(
            [program, "report", "--html"], capture_output=True, check=False).returncode) == 3
    assert file.read_text() == "old" and os.listdir(tmp_path) == ["page.html"]


def test_a_full_disk_keeps_the_old_file(net, tmp_path):
    net.load(ALL)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", tmp_path], check=True)
    try:
        file = tmp_path / "page.html"
        file.write_text("old")
        done = net.edgectl("report", "--html", file, check=False)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == f"edgectl: {file}: cannot be written: No space left on device\n"
        assert file.read_text() == "old" and os.listdir(tmp_path) == ["page.html"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_the_time_is_that_of_the_reading(net):
    net.load(ALL)
    before = int(time.time())
    page = report(net, "--utc")
    stamp, = {e.get("datetime") for e in page.tree.find("body/header").iter("time")}
    assert before <= seconds(stamp.replace("Z", "+0000")) <= time.time()
