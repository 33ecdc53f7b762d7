# SPDX-License-Identifier: GPL-2.0-only
"""edgectl diff of random pairs of sites beside the model: a flow opens or closes
exactly where the model judges it otherwise. NF_EDGE_DIFF_PAIRS sets how many."""

import dataclasses
import json
import os
import pathlib
import random
import subprocess
import time
from ipaddress import ip_address, ip_network

import pytest

import model
import sites
from model import LOCAL
from test_hash import SITE, commented, rewritten

TREE = pathlib.Path(__file__).resolve().parent.parent
TOOL = TREE / "userspace/edgectl"
PAIRS = int(os.environ.get("NF_EDGE_DIFF_PAIRS", "80"))
FLOWS = 150


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


def run(folder, before, after, *words):
    """The exit code and the output."""
    files = folder / "before.conf", folder / "after.conf"
    for file, text in zip(files, (before, after)):
        file.write_text(text, encoding="utf-8")
    done = subprocess.run([TOOL, "diff", *words, *files], text=True, capture_output=True,
                          check=False, timeout=120)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def compare(folder, before, after):
    code, text = run(folder, sites.configuration(before), sites.configuration(after),
                     "--json", "--list")
    answer = json.loads(text)
    assert code == (0 if answer["same"] else 1)
    for flow in answer["opened"] + answer["closed"]:
        flow["peers"] = [ip_network(peer) for peer in flow["peers"]]
        assert flow["prefixes"] == len(flow["peers"]) > 0
        flow["addresses"] = {ip_address(end["address"]) for end in flow["ends"]}
    return answer


def listed(flows, direction, protocol, port, address, peer):
    return [flow for flow in flows
            if flow["direction"] == direction and address in flow["addresses"] and
            flow["protocol"] == {"echo": "icmp"}.get(protocol, protocol) and
            (port is None or flow["port_low"] <= port <= flow["port_high"]) and
            any(peer in prefix for prefix in flow["peers"])]


def permits(site, connection, direction):
    """The ids of the rows that permit a connection at one end, wherever it arrives."""
    address, peer = (connection.destination, connection.source) if direction == "in" else \
        (connection.source, connection.destination)
    if connection.protocol != "echo":
        return {row.id for _, row in model.judge_end(site, connection, LOCAL, direction)[0]}
    side = "internal" if site.is_internal_address(address) else "external"
    is_peer = site.ping_peers is None or any(site.in_set(name, peer) for name in site.ping_peers)
    return {"ping"} if side in site.ping and is_peer else set()


def expect_end(answer, pair, connection, direction):
    """Whether the end's flow changes; asserts that the answer says so."""
    address, peer = (connection.destination, connection.source) if direction == "in" else \
        (connection.source, connection.destination)
    if not all(site.is_edge(address) for site in pair):
        for name, is_so in (("governed_now", pair[1].is_edge(address)),
                            ("governed_no_more", pair[0].is_edge(address))):
            assert any(address in ip_network(p) for p in answer[name]) == is_so
        return
    before, after = (permits(site, connection, direction) for site in pair)
    where = direction, connection.protocol, connection.dport, address, peer
    for name, is_so, rows in (("opened", after and not before, after),
                              ("closed", before and not after, before)):
        found = listed(answer[name], *where)
        assert bool(found) == bool(is_so), (name, where, before, after)
        assert len(found) < 2, (name, where)
        if found and connection.protocol != "echo":
            assert rows <= set(found[0]["rows"]), (name, where, rows)


def guard(site, interface):
    sides = site.interfaces.get(interface, set())
    return sides if len(sides) == 1 and sides != {"edge"} else set()


def expect_arrivals(answer, pair):
    """Each interface whose sides change is listed, and no other one."""
    names = {name for site in pair for name in site.interfaces} | {None}
    said = {one["interface"]: one for one in answer["arrivals"]}
    assert len(said) == len(answer["arrivals"]) and said.keys() <= names
    for name in names:
        sides = [site.sides_of(name) for site in pair]
        guards = [guard(site, name) for site in pair]
        differs = sides[0] != sides[1] or guards[0] != guards[1]
        assert (name in said) == differs, name
        if differs:
            for key, value in zip(("before", "after"), sides):
                assert set(said[name]["sides_" + key]) == value
            for key, value in zip(("before", "after"), guards):
                assert set(said[name]["guards_" + key]) == value


def outcome(site, packet):
    return model.judge(site, packet).verdict != model.DROP


