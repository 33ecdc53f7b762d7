# SPDX-License-Identifier: GPL-2.0-only
"""What goes on beside the traffic: each a process, as fast as it goes."""

import ctypes
import errno
import fcntl
import itertools
import multiprocessing
import os
import random
import select
import socket
import struct
import subprocess
import time
import traceback

import examples
import messages
from netlib import FEATURES, ZONES, reference
from netns import PATIENCE
from topology import HOSTS
from wire import (ACK, DUMP, ENUMS, MESSAGE_HEADER, OPERATIONS, REQUEST, SETS,
                  Client, Interrupted, Refusal, decode, encode, module_references, walk)

CLONE_NEWNET = 0x40000000
SIOCSIFNAME = 0x8923
SO_RCVBUFFORCE = 33
HEAD, U64 = struct.Struct("=HH"), struct.Struct("=Q")
WAITING = 20            # namespaces that the kernel has not ended yet
# Of which leaks are seen: so many, or what a slow kernel does in some seconds.
LOADS, NAMESPACES, ENOUGH = 200, 100, 300
# Requests in one message, and messages at least: so two that reset at once
# meet in the kernel, however slow the machine.
BATCH, BATCHES = 16, 60
_fork = multiprocessing.get_context("fork")
_libc = ctypes.CDLL(None, use_errno=True)

# What every policy of the run has: the flows count on it. Nobody switches
# ocs2007 on.
ALWAYS_OFF = "ocs2007"
# The rows of the site's own that all have; others come and go before them. One
# takes the ports of turn-udp while that is elsewhere, and the other way round.
HERE, THERE = 3478, 3999
SETS_OF_OWN = {"balancer": HOSTS["client"][1:], "admins": HOSTS["admin"][1:]}


def rows_of_its_own(turn, before=0, behind=0):
    """The rows that all have, in the midst of so many others."""
    def others(first, count):
        return {f"other-{n}": {"service": "access", "out": [f"tcp/{n + 2000}", "udp/9-99"],
                               "peers": ["admins"]} for n in range(first, first + count)}
    mine = {
        "rdp": {"service": "internal", "in": ["tcp/3389"], "peers": ["admins"]},
        "turn": {"service": "av", "in": [f"udp/{turn}"], "peers": ["balancer"]},
        "snmp": {"service": "internal", "in": ["udp/161-162"], "peers": ["admins"]},
    }
    if before % 2:
        mine = dict(reversed(mine.items()))
    return {**others(0, before), **mine, **others(9, behind)}


BASE = reference(features=[f for f in FEATURES if f != ALWAYS_OFF],
                 zones=[*ZONES, "site"], rows=rows_of_its_own(THERE),
                 peers={"dns": list(HOSTS["partner"][1:]), **SETS_OF_OWN})
VARIANTS = [
    BASE,
    BASE.but(zones=["external", "internal", "site"], features=[
        "remote-access", "av", "web-conferencing"],
        ports={"turn-udp": THERE, "access-federation": 5070},
        rows=rows_of_its_own(HERE, before=5),
        nodes={**BASE.nodes, "edge3": {"access": ["131.107.155.77"]}},
        interfaces={**BASE.interfaces, "dmz9": ["edge"]}),
    BASE.but(peers={"crl": [f"10.{i >> 8}.{i & 255}.0/24"
                            for i in range(1000)]},
             rows=rows_of_its_own(THERE, before=2, behind=15),
             ping=["internal"], ping_peers=["admins"],
             interfaces={**BASE.interfaces, "dmz9": ["external"]}),
    BASE.but(ping=["external"], peers={"federation-partners": [
        f"2001:db8:{i:x}::/48" for i in range(300)]},
        ports={"turn-udp": THERE, "webconf-client": 444},
        rows_off=["pic/2", "site/other-9"],
        rows=rows_of_its_own(HERE, before=9, behind=9)),
]
# All rows of the media ports, UDP ones among them.
MEDIA = BASE.but(features=FEATURES)
# Prefixes of crl in a transaction, as octets: so many take Python too long.
CHUNKS = [b"".join(struct.pack("!4B4B", 10, i >> 8, i & 255, 0, 24, 0, 0, 0)
                   for i in range(first, first + 8000))
          for first in range(0, 16_000, 8000)]


