# SPDX-License-Identifier: GPL-2.0-only
"""Advice: the use of rows, over folds, flushes and loads."""

import json
import pathlib
import signal
import subprocess
from contextlib import contextmanager

import pytest

import packets
from netlib import reference, until


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The usage of this test alone."""
    monkeypatch.setenv("NF_EDGE_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "usage"


def fold(net):
    assert net.edgectl("advise", "--record").stdout == ""


def used(net, row):
    [found] = [r for r in net.edgectl.json("advise", "--usage")["rows"] if r["row"] == row]
    return found


def file_of(net):
    return pathlib.Path(net.edgectl.json("advise", "--usage")["file"])


def age(net, days):
    """Make the usage so much older, as if all had been watched since."""
    file = file_of(net)
    usage = json.loads(file.read_text(encoding="utf-8"))
    for row in usage["rows"]:
        row["first_seen"] -= days * 86400
        row["watched"] += days * 86400
        row["quiet"] += days * 86400
    file.write_text(json.dumps(usage), encoding="utf-8")


# --- usage

def test_usage_outlives_the_counters(net, state):
    net.load(reference())
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    fold(net)
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    net.refuses("tcp", client, access, 444, "no-row")
    fold(net)
    first = used(net, "external/5")
    assert first["connections"] == 1 and first["packets"] > 4 and first["last_hit"]
    assert used(net, "external/6")["connections"] == 0
    # The counters begin at zero, and the policy is another generation.
    net.edgectl("flush")
    net.load(reference())
    assert not any(net.edgectl.counters().rows["edge1", "external/5"].values())
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    fold(net)
    net.edgectl("counters", "--reset")
    fold(net)
    second = used(net, "external/5")
    assert second["connections"] == 2
    assert second["first_seen"] == first["first_seen"]
    assert second["last_hit"] >= first["last_hit"]


def test_the_file_is_that_of_a_namespace(net, state):
    """A namespace with a name keeps its file over a restart; the host's own has one too."""
    net.load(reference())
    fold(net)
    [file] = state.iterdir()
    assert file.name.startswith("unnamed-") and file.stat().st_mode & 0o777 == 0o600
    assert file_of(net) == file
    names = pathlib.Path("/run/netns")
    names.mkdir(exist_ok=True)
    (names / "edge").touch()
    try:
        subprocess.run(["mount", "--bind", net.box.path, names / "edge"], check=True)
        fold(net)
    finally:
        subprocess.run(["umount", names / "edge"], check=False)
        (names / "edge").unlink()
    assert {f.name for f in state.iterdir()} == {file.name, "netns-edge.json"}
    # The host has no policy, so that there is nothing to fold, and no file.
    done = subprocess.run([net.edgectl.program, "advise", "--record"], check=True,
                          capture_output=True, text=True)
    assert done.stdout == "nothing was recorded: no policy is loaded\n"
    assert len(list(state.iterdir())) == 2


def test_a_hit_takes_an_advice_back(net, state):
    net.load(reference())
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    fold(net)
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    fold(net)
    age(net, 40)
    answer = net.edgectl.json("advise", "--days", "30")
    subjects = {item["subject"] for item in answer["advice"]}
    rows = {row for item in answer["advice"] for row in item["rows"]}
    assert "zone xmpp" in subjects and "zone pic" not in subjects
    assert not rows & {"external/5", "pic/3"}
    [xmpp] = [item for item in answer["advice"] if item["subject"] == "zone xmpp"]
    assert xmpp["rare"] and xmpp["now"] == "edgectl zone off xmpp"
    # Real traffic of one of its rows: the zone is used, since the last fold too.
    net.passes("tcp", client, access, 5269, ["external/1", "xmpp/1"])
    answer = net.edgectl.json("advise", "--days", "30")
    assert "zone xmpp" not in {item["subject"] for item in answer["advice"]}


