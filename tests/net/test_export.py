# SPDX-License-Identifier: GPL-2.0-only
"""`edgectl export nftables` writes a ruleset that decides as nf_edge does.

Twin appliances get the same packets: one enforces a policy by nf_edge, the
other by the ruleset exported from there, and has no policy. What leaves them
must be the same, packet by packet, and so must what their rows count. The
packets are those of traffic.py: first packets of random connections of random
sites, spoofed, cut, fragmented, translated, untracked, sent by the appliance
itself, what follows them in both directions, errors about them, and all that
again after a change of the policy.

What the ruleset's header says that it cannot express is no difference between
packets here: no appliance sends multicasts that loop back to it, and the
ruleset is exchanged while no packet is under way.

NF_EDGE_EXPORT_PACKETS says how many packets (make check-export sends
a million), NF_EDGE_SEED=N runs one site again.
"""

import collections
import os
import pathlib
import re

import pytest

from netlib import OPEN
from netns import Namespace
from test_agreement import (LOCAL, NEW, Bench, Trial,           # noqa: F401
                            one_processor, room_for_connections)
from traffic import MAGIC, TAG

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "edgectl.md"

PACKETS = int(os.environ.get("NF_EDGE_EXPORT_PACKETS", 6_000))
SEED = os.environ.get("NF_EDGE_SEED")
FIRST_SEED = 10_000
CONNECTIONS = 2500          # of a site

# Reasons that the ruleset counts apart; all others are invalid or refused.
APART = ("spoofed", "isolation", "untracked")


IPPROTO_FRAGMENT = 44

# What one appliance made of a phase: the numbers of the packets that it refused
# to send itself, and what left it, each packet with how often.
Outcome = collections.namedtuple("Outcome", "refused left")


MLD_REPORTS = bytes.fromhex("ff02" + 26 * "0" + "16")   # sent to this address


def comparable(packet):
    """The packet without what the appliance's kernel makes up: the ident of
    what it sends itself (IPv4, so the checksum too) or fragments (IPv6)."""
    if packet[0] >> 4 == 4:
        return packet[:4] + bytes(2) + packet[6:10] + bytes(2) + packet[12:]
    if packet[6] == IPPROTO_FRAGMENT:
        return packet[:44] + bytes(4) + packet[48:]
    return packet


class Appliance(Bench):
    """An appliance of test_agreement.py that notes what leaves it."""

    def __init__(self, trial):
        super().__init__(trial.devices, trial.translations)
        self.left = collections.Counter()

    def drain(self):
        while True:
            try:
                frame = self.sink.recv(4096)
            except BlockingIOError:
                return
            magic, number = TAG.unpack_from(frame, len(frame) - TAG.size)
            if magic == MAGIC:
                self.arrived.add(number)
            if frame[38:54] != MLD_REPORTS:
                self.left[comparable(frame[14:])] += 1

    def passes(self, events):
        self.left.clear()
        refused = set()
        for count, event in enumerate(events, 1):
            if event.packet.arrival is LOCAL and event.packet.state != NEW:
                self.settle()       # lest it overtakes what came before
            if self.send(event):
                refused.add(event.number)
            if count % 200 == 0:
                self.drain()
        self.settle()
        return Outcome(refused, self.left.copy())

    def counters(self):
        """Of a ruleset: packets and octets by name."""
        listed = self.box.run("nft", "list", "counters", "table", "inet", "nf_edge").stdout
        return {name: (int(packets), int(octets)) for name, packets, octets in
                re.findall(r"counter (\S+) \{\s+packets (\d+) bytes (\d+)", listed)}


def by_row(counters):
    """What edgectl counts, as the ruleset does: a row's packets and octets of
    all nodes and both ways, and what was refused."""
    sums = collections.Counter()
    for (_, row), counts in counters.rows.items():
        for unit in "packets", "bytes":
            sums[row, unit] += sum(counts.get(f"{unit}_{way}_edge", 0)
                                   for way in ("to", "from"))
    for reason, counts in counters.drops.items():
        name = reason if reason in APART else "invalid or refused"
        for unit in "packets", "bytes":
            sums[name, unit] += counts.get(unit, 0) + counts.get(f"would_be_{unit}", 0)
    return +sums


def by_ruleset(counters):
    sums = collections.Counter()
    for name, counts in counters.items():
        if name in ("invalid", "refused"):
            name = "invalid or refused"
        for unit, value in zip(("packets", "bytes"), counts):
            sums[name, unit] += value
    return +sums


