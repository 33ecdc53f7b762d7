# SPDX-License-Identifier: GPL-2.0-only
"""Every allocation fails once: an operation is repeated with its first
allocation failing, then its second, and so on until none is left to fail.
After each, what was in force is in force, or what was asked for is, whole.

Needs a kernel that makes allocations fail, as uml and uml-debug do. In
uml-debug, what an error has leaked is found too. By default long series are
sampled; with FAULTS=all none is left out.
"""

import collections
import contextlib
import ctypes
import errno
import itertools
import os
import pathlib
import re
import socket
import struct

import pytest

import packets
from netlib import Namespace, link, reference, until
from wire import (ACK, DUMP, OPERATIONS, Client, Refusal, decode, encode, hooks_of,
                  load_module, module_is_loaded, module_references, peers_of,
                  policy, unload_module)

DEBUGFS = pathlib.Path("/sys/kernel/debug")
KMEMLEAK = DEBUGFS / "kmemleak"
ALL = os.environ.get("FAULTS") == "all"
MANY = 60               # so many in a row, then samples, unless ALL
STEP = 7
ENDLESS = 1_000_000      # more than any call has allocations
NO_MEMORY = {errno.ENOMEM, errno.ENOBUFS}
SYS_IOCTL, SYS_SENDTO = 16, 44
SYS_UNSHARE, SYS_FINIT_MODULE = 272, 313
CLONE_NEWNET = 0x40000000
SIOCSIFNAME = 0x8923

pytestmark = pytest.mark.skipif(
    not (DEBUGFS / "failslab").exists(),
    reason="this kernel cannot make an allocation fail")

# What is in force, and what is asked for instead: they differ in all that
# takes memory, and permit different packets.
BASE = reference(features=["av", "remote-access"],
                 peers={"crl": ["192.0.2.0/24"]})
OTHER = reference(
    zones=["external"], features=["remote-access"], ping=["external"],
    interfaces={**reference().interfaces,
                **{f"some{i}": ["edge"] for i in range(40)}},
    nodes={"edge1": BASE.nodes["edge1"],
           **{f"node{i}": {"av": [f"131.107.156.{i}", f"2001:db8:156::{i}"]}
              for i in range(20)}},
    peers={"crl": [f"10.{i >> 8}.{i & 255}.0/24" for i in range(500)],
           "dns": [f"2001:db8:{i:x}::/48" for i in range(200)]})
# The table of OTHER: moved ports, and rows and sets of the site's own.
OWN_SETS = {31: ["198.51.100.0/24"], 30: ["192.168.10.64/28", "2001:db8:7::/48"]}
TABLE = {
    "own-set": [{"set": 31, "name": "monitor"}, {"set": 30, "name": "admins"}],
    "port": [{"service": "webconf", "protocol": 6, "documented-low": 443,
              "documented-high": 443, "low": 444, "high": 444}],
    "site-row": [{
        "name": f"row-{i}", "service": "internal", "direction": "in",
        "ports": [{"protocol": 6, "low": 3389 + 300 * i, "high": 3400 + 600 * i},
                  {"protocol": 17, "low": 161, "high": 161}],
        "sets": 1 << 30, "nodes": ["edge1", "node3"], "note": "jump hosts",
    } for i in range(20)],
    "row-off": ["external/9", "site/row-7"],
    "ping-peers": 1 << 31,
}
QUESTIONS = [       # protocol, source, destination, port, interface
    ("udp", "198.51.100.7", "131.107.155.30", 3478, "wan0"),    # BASE's only
    ("icmp", "198.51.100.7", "131.107.155.30", None, "wan0"),   # OTHER's
    ("tcp", "198.51.100.7", "131.107.155.10", 443, "wan0"),     # both's
    ("tcp", "2001:db8:51::7", "2001:db8:155::10", 444, "wan0"),  # neither's
]
VERDICTS = {"base": ["accept", "drop", "accept", "drop"],
            "other": ["drop", "accept", "accept", "drop"],
            "none": ["not-governed"] * 4}


