# SPDX-License-Identifier: GPL-2.0-only
"""The netlink family: what it refuses and how it says so, transactions, who
may do what, and that a refused request changes nothing."""

import collections
import errno
import ipaddress
import os
import random
import socket
import threading
from dataclasses import dataclass

import pytest

import packets
from netlib import Namespace, link, reference, until
from rights import (as_nobody, as_user_root, child_that_stays,
                    in_own_namespaces, owner_that_stays)
from wire import (ACK, DUMP, LIMITS, NESTED, OPERATIONS, REQUESTS,
                  Client, Interrupted, Refusal, address, attribute, encode,
                  hooks_of, load_module, module_is_loaded, module_references,
                  nobody_uses_the_module, node, policy, prefix_entries,
                  refused, unload_module)

EINVAL, E2BIG, EBUSY = errno.EINVAL, errno.E2BIG, errno.EBUSY
ENOENT, EPERM, ESTALE = errno.ENOENT, errno.EPERM, errno.ESTALE
STALE = ("the policy changed while this was being loaded; nothing was changed, "
         "load again")
TWO_OPEN = ("this socket has a transaction open: load, or close the socket")
FOUR_OPEN = "four policies are being loaded at once: try again later"
BROKEN = "peers of this transaction were refused, so it cannot be loaded"
NONE_OPEN = "this socket has no transaction: begin one"
NO_POLICY = "no policy is loaded"
NO_HOST = ("not the address of a host: unspecified, loopback, link-local, "
           "multicast, broadcast or IPv4-mapped")

PROFILE = "lync2013-scaled-public"

SMALL = reference(nodes={"edge1": {"access": ["131.107.155.10"]}},
                  interfaces={}, peers={"internal-networks": None,
                                        "frontend": None})
OTHER = SMALL.but(nodes={"edge9": {"av": ["131.107.155.90",
                                          "2001:db8:155::90"]}},
                  zones=["external"], peers={"crl": ["192.0.2.0/24"]})


@pytest.fixture
def box(nf_edge):
    """A namespace without a policy."""
    ns = Namespace("box")
    yield ns
    ns.close()


@pytest.fixture
def client(box):
    with Client(box) as one:
        yield one


# --- what a load refuses

def good(**changes):
    """The attributes of a load that is as it should be, but for changes."""
    return {**policy(SMALL), **changes}


def one_node(*addresses, name="edge1"):
    return [{"name": name, "address": list(addresses)}]


def peers(four=(), six=(), name="frontend"):
    return [{"set": name, "prefixes-ipv4": four, "prefixes-ipv6": six}]


ACCESS = address("access", "131.107.155.10")


@dataclass(frozen=True)
class Bad:
    """A load that is refused, and a like one that is not."""
    what: str
    number: int
    sentence: str       # None: the kernel's own, whichever it is
    place: str          # or several: one of them is pointed at
    bad: dict
    good: dict

    def __str__(self):
        return self.what.replace(" ", "-")


def wrong(what, sentence, place, bad, like, number=EINVAL):
    return Bad(what, number, sentence, place, good(**bad), good(**like))


def many(count):
    return [f"10.{i >> 8}.{i & 255}.1" for i in range(count)]


def many_ipv6(count):
    return [f"2001:db8::{i + 1:x}" for i in range(count)]


def bad_prefix(what, family, text, like, sentence=NO_HOST):
    """One entry that is refused, behind one that is not."""
    name = f"prefixes-ipv{family}"
    first = "192.0.2.0/24" if family == 4 else "2001:db8::/32"
    size = LIMITS[f"prefix-ipv{family}-size"]
    octets, _, length = text.partition("/")
    entry = packets.packed(octets) + bytes((int(length), 0, 0, 0))
    return wrong(
        f"prefix {what}", sentence, f"peers[0].{name}+{size}",
        {"peers": [{"set": "crl",
                    name: prefix_entries([first], family) + entry}]},
        {"peers": [{"set": "crl", name: [first, like]}]})


def bad_address(what, text, like):
    field = f"ipv{packets.family_of(text)}"
    return wrong(f"address {what}", NO_HOST, f"node[0].address[1].{field}",
                 {"node": one_node(ACCESS, address("av", text))},
                 {"node": one_node(ACCESS, address("av", like))})


NODE_NAME = "a node name is 1 to 31 of A-Z a-z 0-9 . _ -"
NAME_AND_SIDE = "an interface needs a name and at least one side"
ONE_FAMILY = "an address needs a service, and one of IPv4 and IPv6"
SIXTEEN = "more than 16 addresses of one service"
INSIDE = ("nothing says what is internal: bind an interface to the internal "
          "side, or internal-networks")
INTERNAL_NODE = one_node(address("internal", "172.25.33.10"))

