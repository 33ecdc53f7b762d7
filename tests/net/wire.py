# SPDX-License-Identifier: GPL-2.0-only
"""The netlink family nf-edge by its own messages, for what edgectl would
never send: wrong attributes, many sockets, a thousand loads a second.

    with Client(ns) as client:
        client.do("status-get")                     a dict
        client.dump("row-get")                      a list of dicts
        client.load(reference(), dry_run=True)      a Config of netlib
        with refused(errno.EINVAL, "a mode is required"):
            client.do("load", zones=[])

Requests and replies are the names of include/specs/nf-edge.yaml. A value may
also be bytes, sent as they are, and a name a number, so that everything wrong
can be said. Addresses and prefixes are strings.
"""

import contextlib
import errno
import functools
import ipaddress
import os
import re
import select
import socket
import struct
import subprocess

import pytest
import yaml

from edgectl import Counters
from flow_table import TOP
from netns import PATIENCE, Namespace, until

SPEC = yaml.safe_load((TOP / "include/specs/nf-edge.yaml").read_text())
NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
REQUEST, ACK, DUMP = 1, 4, 0x300
CAPPED, ACK_TLVS = 0x100, 0x200
DUMP_INTR = 0x10
ERROR, DONE = 2, 3
NESTED = 0x8000
CONTROL = 16            # the family of families
MESSAGE_HEADER = 20     # netlink's and generic netlink's
# Prefixes in one attribute, whose length has 16 bits.
IPV4_ENTRIES, IPV6_ENTRIES = 8000, 3200

ENUMS = {d["name"]: [e if isinstance(e, str) else e["name"]
                     for e in d["entries"]]
         for d in SPEC["definitions"] if d["type"] in ("enum", "flags")}
LIMITS = {d["name"]: d["value"] for d in SPEC["definitions"]
          if d["type"] == "const"}
SETS = {s["name"]: {a["name"]: {**a, "number": number}
                    for number, a in enumerate(s["attributes"], 1)}
        for s in SPEC["attribute-sets"]}
OPERATIONS = {o["name"]: {**o, "number": number}
              for number, o in enumerate(SPEC["operations"]["list"], 1)}
EVENTS = {o["number"]: o for o in OPERATIONS.values() if "event" in o}
REQUESTS = [name for name, o in OPERATIONS.items() if "event" not in o]
# Numbers of sets, and masks of them: those of the document have names here.
SET_NUMBERS = {"set"}
SET_MASKS = {"sets", "peer-sets", "bound-sets", "ping-peers"}
INTEGERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}


class Refusal(Exception):
    """The kernel's answer to a request that it refuses. `place` names the
    attribute at fault ("node[1].name"), None when the answer names none."""

    def __init__(self, number, sentence=None, place=None):
        super().__init__(number, sentence, place)
        self.errno, self.sentence, self.place = number, sentence, place

    def __str__(self):
        return (f"{errno.errorcode.get(self.errno, self.errno)} at "
                f"{self.place}: {self.sentence}")


@contextlib.contextmanager
def refused(number, sentence=None, place=None):
    """Within it, a request is refused with this error, and with exactly this
    sentence and place."""
    with pytest.raises(Refusal) as caught:
        yield caught
    assert (caught.value.errno, caught.value.sentence,
            caught.value.place) == (number, sentence, place), caught.value


# --- attributes

def attribute(number, payload):
    head = struct.pack("=HH", 4 + len(payload), number)
    return head + payload + bytes(-len(payload) % 4)


def prefix_entries(prefixes, family):
    """Prefixes as the entries of a prefixes attribute."""
    made = [ipaddress.ip_network(p) for p in prefixes]
    return b"".join(n.network_address.packed + bytes((n.prefixlen, 0, 0, 0))
                    for n in made if n.version == family)


def names_of(kind):
    """The names of an attribute's values, by number; those of sets that are
    not of the document are numbers of their own."""
    if kind["name"] in SET_NUMBERS | SET_MASKS:
        names = ENUMS["peer-set"]
        return names + list(range(len(names), 32))
    return ENUMS.get(kind.get("enum"))