@pytest.fixture(scope="session")
def library(helpers):
    """fault.so; and every kind of allocation may fail."""
    for name in "failslab", "fail_page_alloc":
        folder = DEBUGFS / name
        for file, value in (("ignore-gfp-wait", "N"), ("verbose", "1"),
                            ("ignore-gfp-highmem", "N"), ("min-order", "0")):
            if (folder / file).exists():
                (folder / file).write_text(value, encoding="ascii")
    found = ctypes.CDLL(str(helpers / "fault.so"), use_errno=True)
    found.with_fault.restype = ctypes.c_long
    found.with_fault.argtypes = [
        ctypes.c_int, ctypes.c_uint, ctypes.POINTER(ctypes.c_uint)
    ] + [ctypes.c_long] * 7
    return found


def scan():
    """What nothing points to any more, as reports: those that name nf_edge,
    and the others. All of them are forgotten after that."""
    KMEMLEAK.write_text("scan", encoding="ascii")
    ended = ctypes.CDLL(None).usleep        # they must be five seconds old
    for _ in range(6):
        ended(1_000_000)
    for _ in range(2):
        KMEMLEAK.write_text("scan", encoding="ascii")
    reports = [r for r in re.split(
        r"(?=^unreferenced object)", KMEMLEAK.read_text(encoding="ascii"),
        flags=re.M) if r.strip()]
    KMEMLEAK.write_text("clear", encoding="ascii")
    return ([r for r in reports if "nf_edge" in r],
            [r for r in reports if "nf_edge" not in r])


class Faults:
    """Series of faults, and how many each operation took."""

    def __init__(self, library, capsys):
        self.library, self.capsys = library, capsys
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        self.left = ctypes.c_uint()
        self.kept = []

    def call(self, nth, number, *args):
        """A system call of which the nth allocation fails; (its result, or
        minus its error; whether there was an nth)."""
        words = []
        for arg in args + (0,) * (6 - len(args)):
            if isinstance(arg, (bytes, bytearray)):
                arg = (ctypes.c_char * len(arg)).from_buffer(bytearray(arg))
                self.kept.append(arg)
                arg = ctypes.addressof(arg)
            words.append(arg)
        result = self.library.with_fault(self.file, nth, self.left, number,
                                         *words)
        self.kept.clear()
        return result, bool(nth) and not self.left.value

    def series(self, name, attempt, many=MANY, step=STEP, last=None):
        """attempt(n) fails the nth allocation and says whether there was one;
        again until there is none. Unless all are wanted, after `many` come
        samples; or only the `last` ones are tried. The count is printed. The
        last n that failed, when none is left out."""
        n, count = 1, 0
        if last and not ALL:
            attempt(ENDLESS)
            n = max(1, ENDLESS - self.left.value - last)
            many = ENDLESS
        while attempt(n):
            count += 1
            n += 1 if ALL or n < many else step
        assert count, f"{name}: no allocation"
        self.say(f"{name}: {count} faults" + (
            f", a part of about {n}" if n > count + 1 else ""))
        return n - 1

    def say(self, text):
        with self.capsys.disabled():
            print(f"\n    {text}", end="", flush=True)

    def nothing_leaked(self):
        """A sampled run scans once, when scripts/vm ends it."""
        if not ALL:
            return
        ours, others = scan()
        for report in others:
            self.say(f"not ours: {report}")
        assert not ours, "\n".join(ours)

    def close(self):
        os.close(self.file)


@pytest.fixture
def faults(nf_edge, library, capsys):
    made = Faults(library, capsys)
    yield made
    made.close()


