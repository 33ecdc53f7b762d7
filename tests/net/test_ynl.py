# SPDX-License-Identifier: GPL-2.0-only
"""The specification is enough to drive the module: by the kernel's own YNL
command line, which knows nothing of nf_edge but include/specs/nf-edge.yaml."""

import json
import signal
import subprocess
import sys

import pytest

import packets
from flow_table import ROWS, TOP
from netlib import Namespace, link, until
from wire import ENUMS, OPERATIONS, SPEC

SPEC_FILE = TOP / "include/specs/nf-edge.yaml"

SETS = {name: number for number, name in enumerate(ENUMS["peer-set"])}

POLICY = {
    "mode": "enforce", "zones": ["external", "internal"],
    "features": ["av", "web-conferencing"], "ping": ["external"],
    "interface": [{"name": "wan0", "sides": ["external"]},
                  {"name": "dmz0", "sides": ["edge"]}],
    "node": [{"name": "edge1", "address": [
        {"service": "av", "ipv4": 0x836b9b1e},              # 131.107.155.30
        {"service": "av", "ipv6": "20010db8015500000000000000000030"}]}],
    "peers": [{"set": SETS["frontend"], "prefixes-ipv4": "c0a80a5a20000000"},
              {"set": SETS["crl"]}]}


@pytest.fixture(scope="module")
def ynl_tree():
    """The kernel's tools, of the source that scripts/ynl-regen takes."""
    done = subprocess.run([TOP / "scripts/ynl-regen", "--tree"],
                          capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def box(nf_edge):
    """A box between wan0 and dmz0."""
    spaces = {n: Namespace(n, forwarding=n == "box")
              for n in ("box", "inet", "edge")}
    link(spaces["box"], "wan0", spaces["inet"], "eth0")
    mac = link(spaces["box"], "dmz0", spaces["edge"], "eth0")
    spaces["box"].ip("addr add 131.107.155.1/24 dev dmz0\n"
                     f"neigh add 131.107.155.30 lladdr {mac} dev dmz0\n")
    yield spaces["box"], spaces["inet"]
    for ns in spaces.values():
        ns.close()


@pytest.fixture(scope="module")
def ynl(ynl_tree, box):
    """A function that runs the command line, and returns what it prints, a
    value for each line; with `start`, it is left running."""
    def run(*words, check=True, start=False):
        # 64-bit values stand behind attributes that pad, where a machine
        # wants them aligned; these tools know padding by that option only.
        command = [
            sys.executable, f"{ynl_tree}/tools/net/ynl/cli.py",
            "--spec", SPEC_FILE, "--schema",
            f"{ynl_tree}/Documentation/netlink/genetlink.yaml",
            "--process-unknown", "--output-json",
            *(json.dumps(w) if isinstance(w, dict) else w for w in words)]
        if start:
            return box[0].start(*command, stdout=subprocess.PIPE, text=True)
        done = box[0].run(*command, check=False)
        if not check:
            return done
        assert not done.returncode, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
    return run


@pytest.fixture
def loaded(ynl):
    """A small policy is in force; the reply to its load."""
    reply, = ynl("--do", "load", "--json", POLICY)
    return reply


def test_the_specification_is_of_the_kernel_s_own_form(ynl):
    """The schema is checked as it is read."""
    done = ynl("--list-ops", check=False)
    assert not done.returncode, done.stderr
    listed = [line.split()[0] for line in done.stdout.splitlines()]
    assert listed == [n for n, o in OPERATIONS.items() if "event" not in o]


def test_it_loads_a_policy_and_reads_it_back(ynl, loaded):
    assert loaded["governed"] == 2
    again, = ynl("--do", "load", "--json", POLICY)
    assert again == {**loaded, "changed": 0}
    status, = ynl("--do", "status-get")
    assert status["generation"] == loaded["generation"]
    assert status["mode"] == "enforce" and status["governed"] == 2
    assert set(status["zones"]) == set(POLICY["zones"])
    assert set(status["features"]) == set(POLICY["features"])
    assert {i["name"]: i["sides"] for i in status["interface"]} == \
        {i["name"]: i["sides"] for i in POLICY["interface"]}
    node, = ynl("--dump", "node-get")[0]
    assert [a["service"] for a in node["node"][0]["address"]] == ["av", "av"]
    sets = {one["peers"][0]["name"]: one["peers"][0].get("count")
            for one in ynl("--dump", "peers-get")[0]}
    assert list(sets) == ENUMS["peer-set"]
    assert {n: c for n, c in sets.items() if c is not None} == {
        "frontend": 1, "crl": 0}
    prefixes, = ynl("--dump", "prefix-get")[0]
    assert prefixes["peers"][0]["prefixes-ipv4"] == "c0a80a5a20000000"


def test_it_dumps_the_rows(ynl, loaded):
    rows, = ynl("--dump", "row-get")
    assert [r["id"] for r in rows] == [r.id for r in ROWS]
    for ours, row in zip(ROWS, rows):
        assert (row["zone"], row["service"], row["direction"], row["side"],
                row["port-low"], row["port-high"], row["note"]) == (
            ours.zone, ours.service, ours.direction, ours.side,
            ours.port_low, ours.port_high, ours.note)
        assert set(row.get("set-name", ())) == set(ours.peer_sets)
        assert row["peer-sets"] == sum(1 << SETS[s] for s in ours.peer_sets)
        assert row.get("feature", "") == ours.feature
        assert row["live"] == (
            ours.zone in POLICY["zones"] and
            ours.feature in ("", *POLICY["features"]))


def test_it_reads_counters_and_drops(ynl, loaded, box):
    space, inet = box
    before, = ynl("--do", "drops-get")
    for port in 3478, 3479:
        inet.inject(packets.udp("198.51.100.7", "131.107.155.30", 40000, port,
                                b"hello"))

    def dropped():
        now, = ynl("--do", "drops-get")
        return [a["packets"] - b["packets"] for a, b in
                zip(now["drop"], before["drop"])]
    until(lambda: any(dropped()), "the second packet is dropped")
    moved = dict(zip((d["reason"] for d in before["drop"]), dropped()))
    assert {r: n for r, n in moved.items() if n} == {"no-row": 1}
    counters, = ynl("--do", "counters-get", "--json", {"node": "edge1"})
    assert counters["node"] == "edge1"
    assert [r["row"] for r in counters["row"]] == [r.id for r in ROWS]
    hit = {r["row"]: r for r in counters["row"] if r["packets-to-edge"]}
    assert list(hit) == ["external/14"]
    assert hit["external/14"]["bytes-to-edge"] == 33
    assert hit["external/14"]["connections"] == 1
    assert [s["service"] for s in counters["service"]] == [
        "access", "webconf", "av", "internal"]
    assert ynl("--dump", "counters-dump")[0] == [counters]


def test_it_asks_the_classifier(ynl, loaded):
    def ask(port):
        answer, = ynl("--do", "explain", "--json", {"query": {
            "in": "wan0", "protocol": 17, "source-ipv4": 0xc6336407,
            "destination-ipv4": 0x836b9b1e, "destination-port": port}})
        return answer["query"][0]
    assert ask(3478) == {"verdict": "accept", "row": ["external/14"],
                         "mode": "enforce", "destination-node": "edge1"}
    assert ask(3479)["reason"] == "no-row"


OWN = {
    **POLICY, "profile": "sfb2019", "zones": ["external", "internal", "site"],
    "port": [{"service": "av", "protocol": 17, "documented-low": 3478,
              "documented-high": 3478, "low": 3479, "high": 3479}],
    "own-set": [{"set": 31, "name": "balancer"}],
    "peers": [{"set": 31, "prefixes-ipv4": "c633640a20000000"}],
    "row-off": ["external/9"], "ping-peers": 1 << 31,
    "site-row": [{
        "name": "probe", "service": "av", "direction": "in",
        "ports": [{"protocol": 6, "low": 8443, "high": 8443},
                  {"protocol": 17, "low": 9000, "high": 9001}],
        "sets": 1 << 31, "nodes": ["edge1"], "note": "health"}]}


def test_it_reads_back_a_profile_ports_and_rows_of_the_site(ynl, loaded):
    reply, = ynl("--do", "load", "--json", OWN)
    assert reply["changed"] == 1 and reply["profile"] == "sfb2019"
    status, = ynl("--do", "status-get")
    assert status["profile"] == "sfb2019"
    assert status["row-off"] == status["loaded-row-off"] == ["external/9"]
    assert status["ping-peers"] == 1 << 31
    rows = {row["id"]: row for row in ynl("--dump", "row-get")[0]}
    assert {row["profile"] for row in rows.values()} == {"sfb2019"}
    assert list(rows)[-1] == "site/probe"
    own = rows["site/probe"]
    assert (own["origin"], own["zone"], own["service"], own["note"]) == (
        "site", "site", "av", "health")
    assert own["ports"] == OWN["site-row"][0]["ports"]
    assert (own["port-low"], own["port-high"]) == (8443, 8443)
    assert own["peer-sets"] == own["bound-sets"] == 1 << 31
    assert own["set-name"] == ["balancer"] and own["node"] == ["edge1"]
    assert own["live"] == 1 and not {"any", "exposed"} & set(own)
    moved, = (row for row in rows.values() if "documented-low" in row)
    assert (moved["service"], moved["direction"], moved["protocol"]) == (
        "av", "in", 17)
    assert (moved["port-low"], moved["documented-low"],
            moved["documented-high"]) == (3479, 3478, 3478)
    assert moved["origin"] == "document"
    assert rows["external/9"]["dead"] == ["row-off"]
    sets = [one["peers"][0] for one in ynl("--dump", "peers-get")[0]]
    assert sets[-1] == {"set": 31, "count": 1, "name": "balancer"}


def test_it_switches_a_row_and_counts_by_profile(ynl, loaded):
    ynl("--do", "load", "--json", OWN)
    reply, = ynl("--do", "switch", "--json", {
        "row-on": ["external/9"], "row-off": ["site/probe"]})
    assert reply["changed"] == 1
    status, = ynl("--do", "status-get")
    assert status["row-off"] == ["site/probe"]
    assert status["loaded-row-off"] == ["external/9"]
    counters, = ynl("--do", "counters-get", "--json", {"node": "edge1"})
    assert counters["profile"] == "sfb2019"
    assert counters["row"][-1]["row"] == "site/probe"
    assert ynl("--do", "drops-get")[0]["profile"] == "sfb2019"
    answer, = ynl("--do", "explain", "--json", {"query": {
        "in": "wan0", "protocol": 6, "source-ipv4": 0xc633640a,
        "destination-ipv4": 0x836b9b1e, "destination-port": 8443}})
    assert answer["profile"] == "sfb2019"
    assert (answer["query"][0]["reason"], answer["query"][0]["near"]) == (
        "disabled", ["site/probe"])
    done = ynl("--do", "switch", "--json", {"row-off": ["external/99"]},
               check=False)
    assert done.returncode
    assert "the policy has no row of this id" in done.stdout + done.stderr


def listeners(ns):
    """How many generic netlink sockets of a namespace are in a group."""
    with ns.entered():
        with open("/proc/thread-self/net/netlink", encoding="ascii") as file:
            lines = [line.split() for line in file][1:]
    return sum(line[1] == "16" and int(line[3], 16) for line in lines)


def test_it_hears_of_changes(ynl, loaded, box):
    """It subscribes, waits for as long as it is told, and shows what came."""
    child = ynl("--subscribe", "policy", "--sleep", "3", start=True)
    until(lambda: listeners(box[0]), "it has subscribed")
    # It stands still meanwhile: two of these may take longer than it waits.
    child.send_signal(signal.SIGSTOP)
    replies = [ynl("--do", "switch", "--json", {"mode": "audit"})[0]
               for _ in range(2)]
    child.send_signal(signal.SIGCONT)
    assert [r["changed"] for r in replies] == [1, 0]
    said, _ = child.communicate(timeout=120)
    assert json.loads(said) == [{"name": "policy-ntf", "msg": {
        "generation": replies[0]["generation"], "mode": "audit",
        "profile": "lync2013-scaled-public",
        "change": "switch"}}]


def test_it_shows_why_a_request_is_refused(ynl, loaded):
    wrong = {**POLICY, "node": [{"name": "edge 1",
                                 "address": POLICY["node"][0]["address"]}]}
    done = ynl("--do", "load", "--json", wrong, check=False)
    assert done.returncode
    said = done.stdout + done.stderr
    assert "a node name is 1 to 31 of A-Z a-z 0-9 . _ -" in said
    assert ".node.name" in said


def test_it_fills_a_transaction_in_one_go(ynl, loaded):
    """begin, peers-add and load on one socket."""
    replies = ynl("--multi", "begin", "{}",
                  "--multi", "peers-add", json.dumps({"peers": [
                      {"set": SETS["dns"], "prefixes-ipv4": "c000020018000000"}]}),
                  "--multi", "load", json.dumps(POLICY))
    assert replies[-1][-1]["changed"] == 1
    found = {one["peers"][0]["set"]
             for one in ynl("--dump", "prefix-get")[0]}
    assert found == {SETS["dns"], SETS["frontend"]}


def test_flush_ends_it(ynl, loaded):
    reply, = ynl("--do", "flush")
    assert reply["governed"] == 2
    status, = ynl("--do", "status-get")
    assert "mode" not in status
    assert {r["live"] for r in ynl("--dump", "row-get")[0]} == {0}


def test_each_definition_has_a_use():
    """No enumeration in the specification that no attribute takes. Numbers of
    sets may be of the site's own sets, which are not in the enumeration."""
    used = {"peer-set"} | {a.get("enum") for s in SPEC["attribute-sets"]
            for a in s["attributes"]}
    assert {d["name"] for d in SPEC["definitions"]
            if d["type"] in ("enum", "flags")} == used - {None}