REFUSED_LOADS = [
    wrong("no mode", "a mode is required", None, {"mode": None},
          {"mode": "audit"}),
    wrong("no zones", "zones are required: 0 turns all of them off", None,
          {"zones": None}, {"zones": []}),
    wrong("no features", "features are required: 0 turns all of them off",
          None, {"features": None}, {"features": []}),
    wrong("no node", "a node is required", None, {"node": []}, {}),
    wrong("ping on the edge side",
          "ping takes the row sides external and internal", "ping",
          {"ping": ["internal", "edge"]}, {"ping": ["external", "internal"]}),

    wrong("a node without a name", NODE_NAME, "node[0]",
          {"node": [{"address": [ACCESS]}]}, {}),
    *(wrong(f"a node name of {what}", NODE_NAME, "node[1].name",
            {"node": [*one_node(ACCESS),
                      *one_node(address("av", "131.107.155.11"), name=name)]},
            {"node": [*one_node(ACCESS),
                      *one_node(address("av", "131.107.155.11"), name=like)]})
      for what, name, like in [
          ("no letter", "", "e"), ("a space", "edge 2", "edge_2"),
          ("a slash", "edge/2", "edge.2"), ("a newline", "edge\n", "edge-"),
          ("an umlaut", "edg\u00e9", "EDGE"), ("a bracket", "[x]", "x"),
          ("a byte of no letter", b"edge\xff\0", "Z9")]),
    wrong("a node name of 32 letters", None, "node[0].name",
          {"node": one_node(ACCESS, name="n" * 32)},
          {"node": one_node(ACCESS, name="n" * 31)}),
    wrong("a node name without its end", None, "node[0].name",
          {"node": one_node(ACCESS, name=b"n" * 31)},
          {"node": one_node(ACCESS, name=b"n" * 31 + b"\0")}),
    wrong("two nodes of one name", "two nodes have this name",
          ("node[0]", "node[2]"),
          {"node": [*one_node(address("av", "131.107.155.11"), name="b"),
                    *one_node(address("av", "131.107.155.12"), name="a"),
                    *one_node(ACCESS, name="b")]},
          {"node": [*one_node(address("av", "131.107.155.11"), name="b"),
                    *one_node(address("av", "131.107.155.12"), name="a"),
                    *one_node(ACCESS, name="B")]}),
    wrong("65 nodes", "more than 64 nodes", "node[64]",
          {"node": [node(f"n{i}", {"av": [a]})
                    for i, a in enumerate(many(65))]},
          {"node": [node(f"n{i}", {"av": [a]})
                    for i, a in enumerate(many(64))]}, E2BIG),

    wrong("a node without an address", "a node needs at least one address",
          "node[1]", {"node": [*one_node(ACCESS), {"name": "edge2"}]},
          {"node": one_node(ACCESS)}),
    wrong("an address without a service", ONE_FAMILY, "node[0].address[0]",
          {"node": one_node({"ipv4": "192.0.2.1"})}, {}),
    wrong("an address of no family", ONE_FAMILY, "node[0].address[0]",
          {"node": one_node({"service": "av"})}, {}),
    wrong("an address of both families", ONE_FAMILY, "node[0].address[1]",
          {"node": one_node(ACCESS, {"service": "av", "ipv4": "192.0.2.1",
                                     "ipv6": "2001:db8::1"})},
          {"node": one_node(ACCESS, address("av", "192.0.2.1"),
                            address("av", "2001:db8::1"))}),
    wrong("17 addresses of a service", SIXTEEN, "node[0].address[17]",
          {"node": [node("n", {"av": ["192.0.2.1"], "access": many(17)})]},
          {"node": [node("n", {"av": ["192.0.2.1"], "access": many(16)})]},
          E2BIG),
    wrong("17 addresses of a service in two families", SIXTEEN,
          "node[0].address[16]",
          {"node": [node("n", {"access": [*many(8), *many_ipv6(9)]})]},
          {"node": [node("n", {"access": [*many(8), *many_ipv6(8)]})]},
          E2BIG),
    wrong("17 addresses of a service in the second node", SIXTEEN,
          "node[1].address[16]",
          {"node": [node("a", {"access": many(16)}),
                    node("b", {"access": many_ipv6(17)})]},
          {"node": [node("a", {"access": many(16)}),
                    node("b", {"access": many_ipv6(16)})]}, E2BIG),
    wrong("65 addresses", SIXTEEN, "node[0]",
          {"node": [node("n", {"access": many(65)})]},
          {"node": [node("n", {s: [a for a in many(64) if
                                   int(a.split(".")[2]) % 4 == i]
                               for i, s in enumerate(
                                   ("access", "webconf", "av", "internal"))})],
           "interface": [{"name": "lan0", "sides": ["internal"]}]}, E2BIG),
    wrong("an address in two nodes", "two nodes bind this address",
          ("node[0].address[0]", "node[1].address[0]"),
          {"node": [node("a", {"access": ["192.0.2.1"]}),
                    node("b", {"av": ["192.0.2.1"]})]},
          {"node": [node("a", {"access": ["192.0.2.1"]}),
                    node("b", {"av": ["192.0.2.2"]})]}),
    wrong("an IPv6 address in two nodes", "two nodes bind this address",
          ("node[0].address[0]", "node[1].address[1]"),
          {"node": [node("a", {"av": ["2001:db8::1"]}),
                    node("b", {"av": ["2001:db8::2", "2001:db8::1"]})]},
          {"node": [node("a", {"av": ["2001:db8::1"]}),
                    node("b", {"av": ["2001:db8::2"]})]}),
    wrong("an address twice in a service",
          "the service has this address twice",
          ("node[0].address[0]", "node[0].address[1]"),
          {"node": [node("a", {"av": ["192.0.2.1", "192.0.2.1"]})]},
          {"node": [node("a", {"av": ["192.0.2.1"],
                               "access": ["192.0.2.1"]})]}),
    wrong("an internal address that serves more",
          "an internal address serves nothing else",
          ("node[0].address[0]", "node[0].address[1]"),
          {"node": [node("a", {"internal": ["192.0.2.1"],
                               "av": ["192.0.2.1"]})],
           "interface": [{"name": "lan0", "sides": ["internal"]}]},
          {"node": [node("a", {"internal": ["192.0.2.1"],
                               "av": ["192.0.2.2"]})],
           "interface": [{"name": "lan0", "sides": ["internal"]}]}),
    wrong("nothing that says what is internal", INSIDE, None,
          {"node": INTERNAL_NODE,
           "interface": [{"name": "wan0", "sides": ["external", "edge"]}]},
          {"node": INTERNAL_NODE,
           "interface": [{"name": "wan0", "sides": ["edge", "internal"]}]}),
    wrong("a set that says nothing of the inside", INSIDE, None,
          {"node": INTERNAL_NODE, "peers": peers(["192.0.2.0/24"])},
          {"node": INTERNAL_NODE, "peers": peers(name="internal-networks")}),

    wrong("an interface without a name", NAME_AND_SIDE, "interface[0]",
          {"interface": [{"sides": ["edge"]}]},
          {"interface": [{"name": "x", "sides": ["edge"]}]}),
    wrong("an interface without sides", NAME_AND_SIDE, "interface[1]",
          {"interface": [{"name": "y", "sides": ["edge"]}, {"name": "x"}]},
          {"interface": [{"name": "y", "sides": ["edge"]}]}),
    wrong("an interface of no side", NAME_AND_SIDE, "interface[0].sides",
          {"interface": [{"name": "x", "sides": []}]},
          {"interface": [{"name": "x", "sides": ["edge"]}]}),
    *(wrong(f"an interface name of {what}", "no interface can have this name",
            "interface[1].name",
            {"interface": [{"name": "x", "sides": ["edge"]},
                           {"name": name, "sides": ["edge"]}]},
            {"interface": [{"name": "x", "sides": ["edge"]},
                           {"name": like, "sides": ["edge"]}]})
      for what, name, like in [
          ("no letter", "", "e"), ("a slash", "a/b", "a|b"),
          ("a colon", "eth0:1", "eth0.1"), ("a space", "a b", "a_b"),
          ("one dot", ".", "..."), ("two dots", "..", ".a"),
          ("a tab", "a\tb", "{}")]),
    wrong("an interface name of 16 letters", None, "interface[0].name",
          {"interface": [{"name": "i" * 16, "sides": ["edge"]}]},
          {"interface": [{"name": "i" * 15, "sides": ["edge"]}]}),
    wrong("the loopback interface", "a loopback interface is never governed",
          "interface[0].name",
          {"interface": [{"name": "lo", "sides": ["edge"]}]},
          {"interface": [{"name": "lo0", "sides": ["edge"]}]}),
    wrong("an interface bound twice", "the interface is bound twice",
          ("interface[0]", "interface[1]"),
          {"interface": [{"name": "x", "sides": ["edge"]},
                         {"name": "x", "sides": ["external"]}]},
          {"interface": [{"name": "x", "sides": ["edge"]},
                         {"name": "X", "sides": ["external"]}]}),
    wrong("257 interfaces", "more than 256 interfaces", "interface[256]",
          {"interface": [{"name": f"i{i}", "sides": ["edge"]}
                         for i in range(257)]},
          {"interface": [{"name": f"i{i}", "sides": ["edge"]}
                         for i in range(256)]}, E2BIG),

    wrong("peers without a set", "peers need a set", "peers[1]",
          {"peers": [*peers(), {"prefixes-ipv4": ["192.0.2.0/24"]}]},
          {"peers": [*peers(), *peers(["192.0.2.0/24"])]}),
    wrong("a list that ends inside an entry",
          "the list of prefixes ends inside an entry",
          "peers[0].prefixes-ipv4",
          {"peers": peers(prefix_entries(["192.0.2.0/24"], 4) + bytes(4))},
          {"peers": peers(prefix_entries(["192.0.2.0/24"], 4) + bytes(8))}),
    wrong("an IPv6 list that ends inside an entry",
          "the list of prefixes ends inside an entry",
          "peers[0].prefixes-ipv6",
          {"peers": peers(six=bytes(39))},
          {"peers": peers(six=["::/0", "::/0"])}),
    *(wrong(f"an IPv{family} prefix with more behind it", None,
            f"peers[0].prefixes-ipv{family}+{size}",
            {"peers": [{"set": "crl", f"prefixes-ipv{family}":
                        bytes(size) + bytes(size - 1) + b"\1"}]},
            {"peers": [{"set": "crl", f"prefixes-ipv{family}":
                        bytes(size) * 2}]})
      for family, size in ((4, 8), (6, 20))),
    bad_prefix("of 33 bits", 4, "192.0.2.0/33", "192.0.2.0/32",
               "the prefix is longer than the address"),
    bad_prefix("of 129 bits", 6, "2001:db8::/129", "2001:db8::/128",
               "the prefix is longer than the address"),
    bad_prefix("with a host bit", 4, "192.0.2.1/31", "192.0.2.1/32",
               "host bits are set in a prefix"),
    bad_prefix("with the highest host bit", 4, "128.0.0.0/0", "0.0.0.0/0",
               "host bits are set in a prefix"),
    bad_prefix("with an IPv6 host bit", 6, "2001:db8::1/127",
               "2001:db8::1/128", "host bits are set in a prefix"),
    bad_prefix("with a host bit over the middle", 6, "2001:db8:0:1::/63",
               "2001:db8:0:1::/64", "host bits are set in a prefix"),
    *(bad_prefix(f"{text}", 6 if ":" in text else 4, text, like)
      for text, like in [
          ("0.0.0.0/32", "0.0.0.0/31"), ("127.0.0.0/8", "126.0.0.0/7"),
          ("127.255.255.255/32", "128.0.0.0/32"),
          ("169.254.0.0/16", "169.254.0.0/15"),
          ("169.254.169.254/32", "169.255.0.0/32"),
          ("224.0.0.0/4", "224.0.0.0/3"), ("239.255.255.255/32",
                                           "240.0.0.0/32"),
          ("255.255.255.255/32", "255.255.255.254/32"),
          ("::/128", "::/127"), ("::1/128", "::2/128"),
          ("::ffff:0:0/96", "::fffe:0:0/95"),
          ("::ffff:192.0.2.1/128", "::1:0:192.0.2.1/128"),
          ("fe80::/10", "fe00::/9"), ("febf:ffff::/128", "fec0::/128"),
          ("ff00::/8", "fe00::/7"), ("ff02::1/128", "fc00::1/128")]),
    *(bad_address(what, text, like) for what, text, like in [
        ("unspecified", "0.0.0.0", "0.0.0.1"),
        ("loopback", "127.0.0.1", "126.255.255.255"),
        ("link-local", "169.254.0.1", "169.253.0.1"),
        ("multicast", "224.0.0.1", "223.255.255.255"),
        ("broadcast", "255.255.255.255", "255.255.255.254"),
        ("unspecified IPv6", "::", "::2"), ("loopback IPv6", "::1", "::3"),
        ("link-local IPv6", "fe80::1", "fd80::1"),
        ("multicast IPv6", "ff05::1", "fe00::1"),
        ("IPv4-mapped", "::ffff:192.0.2.1", "64:ff9b::192.0.2.1")]),

    # The tables made from the specification refuse these.
    wrong("a mode that is none", None, "mode",
          {"mode": 2}, {"mode": 1}),
    wrong("a zone that is none", None, "zones", {"zones": 64}, {"zones": 63}),
    wrong("a feature that is none", None, "features", {"features": 1 << 10},
          {"features": (1 << 10) - 1}),
    wrong("a side that is none", None, "interface[0].sides",
          {"interface": [{"name": "x", "sides": 8}]},
          {"interface": [{"name": "x", "sides": 7}]}),
    wrong("a side of ping that is none", None, "ping", {"ping": 8},
          {"ping": 3}),
    wrong("a service that is none", None, "node[0].address[0].service",
          {"node": one_node({"service": 4, "ipv4": "192.0.2.1"})},
          {"node": one_node({"service": 2, "ipv4": "192.0.2.1"})},
          ),
    wrong("a set that is none", None, "peers[0].set",
          {"peers": peers(name=32)}, {"peers": peers(name=12)}),
    wrong("a set that the profile does not have",
          "peers are bound to a set that the profile does not have, and that no "
          "own-set names", "peers[0].set",
          {"peers": peers(name=13)}, {"peers": peers(name=12)}),
    wrong("a mode of two octets", None, "mode", {"mode": b"\0\0"},
          {"mode": b"\0\0\0\0"}),
    wrong("an IPv6 address of 15 octets", None, "node[0].address[0].ipv6",
          {"node": one_node({"service": "av", "ipv6": bytes(15)})},
          {"node": one_node({"service": "av", "ipv6": b" " * 16})}),
    wrong("an IPv6 address of 17 octets", None, "node[0].address[0].ipv6",
          {"node": one_node({"service": "av", "ipv6": b" " * 17})},
          {"node": one_node({"service": "av", "ipv6": b" " * 16})}),
    wrong("a flag with a value", None, "expose-cls-ports",
          {"expose-cls-ports": b"\1"}, {"expose-cls-ports": True}),
    wrong("an attribute that is only read", None, "governed",
          {"governed": 1}, {}),
]