class Box:
    """A site with a policy, and requests of which an allocation fails."""

    def __init__(self, net, faults):
        self.net, self.faults = net, faults
        self.client = Client(net.box)       # without faults
        self.asker = Client(net.box)        # with them
        self.number = self.client.family
        self.loads = {"base": self.load_of(BASE),
                      "other": self.load_of(OTHER, TABLE, OWN_SETS)}
        family = 4
        self.packets = [net.at("client", family), net.at("edge1.av", family)]

    @staticmethod
    def load_of(config, table=None, own_sets=None):
        sets = {**config.peers, **(own_sets or {})}
        return encode("policy", {**policy(config), **(table or {}), "peers": [
            one for name, prefixes in sets.items()
            for one in peers_of(name, prefixes)]})

    def ask(self, nth, operation, octets=b"", flags=ACK):
        """One request. (what came of it, replies, whether an allocation
        failed): came is 0, an error, or None when there is no answer."""
        a = self.asker
        a._sequence += 1
        body = struct.pack("=BBH", OPERATIONS[operation]["number"], 1, 0) + octets
        message = struct.pack("=IHHII", 16 + len(body), self.number,
                              1 | flags, a._sequence, 0) + body
        result, failed = self.faults.call(nth, SYS_SENDTO, a.socket.fileno(),
                                          message, len(message))
        replies, came = self._answers(a, operation)
        if result < 0:
            assert came is None and not replies
            came = -result
        return came, replies, failed

    @staticmethod
    def _answers(client, operation):
        replies, came = [], None
        client.socket.setblocking(False)
        while True:
            try:
                data = client.socket.recv(1 << 20)
            except BlockingIOError:
                return replies, came
            except OSError as error:        # the answer took memory too
                assert error.errno == errno.ENOBUFS
                came = error.errno
                continue
            at = 0
            while at < len(data):
                length, kind, _, number, _ = struct.unpack_from(
                    "=IHHII", data, at)
                if kind in (2, 3):
                    if number == client._sequence:
                        came = -struct.unpack_from("=i", data, at + 16)[0]
                else:
                    replies.append(decode(
                        OPERATIONS[operation]["attribute-set"],
                        data[at + 20:at + length]))
                at += (length + 3) & ~3

    def fresh(self):
        """Another socket: what an old one was left with is over."""
        self.asker.close()
        self.asker = Client(self.net.box)

    def is_in_force(self):
        """base, other or none, by what the classifier says; anything else is
        neither, and fails."""
        said = [self.client.explain(*q[:4], arrives=q[4])["verdict"]
                for q in QUESTIONS]
        for name, verdicts in VERDICTS.items():
            if verdicts == said:
                return name
        raise AssertionError(f"neither policy is in force: {said}")

    def generation(self):
        return self.client.do("status-get")["generation"]

    def put(self, which):
        """In force, by a request that nothing happens to; nothing waits."""
        with contextlib.suppress(Refusal):
            self.client.do("confirm")
        if which == "none":
            self.client.do("flush")
        else:
            list(self.client.receive(self.client.send(
                self.number, OPERATIONS["load"]["number"], self.loads[which]),
                None))

    def packets_agree(self, which):
        """Real packets meet with what is said to be in force."""
        src, dst = self.packets
        self.net.config = OTHER if which == "other" else BASE
        packet = packets.udp(src.address, dst.address, self.net.port(), 3478,
                             b"fault")
        if which == "base":
            self.net.lets_by(src, packet, ["external/14"])
        elif which == "other":
            self.net.drops(src, packet, "disabled", ["external/14"])

    def close(self):
        self.client.close()
        self.asker.close()


@pytest.fixture
def box(net, faults):
    made = Box(net, faults)
    made.put("base")
    yield made
    made.put("base")
    made.close()


def is_looked_at(n):
    return n in (1, 2, 3) or not n % 25


def change(box, name, operation, octets, before, after, prepare=None,
           many=MANY):
    """A request that changes the policy, with each allocation failing. Its octets may
    be made anew each time."""
    def attempt(n):
        if box.is_in_force() != before:
            box.put(before)
        if prepare:
            prepare()
        generation = box.generation()
        references = module_references()
        came, replies, failed = box.ask(n, operation, octets() if callable(octets) else octets)
        now = box.is_in_force()
        if came:
            # Its answer may be what there was no memory for.
            assert came in NO_MEMORY, (n, came)
        if came == errno.ENOMEM:
            assert now == before, (n, replies)
        if came == 0 and replies:
            assert now == after, (n, replies)
        assert now in (before, after)
        assert box.generation() == generation + (now != before), n
        if now == before:
            assert module_references() == references, n
        if is_looked_at(n):
            box.packets_agree(now)
        if not failed:
            assert (came, now) == (0, after), n
        box.fresh()
        return failed
    box.faults.series(name, attempt, many)
    box.faults.nothing_leaked()


