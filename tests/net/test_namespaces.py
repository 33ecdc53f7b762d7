# SPDX-License-Identifier: GPL-2.0-only
"""Each network namespace has a policy of its own, and takes it along when it
ends: under traffic, with a transaction open, with a dump half read."""

import os
import re
import socket
import threading

import pytest

import packets
from netlib import (ROW, Namespace, Net, appliance, link, permitted,
                    reference, together, until)
from netns import DEADLINE, GATEWAY_MAC, mac_bytes
from wire import (DUMP, Client, Refusal, encode, load_module,
                  module_references, nobody_uses_the_module, peers_of, policy,
                  unload_module)

SITE = reference(peers={"crl": [f"10.{i >> 8}.{i & 255}.0/24"
                                for i in range(20_000)]})


@pytest.fixture(scope="module")
def nets(nf_edge):
    """Two sites of the same addresses and names."""
    both = [Net(appliance()) for _ in range(2)]
    yield both
    for net in both:
        net.close()


@pytest.fixture
def two(nets):
    yield nets
    for net in nets:
        net.tidy()


# --- two at once

def test_two_namespaces_have_policies_and_counters_of_their_own(two, family):
    here, there = two
    here.load(reference())
    there.load(reference(zones=["external"], features=["remote-access"],
                         mode="enforce"))

    def ends(net):
        return (net.at("client", family), net.at("edge1.access", family),
                net.at("edge1.av", family))
    untouched = there.watch()
    client, access, av = ends(here)
    here.passes("tcp", client, access, 443, ["external/5", "pic/3"])
    here.passes("udp", client, av, 3478, ["external/14"])
    untouched.expect()
    untouched = here.watch()
    client, access, av = ends(there)
    there.passes("tcp", client, access, 443, ["external/5"])
    there.refuses("udp", client, av, 3478, "disabled", near=["external/14"])
    untouched.expect()


def test_a_change_in_one_namespace_is_none_in_the_other(two, family):
    here, there = two
    for net in two:
        net.load(reference().without(("zone", "pic")))
    with Client(here.box) as one, Client(there.box) as other:
        before = other.whole_policy()[1]
        generation = other.do("status-get")["generation"]

        def flow(net):
            return (net.at("client", family), net.at("edge1.av", family), 3478)
        one.switch(features_off=["av"])
        here.refuses("udp", *flow(here), "disabled", near=["external/14"])
        there.passes("udp", *flow(there), ["external/14"])
        one.do("flush")
        there.refuses("udp", *flow(there)[:2], 9, "no-row")
        tap = here.tap(here.at("edge1.av", family))
        here.attempts("udp", *flow(here)[:2], 9)
        here.awaits(tap, flow(here)[0].address, dport=9)
        assert other.do("status-get")["generation"] == generation
        assert other.whole_policy()[1] == before


def test_counters_read_and_reset_are_the_namespace_s_own(two):
    for net in two:
        net.load(reference())
        packet = packets.udp(net.at("client", 4).address,
                             net.at("edge1.av", 4).address, 40000, 3478, b"x")
        watch = net.watch()
        net.injects(net.at("client", 4), packet)
        watch.expect(lambda: together(permitted("edge1", [ROW["external/14"]],
                                                *_first_or_more(watch), (1, 29))))
    here, there = two
    before = there.edgectl.counters()
    here.edgectl("counters", "--reset")
    assert not any(c["packets_to_edge"] for c in
                   here.edgectl.counters().rows.values())
    assert there.edgectl.counters() == before


def _first_or_more(watch):
    """Connections: one, unless conntrack remembers the last test's."""
    moved = until(lambda: watch.delta().rows, "it is counted")
    return (moved["edge1", "external/14"].get("connections", 0),)


# --- the end of a namespace

class Road:
    """A box with a policy between inet and edge, and nothing that holds it
    but its file descriptor."""

    def __init__(self, config=SITE):
        self.box = Namespace("box", forwarding=True)
        self.inet, self.edge = Namespace("inet"), Namespace("edge")
        link(self.box, "wan0", self.inet, "eth0")
        mac = link(self.box, "dmz0", self.edge, "eth0")
        self.box.ip("addr add 131.107.155.1/24 dev dmz0\n"
                    f"neigh add 131.107.155.30 lladdr {mac} dev dmz0\n")
        with Client(self.box) as client:
            client.load(config)
        self.senders = []

    def traffic(self, ports=(3478, 9, 55000)):
        """What is permitted and what is not, until the link is gone."""
        with self.inet.entered():
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        some = [packets.udp("198.51.100.7", "131.107.155.30", 40000, port,
                            b"x" * 100) for port in ports]
        target = ("eth0", 0x0800, 0, 0, mac_bytes(GATEWAY_MAC))

        def send():
            with sender:
                while True:
                    try:
                        for packet in some:
                            sender.sendto(packet, target)
                    except OSError:
                        return
        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        self.senders.append(thread)

        def judged():
            with Client(self.box) as client:
                drops = {d["reason"]: d["packets"]
                         for d in client.do("drops-get")["drop"]}
                return drops["no-row"] > 50
        until(judged, "traffic is judged")

    def outlives_its_box(self):
        """The links end with the box, and with them the traffic."""
        for sender in self.senders:
            sender.join(DEADLINE)
            assert not sender.is_alive(), "the link is still there"
        for ns in self.inet, self.edge:
            ns.close()


