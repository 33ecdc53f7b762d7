# SPDX-License-Identifier: GPL-2.0-only
"""edgectl as its users meet it: what it refuses and how it says so, what it
warns of, the shapes of its JSON, and its exit codes."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
from dataclasses import dataclass

import pytest

from flow_table import (FEATURES, PEER_SETS, REASONS, ROWS, SERVICES, SIDES,
                        ZONES)
from netlib import reference
from netns import PATIENCE
from rights import NOBODY
from wire import (ENUMS, Client, Refusal, load_module, module_is_loaded,
                  nobody_uses_the_module, unload_module)

GOOD = """\
mode = enforce
zones = { external, internal }
features = { remote-access }
ping = { internal }

interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
interface dmz0 { sides = { edge } }

node edge1 {
    access = { 131.107.155.10, 2001:db8:155::10 }
    av = { 131.107.155.30 }
    internal = { 172.25.33.10 }
}

peers internal-networks { prefixes = { 192.168.10.0/24, 2001:db8:10::/64 } }
peers frontend { prefixes = { 192.168.10.90, 192.168.10.91 } }
"""


@pytest.fixture
def edgectl(net):
    """edgectl in the reference site, with GOOD in force."""
    net.load(GOOD)
    return net.edgectl


@pytest.fixture
def client(net):
    with Client(net.box) as one:
        yield one


def untouched(client):
    return client.whole_policy()[1]


# --- configurations that are refused

@dataclass(frozen=True)
class Wrong:
    """A change of GOOD that is refused, in this line and with these words,
    and a like one that is not."""
    what: str
    old: str
    bad: str
    words: tuple
    like: str
    line: int = None        # by default where the change begins

    def __str__(self):
        return self.what.replace(" ", "-")

    @property
    def place(self):
        if self.line is not None:
            return self.line
        lead = len(os.path.commonprefix([self.old, self.bad]))
        return (GOOD[:GOOD.index(self.old)] + self.bad[:lead]).count("\n") + 1

    def text(self, new):
        assert GOOD.count(self.old) == 1, self.old
        return GOOD.replace(self.old, new)


def wrong(what, old, bad, words, like, line=None):
    return Wrong(what, old, bad,
                 (words,) if isinstance(words, str) else words, like, line)


MODE, ZONE = "mode = enforce\n", "zones = { external, internal }\n"
FEATURE, PING = "features = { remote-access }\n", "ping = { internal }\n"
WAN, LAN = ("interface wan0 { sides = { external } }\n",
            "interface lan0 { sides = { internal } }\n")
ACCESS = "    access = { 131.107.155.10, 2001:db8:155::10 }\n"
AV, INTERNAL = ("    av = { 131.107.155.30 }\n",
                "    internal = { 172.25.33.10 }\n")
NODE = "node edge1 {\n"
INSIDE = ("peers internal-networks { prefixes = { 192.168.10.0/24, "
          "2001:db8:10::/64 } }\n")
FRONTEND = "peers frontend { prefixes = { 192.168.10.90, 192.168.10.91 } }\n"


def address(what, text, like):
    return wrong(f"an address that is {what}", AV, f"    av = {{ {text} }}\n",
                 text, f"    av = {{ {like} }}\n")


def prefix(what, text, like):
    return wrong(f"a prefix that {what}", FRONTEND,
                 f"peers frontend {{ prefixes = {{ {text} }} }}\n", text,
                 f"peers frontend {{ prefixes = {{ {like} }} }}\n")


def unknown(kind, old, bad, word, nearest, like):
    return wrong(f"an unknown {kind}, {word}", old, bad, (word, nearest), like)


REFUSED = [
    # What is required.
    wrong("no mode", MODE, "\n", "mode", "mode = audit\n", 1),
    wrong("no zones", ZONE, "\n", "zones", "zones = { }\n", 1),
    wrong("no features", FEATURE, "\n", "features", "features = {}\n", 1),
    wrong("no node", NODE + ACCESS + AV + INTERNAL + "}\n", "\n", "node",
          "node n { av = { 192.0.2.1 } }\n", 1),
    wrong("a node without an address", NODE + ACCESS + AV + INTERNAL + "}\n",
          "node edge1 { }\n", "edge1", "node edge1 { av = { 192.0.2.1 } }\n"),
    wrong("a node with empty lists", ACCESS + AV + INTERNAL,
          "access = { }\n av = {}\n", "edge1", AV, 10),

    # Words that nobody knows, with the nearest one that is known.
    unknown("mode", MODE, "mode = enforced\n", "enforced", "enforce", MODE),
    unknown("zone", ZONE, "zones = { external, internel }\n", "internel",
            "internal", "zones = { pic, xmpp, federation }\n"),
    unknown("feature", FEATURE, "features = { remoteaccess }\n",
            "remoteaccess", "remote-access", "features = { cls, pic }\n"),
    unknown("feature", FEATURE, "features = { Remote-Access }\n",
            "Remote-Access", "remote-access", "features = { ocs2007 }\n"),
    unknown("side", WAN, "interface wan0 { sides = { externl } }\n", "externl",
            "external", "interface wan0 { sides = { external, edge } }\n"),
    unknown("side of ping", PING, "ping = { intern }\n", "intern", "internal",
            "ping = { external, internal }\n"),
    unknown("set", FRONTEND, "peers frontends { prefixes = { 192.0.2.1 } }\n",
            "frontends", "frontend", "peers sba { prefixes = { } }\n"),
    unknown("key", PING, "pings = { internal }\n", "pings", "ping",
            "expose-cls-ports = false\n"),
    unknown("key", PING, "expose-cls-port = true\n", "expose-cls-port",
            "expose-cls-ports", "expose-cls-ports = true\n"),
    unknown("key of a node", AV, "    avs = { 192.0.2.1 }\n", "avs", "av",
            "    webconf = { 192.0.2.1 }\n"),
    unknown("key of an interface", WAN,
            "interface wan0 { side = { external } }\n", "side", "sides", WAN),
    unknown("key of a set", FRONTEND,
            "peers frontend { prefix = { 192.0.2.1 } }\n", "prefix",
            "prefixes", FRONTEND),
    unknown("section", WAN, "interfaces wan0 { sides = { external } }\n",
            "interfaces", "interface", WAN),
    wrong("ping on the edge side", PING, "ping = { internal, edge }\n", "edge",
          "ping = { internal, external }\n"),
    wrong("a truth that is none", PING, "expose-cls-ports = maybe\n", "maybe",
          "expose-cls-ports = true\n"),

    # What is said twice.
    wrong("a repeated mode", PING, "mode = audit\n", ("mode", "1"), PING),
    wrong("repeated zones", PING, "zones = { pic }\n", ("zones", "2"), PING),
    wrong("a repeated key of a node", AV, AV + AV, ("av", "12"), AV, 13),
    wrong("a repeated key of an interface", WAN,
          "interface wan0 { sides = { edge } sides = { external } }\n",
          "sides", "interface wan0 { sides = { edge, external } }\n"),
    wrong("a repeated interface", LAN, LAN + LAN, ("lan0", "7"), LAN, 8),
    wrong("a repeated node", FRONTEND,
          "node edge1 { av = { 192.0.2.1 } }\n", ("edge1", "10"),
          "node edge2 { av = { 192.0.2.1 } }\n"),
    wrong("a repeated set", FRONTEND, FRONTEND * 2, ("frontend", "17"),
          FRONTEND, 18),
    wrong("an address twice in a service", AV,
          "    av = { 131.107.155.30, 131.107.155.30 }\n", "131.107.155.30",
          "    av = { 131.107.155.30, 131.107.155.10 }\n"),
    wrong("an IPv6 address twice in two ways of writing", AV,
          "    av = { 2001:db8::1, 2001:DB8:0::0001 }\n", "2001:db8::1",
          "    av = { 2001:db8::1, 2001:db8::2 }\n"),
    wrong("an address in two nodes", FRONTEND,
          "node edge2 { access = { 131.107.155.30 } }\n",
          ("131.107.155.30", "edge1"),
          "node edge2 { access = { 131.107.155.31 } }\n"),
    wrong("an internal address that serves more", INTERNAL,
          "    internal = { 131.107.155.30 }\n", "131.107.155.30",
          "    internal = { 131.107.155.31 }\n"),

    # Names.
    *(wrong(f"a node name {what}", NODE, f"node {name} {{\n", shown,
            f"node {like} {{\n")
      for what, name, shown, like in [
          ("of 32 letters", "n" * 32, "n" * 32, "n" * 31),
          ("with a slash", "a/b", "a/b", "a.b"),
          ("with a colon", "a:b", "a:b", "a_b"),
          ("with a space", '"a b"', "a b", "a-b"),
          ("with an umlaut", "\u00e4", "A-Z a-z", "ae")]),
    wrong("a node name of no letter", NODE, 'node "" {\n', "node",
          "node 0 {\n"),
    wrong("an interface name of 16 letters", WAN,
          WAN.replace("wan0", "w" * 16), "w" * 16,
          WAN.replace("wan0", "w" * 15)),
    wrong("an interface name with a dollar", WAN, WAN.replace("wan0", "a$b"),
          "a$b", WAN.replace("wan0", "a.b")),
    wrong("an interface name with a slash", WAN, WAN.replace("wan0", "a/b"),
          "a/b", WAN.replace("wan0", "a.b")),

    # Addresses and prefixes.
    address("IPv4-mapped", "::ffff:192.0.2.1", "2001:db8::1"),
    address("loopback", "127.0.0.1", "128.0.0.1"),
    address("IPv6 loopback", "::1", "2001:db8::1"),
    address("link-local", "169.254.1.1", "169.253.1.1"),
    address("IPv6 link-local", "fe80::1", "fec0::1"),
    address("multicast", "224.0.0.1", "223.0.0.1"),
    address("IPv6 multicast", "ff02::1", "fd00::1"),
    address("unspecified", "0.0.0.0", "0.0.0.1"),
    address("IPv6 unspecified", "::", "::2"),
    address("a prefix", "192.0.2.0/24", "192.0.2.1"),
    address("no address", "192.0.2.256", "192.0.2.255"),
    address("a name", "edge1.example.com", "192.0.2.1"),
    address("of three numbers", "192.0.2", "192.0.0.2"),
    prefix("has host bits", "192.0.2.1/24", "192.0.2.0/24"),
    prefix("has IPv6 host bits", "2001:db8::1/64", "2001:db8::/64"),
    prefix("is IPv4-mapped", "::ffff:192.0.2.0/120", "2001:db8::/120"),
    prefix("is loopback", "127.0.0.0/8", "126.0.0.0/8"),
    prefix("is IPv6 loopback", "::1", "::2"),
    prefix("is link-local", "169.254.0.0/16", "169.253.0.0/16"),
    prefix("is IPv6 link-local", "fe80::/10", "fec0::/10"),
    prefix("is multicast", "239.1.0.0/16", "241.1.0.0/16"),
    prefix("is IPv6 multicast", "ff00::/8", "fd00::/8"),
    prefix("is unspecified", "0.0.0.0", "0.0.0.0/0"),
    prefix("is IPv6 unspecified", "::/128", "::/0"),
    prefix("is too long", "192.0.2.0/33", "192.0.2.0/32"),
    prefix("is no prefix", "frontend.example.com", "192.0.2.1/32"),

    # Interfaces that judge nothing, and no inside.
    wrong("the loopback interface", WAN, WAN.replace("wan0", "lo"), "lo",
          WAN.replace("wan0", "lo0")),
    wrong("an interface without sides", WAN, "interface wan0 { }\n", "wan0",
          WAN),
    wrong("an interface with an empty list", WAN,
          "interface wan0 { sides = { } }\n", "wan0", WAN),
    wrong("nothing that says what is internal", LAN + GOOD[GOOD.index(
        "interface dmz0"):], GOOD[GOOD.index("interface dmz0"):].replace(
            INSIDE, ""), "172.25.33.10", GOOD[GOOD.index("interface dmz0"):],
          12),

    # The grammar.
    wrong("a list that is not closed", ZONE, "zones = { external, internal\n",
          "zones", ZONE),
    wrong("a section that is not closed", WAN,
          "interface wan0 { sides = { external }\n", "wan0", WAN),
    wrong("a list without commas", ZONE, "zones = { external internal }\n",
          "internal", ZONE),
    wrong("a value of a list without braces", PING,
          "ping = internal internal\n", "internal", PING),
    wrong("a list for a single value", MODE, "mode = { enforce }\n", "mode",
          MODE),
    wrong("a key without a value", MODE, "mode =\n", "mode", MODE),
    wrong("a key without anything", MODE, "mode\n", "mode", MODE),
    wrong("a stray brace", PING, PING + "}\n", "}", PING, 5),
    wrong("a quote that is not closed", MODE, 'mode = "enforce\n', "enforce",
          'mode = "enforce"\n'),
    wrong("a value from the environment", MODE, "mode = ${HOME}\n", "HOME",
          MODE),
    wrong("a section without a name", WAN, "interface { sides = { edge } }\n",
          "interface", WAN),
    wrong("what is added to a key", PING, "ping += { internal }\n", "ping",
          PING),
    wrong("a comment that is not closed", FRONTEND, "/* frontend\n", "/*",
          "/* frontend */\n"),
    wrong("a word of control characters", PING, "p\x01\x02 = { internal }\n",
          "ping", PING),
    wrong("a value of a megabyte", MODE, f"mode = {'e' * (1 << 20)}\n", "e" * 9,
          MODE),
    wrong("a key of a megabyte", PING, f"{'p' * (1 << 20)} = 1\n", "p" * 9,
          PING),
    wrong("a node name of a megabyte", NODE, f"node {'n' * (1 << 20)} {{\n",
          "n" * 9, NODE),

    # Limits.
    wrong("17 addresses of a service", AV, "    av = { " + ", ".join(
        f"192.0.2.{i}" for i in range(1, 18)) + " }\n", ("192.0.2.17", "16"),
        "    av = { " + ", ".join(f"192.0.2.{i}" for i in range(1, 17)) +
        " }\n"),
    wrong("65 nodes", FRONTEND, "".join(
        f"node n{i} {{ av = {{ 192.0.2.{i} }} }}\n" for i in range(1, 65)),
        ("n64", "64"), "".join(f"node n{i} {{ av = {{ 192.0.2.{i} }} }}\n"
                               for i in range(1, 64)), 17 + 63),
    wrong("257 interfaces", FRONTEND, "".join(
        f"interface i{i} {{ sides = {{ edge }} }}\n" for i in range(1, 255)),
        ("i254", "256"), "".join(
            f"interface i{i} {{ sides = {{ edge }} }}\n"
            for i in range(1, 254)), 17 + 253),

    # Files of prefixes.
    wrong("a file that is not there", FRONTEND,
          'peers frontend { file = "nowhere.list" }\n', "nowhere.list",
          FRONTEND),
    wrong("a folder as a file", FRONTEND, 'peers frontend { file = "/tmp" }\n',
          "/tmp", 'peers frontend { file = "/dev/null" may-be-empty = true }\n'),
    wrong("an empty file", FRONTEND, 'peers frontend { file = "/dev/null" }\n',
          ("/dev/null", "may-be-empty = true"),
          'peers frontend { file = "/dev/null" may-be-empty = yes }\n'),
    wrong("a set that may be empty perhaps", FRONTEND,
          "peers frontend { may-be-empty = perhaps }\n", "perhaps",
          "peers frontend { may-be-empty = false }\n"),
]


def said(done, file):
    """The lines of standard error about a file, by line number: 0 where the file
    cannot be read."""
    found = []
    for line in done.stderr.splitlines():
        if line.startswith(f"{file}:"):
            number, rest = re.fullmatch(r"(?:(\d+):)?(.*)", line[len(str(file)) + 1:]).groups()
            found.append((int(number or 0), rest))
    return found


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_bad_configuration_is_refused_with_its_place(edgectl, client, case):
    before = untouched(client)
    bad = edgectl.file(case.text(case.bad), "bad.conf")
    for verb in "check", "load":
        done = edgectl(verb, bad, check=False)
        assert (done.returncode, done.stdout) == (1, ""), done
        errors = said(done, bad)
        assert [line for line, _ in errors] == [case.place], done.stderr
        for word in case.words:
            assert word in errors[0][1], errors[0][1]
        assert len(errors[0][1]) < 300
        # One line for it, and one that counts.
        assert len(done.stderr.splitlines()) == 2
    assert untouched(client) == before
    like = edgectl.file(case.text(case.like), "like.conf")
    done = edgectl("check", like, check=False)
    assert done.returncode == 0, done.stderr


def test_every_error_is_found_and_in_order(edgectl):
    """Not only the first."""
    text = GOOD
    for old, bad in [("enforce", "enfroce"), ("remote-access", "remote"),
                     ("wan0", "lo"), ("131.107.155.30", "300.1.1.1"),
                     ("frontend", "fronted"), ("192.168.10.0/24",
                                               "192.168.10.1/24")]:
        text = text.replace(old, bad, 1)
    bad = edgectl.file(text, "bad.conf")
    done = edgectl("check", bad, check=False)
    assert [line for line, _ in said(done, bad)] == [1, 3, 6, 12, 16, 17]
    assert "6 errors" in done.stderr
    answer = edgectl.json("check", bad, codes=(1,))
    assert [e["line"] for e in answer["errors"]] == [1, 3, 6, 12, 16, 17]
    assert {e["file"] for e in answer["errors"]} == {str(bad)}
    for error in answer["errors"]:
        assert set(error) >= {"file", "line", "word", "message"}


FILES = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "of comments": lambda path: path.write_text("# nothing\n// here\n"),
    "folder": lambda path: path.mkdir(),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "of NUL bytes": lambda path: path.write_bytes(bytes(1000)),
    "with a NUL": lambda path: path.write_bytes(
        GOOD.replace("{ internal }\n\n", "{ internal\0 }\n\n").encode()),
    "with a NUL at its end": lambda path: path.write_bytes(
        GOOD.encode() + b"\0"),
    "in Latin-1": lambda path: path.write_bytes(
        GOOD.replace("edge1", "\u00e9dge").encode("latin-1")),
    "cut in two": lambda path: path.write_text(GOOD[:len(GOOD) // 2]),
    "cut in its last section": lambda path: path.write_text(GOOD[:-3]),
    "of one long line": lambda path: path.write_text("a" * (1 << 20)),
    "of braces": lambda path: path.write_text("{" * 10_000),
    "of sections": lambda path: path.write_text("node a {" * 5_000),
    "the tool itself": lambda path: path.symlink_to("/bin/true"),
    "that is no file": lambda path: path.symlink_to("/proc/self/mem"),
    "loop": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_no_configuration_is_refused(edgectl, client, tmp_path,
                                                    what):
    before = untouched(client)
    path = tmp_path / "edge.conf"
    FILES[what](path)
    for verb in "check", "load":
        done = edgectl(verb, path, check=False)
        assert (done.returncode, done.stdout) == (1, ""), done
        errors = said(done, path)
        unread = what in ("missing", "folder", "that is no file", "loop")
        assert errors and all((line == 0) == unread for line, _ in errors), done.stderr
        assert all(len(line) < 400 for line in done.stderr.splitlines())
        # What is no text at all has one thing wrong with it.
        if what in ("missing", "folder", "of NUL bytes", "with a NUL", "loop",
                    "with a NUL at its end", "binary", "the tool itself",
                    "cut in its last section"):
            assert len(errors) == 1, done.stderr
    assert untouched(client) == before


def test_a_configuration_cut_anywhere_is_refused_or_whole(edgectl, client,
                                                          tmp_path):
    """Cut behind every 17th octet: it loads only where it can be whole."""
    path = tmp_path / "edge.conf"
    whole = {i for i in range(len(GOOD) + 1)
             if GOOD[:i].rstrip() in {
                 GOOD[:GOOD.index(end)].rstrip() for end in (INSIDE, FRONTEND)}
             | {GOOD.rstrip()}}
    for i in range(0, len(GOOD) + 1, 17):
        path.write_text(GOOD[:i])
        done = edgectl("check", path, check=False)
        assert done.returncode == (0 if i in whole else 1), (GOOD[:i], done)


def test_a_bad_list_names_its_own_file(edgectl, client, tmp_path):
    (tmp_path / "sub").mkdir()
    config, listed = tmp_path / "edge.conf", tmp_path / "sub/partners.list"
    config.write_text(GOOD + 'peers crl { file = "sub/partners.list" '
                      "prefixes = { 198.51.100.0/24 } }\n")
    listed.write_text("# comment\n192.0.2.0/24\n\n192.0.2.1/24 # bits\n")
    before = untouched(client)
    done = edgectl("load", config, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    (line, sentence), = said(done, listed)
    assert line == 4 and "192.0.2.1/24" in sentence
    assert untouched(client) == before
    for content in b"192.0.2.0/24\n\0", b"\0":
        listed.write_bytes(content)
        done = edgectl("load", config, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert said(done, listed) or said(done, config)
    # Whole, and relative to the configuration, from wherever it is read.
    listed.write_text("192.0.2.0/24")
    net = edgectl.ns
    done = net.run("sh", "-c", f"cd / && {edgectl.program} load {config}")
    sets = {s["set"]: s["prefixes"]
            for s in edgectl.json("show", "peers")["peers"] if s["bound"]}
    assert sets["crl"] == 2


@pytest.fixture
def odd(net):
    """A VRF, a bridge, and a port or member of each, beside the site's own."""
    net.box.ip("link add vrf7 type vrf table 17\nlink add br7 type bridge\n"
               "link add member7 type dummy\nlink set member7 master vrf7\n"
               "link add port7 type dummy\nlink set port7 master br7\n")
    yield
    net.box.ip("".join(f"link del {d}\n" for d in (
        "member7", "port7", "vrf7", "br7")))


