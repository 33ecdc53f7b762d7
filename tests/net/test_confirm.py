# SPDX-License-Identifier: GPL-2.0-only
"""A change that goes back by itself: in force at once, and taken back by the
kernel unless it is confirmed in time, whoever is gone by then."""

import errno
import fcntl
import heapq
import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

from edgectl import Edgectl
from flow_table import site_row
from flows import Datagrams, Stream
from netlib import FEATURES, ZONES, Namespace, reference, until
from wire import Client, Refusal, module_references, policy, refused

# make check takes a part of each: docs/testing.md has the whole numbers.
KILLS = int(os.environ.get("NF_EDGE_CONFIRM_KILLS", "15"))
RACES = int(os.environ.get("NF_EDGE_CONFIRM_RACES", "50"))
AT_ONCE = 25            # namespaces that race side by side
SEED = int(os.environ.get("NF_EDGE_SEED", "1"))

BRIEF = 15              # seconds: enough for a few requests of a busy machine

RDP = site_row("rdp", "internal", "in", "tcp", 3389)

BOOT = pathlib.Path("/etc/nf_edge/edge.conf")
WAITING = pathlib.Path("/etc/nf_edge/edge.conf.waiting")
OLD = pathlib.Path("/etc/nf_edge/edge.conf~")

# NEW refuses what the flows below need but for the Access Edge.
BEFORE = reference(features=[f for f in FEATURES if f != "ocs2007"])
NEW = BEFORE.without(("feature", "av"))
WAITS = "a change waits for its confirmation: confirm it, or roll it back, first"
WAY_OUT = ("; edgectl history lists what was loaded, edgectl rollback N loads it "
           "again\n")
NONE_WAITS = "no change waits for its confirmation"
OTHER_WAITS = ("another generation waits for its confirmation; nothing was changed, "
               "look at that one first")


@pytest.fixture(autouse=True)
def nothing_waits(net):
    """The file of the boot is the test's own: scripts/vm gives each kernel an
    empty /etc/nf_edge."""
    assert os.path.ismount("/etc/nf_edge"), "run this by scripts/vm"
    yield
    net.edgectl("rollback", check=False)
    for file in BOOT, WAITING, OLD:
        file.unlink(missing_ok=True)


@pytest.fixture
def client(net):
    with Client(net.box) as one:
        yield one


@pytest.fixture
def before(net):
    net.edgectl("rollback", check=False)
    net.load(BEFORE)
    return net.generation()


def load(net, config, seconds, *options, check=True):
    return net.edgectl("load", "--confirm", f"{seconds}s", *options,
                       net.edgectl.file(config, "new.conf"), check=check)


def pending(net):
    return net.edgectl.status()["pending"]


def media(net, config, family=4):
    """A first packet to the A/V Edge is what the configuration says."""
    client, av = net.at("client", family), net.at("edge1.av", family)
    net.config = config         # whose nodes have counters
    if config is BEFORE:
        net.passes("udp", client, av, 3478, ["external/14"])
    else:
        net.refuses("udp", client, av, 3478, "peer", ["pic/6"])


def comes_back(net, number):
    until(lambda: net.generation() >= number, f"generation {number} comes back")
    assert net.generation() == number


# --- what comes back

def test_a_change_that_nobody_confirms_is_taken_back(net, before, client):
    client.join()
    client.events()
    done = load(net, NEW, BRIEF)
    assert f"\ngeneration {before} comes back in {BRIEF}s, at " in done.stdout
    assert done.stdout.endswith(f", unless: edgectl confirm {before + 1}\n")
    waiting = pending(net)
    assert 0 < waiting.pop("seconds_left") <= BRIEF
    assert waiting == {"back_generation": before, "back_mode": "enforce"}
    assert f", unless: edgectl confirm {before + 1} (or edgectl rollback)\n" in net.edgectl().stdout
    net.config = NEW
    comes_back(net, before + 2)
    media(net, BEFORE)
    assert pending(net) is None and "pending" not in net.edgectl().stdout
    one, two = client.events()
    assert one.pop("confirm-left") == BRIEF
    assert one == {"generation": before + 1, "mode": "enforce", "change": "load",
                   "profile": "lync2013-scaled-public",
                   "confirm-back": before, "confirm-back-mode": "enforce"}
    assert two == {"generation": before + 2, "mode": "enforce",
                   "change": "expire", "profile": "lync2013-scaled-public"}


