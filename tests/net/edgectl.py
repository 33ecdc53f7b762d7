# SPDX-License-Identifier: GPL-2.0-only
"""The tool under test: configurations, verbs and counters."""

import copy
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from flow_table import FEATURES, TOP, ZONES, row_of
from netns import DEADLINE, PATIENCE, until

COUNTS = ("connections", "packets_to_edge", "bytes_to_edge",
          "packets_from_edge", "bytes_from_edge", "denied")
DROP_COUNTS = ("packets", "bytes", "would_be_packets", "would_be_bytes")


@dataclass
class Config:
    """A configuration as an object; str() is the text of its file.

    The values are what the file says, so that a wrong one can be written."""
    mode: str = "enforce"
    zones: list = field(default_factory=lambda: list(ZONES))
    features: list = field(default_factory=lambda: list(FEATURES))
    ping: list = None
    expose_cls_ports: bool = None
    interfaces: dict = field(default_factory=dict)  # name: sides
    nodes: dict = field(default_factory=dict)       # name: {service: addresses}
    peers: dict = field(default_factory=dict)       # set: prefixes
    profile: str = None
    ports: dict = field(default_factory=dict)       # key: port or range
    rows: dict = field(default_factory=dict)        # name: {key: value}
    rows_off: list = None
    ping_peers: list = None

    def but(self, **changes):
        """A copy with some fields replaced; `peers` is merged: a set of None
        is left out."""
        new = copy.deepcopy(self)
        merged = {**new.peers, **changes.pop("peers", {})}
        new.peers = {k: v for k, v in merged.items() if v is not None}
        for name, value in changes.items():
            setattr(new, name, copy.deepcopy(value))
        return new

    def without(self, *names):
        """A copy without these zones and features, each a (kind, name) such
        as ("zone", "pic")."""
        return self.but(
            zones=[z for z in self.zones if ("zone", z) not in names],
            features=[f for f in self.features
                      if ("feature", f) not in names])

    def __str__(self):
        def many(values):
            return "{ " + ", ".join(values) + " }"
        out = [f"mode = {self.mode}", f"zones = {many(self.zones)}",
               f"features = {many(self.features)}"]
        if self.ping is not None:
            out.append(f"ping = {many(self.ping)}")
        if self.expose_cls_ports is not None:
            out.append("expose-cls-ports = " +
                       ("true" if self.expose_cls_ports else "false"))
        for name, sides in self.interfaces.items():
            out.append(f"interface {name} {{ sides = {many(sides)} }}")
        for name, services in self.nodes.items():
            out += [f"node {name} {{"] + \
                [f"    {s} = {many(a)}" for s, a in services.items()] + ["}"]
        for name, prefixes in self.peers.items():
            out.append(f"peers {name} {{ prefixes = {many(prefixes)} }}")
        if self.profile is not None:
            out.append(f"profile = {self.profile}")
        if self.ports:
            out.append("ports { " + "  ".join(
                f"{key} = {port}" for key, port in self.ports.items()) + " }")
        for name, keys in self.rows.items():
            out.append(f"row {name} {{ " + "  ".join(
                f"{key} = {many(v) if isinstance(v, list) else v}"
                for key, v in keys.items()) + " }")
        if self.rows_off is not None:
            out.append(f"rows-off = {many(self.rows_off)}")
        if self.ping_peers is not None:
            out.append(f"ping-peers = {many(self.ping_peers)}")
        return "\n".join(out) + "\n"


class Counters:
    """All counters of a namespace at one time.

    rows[node, row], services[node, service] and drops[reason] are dicts of
    numbers. a - b holds only what moved between b and a."""

    def __init__(self, rows=None, services=None, drops=None, last_hit=None):
        self.rows = rows or {}
        self.services = services or {}
        self.drops = drops or {}
        self.last_hit = last_hit or {}

    @classmethod
    def read(cls, answer):
        def counts(entry, names):
            return {n: entry[n] for n in names}
        return cls(
            {(r["node"], r["row"]): counts(r, COUNTS)
             for r in answer["rows"]},
            {(s["node"], s["service"]): counts(s, COUNTS)
             for s in answer["services"]},
            {d["reason"]: counts(d, DROP_COUNTS) for d in answer["drops"]},
            {(r["node"], r["row"]): r["last_hit"] for r in answer["rows"]})

    def __sub__(self, before):
        def moved(new, old):
            found = {}
            for key, counts in new.items():
                change = {n: v - old.get(key, {}).get(n, 0)
                          for n, v in counts.items()}
                change = {n: v for n, v in change.items() if v}
                if change:
                    found[key] = change
            return found
        return Counters(moved(self.rows, before.rows),
                        moved(self.services, before.services),
                        moved(self.drops, before.drops))

    def as_dict(self):
        return {"rows": self.rows, "services": self.services,
                "drops": self.drops}

    def __eq__(self, other):
        return self.as_dict() == other.as_dict()

    def was_hit_when(self, before):
        """Whether each last hit is that of before. It is kept in the timer's
        ticks, and told in whole seconds: two readings may differ by one."""
        return all(abs((self.last_hit[key] or 0) - (hit or 0)) <= 1
                   for key, hit in before.last_hit.items())

    def __repr__(self):
        lines = [f"    {kind} {key}: {value}"
                 for kind, table in self.as_dict().items()
                 for key, value in sorted(table.items(), key=str)]
        return "\n".join(lines) or "    nothing"


