# SPDX-License-Identifier: GPL-2.0-only
"""edgectl upgrade-module: the module is exchanged under traffic. What the
policy permits goes on, what it refuses never gets through, and nothing is
forgotten; when it cannot be done, the policy holds all the same."""

import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

import packets
from flows import Datagrams, Stream
from netlib import reference, until
from wire import (Client, load_module, module_exchanged, module_is_loaded,
                  nobody_uses_the_module)

ALL = reference()
UPGRADES = int(os.environ.get("NF_EDGE_UPGRADES", "5"))


@pytest.fixture
def net(net):
    """No namespace of a test before has a policy."""
    nobody_uses_the_module(net)
    yield net
    tables(net, "delete table inet nf_edge_upgrade")
    if not module_is_loaded():
        module_exchanged()
        load_module()


@pytest.fixture
def module():
    return subprocess.run(["modinfo", "-n", "nf_edge"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


def tables(net, command="list tables"):
    return net.box.run("nft", command, check=False).stdout


def upgrade(net, *words, code=0):
    done = net.edgectl("upgrade-module", *words, check=False)
    module_exchanged()
    assert done.returncode == code, done.stderr
    return done


def told(net):
    """What the module says of policy and counters, but for its moments."""
    status, counters = net.edgectl.status(), net.edgectl.json("counters")
    for name in "generation", "conntrack", "next_boot":
        del status[name]
    for name in "generation", "time":
        del counters[name]
    shown = net.edgectl("show", "config").stdout
    return status, counters, re.sub(r"generation \d+", "", shown)


def all_sorts(net):
    """Packets of several rows and reasons, of both nodes."""
    client, user = net.at("client", 4), net.at("user", 4)
    for node in "edge1", "edge2":
        access, av = net.at(f"{node}.access", 4), net.at(f"{node}.av", 4)
        for port, count in ((443, 3), (5061, 2), (9, 4)):
            net.injects(client, *[packets.tcp(client.address, access.address, net.port(), port)
                                  for _ in range(count)])
        net.injects(client, packets.udp(client.address, av.address, net.port(), 3478))
        inside = net.at(f"{node}.internal", 4)
        net.injects(user, packets.tcp(user.address, inside.address, net.port(), 8057))


@pytest.mark.parametrize("mode", ["enforce", "audit"])
def test_nothing_is_forgotten(quiet, net, module, mode):
    """Switches, which of them are the configuration's, and each counter."""
    net.load(ALL.but(mode=mode, rows_off=["external/1", "external/2"], zones=["external", "internal",
                                                                              "pic"]))
    all_sorts(net)
    other = {"enforce": "audit", "audit": "enforce"}[mode]
    for words in (("zone", "off", "pic"), ("zone", "on", "xmpp"), ("feature", "off", "av"),
                  ("row", "on", "external/1"), ("row", "off", "external/5"),
                  ("mode", other, "--force")):
        net.edgectl(*words)
    all_sorts(net)
    before = told(net)
    done = upgrade(net, module)
    version = net.edgectl.status()["version"]
    assert done.stdout.startswith(f"module {version} exchanged for {version}\n")
    assert f"mode {other}, generation 1\n" in done.stdout and done.stderr == ""
    assert told(net) == before
    assert "nf_edge_upgrade" not in tables(net)
    # The counters count on, and a reset takes all of them along.
    all_sorts(net)
    now = net.edgectl.json("counters")
    assert now != before[1]
    net.edgectl("counters", "--reset")
    assert not any(drop["packets"] for drop in net.edgectl.json("counters")["drops"])


def test_connections_go_on_and_nothing_gets_in(net, family, module):
    net.load(ALL)
    ends = {name: net.at(name, family) for name in ("client", "edge1.access", "edge1.av")}
    client, av = ends["client"], ends["edge1.av"]
    with Datagrams(net, client, av, 3478) as media, \
            Stream(net, client, ends["edge1.access"], 443) as sip, \
            Datagrams(net, client, av, 9, permitted=False) as nothing:
        for _ in range(UPGRADES):
            answer = net.edgectl.json("upgrade-module", module)
            module_exchanged()
            assert answer["changed"] and answer["counters_carried"]
            assert answer["mode"] == "enforce" and answer["governed"]
            for flow in media, sip, nothing:
                flow.moves()
            # A connection that begins now is judged as any other.
            one = net.connect("tcp", client, net.at("edge2.access", family), 443)
            one.exchange()
            one.close()
    assert not media.lost and sip.received == sip.sent
    assert nothing.sent and not nothing.arrived
    assert "nf_edge_upgrade" not in tables(net)


def test_who_is_cut_off_has_a_policy_all_the_same(net, module):
    """The terminal goes in the middle of it."""
    net.load(ALL)
    for number in signal.SIGHUP, signal.SIGINT, signal.SIGTERM:
        with net.box.entered():
            child = subprocess.Popen([net.edgectl.program, "upgrade-module", module],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        until(lambda: "nf_edge_upgrade" in tables(net) or child.poll() is not None,
              "the ruleset holds")
        child.send_signal(number)
        child.communicate()
        module_exchanged()
        assert net.edgectl.status()["mode"] == "enforce"
        assert "nf_edge_upgrade" not in tables(net)


def broken(module, folder, old, new):
    """A copy of the module with another text in it."""
    data = pathlib.Path(module).read_bytes()
    assert old in data and len(old) == len(new)
    folder.joinpath("nf_edge.ko").write_bytes(data.replace(old, new))
    return str(folder / "nf_edge.ko")


def test_the_ruleset_holds_where_the_module_does_not_load(net, module, tmp_path):
    """It has the look of a module, and the kernel lacks a function for it."""
    net.load(ALL)
    file = broken(module, tmp_path, b"\0nf_register_net_hooks\0", b"\0nf_register_net_hookz\0")
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    said = upgrade(net, file, code=3).stderr
    assert said.startswith(f"edgectl: {file}: ") and said.endswith(
        "; the ruleset inet nf_edge_upgrade holds the policy until nf_edge does: modprobe nf_edge "
        "&& edgectl load, then nft delete table inet nf_edge_upgrade\n")
    assert not module_is_loaded()
    one = net.connect("tcp", client, access, 443)
    one.exchange()
    one.close()
    tap = net.tap(access)
    net.injects(client, packets.tcp(client.address, access.address, net.port(), 3389))
    net.marks(tap)
    assert not net.traffic(tap, client.address, access.address, 3389, None)[0][0]
    # The remedy, as it says.
    load_module()
    net.edgectl.load(ALL)
    tables(net, "delete table inet nf_edge_upgrade")
    net.refuses("tcp", client, access, 3389, "no-row")
    net.passes("tcp", client, access, 443, ["external/5", "pic/3"])


def refused(net, says, *words):
    before = net.edgectl.status() if module_is_loaded() else None
    done = net.edgectl("upgrade-module", *words, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"edgectl: {says}\n"
    assert net.edgectl.status() == before
    assert "nf_edge_upgrade" not in tables(net)


def test_what_cannot_be_done_changes_nothing(net, module, tmp_path):
    net.edgectl("flush")
    refused(net, "no policy is in force: modprobe -r nf_edge && modprobe nf_edge, then edgectl load",
            module)
    net.load(ALL)
    other = tmp_path / "other.ko"
    other.write_bytes(b"no module")
    for name in other, tmp_path / "absent.ko":
        refused(net, f"{name}: is no nf_edge.ko that can be read; nothing was changed", str(name))
    release = os.uname().release.encode()
    wrong = release[:-1] + b"?"
    file = broken(module, tmp_path, b"vermagic=" + release + b" ", b"vermagic=" + wrong + b" ")
    refused(net, f"{file} is built for the kernel {wrong.decode()}, and this is "
            f"{release.decode()}: build it for this one; nothing was changed", file)
    net.edgectl("mode", "audit", "--confirm", "1h")
    done = net.edgectl("upgrade-module", module, check=False)
    assert done.returncode == 1 and "waits for its confirmation" in done.stderr
    net.edgectl("rollback")
    with Client(net.spaces["inet"]) as elsewhere:
        elsewhere.load(ALL.but(interfaces={}))
        refused(net, "1 other holders keep the module in the kernel: edgectl flush in each other "
                "network namespace with a policy; nothing was changed", module)
        elsewhere.do("flush")


def test_the_same_version_is_left_alone(net, module):
    """Unless its file is named."""
    net.load(ALL)
    generation = net.generation()
    done = net.edgectl("upgrade-module")
    version = net.edgectl.status()["version"]
    assert done.stdout == f"nothing changed: the module in the kernel is version {version} already\n"
    answer = net.edgectl.json("upgrade-module")
    assert answer["changed"] is False and answer["from"] == answer["to"] == version
    assert answer["generation"] == net.generation() == generation
