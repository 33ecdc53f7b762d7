# SPDX-License-Identifier: GPL-2.0-only
"""Each verb with a module of another release: what both know is done, with a
warning; what the module does not know is refused alone, and said."""

import re
import subprocess

import pytest

import packets
from exposition import Metrics
from netlib import reference, until
from wire import module_exchanged

ALL = reference()
VERSION = {"older": "0.0.9", "newer": "9.9.9"}


@pytest.fixture
def edgectl(net, release):
    """edgectl, whose one warning is taken off and looked at."""
    net.load(ALL)
    own = re.match(r"edgectl (\S+)", net.edgectl("--version", check=False).stdout)[1]
    warning = (f"edgectl: warning: the module in the kernel is version {VERSION[release]}, this "
               f"edgectl {own}: edgectl upgrade-module, or the next boot\n")

    def run(*words, warns=True, code=0, **options):
        done = net.edgectl(*words, check=False, **options)
        assert done.stderr.count(warning) == warns, done.stderr
        done.stderr = done.stderr.replace(warning, "")
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done
    return run


def file_of(net, tmp_path, **changes):
    path = tmp_path / "site.conf"
    path.write_text(str(ALL.but(**changes)), encoding="utf-8")
    return path


def test_each_verb_is_here(net):
    """And has a test below."""
    verbs = re.findall(r"^  ([\w-]+) +\S", net.edgectl("--help").stdout.split("\n\n")[1], re.M)
    with open(__file__, encoding="utf-8") as file:
        tested = file.read()
    assert verbs and [verb for verb in verbs if f'"{verb}"' not in tested] == []


def test_version_says_both_and_is_exit_3(edgectl, release):
    assert f"module {VERSION[release]}\n" in edgectl("--version", code=3).stdout


def test_what_only_reads_reads(net, edgectl, tmp_path):
    for words in (["show"], ["show", "rows"], ["show", "nodes"], ["show", "peers"],
                  ["show", "config"], ["show", "hash"], ["counters"], ["counters", "--json"],
                  ["export", "nftables"], ["check", file_of(net, tmp_path)],
                  ["diff", file_of(net, tmp_path)], ["history"],
                  ["explain", "--in", "wan0", "tcp", "198.51.100.7", "edge1.access:443"]):
        done = edgectl(*words)
        assert done.stdout and "edgectl: " not in done.stderr, (words, done.stderr)
    assert edgectl("top", "--batch", "-n", "1", warns=False).stdout
    edgectl("advise")
    assert edgectl("report", "--html").stdout
    again = tmp_path / "again.conf"
    again.write_text(edgectl("show", "config").stdout, encoding="utf-8")
    edgectl("diff", again)
    expected = tmp_path / "expect"
    expected.write_text("--in wan0 tcp 198.51.100.7 edge1.access:3389 => drop no-row\n",
                        encoding="utf-8")
    edgectl("test", "--running", expected)
    edgectl("init", warns=False)


def test_metrics_do_not_warn(edgectl, release):
    """A timer would write the warning twice a minute."""
    done = edgectl("metrics", warns=False)
    assert not done.stderr
    found = Metrics(done.stdout)
    labels, value = found.of("nf_edge_info")[0]
    assert (labels["module"], value) == (VERSION[release], 1)
    assert found["nf_edge_up"] == 1


def test_a_policy_is_loaded_switched_and_flushed(net, edgectl, release, tmp_path):
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    net.connect("tcp", client, access, 443).exchange()
    done = edgectl("load", file_of(net, tmp_path, mode="audit"))
    assert ("does not know part of this request" in done.stdout) == (release == "older")
    done = edgectl("load", "--fail-if-cut", "0", file_of(net, tmp_path),
                   code=3 if release == "older" else 0)
    assert ("nothing was changed" in done.stderr) == (release == "older")
    assert net.edgectl.status()["mode"] == ("audit" if release == "older" else "enforce")
    edgectl("load", file_of(net, tmp_path, mode="audit"))
    for words in (["mode", "enforce"], ["zone", "off", "pic"], ["feature", "off", "xmpp"],
                  ["row", "off", "external/5"]):
        edgectl(*words)
    net.refuses("tcp", client, access, 443, "disabled", near=["external/5", "pic/3"])
    edgectl("row", "on", "external/5")
    net.passes("tcp", client, access, 443, ["external/5"])
    edgectl("counters", "--reset")
    edgectl("flush")
    assert edgectl("show").stdout
    assert not net.edgectl.status()["loaded"]


def test_a_change_that_goes_back(edgectl, net, release, tmp_path):
    """What an older module does not know: nothing is changed."""
    before = net.edgectl.status()
    if release == "older":
        for words in (["load", "--confirm", "60s", file_of(net, tmp_path, mode="audit")],
                      ["mode", "--confirm", "60s", "audit"]):
            done = edgectl(*words, code=1)
            assert not done.stdout
            assert "does not know part of this request of edgectl" in done.stderr
        assert net.edgectl.status() == before
        assert edgectl("confirm", code=1).stderr
    else:
        edgectl("mode", "--confirm", "60s", "audit")
        edgectl("rollback")
        edgectl("mode", "--confirm", "60s", "audit")
        edgectl("confirm")
        assert net.edgectl.status()["mode"] == "audit"


def test_events(edgectl, net, release):
    if release == "older":
        done = edgectl("monitor", "--for", "1s", code=1)
        assert "does not know this operation of edgectl" in done.stderr and not done.stdout
        edgectl("why", "198.51.100.7", "--for", "1s", code=1)
        edgectl("learn", "--for", "1s", "--file", "/tmp/nf_edge-learned", code=1)
        return
    edgectl("why", "198.51.100.7", "--for", "1s")
    listening = net.box.start(net.edgectl.program, "monitor", "--count", "1", "--json",
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    client, access = net.at("client", 4), net.at("edge1.access", 4)

    def comes():
        net.injects(client, packets.tcp(client.address, access.address, net.port(), 3389))
        return listening.poll() == 0
    until(comes, "an event comes")
    assert '"no-row"' in listening.stdout.read()


def test_the_module_is_exchanged(edgectl, net, release):
    """An older module takes neither counters nor switches of another."""
    file = subprocess.run(["modinfo", "-n", "nf_edge"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    net.injects(client, packets.tcp(client.address, access.address, net.port(), 3389))
    edgectl("zone", "off", "pic")
    before = net.edgectl.json("counters")["drops"]
    done = edgectl("upgrade-module", file, warns=False)
    module_exchanged()
    status = net.edgectl.status()
    assert "pic" not in status["zones"] and status["mode"] == "enforce"
    if release == "older":
        assert ("edgectl: warning: zone pic: the module in the kernel, version 0.0.9, does not know "
                "part of this request of edgectl ") in done.stderr
        assert "edgectl: warning: counters begin at zero: " in done.stderr
        assert status["switched"] == []
    else:
        assert done.stderr == "" and status["switched"] == ["zone pic"]
        assert net.edgectl.json("counters")["drops"] == before
    net.refuses("tcp", client, access, 3389, "no-row")