class Worker:
    """A function in a process of its own, which does its work at least once,
    and again until it is stopped; it returns what it did, a dict of numbers."""

    def __init__(self, function, *args):
        self.name = function.__name__
        self.over = _fork.Event()
        self.answer, self._send = _fork.Pipe(duplex=False)
        # A daemon ends with a run that fails.
        self.process = _fork.Process(target=self._run, args=(function, args),
                                     daemon=True)

    def _run(self, function, args):
        try:
            self._send.send(function(self.over, *args))
        except BaseException:                   # for who reads the answer
            self._send.send(traceback.format_exc())

    def start(self):
        self.process.start()

    def stop(self):
        """Ends it. Returns its totals; raises what went wrong in it."""
        self.over.set()
        if not self.answer.poll(PATIENCE):
            self.process.kill()
            raise AssertionError(f"{self.name} does not end")
        answer = self.answer.recv()
        self.process.join()
        assert not isinstance(answer, str), f"{self.name}: {answer}"
        return answer


def load_message(config):
    """The octets of a load, made once."""
    return encode("policy", messages.load_of(examples.read_site(str(config))))


def ask(client, operation, octets=b"", flags=ACK):
    """The raw messages of an answer."""
    number = client.send(client.family, OPERATIONS[operation]["number"],
                         octets, flags)
    return [message for _, _, message in client.receive(number, None)]


class Messages:
    """The octets of requests, made once."""

    def __init__(self):
        self.loads = [load_message(config) for config in VARIANTS]
        self.stale = self.loads[0] + encode("policy", {"generation": 0})
        self.large = self.loads[0]
        self.chunks = [encode("policy", {"peers": [
            {"set": "crl", "prefixes-ipv4": chunk}]}) for chunk in CHUNKS]


def reloads(over, box, messages):
    """Different policies, whole; some in a transaction, some refused."""
    client = Client(box)
    totals = {"reloads": 0, "transactions": 0, "stale loads": 0}
    for turn in itertools.count(1):
        if over.is_set() and turn > 20:
            return totals
        if turn % 20 == 2:
            _transaction(client, messages, totals)
        elif turn % 20 == 4:
            try:
                ask(client, "load", messages.stale)
                raise AssertionError("a load of no generation succeeds")
            except Refusal as refusal:
                assert refusal.errno == errno.ESTALE
                totals["stale loads"] += 1
        else:
            ask(client, "load", messages.loads[turn % len(messages.loads)])
            totals["reloads"] += 1


def _transaction(client, messages, totals):
    """Stale when another policy came between."""
    ask(client, "begin")
    for chunk in messages.chunks:
        ask(client, "peers-add", chunk)
    totals["transactions"] += 1
    try:
        ask(client, "load", messages.large)
    except Refusal as refusal:
        assert refusal.errno == errno.ESTALE
        totals["stale loads"] += 1


def switches(over, box, choices):
    """Zones, features and the mode, there and back."""
    some = [encode("switch", choice) for choice in choices]
    client = Client(box)
    for count in itertools.count():
        if over.is_set() and count:
            return {"switches": count}
        ask(client, "switch", some[count % len(some)])


def dumps(over, boxes, edgectls):
    """Each dump is of one policy from end to end: the last attribute of every
    message is its generation."""
    clients = [Client(box) for box in boxes]
    totals = {"dumps": 0, "edgectl show": 0}
    for turn in itertools.count():
        if over.is_set() and turn:
            return totals
        for client in clients:
            for operation in "row-get", "node-get", "peers-get", "prefix-get":
                answer = ask(client, operation, flags=DUMP)
                assert len({message[-8:] for message in answer}) <= 1
                assert answer or operation == "prefix-get"
                totals["dumps"] += 1
            _dump_counters(client)
            totals["dumps"] += 1
            ask(client, "status-get")
        for edgectl in edgectls if turn % 10 == 0 else ():
            edgectl("show", "config")
            totals["edgectl show"] += 1


def _dump_counters(client):
    """Of one policy as well, or interrupted."""
    try:
        answer = client.dump("counters-dump")
    except Interrupted:
        return
    assert answer and len({node["generation"] for node in answer}) == 1