def is_mask(kind):
    return kind.get("enum-as-flags") or kind["name"] in SET_MASKS


def payload_of(kind, value):
    if isinstance(value, bytes):
        return value
    if kind["type"] == "flag":
        return b""
    if kind["type"] == "string":
        return value.encode(errors="surrogateescape") + b"\0"
    if kind["type"] == "nest":
        return encode(kind["nested-attributes"], value)
    if kind["name"] in ("prefixes-ipv4", "prefixes-ipv6"):
        return prefix_entries(value, int(kind["name"][-1]))
    if kind.get("display-hint") in ("ipv4", "ipv6"):
        return ipaddress.ip_address(value).packed
    names = names_of(kind)
    if is_mask(kind) and not isinstance(value, int):
        value = sum(1 << names.index(name) for name in value)
    elif isinstance(value, str):
        value = names.index(value)
    return struct.pack("=" + INTEGERS[kind["type"]], value)


def encode(attribute_set, attributes):
    """The octets of attributes: a dict, or pairs of name and value."""
    if isinstance(attributes, dict):
        attributes = attributes.items()
    made = []
    for name, value in attributes:
        if isinstance(name, int):
            made.append(attribute(name, value))
            continue
        kind = SETS[attribute_set][name]
        if value is None or kind["type"] == "flag" and value is False:
            continue
        number = kind["number"] | (NESTED if kind["type"] == "nest" else 0)
        many = kind.get("multi-attr") and isinstance(value, list) and \
            not (value and isinstance(value[0], tuple))
        for one in value if many else [value]:
            made.append(attribute(number, payload_of(kind, one)))
    return b"".join(made)


def walk(data, start=0):
    """(offset, number, payload) of the attributes in some octets."""
    at = start
    while at + 4 <= len(data):
        length, number = struct.unpack_from("=HH", data, at)
        if length < 4 or at + length > len(data):
            break
        yield at, number & 0x3fff, data[at + 4:at + length]
        at += (length + 3) & ~3


def value_of(kind, payload):
    if kind["type"] == "flag":
        return True
    if kind["type"] == "string":
        # A device may be called anything.
        return payload.rstrip(b"\0").decode(errors="surrogateescape")
    if kind["type"] == "nest":
        return decode(kind["nested-attributes"], payload)
    if kind.get("display-hint") in ("ipv4", "ipv6"):
        return str(ipaddress.ip_address(payload))
    if kind["name"] in ("prefixes-ipv4", "prefixes-ipv6"):
        size, octets = (8, 4) if kind["name"][-1] == "4" else (20, 16)
        assert not len(payload) % size
        entries = [payload[i:i + size] for i in range(0, len(payload), size)]
        assert not any(any(e[octets + 1:]) for e in entries)
        family = socket.AF_INET if octets == 4 else socket.AF_INET6
        return [f"{socket.inet_ntop(family, e[:octets])}/{e[octets]}"
                for e in entries]
    if kind["type"] == "binary":
        return payload
    value, = struct.unpack("=" + INTEGERS[kind["type"]], payload)
    names = names_of(kind)
    if not names:
        return value
    if is_mask(kind):
        assert not value >> len(names)
        return [name for bit, name in enumerate(names) if value >> bit & 1]
    return names[value]


# Numbers of attributes that only a module of another release has.
beyond_the_spec = set()


def decode(attribute_set, data):
    """Attributes as a dict; what may repeat is a list."""
    names = {kind["number"]: kind for kind in SETS[attribute_set].values()}
    found = {}
    for _, number, payload in walk(data):
        if number in beyond_the_spec:
            continue
        kind = names[number]
        if kind["type"] == "pad":
            continue
        value = value_of(kind, payload)
        if kind.get("multi-attr"):
            found.setdefault(kind["name"], []).append(value)
        else:
            assert kind["name"] not in found, kind["name"]
            found[kind["name"]] = value
    return found