def test_a_change_that_is_confirmed_stays(net, before, client):
    load(net, NEW, BRIEF)
    client.join()
    done = net.edgectl("confirm")
    assert done.stdout.startswith(
        f"generation {before + 1} stays\n"
        "its configuration is /etc/nf_edge/edge.conf now\n"
        "16 addresses governed, mode enforce, generation ")
    assert [e["change"] for e in client.events()] == ["confirm"]
    time.sleep(BRIEF + 1)
    assert net.generation() == before + 1 and pending(net) is None
    media(net, NEW)


@pytest.mark.parametrize("verb", ["confirm", "rollback"])
def test_nothing_is_confirmed_or_taken_back_twice(net, before, verb):
    load(net, NEW, 60)
    net.edgectl(verb)
    for again in "confirm", "rollback":
        done = net.edgectl(again, check=False)
        assert done.returncode == 1 and not done.stdout
        fate = "confirmed" if verb == "confirm" else "taken back by edgectl rollback"
        assert done.stderr.endswith(f": {NONE_WAITS}" + (
            WAY_OUT if again == "rollback" else
            f"; the last load, generation {before + 1}, was {fate}\n"))
    assert net.generation() == before + (1 if verb == "confirm" else 2)


def test_a_rollback_is_at_once(net, before, family):
    load(net, NEW, 3600)
    media(net, NEW, family)
    answer = net.edgectl.json("rollback")
    assert answer == {"schema_version": 1, "generation": before + 2,
                      "governed": 16, "mode": "enforce",
                      "back_generation": before}
    media(net, BEFORE, family)


@pytest.mark.parametrize("words", [
    ("zone", "off", "external"), ("feature", "off", "av"),
    ("row", "off", "external/14", "pic/6"), ("mode", "audit")], ids=" ".join)
def test_a_switch_goes_back_too(net, before, words):
    answer = net.edgectl.json(*words, "--confirm", "1m")
    assert answer["pending"]["seconds_left"] in range(1, 61)
    assert net.edgectl.status()["switched"]
    net.edgectl("rollback")
    assert not net.edgectl.status()["switched"]
    assert net.generation() == before + 2
    media(net, BEFORE)


def test_switches_before_the_change_come_back(net, before):
    net.edgectl("feature", "off", "av")
    load(net, BEFORE.but(ping=["external"]), 60)
    assert net.edgectl.status()["switched"] == []
    net.edgectl("rollback")
    assert net.edgectl.status()["switched"] == ["feature av"]
    media(net, NEW)


def test_without_a_policy_nothing_is_governed_again(net):
    net.edgectl("flush")
    start = net.generation()
    done = load(net, BEFORE, BRIEF)
    assert ("edgectl: warning: no policy is in force now: without edgectl confirm, "
            "nothing is governed again afterwards\n") in done.stderr
    assert f"\nnothing is governed again in {BRIEF}s, at " in done.stdout
    assert pending(net)["back_generation"] is None
    assert net.edgectl.status()["loaded"]
    comes_back(net, start + 2)
    assert not net.edgectl.status()["loaded"]
    load(net, BEFORE, 60)
    assert net.edgectl("rollback").stdout == (
        "no policy is loaded now, as before the change: nothing is governed\n")


def test_what_opens_again_is_said_before(net, before):
    net.edgectl("mode", "audit")
    done = load(net, BEFORE.but(ping=["external"]), 60)
    assert f"edgectl: warning: generation {before + 1} is in mode audit: " in done.stderr
    assert f"generation {before + 1} comes back in 1m 00s, at " in done.stdout
    assert done.stdout.endswith(" (mode audit: nothing is dropped then), unless: "
                                f"edgectl confirm {before + 2}\n")
    # A load that is refused says nothing of its end.
    done = load(net, NEW, 60, check=False)
    assert done.returncode == 1 and "afterwards" not in done.stderr