def test_an_advice_that_is_taken_closes_what_it_says(net, state):
    net.load(reference())
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    fold(net)
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    fold(net)
    age(net, 40)
    [advice] = [item for item in net.edgectl.json("advise")["advice"]
                if item["rows"] == ["external/2"]]
    net.edgectl(*advice["now"].split()[1:])
    net.refuses("tcp", access, client, 80, "disabled", ["external/2"])
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    # For good: the configuration with the line closes it as well.
    net.load(reference(rows_off=["external/2"]))
    assert advice["lasting"] == "rows-off = { external/2 }"
    net.refuses("tcp", access, client, 80, "disabled", ["external/2"])


# --- peers

@contextmanager
def learning(net, file):
    """Peers of what is sent meanwhile. The file is there once events come."""
    with net.box.entered():
        process = subprocess.Popen([net.edgectl.program, "learn", "--for", "1d", "--file", file],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until(file.exists, "learn listens")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate()
    assert not process.returncode and not complained, complained
    assert "nothing was lost" in said, said


def sections(net, file):
    """The sections that are proposed, as text of edge.conf."""
    answer = net.edgectl.json("advise", "--learned", str(file))
    return "".join(item["lasting"] + "\n" for item in answer["advice"]
                   if item["kind"] == "any-peer" and item["lasting"])


def test_the_proposed_sets_permit_what_was_seen_and_no_more(net, state, tmp_path):
    site = reference(peers={"frontend": None})
    net.load(site)
    file = tmp_path / "peers.json"
    seen = []
    with learning(net, file):
        for family in (4, 6):
            def at(name, family=family):
                return net.at(name, family)
            seen += [("tcp", at("partner"), at("edge1.access"), 5061, ["external/6"]),
                     ("tcp", at("edge1.access"), at("partner"), 5061,
                      ["external/7", "federation/1"]),
                     ("tcp", at("director"), at("edge1.internal"), 5061, ["internal/2"]),
                     ("tcp", at("frontend"), at("edge1.internal"), 8057, ["internal/4"])]
        for one in seen:
            net.passes(*one)
    text = sections(net, file)
    assert "peers federation-partners { prefixes = { 203.0.113.9, 2001:db8:113::9 } }" in text
    proposed = net.edgectl.file(str(site) + text, "proposed.conf")
    net.edgectl("check", proposed)
    net.edgectl("load", proposed)
    for one in seen:
        net.passes(*one)
    for family in (4, 6):
        # The twins: the same ports, and peers that were not seen there.
        net.refuses("tcp", net.at("client", family), net.at("edge1.access", family), 5061,
                    "peer", ["external/6", "pic/1"])
        net.refuses("tcp", net.at("user", family), net.at("edge1.internal", family), 5061,
                    "peer", ["internal/2"])
        net.refuses("tcp", net.at("director", family), net.at("edge1.internal", family), 8057,
                    "peer", ["internal/4"])
    # A row that no set can narrow stays as it was.
    net.passes("tcp", net.at("client", 4), net.at("edge1.access", 4), 443,
               ["external/5", "pic/3"])


def test_a_peer_that_is_refused_often_is_proposed(net, state, tmp_path):
    net.load(reference())
    user, inside = net.at("user", 4), net.at("edge1.internal", 4)
    file = tmp_path / "peers.json"
    with learning(net, file):
        for _ in range(10):
            net.drops(user, packets.tcp(user.address, inside.address, net.port(), 8057), "peer",
                      ["internal/4"])
    [advice] = [item for item in
                net.edgectl.json("advise", "--learned", str(file))["advice"]
                if item["kind"] == "refused-peer"]
    assert advice["subject"] == "peers frontend" and advice["rows"] == ["internal/4"]
    assert advice["evidence"].startswith(f"{user.address} was refused 10 times")
    # A file that is there is not written over.
    before = file.read_bytes()
    done = net.edgectl("learn", "--for", "1s", "--file", str(file), check=False)
    assert done.returncode == 1 and "is there already" in done.stderr
    assert file.read_bytes() == before