class Edgectl:
    """edgectl, run inside one namespace."""

    def __init__(self, ns):
        self.ns = ns
        built = TOP / "userspace/edgectl"
        self.program = os.environ.get("EDGECTL") or (
            str(built) if built.exists() else
            shutil.which("edgectl") or str(built))
        self._folder = tempfile.TemporaryDirectory(prefix="nf_edge-test-")

    def __call__(self, *words, check=True, stdin=None, timeout=PATIENCE):
        """Run it with these words; check wants exit code 0."""
        with self.ns.entered():
            done = subprocess.run(
                [self.program, *map(str, words)], input=stdin, text=True,
                capture_output=True, timeout=timeout, check=False)
        if check and done.returncode:
            raise AssertionError(
                f"edgectl {' '.join(map(str, words))}: exit "
                f"{done.returncode}: {done.stderr or done.stdout}")
        return done

    def json(self, *words, codes=(0,), **options):
        """Its JSON answer, as an object."""
        done = self(*words, "--json", check=False, **options)
        assert done.returncode in codes, (words, done)
        return json.loads(done.stdout)

    def file(self, text, name="edge.conf"):
        """The path of a file with this text (or Config)."""
        path = pathlib.Path(self._folder.name, name)
        path.write_text(str(text), encoding="utf-8")
        return path

    def load(self, config, *options, check=True):
        """Load a Config or a text."""
        return self("load", *options, self.file(config), check=check)

    def explain(self, protocol, src, dst, dport=None, sport=40000,
                arrives=None):
        """Ask the classifier; arrives is an interface, None the local
        host. Ports are left out for icmp."""
        def end(address, port):
            if port is None:
                return address
            return f"[{address}]:{port}" if ":" in address else \
                f"{address}:{port}"
        way = ["--in", arrives] if arrives else ["--local"]
        return self.json(
            "explain", *way, protocol,
            end(src, None if dport is None else sport), end(dst, dport),
            codes=(0, 1))

    def zone(self, state, name):
        return self("zone", state, name)

    def feature(self, state, name):
        return self("feature", state, name)

    def status(self):
        return self.json("show", "status")

    def counters(self):
        return Counters.read(self.json("counters"))

    def watch(self):
        return Watch(self)

    def close(self):
        self._folder.cleanup()


class Watch:
    """The counters from one moment on, read from an Edgectl or whatever else
    has counters()."""

    def __init__(self, source):
        self.source = source
        self.before = source.counters()

    def delta(self):
        return self.source.counters() - self.before

    def expect(self, expected=None, deadline=DEADLINE):
        """Exactly this has moved, and nothing else. Waits for it: packets
        may be on their way still, and `expected` may be a function."""
        end = time.monotonic() + deadline
        while True:
            delta = self.delta()
            wanted = expected() if callable(expected) else \
                expected or Counters()
            if delta == wanted:
                return delta
            if time.monotonic() > end:
                raise AssertionError(
                    f"counters moved:\n{delta}\nexpected:\n{wanted}")

    def await_drop(self, reason, packets=1):
        """Wait until so many packets were dropped for this reason."""
        def dropped():
            now = self.delta().drops.get(reason, {})
            return now.get("packets", 0) >= packets
        try:
            until(dropped, f"{packets} dropped as {reason}")
        except AssertionError as error:
            raise AssertionError(f"{error}; moved:\n{self.delta()}") from None


def permitted(node, rows, connections=0, to_edge=(0, 0), from_edge=(0, 0)):
    """What moves when traffic passes at one Edge end: each of the rows, and
    the total of their service. to_edge and from_edge are (packets, bytes);
    rows are rows or their ids."""
    counts = dict(zip(COUNTS, (connections, *to_edge, *from_edge)))
    counts = {n: v for n, v in counts.items() if v}
    return Counters({(node, str(r)): dict(counts) for r in rows},
                    {(node, row_of(r).service): dict(counts) for r in rows})


def refused(reason, packets=1, length=0, audit=False):
    """What moves when packets of `length` bytes together are dropped."""
    kind = "would_be_" if audit else ""
    return Counters(drops={reason: {kind + "packets": packets,
                                    kind + "bytes": length}})


def denied(packets, node, near):
    """What moves at the near rows of a node, and once for each service."""
    counts = {"denied": packets}
    return Counters({(node, str(r)): dict(counts) for r in near},
                    {(node, row_of(r).service): dict(counts) for r in near})


def together(*parts):
    """The sum of several expectations."""
    total = Counters()
    for part in parts:
        for kind, table in part.as_dict().items():
            mine = getattr(total, kind)
            for key, counts in table.items():
                entry = mine.setdefault(key, {})
                for name, value in counts.items():
                    entry[name] = entry.get(name, 0) + value
    return total
