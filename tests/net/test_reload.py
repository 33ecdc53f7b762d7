# SPDX-License-Identifier: GPL-2.0-only
"""A policy that changes under traffic: what both policies permit goes on
without a loss, what neither permits never gets through, and a load that fails
is as if it had never been."""

import errno
import os
import signal
import subprocess
import time

import pytest

from flows import Datagrams, Stream, lost_by_the_kernel
from netlib import FEATURES, reference, until
from netns import PATIENCE
from wire import (Client, Refusal, hooks_of, load_module, module_is_loaded,
                  module_references, policy, unload_module)

RELOADS = int(os.environ.get("NF_EDGE_RELOADS", "300"))
STALE = ("the policy changed while this was being loaded; nothing was changed, "
         "load again")

# Two policies that have little in common but for what the flows need.
ONE = reference(features=[f for f in FEATURES if f != "ocs2007"])
OTHER = reference(
    zones=["external"], features=["remote-access", "av"], ping=["external"],
    nodes={"edge1": reference().nodes["edge1"],
           "edge3": {"access": ["131.107.155.77", "2001:db8:155::77"]}},
    interfaces={"wan0": ["external"], "lan0": ["internal"],
                "dmz0": ["edge"], "dmz9": ["edge"]},
    peers={"frontend": None, "crl": ["192.0.2.0/24"],
           "dns": [f"10.{i}.0.0/16" for i in range(200)]})


@pytest.fixture
def client(net):
    with Client(net.box) as one:
        yield one


@pytest.fixture
def ends(net, family):
    return {name: net.at(name, family) for name in (
        "client", "partner", "edge1.access", "edge1.av", "edge2.av")}


# Nodes of both policies. Another one takes its counters along, and comes back
# without them.
STAYING = ONE.nodes.keys() & OTHER.nodes.keys()


def never_back(before, now):
    """No counter of a node that stays is less than it was."""
    for table in "rows", "services", "drops":
        old, new = getattr(before, table), getattr(now, table)
        for key in old:
            if table == "drops" or key[0] in STAYING:
                for name, value in old[key].items():
                    assert new[key][name] >= value, (key, name)


@pytest.mark.either_family
def test_hundreds_of_reloads_lose_nothing_and_let_nothing_by(net, ends,
                                                            client):
    """Over the wire, and every fiftieth by edgectl."""
    net.load(ONE)
    # The node that comes and goes has something to take along.
    guest = net.connect("udp", ends["client"], ends["edge2.av"], 3478)
    guest.exchange()
    guest.close()
    files = [net.edgectl.file(str(config), f"{i}.conf")
             for i, config in enumerate((ONE, OTHER))]
    start, first = client.do("status-get")["generation"], client.counters()
    explained = lost_by_the_kernel(net)
    last = first
    outside, av = ends["client"], ends["edge1.av"]
    with Datagrams(net, outside, av, 3478) as media, \
            Stream(net, outside, ends["edge1.access"], 443) as sip, \
            Datagrams(net, outside, av, 9, permitted=False) as nothing, \
            Datagrams(net, outside, av, 55000, permitted=False) as dead:
        for i in range(1, RELOADS + 1):
            if i % 50:
                reply = client.load((ONE, OTHER)[i % 2])
                assert reply["changed"] == 1
                assert reply["generation"] == start + i
            else:
                net.edgectl("load", files[i % 2])
            if not i % 20:
                now = client.counters()
                never_back(last, now)
                last = now
        for flow in media, sip, nothing, dead:
            flow.moves()
    assert client.do("status-get")["generation"] == start + RELOADS
    assert len(media.lost) == lost_by_the_kernel(net) - explained, media.lost
    assert media.sent > 200 and sip.received == sip.sent
    assert nothing.arrived == dead.arrived == 0

    # Each packet was judged once: permitted, or refused for its reason.
    moved = client.counters() - first
    assert {r: c["packets"] for r, c in moved.drops.items()} == {
        "no-row": nothing.sent, "disabled": dead.sent}
    row = moved.rows["edge1", "external/14"]
    assert row["packets_to_edge"] == media.sent - len(media.lost)
    assert row["connections"] == 1 and "packets_from_edge" not in row
    assert moved.rows["edge1", "external/12"] == {"denied": dead.sent}
    assert moved.rows["edge1", "external/5"]["connections"] == 1
    # pic/3 is live in one of the two policies only.
    some, all_of_it = (moved.rows["edge1", i]["packets_to_edge"]
                       for i in ("pic/3", "external/5"))
    assert 0 < some < all_of_it