def test_a_load_puts_all_of_it_in_force_or_nothing(box):
    change(box, "load", "load", box.loads["other"], "base", "other", many=40)


def hooks_but_defragmentation(ns):
    """Conntrack that cannot be had leaves it behind, until the namespace ends:
    the kernel does not take it back."""
    return [hook for hook in hooks_of(ns) or () if "defrag" not in hook]


def test_a_first_load_hooks_all_or_nothing(box):
    """Conntrack, the hooks and the module's reference as well."""
    box.put("none")
    until(lambda: module_references() == 0, "nobody holds the module")
    turns = itertools.count()

    def before():
        if not next(turns) % 10:
            assert hooks_but_defragmentation(box.net.box) == []
    change(box, "first load", "load", box.loads["base"], "none", "base",
           before, many=40)


def test_a_load_by_transaction_takes_all_of_it_or_nothing(box):
    chunks = [encode("policy", {"peers": [one]})
              for one in peers_of("crl", [f"10.{i >> 8}.{i & 255}.0/24"
                                          for i in range(3000)])]
    last = encode("policy", {**policy(OTHER), "peers": [
        one for name, prefixes in OTHER.peers.items() if name != "crl"
        for one in peers_of(name, prefixes)]})

    def prepare():
        assert box.ask(0, "begin")[0] == 0
        for chunk in chunks:
            assert box.ask(0, "peers-add", chunk)[0] == 0
    change(box, "load of a transaction", "load", last, "base", "other",
           prepare, many=20)


def test_a_switch_is_made_or_not(box):
    # ping is no switch: so there is a policy that a switch makes of the base.
    octets = encode("switch", {"features-off": ["av"]})
    VERDICTS["switched"] = ["drop", "drop", "accept", "drop"]
    try:
        change(box, "switch", "switch", octets, "base", "switched")
    finally:
        del VERDICTS["switched"]


WAITS = encode("policy", {"confirm-timeout": 3600})


def let_wait(box):
    """The other policy in force, and the base comes back."""
    if "confirm-left" not in box.client.do("status-get"):
        box.put("base")
        assert box.ask(0, "load", box.loads["other"] + WAITS)[0] == 0


def test_a_change_that_waits_is_made_or_not(box):
    """Its way back is made with it: half a change never waits."""
    change(box, "load --confirm", "load", box.loads["other"] + WAITS, "base",
           "other", many=40)
    box.put("other")
    VERDICTS["switched"] = ["drop", "drop", "accept", "drop"]
    try:
        change(box, "switch --confirm", "switch", encode("switch", {
            "features-off": ["av"], "confirm-timeout": 3600}), "base", "switched")
    finally:
        del VERDICTS["switched"]


def test_a_rollback_is_made_or_not(box):
    change(box, "rollback", "rollback", b"", "other", "base", lambda: let_wait(box))


def test_a_confirmation_is_made_or_not(box):
    change(box, "confirm", "confirm", b"", "other", "other", lambda: let_wait(box))
    change(box, "confirm GENERATION", "confirm", lambda: encode("policy", {
        "generation": box.generation()}), "other", "other", lambda: let_wait(box))
    box.put("other")


def test_a_flush_is_made_or_not(box):
    change(box, "flush", "flush", b"", "base", "none")


def test_a_dry_run_changes_nothing(box):
    octets = box.loads["other"] + encode("policy", [
        ("dry-run", True), ("query", [query(*q) for q in QUESTIONS])])
    reads(box, "dry run", "load", octets, many=40)


# Connections of the same ends, as conntrack has them; the last one is translated.
CONNECTIONS = [("udp", "198.51.100.7", "131.107.155.30", 3478, None),
               ("tcp", "198.51.100.7", "131.107.155.10", 443, None),
               ("tcp", "198.51.100.7", "131.107.155.10", 443, "131.107.155.30")]
