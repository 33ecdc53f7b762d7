# SPDX-License-Identifier: GPL-2.0-only
"""Metrics: equal to what counters, show and hash say, with zeros, without
addresses; written to a file whole or not at all."""

import os
import pathlib
import re
import stat
import subprocess

import pytest

import packets
from edgectl import COUNTS, Counters, Edgectl
from exposition import Metrics
from flow_table import FEATURES, REASONS, ROWS, SERVICES, ZONES
from netlib import reference
from netns import Namespace
from rights import as_nobody

ALL = reference()
DIRECTED = {"packets_to_edge": ("packets_total", "to_edge"),
            "bytes_to_edge": ("bytes_total", "to_edge"),
            "packets_from_edge": ("packets_total", "from_edge"),
            "bytes_from_edge": ("bytes_total", "from_edge"),
            "connections": ("connections_total", None),
            "denied": ("denied_packets_total", None),
            "last_hit": ("last_hit_timestamp_seconds", None)}
REFUSED = {"packets": ("packets", "dropped"), "bytes": ("bytes", "dropped"),
           "would_be_packets": ("packets", "would_be"),
           "would_be_bytes": ("bytes", "would_be")}


def metrics(edgectl, *words):
    return Metrics(edgectl("metrics", *words).stdout)


def expected(answer):
    """The samples of the answer of counters --json."""
    found = {}
    for kind, key in ("rows", "row"), ("services", "service"):
        for entry in answer[kind]:
            labels = {"node": entry["node"], key: entry[key]}
            if key == "row":
                labels["zone"] = entry["row"].partition("/")[0]
            for name, (metric, direction) in DIRECTED.items():
                whole = {**labels, "direction": direction} if direction else labels
                found[f"nf_edge_{key}_{metric}", frozenset(whole.items())] = entry[name] or 0
    for entry in answer["drops"]:
        for name, (what, verdict) in REFUSED.items():
            labels = {"reason": entry["reason"], "verdict": verdict}
            found[f"nf_edge_refused_{what}_total", frozenset(labels.items())] = entry[name]
    return found


def counted(found):
    return {key: value for key, value in found.samples.items()
            if re.match("nf_edge_(row|service)_.*(_total|_timestamp_seconds)$|nf_edge_refused_",
                        key[0])}


def some_traffic(net):
    """Permitted and refused packets, of several rows, reasons and families."""
    for family in 4, 6:
        client = net.at("client", family)
        access, av = (net.at(f"edge1.{name}", family).address for name in ("access", "av"))
        net.injects(client, *(packets.udp(client.address, av, net.port(), port, b"xyz")
                              for port in (3478, 3478, 9)),
                    packets.tcp(client.address, access, net.port(), 443),
                    packets.udp(net.at("user", family).address, av, net.port(), 3478, b"x"))
    connection = net.connect("tcp", net.at("client", 4), net.at("edge2.webconf", 4), 443)
    connection.exchange()
    connection.close()


def settled(net):
    """Metrics between two equal readings of the counters."""
    while True:
        before = net.edgectl.json("counters")
        found = metrics(net.edgectl)
        after = net.edgectl.json("counters")
        if after == {**before, "time": after["time"]}:
            return before, found


@pytest.mark.parametrize("mode", ["enforce", "audit"])
def test_metrics_equal_the_counters(net, mode):
    """Every counter of every row, node, service and reason, and no other."""
    net.load(ALL.but(mode=mode))
    some_traffic(net)
    answer, found = settled(net)
    assert counted(found) == expected(answer)
    verdict = {"enforce": "dropped", "audit": "would_be"}[mode]
    for reason in "no-row", "spoofed":
        assert found["nf_edge_refused_packets_total",
                     {"reason": reason, "verdict": verdict}] >= 2
    labels = {"node": "edge1", "row": "external/14", "zone": "external"}
    assert found["nf_edge_row_packets_total", {**labels, "direction": "to_edge"}] >= 4
    assert found["nf_edge_row_last_hit_timestamp_seconds", labels] > 1e9
    assert found["nf_edge_service_connections_total",
                 {"node": "edge2", "service": "webconf"}] >= 1