@pytest.mark.parametrize("name, fine", [("vrf7", "member7"), ("port7", "br7")])
def test_a_vrf_and_a_bridge_port_are_no_interfaces(edgectl, client, odd, name,
                                                   fine):
    before = untouched(client)
    bad = edgectl.file(GOOD.replace("wan0", name), "bad.conf")
    for verb in "check", "load":
        done = edgectl(verb, bad, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        (line, sentence), = said(done, bad)
        assert line == 6 and name in sentence
    assert untouched(client) == before
    edgectl("check", edgectl.file(GOOD.replace("wan0", fine)))


# --- names of devices

@pytest.fixture
def renamed(net):
    """wan0 with other names, one of them longer than a device's own."""
    net.box.ip("link property add dev wan0 altname uplink "
               "altname provider-of-the-city\n")
    yield
    net.box.ip("link property del dev wan0 altname uplink "
               "altname provider-of-the-city\n")


ABSENT = [
    ("uplink", "is another name of wan0", "write wan0"),
    ("\u201cwan0\u201d", "the nearest is wan0", "U+201C"),
    ("wan0\u200b", "the nearest is wan0", "U+200B"),
    ("w\u0430n0", "the nearest is wan0", "U+0430"),
    ("WAN0", "the nearest is wan0", ""),
    ("wan1", "the nearest is wan0", ""),
    ("ppp%", "no wild card", "")]


@pytest.mark.parametrize("name, sentence, more", ABSENT)
def test_a_name_of_no_device_is_explained(edgectl, renamed, name, sentence,
                                          more):
    """In a configuration, where the name may be that of a device to come, and
    in a question."""
    file = edgectl.file(GOOD.replace("wan0", name), "odd.conf")
    done = edgectl("check", file)
    (line, warning), = [one for one in said(done, file)
                        if sentence in one[1]]
    assert line == 6 and more in warning
    assert edgectl("check", "--strict", file, check=False).returncode == 1
    assert "no device" not in edgectl("check", edgectl.file(GOOD)).stderr
    ask = ["tcp", "198.51.100.7", "131.107.155.10:443"]
    done = edgectl("explain", "--in", name, *ask, check=False)
    assert sentence in done.stdout and more in done.stdout
    answer = edgectl.json("explain", "--in", name, *ask, codes=(0, 1))
    assert sentence in answer["absent"] and more in answer["absent"]
    assert "absent" not in edgectl.json("explain", "--in", "wan0", *ask)
    lines = "".join(f"--in {one} {' '.join(ask)}\n" for one in (name, "wan0"))
    done = edgectl("explain", "--batch", stdin=lines, check=False)
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["absent"] == answer["absent"] and "absent" not in second


def test_a_name_with_what_the_kernel_takes_for_a_space_is_explained(edgectl):
    file = edgectl.file(GOOD.replace("wan0", "wan0\u00a0"), "odd.conf")
    done = edgectl("check", file, check=False)
    (line, error), = said(done, file)
    assert (done.returncode, line) == (1, 6)
    assert "the nearest is wan0; U+00A0 in it is a non-breaking space" in error
    done = edgectl("explain", "--in", "wan0\u00a0", "tcp", "198.51.100.7",
                   "131.107.155.10:443", check=False)
    assert "the nearest is wan0; U+00A0" in done.stdout


def test_an_alternative_name_that_is_too_long_is_explained(edgectl, renamed):
    name = "provider-of-the-city"
    file = edgectl.file(GOOD.replace("wan0", name), "odd.conf")
    done = edgectl("check", file, check=False)
    assert done.returncode == 1 and \
        "is another name of wan0" in said(done, file)[0][1]
    done = edgectl("explain", "--in", name, "tcp", "198.51.100.7",
                   "131.107.155.10:443", check=False)
    assert done.returncode == 2 and "is another name of wan0" in done.stderr


# --- warnings

# Draws none: each live row that takes sets has them.
ADMINISTERED = {
    "rdp": {"service": "internal", "in": ["tcp/3389"], "peers": ["internal-networks"]},
    "ntp": {"service": "internal", "out": ["udp/123"], "peers": ["internal-networks"]}}
QUIET = reference(
    rows=ADMINISTERED,
    zones=["external", "internal", "site"], features=["remote-access"],
    nodes={"edge1": {"access": ["131.107.155.10"], "av": ["131.107.155.30"],
                     "internal": ["172.25.33.10"]}},
    peers={name: [f"192.168.10.{80 + i}"] for i, name in enumerate(
        ("director", "frontend", "cms"))} | {
        "internal-networks": ["192.168.10.0/24"],
        "crl": ["192.0.2.1"], "dns": ["192.0.2.2"]})
SBA = {"sba": ["192.168.10.40"]}
PARTNERS = {"federation-partners": ["203.0.113.0/24"]}
XMPP = {"xmpp-partners": ["203.0.113.7"], "xmpp-gateway": ["192.168.10.95"]}
PIC = {"pic-partners": ["203.0.113.64/26"]}
FEDERATING = QUIET.but(features=["remote-access", "federation", "av",
                                 "federation-av"], peers={**SBA, **PARTNERS})
WITH_XMPP = QUIET.but(zones=["external", "internal", "xmpp", "site"],
                      features=["remote-access", "xmpp"], peers=XMPP)
WITH_PIC = QUIET.but(zones=["external", "internal", "pic", "site"],
                     features=["remote-access", "av", "pic", "live-messenger"],
                     peers={**SBA, **PIC,
                            "live-messenger-clients": ["203.0.113.0/24"]})
TWO_NODES = QUIET.but(nodes={**QUIET.nodes,
                             "edge2": {"av": ["131.107.155.31"]}})
SECOND_FAMILY = QUIET.but(nodes={"edge0": {"av": ["2001:db8:155::31"]},
                                 **QUIET.nodes})

# what: (configuration, the word it is about, a like one without it)
WARNINGS = {
    "web-conferencing without SIP": (
        QUIET.but(features=["web-conferencing"]), "web-conferencing",
        QUIET.but(features=["web-conferencing", "remote-access"])),
    "av without SIP": (QUIET.but(features=["av"], peers=SBA), "av",
                       QUIET.but(features=["av", "remote-access"], peers=SBA)),
    "federation and av without federation-av": (
        FEDERATING.but(features=["remote-access", "federation", "av"]), "av",
        FEDERATING),
    "federation-av without federation": (
        FEDERATING.but(features=["remote-access", "av", "federation-av"]),
        "federation-av", FEDERATING),
    "federation-av without av": (
        FEDERATING.but(features=["federation", "federation-av"]),
        "federation-av", FEDERATING),
    "ocs2007 without federation-av": (
        QUIET.but(features=["remote-access", "ocs2007"]), "ocs2007",
        FEDERATING.but(features=[*FEDERATING.features, "ocs2007"])),
    "live-messenger without pic": (
        WITH_PIC.but(features=["remote-access", "av", "live-messenger"]),
        "live-messenger", WITH_PIC),
    "live-messenger without av": (
        WITH_PIC.but(features=["remote-access", "pic", "live-messenger"]),
        "live-messenger", WITH_PIC),
    "feature xmpp without its zone": (
        WITH_XMPP.but(zones=["external", "internal", "site"]), "xmpp", WITH_XMPP),
    "federation without zone external": (
        FEDERATING.but(zones=["internal", "federation", "site"]), "federation",
        FEDERATING.but(zones=["external", "internal", "federation", "site"])),
    "a zone with no live row": (
        QUIET.but(zones=["external", "internal", "federation", "site"]), "federation",
        FEDERATING.but(zones=["external", "internal", "federation", "site"])),
    "a row at Any that a set could narrow": (
        QUIET.but(peers={"dns": None}), "dns", QUIET),
    "a set that narrows nothing": (
        QUIET.but(zones=["external", "internal", "pic", "site"],
                  features=["remote-access", "federation", "pic"], peers=PIC),
        "pic-partners",
        QUIET.but(zones=["external", "internal", "pic", "site"],
                  features=["remote-access", "federation", "pic"],
                  peers={**PIC, **PARTNERS})),
    "frontend without director": (QUIET.but(peers={"director": None}),
                                  "frontend", QUIET),
    "director without frontend": (QUIET.but(peers={"frontend": None}),
                                  "director", QUIET),
    "frontend without sba": (
        QUIET.but(features=["remote-access", "av"]), "frontend",
        QUIET.but(features=["remote-access", "av"], peers=SBA)),
    "internal-networks unbound": (
        QUIET.but(peers={"internal-networks": None}), "internal-networks",
        QUIET),
    "an empty set": (QUIET.but(peers={"crl": []}), "crl", QUIET),
    "a set without a prefix of a family": (
        QUIET.but(peers={"crl": ["2001:db8::/32"]}), "crl",
        QUIET.but(peers={"crl": ["2001:db8::/32", "192.0.2.1"]})),
    "a set without a prefix of a family that the second node has": (
        SECOND_FAMILY.but(peers={"crl": ["2001:db8::/32"]}), "crl",
        SECOND_FAMILY.but(peers={"crl": ["2001:db8::/32", "192.0.2.1"]})),
    "an edge address inside": (
        QUIET.but(peers={"internal-networks": ["192.168.10.0/24",
                                               "131.107.155.0/24"]}),
        "131.107.155.10", QUIET),
    "an interface that holds both sides": (
        QUIET.but(interfaces={**QUIET.interfaces,
                              "wan0": ["external", "internal"]}), "wan0",
        QUIET.but(interfaces={**QUIET.interfaces,
                              "wan0": ["external", "edge"]})),
    "an interface that no device has": (
        QUIET.but(interfaces={**QUIET.interfaces, "wan9": ["external"]}),
        "wan9", QUIET),
    "two nodes and no edge side": (
        TWO_NODES.but(interfaces={"wan0": ["external"], "lan0": ["internal"]}),
        "edge2", TWO_NODES),
    "the logging ports exposed": (QUIET.but(expose_cls_ports=True),
                                  "expose-cls-ports", QUIET),
}
# Where the same configuration draws another one too.
ALSO = {
    # These have no prefix of the first node's family.
    "a set without a prefix of a family that the second node has": [
        "cms", "dns", "frontend", "director", "internal-networks"],
    # pic/5 and pic/6 are live, beside external/13 and external/14 at Any.
    "live-messenger without pic": ["live-messenger-clients"],
    "a set that narrows nothing": ["federation-partners"],
    "an edge address inside": ["131.107.155.30"],
}


def warnings(edgectl, config):
    """The warnings of check, as (line, word)."""
    file = edgectl.file(str(config), "warned.conf")
    done = edgectl("check", "--verbose", file)
    lines = [line for line in done.stderr.splitlines()]
    answer = edgectl.json("check", file)
    assert answer["errors"] == []
    # The lines say the same as the JSON, one line each.
    assert lines == [f"{w['file']}:{w['line']}: warning: {w['word']}: {w['message']}"
                     for w in answer["warnings"]]
    return answer["warnings"]


@pytest.mark.parametrize("what", WARNINGS)
def test_check_warns_and_only_where_it_should(edgectl, what):
    config, word, like = WARNINGS[what]
    found = warnings(edgectl, config)
    about = [w for w in found if w["word"] == word]
    assert about, [w["word"] for w in found]
    # It points to a line where the word stands, or could stand.
    line = str(config).splitlines()[about[0]["line"] - 1]
    assert word in line or about[0]["line"] <= 3, line
    quiet = [w for w in warnings(edgectl, like) if w["word"] == word]
    assert not quiet
    # A warning is no obstacle.
    edgectl("load", edgectl.file(str(config), "warned.conf"))


@pytest.mark.parametrize("verb", ["check", "load"])
def test_strict_refuses_a_warning_and_changes_nothing(edgectl, client, verb):
    before = untouched(client)
    file = edgectl.file(str(QUIET.but(peers={"dns": None})), "warned.conf")
    done = edgectl(verb, "--strict", file, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line for line, _ in said(done, file)] == [2]
    assert done.stderr.splitlines()[-1] == (
        f"edgectl: {file}: 1 warning, which --strict refuses, "
        "nothing was changed")
    answer = edgectl.json(verb, "--strict", file, codes=(1,))
    assert answer["errors"] == [] and len(answer["warnings"]) == 1
    assert untouched(client) == before
    quiet = edgectl.file(str(QUIET), "quiet.conf")
    assert edgectl(verb, "--strict", quiet).stderr == ""


def test_a_set_that_is_empty_on_purpose_loads_back(net, tmp_path):
    """An empty list is an error unless it may be; what show config makes of it
    draws no warning either."""
    file, listed = tmp_path / "edge.conf", tmp_path / "dns.list"
    file.write_text(str(QUIET.but(peers={"dns": None})) +
                    "peers dns { file = dns.list }\n")
    listed.write_text("# nobody now\n")
    done = net.edgectl("load", file, check=False)
    assert done.returncode == 1 and "holds no prefix" in done.stderr
    file.write_text(file.read_text().replace(
        "dns.list", "dns.list may-be-empty = true"))
    net.edgectl("load", "--strict", file)
    shown = net.edgectl("show", "config").stdout
    answer = net.edgectl("load", "--strict", "--json", "-", stdin=shown)
    assert json.loads(answer.stdout)["changed"] is False
    assert net.edgectl.json("show", "config")["peers"]["dns"] == []


@pytest.mark.parametrize("what", ["QUIET", "FEDERATING", "WITH_XMPP",
                                  "TWO_NODES"])
def test_a_configuration_without_fault_draws_no_warning(edgectl, what):
    found = warnings(edgectl, {"QUIET": QUIET, "FEDERATING": FEDERATING,
                               "WITH_XMPP": WITH_XMPP,
                               "TWO_NODES": TWO_NODES}[what])
    assert found == []


@pytest.mark.parametrize("what", WARNINGS)
def test_one_fault_draws_one_warning(edgectl, what):
    config, word, _ = WARNINGS[what]
    found = {w["word"] for w in warnings(edgectl, config)}
    assert found == {word, *ALSO.get(what, ())}


# --- JSON

def check_shape(value, shape, path="answer"):
    """A shape is a type, several, a list with the shape of its items, a dict
    of what must be there, or a set of words."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), path
        assert set(shape) <= set(value), (path, set(shape) - set(value))
        for key, inner in shape.items():
            check_shape(value[key], inner, f"{path}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), path
        for i, item in enumerate(value):
            check_shape(item, shape[0], f"{path}[{i}]")
    elif isinstance(shape, (set, frozenset)):
        assert value in shape, (path, value)
    elif shape is int:
        assert type(value) is int, (path, value)
    else:
        assert isinstance(value, shape), (path, value)


OPTIONAL_TEXT = (str, type(None))
OPTIONAL_LIST = (list, type(None))
PROFILES = ENUMS["profile"]
IDS = frozenset(r.id for r in ROWS)
COUNTS = {name: int for name in (
    "connections", "packets_to_edge", "bytes_to_edge", "packets_from_edge",
    "bytes_from_edge", "denied")}
IMPACT = {"judged": int, "cut": int, "list": type(None), "unknown": type(None)}
FINDING = {"file": str, "line": int, "word": str, "message": str}
ENTRY = {"number": int, "time": int, "who": str, "login_uid": (int, type(None)), "uid": int,
         "sudo_user": OPTIONAL_TEXT, "terminal": OPTIONAL_TEXT, "ssh_peer": OPTIONAL_TEXT,
         "file": str, "rollback_to": (int, type(None)), "hash": str, "generation": int,
         "mode": {"enforce", "audit"}, "boot": str, "netns": int,
         "state": {"in-force", "waiting", "taken-back", "past", "ended", "elsewhere"}}
SHAPES = {
    ("show", "status"): {
        "version": str, "loaded": bool, "profile": set(PROFILES),
        "mode": {"enforce", "audit"}, "rows_off": [str],
        "ping_peers": OPTIONAL_LIST,
        "generation": int, "zones": [set(ZONES)], "features": [set(FEATURES)],
        "switched": list,
        "interfaces": [{"name": str, "sides": [set(SIDES)], "present": bool,
                        "master": type(None)}],
        "conntrack": {"count": int, "max": int, "drop": int,
                      "early_drop": int, "insert_failed": int},
        "offloaded": int, "offloaded_connections": int,
        "events": {"listeners": int, "lost": {"suppressed": int, "ring_full": int,
                                              "socket_full": int}},
        "fallback": {"state": {"none", "policy", "closed"}, "kept": (int, type(None))},
        "next_boot": type(None),
        "flowtables": [{"name": str, "devices": [str]}],
        "ways_round": [{"way": str, "where": str, "message": str}]},
    ("show", "rows"): {"profile": set(PROFILES), "rows": [{
        "origin": {"document"}, "port_ranges": [{
            "protocol": {"tcp", "udp"}, "low": int, "high": int}],
        "documented_ports": type(None), "nodes": type(None), "exposed": bool,
        "id": IDS, "zone": set(ZONES), "service": set(SERVICES),
        "direction": {"in", "out"}, "side": set(SIDES), "role": str,
        "application": str, "feature": {*FEATURES, None}, "note": str,
        "live": bool, "why_not": {"row", "zone", "feature", None},
        "peers": list}]},
    ("show", "nodes"): {"nodes": [{
        "node": str, **{service: [str] for service in SERVICES}}]},
    ("show", "peers"): {"profile": set(PROFILES), "peers": [{
        "set": set(PEER_SETS), "bound": bool, "prefixes": int,
        "rows": [IDS]}]},
    ("diff", "FILE"): {
        "before": type(None), "after": str, "same": bool, "mode_before": {"enforce"},
        "mode_after": {"enforce"}, "opened": list, "closed": list, "arrivals": list,
        "governed_now": list, "governed_no_more": list, "guarded_now": list,
        "guarded_no_more": list, "notes": list},
    ("show", "hash"): {"generation": int, "parts": [{"part": str, "sha256": str}],
                       "all": str, "in_force": str, "switched": list},
    ("show", "hash", "FILE"): {
        "generation": type(None), "parts": [{"part": str, "sha256": str}], "all": str,
        "in_force": type(None), "switched": type(None)},
    ("counters",): {
        "profile": set(PROFILES), "time": int, "since": type(None),
        "rows": [{"node": str, "row": IDS, "last_hit": (int, type(None)),
                  **COUNTS}],
        "services": [{"node": str, "service": set(SERVICES), **COUNTS}],
        "drops": [{"reason": set(REASONS), "packets": int, "bytes": int,
                   "would_be_packets": int, "would_be_bytes": int}]},
    ("explain", "--in", "wan0", "tcp", "198.51.100.7", "131.107.155.10:443"): {
        "profile": set(PROFILES), "verdict": {"accept"}, "reason": type(None), "rows": [IDS],
        "near": [IDS], "source_node": type(None), "destination_node": str,
        "mode": {"enforce"}, "master": type(None)},
    ("explain", "--in", "wan0", "icmp", "198.51.100.7", "192.0.2.77"): {
        "verdict": {"not-governed"}, "reason": type(None), "rows": list,
        "near": list, "source_node": type(None),
        "destination_node": type(None), "mode": {"enforce"},
        "master": type(None)},
    ("why", "--for", "1s", "192.0.2.77"): {
        "address": {"192.0.2.77"}, "file": type(None), "seconds": int, "refused": int,
        "permitted": int, "kinds": list, "other_kinds": int,
        "lost": {"suppressed": int, "ring_full": int, "socket_full": int},
        "open_connections": int, "conclusion": str},
    ("check", "FILE"): {"profile": set(PROFILES), "errors": [FINDING], "warnings": [FINDING],
                        "changed": bool, "generation": int, "impact": IMPACT},
    ("load", "FILE"): {"profile": set(PROFILES), "errors": [FINDING], "warnings": [FINDING],
                       "changed": bool, "generation": int,
                       "offloaded_connections": int, "impact": IMPACT},
    ("zone", "off", "external"): {"profile": set(PROFILES),
                                  "still_permitted": list, "generation": int,
                                  "offloaded_connections": int,
                                  "impact": IMPACT},
    ("feature", "on", "av"): {"profile": set(PROFILES), "impact": type(None),
                              "still_permitted": list, "generation": int},
    ("row", "on", "pic/1"): {"profile": set(PROFILES), "rows": [IDS],
                             "still_permitted": list, "generation": int,
                             "permits_nothing": [{"row": {"pic/1"}, "why": [
                                 {"zone", "feature", "node", "peers"}]}]},
    ("mode", "audit"): {"profile": set(PROFILES), "generation": int},
    ("advise", "--usage"): {
        "profile": set(PROFILES), "generation": int, "days": {30}, "file": str,
        "first_fold": (int, type(None)), "last_fold": (int, type(None)), "watched_seconds": int,
        "rows": [{"row": IDS, "live": bool, "first_seen": (int, type(None)),
                  "last_hit": (int, type(None)), "watched_seconds": int, "gap_seconds": int,
                  "quiet_seconds": int, "connections": int, "packets": int, "denied": int,
                  "connections_a_day": float, "rare": (str, type(None))}]},
    ("advise",): {
        "profile": set(PROFILES), "generation": int, "days": {30}, "file": str,
        "first_fold": (int, type(None)), "last_fold": (int, type(None)), "watched_seconds": int,
        "rows": list, "young": [IDS], "advice": [{
            "kind": {"unused", "any-peer", "peer-set"}, "subject": str, "rows": [IDS], "evidence": (str, type(None)),
            "now": (str, type(None)), "lasting": (str, type(None)), "breaks": (str, type(None)),
            "still_permitted_by": list, "rare": (str, type(None))}]},
    ("history",): {"folder": str, "kept": {50}, "in_force": (int, type(None)), "entries": [ENTRY],
                   "unreadable": [{"number": int, "message": str}]},
    ("upgrade-module",): {"from": str, "to": str, "changed": bool, "counters_carried": bool,
                          "generation": int, "governed": int, "mode": {"enforce", "audit"}},
    ("flush",): {"governed": int},
}


@pytest.mark.parametrize("words", SHAPES, ids=" ".join)
def test_json_has_the_shape_that_is_promised(edgectl, words):
    file = edgectl.file(GOOD.replace("enforce", "audit")
                        if words[0] == "load" else GOOD)
    answer = edgectl.json(*(file if w == "FILE" else w for w in words))
    assert answer["schema_version"] == 1
    check_shape(answer, SHAPES[words])


def test_json_of_rows_says_what_the_table_says(edgectl):
    rows = edgectl.json("show", "rows")["rows"]
    assert rows == edgectl.json("show", "rules")["rows"]
    assert len(rows) == len(ROWS)
    for row, ours in zip(rows, ROWS):
        assert (row["id"], row["zone"], row["service"], row["direction"],
                row["side"], row["role"], row["application"],
                row["feature"] or "", row["note"]) == (
            ours.id, ours.zone, ours.service, ours.direction, ours.side,
            ours.role, ours.application, ours.feature, ours.note)
        live = ours.zone in ("external", "internal") and \
            ours.feature in ("", "remote-access")
        assert row["live"] == live and (row["why_not"] is None) == live


def test_json_of_drops_names_every_reason_in_order(edgectl):
    assert [d["reason"] for d in edgectl.json("counters")["drops"]] == \
        list(REASONS)


def test_json_of_status_without_a_policy(net):
    net.edgectl("flush")
    status = net.edgectl.json("show", "status")
    assert status["loaded"] is False
    assert status["zones"] == status["features"] == status["interfaces"] == []
    assert status["mode"] is None and status["profile"] is None
    check_shape(status["conntrack"], SHAPES["show", "status"]["conntrack"])
    assert all(not row["live"] and row["why_not"] == "policy"
               for row in net.edgectl.json("show", "rows")["rows"])
    answer = net.edgectl.json("explain", "--local", "tcp", "192.0.2.1",
                              "192.0.2.2:80")
    assert (answer["verdict"], answer["mode"]) == ("not-governed", None)


def test_json_tells_what_was_switched(edgectl):
    assert edgectl.json("show", "status")["switched"] == []
    edgectl("zone", "off", "external")
    edgectl("mode", "audit")
    switched = json.dumps(edgectl.json("show", "status")["switched"])
    assert "external" in switched and "mode" in switched
    assert "internal" not in switched
    edgectl("zone", "on", "external")
    edgectl("mode", "enforce")
    assert edgectl.json("show", "status")["switched"] == []


def test_a_switch_tells_what_is_permitted_still(net):
    """And the switch that closes it."""
    net.load(reference())
    answer = net.edgectl.json("zone", "off", "external")
    pairs = {(p["row"], p["by"]) for p in answer["still_permitted"]}
    assert {("external/5", "pic/3"), ("external/1", "xmpp/1"),
            ("external/7", "federation/1")} <= pairs
    said_ = net.edgectl("zone", "off", "external").stdout
    for row, by in pairs:
        assert row in said_ and by in said_
    for pair in answer["still_permitted"]:
        verb, state, name = pair["switch"].split()[-3:]
        assert verb in ("zone", "feature") and state == "off"
        net.edgectl(verb, state, name)
    left = net.edgectl.json("zone", "off", "external")["still_permitted"]
    assert left == []


def test_a_json_failure_says_the_line_too(edgectl):
    """What is wrong is on standard error, with JSON as without."""
    bad = edgectl.file(GOOD.replace("enforce", "enfroce"), "bad.conf")
    plain = edgectl("check", bad, check=False)
    done = edgectl("check", bad, "--json", check=False)
    assert done.returncode == plain.returncode == 1
    assert done.stderr == plain.stderr and plain.stdout == ""
    answer = json.loads(done.stdout)
    assert [e["line"] for e in answer["errors"]] == [1]


# --- show config

@pytest.mark.parametrize("config", [
    QUIET, FEDERATING, WITH_XMPP, WITH_PIC, TWO_NODES, reference(),
    reference(mode="audit", zones=[], features=[], ping=["external",
                                                         "internal"],
              expose_cls_ports=True, peers={"crl": [], "sba": ["::/0"]}),
    reference(interfaces={}, nodes={"-": {"av": ["192.0.2.1"]},
                                    "...": {"av": ["192.0.2.2"]},
                                    "node": {"access": ["192.0.2.3"]}}),
], ids=lambda c: f"{c.mode}-{len(str(c))}")
def test_what_show_config_prints_loads_back(net, config):
    file = net.edgectl.file(str(config))
    net.edgectl("flush")
    net.edgectl("load", file)
    again = net.edgectl.file(net.edgectl("show", "config").stdout,
                             "shown.conf")
    assert net.edgectl.json("load", again)["changed"] is False
    net.edgectl("flush")
    net.edgectl("load", again)
    assert net.edgectl.json("load", file)["changed"] is False


@pytest.mark.parametrize("name", [
    'a"b', "$x", "${x}", "'", "'\"", "\\", "a\\b", "\\'\""])
def test_interfaces_whose_names_would_not_load_back_are_refused(client, name):
    with pytest.raises(Refusal) as caught:
        client.load(reference(interfaces={name: ["edge"],
                                          "lan0": ["internal"]}))
    assert "cannot be bound: rename it" in str(caught.value)


@pytest.mark.parametrize("name", [
    "{x}", "a,b", "a#b", "a=b", "sides", "node", "-", "+=", "*", "()",
    "\u00e4\u00f6", "a\u0001b"])
def test_interfaces_of_odd_names_load_back(net, client, name):
    """The kernel lets a device have nearly any name."""
    client.load(reference(interfaces={name: ["edge"], "lan0": ["internal"]}))
    shown = net.edgectl("show", "config").stdout
    again = net.edgectl.file(shown, "shown.conf")
    done = net.edgectl("load", "--json", again, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changed"] is False


def on_a_terminal(edgectl, *words):
    """What a terminal is sent."""
    ours, its = os.openpty()
    sent = b""
    with edgectl.ns.entered(), subprocess.Popen(
            [edgectl.program, *words], stdout=its, stderr=its,
            env={**os.environ, "NO_COLOR": "1"}) as tool:
        os.close(its)
        try:
            while got := os.read(ours, 65536):
                sent += got
        except OSError:     # all of it was read, and the other end is closed
            pass
        os.close(ours)
    assert tool.returncode == 0
    return sent.decode()


OBEYED = "a\x1b[31m\u009bb"


def test_a_name_that_a_terminal_obeys_is_never_shown_raw(net, client):
    """Not on standard output nor on standard error, by any verb."""
    client.load(reference(interfaces={OBEYED: ["edge"],
                                      "lan0": ["internal"]}))
    file = net.edgectl.file(str(reference()), "other\x1b[31m.conf")
    ask = ["tcp", "192.0.2.1", "192.0.2.2:1"]
    for words in ([], ["check", file], ["load", file], ["load", file],
                  ["check", "none\x1b"], ["zone", "on", "x\x1b"],
                  ["-\x1b"], ["\x1b"], ["explain", "--in", OBEYED, *ask],
                  ["explain", "--in", "wan0", "tcp", "\x1b", "192.0.2.2:1"],
                  ["counters", "--node", "\x1b"], ["show", "rows", "-o", "\x1b"],
                  ["show", "\x1b"], ["export", "\x1b"]):
        done = net.edgectl(*words, check=False)
        said_ = done.stdout + done.stderr
        assert "\x1b" not in said_ and "\u009b" not in said_, words
        if not words:
            assert "a\\x1b[31m\\u009bb" in said_
    client.load(reference(interfaces={OBEYED: ["edge"],
                                      "lan0": ["internal"]}))
    assert OBEYED in net.edgectl.json("show", "config")["interfaces"]
    for words in ["show", "config"], ["export", "nftables"]:
        # A program gets the name, a terminal does not.
        assert OBEYED in net.edgectl(*words).stdout
        shown = on_a_terminal(net.edgectl, *words)
        assert "\x1b" not in shown and "a\\x1b[31m\\u009bb" in shown


def test_show_config_shows_what_is_in_force_with_its_switches(edgectl):
    """So that it loads what is in force now."""
    edgectl("zone", "off", "internal")
    edgectl("mode", "audit")
    shown = edgectl("show", "config").stdout
    assert "mode = audit" in shown
    zones = next(line for line in shown.splitlines()
                 if line.startswith("zones"))
    assert "internal" not in zones
    again = edgectl.file(shown, "shown.conf")
    edgectl("load", again)
    status = edgectl.status()
    assert status["zones"] == ["external"] and status["mode"] == "audit"


# --- explain --batch

def test_batch_answers_line_by_line_in_order(edgectl):
    lines = ["--in wan0 tcp 198.51.100.7:40000 131.107.155.10:443",
             "", "# a comment", "   ", "  # another",
             "--in wan0 tcp 198.51.100.7 131.107.155.10:444",
             "nonsense",
             "--local udp [2001:db8:155::10]:4 [2001:db8:51::7]:53",
             "--in wan0 tcp 198.51.100.7 131.107.155.10",
             "tcp 198.51.100.7 131.107.155.10:443",
             "--in wan0 --local tcp 198.51.100.7 131.107.155.10:443",
             "--in wan0 tcp 198.51.100.7 [2001:db8:155::10]:443",
             "--in wan0 tcp 198.51.100.7:70000 131.107.155.10:443",
             "--in wan0 sctp 198.51.100.7 131.107.155.10:443",
             "--in wan0 icmp 198.51.100.7 131.107.155.10:443",
             "--in wan0 tcp 198.51.100.7 131.107.155.10:443 more",
             "--in a-name-of-too-many-letters tcp 1.2.3.4 5.6.7.8:9",
             "\tudp   198.51.100.7\t131.107.155.10:9  --in   wan0 ",
             "--in wan0 icmp 198.51.100.7 131.107.155.10",
             "--in lo tcp 198.51.100.7 131.107.155.10:443"]
    done = edgectl("explain", "--batch", stdin="\n".join(lines), check=False)
    assert done.returncode == 2
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    asked = [(i, line) for i, line in enumerate(lines, 1)
             if line.strip() and not line.strip().startswith("#")]
    assert len(answers) == len(asked)
    good = {1: "accept", 6: "drop", 8: "accept", 18: "drop", 19: "drop",
            20: "not-governed"}
    for (number, _), answer in zip(asked, answers):
        if number in good:
            assert answer["verdict"] == good[number], (number, answer)
            check_shape(answer, {
                "rows": [IDS], "near": [IDS], "reason": OPTIONAL_TEXT,
                "mode": {"enforce"}, "source_node": OPTIONAL_TEXT,
                "destination_node": OPTIONAL_TEXT})
        else:
            assert answer["line"] == number and isinstance(
                answer["error"], str) and answer["error"], answer
            assert "verdict" not in answer


def test_batch_ends_well_when_all_could_be_read(edgectl):
    """Also when all are drops."""
    for stdin in ("", "\n\n", "# nothing", "--local tcp 1.2.3.4 5.6.7.8:9",
                  "--in wan0 udp 1.2.3.4 131.107.155.10:9\n" * 500):
        done = edgectl("explain", "--batch", stdin=stdin)
        assert len(done.stdout.splitlines()) == stdin.count("tcp") + \
            stdin.count("udp")
        assert done.stderr == ""


def test_batch_takes_a_byte_order_mark_wherever_a_file_begins(edgectl):
    ask = "--in wan0 tcp 198.51.100.7 131.107.155.10:443\n"
    done = edgectl("explain", "--batch", stdin=(
        "\ufeff" + ask + "\ufeff# joined\n\ufeff" + ask + "\ufeff"))
    answers = [json.loads(one) for one in done.stdout.splitlines()]
    assert [a["verdict"] for a in answers] == ["accept"] * 2
    done = edgectl("explain", "--batch", stdin=ask.replace(".10:", ".10\ufeff:"),
                   check=False)
    assert "byte order mark" in done.stdout and done.returncode == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_batch_names_another_encoding(edgectl, encoding):
    ask = "--in wan0 tcp 198.51.100.7 131.107.155.10:443\n"
    with edgectl.ns.entered():
        done = subprocess.run([edgectl.program, "explain", "--batch"],
                              input=(ask * 2).encode(encoding),
                              capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    for answer in done.stdout.splitlines()[:2]:
        assert "UTF-16" in json.loads(answer)["error"]


@pytest.mark.parametrize("line", [
    b"--in wan0 tcp 198.51.100.7 131.107.155.10:443\0junk",
    b"\0", b"\xff\xfe\xfd", b"--in wan0 tcp \xc3\xa9 131.107.155.10:443",
    b"x" * 1_000_000, b"{" * 5000, b"--in  tcp 1.2.3.4 5.6.7.8:9",
    b"--in wan0 tcp 1.2.3.4: 5.6.7.8:9", b"--in wan0 tcp 1.2.3.4 5.6.7.8:",
    b"--in wan0 tcp 1.2.3.4 5.6.7.8:-1", b"--in wan0 tcp 1.2.3.4 5.6.7.8:65536",
    b"--in wan0 tcp 1.2.3.4 5.6.7.8:0x50",
    b"--in wan0 tcp 1.2.3.4/32 5.6.7.8:9",
    b"--in wan0 tcp 2001:db8::1:80 2001:db8::2:80",
    b"--in wan0 tcp [1.2.3.4]:80 5.6.7.8:9", b"--in"],
    ids=lambda line: repr(line[:30]))
def test_batch_goes_on_behind_a_line_that_it_cannot_read(edgectl, line):
    good = b"--in wan0 tcp 198.51.100.7 131.107.155.10:443\n"
    with edgectl.ns.entered():
        done = subprocess.run([edgectl.program, "explain", "--batch"],
                              input=good + line + b"\n" + good,
                              capture_output=True, timeout=60, check=False)
    answers = [json.loads(one) for one in done.stdout.splitlines()]
    assert [a.get("verdict") for a in answers] == ["accept", None, "accept"]
    assert answers[1]["line"] == 2 and answers[1]["error"]
    assert done.returncode == 2


# --- exit codes

USAGE = [
    ["frobnicate"], ["--frobnicate"], ["show", "everything"],
    ["show", "rows", "more"], ["show", "hash", "a", "b"], ["show", "hash", "-o", "ID"], ["show", "--wrong"], ["load", "a", "b"],
    ["load", "--wrong"], ["check", "a", "b"], ["check", "--force"],
    ["diff"], ["diff", "a", "b", "c"], ["diff", "--running", "a", "b"],
    ["counters", "--zone", "none"], ["counters", "--zone"],
    ["counters", "--node"], ["counters", "more"],
    ["counters", "--utc", "--ages"], ["metrics", "more"], ["metrics", "--json"],
    ["advise", "a", "b"], ["advise", "--usage", "a"], ["advise", "--record", "a"], ["learn"],
    ["learn", "--for", "1d"], ["learn", "--for", "31d", "--file", "x"], ["learn", "--for", "1d", "--file", "x", "y"],
    ["advise", "--days", "0"], ["advise", "--days", "1d"], ["advise", "--record", "--json"],
    ["advise", "-o", "ROW"], ["advise", "--usage", "-o", "NONE"],
    ["report"], ["report", "x"], ["report", "--html", "a", "b"], ["report", "--html", "--json"],
    ["top"], ["top", "--json"], ["top", "-n", "1"], ["top", "--batch", "-d", "0"], ["top", "--batch", "--by", "all"],
    ["monitor", "x"], ["monitor", "--refused", "--permitted"], ["monitor", "--reason", "none"],
    ["monitor", "--permitted", "--reason", "peer"], ["monitor", "--json", "--cef"],
    ["monitor", "--count", "0"], ["monitor", "--for", "1w"], ["monitor", "--rate", "100001"],
    ["monitor", "--address", "192.0.2.1/24"], ["monitor", "--zone", "pic,"],
    ["monitor", "--row", ",".join(17 * ["pic/1"])],
    ["why"], ["why", "192.0.2.1", "192.0.2.2"], ["why", "192.0.2.1/24"], ["why", "edge9.access"],
    ["why", "--for", "1w", "192.0.2.1"], ["why", "--for", "1s", "--from", "-", "192.0.2.1"],
    ["counters", "--row"], ["counters", "--row", "pic/1", "--zone", "pic"],
    ["counters", "--since", "x", "--reset"], ["counters", "--save", "x", "--nonzero"],
    ["show", "rows", "--zone", "none"], ["show", "nodes", "--node", "edge1"],
    ["metrics", "--http", "-o", "x"], ["metrics", "--http", "--openmetrics"], ["zone"], ["zone", "on"],
    ["zone", "off", "everything"], ["zone", "maybe", "pic"],
    ["zone", "on", "pic", "xmpp"], ["feature", "off", "none"],
    ["feature", "toggle", "av"], ["mode"], ["mode", "relaxed"],
    ["mode", "audit", "now"], ["flush", "all"], ["upgrade-module", "a", "b"], ["explain"],
    ["history", "0"], ["history", "x"], ["history", "1", "2"], ["history", "1", "-o", "N"],
    ["history", "-o", "SIZE"], ["rollback", "0"], ["rollback", "1", "2"], ["rollback", "--force"],
    ["rollback", "1", "--confirm", "1x"], ["confirm", "0"], ["confirm", "x"], ["confirm", "1", "2"],
    ["export"], ["export", "iptables"], ["export", "nftables", "now", "then"],
    ["export", "nftables", "--json"],
    ["explain", "tcp", "1.2.3.4", "5.6.7.8:9"],
    ["explain", "--in", "wan0", "--local", "tcp", "1.2.3.4", "5.6.7.8:9"],
    ["explain", "--in", "wan0", "tcp", "1.2.3.4", "5.6.7.8"],
    ["explain", "--in", "wan0", "tcp", "1.2.3.4", "host:9"],
    ["explain", "--in", "wan0", "gre", "1.2.3.4", "5.6.7.8"],
    ["explain", "--in", "wan0", "icmp", "1.2.3.4", "5.6.7.8:9"],
    ["explain", "--in", "wan0", "tcp", "::1", "5.6.7.8:9"],
    ["explain", "--in", "", "tcp", "1.2.3.4", "5.6.7.8:9"],
    ["explain", "--in", "wan0", "tcp", "1.2.3.4", "[edge1.access]:9"],
    ["test"], ["test", "a", "b", "c"], ["test", "--wrong", "a"],
    ["test", "--running", "a", "b"], ["test", "-", "-"],
    ["explain", "--batch", "tcp"], ["show", "rows", "-o", "NONE"],
    ["--version", "now"], [""], ["check", "a", ""], ["--json", "check"],
    ["--", "zone", "off", "pic"],
    ["explain", "--in", "wan0", "--in", "lan0", "tcp", "1.2.3.4", "5.6.7.8:9"],
]


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_usage_is_exit_2_and_a_line(edgectl, client, words):
    before = untouched(client)
    done = edgectl(*words, check=False, stdin="")
    assert (done.returncode, done.stdout) == (2, ""), done
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert untouched(client) == before


@pytest.mark.parametrize("words, begins", [
    (["check", "--json", "-xq"], "-x: unknown option"),
    (["check", "--help=x"], "--help=x: --help takes no value"),
    (["counters", "--rese"], "--rese: unknown option; the nearest is --reset"),
    (["load", "--confrim", "2m"], "--confrim: unknown option; the nearest is --confirm"),
    (["check", "--zzzzzz"], "--zzzzzz: unknown option; see"),
    (["check", "a", ""], '"": is one word too many'),
    ([""], '"": unknown verb'),
    (["counters", "--zone", ""], '"": unknown zone'),
    (["--json", "check"], "--json: stands before the verb"),
    (["--", "check"], "--: stands before the verb")])
def test_wrong_usage_names_the_word(edgectl, words, begins):
    done = edgectl(*words, check=False)
    assert done.stderr.startswith(f"edgectl: {begins}"), done.stderr


def test_what_others_understand_is_understood(edgectl):
    assert edgectl("help").stdout == edgectl("--help").stdout
    ask = ["tcp", "198.51.100.7:1", "131.107.155.10:443"]
    assert edgectl("explain", "--in", "wan0", "--", *ask).stdout == \
        edgectl("explain", "--in", "wan0", *ask).stdout


VERBS = ["init", "check", "diff", "load", "test", "show", "counters", "advise", "learn", "metrics", "top", "monitor",
         "report", "why", "explain", "export", "zone", "feature", "row", "mode", "confirm", "rollback", "history", "upgrade-module", "flush"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(edgectl, client, verb):
    before = untouched(client)
    done = edgectl(verb, "--help")
    assert f"edgectl {verb}" in done.stdout and not done.stderr
    assert untouched(client) == before
    assert verb in edgectl("--help").stdout


def test_explain_is_exit_1_for_a_drop(edgectl):
    ask = ["explain", "--in", "wan0", "tcp", "198.51.100.7"]
    for target, code in (("131.107.155.10:443", 0), ("131.107.155.10:444", 1),
                         ("192.0.2.1:444", 0)):
        for words in [*ask, target], [*ask, target, "--json"]:
            done = edgectl(*words, check=False)
            assert done.returncode == code and done.stdout and not done.stderr


def test_what_needs_a_policy_is_refused_without_one(net):
    net.edgectl("flush")
    for words in (["zone", "off", "pic"], ["feature", "on", "av"],
                  ["mode", "audit"], ["counters", "--node", "edge1"],
                  ["show", "nodes"], ["show", "config"], ["show", "hash"],
                  ["export", "nftables"]):
        done = net.edgectl(*words, check=False)
        assert (done.returncode, done.stdout) == (1, ""), (words, done)
        assert len(done.stderr.splitlines()) == 1
        assert "no policy is loaded" in done.stderr
    for words in ([], ["show", "rows"], ["show", "peers"], ["flush"],
                  ["counters"]):
        assert net.edgectl(*words).returncode == 0


def test_an_unknown_node_is_refused(edgectl):
    done = edgectl("counters", "--node", "edge9", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    edgectl("counters", "--node", "edge1")


ASKS_THE_MODULE = [[], ["show"], ["show", "rows"], ["show", "nodes"],
                   ["show", "peers"], ["show", "config"], ["show", "hash"],
                   ["counters"], ["report", "--html"], ["top", "--batch"], ["export", "nftables"],
                   ["explain", "--local", "tcp", "1.2.3.4", "5.6.7.8:9"],
                   ["zone", "off", "pic"], ["mode", "audit"], ["flush"],
                   ["load", "FILE"], ["diff", "FILE"], ["explain", "--batch"]]


def test_without_the_module_it_is_exit_3(net):
    nobody_uses_the_module(net)
    unload_module()
    try:
        file = net.edgectl.file(GOOD)
        for words in ASKS_THE_MODULE:
            done = net.edgectl(*(file if w == "FILE" else w for w in words),
                               check=False, stdin="")
            assert (done.returncode, done.stdout) == (3, ""), (words, done)
            assert done.stderr.strip().endswith(
                "nf_edge is not loaded: modprobe nf_edge"), words
            assert len(done.stderr.splitlines()) == 1 or words[0] == "load"
        assert not module_is_loaded()
        # check does by itself what it can, and says so.
        done = net.edgectl("check", file)
        assert "nf_edge is not loaded" in done.stdout + done.stderr
        assert net.edgectl.json("check", file)["changed"] is None
        bad = net.edgectl.file(GOOD.replace("enforce", "enfroce"), "bad.conf")
        done = net.edgectl("check", bad, check=False)
        assert done.returncode == 1 and said(done, bad)
        assert "edgectl" in net.edgectl("--version", check=False).stdout or \
            net.edgectl("--version", check=False).returncode == 3
    finally:
        load_module()


def as_nobody(edgectl, *words):
    with edgectl.ns.entered():
        return subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
             "--clear-groups", edgectl.program, *map(str, words)],
            capture_output=True, text=True, timeout=60, check=False, input="")


def test_an_ordinary_user_may_check_and_nothing_else(edgectl, client):
    before = untouched(client)
    # Not in pytest's folder: each pytest that starts shuts that one to others.
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        file, bad = folder / "edge.conf", folder / "bad.conf"
        file.write_text(GOOD)
        bad.write_text(GOOD.replace("enforce", "enfroce"))
        for words in ASKS_THE_MODULE:
            done = as_nobody(edgectl, *(file if w == "FILE" else w
                                        for w in words))
            assert (done.returncode, done.stdout) == (3, ""), (words, done)
            assert "CAP_NET_ADMIN" in done.stderr
        assert untouched(client) == before
        done = as_nobody(edgectl, "check", file)
        assert done.returncode == 0
        assert "CAP_NET_ADMIN" in done.stdout + done.stderr
        done = as_nobody(edgectl, "check", bad)
        assert done.returncode == 1 and said(done, bad)


def test_an_answer_that_cannot_be_written_is_exit_3(edgectl):
    for words in ["show", "rows"], ["counters", "--json"], ["show", "config"]:
        with edgectl.ns.entered(), open("/dev/full", "w",
                                        encoding="ascii") as full:
            done = subprocess.run([edgectl.program, *words], stdout=full,
                                  stderr=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
        assert done.returncode == 3 and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("shell, code", [
    ('explain --batch <&-', 0), ('show rows >&-', 3),
    ('explain --batch <&- >&-', 0), ('show rows <&- >&-', 3),
    ('show everything 2>&-', 2)])
def test_a_closed_stream_is_no_other(edgectl, shell, code):
    """The socket does not take its place."""
    done = edgectl.ns.run("sh", "-c", f"{edgectl.program} {shell}",
                          check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert ("cannot write to standard output" in done.stderr) == (code == 3)


def test_version_names_tool_module_and_family(edgectl):
    done = edgectl("--version")
    version = edgectl.status()["version"]
    assert done.stdout.count(version) >= 2
    assert "nf-edge" in done.stdout and not done.stderr


def test_the_version_of_a_module_of_another_release_is_exit_3(edgectl, tmp_path):
    version = edgectl.status()["version"].encode()
    other = version[:-1] + bytes([version[-1] ^ 1])
    tool = tmp_path / "edgectl"
    with open(edgectl.program, "rb") as program:
        tool.write_bytes(program.read().replace(version + b"\0", other + b"\0"))
    tool.chmod(0o755)
    done = edgectl.ns.run(tool, "--version", check=False)
    assert done.returncode == 3
    assert done.stderr == (f"edgectl: warning: the module in the kernel is version "
                           f"{version.decode()}, this edgectl {other.decode()}: edgectl "
                           "upgrade-module, or the next boot\n")
    assert done.stdout.splitlines()[:2] == [f"edgectl {other.decode()}",
                                            f"module {version.decode()}"]


@pytest.fixture
def small_buffers():
    """Sockets as a host that sets narrow limits gives them."""
    files = [pathlib.Path("/proc/sys/net/core", name)
             for name in ("rmem_max", "wmem_max")]
    before = [file.read_text() for file in files]
    for file in files:
        file.write_text("4608")
    yield
    for file, text in zip(files, before):
        file.write_text(text)


def test_a_large_policy_loads_whatever_the_limits_of_sockets_are(
        net, small_buffers):
    large = reference(nodes={
        f"node{n}": {"access": [f"10.{n}.{i}.1" for i in range(16)],
                     "av": [f"10.{n}.{i}.2" for i in range(16)]}
        for n in range(64)}, peers={"crl": [
            f"11.{i >> 8}.{i & 255}.0/24" for i in range(20_000)]})
    net.edgectl.load(large)
    assert net.edgectl.status()["governed"] == 2048
    assert net.edgectl.json("show", "config")["peers"]["crl"]


@pytest.mark.parametrize("request_number", range(1, 10))
def test_a_switch_in_between_tears_no_answer(edgectl, helpers, request_number):
    """check: what changes, and whether; explain: the verdict, and what helps."""
    file = edgectl.file(GOOD, "again.conf")
    switch = f"{edgectl.program} feature %s remote-access >/dev/null"

    def ask(state, *words):
        return edgectl.ns.run(
            "env", f"LD_PRELOAD={helpers}/meanwhile.so",
            f"MEANWHILE={switch % state}", f"MEANWHILE_AT={request_number}",
            edgectl.program, *words, check=False)

    for before, after in ("on", "off"), ("off", "on"):
        edgectl("feature", before, "remote-access")
        answer = json.loads(ask(after, "check", "--json", file).stdout)
        assert answer["changed"] == bool(answer["changes"])
        edgectl("feature", before, "remote-access")
        done = ask(after, "explain", "--in", "wan0", "tcp", "198.51.100.7:1",
                   "131.107.155.10:443")
        helps = "needs edgectl feature on remote-access" in done.stdout
        assert helps == (done.returncode == 1), done.stdout


def test_without_a_verb_it_shows_the_status(edgectl):
    assert edgectl().stdout == edgectl("show").stdout == \
        edgectl("show", "status").stdout
    assert edgectl.json() == edgectl.json("show", "status")