CUT = {"base": ["accept"] * 3, "other": ["drop", "accept", "accept"]}
TRIED = ("tried", True)


def connection(protocol, src, dst, port, translated):
    return {"protocol": {"tcp": 6, "udp": 17}[protocol], "source-ipv4": src,
            "destination-ipv4": dst, "destination-port": port,
            "reply-source-ipv4": translated or dst, "reply-destination-ipv4": src}


def asked(*more):
    return encode("policy", [("query", [connection(*c) for c in CONNECTIONS]), *more])


def try_other(box):
    assert box.ask(0, "begin")[0] == 0
    assert box.ask(0, "load", box.loads["other"] + encode("policy", [("dry-run", True)]))[0] == 0


def verdicts_of(replies):
    return [answer["verdict"] for answer in replies[0]["query"]]


@pytest.mark.parametrize("which", ["base", "other"])
def test_connections_are_judged_or_not(box, which):
    """By the policy in force, and by one that was tried: a route that finds no memory
    is no verdict."""
    octets = asked(TRIED) if which == "other" else asked()

    def attempt(n):
        if which == "other":
            try_other(box)
        came, replies, failed = box.ask(n, "explain", octets)
        assert not came or came in NO_MEMORY, (n, came)
        if replies:
            assert verdicts_of(replies) == CUT[which], n
        assert (box.is_in_force(), box.generation()) == ("base", generation), n
        box.fresh()
        return failed
    generation = box.generation()
    box.faults.series(f"explain connections, {which}", attempt, many=20)
    box.faults.nothing_leaked()


@pytest.mark.parametrize("operation", ["load", "switch"])
def test_a_policy_is_tried_or_not(box, operation):
    """Nothing of it is published, and what was tried before is not asked for it."""
    octets = {"load": box.loads["other"] + encode("policy", [("dry-run", True)]),
              "switch": encode("switch", {"features-off": ["av"], "dry-run": True})}[operation]

    def attempt(n):
        assert box.ask(0, "begin")[0] == 0
        came, _, failed = box.ask(n, operation, octets)
        assert not came or came in NO_MEMORY, (n, came)
        told, replies, _ = box.ask(0, "explain", asked(TRIED))
        assert told in (0, errno.EINVAL), (n, told)
        assert told == 0 or came, n
        if told == 0:
            assert verdicts_of(replies) == CUT["other"], n
        assert (box.is_in_force(), box.generation()) == ("base", generation), n
        if is_looked_at(n):
            box.packets_agree("base")
        box.fresh()
        return failed
    generation = box.generation()
    box.faults.series(f"try a {operation}", attempt, many=30)
    box.faults.nothing_leaked()


def query(protocol, src, dst, port, interface):
    numbers = {"tcp": 6, "udp": 17, "icmp": 1}
    family = 6 if ":" in src else 4
    return {"protocol": numbers[protocol], f"source-ipv{family}": src,
            f"destination-ipv{family}": dst, "destination-port": port,
            "in": interface}


def reads(box, name, operation, octets=b"", flags=ACK, many=MANY):
    """A request that changes nothing."""
    def attempt(n):
        came, _, failed = box.ask(n, operation, octets, flags)
        assert not came or came in NO_MEMORY, (n, came)
        if came == 0:
            assert failed or n
        assert box.generation() == generation
        assert box.is_in_force() == "base"
        if is_looked_at(n):
            box.packets_agree("base")
        box.fresh()
        return failed
    generation = box.generation()
    box.faults.series(name, attempt, many)
    assert box.ask(0, operation, octets, flags)[0] == 0
    box.faults.nothing_leaked()


READS = {"status-get": (b"", ACK), "drops-get": (b"", ACK),
         "counters-get": (encode("counters", {"node": "edge1"}), ACK),
         "explain": (encode("policy", {"query": [query(*QUESTIONS[0])]}), ACK),
         "row-get": (b"", DUMP), "node-get": (b"", DUMP),
         "peers-get": (b"", DUMP), "prefix-get": (b"", DUMP),
         "counters-dump": (b"", DUMP)}