def test_a_row_has_its_series_before_its_first_hit_and_while_it_is_dead(net):
    """What begins with its first hit has never risen."""
    net.edgectl("flush")
    net.load(ALL)
    before = metrics(net.edgectl)
    series = set(counted(before))
    assert len(series) == 2 * 7 * (len(ROWS) + len(SERVICES)) + 4 * len(REASONS)
    assert not any(value for key, value in counted(before).items()
                   if not key[0].startswith("nf_edge_refused"))
    net.edgectl("zone", "off", "pic")
    net.edgectl("row", "off", "external/5")
    assert set(counted(metrics(net.edgectl))) == series


def test_the_state_is_that_of_show(net):
    net.load(ALL)
    edgectl = net.edgectl
    before = metrics(edgectl)
    status, rows = edgectl.status(), edgectl.json("show", "rows")["rows"]
    hashes = edgectl.json("show", "hash")
    for name, value in {"up": 1, "module_loaded": 1, "policy_loaded": 1, "policy_enforcing": 1,
                        "policy_generation": status["generation"], "change_waiting": 0,
                        "change_waiting_seconds": 0, "offloaded_packets_total": 0,
                        "governed_addresses": status["governed"]}.items():
        assert before[f"nf_edge_{name}"] == value, name
    assert before["nf_edge_info", {"edgectl": status["version"], "module": status["version"],
                                   "family": "1"}] == 1
    assert before["nf_edge_policy_info", {"profile": status["profile"], "mode": "enforce"}] == 1
    assert before.of("nf_edge_policy_hash_info") == [
        ({"part": part, "sha256": sha256}, 1) for part, sha256 in
        [("all", hashes["all"]), *((each["part"], each["sha256"]) for each in hashes["parts"])]]
    assert before.of("nf_edge_interface_present") == [
        ({"interface": each["name"], "side": side}, 1)
        for each in status["interfaces"] for side in each["sides"]]
    assert before.of("nf_edge_row_info") == [
        ({"row": row["id"], "opens": row["direction"], "feature": row["feature"] or "",
          **{key: row[key] for key in ("zone", "service", "protocol", "ports", "note")}}, 1)
        for row in rows]
    assert {labels["row"]: value for labels, value in before.of("nf_edge_row_live")} == {
        row["id"]: row["live"] for row in rows}
    assert before.of("nf_edge_peer_set_prefixes") == [
        ({"set": each["set"]}, each["prefixes"])
        for each in edgectl.json("show", "peers")["peers"] if each["bound"]]
    assert {value for _, value in before.of("nf_edge_policy_switches")} == {0}


def test_switches_are_told_beside_the_loaded_policy(net):
    net.load(ALL)
    edgectl = net.edgectl
    before = metrics(edgectl)
    edgectl("mode", "audit")
    edgectl("zone", "off", "pic")
    edgectl("zone", "off", "federation")
    edgectl("row", "off", "external/5")
    edgectl("feature", "off", "av")
    after = metrics(edgectl)
    assert {labels["kind"]: value for labels, value in after.of("nf_edge_policy_switches")} == {
        "mode": 1, "zone": 2, "feature": 1, "row": 1}
    assert after["nf_edge_policy_enforcing"] == 0
    assert after["nf_edge_policy_info", {"profile": edgectl.status()["profile"],
                                         "mode": "audit"}] == 1
    for words, name in (ZONES, "zone"), (FEATURES, "feature"):
        for word in words:
            off = word in ("pic", "federation") if name == "zone" else word == "av"
            for found, value in (before, 1), (after, not off):
                samples = dict((labels[name], on) for labels, on in found.of(f"nf_edge_{name}_on"))
                assert samples[word] == value or word == "site", word
    live = {labels["row"]: value for labels, value in after.of("nf_edge_row_live")}
    assert live == {row["id"]: row["live"] for row in edgectl.json("show", "rows")["rows"]}
    assert not live["external/5"] and not live["pic/1"] and live["external/6"]
    assert after.of("nf_edge_policy_hash_info") == before.of("nf_edge_policy_hash_info")
    net.load(ALL)
    assert {value for _, value in metrics(edgectl).of("nf_edge_policy_switches")} == {0}


def test_a_change_that_waits_is_told_until_it_is_confirmed(net):
    net.load(ALL)
    net.edgectl("zone", "off", "pic", "--confirm", "300s")
    found = metrics(net.edgectl)
    assert found["nf_edge_change_waiting"] == 1
    assert 200 < found["nf_edge_change_waiting_seconds"] <= 300
    net.edgectl("rollback")
    found = metrics(net.edgectl)
    assert found["nf_edge_change_waiting"] == found["nf_edge_change_waiting_seconds"] == 0