def place_of(attribute_set, data, offset, start=0, path=""):
    """What stands at an offset of a request: the path of an attribute, with
    "+8" behind it for octet 8 of what it holds."""
    names = {kind["number"]: kind for kind in SETS[attribute_set].values()}
    seen = {}
    for at, number, payload in walk(data, start):
        kind = names.get(number, {"name": str(number), "type": "binary"})
        count = seen[number] = seen.get(number, -1) + 1
        here = path + kind["name"] + (
            f"[{count}]" if kind.get("multi-attr") else "")
        if at == offset:
            return here
        if at < offset < at + 4 + len(payload):
            if kind["type"] == "nest":
                return place_of(kind["nested-attributes"],
                                data[:at + 4 + len(payload)], offset, at + 4,
                                here + ".")
            return f"{here}+{offset - at - 4}"
    return f"{path}?{offset}"


# --- policies

def policy(config):
    """The attributes of a load, short of the peers, from a Config."""
    return {
        "mode": config.mode, "zones": config.zones,
        "features": config.features, "ping": config.ping,
        "expose-cls-ports": config.expose_cls_ports,
        "interface": [{"name": name, "sides": sides}
                      for name, sides in config.interfaces.items()],
        "node": [node(name, services)
                 for name, services in config.nodes.items()]}


def node(name, services):
    return {"name": name, "address": [
        address(service, a) for service, addresses in services.items()
        for a in addresses]}


def address(service, text):
    return {"service": service, "ipv6" if ":" in text else "ipv4": text}


def peers_of(name, prefixes):
    """The peers attributes of a set: as many as its prefixes need."""
    four = [p for p in prefixes if ":" not in p]
    six = [p for p in prefixes if ":" in p]
    made = [{"set": name}]
    for i in range(0, len(four), IPV4_ENTRIES):
        made.append({"set": name, "prefixes-ipv4": four[i:i + IPV4_ENTRIES]})
    for i in range(0, len(six), IPV6_ENTRIES):
        made.append({"set": name, "prefixes-ipv6": six[i:i + IPV6_ENTRIES]})
    return made[1:] or made


# --- a socket

class Interrupted(Exception):
    """A dump ended before it was whole, and says so."""