@pytest.mark.parametrize("case", REFUSED_LOADS, ids=str)
def test_a_refused_load_says_what_is_wrong_and_where(client, case):
    client.load(SMALL)
    before = client.whole_policy()
    with pytest.raises(Refusal) as caught:
        client.do("load", case.bad)
    refusal = caught.value
    assert refusal.sentence, "not a word"
    if case.sentence:
        assert (refusal.errno, refusal.sentence) == (
            case.number, case.sentence), refusal
    else:
        assert refusal.errno in (EINVAL, errno.ERANGE), refusal
    places = case.place if isinstance(case.place, tuple) else (case.place,)
    assert refusal.place in places, refusal
    assert client.whole_policy() == before
    assert client.do("load", case.good, dry_run=True)["changed"] in (0, 1)


def test_an_attribute_that_nobody_knows_is_refused(client):
    for name in (0x3fff, 100):
        with pytest.raises(Refusal) as caught:
            client.do("load", [*good().items(), (name, b"")])
        assert caught.value.errno == EINVAL
        assert caught.value.sentence
    inner = attribute(99, b"x")
    with pytest.raises(Refusal) as caught:
        client.do("load", good(node=[inner]))
    assert caught.value.place == "node[0].99"


def test_a_nest_that_is_not_marked_as_one_is_refused(client):
    plain = [(7, attribute(1, b"edge1\0"))]
    with pytest.raises(Refusal) as caught:
        client.do("load", [*good(node=[]).items(), *plain])
    assert caught.value.errno == EINVAL and caught.value.sentence
    marked = attribute(1, b"edge1\0") + attribute(
        2 | NESTED, attribute(1, bytes(4)) + attribute(2, b"\x83\x6b\x9b\x0a"))
    client.do("load", [*good(node=[]).items(), (7 | NESTED, marked)])


def test_damaged_messages_do_no_harm(client):
    """Whatever becomes of a request's octets, there is an answer, and the
    policy in force is the one that was loaded."""
    rich = reference(peers={"crl": ["192.0.2.0/24", "2001:db8::/32"]})
    client.load(rich)
    before = client.whole_policy()
    sent = bytearray(encode("policy", [
        *policy(rich).items(), ("dry-run", True),
        ("peers", peers(["192.0.2.0/24"])),
        ("query", [{"local": True, "protocol": 6, "destination-port": 443,
                    "source-ipv4": "192.0.2.1",
                    "destination-ipv4": "192.0.2.2"}])]))
    # The dry run stays one: only what stands before and behind is damaged.
    flag = sent.index(attribute(10, b""))
    number = OPERATIONS["load"]["number"]
    choice = random.Random(1)
    answers = {True: 0, False: 0}
    for _ in range(1500):
        some = bytearray(sent)
        for _ in range(choice.choice((1, 1, 2, 8))):
            at = choice.randrange(len(some))
            if not flag <= at < flag + 4:
                some[at] = choice.choice((0, 1, 255, choice.randrange(256)))
        if choice.random() < 0.1:
            del some[choice.randrange(flag + 4, len(some)):]
        sequence = client.send(client.family, number, bytes(some))
        try:
            list(client.receive(sequence, None))
            answers[True] += 1
        except Refusal:
            answers[False] += 1
        if client.do("status-get")["generation"] != 1:
            # The length of an attribute before the flag has swallowed it.
            client.load(rich)
            client.do("flush")
            client.close()
            pytest.fail("a damaged dry run was no dry run")
    assert all(answers.values()), answers
    assert client.whole_policy() == before


# --- queries

def query(**changes):
    made = {"in": "wan0", "protocol": 6, "source-ipv4": "198.51.100.7",
            "destination-ipv4": "131.107.155.10", "destination-port": 443}
    made.update((name.replace("_", "-"), value)
                for name, value in changes.items())
    return {name: value for name, value in made.items() if value is not None}


FAMILY = "a source and a destination of one family are required"
WAY = "either an interface or the local host is required"
SIX = {"source-ipv6": "2001:db8:51::7", "destination-ipv6": "2001:db8:155::10",
       "source-ipv4": None, "destination-ipv4": None}