def test_switching_what_a_flow_does_not_need_does_not_disturb_it(net, ends,
                                                                  client):
    net.load(reference())
    first = client.counters()
    explained = lost_by_the_kernel(net)
    with Datagrams(net, ends["client"], ends["edge1.av"], 3478) as media, \
            Stream(net, ends["client"], ends["edge1.access"], 443) as sip:
        for _ in range(100):
            client.switch(zones_off=["pic", "xmpp"])
            client.switch(features_off=["ocs2007", "live-messenger"])
            client.switch(mode="audit")
            client.switch(zones_on=["pic", "xmpp"], mode="enforce")
            client.switch(features_on=["ocs2007", "live-messenger"])
    moved = client.counters() - first
    assert not moved.drops
    assert len(media.lost) == lost_by_the_kernel(net) - explained
    assert moved.rows["edge1", "external/14"]["packets_to_edge"] == \
        media.sent - len(media.lost)
    assert sip.received == sip.sent


@pytest.mark.parametrize("kind, name", [("zone", "external"),
                                        ("feature", "av")])
def test_a_switch_cuts_a_running_connection_and_lets_it_go_on(net, ends,
                                                              client, kind,
                                                              name):
    """With edgectl's return nothing more gets through. The same connection
    goes on when the switch is on again: TCP sends once more."""
    net.load(reference(zones=["external", "internal"]))
    src, dst = ends["client"], ends["edge1.av"]
    with Stream(net, src, dst, 443) as flow, \
            Datagrams(net, src, dst, 3478, permitted=False) as media:
        media.moves()
        net.edgectl(kind, "off", name)
        tap = net.tap(dst)
        before = client.counters()
        there = flow.sent

        def refused():
            """What has moved, once both flows have tried again: rows are read
            before the reasons, so one try may fall between."""
            moved = client.counters() - before
            return moved if len(moved.rows) == 2 and moved.drops else None
        moved = until(refused, "packets of both are refused")
        until(lambda: flow.sent > there, "it goes on sending")
        net.proves_silence(tap, src.address, dst.address)
        stopped = flow.received
        assert flow.sent > stopped
        assert list(moved.drops) == ["disabled"]
        assert {row for _, row in moved.rows} == {"external/14",
                                                  "external/15"}
        assert all(list(c) == ["denied"] for c in moved.rows.values())
        net.edgectl(kind, "on", name)
        net.awaits(tap, src.address, dst.address, dport=443)
        until(lambda: flow.received > stopped, "it goes on", 20)
        before = client.counters()
        flow.moves(20)
        moved = client.counters() - before
        assert not moved.drops
        # No new connection: it is the one that was cut.
        assert not any("connections" in c for c in moved.rows.values())
    assert flow.received == flow.sent
    assert media.arrived, "and none is dropped afterwards"


def bad_loads():
    """Loads that fail, at each stage at which one can."""
    good = policy(OTHER)
    yield errno.EINVAL, {**good, "mode": None}
    yield errno.EINVAL, {**good, "node": []}
    yield errno.EINVAL, {**good, "node": good["node"] * 2}
    yield errno.EINVAL, {**good, "interface": [
        *good["interface"], {"name": "lo", "sides": ["edge"]}]}
    yield errno.EINVAL, {**good, "peers": [
        {"set": "crl", "prefixes-ipv4": bytes(7)}]}
    yield errno.ESTALE, {**good, "generation": 0}
    yield errno.EINVAL, {**good, "query": [{"local": True}]}


def test_loads_that_fail_change_nothing(net, ends, client):
    net.load(ONE)
    before = client.whole_policy()[1]
    first = client.counters()
    explained = lost_by_the_kernel(net)
    with Datagrams(net, ends["client"], ends["edge1.av"], 3478) as media, \
            Datagrams(net, ends["client"], ends["edge1.av"], 9,
                      permitted=False) as nothing:
        for _ in range(40):
            for number, attributes in bad_loads():
                with pytest.raises(Refusal) as caught:
                    client.do("load", attributes)
                assert caught.value.errno == number
        bad = net.edgectl("load", net.edgectl.file("mode = enforce\n"),
                          check=False)
        assert bad.returncode == 1
    assert client.whole_policy()[1] == before
    moved = client.counters() - first
    assert {r: c["packets"] for r, c in moved.drops.items()} == {
        "no-row": nothing.sent}
    assert not nothing.arrived
    assert len(media.lost) == lost_by_the_kernel(net) - explained


# --- the module

def nobody_else_uses_the_module():
    """What other tests have published is gone."""
    until(lambda: not module_references(), "nobody uses the module")


def test_the_module_stays_while_a_policy_is_published(net, ends, client):
    """rmmod never opens a firewall. After flush it works, under traffic."""
    net.load(ONE)
    with Datagrams(net, ends["client"], ends["edge1.av"], 3478) as media, \
            Datagrams(net, ends["client"], ends["edge1.av"], 9,
                      permitted=False) as nothing:
        done = net.box.run("rmmod", "nf_edge", check=False)
        assert done.returncode and "in use" in done.stderr
        nothing.moves()
        assert module_is_loaded() and not nothing.arrived
        client.do("flush")
        nobody_else_uses_the_module()
        nothing.moves(20)
        unload_module()
        assert not module_is_loaded()
        nothing.moves(20)
        load_module()
        assert client.do("status-get")["generation"] == 0
        media.moves()
    assert nothing.arrived
    net.load(ONE)


