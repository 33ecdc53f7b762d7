# SPDX-License-Identifier: GPL-2.0-only
"""Messages of the family nf-edge that nobody would send, to a test kernel:

    scripts/vm --kernel uml -- /usr/bin/python3 tests/fuzz/netlink_fuzz.py

Real messages of include/specs/nf-edge.yaml are made wrong: attributes left
out, doubled, moved, renumbered, cut, filled with anything; lengths that lie;
other commands, versions and flags; transactions out of order, from several
sockets in two namespaces; dumps that nobody reads to their end.

After each few the generation is what the events said, each of which follows
from those before (watch.py); a policy that nothing was said to change is the
same, and one that a change was taken back to is what it was; explain judges
packets and connections by the policy in force, and by one that is tried, as
tests/model.py does (tracked.py); of two loads of a site, of which one has a
fault (faults.py), that one is refused. At the end nothing holds the module.

A round is made from its seed alone; each is a test of its own (TAP).
"""

import argparse
import collections
import copy
import errno
import os
import random
import struct
import sys
import time
from dataclasses import replace
from ipaddress import ip_address, ip_network

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, os.pardir), os.path.join(HERE, os.pardir, "net")]

import faults                                                   # noqa: E402
import messages                                                 # noqa: E402
import model                                                    # noqa: E402
import sites                                                    # noqa: E402
import tracked                                                  # noqa: E402
import wire                                                     # noqa: E402
from netns import Namespace                                     # noqa: E402
from wire import (ACK, DUMP, DUMP_INTR, ERROR, NESTED, OPERATIONS, REQUEST,  # noqa: E402
                  REQUESTS, SETS, Client, walk)
from watch import STATES, Watch, Wrong, without                 # noqa: E402

ROUND = 400             # messages
CHECKED = 50            # after so many
QUESTIONS = 12          # each time
PAIRS = 4               # of loads, the same
SOCKETS = 6
HEADER = 16
NUMBERS = (0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 64, 127, 128, 255, 0x7fff, 0xffff,
           0x7fffffff, 0x80000000, 0xffffffff)
FLAGS = (0, ACK, ACK, ACK, DUMP, DUMP | ACK, 0x8, 0x100, 0x200, 0x400, 0x800, 0xfffe)
DUMPED = {o["number"] for o in OPERATIONS.values() if "dump" in o}
NOT_BOUND = ("lo", "vrf0", "port0", "a b", "$x")
PUBLISHING = ("load", "switch", "flush", "confirm", "rollback")
TIMES = (1, 2, 60, 3600, 86400, 86400, 0, 86401, 0xffffffff)
# Numbers of attributes, and some that nobody has.
MOST_ATTRIBUTES = max(map(len, SETS.values())) + 8


# --- messages as trees: [number, octets or a list of such]

def tree(attribute_set, attributes):
    made = []
    for name, value in attributes:
        kind = SETS[attribute_set][name]
        number = kind["number"]
        if kind["type"] == "nest":
            made.append([number | NESTED, tree(kind["nested-attributes"], value)])
        else:
            made.append([number, wire.payload_of(kind, value)])
    return made


def octets(nodes):
    return b"".join(wire.attribute(number, value if isinstance(value, bytes) else octets(value))
                    if len(value if isinstance(value, bytes) else octets(value)) < 65532 else b""
                    for number, value in nodes)


def lists_of(nodes):
    """Every list of attributes in a tree, the outermost first."""
    found = [nodes]
    for _, value in nodes:
        if isinstance(value, list):
            found += lists_of(value)
    return found


def load_of(rng, site, share=1.0):
    """The attributes of a load of a model.Site."""
    return messages.policy_of(site) + [
        ("peers", one) for one in peers_of(rng, site) if rng.random() < share]