REFUSED_QUERIES = {
    "no way in": (WAY, "query[0]", query(**{"in": None})),
    "two ways in": (WAY, "query[0]", query(local=True)),
    "no source": (FAMILY, "query[0]", query(source_ipv4=None)),
    "no destination": (FAMILY, "query[0]", query(destination_ipv4=None)),
    "two sources": (FAMILY, "query[0]", query(source_ipv6="2001:db8::1")),
    "two destinations": (FAMILY, "query[0]",
                         query(destination_ipv6="2001:db8::1")),
    "both families": (FAMILY, "query[0]", query(
        source_ipv6="2001:db8::1", destination_ipv6="2001:db8::2")),
    "one family each": (FAMILY, "query[0]", query(
        source_ipv4=None, source_ipv6="2001:db8::1")),
    "no protocol": ("a protocol is required", "query[0]",
                    query(protocol=None)),
    "no port": ("a destination port is required with TCP and UDP", "query[0]",
                query(destination_port=None)),
    "no port for UDP": ("a destination port is required with TCP and UDP",
                        "query[0]", query(destination_port=None, protocol=17)),
    "another protocol": (
        "the protocol must be TCP, UDP or the family's ICMP",
        "query[0].protocol", query(protocol=132)),
    "the other family's echo": (
        "the protocol must be TCP, UDP or the family's ICMP",
        "query[0].protocol", query(protocol=58, destination_port=None)),
    "IPv4 echo by IPv6": (
        "the protocol must be TCP, UDP or the family's ICMP",
        "query[0].protocol", query(protocol=1, destination_port=None, **SIX)),
    "an echo request with a port": (
        "an echo request has no port", "query[0].destination-port",
        query(protocol=1)),
    "an interface of no letter": ("an interface needs a name", "query[0].in",
                                  query(**{"in": ""})),
    "an interface of 16 letters": (None, "query[0].in",
                                   query(**{"in": "i" * 16})),
    "an IPv6 address of 4 octets": (None, "query[0].source-ipv6", query(**{
        **SIX, "source-ipv6": bytes(4)})),
}

GOOD_QUERIES = {
    "TCP": query(), "UDP": query(protocol=17), "IPv6": query(**SIX),
    "echo": query(protocol=1, destination_port=None),
    "IPv6 echo": query(protocol=58, destination_port=None, **SIX),
    "local": query(**{"in": None, "local": True}),
    "an interface of 15 letters": query(**{"in": "i" * 15}),
    "port 0": query(destination_port=0),
}


@pytest.mark.parametrize("loaded", [True, False], ids=["policy", "no-policy"])
@pytest.mark.parametrize("what", REFUSED_QUERIES)
def test_a_refused_query_says_what_is_wrong(client, what, loaded):
    sentence, place, bad = REFUSED_QUERIES[what]
    if loaded:
        client.load(SMALL)
    for operation, more in ("explain", {}), ("load", good(dry_run=None)):
        attributes = {**more, "query": [bad]}
        attributes.pop("dry_run", None)
        if operation == "load":
            attributes["dry-run"] = True
        with pytest.raises(Refusal) as caught:
            client.do(operation, attributes)
        assert caught.value.place == place, caught.value
        assert caught.value.sentence == (sentence or caught.value.sentence)
        assert caught.value.sentence


@pytest.mark.parametrize("what", GOOD_QUERIES)
def test_a_query_is_answered_with_and_without_a_policy(client, what):
    answer = client.do("explain", query=[GOOD_QUERIES[what]])
    assert answer == {"query": [{"verdict": "not-governed"}], "generation": 0}
    client.load(reference())
    answer = client.do("explain", query=[GOOD_QUERIES[what]])
    assert answer["generation"] == 1
    assert answer["query"][0]["mode"] == "enforce"
    assert answer["query"][0]["verdict"] in ("accept", "drop")


def test_explain_wants_a_query(client):
    with refused(EINVAL, "a query is required"):
        client.do("explain")
    client.do("explain", query=[query()])


def test_only_a_dry_run_answers_queries_and_not_more_than_16(client):
    client.load(SMALL)
    ask = [query(destination_port=443 if i % 3 else 444) for i in range(16)]
    with refused(EINVAL, "only a dry run answers queries", "query[0]"):
        client.do("load", good(), query=ask[:1])
    with refused(E2BIG, "more than 16 queries", "query[16]"):
        client.do("load", good(), dry_run=True, query=[*ask, ask[0]])
    answers = client.do("load", good(features=["remote-access"]),
                        dry_run=True, query=ask)["query"]
    # In the order of the questions, and by the policy that is not loaded yet.
    assert [a["verdict"] for a in answers] == [
        "accept" if i % 3 else "drop" for i in range(16)]
    assert {a.get("reason") for a in answers} == {None, "no-row"}
    assert client.do("status-get")["generation"] == 1


def test_a_dry_run_answers_by_the_policy_that_it_was_given(client):
    client.load(SMALL)
    changed = good(features=[])
    answer = client.do("load", changed, dry_run=True, query=[query()])
    assert answer["query"][0]["reason"] == "disabled"
    assert answer["query"][0]["near"] == ["external/5", "pic/3"]
    answer = client.do("explain", query=[query()])
    assert answer["query"][0]["row"] == ["external/5", "pic/3"]


# --- switches and counters

def test_switches_that_contradict_are_refused(client):
    client.load(SMALL)
    before = client.whole_policy()
    same = "a zone or feature is switched both on and off"
    with refused(EINVAL, same, "zones-off"):
        client.switch(zones_on=["pic", "xmpp"], zones_off=["xmpp"])
    with refused(EINVAL, same, "features-off"):
        client.switch(features_on=["av"], features_off=["av"],
                      zones_off=["pic"])
    assert client.whole_policy() == before
    assert client.switch(zones_on=["pic"], zones_off=["xmpp"]) == {
        "generation": 2, "changed": 1}


@pytest.mark.parametrize("what", ["mode", "zones-on", "zones-off",
                                  "features-on", "features-off"])
def test_a_switch_of_what_is_none_is_refused(client, what):
    client.load(SMALL)
    bad = {"mode": 2, "zones": 64, "features": 1 << 10}[what.split("-")[0]]
    with pytest.raises(Refusal) as caught:
        client.do("switch", {what: bad})
    assert caught.value.place == what and caught.value.sentence
    client.do("switch", {what: bad >> 1})


def test_without_a_policy_there_is_nothing_to_switch_or_count(client):
    with refused(ENOENT, NO_POLICY):
        client.switch(zones_off=["pic"])
    with refused(ENOENT, NO_POLICY):
        client.do("counters-get", node="edge1")
    with refused(ENOENT, NO_POLICY):
        client.dump("counters-dump")
    client.load(SMALL)
    client.switch(zones_off=["pic"])
    client.do("counters-get", node="edge1")


def test_counters_are_of_a_node_that_the_policy_has(client):
    client.load(SMALL)
    with refused(EINVAL, "a node is required"):
        client.do("counters-get")
    for name in "edge2", "edge", "edge11", "", "n" * 31:
        with refused(ENOENT, "the policy has no node of this name", "node"):
            client.do("counters-get", node=name)
    with pytest.raises(Refusal) as caught:
        client.do("counters-get", node="n" * 32)
    assert caught.value.errno != ENOENT and caught.value.place == "node"
    with pytest.raises(Refusal) as caught:
        client.do("counters-get", node="edge1", zone=6)
    assert caught.value.place == "zone" and caught.value.sentence
    assert client.do("counters-get", node="edge1", zone=5)["node"] == "edge1"


def test_a_dump_of_counters_is_of_all_nodes_and_resets_nothing(client):
    client.load(reference())
    for zone in ({}, {"zone": "pic"}, {"zone": 5}):
        assert client.dump("counters-dump", zone) == [
            client.do("counters-get", node=node, **zone)
            for node in reference().nodes]
    for wrong in {"node": "edge1"}, {"reset": True}, {"zone": 6}:
        with pytest.raises(Refusal) as caught:
            client.dump("counters-dump", wrong)
        assert caught.value.sentence and caught.value.place == list(wrong)[0]


