# SPDX-License-Identifier: GPL-2.0-only
"""The net under the module: the ruleset of the configuration that the boot loads
is kept, and holds where the module is not."""

import pathlib
import platform
import re
import shutil
import subprocess
import time

import pytest

import packets
from exposition import Metrics
from netlib import OPEN, reference, until
from test_examples import EXAMPLES
from wire import load_module, nobody_uses_the_module, unload_module

TREE = pathlib.Path(__file__).resolve().parents[2]
BOOT = pathlib.Path("/etc/nf_edge/edge.conf")
FALLBACK = TREE / "boot/fallback"
ALL = reference()


@pytest.fixture(name="state")
def fixture_state(net, tmp_path, monkeypatch):
    """A folder of facts of its own, without a policy in force."""
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("NF_EDGE_STATE", str(state))
    net.edgectl("flush")
    yield state
    net.box.run("nft", "flush", "ruleset")
    for left in BOOT.parent.iterdir():
        left.unlink()


def boots(net, config):
    BOOT.write_text(str(config), encoding="utf-8")
    net.config = config
    return net.edgectl("load")


def fallback(net, *words, code=0):
    done = net.box.run(FALLBACK, *words, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(name="bare")
def fixture_bare():
    """A host without netbase, which has the names of protocols and ports."""
    names = [name for name in map(pathlib.Path, ("/etc/protocols", "/etc/services"))
             if name.exists()]
    for name in names:
        subprocess.run(["mount", "--bind", "/dev/null", name], check=True)
    yield
    for name in names:
        subprocess.run(["umount", name], check=True)


def decisions(ruleset):
    """But for the generation, and for the order of addresses in a set."""
    text = re.sub(r"^# (of a configuration|generation \d+), ", "# ", ruleset, count=1, flags=re.M)
    return sorted(part.strip() for part in re.split(r"[\n,{}]", text))


@pytest.mark.parametrize("mode", ["enforce", pytest.param("audit", marks=pytest.mark.whole)])
def test_the_ruleset_of_a_file_is_that_of_its_policy_in_force(net, mode, tmp_path):
    """Of the documented examples, of everything open, of rows of a site's own."""
    own = ALL.but(zones=[*ALL.zones, "site"], peers={**ALL.peers, "admins": ["192.0.2.0/24"]},
                  mode=mode, rows={"rdp": {"service": "internal", "in": ["tcp/3389"],
                                           "peers": ["admins"]}})
    file = tmp_path / "site.conf"
    for config in dict.fromkeys(map(str, [*(example.config(mode) for example in EXAMPLES),
                                          OPEN.but(mode=mode), own])):
        net.edgectl.load(config)
        file.write_text(config, encoding="utf-8")
        of_file = net.edgectl("export", "nftables", file).stdout
        in_force = net.edgectl("export", "nftables").stdout
        assert "# of a configuration, mode" in of_file
        assert decisions(of_file) == decisions(in_force)


def test_a_wrong_file_has_no_ruleset(net, tmp_path):
    file = tmp_path / "site.conf"
    file.write_text("mode = on\n", encoding="utf-8")
    done = net.edgectl("export", "nftables", file, check=False)
    assert (done.returncode, done.stdout) == (1, "") and "site.conf:1" in done.stderr


def test_what_the_boot_loads_is_kept_and_nothing_else(net, state, tmp_path):
    kept = state / "fallback.nft"
    net.edgectl.load(ALL)                               # a file of another name
    assert not kept.exists()
    boots(net, ALL.but(mode="audit"))
    before = kept.read_text(encoding="utf-8")
    assert "mode audit" in before and kept.stat().st_mode & 0o777 == 0o600
    net.edgectl("mode", "enforce")                      # until the next load
    net.edgectl.load(ALL)
    assert kept.read_text(encoding="utf-8") == before
    new = tmp_path / "new.conf"
    new.write_text(str(ALL), encoding="utf-8")
    net.edgectl("mode", "audit")
    net.edgectl("load", "--confirm", "60s", new)
    assert kept.read_text(encoding="utf-8") == before   # it may still go back
    net.edgectl("confirm")
    assert "mode enforce" in kept.read_text(encoding="utf-8")


def test_a_ruleset_that_cannot_be_kept_is_said(net, state):
    shutil.rmtree(state)
    state.write_text("", encoding="utf-8")
    done = boots(net, ALL)
    assert "a boot without the module would not find its ruleset" in done.stderr
    assert net.edgectl.status()["loaded"]
    state.unlink()
    state.mkdir()


def arrives(net, src, dst, port):
    net.connect("tcp", src, dst, port).close()


def is_kept_out(net, src, dst, port):
    tap = net.tap(dst)
    net.injects(src, packets.tcp(src.address, dst.address, net.port(), port))
    net.proves_silence(tap, src.address, dst.address)


def test_the_kept_ruleset_holds_without_the_module(net, state, bare, family):
    """And goes when the module has the policy again."""
    client, access = net.at("client", family), net.at("edge1.access", family)
    boots(net, ALL)
    kept = int((state / "fallback.nft").stat().st_mtime)
    net.edgectl("flush")
    nobody_uses_the_module(net)
    unload_module()
    try:
        says(net, "none")
        done = fallback(net, "load")
        assert "nftables holds the policy of the last load" in done.stdout
        says(net, "policy", since=kept)
        assert "table inet nf_edge" in net.box.run("nft", "list", "tables").stdout
        arrives(net, client, access, 443)
        is_kept_out(net, client, access, 3389)
    finally:
        load_module()
    assert told(net) == {"state": "policy", "kept": kept}       # without a policy in force
    text = net.edgectl().stdout
    assert "NO POLICY LOADED; THE FALLBACK of 20" in text and "systemctl start nf_edge" in text
    boots(net, ALL)
    assert "/usr/lib/nf_edge/fallback remove" in net.edgectl().stderr + net.edgectl().stdout
    fallback(net, "remove")
    assert told(net)["state"] == "none" and "fallback" not in net.edgectl().stdout
    assert "nf_edge" not in net.box.run("nft", "list", "tables").stdout
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    net.refuses("tcp", client, access, 3389, "no-row")
    fallback(net, "remove")                             # nothing to remove


def told(net):
    """The fallback of the status; the metric says the same."""
    found = net.edgectl.json("show", "status", codes=(0, 3))["fallback"]
    active = Metrics(net.edgectl("metrics").stdout)["nf_edge_fallback_active"]
    assert active == (found["state"] != "none")
    return found


def says(net, state, since=None):
    """Without the module: exit 3, with one sentence that names what holds."""
    assert told(net)["state"] == state
    done = net.edgectl(check=False)
    assert (done.returncode, done.stdout) == (3, "") and len(done.stderr.splitlines()) == 1
    holds = {"none": "nf_edge is not loaded: modprobe nf_edge",
             "policy": f"; THE FALLBACK of {time.strftime('%Y-%m-%d %H:%M', time.localtime(since))}",
             "closed": "; THE CLOSED RULESET of nftables is in force, nothing is forwarded: "}
    assert holds[state] in done.stderr, done.stderr
    assert state == "none" or done.stderr.endswith(": systemctl start nf_edge\n")
    answer = net.edgectl.json(codes=(3,))
    assert answer["loaded"] is False and answer["version"] is None and answer["module"]["built"]
    assert answer["module"]["kernel"] == platform.release()


@pytest.mark.parametrize("kept", [None, "table inet nf_edge {"])
def test_without_a_ruleset_nothing_is_forwarded(net, state, bare, kept):
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    arrives(net, client, access, 443)             # nothing is governed
    if kept:
        (state / "fallback.nft").write_text(kept, encoding="utf-8")
    done = fallback(net, "load")
    assert "nothing is forwarded" in done.stderr
    assert told(net)["state"] == "closed"
    assert "NO POLICY LOADED; THE CLOSED RULESET" in net.edgectl().stdout
    tap = net.tap(access)
    net.attempts("tcp", client, access, 443)
    until(lambda: " packets 0 " not in net.box.run("nft", "list", "counter", "inet", "nf_edge",
                                                   "not_forwarded").stdout, "it is dropped")
    assert not tap.arrived(client.address, access.address)
    fallback(net, "remove")
    arrives(net, client, access, 443)


def test_wrong_words(net):
    for words in [], ["stop"]:
        assert "usage: fallback load" in fallback(net, *words, code=64).stderr


def test_the_units_are_sound(tmp_path):
    for unit in "nf_edge.service", "nf_edge-fallback.service":
        text = (TREE / "boot" / unit).read_text(encoding="utf-8")
        assert "ExecStop" not in text and "RefuseManualStop=yes" in text
        assert "Before=network-pre.target" in text
    assert subprocess.run(["sh", "-n", FALLBACK], check=False).returncode == 0