def at_a_limit(rng, made):
    """The attributes of a load, with about as many of something as may be, or
    with an interface that none may bind."""
    if rng.random() < 0.25:
        return [*made, ("interface", [("name", rng.choice(NOT_BOUND)), ("sides", ["edge"])])]
    what, limit = rng.choice((("interface", 256), ("node", 64), ("address", 16),
                              ("site-row", 27), ("ports", 16), ("own-set", 19)))
    numbers = range(1, limit + rng.choice((-1, 0, 1)) + 1)
    addresses = [("address", [("service", "av"), ("ipv4", f"10.9.8.{n % 256}")]) for n in numbers]
    port = ("ports", [("protocol", 6), ("low", 22), ("high", 22)])
    row = [("service", "access"), ("direction", "out")]
    more = {"interface": [("interface", [("name", f"i{n}"), ("sides", ["internal"])])
                          for n in numbers],
            "node": [("node", [("name", f"n{n}"), one]) for n, one in enumerate(addresses)],
            "address": [("node", [("name", "n"), *addresses])],
            "site-row": [("site-row", [("name", f"r{n}"), *row, port, ("any", True)])
                         for n in numbers],
            "ports": [("site-row", [("name", "r"), *row, *[port] * len(numbers), ("any", True)])],
            "own-set": [("own-set", [("set", (12 + n) % 33), ("name", f"s{n}")])
                        for n in numbers] +
                       [("site-row", [("name", "r"), *row, port, ("sets", 0xffffe000)])]}[what]
    new = {name for name, _ in more}
    return [one for one in made if one[0] not in new] + more


def peers_of(rng, site):
    made = messages.peers_of(site)
    rng.shuffle(made)
    return made


def query_of(rng, source):
    packet = source.packet()
    version = packet.source.version
    made = [("local", True)] if packet.arrival is model.LOCAL else [("in", packet.arrival)]
    number = {"tcp": 6, "udp": 17, "echo": 58 if version == 6 else 1}[packet.protocol]
    made += [("protocol", number), (f"source-ipv{version}", str(packet.source)),
             (f"destination-ipv{version}", str(packet.destination))]
    if packet.dport is not None:
        made.append(("destination-port", packet.dport))
    rng.shuffle(made)
    return made