def expect(answer, pair, packets):
    expect_arrivals(answer, pair)
    assert (answer["mode_before"], answer["mode_after"]) == tuple(site.mode for site in pair)
    guarded = [ip_network(p) for p in answer["guarded_now"] + answer["guarded_no_more"]]
    arrivals = {one["interface"] for one in answer["arrivals"]}
    bound = {name for site in pair for name in site.interfaces}
    for packet in packets:
        connection = packet.connection()
        if connection.source != connection.destination:
            expect_end(answer, pair, connection, "in")
            expect_end(answer, pair, connection, "out")
        if outcome(pair[0], packet) == outcome(pair[1], packet):
            continue
        assert not answer["same"]
        # The whole verdict changes for one of the causes that are told.
        arrival = packet.arrival if packet.arrival in bound else None
        ends = [("in", connection.destination, connection.source),
                ("out", connection.source, connection.destination)]
        assert any(listed(answer["opened"] + answer["closed"], direction, connection.protocol,
                          connection.dport, address, peer)
                   for direction, address, peer in ends) or \
            packet.arrival is not LOCAL and arrival in arrivals or \
            any(packet.source in prefix for prefix in guarded) or \
            any(site.is_edge(address) for site in pair for _, address, _ in ends
                if not all(one.is_edge(address) for one in pair)), packet


def random_pair(rng):
    before = sites.random_site(rng, rng.choice(("enforce", "audit")), beyond=True)
    kind = rng.random()
    if kind < 0.1:
        return before, sites.random_site(rng, beyond=True)
    after = sites.changed_site(rng, before, beyond=True)
    if kind < 0.4:      # one set alone
        name = rng.choice(list(before.peers) or ["crl"])
        families = [address.version for address in before.holders]
        changed = sites.random_peers(rng, before.nodes, families, [name] * 3)
        if name in changed and not any(name in row.peers for row in before.site_rows):
            after = dataclasses.replace(before, peers={**before.peers, **changed})
    return before, after