def add_up(total, counts):
    for name, value in counts.items():
        total[name] = total.get(name, 0) + value


def resets(over, boxes, nodes, seed):
    """Reads and resets all counters, some by zone; returns the sums of what
    was read, by box."""
    rng = random.Random(seed)
    clients = [Client(box) for box in boxes]
    sums = [{} for _ in boxes]
    for count in itertools.count():
        if over.is_set() and count:
            return {"resets": 2 * count * len(boxes), "sums": sums}
        for client, total in zip(clients, sums):
            zone = rng.choice((None, None, None, "external", "internal"))
            read_and_reset(client, rng.choice(nodes), zone, total)
            reset_drops(client, total)


_counters, _counts = (SETS[name] for name in ("counters", "counts"))
KINDS = {_counters[name]["number"]: name for name in ("row", "service")}
SERVICES = ENUMS["service"]
NAMES = ("connections", "packets-to-edge", "bytes-to-edge",
         "packets-from-edge", "bytes-from-edge", "denied")
NUMBERS = {_counts[name]["number"]: name.replace("-", "_") for name in NAMES}


def read_and_reset(client, node, zone, total):
    octets = encode("counters", {"node": node, "zone": zone, "reset": True})
    message, = ask(client, "counters-get", octets)
    _add_counters(message, node, total)


def _add_counters(message, node, total):
    at = MESSAGE_HEADER
    while at < len(message):
        length, kind = HEAD.unpack_from(message, at)
        if kind & 0x3fff in KINDS:
            _add_counts(message[at + 4:at + length], KINDS[kind & 0x3fff],
                        node, total)
        at += (length + 3) & ~3


def _add_counts(entry, kind, node, total):
    length = HEAD.unpack_from(entry)[0]
    name = entry[4:length]
    name = SERVICES[name[0]] if kind == "service" else \
        name.rstrip(b"\0").decode()
    counts = total.setdefault((node, name), dict.fromkeys(
        NUMBERS.values(), 0))
    at = (length + 3) & ~3
    while at < len(entry):
        length, number = HEAD.unpack_from(entry, at)
        if number in NUMBERS:
            counts[NUMBERS[number]] += U64.unpack_from(entry, at + 4)[0]
        at += length


def reset_drops(client, total):
    _add_drops(client.do("drops-get", reset=True), total)


def _add_drops(reply, total):
    for entry in reply["drop"]:
        key = "drop", entry.pop("reason")
        add_up(total.setdefault(key, {}), {
            name.replace("-", "_"): n for name, n in entry.items()})


def racing_resets(over, box, node):
    """Resets a node's counters and the drops, many times in one message: the
    kernel is at it nearly all the time."""
    client = Client(box)
    client.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    kinds = {"counters-get": ("counters", {"node": node, "reset": True}),
             "drops-get": ("drops", {"reset": True})}
    batch = BATCH * b"".join(
        struct.pack("=IHHIIBBH", MESSAGE_HEADER + len(octets), client.family,
                    REQUEST, 0, 0, OPERATIONS[name]["number"], 1, 0) + octets
        for name, (kind, more) in kinds.items()
        for octets in [encode(kind, more)])
    sums, total = [{}, {}], {}
    for count in itertools.count():
        if over.is_set() and count >= BATCHES:
            break
        client.socket.send(batch)
        for turn in range(len(kinds) * BATCH):
            _add_reply(sums[turn % 2], client.socket.recv(1 << 16),
                       ("counts", "drop")[turn % 2])
    for message in _sums_of(sums[0]):
        _add_counters(message, node, total)
    for message in _sums_of(sums[1]):
        _add_drops(decode("drops", message[MESSAGE_HEADER:]), total)
    return {"racing resets": len(kinds) * BATCH * count, "sums": [total]}


def _add_reply(sums, message, entries):
    """Adds up replies as if each were one large number, which no counter
    overflows its part of. Those of one length are laid out alike, since only
    last-hit may be absent, and it stays once it has come."""
    if len(message) not in sums:
        sums[len(message)] = [message, _counters_in(message, entries), 0]
    one = sums[len(message)]
    one[2] += int.from_bytes(message, "little") & one[1]