class Round:
    """One seed: sockets in two namespaces, and what is sent by them."""

    def __init__(self, seed, spaces, tally):
        self.rng = random.Random(seed)
        self.spaces = spaces
        self.tally = tally
        self.sockets = []
        self.site = self.random_site()
        self.source = sites.Connections(self.rng, self.site, ("wan0", "un0"))
        self.judges = [Client(ns) for ns in spaces]
        for judge in self.judges:
            judge.do("flush")
        self.family = self.judges[0].family
        self.watches = [Watch(ns, judge.do("status-get")["generation"])
                        for ns, judge in zip(spaces, self.judges)]
        self.generations = [watch.generation for watch in self.watches]
        self.policies = [self.read(at) for at in range(len(spaces))]
        self.known = [{} for _ in spaces]       # policies by their generation
        self.log = collections.deque(maxlen=CHECKED)

    # --- what to send

    def random_site(self):
        return sites.random_site(self.rng, beyond=self.rng.random() < 0.75)

    def template(self):
        """(operation, tree) of a message that may well be accepted."""
        rng = self.rng
        operation = rng.choices(REQUESTS, [
            {"load": 12, "peers-add": 6, "begin": 4, "switch": 4, "explain": 6, "confirm": 2,
             "rollback": 2}.get(name, 1)
            for name in REQUESTS])[0]
        if rng.random() < 0.1:
            self.site = self.random_site()
            self.source = sites.Connections(rng, self.site, ("wan0", "un0"))
        made = []
        if operation == "load":
            made = load_of(rng, self.site, rng.choice((1, 1, 0.5)))
            if rng.random() < 0.1:
                made = at_a_limit(rng, made)
            if rng.random() < 0.3:
                made.append(("dry-run", True))
                made += [("query", query_of(rng, self.source))
                         for _ in range(rng.choice((0, 1, 2, 16, 17)))]
            if rng.random() < 0.2:
                made.append(("generation", rng.choice((*self.generations, 0, 99))))
            if rng.random() < 0.15:
                made.append(("confirm-timeout", rng.choice(TIMES)))
        elif operation == "peers-add":
            made = [("peers", one) for one in peers_of(rng, self.site)]
        elif operation == "switch":
            profile = self.site.profile
            for kind, words in (("zones", model.zones_of(profile)),
                                ("features", model.features_of(profile))):
                for name in f"{kind}-on", f"{kind}-off":
                    if rng.random() < 0.5:
                        made.append((name, list(sites.random_subset(rng, words, 0.3))))
            for name in "row-on", "row-off":
                made += [(name, row.id) for row in self.site.rows if rng.random() < 0.03]
            if rng.random() < 0.3:
                made.append(("mode", rng.choice(("enforce", "audit"))))
            if rng.random() < 0.3:
                made.append(("dry-run", True))
            if rng.random() < 0.2:
                made.append(("confirm-timeout", rng.choice(TIMES)))
        elif operation == "confirm":
            if rng.random() < 0.7:
                made = [("generation", rng.choice((*self.generations, *self.generations, 0, 99)))]
        elif operation == "explain":
            made = [("query", query_of(rng, self.source) if rng.random() < 0.5 else
                     tracked.Tracked(rng, self.source).query())
                    for _ in range(rng.choice((1, 1, 2, 16, 17)))]
            if rng.random() < 0.4:
                made.append(("tried", True))
        elif operation == "counters-get":
            made = [("node", rng.choice(list(self.site.nodes)))]
            if rng.random() < 0.5:
                made.append(("zone", rng.choice(model.ZONES)))
        elif operation == "counters-dump" and rng.random() < 0.5:
            made = [("zone", rng.choice(model.ZONES))]
        elif operation == "counters-add":
            made = [("node", rng.choice(list(self.site.nodes)))]
            made += [("row", [("row", row.id), ("denied", rng.randrange(9))])
                     for row in rng.sample(self.site.rows, 3)]
            made.append(("service", [("service", "av"), ("last-hit", rng.choice(NUMBERS))]))
        elif operation == "drops-add":
            made = [("drop", [("reason", rng.choice(("peer", "no-row"))),
                              ("packets", rng.randrange(9))])]
        if operation in ("counters-get", "drops-get") and rng.random() < 0.3:
            made.append(("reset", True))
        return operation, tree(OPERATIONS[operation]["attribute-set"], made)

    def payload(self):
        rng = self.rng
        kind = rng.randrange(5)
        if kind == 0:
            return rng.randbytes(rng.choice((0, 1, 3, 4, 5, 8, 16, 20, 31, 32, 33)))
        if kind == 1:
            return struct.pack("=I", rng.choice(NUMBERS))
        if kind == 2:
            return rng.choice((b"", b"\0", b"lo\0", b"wan0\0", b"wan0", b"../x\0", b"a" * 15 + b"\0",
                               b"a" * 16 + b"\0", b"a" * 32, b"\xff\xfe\0", b"n\0n\0", b" \0",
                               b"$x\0", b"%s%n\0", b"x" * 300, b"external/9\0", b"site/ntp\0",
                               b"site/\0", b"any\0", b"admins\0", b"ntp\0", b"-" * 31 + b"\0"))
        if kind == 3:
            return bytes(rng.choice((4, 8, 20, 1000, 8000)))
        return self.prefixes()

    def prefixes(self):
        rng = self.rng
        size, width = rng.choice(((8, 4), (20, 16)))
        return b"".join(
            rng.randbytes(width) + bytes((rng.choice((0, 8, 32, 33, 64, 128, 129, 255)),
                                          0, 0, rng.choice((0, 0, 1))))
            for _ in range(rng.choice((1, 2, 50)))) + bytes(rng.choice((0, 0, size - 1)))

    def spoil(self, nodes):
        """One change somewhere in a tree."""
        rng = self.rng
        lists = lists_of(nodes)
        here = rng.choice(lists)
        if not here:
            here.append([rng.randrange(MOST_ATTRIBUTES), self.payload()])
            return
        at = rng.randrange(len(here))
        kind = rng.randrange(11)
        if kind == 0:
            del here[at]
        elif kind == 1:
            here.insert(rng.randrange(len(here) + 1), copy.deepcopy(here[at]))
        elif kind == 2:
            rng.shuffle(here)
        elif kind == 3:
            here[at] = [rng.choice((here[at][0] & 0x3fff, rng.randrange(MOST_ATTRIBUTES),
                                    rng.randrange(1 << 14))) |
                        rng.choice((0, NESTED, 0x4000, 0xc000)), here[at][1]]
        elif kind == 4:
            moved = here.pop(at) if rng.random() < 0.5 else copy.deepcopy(here[at])
            rng.choice(lists_of(nodes)).append(moved)
        elif kind == 5:
            here[at] = [here[at][0], [list(here[at])]]
        elif kind == 6:
            here[at] = [here[at][0], self.payload()]
        elif kind == 7 and isinstance(here[at][1], bytes):
            here[at] = [here[at][0], here[at][1][:rng.randrange(len(here[at][1]) + 1)]]
        elif kind == 8 and isinstance(here[at][1], bytes):
            changed = bytearray(here[at][1] or b"\0")
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
            here[at] = [here[at][0], bytes(changed)]
        elif kind == 9:
            here.append([rng.randrange(MOST_ATTRIBUTES), self.payload()])
        else:
            here += [copy.deepcopy(one) for _ in range(rng.choice((1, 2, 16, 69)))
                     for one in here[:50]]

    def message(self):
        """(operation, octets of a message)."""
        rng = self.rng
        operation, nodes = self.template()
        for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3, 6))):
            self.spoil(nodes)
            if sum(map(len, lists_of(nodes))) > 5000:
                del nodes[20:]
        command, version = OPERATIONS[operation]["number"], 1
        body = bytearray(octets(nodes)[:200_000])
        flags = DUMP if "dump" in OPERATIONS[operation] else ACK
        family = self.family
        if rng.random() < 0.15 and len(body) >= 4:      # lengths that lie
            places = [offset for offset, _, _ in walk(bytes(body))]
            struct.pack_into("=H", body, rng.choice(places or [0]),
                             rng.choice((0, 1, 3, 4, 5, 0xffff, rng.randrange(1 << 16))))
        if rng.random() < 0.05:
            del body[rng.randrange(len(body) + 1):]
        if rng.random() < 0.05:
            body += rng.randbytes(rng.randrange(1, 40))
        if rng.random() < 0.08:
            flags = rng.choice(FLAGS)
        if rng.random() < 0.05:
            command = rng.choice((0, *(o["number"] for o in OPERATIONS.values()), 99, 255))
        if rng.random() < 0.03:
            version = rng.randrange(256)
        if rng.random() < 0.01:
            family = rng.choice((0, 1, 2, 3, 15))
        length = HEADER + 4 + len(body)
        if rng.random() < 0.03:
            length = rng.choice((0, 15, 16, 17, 19, 20, length + 4, length - 1, 0xffffffff))
        return operation, struct.pack("=IHHIIBBH", length, family, REQUEST | flags,
                                      rng.randrange(1 << 31), 0, command, version,
                                      rng.choice((0, 0, 0, 0xffff))) + bytes(body)

    # --- sending

    def socket(self):
        """(number of its namespace, a socket)."""
        rng = self.rng
        if len(self.sockets) < 2 or len(self.sockets) < SOCKETS and rng.random() < 0.1:
            at = rng.randrange(len(self.spaces))
            self.sockets.append((at, Client(self.spaces[at])))
            self.sockets[-1][1].socket.setblocking(False)
        chosen = rng.randrange(len(self.sockets))
        if rng.random() < 0.03:             # with its transaction, or amid a dump
            self.sockets.pop(chosen)[1].close()
            return self.socket()
        return self.sockets[chosen]

    def send(self):
        rng = self.rng
        at, client = self.socket()
        self.generations[at] = self.watches[at].generation
        parts = [self.message() for _ in range(rng.choice((1, 1, 1, 1, 1, 1, 2, 3)))]
        data = b"".join(part + bytes(-len(part) % 4) for _, part in parts)
        self.log.append(f"namespace {at}: {data.hex() if len(data) < 2000 else data[:2000].hex()}")
        for operation, _ in parts:
            self.tally["sent", operation] += 1
        try:
            client.socket.send(data)
        except OSError as error:
            if error.errno not in (errno.ENOBUFS, errno.EMSGSIZE):
                raise
            return
        # A dump may be left where it is, if that is all that was asked.
        leaves = len(parts) == 1 and data[HEADER] in DUMPED and rng.random() < 0.3
        for _ in range(rng.choice((0, 1, 3)) if leaves else 1 << 30):
            try:
                self.hear(at, client.socket.recv(1 << 20))
            except BlockingIOError:
                return
        self.sockets.remove((at, client))
        client.close()

    def hear(self, at, data):
        place = 0
        while place + HEADER <= len(data):
            length, kind, flags, _, _ = struct.unpack_from("=IHHII", data, place)
            message = data[place:place + length]
            place += (length + 3) & ~3
            if kind == ERROR:
                number, = struct.unpack_from("=i", message, HEADER)
                self.tally["refused" if number else "done"] += 1
                if number:
                    self.tally["sentences"].add(sentence_of(flags, message) or
                                                errno.errorcode.get(-number, number))
                if -number in (errno.ENOTRECOVERABLE, errno.EFAULT):
                    raise Wrong(f"error {number}")
            elif kind == self.family and length > 20:
                self.reply(at, flags, message)

    def reply(self, at, flags, message):
        operation = next(n for n, o in OPERATIONS.items() if o["number"] == message[16])
        self.tally["answered", operation] += 1
        if flags & DUMP_INTR:
            raise Wrong(f"a dump of {operation} says that it was interrupted")
        reply = wire.decode(OPERATIONS[operation]["attribute-set"], message[20:])
        if operation in PUBLISHING:
            watch = self.watches[at]
            watch.hear()
            if not self.generations[at] <= reply["generation"] <= watch.generation:
                raise Wrong(f"{operation}: generation {reply['generation']} after "
                            f"{self.generations[at]}, the events said {watch.generation}")

    # --- checking

    def read(self, at):
        """(status, all parts) of what is in force, and not of what waits."""
        status, parts = self.judges[at].whole_policy()
        self.watches[at].hear()
        self.watches[at].expects(status)
        return {k: v for k, v in without(status, *STATES, "listeners").items()
                if not k.startswith(("conntrack", "events-"))}, parts

    def check(self):
        for at in range(len(self.judges)):
            watch = self.watches[at]
            while True:
                expired = watch.counts.get("expire", 0)
                try:
                    self.check_one(at)
                    break
                except (Wrong, wire.Refusal):
                    # Time may be up meanwhile: then once more.
                    watch.hear()
                    if watch.counts.get("expire", 0) == expired:
                        raise

    def check_one(self, at):
        judge = self.judges[at]
        status, parts = self.read(at)
        self.compare(at, status, parts)
        self.policies[at] = status, parts
        self.known[at][status["generation"]] = status, parts
        site = site_of(status, parts) if "mode" in status else None
        if site:
            self.judge(judge, site)
            self.refuse_switches(judge, [row["id"] for row in parts["row-get"]])
        self.try_policy(at, site)
        for _ in range(PAIRS):
            self.try_pair(judge)

    def compare(self, at, status, parts):
        """With the policy before, and with the one that came back."""
        before = self.policies[at]
        if before[0]["generation"] == status["generation"] and before != (status, parts):
            raise Wrong("the policy changed, and its generation did not")
        came_from = self.watches[at].came_back.get(status["generation"])
        was = self.known[at].get(came_from)
        if not was:
            return
        if without(was[0], "generation") != without(status, "generation") or any(
                without(was[1][name], "generation") != without(parts[name], "generation")
                for name in parts):
            raise Wrong(f"what came back as {status['generation']} is not what {came_from} was")
        self.tally["came back"] += 1

    def try_policy(self, at, site):
        """A load that is tried, then a switch: explain judges by each, and by the policy
        in force as before."""
        rng = self.rng
        with Client(self.spaces[at]) as client:
            try:
                client.do("begin")
            except wire.Refusal as refusal:
                if refusal.errno != errno.EBUSY:
                    raise
                return
            tried = self.random_site()
            client.do("load", messages.load_of(tried), dry_run=True)
            self.ask(client, tried, [("tried", True)])
            if not site:
                return
            self.ask(client, site, [])
            now = sites.random_subset(rng, model.zones_of(site.profile), 0.5)
            client.do("switch", zones_on=list(now), mode="audit", dry_run=True,
                      zones_off=[one for one in model.zones_of(site.profile) if one not in now])
            own = tuple(zone for zone in site.zones if zone == model.SITE_ZONE)
            self.ask(client, replace(site, zones=now + own, mode="audit"), [("tried", True)])

    def ask(self, client, site, more):
        """Connections, of a policy that is in force or is tried."""
        source = sites.Connections(self.rng, site, ["un0"])
        asked = [tracked.Tracked(self.rng, source) for _ in range(QUESTIONS)]
        reply = client.do("explain", [("query", one.query()) for one in asked] + more)
        for one, answer in zip(asked, reply["query"]):
            got, wanted = tracked.answer_of(answer), one.answer(site)
            if got != wanted:
                raise Wrong(f"explain {one}, {more}:\n  {got}\nmodel:\n  {wanted}\nof {site}")
        if len(reply["query"]) != len(asked):
            raise Wrong(f"{len(reply['query'])} answers to {len(asked)} questions")
        self.tally["connections"] += len(asked)

    def settle(self, judge, watch):
        """End what waits; a confirmation may name it."""
        operation = self.rng.choice(("confirm", "rollback"))
        names = operation == "confirm" and self.rng.random() < 0.5
        try:
            judge.do(operation, {"generation": watch.generation} if names else {})
        except wire.Refusal:
            watch.hear()
            if watch.waits:
                raise

    def refuse_confirmation(self, judge, watch):
        """Of a generation that does not wait: the change goes on waiting."""
        other = (watch.generation + self.rng.choice((-2, -1, 1, 1 << 31))) % (1 << 32)
        try:
            judge.do("confirm", generation=other)
        except wire.Refusal as refusal:
            if refusal.errno == errno.ESTALE and refusal.place == "generation":
                self.tally["faults", "a confirmation of another generation"] += 1
                return
            watch.hear()
            if refusal.errno == errno.ENOENT and not watch.waits:
                return      # it was late
            raise
        raise Wrong(f"generation {other} is confirmed, and {watch.generation} waits")

    def let_expire(self):
        """A change that nobody confirms is taken back, and no sooner than asked."""
        at = self.rng.randrange(len(self.spaces))
        judge, watch = self.judges[at], self.watches[at]
        watch.hear()
        if watch.waits:
            self.settle(judge, watch)
        before, began = self.read(at), time.monotonic()
        while not judge.do("load", messages.load_of(self.random_site()),
                           confirm_timeout=1)["changed"]:
            pass
        expired = watch.counts.get("expire", 0)
        watch.hear()
        self.refuse_confirmation(judge, watch)
        while watch.waits:
            watch.hear(wait=True)
        if watch.counts.get("expire", 0) == expired:
            raise Wrong("it ended, and was not taken back")
        if time.monotonic() - began < 1:
            raise Wrong("taken back too soon")
        after = self.read(at)
        self.compare(at, *after)
        if without(before[0], "generation") != without(after[0], "generation"):
            raise Wrong("something else came back")
        self.tally["expired"] += 1

    def try_pair(self, judge):
        what, good, bad = faults.one_of(self.rng, self.site)
        judge.do("load", good, dry_run=True)
        self.refuse(judge, "load", bad + [("dry-run", True)], what)

    def refuse(self, judge, operation, attributes, what):
        try:
            judge.do(operation, attributes)
        except wire.Refusal as refusal:
            if refusal.errno not in (errno.EINVAL, errno.ERANGE, errno.E2BIG) or not (
                    refusal.sentence or refusal.place):
                raise Wrong(f"{what}: {refusal}") from refusal
            self.tally["faults", what] += 1
            return
        raise Wrong(f"{operation} is accepted, with {what}: {attributes}")

    def refuse_switches(self, judge, ids):
        one = self.rng.choice(ids)
        self.refuse(judge, "switch", [(self.rng.choice(("row-on", "row-off")), one),
                                      ("row-off", "site/nobody")], "a switch of no row")
        self.refuse(judge, "switch", [("row-on", one), ("row-off", one)], "a switch both ways")

    def judge(self, judge, site):
        source = sites.Connections(self.rng, site, [*list(site.interfaces)[:5], "un0"])
        for _ in range(QUESTIONS):
            packet = source.packet()
            wanted = model.explain(site, packet)
            got = judge.explain("icmp" if packet.protocol == "echo" else packet.protocol,
                                str(packet.source), str(packet.destination), packet.dport,
                                None if packet.arrival is model.LOCAL else packet.arrival)
            for key in "rows", "near":
                wanted[key], got[key] = sorted(wanted[key]), sorted(got[key])
            if got != wanted:
                raise Wrong(f"explain {packet}:\n  {got}\nmodel:\n  {wanted}\nof {site}")
            self.tally["judged"] += 1

    def run(self):
        for count in range(1, ROUND + 1):
            self.send()
            if count % CHECKED == 0:
                self.check()
        if self.rng.random() < 0.25:
            self.let_expire()

    def close(self):
        for _, client in self.sockets:
            client.close()
        for watch in self.watches:
            for change, number in watch.counts.items():
                self.tally["event", change] += number
            watch.close()
        for judge in self.judges:
            judge.do("flush")
            judge.close()