def test_without_a_policy_what_can_be_read_says_so(client):
    status = client.do("status-get")
    assert status["generation"] == 0 and "mode" not in status
    assert "governed" not in status and "interface" not in status
    for what in "node-get", "peers-get", "prefix-get":
        assert client.dump(what) == []
    rows = client.dump("row-get")
    assert len(rows) == 37
    assert {row["live"] for row in rows} == {0}
    assert {tuple(row["dead"]) for row in rows} == {()}
    assert {tuple(row["bound-sets"]) for row in rows} == {()}
    assert not any(n for d in client.do("drops-get")["drop"]
                   for n in d.values() if isinstance(n, int))
    assert client.do("flush") == {"generation": 0, "governed": 0}


def test_flush_says_how_many_addresses_it_opens(client):
    client.load(reference())
    assert client.do("flush") == {"generation": 2, "governed": 16}
    assert "mode" not in client.do("status-get")
    assert client.do("flush") == {"generation": 2, "governed": 0}


# --- what is in force, and what changes it

def test_a_load_that_changes_nothing_says_so(client):
    assert client.load(reference()) == {
        "generation": 1, "governed": 16, "changed": 1,
        "profile": PROFILE}
    # In another order, with repetitions: the same.
    mixed = policy(reference())
    for name in "node", "interface":
        mixed[name] = mixed[name][::-1]
    sets = [("internal-networks", ["2001:db8:10::/64", "192.168.10.0/24",
                                   "192.168.10.0/24"]),
            ("frontend", ["2001:db8:10::91", "2001:db8:10::90",
                          "192.168.10.91"]), ("frontend", ["192.168.10.90"])]
    mixed["peers"] = [{"set": name, "prefixes-ipv4": [
        p for p in prefixes if ":" not in p], "prefixes-ipv6": [
        p for p in prefixes if ":" in p]} for name, prefixes in sets]
    assert client.do("load", mixed) == {
        "generation": 1, "governed": 16, "changed": 0,
        "profile": PROFILE}
    assert client.switch(zones_off=["pic"])["generation"] == 2
    assert client.switch(zones_off=["pic"]) == {"generation": 2, "changed": 0}
    # The configuration says otherwise than the switch.
    assert client.load(reference())["changed"] == 1
    assert client.do("status-get")["zones"] == reference().zones


@pytest.mark.parametrize("change", [
    {"mode": "audit"}, {"zones": ["pic"]}, {"features": ["av"]},
    {"ping": ["external"]}, {"expose_cls_ports": True},
    {"interfaces": {"wan0": ["external"], "lan0": ["internal"]}},
    {"interfaces": {"wan0": ["external"], "lan0": ["internal"],
                    "dmz0": ["edge", "internal"]}},
    {"interfaces": {"wan0": ["external"], "lan0": ["internal"],
                    "dmz1": ["edge"]}},
    {"nodes": {"edge1": reference().nodes["edge1"],
               "edge3": reference().nodes["edge2"]}},
    {"nodes": {"edge1": reference().nodes["edge1"]}},
    {"nodes": {"edge1": reference().nodes["edge1"],
               "edge2": {**reference().nodes["edge2"], "av": ["192.0.2.9"]}}},
    {"peers": {"crl": []}}, {"peers": {"frontend": None}},
    {"peers": {"frontend": ["192.168.10.90"]}},
    {"peers": {"internal-networks": ["192.168.10.0/25", "2001:db8:10::/64"]}},
], ids=lambda c: f"{next(iter(c))}-{len(str(c))}")
def test_any_change_is_a_change(client, change):
    client.load(reference())
    with_it = reference().but(**change)
    assert client.load(with_it, dry_run=True)["changed"] == 1
    assert client.load(with_it)["changed"] == 1
    assert client.load(with_it)["changed"] == 0
    assert client.load(reference())["changed"] == 1


def test_what_was_loaded_is_what_is_read(client):
    config = reference(ping=["internal"], expose_cls_ports=True, peers={
        "crl": [], "dns": ["0.0.0.0/0", "::/0"],
        "sba": ["192.168.10.40/30", "192.168.10.40/31", "2001:db8::/33"]})
    client.load(config)
    status, parts = client.whole_policy()
    assert {k: status[k] for k in ("mode", "zones", "features", "ping",
                                   "expose-cls-ports", "governed")} == {
        "mode": "enforce", "zones": config.zones, "features": config.features,
        "ping": ["internal"], "expose-cls-ports": True, "governed": 16}
    assert {i["name"]: i["sides"] for i in status["interface"]} == \
        config.interfaces
    for reply in parts["node-get"]:
        one, = reply["node"]
        services = {}
        for a in one["address"]:
            services.setdefault(a["service"], []).append(
                a.get("ipv4") or a["ipv6"])
        assert services == config.nodes[one["name"]]
    sets, counts = {}, {}
    for reply in parts["prefix-get"]:
        one, = reply["peers"]
        sets.setdefault(one["set"], []).extend(
            one.get("prefixes-ipv4", []) + one.get("prefixes-ipv6", []))
    for reply in parts["peers-get"]:
        one, = reply["peers"]
        counts[one["set"]] = one.get("count")
    wanted = {name: [str(ipaddress.ip_network(p)) for p in sorted(
        prefixes, key=packets.family_of)]
              for name, prefixes in config.peers.items()}
    assert sets == {name: p for name, p in wanted.items() if p}
    assert {name: n for name, n in counts.items() if n is not None} == \
        {name: len(p) for name, p in wanted.items()}
    assert len(counts) == 13


def test_a_dry_run_changes_nothing_and_says_what_would(client):
    client.load(SMALL)
    before = client.whole_policy()
    assert client.load(OTHER, dry_run=True) == {
        "generation": 1, "governed": 2, "changed": 1,
        "profile": PROFILE}
    assert client.load(SMALL, dry_run=True)["changed"] == 0
    assert client.whole_policy() == before
    assert client.load(OTHER)["generation"] == 2


def test_a_dry_run_needs_no_policy_and_leaves_none(site, box, client):
    nobody_uses_the_module(site)
    before = module_references(), hooks_of(box)
    assert client.load(SMALL, dry_run=True) == {
        "generation": 0, "governed": 1, "changed": 1,
        "profile": PROFILE}
    assert (module_references(), hooks_of(box)) == before
    assert "mode" not in client.do("status-get")
    client.load(SMALL)
    assert module_references() == before[0] + 1
    assert before[1] is None or len(hooks_of(box)) > len(before[1])


# --- stale policies

def test_a_load_for_a_policy_that_is_gone_is_refused(box, client):
    client.load(SMALL)
    with Client(box) as other:
        other.load(OTHER)
    before = client.whole_policy()
    for stale in 0, 1, 3, (1 << 32) - 1:
        with refused(ESTALE, STALE, "generation"):
            client.load(SMALL, generation=stale)
    assert client.whole_policy() == before
    assert client.load(SMALL, generation=2)["generation"] == 3


@pytest.mark.parametrize("change", ["load", "switch", "flush"])
def test_a_transaction_of_a_policy_that_is_gone_is_refused(box, client,
                                                            change):
    client.load(SMALL)
    assert client.do("begin") == {"generation": 1}
    client.add_peers("dns", ["192.0.2.0/24"])
    with Client(box) as other:
        if change == "load":
            other.load(OTHER)
        elif change == "switch":
            other.switch(zones_off=["pic"])
        else:
            other.do("flush")
    before = client.whole_policy()
    with refused(ESTALE, STALE):
        client.do("load", good())
    assert client.whole_policy() == before
    with refused(EINVAL, NONE_OPEN):
        client.add_peers("dns", ["192.0.2.0/24"])
    assert client.do("begin") == {"generation": 2}
    client.add_peers("dns", ["192.0.2.0/24"])
    client.do("load", good())
    assert len(client.dump("prefix-get")) == 1


def test_what_changes_nothing_makes_no_transaction_stale(box, client):
    client.load(SMALL)
    client.do("begin")
    with Client(box) as other:
        other.load(SMALL)
        other.switch(zones_on=["pic"])
        other.load(OTHER, dry_run=True)
    assert client.do("load", good(mode="audit"))["generation"] == 2


# --- transactions

