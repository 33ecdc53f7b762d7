# SPDX-License-Identifier: GPL-2.0-only
"""What a change cuts is told before: the connections that `check`, `load` and
the switches name are those whose packets are refused afterwards, no more and
no less.

Random sites with connections that are up: TCP, UDP and echo of both families,
through the host, to and from the host, translated and not. Every device is
where the host's routes say. NF_EDGE_SEED=N runs one site again,
NF_EDGE_IMPACT_SITES sets how many, NF_EDGE_IMPACT_CONNECTIONS the connections of each.
"""

import dataclasses
import errno
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
from edgectl import Edgectl                                     # noqa: E402
from model import ACCEPT, DROP, FIRST, LOCAL, REPLY             # noqa: E402
from netlib import reference                                    # noqa: E402
from netns import ETH_P_ALL, Namespace, link, mac_bytes, until  # noqa: E402
from traffic import is_ordinary, original_of, text, turned      # noqa: E402
from wire import Client, Refusal, policy                        # noqa: E402

SITES = int(os.environ.get("NF_EDGE_IMPACT_SITES", 1))
CONNECTIONS = int(os.environ.get("NF_EDGE_IMPACT_CONNECTIONS", 40))
SEED = os.environ.get("NF_EDGE_SEED")

BOX_MAC, FAR_MAC = "02:00:00:00:00:01", "02:00:00:00:ff:ff"
ORIGINAL_TTL, REPLY_TTL = 64, 65
FIRST_PORT = 20_000         # of the initiators; each connection has its own
MARK_PORT = 19_999
SERVICES = {"udp", "tcp"}