def sentence_of(flags, message):
    if not flags & wire.ACK_TLVS:
        return None
    for _, what, payload in walk(message, 36):
        if what == 1:
            return payload.rstrip(b"\0").decode()
    return None


def site_of(status, parts):
    """The model.Site of a policy that was read back."""
    nodes = {}
    for reply in parts["node-get"]:
        node, = reply["node"]
        services = nodes.setdefault(node["name"], {})
        for one in node["address"]:
            services.setdefault(one["service"], []).append(
                ip_address(one.get("ipv4") or one.get("ipv6")))
    names = {reply["peers"][0]["set"]: reply["peers"][0]["name"]
             for reply in parts["peers-get"] if "count" in reply["peers"][0]}
    peers = {name: [] for name in names.values()}
    for reply in parts["prefix-get"]:
        one, = reply["peers"]
        for version in 4, 6:
            peers[names[one["set"]]] += map(ip_network, one.get(f"prefixes-ipv{version}", ()))
    return model.Site(mode=status["mode"], zones=tuple(status["zones"]),
                      features=tuple(status["features"]), ping=tuple(status["ping"]),
                      expose_cls_ports="expose-cls-ports" in status,
                      interfaces={i["name"]: set(i["sides"]) for i in status.get("interface", ())},
                      nodes=nodes, peers=peers, profile=status["profile"],
                      rows_off=tuple(status.get("row-off", ())), **rows_of(status, parts, names))


