# SPDX-License-Identifier: GPL-2.0-only
"""The model, `edgectl explain` and the packet path judge alike.

Random sites, each changed once while connections are up; random connections,
judged by all three. The packet path answers by what arrives at the far side
and by its counters, which must be the model's sums to the octet.

NF_EDGE_SEED=N runs one site again, NF_EDGE_SITES and NF_EDGE_CONNECTIONS set
how many.
"""

import dataclasses
import json
import os
import random
import socket
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import model                                                    # noqa: E402
import packets                                                  # noqa: E402
import sites                                                    # noqa: E402
from edgectl import Counters, Edgectl                           # noqa: E402
from model import LOCAL, NEW                                    # noqa: E402
from netns import ETH_P_ALL, SO_RCVBUFFORCE, Namespace, link, mac_bytes, until  # noqa: E402
from traffic import (MAGIC, TAG, UNTRACKED_TTL, Script, random_translations,  # noqa: E402
                     text)

SITES = int(os.environ.get("NF_EDGE_SITES", 13))
# Of ten, nine reach the packet path as the very packet that explain is asked about.
CONNECTIONS = int(os.environ.get("NF_EDGE_CONNECTIONS", 12_500))
SEED = os.environ.get("NF_EDGE_SEED")

MARK_NUMBER = 0xffffffff
BOX_MAC = "02:00:00:00:00:01"
NOWHERE_MAC = "02:00:00:00:ff:ff"
SOL_PACKET, PACKET_STATISTICS = 263, 6