def test_a_load_of_what_is_in_force_waits_for_nothing(net, before):
    done = load(net, BEFORE, 1)
    assert done.stdout.startswith("nothing changed: ")
    assert pending(net) is None and net.generation() == before
    assert not WAITING.exists()


# --- one change at a time

def test_another_change_is_refused_while_one_waits(net, before, client):
    """And takes nothing from the one that waits: its file is kept."""
    BOOT.write_text(str(BEFORE), encoding="utf-8")
    load(net, NEW, 60)
    left = pending(net)["seconds_left"]
    for words in (["load", net.edgectl.file(BEFORE)],
                  ["load", "--confirm", "1h", net.edgectl.file(BEFORE)],
                  ["zone", "off", "pic", "--confirm", "1h"]):
        done = net.edgectl(*words, check=False)
        assert done.returncode == 1 and not done.stdout
        *_, said = done.stderr.splitlines()
        assert said.startswith(f"edgectl: nothing was changed: generation {before + 1} "
                               "waits for its confirmation until ")
        assert said.endswith(f"; edgectl confirm {before + 1} or edgectl rollback first")
    with refused(errno.EBUSY, WAITS):
        client.load(BEFORE)
    client.load(BEFORE, dry_run=True)
    assert net.generation() == before + 1
    assert pending(net)["seconds_left"] <= left
    assert net.edgectl.json("check", net.edgectl.file(BEFORE))["changed"]
    assert net.edgectl.json("confirm")["file"] == str(BOOT)
    assert BOOT.read_text(encoding="utf-8") == str(NEW)