@pytest.mark.either_family
def test_loading_and_flushing_under_traffic(net, ends, client):
    client.do("flush")
    nobody_else_uses_the_module()
    before = hooks_of(net.box)
    explained = lost_by_the_kernel(net)
    with Datagrams(net, ends["client"], ends["edge1.av"], 3478) as media, \
            Stream(net, ends["client"], ends["edge1.access"], 443) as sip:
        for i in range(100):
            client.load((ONE, OTHER)[i % 2])
            assert module_references() == 1
            governed = client.do("flush")["governed"]
            assert governed == (16, 10)[i % 2]
        client.load(ONE)
        media.moves()
        sip.moves()
        client.do("flush")
    assert len(media.lost) == lost_by_the_kernel(net) - explained
    assert sip.received == sip.sent
    until(lambda: hooks_of(net.box) == before, "nothing is hooked")
    assert not module_references()


@pytest.mark.either_family
def test_unloading_and_loading_the_module_under_traffic(net, ends, client):
    client.do("flush")
    nobody_else_uses_the_module()
    with Datagrams(net, ends["client"], ends["edge1.av"], 3478) as media:
        for _ in range(10):
            client.load(ONE)
            client.do("flush")
            nobody_else_uses_the_module()
            unload_module()
            load_module()
    assert not media.lost


# --- edgectl, interrupted

@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A configuration with 200,000 prefixes."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "crl.list").write_text("".join(
        f"{10 + (i >> 16)}.{i >> 8 & 255}.{i & 255}.0/24\n"
        for i in range(200_000)))
    file = folder / "edge.conf"
    file.write_text(str(OTHER.but(peers={"crl": None})) +
                    'peers crl { file = "crl.list" }\n')
    return file


class Loading:
    """edgectl load, which is stopped whenever it is not asked to go on."""

    def __init__(self, net, file):
        self.process = net.box.start(net.edgectl.program, "load", file,
                                     stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)

    def stop(self):
        os.kill(self.process.pid, signal.SIGSTOP)

        def stopped():
            with open(f"/proc/{self.process.pid}/stat",
                      encoding="ascii") as file:
                return file.read().rsplit(")", 1)[1].split()[0] in "TZ"
        until(stopped, "edgectl is stopped")

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)


def in_the_middle_of_a_load(net, file):
    """edgectl load, stopped while its transaction is open. A namespace has
    room for four: when three are taken and a fourth cannot be had, edgectl
    has it."""
    others = [Client(net.box) for _ in range(3)]
    for other in others:
        other.do("begin")
    loading = Loading(net, file)
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline
        loading.stop()
        assert loading.process.poll() is None, loading.process.communicate()
        try:
            with Client(net.box) as probe:
                probe.do("begin")
        except Refusal as refusal:
            assert refusal.errno == errno.EBUSY
            for other in others:
                other.close()
            return loading
        loading.go_on()
        end = time.monotonic() + 0.005
        until(lambda: time.monotonic() > end, "edgectl has got on")


@pytest.mark.either_family
def test_edgectl_killed_in_the_middle_leaves_the_running_policy(net, ends,
                                                               client, large):
    net.load(ONE)
    before = client.whole_policy()[1]
    with Datagrams(net, ends["client"], ends["edge1.av"], 3478) as media:
        for _ in range(4):
            loading = in_the_middle_of_a_load(net, large)
            os.kill(loading.process.pid, signal.SIGKILL)
            loading.process.wait()
        # The four have left their places.
        clients = [Client(net.box) for _ in range(4)]
        for one in clients:
            one.do("begin")
            one.close()
    assert client.whole_policy()[1] == before
    assert not media.lost
    net.edgectl("load", large)
    assert client.do("status-get")["governed"] == 10


@pytest.mark.parametrize("change", ["load", "switch", "flush"])
def test_edgectl_says_that_the_policy_has_changed_meanwhile(net, client, large,
                                                            change):
    """With a set that takes a transaction. Exit 1, and nothing is changed."""
    net.load(ONE)
    loading = in_the_middle_of_a_load(net, large)
    if change == "load":
        client.load(ONE.but(mode="audit"))
    elif change == "switch":
        client.switch(zones_off=["pic"])
    else:
        client.do("flush")
    before = client.whole_policy()[1]
    loading.go_on()
    said, error = loading.process.communicate(timeout=PATIENCE)
    assert (loading.process.returncode, said) == (1, "")
    assert STALE in error and error.count("\n") == 1
    assert client.whole_policy()[1] == before
    net.edgectl("load", large)


def test_edgectl_s_load_goes_through_when_nothing_changes_meanwhile(
        net, client, large):
    net.load(ONE)
    loading = in_the_middle_of_a_load(net, large)
    client.load(ONE)        # changes nothing
    loading.go_on()
    _, error = loading.process.communicate(timeout=PATIENCE)
    assert loading.process.returncode == 0, error
    assert client.do("status-get")["governed"] == 10