@pytest.fixture
def unused(nf_edge, site, nets):
    """Nobody holds the module."""
    nobody_uses_the_module(site, *nets)


def ends():
    until(lambda: not module_references(), "the namespace is gone")


def test_a_namespace_with_a_policy_ends_under_traffic(unused):
    road = Road()
    road.traffic()
    assert module_references() == 1
    road.box.close()
    ends()
    road.outlives_its_box()


def test_a_namespace_without_a_policy_ends_too(unused):
    road = Road()
    road.traffic()
    with Client(road.box) as client:
        client.do("flush")
    assert module_references() == 0
    road.box.close()
    road.outlives_its_box()


def test_a_namespace_ends_with_a_transaction_open(unused):
    road = Road()
    road.traffic()
    clients = [Client(road.box) for _ in range(3)]
    for client in clients:
        client.do("begin")
        client.add_peers("dns", [f"10.{i}.0.0/16" for i in range(256)])
    road.box.close()
    assert module_references() == 1    # the sockets hold it
    assert clients[0].do("status-get")["generation"] == 1
    for client in clients:
        client.close()
    ends()
    road.outlives_its_box()


def start_dump(client, operation="prefix-get"):
    """A dump of which only the first part is read."""
    assert client.family
    reader = client.ask(operation, {}, DUMP)
    next(reader)
    return reader


def test_a_namespace_ends_with_a_dump_under_way(unused):
    road = Road()
    road.traffic()
    clients = [Client(road.box) for _ in range(3)]
    for client in clients:
        start_dump(client)
    assert module_references() == 1 + 3
    road.box.close()
    for client in clients:
        client.close()
    ends()
    road.outlives_its_box()


def test_a_dump_outlives_the_policy_that_it_reads(unused):
    """It goes on to the end with what it began, which nobody else has any
    more; and the module stays as long."""
    road = Road()
    with Client(road.box) as client, Client(road.box) as other:
        whole = [m[16:] for _, _, m in client.ask("prefix-get", {}, DUMP)]
        reader = start_dump(client)
        other.do("flush")
        assert module_references() == 1
        done = road.box.run("rmmod", "nf_edge", check=False)
        assert done.returncode and "in use" in done.stderr
        rest = [m[16:] for _, _, m in reader]
        assert rest == whole[1:]
        assert module_references() == 0
        # Abandoned, it lets go as well.
        other.load(SITE)
        for operation in "prefix-get", "row-get", "node-get", "peers-get", "counters-dump":
            with Client(road.box) as third:
                start_dump(third, operation)
                other.load(SITE.but(mode="audit"))
                other.load(SITE)
        other.do("flush")
        until(lambda: module_references() == 0, "all let go")
    road.box.close()
    road.outlives_its_box()


def test_a_namespace_ends_while_its_policy_is_loaded_and_read(unused):
    """Until the last socket is closed, others work in it."""
    road = Road()
    road.traffic()
    over = threading.Event()
    errors = []

    def work(job):
        try:
            with Client(road.box) as client:
                ready.wait()
                while not over.is_set():
                    job(client)
        except Exception as error:              # for the test to see
            errors.append(error)
    ready = threading.Barrier(4)
    small = reference(peers={"crl": ["192.0.2.0/24"]})
    threads = [threading.Thread(target=work, args=(job,)) for job in (
        lambda c: (c.load(small), c.load(small.but(mode="audit"))),
        lambda c: c.dump("prefix-get"),
        lambda c: c.counters())]
    for thread in threads:
        thread.start()
    ready.wait()
    fd = os.dup(road.box.fd)
    road.box.close()
    with Client(_Opened(fd)) as client:
        began = client.do("status-get")["generation"]
        until(lambda: client.do("status-get")["generation"] > began + 20,
              "the policy changes")
    os.close(fd)
    over.set()
    for thread in threads:
        thread.join()
    # A node may have been read after it left.
    assert not errors, errors
    ends()
    road.outlives_its_box()