@pytest.fixture(name="box")
def fixture_box(nf_edge):
    space = Namespace("metrics")
    space.edgectl = Edgectl(space)
    for device in "wan0", "lan0", "dmz0":
        space.ip(f"link add {device} type dummy\nlink set {device} up\n")
    yield space
    space.edgectl("flush")
    space.edgectl.close()
    space.close()


OWN = """mode = enforce
zones = { external, internal, site }
features = { }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
interface dmz0 { sides = { edge } }
node edge1 { access = { 131.107.155.10 }  internal = { 172.25.33.10 } }
node edge2 { internal = { 172.25.33.11, 2001:db8::11 } }
peers internal-networks { prefixes = { 192.168.10.0/24, 2001:db8:5::/48 } }
peers admins { prefixes = { 192.168.20.0/28 } }
row rdp { service = internal  in = { tcp/3389 }  peers = { admins }  nodes = { edge2 }
          note = 'say "jump" \\ hosts, ümläut' }
"""
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f]*:")


def test_notes_are_escaped_and_no_address_is_told(box):
    box.edgectl.load(OWN)
    text = box.edgectl("metrics").stdout
    found = Metrics(text)
    [note] = [labels["note"] for labels, _ in found.of("nf_edge_row_info")
              if labels["row"] == "site/rdp"]
    assert note == 'say "jump" \\ hosts, ümläut'
    assert not ADDRESS.findall(text)
    assert {labels["set"] for labels, _ in found.of("nf_edge_peer_set_prefixes")} == {
        "internal-networks", "admins"}
    assert counted(found) == expected(box.edgectl.json("counters"))
    box.edgectl.load(OWN.replace("say", "10.1.2.3"))
    assert ADDRESS.findall(box.edgectl("metrics").stdout) == ["10.1.2.3"]


def test_a_device_that_goes_is_absent(box):
    box.edgectl.load(OWN)
    wanted = {"wan0": 1, "lan0": 1, "dmz0": 1}
    for value in 1, 0, 1:
        wanted["wan0"] = value
        assert {labels["interface"]: present for labels, present in
                metrics(box.edgectl).of("nf_edge_interface_present")} == wanted
        box.ip("link del wan0\n" if value else "link add wan0 type dummy\n")


def test_without_a_policy_the_metrics_say_so(box):
    box.edgectl("flush")
    done = box.edgectl("metrics")
    found = Metrics(done.stdout)
    assert not done.stderr
    assert (found["nf_edge_up"], found["nf_edge_module_loaded"], found["nf_edge_policy_loaded"],
            found["nf_edge_policy_enforcing"], found["nf_edge_governed_addresses"]) == (1, 1, 0, 0, 0)
    assert {key[0] for key in counted(found)} == {
        "nf_edge_refused_packets_total", "nf_edge_refused_bytes_total"}
    assert not found.names() & {"nf_edge_row_info", "nf_edge_policy_info", "nf_edge_row_live",
                                "nf_edge_policy_hash_info"}


def test_who_may_not_read_gets_metrics_that_are_not_up(box):
    """With exit code 3: no value is made up, and none is left out in silence.
    The one capability is enough, of whichever user."""
    box.edgectl.load(OWN)
    words = [box.edgectl.program, "metrics"]

    def run(*before):
        with box.entered():
            return subprocess.run([*before, *words], capture_output=True, text=True, check=False)
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    done = run(*nobody)
    found = Metrics(done.stdout)
    assert done.returncode == 3 and "CAP_NET_ADMIN" in done.stderr
    assert (found["nf_edge_up"], found["nf_edge_module_loaded"]) == (0, 1)
    assert found.names() == {"nf_edge_up", "nf_edge_info", "nf_edge_module_loaded",
                             "nf_edge_read_duration_seconds"}
    capability = ["--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin",
                  "--bounding-set=-all,+net_admin"]
    done = run(*nobody, *capability)
    assert (done.returncode, done.stderr) == (0, "")
    assert counted(Metrics(done.stdout)) == expected(box.edgectl.json("counters"))


# --- the file for node_exporter