class Case:
    """A site, what it changes to, its packets, the two rulesets, and what
    nf_edge makes of the packets."""

    def __init__(self, seed, connections, beyond=None):
        self.seed = seed
        self.trial = Trial(seed, connections, beyond)
        self.events = [[event for event in self.trial.script.events
                        if event.phase == phase] for phase in (0, 1)]
        self.sent = sum(len(event.frames) for events in self.events for event in events)
        self.rulesets = []
        self.outcomes = []
        self.counted = []
        box = Appliance(self.trial)
        try:
            for phase in 0, 1:
                self.trial.enter(box, phase)
                before = by_row(box.edgectl.counters())
                self.rulesets.append(box.edgectl("export", "nftables").stdout)
                self.outcomes.append(box.passes(self.events[phase]))
                self.counted.append(by_row(box.edgectl.counters()) - before)
        finally:
            box.close()

    def __str__(self):
        return str(self.trial).replace("NF_EDGE_SEED", "seed", 1)

    def left(self):
        return sum(sum(outcome.left.values()) for outcome in self.outcomes)

    def judged_by(self, change=lambda ruleset: ruleset):
        """Send the packets through a twin with the rulesets, changed perhaps.
        Returns what differs from nf_edge: packets, and counters."""
        box = Appliance(self.trial)
        packets, counters = [], []
        try:
            for phase in 0, 1:
                box.box.nft(change(self.rulesets[phase]))
                twin = box.passes(self.events[phase])
                packets += self.differences(phase, twin)
                counted = by_ruleset(box.counters())
                for key in sorted({*counted, *self.counted[phase]}):
                    if counted[key] != self.counted[phase][key]:
                        counters.append(f"phase {phase}: {' '.join(key)}: nf_edge counts "
                                        f"{self.counted[phase][key]}, the ruleset {counted[key]}")
        finally:
            box.close()
        return packets, counters

    def differences(self, phase, twin):
        mine = self.outcomes[phase]
        events = {event.number: event for event in self.events[phase]}
        found = [f"only {who} refuses to send: {events[number]}"
                 for who, numbers in (("nf_edge", mine.refused - twin.refused),
                                      ("the ruleset", twin.refused - mine.refused))
                 for number in sorted(numbers)]
        for who, more in (("nf_edge", mine.left - twin.left),
                          ("the ruleset", twin.left - mine.left)):
            for packet, count in more.items():
                magic, number = TAG.unpack_from(packet, len(packet) - TAG.size)
                which = events.get(number) if magic == MAGIC else None
                found.append(f"only {who} lets by {count}: {which or 'phase %d' % phase}: "
                             f"{packet.hex()}")
        return found


def cases(packets, connections=CONNECTIONS):
    """Cases of one seed after another, until they have so many packets."""
    sent = 0
    seed = FIRST_SEED
    while sent < packets:
        case = Case(seed, connections)
        yield case
        sent += case.sent
        seed += 1


def test_what_leaves_is_the_same_and_counted_the_same():
    sent = left = count = 0
    for case in [Case(int(SEED), CONNECTIONS)] if SEED else cases(PACKETS):
        packets, counters = case.judged_by()
        if packets or counters:
            pytest.fail(f"{len(packets)} packets differ, and {len(counters)} counters\n" +
                        "\n".join(packets[:20] + counters[:20]) + f"\n{case}",
                        pytrace=False)
        sent, left, count = sent + case.sent, left + case.left(), count + 1
        print(f"{sent} packets to each of two appliances, {count} sites: {left} left both, "
              f"no difference", flush=True)
    if not SEED:
        assert sent // 10 < left < sent - sent // 10


def without(pattern):
    """A ruleset without the rules that hold this."""
    return lambda ruleset: re.sub(rf"^\t\t[^\n]*(?:{pattern})[^\n]*\n", "", ruleset,
                                  flags=re.M)


def replaced(pattern, by):
    return lambda ruleset: re.sub(pattern, by, ruleset, flags=re.M)