@pytest.mark.parametrize("operation", READS)
def test_what_only_reads_changes_nothing(box, operation):
    reads(box, operation, operation, *READS[operation])


def test_a_transaction_begins_or_not(box):
    generation = box.generation()

    def attempt(n):
        came, _, failed = box.ask(n, "begin")
        assert not came or came in NO_MEMORY, (n, came)
        if came == errno.ENOMEM:
            # Nothing is open: another can be.
            assert box.ask(0, "begin")[0] == 0, n
        box.fresh()
        return failed
    box.faults.series("begin", attempt)
    assert (box.is_in_force(), box.generation()) == ("base", generation)
    # The places of all of them are free.
    four = [Client(box.net.box) for _ in range(4)]
    for one in four:
        one.do("begin")
        one.close()
    box.faults.nothing_leaked()


def test_a_socket_listens_or_not(box):
    """One without memory for its rings has none, and may ask again."""
    def attempt(n):
        came, _, failed = box.ask(n, "listen")
        assert not came or came in NO_MEMORY, (n, came)
        if came == errno.ENOMEM:
            assert box.ask(0, "listen")[0] == 0, n
        if is_looked_at(n):
            box.packets_agree("base")
        box.fresh()
        return failed
    box.faults.series("listen", attempt)
    # The places of all of them are free.
    eight = [Client(box.net.box) for _ in range(8)]
    for one in eight:
        one.do("listen")
    for one in eight:
        one.close()
    box.faults.nothing_leaked()


def test_peers_that_were_not_taken_spoil_their_transaction(box):
    """Or rows would be open to any. Where the kernel finds no memory before
    the module is asked, nothing of them was taken."""
    first, second = (encode("policy", {"peers": [
        {"set": "crl", "prefixes-ipv4": b"".join(
            struct.pack("!4B4B", 10 + turn, i >> 8, i & 255, 0, 24, 0, 0, 0)
            for i in range(4000))}]}) for turn in range(2))

    def attempt(n):
        assert box.ask(0, "begin")[0] == 0
        assert box.ask(0, "peers-add", first)[0] == 0
        came, _, failed = box.ask(n, "peers-add", second)
        assert not came or came in NO_MEMORY, (n, came)
        if came == errno.ENOMEM:
            spoiled = box.ask(0, "load", box.loads["base"])[0]
            assert spoiled in (0, errno.EINVAL), n
            outcomes[spoiled] += 1
            if not spoiled:
                assert prefixes_of("crl") == 4001, n
                box.put("base")
        assert box.is_in_force() == "base"
        box.fresh()
        return failed
    def prefixes_of(name):
        return next(one["count"] for reply in box.client.dump("peers-get")
                    for one in reply["peers"] if one["set"] == name)
    outcomes = collections.Counter()
    # Which of the allocations are the module's differs from call to call, so
    # that a series may pass them by.
    for _ in range(20):
        box.faults.series("peers-add", attempt)
        if outcomes[errno.EINVAL] >= 2:
            break
    assert outcomes[errno.EINVAL] >= 2, outcomes
    box.faults.nothing_leaked()


def test_counts_are_added_whole_or_not_at_all(box):
    """For an exchange of the module."""
    counts = {"row": [{"row": row, "denied": 7} for row in ("external/1", "external/2")],
              "service": [{"service": "av", "denied": 14}]}
    octets = encode("counters", {"node": "edge1", **counts})

    def denied():
        answer = box.client.do("counters-get", node="edge1")
        return [entry["denied"] for name in counts for entry in answer[name]
                if entry.get("row", entry.get("service")) in ("external/1", "external/2", "av")]

    def attempt(n):
        before = denied()
        came, _, failed = box.ask(n, "counters-add", octets)
        assert not came or came in NO_MEMORY, (n, came)
        more = [now - then for now, then in zip(denied(), before)]
        # Who has no room for the answer cannot know.
        assert more in ([0, 0, 0], [7, 7, 14]), (n, more)
        assert more == ([0, 0, 0] if came else [7, 7, 14]) or came == errno.ENOBUFS, (n, more)
        return failed
    box.faults.series("counters-add", attempt)
    box.faults.nothing_leaked()