class Bench:
    """An appliance with the site's devices, what injects on the far ends of
    them, and a sink where all that it forwards arrives."""

    def __init__(self, devices, translations=()):
        self.box = Namespace("appliance", forwarding=True)
        self.outside = Namespace("outside")
        self.edgectl = Edgectl(self.box)
        self.outside.sysctl("ipv6/conf/all/disable_ipv6", 1)
        self.outside.sysctl("ipv6/conf/default/disable_ipv6", 1)
        self.box.sysctl("ipv6/icmp/echo_ignore_multicast", 1)
        # No connection ends while a slow machine works.
        for kind in ("icmp", "icmpv6", "generic", "udp", "udp_timeout_stream",
                     "tcp_timeout_syn_sent", "tcp_timeout_syn_recv"):
            name = kind if "timeout" in kind else f"{kind}_timeout"
            self.box.sysctl(f"netfilter/nf_conntrack_{name}", 3600)
        self.senders = {}
        for name in (*devices, "mark9"):
            link(self.box, name, self.outside, name)
            self.senders[name] = self.packet_socket(name, 0)
        link(self.box, "sink9", self.outside, "sink9")
        self.sink = self.packet_socket("sink9", ETH_P_ALL)
        self.sink.setblocking(False)
        self.sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 256 << 20)
        self.box.ip("".join(
            f"addr add {own} dev sink9\n"
            f"neigh add {gateway} lladdr {NOWHERE_MAC} dev sink9 nud permanent\n"
            f"route add default via {gateway} dev sink9 onlink\n"
            for own, gateway in (("100.64.9.1/32", "100.64.9.2"),
                                 ("2001:db8:9999::1/128", "2001:db8:9999::2"))))
        for hook in "prerouting", "output":
            self.box.nft(f"table inet {hook} {{ chain raw {{"
                         f"type filter hook {hook} priority raw;"
                         f"ip ttl {UNTRACKED_TTL} notrack;"
                         f"ip6 hoplimit {UNTRACKED_TTL} notrack; }}; }}")
        self.box.nft(f"""
            table inet nat {{
                chain prerouting {{
                    type nat hook prerouting priority dstnat;
                    {"; ".join(t.rule() for t in translations if not t.is_source)};
                }}
                chain postrouting {{
                    type nat hook postrouting priority srcnat;
                    {"; ".join(t.rule() for t in translations if t.is_source)};
                }}
            }}""")
        self.local = {
            4: self.box.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
            6: self.box.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
        self.arrived = set()
        self.marks = 0
        self.heads = {version: mac_bytes(BOX_MAC) + bytes(6) + kind
                      for version, kind in ((4, b"\x08\x00"), (6, b"\x86\xdd"))}

    def packet_socket(self, device, protocol):
        s = self.outside.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.setblocking(True)
        s.bind((device, protocol))
        return s

    def send(self, event):
        """Send the packet. Returns whether the local host was refused it."""
        version = event.packet.source.version
        if event.packet.arrival is not LOCAL:
            sender = self.senders[event.packet.arrival]
            for frame in event.frames:
                sender.send(self.heads[version] + frame)
            return False
        try:
            self.local[version].sendto(event.frames[0],
                                       (text(event.packet.destination), 0))
        except PermissionError:
            return True
        return False

    def drain(self):
        while True:
            try:
                frame = self.sink.recv(2048)
            except BlockingIOError:
                return
            magic, number = TAG.unpack_from(frame, len(frame) - TAG.size)
            if magic == MAGIC:
                self.arrived.add(number)

    def settle(self):
        """Wait until all that was sent has gone its way: packets keep their order."""
        self.marks += 1
        number = MARK_NUMBER - self.marks
        self.senders["mark9"].send(self.heads[4] + packets.udp(
            "100.64.9.3", "100.64.9.4", 9, self.marks, TAG.pack(MAGIC, number)))

        def marked():
            self.drain()
            return number in self.arrived
        until(marked, "the last packet arrives")
        lost = self.sink.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        assert int.from_bytes(lost[4:], sys.byteorder) == 0, "the sniffer lost packets"

    def close(self):
        for s in (*self.senders.values(), self.sink, *self.local.values()):
            s.close()
        self.edgectl.close()
        self.box.close()
        self.outside.close()


class Trial:
    """One seed: a site, what it changes to, and the traffic of both."""

    def __init__(self, seed, connections, beyond=None):
        self.seed = seed
        rng = random.Random(seed)
        mode = "audit" if rng.random() < 0.25 else "enforce"
        # Every fourth site has nothing of its own.
        beyond = seed % 4 != 0 if beyond is None else beyond
        site = sites.random_site(rng, mode, beyond)
        self.phases = [site, sites.changed_site(rng, site, beyond)]
        names = [name for name in site.interfaces if rng.random() < 0.8]
        self.devices = names + list(sites.UNBOUND_NAMES[:rng.randint(0 if names else 1, 2)])
        self.is_switched = rng.random() < 0.5
        self.translations = random_translations(rng, site)
        self.script = Script(rng, self.phases, self.translations)
        self.queries = []       # (phase, packet)
        for phase, share in ((0, 0.7), (1, 0.3)):
            self.script.phase = phase
            for flow in list(self.script.open):
                if rng.random() < 0.6:
                    self.script.go_on(flow)
            self.add_connections(rng, phase, int(connections * share))

    def add_connections(self, rng, phase, count):
        source = sites.Connections(rng, self.phases[phase], self.devices)
        while count:
            packet = source.packet()
            if self.script.start(packet, source):
                self.queries.append((phase, packet))
                count -= 1
            elif rng.random() < 0.1:
                # What no packet of these tests can be, explain is asked all the same.
                self.queries.append((phase, packet))
            if rng.random() < 0.02:
                elsewhere = rng.choice((*self.phases[0].interfaces, "lo", "nowhere0"))
                self.queries.append((phase, dataclasses.replace(
                    packet, arrival=elsewhere, is_bypass=elsewhere == "lo")))

    def __str__(self):
        return (f"NF_EDGE_SEED={self.seed}, devices {' '.join(self.devices)}\n" +
                "\n".join(rule.rule() for rule in self.translations) + "\n"
                "--- configuration ---\n" + sites.configuration(self.phases[0]) +
                "--- changed to ---\n" + sites.configuration(self.phases[1]))

    def enter(self, bench, phase):
        """Load the site, or change to it by switches where they can."""
        site = self.phases[phase]
        before = self.phases[0]
        if phase and self.is_switched and site == dataclasses.replace(
                before, mode=site.mode, zones=site.zones, features=site.features,
                rows_off=site.rows_off):
            bench.edgectl("mode", site.mode)
            for kind, words, on in (
                    ("zone", {*model.zones_of(site.profile), *before.zones, *site.zones},
                     site.zones),
                    ("feature", model.features_of(site.profile), site.features)):
                for word in sorted(words):
                    bench.edgectl(kind, "on" if word in on else "off", word)
            for row in sorted({*before.rows_off, *site.rows_off}):
                bench.edgectl("row", "off" if row in site.rows_off else "on", row)
        else:
            bench.edgectl.load(sites.configuration(site))


# explain

def query(packet):
    def end(address, port):
        if port is None:
            return text(address)
        return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    way = "--local" if packet.arrival is LOCAL else f"--in {packet.arrival}"
    protocol = "icmp" if packet.protocol == "echo" else packet.protocol
    sport = None if packet.sport is None or packet.sport % 5 == 0 else packet.sport
    return f"{way} {protocol} {end(packet.source, sport)} " \
           f"{end(packet.destination, packet.dport)}"


def explain(bench, packets):
    done = bench.edgectl("explain", "--batch",
                         stdin="".join(query(packet) + "\n" for packet in packets))
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_explain(bench, trial, phase):
    asked = [packet for when, packet in trial.queries if when == phase]
    answers = explain(bench, asked)
    assert len(answers) == len(asked)
    for packet, answer in zip(asked, answers):
        wanted = model.explain(trial.phases[phase], packet)
        got = {key: answer[key] for key in wanted}
        for key in "rows", "near":
            wanted[key], got[key] = sorted(wanted[key]), sorted(got[key])
        if packet.is_bypass:
            for key in "source_node", "destination_node":
                wanted[key] = got[key] = None
        if got != wanted:
            pytest.fail(f"explain disagrees: {query(packet)}\nmodel:   {wanted}\n"
                        f"explain: {got}\nphase {phase} of {trial}", pytrace=False)


# packets

def expected_counters(trial, events, phase):
    """At the end of a phase."""
    counters = model.Counters()
    for number, site in enumerate(trial.phases[:phase + 1]):
        if number:
            counters.enter(trial.phases[number - 1], site)
        for event in events:
            if event.phase == number and event.reaches_hook:
                counters.count(site, event.packet, event.verdict, event.length,
                               event.is_confirmed)
    return counters


def differences(expected, got):
    """Where the counters of the module are not the model's; what neither
    has counted may be left out."""
    found = []
    for kind, mine, its in (("row", expected.rows, got.rows),
                            ("service", expected.services, got.services),
                            ("drops", expected.drops, got.drops)):
        for key in sorted({*mine, *its}, key=str):
            wanted = {name: value for name, value in mine.get(key, {}).items() if value}
            counted = {name: value for name, value in its.get(key, {}).items() if value}
            if wanted != counted:
                found.append(f"{kind} {key}: model {wanted}, module {counted}")
    for key, hit in got.last_hit.items():
        counts = expected.rows.get(key, {})
        has_hit = bool(counts.get("packets_to_edge") or counts.get("packets_from_edge"))
        if has_hit != (hit is not None):
            found.append(f"row {key}: last hit {hit}, model {counts}")
    return found


def run(trial, events, asks=False):
    """Send the events through a fresh appliance, perhaps after asking explain
    about all connections. Returns what disagrees."""
    bench = Bench(trial.devices, trial.translations)
    found = []
    try:
        for phase in 0, 1:
            trial.enter(bench, phase)
            if asks:
                check_explain(bench, trial, phase)
            now = [event for event in events if event.phase == phase]
            for count, event in enumerate(now, 1):
                if event.packet.arrival is LOCAL and event.packet.state != NEW:
                    bench.settle()      # lest it overtakes what came before
                refused = bench.send(event)
                if event.packet.arrival is LOCAL and event.arrives is not None and \
                        refused == event.arrives:
                    found.append(f"{event}: sending was "
                                 f"{'refused' if refused else 'allowed'}")
                if count % 200 == 0:
                    bench.drain()
            bench.settle()
            for event in now:
                if event.arrives not in (None, event.number in bench.arrived):
                    found.append(f"{event}: {'lost' if event.arrives else 'arrived'}, "
                                 f"model: {event.verdict}")
            found += differences(expected_counters(trial, events, phase),
                                 bench.edgectl.counters())
            if found:
                break
    finally:
        bench.close()
    return found


def smallest(trial, events, found):
    """The shortest part of the traffic that still disagrees, by halves."""
    while True:
        flows = sorted({event.flow for event in events})
        if len(flows) == 1:
            return events, found
        middle = flows[len(flows) // 2]
        for half in (range(middle), range(middle, flows[-1] + 1)):
            part = [event for event in events if event.flow in half]
            disagreement = run(trial, part)
            if disagreement:
                events, found = part, disagreement
                break
        else:
            return events, found


def story(trial, events):
    """A few packets one by one: what the model says, and what the module does."""
    lines = []
    bench = Bench(trial.devices, trial.translations)
    try:
        phase = None
        before = Counters()
        for event in events[:40]:
            if event.phase != phase:
                phase = event.phase
                trial.enter(bench, phase)
            bench.send(event)
            bench.settle()
            after = bench.edgectl.counters()
            lines.append(f"{event}\n  {' '.join(frame.hex() for frame in event.frames)}\n"
                         f"  model: {event.verdict}\n"
                         f"  {'arrived' if event.number in bench.arrived else 'did not arrive'}"
                         f", counted:\n{after - before}")
            before = after
    finally:
        bench.close()
    return "\n".join(lines)


def seeds():
    return [int(SEED)] if SEED else list(range(1, SITES + 1))


@pytest.fixture(scope="module", autouse=True)
def one_processor():
    """Packets keep their order on one."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture(scope="module", autouse=True)
def room_for_connections(nf_edge):
    """These belong to the machine, not to a namespace."""
    for name, value in (("netfilter/nf_conntrack_max", 1 << 20),
                        ("core/netdev_max_backlog", 1 << 20)):
        with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
            file.write(str(value))


@pytest.mark.parametrize("seed", seeds())
def test_model_explain_and_packets_agree(seed):
    trial = Trial(seed, -(-CONNECTIONS // SITES))
    events = trial.script.events
    found = run(trial, events, asks=True)
    if found:
        count = len(found)
        events, found = smallest(trial, events, found)
        pytest.fail(f"{count} disagreements; the smallest found:\n" + "\n".join(found[:20]) +
                    f"\n{story(trial, events)}\n{trial}", pytrace=False)
