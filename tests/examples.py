# SPDX-License-Identifier: GPL-2.0-only
"""The examples of site rows, ports, profiles and rows that are off.

data/site-rows.csv has a line each: what it changes in data/site-rows.conf, a
packet, and its verdict. Lines of the kind `twin` are beside an example, and
show that what the example changes is what decides. An empty cell changes
nothing; `none` is an empty list, and `-av` all but av.
"""

import csv
import pathlib
import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import model
from model import Packet, Site, SiteRow

DATA = pathlib.Path(__file__).parent / "data"
BASE = (DATA / "site-rows.conf").read_text(encoding="utf-8")

# The side that a packet arrives on, and the device of the reference site.
ARRIVALS = {"external": "wan0", "internal": "lan0", "edge": "dmz0"}


@dataclass(frozen=True)
class Example:
    kind: str
    profile: str
    zones: tuple
    features: tuple
    ports: tuple            # (key, text of its port)
    rows_off: tuple
    unbound: tuple          # sets
    expose: bool
    ping: tuple
    ping_peers: tuple       # or None
    source: str
    destination: str
    protocol: str
    port: int               # or None
    arrives: str            # a side
    verdict: str
    reason: str             # or None
    rows: tuple             # that permit it, or that are near

    def __str__(self):
        changes = [] if self.profile == model.DEFAULT else [self.profile]
        changes += [f"no-{zone}" for zone in model.zones_of(self.profile)
                    if zone not in self.zones]
        changes += [f"{key}={port}" for key, port in self.ports]
        changes += [f"off-{row}" for row in self.rows_off]
        return " ".join([f"{self.source} to {self.destination}", self.protocol,
                         str(self.port), "on", self.arrives, *changes])

    @property
    def arrival(self):
        return ARRIVALS[self.arrives]

    def configuration(self):
        """The configuration file, as a site writes it."""
        text = "".join(line for line in BASE.splitlines(keepends=True)
                       if not any(line.startswith(f"peers {name} ")
                                  for name in self.unbound))
        for key, words in ("zones", self.zones), ("features", self.features):
            text = re.sub(rf"^{key} = .*$", f"{key} = {braces(words)}", text, flags=re.M)
        more = []
        if self.profile != model.DEFAULT:
            more.append(f"profile = {self.profile}")
        if self.expose:
            more.append("expose-cls-ports = true")
        if self.ping:
            more.append(f"ping = {braces(self.ping)}")
        if self.ping_peers is not None:
            more.append(f"ping-peers = {braces(self.ping_peers)}")
        if self.ports:
            more.append("ports { " + "  ".join(f"{key} = {port}"
                                               for key, port in self.ports) + " }")
        if self.rows_off:
            more.append(f"rows-off = {braces(self.rows_off)}")
        return text + "".join(line + "\n" for line in more)

    def site(self):
        return read_site(self.configuration())

    def packet(self, sport=40000):
        if self.protocol == "echo":
            return Packet(self.arrival, "echo", ip_address(self.source),
                          ip_address(self.destination))
        return Packet(self.arrival, self.protocol, ip_address(self.source),
                      ip_address(self.destination), sport, self.port)


def read_lines():
    with open(DATA / "site-rows.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_examples():
    return [read_example(line) for line in read_lines()]


def read_example(line):
    profile = line["profile"] or model.DEFAULT
    zones = (*model.zones_of(profile), model.SITE_ZONE)
    features = line["features"].split()
    if not features or features[0].startswith("-"):
        features = [feature for feature in model.features_of(profile)
                    if f"-{feature}" not in features]
    return Example(
        line["kind"], profile,
        zones=tuple(zone for zone in zones if zone not in line["zones_off"].split()),
        features=tuple(features),
        ports=tuple(tuple(word.split("=")) for word in line["ports"].split()),
        rows_off=tuple(line["rows_off"].split()), unbound=tuple(line["unbound"].split()),
        expose=line["expose"] == "yes", ping=tuple(line["ping"].split()),
        ping_peers={"": None, "none": ()}.get(line["ping_peers"],
                                              tuple(line["ping_peers"].split())),
        source=line["source"], destination=line["destination"],
        protocol=line["protocol"], port=int(line["port"]) if line["port"] else None,
        arrives=line["arrives"], verdict=line["verdict"], reason=line["reason"] or None,
        rows=tuple(line["rows"].split()))


def braces(words):
    return "{ " + ", ".join(map(str, words)) + " }" if words else "{}"


# A reader of configurations, for those that the tests write.

TOKEN = re.compile(r'\s+|#[^\n]*|("[^"]*"|[{}=,]|[^\s{}=,"#]+)')


def tokens_of(text):
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        assert match, f"not a word: {text[place:place + 40]!r}"
        if match.group(1):
            yield match.group(1)
        place = match.end()


def read_block(tokens):
    """Keys and sections up to the end or a brace: (words, value), where the
    value is a word, a list, or the keys of the section."""
    found, words = [], []
    for token in tokens:
        if token == "}":
            break
        if token == "=":
            value = next(tokens)
            found.append((words, read_list(tokens) if value == "{" else value.strip('"')))
            words = []
        elif token == "{":
            found.append((words, read_block(tokens)))
            words = []
        else:
            words.append(token)
    assert not words, words
    return found


def read_list(tokens):
    words = []
    for token in tokens:
        if token == "}":
            return tuple(words)
        if token != ",":
            words.append(token)
    raise AssertionError("a list without an end")


def read_range(text):
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def read_row(name, keys):
    assert len(keys.keys() & {"in", "out"}) == 1, name
    direction = "in" if "in" in keys else "out"
    ports = tuple((protocol, *read_range(ports)) for protocol, ports in
                  (word.split("/") for word in keys[direction]))
    return SiteRow(name, keys["service"], direction, ports, keys["peers"],
                   keys.get("nodes"), keys.get("exposed") == "true", keys.get("note", ""))


def read_site(text):
    """The model's site of a configuration file."""
    site = {"interfaces": {}, "nodes": {}, "peers": {}, "ports": {}}
    rows = []
    for words, value in read_block(tokens_of(text)):
        match words:
            case ["interface", name]:
                site["interfaces"][name] = set(dict(of_one(value))["sides"])
            case ["node", name]:
                site["nodes"][name] = {service: [ip_address(a) for a in addresses]
                                       for service, addresses in of_one(value)}
            case ["peers", name]:
                site["peers"][name] = [ip_network(prefix) for prefix in
                                       dict(of_one(value))["prefixes"]]
            case ["row", name]:
                rows.append(read_row(name, dict(of_one(value))))
            case ["ports"]:
                site["ports"] = {key: read_range(port) for key, port in of_one(value)}
            case [("mode" | "profile") as key]:
                site[key] = value
            case ["expose-cls-ports"]:
                site["expose_cls_ports"] = value == "true"
            case [("zones" | "features" | "ping" | "rows-off" | "ping-peers") as key]:
                site[key.replace("-", "_")] = value
            case _:
                raise AssertionError(f"no such key: {words}")
    return Site(site_rows=tuple(rows), **site)


def of_one(keys):
    """Keys of a section, each of one word."""
    for (word,), value in keys:
        yield word, value