@pytest.mark.parametrize("operation, attributes", [
    ("counters-get", {"node": "edge1", "reset": True}),
    ("drops-get", {"reset": True})])
def test_a_reset_that_is_not_answered_loses_no_count(box, operation,
                                                     attributes):
    net, (src, dst) = box.net, box.packets
    octets = encode(OPERATIONS[operation]["attribute-set"], attributes)

    def total(replies):
        return sum(entry["packets-to-edge"] for reply in replies
                   for entry in reply.get("row", ())
                   if entry["row"] == "external/14") + sum(
            entry["packets"] for reply in replies
            for entry in reply.get("drop", ()) if entry["reason"] == "no-row")
    box.ask(0, operation, octets)
    sent, read = 0, 0

    def attempt(n):
        nonlocal sent, read
        tap = net.tap(dst)
        for port in (9, 3478):
            net.injects(src, packets.udp(src.address, dst.address, 40000, port,
                                         b"one more"))
        net.awaits(tap, src.address, dst.address, dport=3478)
        net.tidy()
        sent += 1
        came, replies, failed = box.ask(n, operation, octets)
        assert not came or came in NO_MEMORY, (n, came)
        read += total(replies)
        box.fresh()
        return failed
    box.faults.series(f"{operation} with reset", attempt)
    read += total(box.ask(0, operation, octets)[1])
    assert read == sent
    box.faults.nothing_leaked()


# --- what is no request

def test_an_interface_is_followed_or_holds_no_side(box):
    """A device takes a bound name, and loses it: without memory it holds less
    than the policy says, never more, and its name's guards stand. The next
    change of any device ends that."""
    net = box.net
    # New names each time: the kernel may be left with what sysfs knows of them.
    bound, unbound = ([f"{word}{i}" for i in range(240)]
                      for word in ("wan7-", "spare"))
    net.config = BASE.but(interfaces={
        **BASE.interfaces, **{name: ["external"] for name in bound}})
    box.client.load(net.config)
    generation = box.generation()
    visitors = Namespace("visitors")
    room = net.box.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client, dst = box.packets
    free, inside = net.at("unbound", 4), net.at("user", 4).address

    def gets_through():
        """Whether a packet of a visitor does, that a bound name permits."""
        tap = net.tap(dst)
        port, mark = net.port(), net.port()
        visitors.inject(packets.udp("192.0.2.66", dst.address, port, 3478,
                                    b"visit"))
        # One that wan0 permits comes behind it.
        net.injects(client, packets.udp(client.address, dst.address, mark, 3478,
                                        b"mark"))
        net.awaits(tap, client.address, sport=mark)
        found = tap.arrived("192.0.2.66", sport=port)
        net.tidy()
        return bool(found)

    def is_guarded():
        """Whether a source from inside is spoofed on the visitors' device,
        though the policy does not govern where it goes."""
        watch = net.watch()
        tap = net.tap(free)
        port, mark = net.port(), net.port()
        for origin, address, sport in ((visitors, inside, port),
                                       (client.ns, client.address, mark)):
            origin.inject(packets.udp(address, free.address, sport, 3389))
        net.awaits(tap, client.address, sport=mark)
        found = tap.arrived(inside, sport=port)
        net.tidy()
        assert len(watch.delta().drops) == 1 - bool(found)
        return not found

    def attempt_of(some, others):
        def attempt(n):
            old, new = some.pop(), others.pop()
            mac = link(net.box, old, visitors, "eth0")
            net.box.ip(f"addr add 192.0.2.65/26 dev {old}\n"
                       f"neigh add 192.0.2.66 lladdr {mac} dev {old}\n"
                       f"link set {old} down\n")
            result, failed = box.faults.call(
                n, SYS_IOCTL, room.fileno(), SIOCSIFNAME, struct.pack(
                    "16s16s8x", old.encode(), new.encode()))
            name = old if result else new
            net.box.ip(f"link set {name} up\n")
            until(lambda: "state UP" in visitors.run("ip", "link", "show", "dev", "eth0").stdout,
                  "the visitors' device sends")
            passes = gets_through()
            # The forbidden way is shut, whatever failed; the permitted one
            # is open when nothing did.
            is_bound = name.startswith("wan")
            assert is_bound or not passes, n
            assert failed or name == new and passes == is_bound, (n, result)
            if is_bound and not passes:
                assert is_guarded(), n
                net.box.ip("link add other type dummy\n")
                assert gets_through() and is_guarded(), n
                net.box.ip("link del other\n")
            assert box.generation() == generation
            net.box.ip(f"link del {name}\n")
            outcomes[is_bound, passes] += 1
            return failed
        return attempt
    outcomes = collections.Counter()
    takes = attempt_of(unbound, bound)
    last = box.faults.series("a device takes a bound name", takes, last=22)
    # The module's is among the last ones. How many are before it differs by
    # one or two from call to call, so the series may have missed it, or ended
    # late.
    for n in itertools.islice(itertools.cycle(
            (last - 1, last, last - 2, last + 1)), 60):
        if outcomes[True, False]:
            break
        takes(n)
    assert outcomes[True, True] and outcomes[True, False], outcomes
    box.faults.series("a device loses a bound name",
                      attempt_of(bound, unbound), last=22)
    room.close()
    visitors.close()
    box.faults.nothing_leaked()