def test_a_transaction_collects_peers_for_the_next_load(client):
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/25", "2001:db8::/64"])
    client.add_peers("dns", [])
    client.add_peers("crl", ["192.0.2.128/25"])
    client.do("load", good(peers=peers(["198.51.100.0/24"])))
    found = {p["set"]: p.get("count") for r in client.dump("peers-get")
             for p in r["peers"]}
    assert {n: c for n, c in found.items() if c is not None} == {
        "crl": 3, "dns": 0, "frontend": 1}
    # It is over: the next load does not see it.
    client.do("load", good())
    assert {p.get("count") for r in client.dump("peers-get")
            for p in r["peers"]} == {None}


def test_a_socket_has_one_transaction(client):
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24"])
    with refused(EBUSY, TWO_OPEN):
        client.do("begin")
    # The first is as it was.
    client.do("load", good())
    assert client.dump("prefix-get")
    client.do("begin")


def test_a_namespace_has_four_transactions(box):
    sockets = [Client(box) for _ in range(5)]
    for one in sockets[:4]:
        one.do("begin")
    with refused(EBUSY, FOUR_OPEN):
        sockets[4].do("begin")
    # Those of another namespace are its own.
    elsewhere = Namespace("elsewhere")
    with Client(elsewhere) as one:
        one.do("begin")
    elsewhere.close()
    sockets[1].close()
    sockets[4].do("begin")
    sockets[2].do("load", good())
    with Client(box) as one:
        one.do("begin")
        with refused(EBUSY, TWO_OPEN):
            sockets[0].do("begin")
    for one in sockets:
        one.close()


def test_peers_are_added_to_a_transaction_only(client):
    with refused(EINVAL, NONE_OPEN):
        client.add_peers("crl", ["192.0.2.0/24"])
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24"])


def test_another_socket_has_no_part_in_a_transaction(box, client):
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24"])
    with Client(box) as other:
        with refused(EINVAL, NONE_OPEN):
            other.add_peers("dns", ["192.0.2.0/24"])
        other.load(SMALL, dry_run=True)
        assert other.load(SMALL, dry_run=True)["changed"] == 1
    client.do("load", good())
    assert [p["set"] for r in client.dump("prefix-get") for p in r["peers"]] \
        == ["crl"]


def test_a_transaction_ends_with_its_own_socket_and_no_other(box, client):
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24"])
    # Of the same number, but of another protocol, and in another namespace.
    with box.entered():
        one = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                            socket.NETLINK_ROUTE)
    one.bind((client.portid, 0))
    one.close()
    elsewhere = Namespace("elsewhere")
    with Client(elsewhere, portid=client.portid) as other:
        other.do("begin")
    elsewhere.close()
    client.add_peers("crl", ["198.51.100.0/24"])
    client.close()
    with Client(box, portid=client.portid) as same:
        with refused(EINVAL, NONE_OPEN):
            same.add_peers("crl", ["192.0.2.0/24"])
        same.do("begin")


def test_who_is_killed_in_the_middle_leaves_nothing(box, client):
    client.load(SMALL)
    before = client.whole_policy()

    def half_a_load():
        one = Client(box)
        one.do("begin")
        one.add_peers("crl", [f"10.{i >> 8}.{i & 255}.0/24"
                              for i in range(40000)])
        half_a_load.keeps = one
    children = [child_that_stays(box, half_a_load) for _ in range(4)]
    for child in children:
        child.answer()
    with refused(EBUSY, FOUR_OPEN):
        client.do("begin")
    for child in children:
        child.kill()
    client.do("begin")
    assert client.whole_policy() == before


@pytest.mark.parametrize("reason", ["content", "switches", "stale", "query"])
def test_any_refused_load_ends_its_transaction(box, client, reason):
    client.load(SMALL)
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24"])
    with pytest.raises(Refusal):
        client.do("load", *{
            "content": [good(node=[])], "switches": [good(mode=None)],
            "stale": [good(generation=77)],
            "query": [good(query=[query()])]}[reason])
    with refused(EINVAL, NONE_OPEN):
        client.add_peers("crl", ["192.0.2.0/24"])
    assert client.dump("prefix-get") == []


def test_a_dry_run_leaves_the_transaction_open(client):
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24", "198.51.100.0/25"])
    for _ in range(3):
        assert client.do("load", good(), dry_run=True)["changed"] == 1
        with pytest.raises(Refusal):
            client.do("load", good(node=[]), dry_run=True)
    client.add_peers("crl", ["192.0.2.0/25"])
    client.do("load", good())
    found, = client.dump("prefix-get")
    assert found["peers"][0]["prefixes-ipv4"] == [
        "192.0.2.0/24", "192.0.2.0/25", "198.51.100.0/25"]


@pytest.mark.parametrize("what, sentence, place, bad", [
    ("host bits", "host bits are set in a prefix", "peers[0].prefixes-ipv4",
     peers(packets.packed("192.0.2.1") + bytes((24, 0, 0, 0)))),
    ("no set", "peers need a set", "peers[0]",
     [{"prefixes-ipv4": ["192.0.2.0/24"]}])], ids=["host-bits", "no-set"])
def test_bad_peers_break_the_transaction(client, what, sentence, place, bad):
    """A load without them would open the rows of their sets to any."""
    client.do("begin")
    client.add_peers("crl", ["192.0.2.0/24"])
    with pytest.raises(Refusal) as caught:
        client.do("peers-add", peers=bad)
    assert caught.value.sentence == sentence
    assert caught.value.place in (place, f"{place}+0")
    with refused(EINVAL, BROKEN):
        client.add_peers("crl", ["192.0.2.0/24"])
    with refused(EINVAL, BROKEN):
        client.do("load", good(), dry_run=True)
    with refused(EINVAL, BROKEN):
        client.do("load", good())
    assert "mode" not in client.do("status-get")
    client.do("begin")


# --- as much as may be

def test_a_policy_may_be_as_large_as_all_limits_at_once(client):
    """Loaded, read back, judged by; with one more of anything, refused."""
    services = "access", "webconf", "av", "internal"

    def addresses(number, count=16):
        return {service: [f"10.{number}.{i}.{at}" for i in range(count)]
                for at, service in enumerate(services, 1)}

    def interfaces(count):
        return {f"lan{i}": ["internal"] for i in range(count)}
    names = [f"{i:02}" + "n" * (LIMITS["node-name-max"] - 2)
             for i in range(LIMITS["max-nodes"])]
    most = SMALL.but(
        nodes={name: addresses(i) for i, name in enumerate(names)},
        interfaces=interfaces(LIMITS["max-interfaces"]))
    assert client.load(most) == {"generation": 1, "governed": 64 * 64,
                                 "changed": 1, "profile": PROFILE}
    read = {one["name"]: {(a["service"], a["ipv4"]) for a in one["address"]}
            for reply in client.dump("node-get") for one in reply["node"]}
    assert read == {name: {(service, a) for service, some in bound.items()
                           for a in some}
                    for name, bound in most.nodes.items()}
    read = client.do("status-get")["interface"]
    assert {i["name"]: i["sides"] for i in read} == most.interfaces
    answer = client.explain("tcp", "198.51.100.7", "10.63.15.1", 443)
    assert answer["destination_node"] == names[-1]
    assert client.dump("counters-dump") == [
        client.do("counters-get", node=name) for name in names]
    before = client.whole_policy()
    last = addresses(63)
    last["av"].append("10.63.16.3")
    for sentence, place, one_more in (
            ("more than 64 nodes", "node[64]",
             {"nodes": {**most.nodes, "more": addresses(64)}}),
            (SIXTEEN, "node[63]", {"nodes": {**most.nodes, names[-1]: last}}),
            ("more than 256 interfaces", "interface[256]",
             {"interfaces": interfaces(257)})):
        with refused(E2BIG, sentence, place):
            client.load(most.but(**one_more))
    assert client.whole_policy() == before


# --- a million