@pytest.mark.parametrize("seed", range(PAIRS))
def test_flows_open_and_close_as_the_model_judges(tmp_path, seed):
    rng = random.Random(seed)
    pair = random_pair(rng)
    answer = compare(tmp_path, *pair)
    packets = []
    for site in pair:
        source = sites.Connections(rng, site, [*sites.INTERFACE_NAMES, *sites.UNBOUND_NAMES])
        if source.rows:
            packets += [source.packet() for _ in range(FLOWS // 2)]
    expect(answer, pair, packets)
    # The same, the other way round.
    back = compare(tmp_path, *reversed(pair))
    assert (back["same"], len(back["opened"]), len(back["closed"])) == \
        (answer["same"], len(answer["closed"]), len(answer["opened"]))


@pytest.mark.parametrize("seed", range(PAIRS // 4))
def test_a_policy_that_is_written_otherwise_is_the_same(tmp_path, seed):
    rng = random.Random(seed)
    site = sites.random_site(rng, beyond=True)
    text = commented(rng, sites.configuration(rewritten(rng, site)))
    code, said = run(tmp_path, sites.configuration(site), text)
    assert (code, len(said.splitlines())) == (0, 1), said


OTHER_SETS = {name: prefixes for name, prefixes in SITE.peers.items() if name != "admins"}
RDP = SITE.site_rows[0]


@pytest.mark.parametrize("changes, notes", [
    ({"site_rows": (dataclasses.replace(RDP, name="desk"),)},
     ["counters: row site/rdp leaves", "counters: row site/desk comes"]),
    ({"site_rows": (dataclasses.replace(RDP, note=""),)}, ["note: row site/rdp has another"]),
    # A set cut in two, under other names; a row cut in two.
    ({"peers": {**OTHER_SETS, "a": SITE.peers["admins"][:1], "b": SITE.peers["admins"][1:]},
      "site_rows": (dataclasses.replace(RDP, peers=("a", "b")),)}, []),
    ({"peers": {**OTHER_SETS, "a": SITE.peers["admins"][:1], "b": SITE.peers["admins"][1:]},
      "site_rows": (dataclasses.replace(RDP, peers=("a",)),
                    dataclasses.replace(RDP, name="z", peers=("b",)))},
     ["counters: row site/z comes"]),
    ({"peers": {**SITE.peers, "admins": [ip_network("10.0.0.0/24")]}}, []),
    ({"nodes": {"edge1": SITE.nodes["edge1"], "edge9": SITE.nodes["edge2"]}},
     ["counters: 192.0.2.2 counts at node edge9, was edge2"]),
    # A row that is off opens nothing when its zone is off, too.
    ({"rows_off": ("external/5", "pic/1")}, []),
])
def test_what_opens_nothing_is_a_note(tmp_path, changes, notes):
    answer = compare(tmp_path, SITE, dataclasses.replace(SITE, **changes))
    assert answer["same"] and answer["notes"] == notes


@pytest.mark.parametrize("changes, key", [
    ({"site_rows": (dataclasses.replace(RDP, ports=(("tcp", 3389, 3390),)),)}, "opened"),
    ({"site_rows": (), "peers": OTHER_SETS}, "closed"), ({"rows_off": ()}, "opened"),
    ({"zones": ("external", "internal")}, "closed"),
    ({"peers": {**SITE.peers, "admins": SITE.peers["admins"][:1]}}, "closed"),
    ({"ping": ("external",), "ping_peers": None}, "opened"),
    ({"ping": ("external",)}, None),
    ({"interfaces": {"wan0": {"external"}, "lan0": {"internal", "edge"}}}, "arrivals"),
    ({"nodes": {"edge1": SITE.nodes["edge1"]}}, "governed_no_more"),
    ({"peers": {**SITE.peers, "internal-networks": [ip_network("10.0.0.0/9")]}}, "guarded_no_more"),
    ({"mode": "audit"}, None),
])
def test_what_opens_or_closes_is_told_where_it_belongs(tmp_path, changes, key):
    after = dataclasses.replace(SITE, **changes)
    answer = compare(tmp_path, SITE, after)
    if changes == {"ping": ("external",)}:      # nobody can ping: ping-peers are empty
        assert answer["same"]
        return
    assert not answer["same"]
    told = {name for name in ("opened", "closed", "arrivals", "governed_now", "governed_no_more",
                              "guarded_now", "guarded_no_more") if answer[name]}
    if key == "guarded_no_more":
        assert key in told
    elif key == "arrivals":
        assert told == {key}
    else:
        assert told == ({key} if key else set())
    text = run(tmp_path, sites.configuration(SITE), sites.configuration(after))[1]
    assert ("mode: audit, was enforce: nothing is dropped any more" in text) == (key is None)


def test_a_moved_port_closes_one_and_opens_another(tmp_path):
    site = dataclasses.replace(SITE, rows_off=(), ports={})
    answer = compare(tmp_path, site, dataclasses.replace(SITE, rows_off=()))
    for name, port in ("opened", 4443), ("closed", 443):
        assert {(f["port_low"], f["port_high"], *f["rows"]) for f in answer[name]} == \
            {(port, port, "external/5")}


def test_many_prefixes_are_counted_and_bounded(tmp_path):
    """The time of people, not of machines: a quadratic walk would take minutes."""
    def config(step):
        lists = "\n".join(f"{10 + (n >> 16)}.{n >> 8 & 255}.{n & 255}.0/{24 + n % step % 3 * 2}"
                          for n in range(300_000))
        (tmp_path / f"list{step}").write_text(lists + "\n", encoding="ascii")
        return sites.configuration(dataclasses.replace(
            SITE, peers={**OTHER_SETS})) + f"peers admins {{ file = list{step} }}\n"
    before, after = config(2), config(3)
    began = time.monotonic()
    code, text = run(tmp_path, before, after)
    assert time.monotonic() - began < 60
    assert code == 1 and " more\n" in text and len(text) < 3000
    code, text = run(tmp_path, before, after, "--json")
    flow = json.loads(text)["closed"][0]
    assert flow["prefixes"] > 100_000 and len(flow["peers"]) == 1000


def test_exit_codes_and_the_name_of_what_is_wrong(tmp_path):
    good, bad = tmp_path / "good.conf", tmp_path / "bad.conf"
    good.write_text(sites.configuration(SITE), encoding="ascii")
    bad.write_text("mode = enforce\n", encoding="ascii")
    for words, code, said in [
            ([good, good], 0, ""), ([good, bad], 3, f"edgectl: {bad}: 3 errors\n"),
            ([bad, good], 3, f"edgectl: {bad}: 3 errors\n"),
            ([], 2, "a FILE is missing; see edgectl diff --help\n"),
            ([good, good, good], 2, "is one word too many; see edgectl diff --help\n"),
            (["--running", good, bad], 2, "beside --running; see edgectl diff --help\n")]:
        done = subprocess.run([TOOL, "diff", *words], text=True, capture_output=True, check=False)
        assert done.returncode == code and done.stderr.endswith(said), done
        assert bool(done.stdout) == (code == 0)
    done = subprocess.run([TOOL, "diff", "-", good], input=good.read_text(encoding="ascii"),
                          text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{good} decides the same as -\n")