MISTAKES = {
    "a range of ports ends one too early": replaced(r"(\tmeta .*-)59999( .*return)", r"\g<1>59998\2"),
    "a range of ports begins one too late": replaced(r"(\tmeta .* )50000-(.*return)", r"\g<1>50001-\2"),
    "a port is one too high": replaced(r"(\tmeta .* proto-dst )443( .*return)", r"\g<1>444\2"),
    "the logging ports are open": replaced(r"(\tmeta .* )50004-(.*return)", r"\g<1>50001-\2"),
    "a row is left out": without("return comment.*external/5"),
    "peers are not asked": replaced(r" ct original ip6? [sd]addr (?:!= )?@[a-z-]*(?:networks|internal"
                                    r"|partners|frontend|dns|crl)_ipv[46]( .*return)", r"\1"),
    "edge addresses are not asked for a row at the destination":
        without(r"daddr @edge_ipv. jump (?:error_)?to_edge"),
    "edge addresses are not asked for a row at the source":
        without(r"saddr @edge_ipv. jump (?:error_)?from_edge"),
    "no source is spoofed": without("goto spoofed"),
    "the sides of an interface do not matter": without("jump sides"),
    "the sides matter to replies": replaced("ct direction original jump sides", "jump sides"),
    "what is established passes":
        replaced(r"(chain (?:arriving|leaving) \{\n.*\n)",
                 r"\1\t\tct state established,related accept\n"),
    "untracked packets pass": replaced("goto untracked", "accept"),
    "invalid packets pass": replaced("goto invalid", "accept"),
    "redirects are errors like others": without("redirect"),
    "errors pass": replaced("goto error_ipv.", "accept"),
    "everybody may ping": without(r"@(?:outward|internal)_ipv. goto refused$"),
    "other protocols pass": replaced(r"(echo_ipv.\n\t\t)goto refused", r"\1accept"),
    "a host may hide behind an edge address":
        without(r"ct reply ip6? daddr @edge_ipv. goto refused"),
    "neighbour discovery is refused": without("neighbour discovery"),
    "neighbour discovery is forwarded": replaced(r"(chain discovery \{\n)", r"\1\t\taccept\n"),
    "what the appliance sends is not judged":
        replaced(r"(hook output .*\n)", r"\1\t\taccept\n"),
}
# Of what a site adds to its profile.
OWN_MISTAKES = {
    "a row of the site's own is left out": without('return comment "site/'),
    "a row of the site's own is left out over UDP":
        without(r'meta l4proto udp .*return comment "site/'),
    "a row of some nodes is of all nodes":
        replaced(r'@site/\S+(_ipv[46] .*return comment "site/\S+: (\w+) )', r"@\2\1"),
    "a row of some nodes names no header": without(r"@site/\S+ (?:tcp|udp) [sd]port"),
    "own peers are not asked":
        replaced(r" ct original ip6? [sd]addr @peers/\S+( .*return)", r"\1"),
    "a union lacks a prefix":
        replaced(r"(\tset \S+_or_\S+ \{[^{}]*\{ )[^,}]+,\s+", r"\1"),
    "a moved port is where the document has it":
        replaced(r'(\tmeta l4proto udp ct original proto-dst )\d+( [^\n]*daddr @av_'
                 r'[^\n]*return comment "external/)', r"\g<1>3478\2"),
    "the logging ports are guarded over UDP":
        replaced(r"(\tmeta l4proto udp .* )50000-59999( .*daddr @av_.*return)",
                 r"\g<1>50004-59999\2"),
    "ping-peers are not asked": without(r"!= @ping-peers_ipv. goto refused"),
}
MISTAKE_CASES = 6
MISTAKE_CONNECTIONS = 500


@pytest.fixture(scope="module", name="some")
def fixture_some(nf_edge, room_for_connections, one_processor):     # noqa: F811
    return [Case(FIRST_SEED + n, MISTAKE_CONNECTIONS, beyond=False)
            for n in range(MISTAKE_CASES)]


@pytest.fixture(scope="module", name="own")
def fixture_own(nf_edge, room_for_connections, one_processor):      # noqa: F811
    return [Case(FIRST_SEED + n, MISTAKE_CONNECTIONS, beyond=True)
            for n in range(MISTAKE_CASES)]


def a_third(mistakes):
    """All of them, two thirds of them for NF_EDGE_WHOLE only."""
    return [pytest.param(name, marks=pytest.mark.whole) if at % 3 else name
            for at, name in enumerate(mistakes)]


def assert_found(some, change):
    fitting = [case for case in some
               if any(change(ruleset) != ruleset for ruleset in case.rulesets)]
    assert fitting, "no ruleset has it"
    assert any(case.judged_by(change)[0] for case in fitting)


@pytest.mark.parametrize("mistake", a_third(MISTAKES))
def test_a_mistake_in_the_ruleset_is_found(some, mistake):
    assert_found(some, MISTAKES[mistake])


@pytest.mark.parametrize("mistake", a_third(OWN_MISTAKES))
def test_a_mistake_in_what_a_site_adds_is_found(own, mistake):
    assert_found(own, OWN_MISTAKES[mistake])


def test_what_another_rule_covers_is_missed_by_its_counter(some):
    """The sides of an interface refuse most of what is isolated."""
    change = without("goto isolation")
    fitting = [case for case in some if change(case.rulesets[0]) != case.rulesets[0]]
    assert any("isolation" in " ".join(case.judged_by(change)[1]) for case in fitting)


def test_without_the_first_chain_the_same_packets_leave(some):
    """It saves work, and keeps spoofed resets from connection tracking."""
    change = replaced(r"\tchain first \{[^}]*\}\n", "")
    fitting = [case for case in some if change(case.rulesets[0]) != case.rulesets[0]]
    assert len(fitting) > 3
    for case in fitting:
        packets, _ = case.judged_by(change)
        assert not packets, str(case)