def _counters_in(message, entries):
    """Ones where a reply has its counters."""
    wanted = {kind["number"] for kind in SETS[entries].values()
              if kind["type"] == "u64"}
    mask = bytearray(len(message))
    for at, _, entry in walk(message, MESSAGE_HEADER):
        for place, number, _ in walk(message[:at + 4 + len(entry)], at + 4):
            if number in wanted:
                mask[place + 4:place + 12] = b"\xff" * 8
    assert any(mask), "no reply"
    return int.from_bytes(mask, "little")


def _sums_of(sums):
    """Replies again, each the sum of those of one length."""
    for size, (message, mask, total) in sums.items():
        head = int.from_bytes(message, "little") & ~mask
        yield (head | total & mask).to_bytes(size, "little")


def renames(over, boxes):
    """A device takes a bound name and loses it again; now and then one comes
    and goes. dmz9 is bound in some policies."""
    rooms = []
    for box in boxes:
        box.ip("link add spare0 type dummy\nlink add spare1 type dummy\n")
        rooms.append(box.socket(socket.AF_INET, socket.SOCK_DGRAM))
    count = 0
    steps = (("spare0", "dmz9"), ("spare1", "spare0"), ("dmz9", "spare1"))
    while not (over.is_set() and count):
        if count % 300 == 0:
            for box in boxes:
                box.ip("link add dmz9 type dummy\nlink del dmz9\n")
        for room in rooms:
            for old, new in steps:
                fcntl.ioctl(room, SIOCSIFNAME, struct.pack(
                    "16s16s8x", old.encode(), new.encode()))
                count += 1
    for box in boxes:
        box.ip("link del spare0\nlink del spare1\n")
    return {"renames": count}


def namespaces(over, messages):
    """Namespaces that come, get a policy and go: with traffic under way,
    a transaction open, a dump half read."""
    totals = {"namespaces": 0, "packets in them": 0}
    while not (over.is_set() and totals["namespaces"] > 2):
        _await_room()
        totals["packets in them"] += a_namespace(messages, totals["namespaces"])
        totals["namespaces"] += 1
    return totals


def _await_room():
    """The kernel ends namespaces one by one, and later."""
    while module_references() > WAITING:
        select.select([], [], [], 0.05)


def a_namespace(messages, turn):
    """One of these. Returns how many packets were sent in it."""
    packets = 0
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if _libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    with Client() as client:
        ask(client, "load", messages.loads[turn % len(messages.loads)])
        if turn % 3 == 1:
            ask(client, "begin")
            client.send(client.family, OPERATIONS["row-get"]["number"], b"",
                        DUMP)
        elif turn % 3 == 2:
            packets = _local_traffic()
        if _libc.setns(home, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    os.close(home)
    return packets


def again_and_again(over, box, messages):
    """A number of everything that takes memory, and nothing beside it."""
    client = Client(box)

    def load(turn):
        ask(client, "load", messages.loads[turn % len(messages.loads)])
        ask(client, "switch", encode("switch", {
            "zones-off" if turn % 2 else "zones-on": ["pic"]}))

    def namespace(turn):
        _await_room()
        a_namespace(messages, 3 * turn)
    return {"loads": _often(load, LOADS),
            "namespaces": _often(namespace, NAMESPACES)}


def _often(work, most):
    """How often it was done."""
    end = time.monotonic() + ENOUGH
    for turn in range(most):
        if turn and time.monotonic() > end:
            return turn
        work(turn)
    return most


def _local_traffic():
    """An Edge's own: the box is one, and sends to a partner over a device
    that goes with the namespace. What is refused is told at once."""
    subprocess.run(["ip", "-batch", "-"], check=True, text=True, input=(
        "link add wan0 type dummy\nlink set wan0 up\n"
        "addr add 131.107.155.10/24 dev wan0\n"
        "route add default dev wan0\n"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("131.107.155.10", 0))
        for _ in range(50):
            s.sendto(b"some", ("203.0.113.9", 53))
            try:
                s.sendto(b"some", ("203.0.113.9", 9))
                raise AssertionError("a forbidden packet was sent")
            except PermissionError:
                pass
    return 100