def test_a_million_prefixes_in_all_and_not_one_more(client):
    """In two sets, by a transaction; then one more, in either message."""
    def entries(first, count):
        return b"".join((first + i << 8).to_bytes(4, "big") + b"\x18\0\0\0"
                        for i in range(count))

    def fill():
        client.do("begin")
        for at in range(0, LIMITS["max-prefixes"], 8000):
            client.do("peers-add", peers=[{
                "set": "crl" if at < 500_000 else "dns",
                "prefixes-ipv4": entries(0x010000 + at, 8000)}])
    full = "more than 1000000 prefixes in all sets together"
    more = peers(["223.255.255.0/24"])
    fill()
    with refused(E2BIG, full, "peers[0].prefixes-ipv4"):
        client.do("peers-add", peers=more)
    with refused(EINVAL, BROKEN):
        client.do("load", good())
    fill()
    with refused(E2BIG, full, "peers[0].prefixes-ipv4"):
        client.do("load", good(peers=more), dry_run=True)
    with refused(E2BIG, full, "peers[0].prefixes-ipv6"):
        client.do("load", good(peers=peers(six=["2001:db8::/32"])),
                  dry_run=True)
    # What is there is not counted again, but in another set.
    there = ["1.0.0.0/24"]
    with refused(E2BIG, full, "peers[0].prefixes-ipv4"):
        client.do("load", good(peers=peers(there)), dry_run=True)
    client.do("load", good(peers=peers(there, name="crl")), dry_run=True)
    assert client.do("load", good(peers=peers())) == {
        "generation": 1, "governed": 1, "changed": 1,
        "profile": PROFILE}
    counts = {p["set"]: p.get("count") for r in client.dump("peers-get")
              for p in r["peers"]}
    assert (counts["crl"], counts["dns"], counts["frontend"]) == \
        (504_000, 496_000, 0)
    with refused(E2BIG, full, "peers[0].prefixes-ipv4"):
        fill()
        client.do("load", good(peers=more))
    assert client.do("status-get")["generation"] == 1


# --- two at once

def contents(parts):
    """What a policy says, short of its generation."""
    def bare(reply):
        return {k: v for k, v in reply.items()
                if k not in ("generation", "conntrack-count")}
    status, dumps = parts
    return bare(status), {name: [bare(r) for r in replies]
                          for name, replies in dumps.items()}