# What one site's ruleset does beside the packets of a random one.

def test_what_nft_prints_of_it_can_be_loaded_again(some, own):
    for case in some[:3] + own[:3]:
        box = Namespace("printing")
        try:
            box.nft(case.rulesets[0])
            printed = box.run("nft", "list", "ruleset").stdout
            box.nft("flush ruleset\n" + printed)
            assert box.run("nft", "list", "ruleset").stdout == printed, str(case)
            # It takes the place of what is there.
            box.nft(case.rulesets[0])
            assert box.run("nft", "list", "ruleset").stdout == printed, str(case)
        finally:
            box.close()


def leaves_by_the_page(net):
    """The commands of the page, one by one, in the appliance."""
    text = PAGE.read_text(encoding="utf-8")
    section = re.search(r"^### Leaving nf_edge$(.*?)^## ", text, re.S | re.M).group(1)
    leaving, coming_back = re.findall(r"(?:^    [^\n]*\n)+", section, re.M)
    leaving, coming_back = leaving.split("\n    "), coming_back.split("\n    ")
    assert "edgectl flush" in leaving[-1] and "edgectl load" in coming_back[0]
    file = net.edgectl.file(net.config)
    coming_back[0] += f" {file}"
    for command in leaving + coming_back:
        net.box.run("sh", "-c", f"cd {file.parent} && {command}")
        yield command


def refused(net, l4, src, dst, dport):
    """Nothing of it arrives, whoever refuses it."""
    tap = net.tap(dst)
    net.attempts(l4, src, dst, dport)
    net.proves_silence(tap, src.address, dst.address)


def test_leaving_as_the_page_says_opens_and_cuts_nothing(net, family):
    net.load(OPEN)
    client, access = net.at("client", family), net.at("edge1.access", family)
    running = net.connect("tcp", client, access, 443)
    commands = 0
    try:
        for commands, _ in enumerate(leaves_by_the_page(net), 1):
            running.exchange()
            net.connect("tcp", client, access, 5061).exchange()
            refused(net, "tcp", client, access, 3389)
        assert commands == 6
    finally:
        net.box.run("nft", "delete", "table", "inet", "nf_edge", check=False)


def judges_by_the_ruleset(net, config):
    net.load(config)
    net.box.nft(net.edgectl("export", "nftables").stdout)
    net.edgectl("flush")


@pytest.fixture(name="leaving")
def fixture_leaving(net):
    yield net
    net.box.run("nft", "delete", "table", "inet", "nf_edge", check=False)


def test_an_asterisk_in_a_name_stands_for_itself(leaving):
    net = leaving
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    sides = dict(OPEN.interfaces)
    judges_by_the_ruleset(net, OPEN)
    net.connect("tcp", client, access, 443).exchange()
    judges_by_the_ruleset(net, OPEN.but(interfaces={"'wan*'": sides.pop("wan0"), **sides}))
    refused(net, "tcp", client, access, 443)


def test_the_longest_names_and_notes_are_taken(leaving):
    """nftables takes less of them than a configuration does."""
    net = leaving
    admin, other = net.at("client", 4), net.at("partner", 4)
    access = net.at("edge1.access", 4)
    sets = [f"{number:a>31}" for number in range(12)]
    row = {"service": "access", "in": ["tcp/3389"], "peers": sets,
           "note": "'" + '"' * 17 + "\u00e4" * 55 + "'"}
    judges_by_the_ruleset(net, OPEN.but(
        zones=[*OPEN.zones, "site"], rows={f"{number:n>31}": row for number in range(5)},
        peers={name: [admin.address] for name in sets}))
    net.connect("tcp", admin, access, 3389).exchange()
    refused(net, "tcp", other, access, 3389)


def test_a_hundred_thousand_prefixes_are_taken_and_asked(leaving):
    net = leaving
    client, partner = net.at("client", 4), net.at("partner", 4)
    access = net.at("edge1.access", 4)
    many = [f"{20 + n // 65536}.{n // 256 % 256}.{n % 256}.0/25" for n in range(100_000)]
    judges_by_the_ruleset(net, OPEN.but(peers={
        "federation-partners": [*many, client.address], "pic-partners": []}))
    net.connect("tcp", client, access, 5061).exchange()
    refused(net, "tcp", partner, access, 5061)


def test_a_policy_is_always_written_the_same_way(net):
    written = []
    for config in OPEN, OPEN.but(mode="audit"), OPEN:
        net.load(config)
        written.append(re.sub("generation .*", "", net.edgectl("export", "nftables").stdout))
    assert written[0] == written[2] != written[1]
