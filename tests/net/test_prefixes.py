# SPDX-License-Identifier: GPL-2.0-only
"""Large peer sets: 100,000 prefixes that nest and overlap, judged at their
edges by explain and by packets, and a million."""

import bisect
import json
import random
import socket

import pytest

import packets
from netlib import reference, until
from wire import Client

COUNT = 100_000
BITS = {4: 32, 6: 128}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}

# Rows whose peers are a set alone: DNS outward, and Live Messenger inward.
SITE = reference(features=["live-messenger"])


def text(family, number):
    return socket.inet_ntop(FAMILY[family],
                            number.to_bytes(BITS[family] // 8, "big"))


def block(family, number, length):
    """A prefix as (family, first, last, length)."""
    hosts = (1 << BITS[family] - length) - 1
    first = number & ~hosts
    return family, first, first | hosts, length


def written(prefix):
    family, first, _, length = prefix
    return f"{text(family, first)}/{length}"


def number(address):
    family = packets.family_of(address)
    return int.from_bytes(packets.packed(address), "big"), family


# Where a prefix may lie: what the site itself uses is left out.
ROOM = {4: [(number("11.0.0.0")[0], number("100.0.0.0")[0]),
            (number("200.0.0.0")[0], number("223.0.0.0")[0])],
        6: [(number("2400::")[0], number("2c00::")[0])]}


def random_prefixes(choice, count):
    """Most of them small and alone; others inside or around one that is
    there already, side by side with it, or the same again."""
    made = []
    while len(made) < count:
        family = choice.choice((4, 4, 6))
        bits = BITS[family]
        if made and choice.random() < 0.4:
            family, first, last, length = choice.choice(made)
            bits = BITS[family]
            kind = choice.choice(("inside", "around", "beside", "same"))
            if kind == "inside" and length < bits:
                made.append(block(family, choice.randint(first, last),
                                  choice.randint(length + 1, bits)))
            elif kind == "around" and length > bits // 2:
                made.append(block(family, first, length - choice.randint(1, 4)))
            elif kind == "beside" and last + 1 < 1 << bits:
                made.append(block(family, last + 1, length))
            elif kind == "same":
                made.append((family, first, last, length))
            continue
        low, high = choice.choice(ROOM[family])
        made.append(block(family, choice.randrange(low, high),
                          choice.choice((bits, bits - 1, bits - 4, bits - 8,
                                         bits - 12))))
    return made


class Ranges:
    """What some prefixes contain together: an independent reading."""

    def __init__(self, prefixes):
        self.merged = {4: [], 6: []}
        for family, merged in self.merged.items():
            for first, last in sorted(p[1:3] for p in prefixes
                                      if p[0] == family):
                if merged and first <= merged[-1][1] + 1:
                    merged[-1][1] = max(merged[-1][1], last)
                else:
                    merged.append([first, last])

    def __contains__(self, address):
        family, value = address
        ranges = self.merged[family]
        at = bisect.bisect(ranges, [value, 1 << 129]) - 1
        return at >= 0 and ranges[at][0] <= value <= ranges[at][1]


def is_room(family, value):
    """Whether an address is none of the site's own, nor a special one."""
    return any(low <= value < high for low, high in ROOM[family])


def edges(prefixes):
    """First and last addresses, and their neighbours outside."""
    found = {}
    for family, first, last, _ in prefixes:
        for value in (first, last, first - 1, last + 1):
            if 0 <= value < 1 << BITS[family] and is_room(family, value):
                found[family, value] = None
    return list(found)


class Lists:
    """Two overlapping sets in files, and the configuration that names them."""

    def __init__(self, folder, config=SITE, count=COUNT):
        choice = random.Random(count)
        everything = random_prefixes(choice, count)
        self.folder = folder
        self.sets = {"dns": everything,
                     "live-messenger-clients": choice.sample(everything,
                                                             count // 10)}
        # Some that the other set has not.
        self.sets["live-messenger-clients"] += random_prefixes(choice, 100)
        self.file = folder / "edge.conf"
        named = "".join(f'peers {name} {{ file = "{name}.list" }}\n'
                        for name in self.sets)
        self.file.write_text(
            str(config.but(peers={name: None for name in self.sets})) + named)
        for name in self.sets:
            self.write(name)

    def write(self, name, more=""):
        (self.folder / f"{name}.list").write_text("# some prefixes\n" + "".join(
            f"{written(p)}\n" for p in self.sets[name]) + more)

    def ranges(self, name):
        return Ranges(self.sets[name])


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return Lists(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def loaded(net, lists):
    """The large sets are in force."""
    net.edgectl("load", lists.file)
    net.config = SITE
    return net


def query_out(net, family, value):
    """A DNS query of edge1 to this address."""
    access = net.at("edge1.access", family).address
    a, b = ((f"[{x}]" if family == 6 else x)
            for x in (access, text(family, value)))
    return f"--in dmz0 udp {a}:40000 {b}:53"


def query_in(net, family, value):
    """STUN from this address to edge1."""
    av = net.at("edge1.av", family).address
    a, b = ((f"[{x}]" if family == 6 else x)
            for x in (text(family, value), av))
    return f"--in wan0 udp {a}:40000 {b}:3478"


WAYS = {"dns": (query_out, ["external/4"]),
        "live-messenger-clients": (query_in, ["pic/6"])}


def disagreements(net, name, contained, addresses):
    """Addresses of which explain says other than what the files say."""
    query, rows = WAYS[name]
    answers = net.edgectl("explain", "--batch", stdin="".join(
        query(net, *a) + "\n" for a in addresses)).stdout.splitlines()
    assert len(answers) == len(addresses)
    wrong = []
    for address, line in zip(addresses, answers):
        answer = json.loads(line)
        wanted = ("accept", None, rows) if address in contained else (
            "drop", "peer", [])
        if (answer["verdict"], answer["reason"], answer["rows"]) != wanted:
            wrong.append((text(*address), address in contained, answer))
    return wrong


@pytest.mark.parametrize("name", WAYS)
def test_prefixes_are_judged_rightly_at_their_edges(loaded, lists, name):
    contained = lists.ranges(name)
    choice = random.Random(name)
    # Of both files: what only the other set contains is not in this one.
    addresses = edges(choice.sample(lists.sets["dns"], 2000) +
                      choice.sample(lists.sets["live-messenger-clients"],
                                    2000))
    inside = sum(a in contained for a in addresses)
    assert min(inside, len(addresses) - inside) > 500
    assert not disagreements(loaded, name, contained, addresses)


@pytest.mark.parametrize("name", WAYS)
def test_packets_are_judged_rightly_at_the_edges(loaded, lists, family, name):
    net = loaded
    contained = lists.ranges(name)
    choice = random.Random(name)
    some = edges([p for p in choice.sample(lists.sets[name], 900)
                  if p[0] == family])
    members = {a for a in some if a in contained}
    assert min(len(members), len(some) - len(members)) > 100
    out = name == "dns"
    own = net.at("edge1.access" if out else "edge1.av", family)
    client = net.at("client", family)
    source, target = (own, client) if out else (client, own)
    tap, watch = net.tap(target), net.watch()
    with target.ns.muted():
        for address in some:
            other = text(*address)
            packet = packets.udp(own.address, other, 40000, 53, b"?") if out \
                else packets.udp(other, own.address, 40000, 3478, b"?")
            net.injects(source, packet)
        net.marks(tap)
    arrived = {number(p.dst if out else p.src)[::-1]
               for p in tap.arrived(own.address)}
    assert arrived == members
    moved = watch.delta()
    assert {r: c["packets"] for r, c in moved.drops.items()} == {
        "peer": len(some) - len(members)}
    row = "external/4" if out else "pic/6"
    assert moved.rows["edge1", row] == {
        "connections": len(members), "denied": len(some) - len(members),
        "packets_from_edge" if out else "packets_to_edge": len(members),
        "bytes_from_edge" if out else "bytes_to_edge":
            len(members) * (29 if family == 4 else 49)}


def test_a_set_may_contain_everything_and_nothing(net):
    """The largest prefixes, and the smallest beside them."""
    net.load(SITE.but(peers={"dns": ["0.0.0.0/0", "::/0"],
                             "live-messenger-clients": [
                                 "128.0.0.0/1", "0.0.0.0/31", "8000::/1"]}))
    everywhere = [(f, v) for f, low in ((4, ROOM[4]), (6, ROOM[6]))
                  for a, b in low for v in (a, b - 1)]
    everywhere += [(4, 1), (4, number("199.255.255.255")[0])]
    assert not disagreements(net, "dns", Ranges(
        [block(4, 0, 0), block(6, 0, 0)]), everywhere)
    halves = Ranges([block(4, 1 << 31, 1), block(4, 0, 31),
                     block(6, 1 << 127, 1)])
    assert not disagreements(net, "live-messenger-clients", halves, [
        (4, 1), (4, 2), (4, (1 << 31) + 1), (4, number("126.1.2.3")[0]),
        (4, number("223.255.255.255")[0]), (4, number("240.0.0.1")[0]),
        (6, number("8000::")[0]), (6, number("7fff::")[0]),
        (6, number("2::")[0])])


def counts(net):
    """Prefixes by bound set."""
    return {s["set"]: s["prefixes"] for s in
            net.edgectl.json("show", "peers")["peers"]
            if s["bound"]}


def test_a_reload_of_the_same_changes_nothing(loaded, lists):
    net = loaded
    with Client(net.box) as client:
        before = client.do("status-get")["generation"]
        answer = net.edgectl.json("load", lists.file)
        assert answer["changed"] is False
        # In another order it is still the same.
        prefixes = lists.sets["dns"]
        try:
            lists.sets["dns"] = prefixes[::-1] + prefixes[:100]
            lists.write("dns")
            assert net.edgectl.json("load", lists.file)["changed"] is False
        finally:
            lists.sets["dns"] = prefixes
            lists.write("dns")
        assert client.do("status-get")["generation"] == before


def test_a_reload_that_changes_one_prefix_changes_that_one(loaded, lists):
    net = loaded
    contained = lists.ranges("dns")
    alone = block(4, number("9.8.7.0")[0], 25)
    # One that nothing else contains, neither around it nor beside it.
    gone = next(p for p in lists.sets["dns"] if p[0] == 4 and p[3] >= 31 and
                all(([a, b] == list(p[1:3])) for a, b in
                    contained.merged[4] if a <= p[1] <= b))
    before = lists.sets["dns"]
    ask = [(4, v) for p in (alone, gone) for v in (p[1], p[2])]
    assert not disagreements(net, "dns", contained, ask)
    try:
        lists.sets["dns"] = [p for p in before if p != gone] + [alone]
        lists.write("dns")
        with Client(net.box) as client:
            generation = client.do("status-get")["generation"]
            answer = net.edgectl.json("load", lists.file)
            assert answer["changed"] is True
            assert answer["generation"] == generation + 1
        changed = lists.ranges("dns")
        assert [a in changed for a in ask] == [True, True, False, False]
        ask += edges(random.Random(2).sample(before, 500))
        assert not disagreements(net, "dns", changed, ask)
    finally:
        lists.sets["dns"] = before
        lists.write("dns")


BROKEN = [
    "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0.0/8", "10.0.0/24", "10.0.0.256",
    "2001:db8::1/64", "2001:db8::/129", "2001:db8:::/48", "example.com",
    "10.0.0.0/24 10.0.1.0/24", "127.0.0.1", "fe80::1", "::ffff:10.0.0.1",
    "10.0.0.0/", "/24", "10.0.0.0/24,", "10.0.0.0/-1", "10.0.0.0/+8",
    "10.0.0.0/2 4", "224.0.0.1", "0.0.0.0", "169.254.1.0/24", "ff02::/16",
    "10.0.0.0/0x8", "010.0.0.0/8", "::/0/0", "255.255.255.255", "::1", "::",
    "{ 10.0.0.0/8 }", "prefixes", "\"10.0.0.0/8\"", "\u00e9"]


@pytest.mark.parametrize("broken", BROKEN[:3])
def test_a_broken_line_is_named_with_its_file(loaded, lists, tmp_path, broken):
    """Line 70,000 of 100,000."""
    net = loaded
    lines = (lists.folder / "dns.list").read_text().splitlines()
    lines[70_000 - 1] = broken
    (tmp_path / "dns.list").write_text("\n".join(lines) + "\n")
    config = tmp_path / "edge.conf"
    config.write_text(str(SITE.but(peers={"dns": None})) +
                      'peers dns { file = "dns.list" }\n')
    with Client(net.box) as client:
        before = client.do("status-get")["generation"]
        for verb in "check", "load":
            done = net.edgectl(verb, config, check=False)
            assert (done.returncode, done.stdout) == (1, "")
            first, *_ = done.stderr.splitlines()
            assert first.startswith(f"{tmp_path}/dns.list:70000: {broken}: ")
            assert done.stderr.count(":70000:") == 1
        assert client.do("status-get")["generation"] == before
    # Whole again, it loads.
    lines[70_000 - 1] = "10.0.0.0/24   # whole"
    (tmp_path / "dns.list").write_text("\n".join(lines))
    net.edgectl("load", config)


def test_each_broken_line_is_named_once(net, tmp_path):
    """Between good ones, and in whatever way it is broken."""
    good = ["# a comment", "", "10.0.0.0/8", "  2001:db8::/32  ", "\t192.0.2.1",
            "198.51.100.0/24# and more", "0.0.0.0/0", "::/0", "192.0.2.1\r"]
    config = tmp_path / "edge.conf"
    config.write_text(str(SITE) + 'peers dns { file = "dns.list" }\n')
    # Twenty are printed of a file.
    for first in range(0, len(BROKEN), 20):
        part = BROKEN[first:first + 20]
        lines = [line for broken in part for line in (*good, broken)]
        (tmp_path / "dns.list").write_text("\n".join(lines))
        done = net.edgectl("check", config, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        named = [line for line in done.stderr.splitlines()
                 if line.startswith(f"{tmp_path}/dns.list:")]
        assert [int(line.split(":")[1]) for line in named] == \
            [(len(good) + 1) * (i + 1) for i in range(len(part))]
        assert f"{len(part)} errors" in done.stderr
    (tmp_path / "dns.list").write_text("\n".join(good))
    assert net.edgectl.json("check", config)["errors"] == []


def test_show_config_prints_what_loads_back(loaded, lists, tmp_path):
    net = loaded

    def show():
        # The first line is a comment, with the generation.
        return net.edgectl("show", "config").stdout.split("\n", 1)[1]
    shown = show()
    assert " file =" not in shown
    again = tmp_path / "shown.conf"
    again.write_text(shown)
    assert net.edgectl.json("load", again)["changed"] is False
    # To an empty kernel too: then it shows the same.
    net.edgectl("flush")
    assert net.edgectl.json("load", again)["changed"] is True
    assert show() == shown
    assert net.edgectl.json("load", lists.file)["changed"] is False
    for name, prefixes in lists.sets.items():
        assert counts(net)[name] == len(set(prefixes))


def test_a_million_prefixes_load(net, tmp_path):
    """And not one more. Every /26 of a row, so that none can be merged."""
    config = tmp_path / "edge.conf"
    config.write_text(str(SITE) + 'peers dns { file = "dns.list" }\n')
    lines = [f"{20 + (i >> 18)}.{i >> 10 & 255}.{i >> 2 & 255}."
             f"{(i & 3) << 6}/26" for i in range(1_000_000)]
    inside = sum(map(len, SITE.peers.values()))
    del lines[:inside]
    list_file = tmp_path / "dns.list"
    list_file.write_text("\n".join(lines) + "\n")
    done = net.edgectl.json("load", config)
    assert done["changed"] is True
    assert counts(net)["dns"] == len(lines) == 1_000_000 - inside
    net.config = SITE
    ranges = Ranges([block(4, number(line.split("/")[0])[0], 26)
                     for line in (lines[0], *lines[-50:], *lines[5000:5050])])
    some = [(4, v) for a, b in ranges.merged[4] for v in (a, b)]
    everything = Ranges([(4, number(lines[0].split("/")[0])[0],
                          number(lines[-1].split("/")[0])[0] + 63, 0)])
    outside = [(4, everything.merged[4][0][0] - 1),
               (4, everything.merged[4][0][1] + 1)]
    assert not disagreements(net, "dns", everything, some + outside)
    assert net.edgectl.json("load", config)["changed"] is False

    with Client(net.box) as client:
        before = client.do("status-get")["generation"]
        with list_file.open("a") as file:
            file.write("9.0.0.0/26\n")
        done = net.edgectl("load", config, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"dns.list:{len(lines) + 1}: 9.0.0.0/26: " in done.stderr
        assert client.do("status-get")["generation"] == before
    net.edgectl("flush")
    until(lambda: not net.edgectl.status()["loaded"], "it is gone")


def test_edge_addresses_that_are_too_many_to_hash_are_judged(net, family):
    """Thousands without a pattern: every packet takes the long way, and none
    goes by."""
    choice = random.Random(family)
    room = {4: (number("172.16.0.0")[0], 20), 6: (number("2001:db8::")[0], 96)}
    first, bits = room[family]
    some = iter(choice.sample(range(1 << min(bits, 60)), 62 * 64))

    def address():
        host = next(some)
        if family == 6:
            host |= choice.getrandbits(36) << 60
        return text(family, first + host)
    crowd = {f"node{i}": {service: [address() for _ in range(16)]
                          for service in ("access", "webconf", "av", "internal")}
             for i in range(62)}
    net.load(reference(nodes={**SITE.nodes, **crowd}))
    client, av = net.at("client", family), net.at("edge1.av", family)
    net.passes("udp", client, av, 3478, ["external/14"])
    net.refuses("udp", client, av, 9, "no-row")
    net.passes("udp", net.at("edge1.access", family), client, 53, ["external/4"])
    net.drops(client, packets.udp(net.at("edge2.av", family).address,
                                  av.address, 40000, 3478, b"x"), "spoofed")
    net.drops(client, packets.tcp(client.address,
                                  net.at("edge1.internal", family).address,
                                  40000, 443), "isolation")