class Bench:
    """An appliance whose routes lead each address to one device, and what
    sends on the far ends. A chain behind the deciding hook notes each packet
    that the module lets by: its direction by its TTL, its connection by the
    initiator's port, or by the addresses of an echo."""

    def __init__(self, devices, where, translations):
        self.box = Namespace("appliance", forwarding=True)
        self.outside = Namespace("outside")
        self.edgectl = Edgectl(self.box)
        self.outside.sysctl("ipv6/conf/all/disable_ipv6", 1)
        self.outside.sysctl("ipv6/conf/default/disable_ipv6", 1)
        for kind in ("icmp", "icmpv6", "udp", "udp_timeout_stream",
                     "tcp_timeout_syn_sent", "tcp_timeout_syn_recv"):
            name = kind if "timeout" in kind else f"{kind}_timeout"
            self.box.sysctl(f"netfilter/nf_conntrack_{name}", 3600)
        self.senders = {}
        for name in (*devices, "mark9"):
            link(self.box, name, self.outside, name)
            self.senders[name] = self.outside.socket(socket.AF_PACKET,
                                                     socket.SOCK_RAW, 0)
            self.senders[name].bind((name, 0))
        link(self.box, "own9", self.outside, "own9")
        lines = ["addr add 100.64.9.1/32 dev mark9",
                 "addr add 2001:db8:9999::1/128 dev mark9 nodad"]
        for address, device in where.items():
            length = 128 if address.version == 6 else 32
            if device is LOCAL:
                lines.append(f"addr add {address}/{length} dev own9" +
                             (" nodad" if address.version == 6 else ""))
            else:
                lines += [f"neigh replace {address} lladdr {FAR_MAC} dev {device} "
                          "nud permanent",
                          f"route replace {address}/{length} dev {device}"]
        self.box.ip("\n".join(lines) + "\n")
        self.box.nft(self.rules(translations))
        self.local = {
            4: self.box.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
            6: self.box.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
        self.marks = 0

    @staticmethod
    def rules(translations):
        notes = []
        for ip, ttl, family in (("ip", "ip ttl", 4), ("ip6", "ip6 hoplimit", 6)):
            icmp = "icmp" if family == 4 else "icmpv6"
            notes += [
                f"meta l4proto {{ tcp, udp }} {ttl} {ORIGINAL_TTL} add @original {{ th sport }}",
                f"meta l4proto {{ tcp, udp }} {ttl} {REPLY_TTL} add @reply {{ th dport }}",
                f"{icmp} type echo-request {ttl} {ORIGINAL_TTL} "
                f"add @request{family} {{ {ip} saddr . {ip} daddr }}",
                f"{icmp} type echo-reply {ttl} {REPLY_TTL} "
                f"add @answer{family} {{ {ip} daddr . {ip} saddr }}"]
        sets = "".join(f"set {name} {{ type inet_service; flags dynamic; size 65535; }}\n"
                       for name in ("original", "reply"))
        sets += "".join(
            f"set {name}{family} {{ type ipv{family}_addr . ipv{family}_addr; "
            "flags dynamic; size 65535; }\n"
            for name in ("request", "answer") for family in (4, 6))
        chains = "".join(
            f"chain {hook} {{ type filter hook {hook} priority -90;\n" +
            "\n".join(notes) + "\n}\n" for hook in ("prerouting", "output"))
        nat = "".join(
            f"chain nat-{hook} {{ type nat hook {hook} priority {priority};\n" +
            "\n".join(t.rule() for t in translations if t.is_source == is_source) + "\n}\n"
            for hook, priority, is_source in (("prerouting", "dstnat", False),
                                              ("postrouting", "srcnat", True)))
        return f"table inet seen {{\n{sets}{chains}{nat}}}\n"

    def send(self, arrival, frame):
        version = 6 if frame[0] >> 4 == 6 else 4
        if arrival is LOCAL:
            to = frame[24:40] if version == 6 else frame[16:20]
            family = socket.AF_INET6 if version == 6 else socket.AF_INET
            try:
                self.local[version].sendto(frame, (socket.inet_ntop(family, to), 0))
            except PermissionError:
                pass
            return
        kind = b"\x86\xdd" if version == 6 else b"\x08\x00"
        self.senders[arrival].send(mac_bytes(BOX_MAC) + bytes(6) + kind + frame)

    def listed(self, name):
        found = json.loads(self.box.run("nft", "-j", "list", "set", "inet", "seen",
                                        name).stdout)
        return [element for item in found["nftables"] if "set" in item
                for element in item["set"].get("elem", [])]

    def settle(self):
        """Wait until what was sent has passed the hooks: packets keep their order."""
        self.marks += 1
        port = MARK_PORT - self.marks
        self.send("mark9", packets.udp("100.64.9.3", "100.64.9.1", port, 9,
                                       ttl=ORIGINAL_TTL))
        until(lambda: port in self.listed("original"), "the last packet is seen")

    def passed(self):
        """What has passed since the last call: {key: is reply} pairs."""
        self.settle()
        seen = {(port, False) for port in self.listed("original")}
        seen |= {(port, True) for port in self.listed("reply")}
        for family in 4, 6:
            for name, is_reply in (("request", False), ("answer", True)):
                for element in self.listed(f"{name}{family}"):
                    seen.add((tuple(element["concat"]), is_reply))
        self.box.nft("".join(f"flush set inet seen {name}\n" for name in (
            "original", "reply", "request4", "request6", "answer4", "answer6")))
        return seen

    def close(self):
        for s in (*self.senders.values(), *self.local.values()):
            s.close()
        self.edgectl.close()
        self.box.close()
        self.outside.close()


@dataclasses.dataclass(frozen=True)
class Translation:
    """NAT of the appliance for one connection, by its initiator's port."""
    sport: int
    is_source: bool
    address: object

    def rule(self):
        family = "ip6" if self.address.version == 6 else "ip"
        return (f"meta nfproto ipv{self.address.version} th sport {self.sport} "
                f"{'snat' if self.is_source else 'dnat'} {family} to {self.address}")


class Talk:
    """A connection: its first packet, and that packet as NAT sends it on."""

    def __init__(self, first, forward, where):
        self.first, self.forward = first, forward
        self.more = dataclasses.replace(first, state=FIRST)
        answer = turned(forward, where[forward.destination])
        if forward != first:
            answer = dataclasses.replace(answer, original=original_of(first),
                                         translated=first.translated)
        self.answer = answer
        self.key = (text(first.source), text(first.destination)) \
            if first.protocol == "echo" else first.sport
        protocol = "icmp" if first.protocol == "echo" else first.protocol
        self.name = (protocol, text(first.source), first.sport,
                     text(first.destination), first.dport)

    def frame(self, packet, is_reply, flags="A"):
        ttl = REPLY_TTL if is_reply else ORIGINAL_TTL
        source, destination = text(packet.source), text(packet.destination)
        if packet.protocol == "tcp":
            seq, ack = (5000, 1000) if is_reply else (1000, 5000)
            return packets.tcp(source, destination, packet.sport, packet.dport, flags=flags,
                               seq=seq + ("S" not in flags), ttl=ttl,
                               ack=ack + 1 if "A" in flags else 0)
        if packet.protocol == "udp":
            return packets.udp(source, destination, packet.sport, packet.dport, b"x", ttl=ttl)
        kind = {"echo": (8, 128), "echo-reply": (0, 129)}[packet.protocol]
        return packets.icmp(source, destination, kind[packet.source.version == 6],
                            body=packets.echo_body(7, 1, b"x"), ttl=ttl)

    def open(self, bench):
        if self.first.protocol == "tcp":
            for packet, is_reply, flags in ((self.first, False, "S"),
                                            (self.answer, True, "SA"),
                                            (self.first, False, "A")):
                bench.send(packet.arrival, self.frame(packet, is_reply, flags))
            return
        self.speak(bench)

    def speak(self, bench):
        bench.send(self.more.arrival, self.frame(self.more, False))
        bench.send(self.answer.arrival, self.frame(self.answer, True))

    def cut_reason(self, site, passed, passes):
        """Of the first direction that passed and does not now."""
        for packet, is_reply in ((self.more, False), (self.answer, True)):
            if (self.key, is_reply) in passed and (self.key, is_reply) not in passes:
                return model.judge(site, packet).reason
        return None


class Trial:
    """One seed: a site, connections that it permits, and changes."""

    def __init__(self, seed, count):
        self.seed = seed
        self.rng = rng = random.Random(seed)
        self.site = sites.random_site(rng, "audit" if seed % 4 == 3 else "enforce",
                                      beyond=seed % 2 == 0)
        self.devices = [*self.site.interfaces, *sites.UNBOUND_NAMES]
        self.where = {}
        self.translations = []
        self.talks = []
        self.used = set()
        self.source = sites.Connections(rng, self.site, self.devices)
        for _ in range(count * 60):
            if len(self.talks) == count:
                break
            self.add()

    def place(self, address):
        """The device of an address, or the local host: mostly a fitting one."""
        if address not in self.where:
            rng = self.rng
            side = "edge" if self.site.is_edge(address) else \
                "internal" if self.site.in_internal_networks(address) else "external"
            holders = [name for name in self.devices if side in self.site.sides_of(name)]
            self.where[address] = LOCAL if rng.random() < 0.08 else \
                rng.choice(holders) if holders and rng.random() < 0.8 else \
                rng.choice(self.devices)
        return self.where[address]

    def add(self):
        rng = self.rng
        packet = self.source.packet()
        ends = packet.source, packet.destination
        if packet.source == packet.destination or not all(
                map(is_ordinary, ends)) or any(
                address in sites.ODD_ADDRESSES or sites.is_refused(address)
                for address in ends):
            return
        places = [self.place(address) for address in ends]
        # The host's own TCP would answer, and what never leaves it is not governed.
        if places == [LOCAL, LOCAL] or LOCAL in places and packet.protocol == "tcp":
            return
        sport = FIRST_PORT + len(self.talks)
        packet = dataclasses.replace(
            packet, arrival=places[0], sport=packet.sport and sport)
        if packet.dport and packet.dport >= FIRST_PORT and packet.dport < 30_000:
            return
        forward = packet
        if packet.protocol == "echo":
            if frozenset(ends) in self.used:
                return
        elif LOCAL not in places and rng.random() < 0.25:
            packet, forward = self.translate(packet)
            if forward is None:
                return
        verdict = model.judge(self.site, packet)
        if verdict.verdict == DROP and self.site.mode == "enforce":
            return
        if verdict.verdict != ACCEPT and rng.random() < 0.8:
            return
        self.used.add(frozenset(ends))
        self.talks.append(Talk(packet, forward, self.where))
        if forward != packet:
            is_source = forward.source != packet.source
            self.translations.append(Translation(
                sport, is_source, forward.source if is_source else forward.destination))

    def translate(self, packet):
        """The packet with its translation noted, and as NAT sends it on."""
        rng = self.rng
        is_source = rng.random() < 0.5
        edge = list(self.site.holders)
        pool = [a for a in (edge if rng.random() < 0.5 else
                            sites.OUTSIDERS + sites.INSIDERS)
                if a.version == packet.source.version]
        if not pool:
            return packet, None
        address = rng.choice(pool)
        forward = dataclasses.replace(
            packet, **{"source" if is_source else "destination": address})
        if forward == packet or forward.source == forward.destination or \
                self.place(address) is LOCAL:
            return packet, None
        return dataclasses.replace(packet, translated=original_of(forward)), forward

    def changes(self):
        """The words of switches; then another site, loaded twice."""
        rng, site = self.rng, self.site
        words = []
        if site.mode == "audit":
            words.append(("mode", "enforce"))
        for kind, names in (("row", [row.id for row in site.rows
                                     if row.id not in site.rows_off]),
                            ("feature", site.features), ("zone", site.zones)):
            for name in rng.sample(list(names), min(2, len(names))):
                words.append((kind, "off", name))
        return words

    def switched(self, site, words):
        if words[0] == "mode":
            return dataclasses.replace(site, mode=words[1])
        if words[0] == "row":
            return dataclasses.replace(site, rows_off=(*site.rows_off, words[2]))
        field = f"{words[0]}s"
        return dataclasses.replace(site, **{field: tuple(
            word for word in getattr(site, field) if word != words[2])})

    def __str__(self):
        return f"NF_EDGE_SEED={self.seed}\n{sites.configuration(self.site)}"


def probe(bench, trial):
    bench.passed()
    for talk in trial.talks:
        talk.speak(bench)
    return bench.passed()


def names_of(impact):
    names = [(one["protocol"], one["source"], one["source_port"],
              one["destination"], one["destination_port"]) for one in impact["list"]]
    assert len(names) == len(set(names)) == impact["cut"] <= impact["judged"]
    return set(names)


class Change:
    """A change as edgectl tells it before and makes it, and as packets find it."""

    def __init__(self, bench, trial, before):
        self.bench, self.trial, self.before = bench, trial, before
        self.cut = 0

    def is_as_told(self, site, impact):
        """The cut of a change to the site, which is made now."""
        bench, trial = self.bench, self.trial
        after = probe(bench, trial)
        told = {name: one for name, one in zip(
            [(o["protocol"], o["source"], o["source_port"], o["destination"],
              o["destination_port"]) for o in impact["list"]], impact["list"])}
        for talk in trial.talks:
            ways = [is_reply for is_reply in (False, True)
                    if (talk.key, is_reply) in self.before and
                    (talk.key, is_reply) not in after]
            assert bool(ways) == (talk.name in told), (
                f"{talk.name}: refused {ways}, told {told.get(talk.name)}; "
                f"first {talk.first}, on as {talk.forward}\n{trial}\n--- now ---\n"
                f"{sites.configuration(site)}")
            if ways:
                self.cut += 1
                assert told[talk.name]["reason"] == talk.cut_reason(
                    site, self.before, after), (talk.name, told[talk.name])
        assert impact["judged"] >= len(trial.talks)
        self.before = after
        return impact["cut"]


def limit_holds(edgectl, words, cut):
    """One less than is cut: nothing is changed, and the sentence says why."""
    if not cut:
        return
    before = edgectl.status()
    done = edgectl(*words, "--fail-if-cut", cut - 1, check=False)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.splitlines()[-1].startswith(f"edgectl: {cut} of "), done.stderr
    assert done.stderr.endswith(
        f"and --fail-if-cut allows {cut - 1}; nothing was changed\n")
    assert edgectl.status() == before


def first_load(bench, trial):
    """Without a policy everything passes: what the first one refuses is cut."""
    edgectl = bench.edgectl
    change = Change(bench, trial, probe(bench, trial))
    file = edgectl.file(sites.configuration(trial.site))
    told = edgectl.json("check", "--list", file)["impact"]
    limit_holds(edgectl, ("load", file), told["cut"])
    made = edgectl.json("load", "--list", file)["impact"]
    assert names_of(made) == names_of(told)
    change.is_as_told(trial.site, made)
    return change


@pytest.fixture(scope="module", autouse=True)
def one_processor():
    """Packets keep their order on one."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


def seeds():
    return [int(SEED)] if SEED else list(range(1, SITES + 1))


@pytest.mark.parametrize("seed", seeds())
def test_what_is_told_is_cut_and_nothing_else(nf_edge, seed):
    trial = Trial(seed, CONNECTIONS)
    bench = Bench(trial.devices, trial.where, trial.translations)
    try:
        for talk in trial.talks:
            talk.open(bench)
        bench.settle()
        change = first_load(bench, trial)
        edgectl, site = bench.edgectl, trial.site
        for words in trial.changes():
            edgectl.load(sites.configuration(trial.site))
            if words[0] != "mode" and trial.site.mode == "audit":
                edgectl("mode", "enforce")
            change.before = probe(bench, trial)
            site = dataclasses.replace(
                trial.switched(trial.site, words), mode="enforce")
            status = edgectl.status()
            refused = edgectl(*words, "--fail-if-cut", 0, check=False)
            if refused.returncode:
                assert edgectl.status() == status
                count = int(refused.stderr.split()[1])
                limit_holds(edgectl, words, count)
            made = edgectl.json(*words, "--list")["impact"]
            names_of(made)
            assert bool(refused.returncode) == bool(made["cut"])
            change.is_as_told(site, made)
        # A site where few connections are up takes more changes until one is cut.
        turns = 0
        while turns < 3 or not change.cut and turns < 30:
            turns += 1
            edgectl.load(sites.configuration(trial.site))
            change.before = probe(bench, trial)
            other = sites.changed_site(trial.rng, trial.site, trial.seed % 2 == 0)
            file = edgectl.file(sites.configuration(other), "other.conf")
            told = edgectl.json("check", "--list", file)["impact"]
            limit_holds(edgectl, ("check", file), told["cut"])
            limit_holds(edgectl, ("load", file), told["cut"])
            made = edgectl.json("load", "--list", "--fail-if-cut", told["cut"], file)
            assert names_of(made["impact"]) == names_of(told)
            change.is_as_told(other, made["impact"])
        assert len(trial.talks) > 20 and change.cut, (len(trial.talks), change.cut)
    finally:
        bench.close()