def test_a_namespace_is_made_or_not(box):
    """Without a policy; the one of another is not touched. What is made ends
    with the next."""
    generation = box.generation()
    made = collections.Counter()

    def attempt(n):
        with box.net.box.entered():     # and back
            result, failed = box.faults.call(n, SYS_UNSHARE, CLONE_NEWNET)
        made[result == 0] += 1
        if is_looked_at(n):
            assert (box.is_in_force(), box.generation()) == ("base", generation)
        return failed
    box.faults.series("a namespace is made", attempt, 1, 31)
    assert made[False] and made[True]
    assert (box.is_in_force(), box.generation()) == ("base", generation)
    box.packets_agree("base")
    box.faults.nothing_leaked()


def test_a_namespace_gets_a_policy_or_none(box):
    """A new one each time: nothing of it has been hooked before."""
    generation = box.generation()

    def attempt(n):
        own = Namespace("own")
        with Client(own) as client:
            site, box.asker = box.asker, client
            came, _, failed = box.ask(n, "load", box.loads["base"])
            box.asker = site
        assert not came or came in NO_MEMORY, (n, came)
        if came == errno.ENOMEM:
            with Client(own) as client:
                assert "mode" not in client.do("status-get"), n
                assert not client.do("status-get")["generation"], n
            assert hooks_but_defragmentation(own) == [], n
        own.close()
        return failed
    box.faults.series("first load in a new namespace", attempt, 1)
    until(lambda: module_references() == 1, "they have ended")
    assert (box.is_in_force(), box.generation()) == ("base", generation)
    box.faults.nothing_leaked()


def test_the_module_is_loaded_or_not(box):
    """The other way round: nothing remains of a load that fails, and the
    next one works."""
    box.put("none")
    until(lambda: not module_references(), "nobody holds the module")
    release = os.uname().release
    path, = pathlib.Path(f"/lib/modules/{release}").rglob("nf_edge.ko")
    unload_module()
    file = os.open(path, os.O_RDONLY)

    def attempt(n):
        result, failed = box.faults.call(n, SYS_FINIT_MODULE, file, b"\0", 0)
        assert result in (0, -errno.ENOMEM), (n, result)
        assert module_is_loaded() == (result == 0), n
        if result == 0:
            unload_module()
        return failed
    try:
        box.faults.series("the module is loaded", attempt, 1, 31)
    finally:
        os.close(file)
        if not module_is_loaded():
            load_module()
    box.number = box.client.family
    box.faults.nothing_leaked()