def test_a_file_is_replaced_in_one_step_and_others_may_read_it(box, tmp_path):
    file = tmp_path / "nf_edge.prom"
    box.edgectl.load(OWN)
    with box.entered():
        subprocess.run(["sh", "-c", f"umask 077; {box.edgectl.program} metrics -o {file}"],
                       check=True)
    with open(file, encoding="utf-8") as reader:
        box.edgectl("zone", "off", "external")
        done = box.edgectl("metrics", "--output", file)
        assert (done.stdout, done.stderr) == ("", "")
        old, new = Metrics(reader.read()), Metrics(file.read_text(encoding="utf-8"))
    assert old["nf_edge_zone_on", {"zone": "external"}] == 1
    assert new["nf_edge_zone_on", {"zone": "external"}] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["nf_edge.prom"]
    assert as_nobody(box, lambda: os.access(file, os.R_OK)) or tmp_path.stat().st_mode & 5 != 5


def test_what_is_no_file_is_not_replaced(box, tmp_path):
    for name, make in {"folder": pathlib.Path.mkdir, "fifo": os.mkfifo,
                       "link": lambda path: path.symlink_to("/etc/hostname")}.items():
        path = tmp_path / name
        make(path)
        before = path.lstat()
        done = box.edgectl("metrics", "-o", path, check=False)
        assert done.returncode == 1 and "is no regular file" in done.stderr, done
        assert path.lstat() == before
    done = box.edgectl("metrics", "-o", tmp_path / "none" / "x.prom", check=False)
    assert done.returncode == 3 and "cannot be written" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["fifo", "folder", "link"]


def test_a_full_disk_keeps_the_old_file(box, tmp_path):
    box.edgectl("flush")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", tmp_path], check=True)
    try:
        file = tmp_path / "nf_edge.prom"
        box.edgectl("metrics", "-o", file)
        before = file.read_text(encoding="utf-8")
        box.edgectl.load(OWN)
        done = box.edgectl("metrics", "-o", file, check=False)
        assert done.returncode == 3 and "No space left" in done.stderr
        assert file.read_text(encoding="utf-8") == before
        assert os.listdir(tmp_path) == ["nf_edge.prom"]
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_metrics_that_are_not_up_replace_the_file(box, tmp_path):
    """An old file would look as if all were well."""
    file = tmp_path / "nf_edge.prom"
    tmp_path.chmod(0o777)
    box.edgectl("metrics", "-o", file)
    with box.entered():
        done = subprocess.run(
            ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-all", box.edgectl.program,
             "metrics", "-o", file], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done
    assert Metrics(file.read_text(encoding="utf-8"))["nf_edge_up"] == 0


def test_every_name_has_its_prefix_and_its_unit(box):
    box.edgectl.load(OWN)
    found = metrics(box.edgectl)
    for name, kind in found.types.items():
        assert name.startswith("nf_edge_") and kind in ("gauge", "counter"), name
        assert found.helps[name].endswith("."), name
        assert not re.search("milli|micro|kilo|octets|_count$", name), name
    assert COUNTS and set(DIRECTED) - {"last_hit"} == set(COUNTS)


# --- differences

def test_differences_are_those_of_two_readings(net, tmp_path):
    """Real packets between two readings, a reset of one zone, and a node that came."""
    edgectl, file = net.edgectl, tmp_path / "saved.json"
    net.load(ALL)
    some_traffic(net)
    first = settled(net)[0]
    edgectl("counters", "--save", file)
    some_traffic(net)
    second = settled(net)[0]
    delta = edgectl.json("counters", "--since", file)
    assert delta["since"]["began_at_zero"] == delta["since"]["not_in_file"] == []
    moved = Counters.read(second) - Counters.read(first)
    assert Counters.read(delta) - Counters() == moved
    assert moved.rows["edge1", "external/14"]["packets_to_edge"] >= 4
    edgectl("counters", "--zone", "external", "--reset")
    delta = edgectl.json("counters", "--since", file)
    assert "edge1 external/14" in delta["since"]["began_at_zero"]
    assert all(name.split()[1].startswith("external/")
               for name in delta["since"]["began_at_zero"])
    text = edgectl("counters", "--since", file, "--nonzero").stdout
    assert "began at zero in between: edge1 external/" in text
    net.load(ALL.but(nodes={"edge0": {"av": ["192.0.2.77"]}, **ALL.nodes}))
    since = edgectl.json("counters", "--since", file)["since"]
    assert since["not_in_file"] == [f"edge0 {each}" for each in (*map(str, ROWS), *SERVICES)]
    assert since["generation"] == first["generation"]