class _Opened(Namespace):
    """A namespace of which there is a file descriptor already."""

    def __init__(self, fd):
        self.fd = fd


def with_policies(count):
    boxes = [Namespace(f"box{i}") for i in range(count)]
    small = reference()
    for box in boxes:
        with Client(box) as client:
            client.load(small)
    return boxes


@pytest.mark.parametrize("others", [0, 20])
def test_nothing_forbidden_arrives_from_a_namespace_that_ends(unused, others):
    """Nor when others end with it, which takes longer. It takes two processors
    to see it fail."""
    boxes = with_policies(others)
    road = Road(reference())
    tap = road.edge.tap()
    road.inet.inject(packets.udp("198.51.100.7", "131.107.155.30", 40000, 3478,
                                 b"awake"))
    until(lambda: tap.arrived(dport=3478), "the sniffer is awake")
    road.traffic([9])
    for box in [road.box, *boxes]:
        box.close()
    ends()
    road.senders[0].join(DEADLINE)
    assert not tap.arrived(dport=9) and not tap.lost()
    tap.close()
    road.outlives_its_box()


def test_many_namespaces_end_at_once(unused):
    boxes = with_policies(40)
    assert module_references() == len(boxes)
    for box in boxes:
        box.close()
    ends()


def test_the_module_leaves_when_the_last_namespace_is_gone(unused):
    """Those that have no policy do not hold it, and find it again empty."""
    held, kept = Road(), Road()
    with Client(kept.box) as client:
        client.do("flush")
    done = kept.box.run("rmmod", "nf_edge", check=False)
    assert done.returncode and "in use" in done.stderr
    held.traffic()
    held.box.close()
    ends()
    unload_module()
    held.outlives_its_box()
    try:
        kept.box.ip("link add dummy9 type dummy\nlink del dummy9\n")
    finally:
        load_module()
    with Client(kept.box) as client:
        status = client.do("status-get")
        assert status["generation"] == 0 and "mode" not in status
        assert not any(d["packets"] for d in client.do("drops-get")["drop"])
        client.load(reference())
    kept.traffic()
    kept.box.close()
    ends()
    kept.outlives_its_box()


def kibibytes(name):
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(re.search(rf"^{name}: +(\d+) kB$", file.read(),
                             re.M).group(1))


def test_what_comes_and_goes_leaves_no_memory_behind(unused):
    """64 nodes, each with a block of counters on every CPU, and 40,000
    prefixes come and go: by reload, by flush, by the end of the namespace, by
    loads that fail, and with readers that pin what they read."""
    def crowd(letter):
        return reference(nodes={
            f"{letter}{i}": {"av": [f"10.0.{i}.{ord(letter)}"]}
            for i in range(64)})

    def round_trip():
        box = Namespace("crowded")
        with Client(box) as client, Client(box) as other:
            for letter in "abab":
                client.load(crowd(letter))
                for what in "row-get", "node-get", "peers-get", "prefix-get":
                    client.dump(what)
                client.do("counters-get", node=f"{letter}0")
                client.do("status-get")
                client.explain("tcp", "192.0.2.1", "192.0.2.2", 80)
            client.load(crowd("c"), dry_run=True)
            # Refused when all its nodes are made already.
            bad = policy(crowd("d"))
            bad["interface"] = [{"name": "lo", "sides": ["edge"]}]
            with pytest.raises(Refusal):
                client.do("load", bad)
            client.do("flush")
            client.load(crowd("a"))
            fill(other)
            other.do("load", policy(crowd("e")), dry_run=True)
            with pytest.raises(Refusal):
                other.do("load", bad)
            fill(other)
        box.close()
        ends()

    def fill(client):
        client.do("begin")
        for peers in large:
            client.do("peers-add", peers=[peers])

    def used():
        return kibibytes("Percpu"), kibibytes("SUnreclaim")
    large = [peers for name in ("crl", "dns", "sba", "cms", "director")
             for peers in peers_of(name, [f"10.{i >> 8}.{i & 255}.0/24"
                                          for i in range(8000)])]
    # Encoded once: the time is the kernel's.
    large = [encode("peers", one) for one in large]
    for _ in range(3):
        round_trip()
    before = used()
    rounds = 12
    for _ in range(rounds):
        round_trip()
    # A round uses some 150 KiB of counters a crowd and CPU, and three times
    # 900 KiB of prefixes; namespaces of their own have some on the way out.
    until(lambda: used()[0] - before[0] < 100 * rounds and
          used()[1] - before[1] < 500 * rounds,
          "memory comes back")