def race(ns, *jobs):
    """Run jobs at once, each with a client; returns what each came to."""
    gate = threading.Barrier(len(jobs))
    results = [None] * len(jobs)

    def run(i, job):
        with Client(ns) as one:
            one.do("status-get")
            gate.wait()
            try:
                results[i] = job(one)
            except Refusal as refusal:
                results[i] = refusal
    threads = [threading.Thread(target=run, args=(i, job))
               for i, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


LARGE = {"crl": [f"10.{i >> 8}.{i & 255}.0/24" for i in range(3000)]}


@pytest.mark.parametrize("large", [False, True], ids=["one-message",
                                                      "transaction"])
def test_of_two_loads_at_once_one_wins_whole(box, client, large):
    a = SMALL.but(peers=LARGE if large else {})
    b = OTHER.but(peers={"dns": LARGE["crl"]} if large else {})
    wanted = []
    for config in a, b:
        client.load(config)
        wanted.append(contents(client.whole_policy()))
    third = SMALL.but(mode="audit")
    winners = []
    for _ in range(15):
        client.load(third)
        now = client.do("status-get")["generation"]
        results = race(box, lambda one: one.load(a, generation=now),
                       lambda one: one.load(b, generation=now))
        lost = [r for r in results if isinstance(r, Refusal)]
        assert [(r.errno, r.sentence) for r in lost] == [(ESTALE, STALE)]
        winner = results.index(next(r for r in results if r not in lost))
        assert contents(client.whole_policy()) == wanted[winner]
        winners.append(winner)


def test_loads_that_name_no_generation_come_one_after_the_other(box, client):
    wanted = []
    for config in SMALL, OTHER:
        client.load(config)
        wanted.append(contents(client.whole_policy()))
    for _ in range(15):
        client.load(SMALL.but(mode="audit"))
        now = client.do("status-get")["generation"]
        results = race(box, lambda one: one.load(SMALL),
                       lambda one: one.load(OTHER))
        assert {r["generation"] for r in results} == {now + 1, now + 2}
        last = results.index(max(results, key=lambda r: r["generation"]))
        assert contents(client.whole_policy()) == wanted[last]


def test_readers_see_one_policy_while_others_load(box, client):
    """A dump is one policy from end to end, whatever is loaded meanwhile."""
    configs = SMALL.but(peers=LARGE), OTHER.but(peers={"dns": LARGE["crl"]})
    prefixes = []
    for config in configs:
        client.load(config)
        prefixes.append(contents(client.whole_policy())[1]["prefix-get"])
    over = threading.Event()

    def loads(one):
        for i in range(60):
            one.load(configs[i % 2])
        over.set()

    def reads(one):
        seen = 0
        while not over.is_set():
            replies = one.dump("prefix-get")
            assert len({r["generation"] for r in replies}) == 1
            assert [{"peers": r["peers"]} for r in replies] in prefixes
            seen += 1
        return seen
    results = race(box, loads, reads, reads)
    assert results[0] is None and all(r > 3 for r in results[1:])


def test_a_dump_of_counters_ends_with_its_policy(box, client):
    """Of the nodes of one policy, all of them, or interrupted."""
    few, many = ({f"edge{i:02}": {"av": [f"192.0.2.{i}"]} for i in range(count)}
                 for count in (2, 64))
    configs = [SMALL.but(nodes=nodes) for nodes in (few, many)]
    client.load(configs[1])
    with Client(box) as other:
        reader = client.ask("counters-dump", {}, DUMP)
        next(reader)
        other.load(configs[0])
        with pytest.raises(Interrupted):
            list(reader)
    over = threading.Event()

    def loads(one):
        for i in range(60):
            one.load(configs[i % 2])
        over.set()

    def reads(one):
        whole, last = 0, False
        while not last:
            last = over.is_set()
            try:
                replies = one.dump("counters-dump")
            except Interrupted:
                assert not last
                continue
            assert len({r["generation"] for r in replies}) == 1
            assert [r["node"] for r in replies] in (list(few), list(many))
            whole += 1
        return whole
    results = race(box, loads, reads, reads)
    assert results[0] is None and all(results[1:])


# --- who may

def requests(waiting=None):
    """One request of each operation that would be answered, or refused for
    another reason than rights, were it root's. The confirmation names the
    generation that waits, if that is known."""
    return {
        "status-get": {}, "begin": {}, "peers-add": {"peers": peers()},
        "load": {**good(), "dry-run": True},
        "switch": {"zones-off": ["pic"], "confirm-timeout": 60},
        "confirm": {} if waiting is None else {"generation": waiting},
        "rollback": {},
        "row-get": {}, "node-get": {}, "peers-get": {},
        "prefix-get": {}, "counters-get": {"node": "edge1"}, "drops-get": {},
        "explain": {"query": [query()]}, "listen": {"reasons": ["peer"]}, "counters-add": {"node": "edge1"},
        "drops-add": {}, "counters-dump": {}, "flush": {}}


def is_dump(operation):
    return "dump" in OPERATIONS[operation]


def ask_everything(one=None, waiting=None):
    """What becomes of each operation: "done", or the error's number."""
    answers = {}
    with one or Client() as client:
        for name, attributes in requests(waiting).items():
            flags = DUMP if is_dump(name) else ACK
            try:
                list(client.ask(name, attributes, flags))
                answers[name] = "done"
            except Refusal as refusal:
                answers[name] = refusal.errno
    return answers


def test_every_operation_is_asked_for():
    assert set(requests()) == set(REQUESTS)


@pytest.mark.parametrize("names", [True, False])
def test_root_may_do_everything(box, client, names):
    client.load(SMALL)
    generation = client.do("status-get")["generation"]
    with box.entered():
        answers = ask_everything(waiting=generation + 1 if names else None)
    # begin, and then a load that is dry; a switch, and its confirmation: all
    # is done, and nothing is left to take back.
    assert answers.pop("rollback") == ENOENT
    assert set(answers.values()) == {"done"}


@pytest.mark.parametrize("someone", [as_nobody, as_user_root,
                                     in_own_namespaces],
                         ids=["nobody", "root-of-a-user-namespace",
                              "root-of-own-namespaces"])
def test_nobody_else_may_do_anything(box, client, someone):
    client.load(SMALL)
    before = client.whole_policy()
    answers = someone(box, ask_everything)
    assert answers == {name: EPERM for name in REQUESTS}
    assert client.whole_policy() == before


def test_a_socket_of_root_is_no_use_to_nobody(box, client):
    client.load(SMALL)
    mine = Client(box)
    assert mine.family
    assert as_nobody(box, lambda: ask_everything(mine)) == \
        {name: EPERM for name in REQUESTS}
    mine.close()


def test_root_may_govern_a_namespace_that_others_own(box):
    """The namespace is theirs, the policy is not."""
    child = owner_that_stays(box, ask_everything)
    try:
        assert set(child.answer().values()) == {EPERM}
        theirs = Namespace("theirs")
        os.close(theirs.fd)
        theirs.fd = os.open(f"/proc/{child.pid}/ns/net", os.O_RDONLY)
        with Client(theirs) as one:
            one.load(SMALL)
            assert one.do("flush")["governed"] == 1
        theirs.close()
    finally:
        child.kill()


def groups_of_the_family():
    with Client() as one:
        return list(one.find_family()[1])


def may_join():
    """What becomes of joining each group that the family has."""
    answers = {}
    for group in groups_of_the_family():
        with Client() as one:
            try:
                one.join(group)
                answers[group] = "joined"
            except OSError as error:
                answers[group] = error.errno
    return answers


def test_events_are_for_those_who_may_administer_the_namespace(box):
    with box.entered():
        groups = groups_of_the_family()
        assert "policy" in groups
        assert may_join() == dict.fromkeys(groups, "joined")
    assert as_nobody(box, may_join) == dict.fromkeys(groups, EPERM)
    assert as_user_root(box, may_join) == dict.fromkeys(groups, EPERM)
    # In a namespace of its own it may, and hears of that one only.
    assert in_own_namespaces(box, may_join) == dict.fromkeys(groups, "joined")


def look_up():
    with Client() as one:
        try:
            one.find_family()
        except Refusal as refusal:
            return refusal.errno
    return "found"


def test_looking_for_the_family_does_not_load_the_module(nf_edge, site):
    ns = Namespace("some")
    nobody_uses_the_module(site)
    unload_module()
    try:
        assert as_nobody(ns, look_up) == ENOENT
        assert as_user_root(ns, look_up) == ENOENT
        assert not module_is_loaded()
        alias = ns.run("modprobe", "-R",
                       "net-pf-16-proto-16-family-nf-edge", check=False)
        assert alias.returncode
    finally:
        load_module()
    assert as_nobody(ns, look_up) == "found"
    ns.close()


# --- events

def test_each_change_is_told_and_nothing_else(box, client):
    with Client(box) as listener:
        listener.join()
        client.load(SMALL)
        assert listener.events(wait=True) == [
            {"generation": 1, "mode": "enforce", "change": "load",
             "profile": PROFILE}]
        client.load(SMALL)
        client.load(OTHER, dry_run=True)
        client.switch(zones_on=["pic"])
        with pytest.raises(Refusal):
            client.do("load", good(node=[]))
        client.switch(mode="audit")
        client.switch(zones_off=["pic"])
        client.load(OTHER)
        client.do("flush")
        client.do("flush")
        assert listener.events(wait=True) == [
            {"generation": 2, "mode": "audit", "change": "switch",
             "profile": PROFILE},
            {"generation": 3, "mode": "audit", "change": "switch",
             "profile": PROFILE},
            {"generation": 4, "mode": "enforce", "change": "load",
             "profile": PROFILE},
            {"generation": 5, "change": "flush"}]


def test_events_stay_in_their_namespace(box, client):
    elsewhere = Namespace("elsewhere")
    with Client(box) as here, Client(elsewhere) as there, \
            Client(elsewhere) as other:
        here.join()
        there.join()
        client.load(SMALL)
        other.load(OTHER.but(mode="audit"))
        assert [e["mode"] for e in here.events(wait=True)] == ["enforce"]
        assert [e["mode"] for e in there.events(wait=True)] == ["audit"]
        client.do("flush")
        assert len(here.events(wait=True)) == 1
        assert there.events() == []
    elsewhere.close()


# --- the first load, and no room for it

MAX_HOOKS = 1024        # of one family at one place


@pytest.fixture(scope="module")
def road(nf_edge):
    """A box that forwards from inet to edge, without a policy."""
    spaces = {n: Namespace(n, forwarding=n == "box")
              for n in ("box", "inet", "edge")}
    box = spaces["box"]
    link(box, "wan0", spaces["inet"], "eth0")
    mac = link(box, "dmz0", spaces["edge"], "eth0")
    box.ip("addr add 198.51.100.1/24 dev wan0\n"
           "addr add 131.107.155.1/24 dev dmz0\n"
           f"neigh add 131.107.155.10 lladdr {mac} dev dmz0\n")
    yield spaces
    for ns in spaces.values():
        ns.close()


def passes(road):
    """A packet that no policy would permit gets through; what conntrack has
    noted of it."""
    packet = packets.udp("198.51.100.7", "131.107.155.10", 40000, 9, b"x")
    tap = road["edge"].tap()
    road["inet"].inject(packet)
    until(lambda: tap.arrived("198.51.100.7", dport=9), "it arrives")
    tap.close()
    return road["box"].run("conntrack", "-L", "-s", "198.51.100.7").stdout


OUTCOMES = {
    "no conntrack": "connection tracking cannot be had in this namespace",
    "full": "the namespace's netfilter hooks are full, or memory is: nothing "
            "was changed", "works": None}
# Hooks of conntrack at either place: it defragments, and looks up.
CONNTRACK_HOOKS = 2


@pytest.mark.parametrize("family, hook, room, outcome", [
    ("ip", "prerouting", 0, "full"),
    ("ip6", "prerouting", 0, "full"),
    ("ip", "output", 0, "full"),
    ("ip6", "output", 0, "full"),
    # Two are wanted there, and one finds room.
    ("ip", "prerouting", 1, "full"),
    ("ip6", "prerouting", 1, "full"),
    # Ours come first, and leave none for conntrack's.
    ("ip", "prerouting", 2, "no conntrack"),
    ("ip6", "output", 1, "no conntrack"),
    # The twins: just room enough.
    ("ip6", "prerouting", CONNTRACK_HOOKS + 2, "works"),
    ("ip6", "output", CONNTRACK_HOOKS + 1, "works")])
def test_a_full_hook_table_makes_the_first_load_fail_whole(
        site, road, family, hook, room, outcome):
    """Of several hooks, those before the one that finds no room are taken
    back. When there is room again, the load works."""
    nobody_uses_the_module(site)
    box = road["box"]
    before = hooks_of(box), module_references()
    box.nft(f"table {family} full {{" + "".join(
        f"chain c{i} {{ type filter hook {hook} priority {i % 7}; }}\n"
        for i in range(MAX_HOOKS - room)) + "}")
    try:
        with Client(box) as client, Client(box) as listener:
            listener.join()
            if OUTCOMES[outcome]:
                filled = hooks_of(box)
                with refused(E2BIG, OUTCOMES[outcome]):
                    client.load(SMALL)
                assert hooks_of(box) == filled
                assert module_references() == before[1]
                assert "mode" not in client.do("status-get")
                assert listener.events() == []
                assert not passes(road), "conntrack is still held"
            else:
                client.load(SMALL)
                # Now it is full. A later load touches no hook.
                client.load(OTHER)
                client.do("flush")
    finally:
        box.nft(f"delete table {family} full")
    until(lambda: hooks_of(box) == before[0], "nothing is hooked")
    with Client(box) as client:
        client.load(SMALL)
        assert module_references() == before[1] + 1
        ours = collections.Counter(name.split("_")[0] for name in hooks_of(box) or ()
                                   if "nf_edge" in name)
        assert before[0] is None or ours - collections.Counter(postrouting=2) == {
            "first": 2, "in": 2, "out": 2}
        client.do("flush")
    assert (hooks_of(box), module_references()) == before