def rows_of(status, parts, names):
    """What row-get says of rows of the site's own and of ports that moved."""
    rows, ports = [], {}
    known = {row.id: row for row in model.PROFILES[status["profile"]]}
    for row in parts["row-get"]:
        ranges = tuple(({6: "tcp", 17: "udp"}[one["protocol"]], one["low"], one["high"])
                       for one in row["ports"])
        if row["origin"] == "site":
            rows.append(model.SiteRow(
                row["id"].removeprefix("site/"), row["service"], row["direction"], ranges,
                ("any",) if "any" in row else tuple(row["set-name"]),
                tuple(row["node"]) if "node" in row else None, "exposed" in row,
                row.get("note", "")))
        elif "documented-low" in row:
            ports.update({key: ranges[0][1:] for key in model.PORT_KEYS
                          if model.is_moved(known[row["id"]], key)})
    ping_peers = status.get("ping-peers")
    if ping_peers is not None:
        # A set that is not bound has no name here, and nobody in it.
        ping_peers = tuple(names.get(one, f"set {one}") for one in ping_peers)
    return {"site_rows": tuple(rows), "ports": ports, "ping_peers": ping_peers}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, help="as many rounds as fit")
    options = parser.parse_args()

    if not wire.module_is_loaded():
        wire.load_module()
    tally = collections.Counter()
    tally["sentences"] = set()
    end = options.seconds and time.monotonic() + options.seconds
    spaces = [Namespace(name) for name in ("one", "two")]
    for ns in spaces:
        ns.ip("link add vrf0 type vrf table 7\nlink add br0 type bridge\n"
              "link add port0 type dummy\nlink set port0 master br0\n")
        tracked.prepare(ns)
    count = failed = 0
    began = time.monotonic()
    while time.monotonic() < end if end else count < options.rounds:
        seed = options.seed + count
        count += 1
        one = Round(seed, spaces, tally)
        try:
            one.run()
            print(f"ok {count} - messages of seed {seed}", flush=True)
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            print(f"not ok {count} - messages of seed {seed}")
            print("".join(f"# {line}\n" for line in
                          [f"{type(error).__name__}: {error}", "sent last:", *one.log]), end="",
                  flush=True)
        one.close()
    count += 1
    for ns in spaces:
        ns.close()
    references = wire.module_references()
    try:
        wire.unload_module()
        print(f"ok {count} - afterwards nothing holds the module")
    except Exception:                   # pylint: disable=broad-except
        failed += 1
        print(f"not ok {count} - afterwards nothing holds the module: {references}")
    print(f"1..{count}")
    sent = sum(number for key, number in tally.items() if key[0] == "sent")
    print(f"# {sent} messages in {time.monotonic() - began:.0f} s: {tally['done']} done, "
          f"{tally['refused']} refused with {len(tally['sentences'])} different sentences, "
          f"{tally['judged']} packets and {tally['connections']} connections judged as the "
          "model does")
    print("# events: " + ", ".join(f"{number} {key[1]}" for key, number in sorted(
        (key, number) for key, number in tally.items() if key[0] == "event")) +
          f"; {tally['came back']} policies compared that came back")
    refused = [number for key, number in tally.items() if key[0] == "faults"]
    print(f"# {sum(refused)} requests with one of {len(refused)} faults refused, their twins "
          "accepted")
    for operation in REQUESTS:
        print(f"#   {operation}: {tally['sent', operation]} sent, "
              f"{tally['answered', operation]} replies")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