class Client:
    """A socket of the family, in a namespace or in this thread's. The kernel
    gives it a number (portid) unless one is wanted."""

    def __init__(self, ns=None, timeout=PATIENCE, portid=0):
        opener = ns.entered() if ns else contextlib.nullcontext()
        with opener:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW |
                                        socket.SOCK_CLOEXEC,
                                        NETLINK_GENERIC)
        self.socket.settimeout(timeout)
        self.socket.bind((portid, 0))
        for option in NETLINK_EXT_ACK, NETLINK_CAP_ACK:
            self.socket.setsockopt(SOL_NETLINK, option, 1)
        self.portid = self.socket.getsockname()[0]
        self._sequence = 0
        self._family = None     # (its number, how often it was unloaded)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # --- the family of families

    def find_family(self, name="nf-edge"):
        """Asks for a family: (its number, its groups' numbers by name).
        An unknown one raises Refusal with ENOENT."""
        number = self.send(CONTROL, 3, attribute(2, name.encode() + b"\0"))
        found, groups = None, {}
        for kind, _, data in self.receive(number, None):
            if kind != CONTROL:
                continue
            for _, what, payload in walk(data, MESSAGE_HEADER):
                if what == 1:
                    found, = struct.unpack("=H", payload)
                elif what == 7:
                    for _, _, group in walk(payload):
                        fields = {n: p for _, n, p in walk(group)}
                        groups[fields[1].rstrip(b"\0").decode()], = \
                            struct.unpack("=I", fields[2])
        return found, groups

    @property
    def family(self):
        if not self._family or self._family[1] != _unloads:
            self._family = self.find_family()[0], _unloads
        return self._family[0]

    def join(self, group="policy"):
        """Hear the events of a group."""
        _, groups = self.find_family()
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                               groups[group])

    # --- requests

    def send(self, family, command, attributes, flags=ACK):
        """Sends one request and returns its sequence number."""
        self._sequence += 1
        message = struct.pack("=BBH", command, 1, 0) + attributes
        self.socket.send(struct.pack(
            "=IHHII", 16 + len(message), family, REQUEST | flags,
            self._sequence, 0) + message)
        return self._sequence

    def receive(self, sequence, request, attribute_set=None):
        """Yields (type, flags, message) until the answer to a request is
        whole; raises what it says is wrong."""
        while True:
            data = self.socket.recv(1 << 20)
            at = 0
            while at < len(data):
                length, kind, flags, number, _ = struct.unpack_from(
                    "=IHHII", data, at)
                message = data[at:at + length]
                at += (length + 3) & ~3
                if number != sequence:
                    continue        # an event
                if kind in (ERROR, DONE):
                    result, = struct.unpack_from("=i", message, 16)
                    if result:
                        raise self._refusal(kind, flags, message, -result,
                                            request, attribute_set)
                    if flags & DUMP_INTR:
                        raise Interrupted
                    return
                yield kind, flags, message

    @staticmethod
    def _refusal(kind, flags, message, number, request, attribute_set):
        sentence = place = None
        start = 20 if kind == DONE else 36
        assert kind == DONE or flags & CAPPED, "the request is repeated"
        if flags & ACK_TLVS:
            for _, what, payload in walk(message, start):
                if what == 1:
                    sentence = payload.rstrip(b"\0").decode()
                elif what == 2 and request is not None:
                    offset, = struct.unpack("=I", payload)
                    place = place_of(attribute_set, request, offset,
                                     MESSAGE_HEADER)
        return Refusal(number, sentence, place)

    def ask(self, operation, attributes, flags=ACK):
        """The replies to a request, raw: a generator."""
        described = OPERATIONS[operation]
        sent = encode(described["attribute-set"], attributes)
        number = self.send(self.family, described["number"], sent, flags)
        return self.receive(number, bytes(MESSAGE_HEADER) + sent,
                            described["attribute-set"])

    def _decoded(self, operation, attributes, flags):
        described = OPERATIONS[operation]
        for _, flags_, message in self.ask(operation, attributes, flags):
            assert not flags_ & DUMP_INTR
            assert message[16] == described["number"]
            yield decode(described["attribute-set"], message[MESSAGE_HEADER:])

    def do(self, operation, attributes=None, **more):
        """One request and its reply, an empty dict if there is none.
        Keywords are attributes too, with _ for -."""
        replies = list(self._decoded(
            operation, _attributes(attributes, more), ACK))
        assert len(replies) <= 1, replies
        return replies[0] if replies else {}

    def dump(self, operation, attributes=None, **more):
        return list(self._decoded(operation, _attributes(attributes, more),
                                  DUMP))

    def events(self, wait=False):
        """Events that have come; with wait, at least one. Answers to requests
        that nobody waited for are passed over."""
        found = []
        while select.select([self.socket], [], [],
                            PATIENCE if wait and not found else 0)[0]:
            data = self.socket.recv(1 << 16)
            at = 0
            while at < len(data):
                length, _, _, number = struct.unpack_from("=IHHI", data, at)
                if not number:
                    event = EVENTS[data[at + 16]]
                    found.append(decode(event["attribute-set"],
                                        data[at + MESSAGE_HEADER:at + length]))
                at += (length + 3) & ~3
        assert found or not wait, "no event"
        return found

    # --- whole policies

    def add_peers(self, name, prefixes):
        """In a transaction: the prefixes of a set, in as many messages as
        they need."""
        for one in peers_of(name, prefixes):
            self.do("peers-add", peers=[one])

    def load(self, config, **more):
        """Load a Config, by a transaction when its sets are large."""
        attributes = policy(config)
        if sum(map(len, config.peers.values())) > 2000:
            self.do("begin")
            for name, prefixes in config.peers.items():
                self.add_peers(name, prefixes)
        else:
            attributes["peers"] = [
                one for name, prefixes in config.peers.items()
                for one in peers_of(name, prefixes)]
        return self.do("load", attributes, **more)

    def switch(self, **what):
        return self.do("switch", **what)

    def whole_policy(self):
        """All that is in force, read until it is of one generation."""
        while True:
            status = self.do("status-get")
            parts = {name: self.dump(name) for name in (
                "row-get", "node-get", "peers-get", "prefix-get")}
            if {reply["generation"] for replies in parts.values()
                    for reply in replies} <= {status["generation"]}:
                return status, parts

    def counters(self, **more):
        """All Counters of the namespace, short of those of no policy."""
        rows, services, last_hit = {}, {}, {}
        for reply in self.dump("node-get"):
            name = reply["node"][0]["name"]
            answer = self.do("counters-get", node=name, **more)
            for row in answer.get("row", ()):
                rows[name, row["row"]] = _counts(row)
                last_hit[name, row["row"]] = row.get("last-hit")
            for service in answer.get("service", ()):
                services[name, service["service"]] = _counts(service)
        drops = {d["reason"]: _counts(d)
                 for d in self.do("drops-get")["drop"]}
        return Counters(rows, services, drops, last_hit)

    def explain(self, protocol, src, dst, dport=None, arrives=None):
        family = 6 if ":" in src else 4
        query = {"protocol": {"tcp": 6, "udp": 17,
                              "icmp": 58 if family == 6 else 1}[protocol],
                 f"source-ipv{family}": src,
                 f"destination-ipv{family}": dst, "destination-port": dport}
        query.update({"in": arrives} if arrives else {"local": True})
        return answer_of(self.do("explain", query=[query]))