def test_two_operators_at_once(net, before):
    """One load waits, the other is refused, and the file is that of the load in force."""
    files = [net.edgectl.file(config, f"{number}.conf") for number, config in
             enumerate((NEW, BEFORE.without(("feature", "remote-access"))))]
    for _ in range(5):
        tools = [net.box.start(net.edgectl.program, "load", "--confirm", "60", file,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for file in files]
        said = [tool.communicate(timeout=600) for tool in tools]
        codes = [tool.returncode for tool in tools]
        assert sorted(codes) == [0, 1], said
        winner = pathlib.Path(files[codes.index(0)])
        assert WAITING.read_text(encoding="utf-8") == winner.read_text(encoding="utf-8")
        assert net.edgectl.json("confirm")["file"] == str(BOOT)
        assert BOOT.read_text(encoding="utf-8") == winner.read_text(encoding="utf-8")
        net.load(BEFORE)


def test_a_late_confirmation_keeps_no_change_of_another(net, before, client):
    """His own was taken back, and another operator's waits: that one goes back too, and
    its file is kept until then."""
    load(net, NEW, 60)
    net.edgectl("rollback")
    mine, theirs = before + 1, before + 3
    done = net.edgectl("confirm", str(mine), check=False)
    assert done.returncode == 1 and f": {NONE_WAITS}; the last load, " in done.stderr
    load(net, NEW.but(ping=["internal"]), BRIEF)
    done = net.edgectl("confirm", str(mine), check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"edgectl: cannot confirm generation {mine}: {OTHER_WAITS}\n"
    with refused(errno.ESTALE, OTHER_WAITS, "generation"):
        client.do("confirm", generation=theirs - 1)
    assert pending(net)["back_generation"] == before + 2
    assert WAITING.exists() and not BOOT.exists()
    media(net, NEW)
    comes_back(net, theirs + 1)
    media(net, BEFORE)
    assert not BOOT.exists()


def test_a_confirmation_names_its_change(net, before, client):
    load(net, NEW, 60)
    net.edgectl("zone", "off", "pic")       # joins the change
    done = net.edgectl("confirm", str(before + 1), check=False)
    assert done.returncode == 1 and OTHER_WAITS in done.stderr
    assert pending(net)
    assert net.edgectl.json("confirm", str(before + 2)) == {
        "schema_version": 1, "generation": before + 2, "governed": 16, "mode": "enforce",
        "file": str(BOOT)}
    assert BOOT.read_text(encoding="utf-8") == str(NEW)
    assert net.edgectl.status()["switched"] == ["zone pic"]
    # So does a request of its own, or of an older tool, which names nothing.
    for names in True, False:
        client.load(BEFORE, confirm_timeout=60)
        now = net.generation()
        named = {"generation": now} if names else {}
        assert client.do("confirm", named)["generation"] == now
        assert pending(net) is None
        client.load(NEW)


@pytest.mark.parametrize("boot", ["none", "other", "same"])
def test_a_file_that_is_gone_is_told(net, before, boot):
    """The change stays; a boot that loads the same all the same, and a switch,
    which has no file, are no fault."""
    load(net, NEW, 60)
    WAITING.unlink()
    if boot != "none":
        BOOT.write_text(str(NEW if boot == "same" else BEFORE), encoding="utf-8")
    done = net.edgectl("confirm", check=False)
    assert done.returncode == (0 if boot == "same" else 3)
    assert bool(done.stdout) == (boot == "same")
    assert net.generation() == before + 1 and pending(net) is None
    assert done.stderr == ("" if boot == "same" else (
        f"edgectl: generation {before + 1} stays, but the next boot does not load it: "
        f"{WAITING} is gone; edgectl show config prints what is in force, for {BOOT}\n"))
    net.edgectl("zone", "off", "pic", "--confirm", "60")
    assert net.edgectl("confirm").stderr == ""


@pytest.mark.parametrize("who", ["load", "confirm"])
def test_a_tool_that_hangs_holds_nobody_up_for_long(net, before, who):
    """Stopped amid a load that waits: no other load begins, and a confirmation comes in time."""
    folder = os.open(BOOT.parent, os.O_RDONLY)
    try:
        if who == "confirm":
            load(net, NEW, 60)
        fcntl.flock(folder, fcntl.LOCK_EX)
        began = time.monotonic()
        if who == "confirm":
            assert net.edgectl.json("confirm")["file"] == str(BOOT)
        else:
            done = load(net, NEW, 60, check=False)
            assert done.returncode == 1 and "locked for five seconds" in done.stderr
            assert net.generation() == before and not WAITING.exists()
        assert time.monotonic() - began < 60
    finally:
        os.close(folder)


def test_a_plain_switch_is_part_of_the_change(net, before):
    load(net, NEW, 60)
    done = net.edgectl("zone", "off", "pic")
    assert f"\ngeneration {before} comes back in " in done.stdout
    net.edgectl("rollback")
    assert net.edgectl.status()["switched"] == []
    media(net, BEFORE)
    load(net, NEW, 60)
    net.edgectl("zone", "off", "pic")
    net.edgectl("confirm")
    assert net.edgectl.status()["switched"] == ["zone pic"]


def test_a_flush_ends_both(net, before):
    load(net, NEW, BRIEF)
    net.edgectl("flush")
    assert pending(net) is None
    time.sleep(BRIEF + 1)
    assert not net.edgectl.status()["loaded"]
    assert net.generation() == before + 2


@pytest.mark.parametrize("seconds", [0, 86401, 1 << 31])
def test_other_times_are_refused(net, before, client, seconds):
    for operation, more in ("load", policy(NEW)), ("switch", {"mode": "audit"}):
        with pytest.raises(Refusal) as caught:
            client.do(operation, {**more, "confirm-timeout": seconds})
        assert caught.value.errno == errno.ERANGE
        assert caught.value.place == "confirm-timeout"
    assert net.generation() == before


# --- what may happen meanwhile

def test_rows_that_the_change_lacks_count_on(net):
    """Those of both policies too; a reset meanwhile holds for these."""
    own = {"rdp": {"service": "internal", "in": ["tcp/3389"], "peers": ["admins"]}}
    with_row = BEFORE.but(zones=[*ZONES, "site"], rows=own,
                          peers={"admins": ["192.168.10.0/24"]})
    net.edgectl("rollback", check=False)
    net.load(with_row)
    net.passes("tcp", net.at("frontend", 4), net.at("edge1.internal", 4), 3389,
               [RDP])
    net.passes("udp", net.at("client", 4), net.at("edge1.av", 4), 3478,
               ["external/14"])
    start = net.edgectl.counters()
    assert start.rows["edge1", "site/rdp"]["connections"] >= 1
    load(net, BEFORE, 60)
    assert ("edge1", "site/rdp") not in net.edgectl.counters().rows
    net.edgectl("rollback")
    assert net.edgectl.counters() == start
    load(net, BEFORE, 60)
    net.edgectl("counters", "--reset")
    net.edgectl("rollback")
    after = net.edgectl.counters()
    assert after.rows["edge1", "site/rdp"] == start.rows["edge1", "site/rdp"]
    assert not after.rows["edge1", "external/14"]["connections"]


@pytest.mark.parametrize("change", [
    {"profile": "sfb2019"}, {"nodes": {"other": {"access": ["131.107.155.99"]}}}],
    ids=lambda c: next(iter(c)))
def test_nodes_that_the_change_lacks_count_on(net, before, change):
    net.passes("udp", net.at("client", 4), net.at("edge1.av", 4), 3478,
               ["external/14"])
    start = net.edgectl.counters()
    assert start.rows["edge1", "external/14"]["connections"]
    config = BEFORE.but(**change)
    if "profile" in change:
        config = config.but(zones=["external"], features=["remote-access"],
                            peers=dict.fromkeys(BEFORE.peers))
    load(net, config, 60)
    assert net.edgectl.counters() != start
    net.edgectl("rollback")
    assert net.edgectl.counters() == start


def test_interfaces_are_looked_up_anew(net, before):
    config = BEFORE.but(interfaces={**BEFORE.interfaces, "late0": ["external"]})
    net.edgectl.load(config)
    load(net, NEW, 60)
    net.box.ip("link add late0 type dummy")
    try:
        net.edgectl("rollback")
        said = net.edgectl.explain("udp", "198.51.100.7", net.at("edge1.av", 4).address,
                                   3478, arrives="late0")
        assert said["verdict"] == "accept"
        late, = [i for i in net.edgectl.status()["interfaces"]
                 if i["name"] == "late0"]
        assert late["present"]
    finally:
        net.box.ip("link delete late0")


def test_a_clock_that_is_set_changes_nothing(net, before):
    now = time.clock_gettime(time.CLOCK_REALTIME)
    start = time.clock_gettime(time.CLOCK_MONOTONIC)
    load(net, NEW, BRIEF)
    try:
        time.clock_settime(time.CLOCK_REALTIME, now - 86400)
        assert 0 < pending(net)["seconds_left"] <= BRIEF
        time.clock_settime(time.CLOCK_REALTIME, now + 86400)
        assert 0 < pending(net)["seconds_left"] <= BRIEF
        comes_back(net, before + 2)
        assert time.clock_gettime(time.CLOCK_MONOTONIC) - start >= BRIEF
    finally:
        passed = time.clock_gettime(time.CLOCK_MONOTONIC) - start
        time.clock_settime(time.CLOCK_REALTIME, now + passed)


def test_a_namespace_that_ends_takes_its_change_along(net):
    net.edgectl("flush")
    until(lambda: not module_references(), "nobody holds the module")
    for seconds in (1, 3600):
        ns = Namespace("brief")
        tool = Edgectl(ns)
        tool("load", tool.file(BEFORE))
        tool("load", "--confirm", f"{seconds}s", tool.file(NEW, "new.conf"))
        ns.close()
        tool.close()
    until(lambda: not module_references(), "nobody holds the module")
    time.sleep(2)


def test_the_module_stays_until_it_is_over(net):
    net.edgectl("flush")
    until(lambda: not module_references(), "nobody holds the module")
    load(net, BEFORE, BRIEF)
    assert module_references() == 1
    done = net.box.run("rmmod", "nf_edge", check=False)
    assert done.returncode and "in use" in done.stderr
    until(lambda: not module_references(), "nothing is governed again")


# --- the file that a boot loads

def test_a_confirmation_puts_the_file_in_place(net, before):
    BOOT.write_text(str(BEFORE), encoding="utf-8")
    BOOT.chmod(0o640)
    text = f"# a comment\n{NEW}"
    load(net, text, 60)
    assert BOOT.read_text(encoding="utf-8") == str(BEFORE)
    assert WAITING.read_text(encoding="utf-8") == text
    assert net.edgectl.json("confirm")["file"] == str(BOOT)
    assert BOOT.read_text(encoding="utf-8") == text
    assert BOOT.stat().st_mode & 0o777 == 0o640
    assert OLD.read_text(encoding="utf-8") == str(BEFORE)
    assert not WAITING.exists()


@pytest.mark.parametrize("end", ["rollback", "expire"])
def test_a_boot_loads_what_was_confirmed(net, before, end):
    BOOT.write_text(str(BEFORE), encoding="utf-8")
    load(net, NEW, 60 if end == "rollback" else 1)
    if end == "rollback":
        net.edgectl("rollback")
        assert not WAITING.exists()
    comes_back(net, before + 2)
    assert BOOT.read_text(encoding="utf-8") == str(BEFORE)
    # A switch that is confirmed later does not bring the file back.
    net.edgectl("zone", "off", "pic", "--confirm", "60s")
    done = net.edgectl("confirm")
    assert done.stdout.startswith(f"generation {before + 3} stays\n16 addresses")
    assert BOOT.read_text(encoding="utf-8") == str(BEFORE)


def test_the_file_of_the_boot_cannot_wait(net, before):
    BOOT.write_text(str(NEW), encoding="utf-8")
    for name in [BOOT], []:
        done = net.edgectl("load", "--confirm", "60s", *name, check=False)
        assert done.returncode == 1 and "is what the next boot loads" in done.stderr
    assert net.generation() == before and pending(net) is None


def test_a_symbolic_link_stays_one(net, before, tmp_path):
    target = tmp_path / "real.conf"
    target.write_text(str(BEFORE), encoding="utf-8")
    BOOT.symlink_to(target)
    load(net, NEW, 60)
    net.edgectl("confirm")
    assert BOOT.is_symlink()
    assert target.read_text(encoding="utf-8") == str(NEW)


def test_a_list_beside_the_symbolic_link_is_found(net, before, tmp_path):
    """Where it is looked for at boot, and not beside the target of the link."""
    target, lists = tmp_path / "real.conf", BOOT.with_name("crl.list")
    target.write_text(str(BEFORE), encoding="utf-8")
    BOOT.symlink_to(target)
    lists.write_text("192.0.2.0/24\n", encoding="ascii")
    new = BOOT.with_name("new.conf")
    new.write_text(f'{BEFORE.but(peers={"crl": None})}peers crl {{ file = "crl.list" }}\n',
                   encoding="utf-8")
    try:
        net.edgectl("load", "--confirm", "60s", new)
        assert net.edgectl.json("confirm")["file"] == str(BOOT)
        assert BOOT.is_symlink()
        assert target.read_text(encoding="utf-8") == new.read_text(encoding="utf-8")
        assert net.edgectl("load").stdout.startswith("nothing changed: ")
    finally:
        lists.unlink()
        new.unlink()


def test_lists_have_whole_names_where_the_folder_changes(net, before, tmp_path):
    (tmp_path / "crl.list").write_text("192.0.2.0/24\n", encoding="ascii")
    file = tmp_path / "new.conf"
    text = str(BEFORE.but(peers={"crl": None}))
    file.write_text(text + 'peers crl { file = "crl.list" }\n', encoding="utf-8")
    done = net.edgectl("load", "--confirm", "60s", file, check=False)
    assert done.returncode == 1 and "write its whole path" in done.stderr
    assert net.generation() == before
    file.write_text(text + f'peers crl {{ file = "{tmp_path}/crl.list" }}\n',
                    encoding="utf-8")
    net.edgectl("load", "--confirm", "60s", file)
    # What is in force does not stand in the list any more.
    (tmp_path / "crl.list").write_text("192.0.3.0/24\n", encoding="ascii")
    done = net.edgectl("confirm", check=False)
    assert done.returncode == 3 and not done.stdout
    assert f"generation {before + 1} stays, but the next boot does not load it" in done.stderr
    assert not BOOT.exists() and WAITING.exists()
    assert pending(net) is None


def test_standard_input_may_wait(net, before):
    net.edgectl("load", "--confirm", "60s", "-", stdin=str(NEW))
    net.edgectl("confirm")
    assert BOOT.read_text(encoding="utf-8") == str(NEW)


def test_a_file_that_cannot_be_kept_changes_nothing(net, before):
    subprocess.run(["mount", "-o", "remount,ro", "/etc/nf_edge"], check=True)
    try:
        done = load(net, NEW, 60, check=False)
        assert done.returncode == 1 and "cannot be kept" in done.stderr
        assert net.generation() == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", "/etc/nf_edge"], check=True)


# --- the tool killed, and the last moment

def test_the_tool_may_be_killed_at_any_moment(net, before):
    """Under traffic that both policies permit: whatever the tool had done, one
    of the two is in force, and the one before comes back."""
    dice = random.Random(SEED)
    outside, access, av = (net.at(name, 4) for name in (
        "client", "edge1.access", "edge1.av"))
    file = net.edgectl.file(NEW, "new.conf")
    generation, waited, longest = before, 0, 0.1
    with Stream(net, outside, access, 443) as sip, \
            Datagrams(net, outside, av, 9, permitted=False) as nothing:
        for turn in range(KILLS):
            process = net.box.start(net.edgectl.program, "load", "--confirm",
                                    "1s" if not turn % 5 else "1h", file,
                                    stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0, longest))
            process.send_signal(signal.SIGKILL)
            done = process.wait()
            now = net.generation()
            # Kill later where the tool had done nothing yet, and the other way.
            longest *= 0.7 if now > generation or not done else 1.5
            if turn % 5 and now > generation:
                assert now == generation + 1 and pending(net)
                net.edgectl("rollback")
            if now > generation:
                waited += 1
                comes_back(net, generation + 2)
            generation = net.generation()
            assert pending(net) is None
            said = net.edgectl.explain("udp", outside.address, av.address, 3478,
                                       arrives="wan0")
            assert said["verdict"] == "accept", turn
        sip.moves()
    assert sip.received == sip.sent and not nothing.arrived
    assert 0 < waited < KILLS, "kill at other moments"


def test_a_confirmation_in_the_last_moment_wins_or_loses(net):
    """Exactly one of the two, and the answer says which one."""
    net.edgectl("flush")
    dice = random.Random(SEED)
    spaces = [Namespace(f"race{i}") for i in range(AT_ONCE)]
    clients = [Client(ns) for ns in spaces]
    listeners = [Client(ns) for ns in spaces]
    for listener in listeners:
        listener.join()
    wins = losses = rounds = 0
    spread = 0.02
    try:
        for client in clients:
            client.load(BEFORE)
        # A slow machine is late by more than that: then from further away.
        while rounds * AT_ONCE < RACES or (rounds < 20 and not (wins and losses)):
            if rounds and not (wins and losses):
                spread = min(2 * spread, 1)
            rounds += 1
            due = []
            for i, client in enumerate(clients):
                client.load(NEW, confirm_timeout=1)
                at = time.monotonic() + 1 + dice.uniform(-spread, spread)
                heapq.heappush(due, (at, i))
            while due:
                at, i = heapq.heappop(due)
                time.sleep(max(0, at - time.monotonic()))
                try:
                    clients[i].do("confirm")
                    won = True
                except Refusal as refusal:
                    assert (refusal.errno, refusal.sentence) == (errno.ENOENT, NONE_WAITS)
                    won = False
                wins, losses = wins + won, losses + (not won)
                changes = [e["change"] for e in listeners[i].events(wait=True)]
                assert changes[-1] == ("confirm" if won else "expire"), changes
                status = clients[i].do("status-get")
                assert "confirm-left" not in status
                assert ("av" in status["features"]) == (not won)
            time.sleep(0.1)
            for client, listener in zip(clients, listeners):
                assert listener.events() == []      # it is settled
                client.load(BEFORE)
                listener.events()
    finally:
        for one in clients + listeners + spaces:
            one.close()
    assert wins + losses >= RACES
    assert wins and losses, "race closer to the deadline"