def answer_of(reply):
    """The answer to a query, as edgectl's JSON has it."""
    answer, = reply["query"]
    return {"verdict": answer["verdict"], "reason": answer.get("reason"),
            "rows": answer.get("row", []), "near": answer.get("near", []),
            "source_node": answer.get("source-node"),
            "destination_node": answer.get("destination-node"),
            "mode": answer.get("mode")}


def _attributes(attributes, keywords):
    pairs = list(attributes.items()) if isinstance(attributes, dict) else \
        list(attributes or ())
    return pairs + [(name.replace("_", "-"), value)
                    for name, value in keywords.items()]


def _counts(entry):
    return {name.replace("-", "_"): value for name, value in entry.items()
            if name not in ("row", "service", "reason", "last-hit")}


# --- the module

_unloads = 0            # after each the family has another number


def module_exchanged():
    """The family of the module before is gone."""
    global _unloads
    _unloads += 1


def unload_module():
    """rmmod, which must succeed."""
    module_exchanged()
    subprocess.run(["rmmod", "nf_edge"], check=True)


def load_module():
    subprocess.run(["modprobe", "nf_edge"], check=True)


def nobody_uses_the_module(*sites):
    """Afterwards: the namespaces of other tests have had a policy, which
    holds it, and the kernel ends them when it comes to them."""
    for site in sites:
        with Client(site.box) as one:
            one.do("flush")
    until(lambda: not module_references(), "nobody uses the module")


def module_is_loaded():
    return os.path.exists("/sys/module/nf_edge")


def module_references():
    """One for each namespace with a policy, and for each dump under way."""
    with open("/sys/module/nf_edge/refcnt", encoding="ascii") as file:
        return int(file.read())


@functools.cache
def _can_list_hooks():
    """Kernels before 5.14 cannot, nor those without that module."""
    subprocess.run(["modprobe", "-q", "nfnetlink_hook"], check=False)
    ns = Namespace("some")
    ns.nft("table ip some { chain c { type filter hook input priority 0; }; }")
    listed = ns.run("nft", "list", "hooks", check=False)
    ns.close()
    return "hook input" in listed.stdout


def hooks_of(ns):
    """What is hooked in a namespace, by the names of the functions; None
    where the kernel cannot tell."""
    if not _can_list_hooks():
        return None
    return sorted(re.findall(r"^\t\t[+-]?\d+ (\S.*)$",
                             ns.run("nft", "list", "hooks").stdout, re.M))
