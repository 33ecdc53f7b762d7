# SPDX-License-Identifier: GPL-2.0-only
"""The policy's rows, read from include/nf_edge/profiles.

PROFILES the rows of each profile, by its name, in the order of the netlink
         specification
ROWS     every row of the default profile, in document order
ROW      the same by id: ROW["external/5"]
row_of(row) a row, or the default profile's row of this id
CLS_PORTS
         the ports of the Centralized Logging agent, which its GUARD line names
ZONES, FEATURES, SERVICES, SIDES, PEER_SETS, REASONS
         the names, in the order of the netlink specification
"""

import ast
import pathlib
import re
from dataclasses import dataclass

TOP = pathlib.Path(__file__).resolve().parents[2]
TABLES = TOP / "include/nf_edge/profiles"

PROFILE_NAMES = ("lync2013-scaled-public", "lync2013-scaled-nat",
                 "lync2013-single-public", "lync2013-single-nat",
                 "sfb2015", "sfb2019")
DEFAULT = PROFILE_NAMES[0]

ZONES = ("external", "internal", "federation", "pic", "xmpp")
FEATURES = ("xmpp", "remote-access", "federation", "web-conferencing",
            "federation-av", "ocs2007", "av", "cls", "pic", "live-messenger")
SERVICES = ("access", "webconf", "av", "internal")
SIDES = ("external", "internal", "edge")
PEER_SETS = ("internal-networks", "xmpp-partners", "crl", "dns",
             "federation-partners", "xmpp-gateway", "director", "frontend",
             "sba", "cms", "cls-controller", "pic-partners",
             "live-messenger-clients")
REASONS = ("spoofed", "isolation", "untracked", "no-row", "invalid",
           "cls-guard", "interface", "peer", "disabled", "several")


@dataclass(frozen=True)
class Row:
    """One row; str() is its id."""
    id: str
    zone: str
    service: str
    direction: str          # "in" or "out"
    role: str
    application: str
    l4: str                 # "tcp" or "udp"
    port_low: int
    port_high: int
    peer_sets: tuple
    any_when_unbound: bool
    feature: str            # "" for none
    note: str

    def __str__(self):
        return self.id

    @property
    def side(self):
        return "internal" if self.service == "internal" else "external"

    @property
    def ports(self):
        return range(self.port_low, self.port_high + 1)

    def names(self, service, direction, l4, port):
        """Whether it is a row of that edge end, protocol and port."""
        return ((self.service, self.direction, self.l4) ==
                (service, direction, l4) and port in self.ports)


def _word(text):
    return text.strip().lower().replace("_", "-")


def _lines(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    return [line for line in text.splitlines() if line.strip()]


def _read(path):
    rows = []
    for line in _lines(path):
        if line.startswith("GUARD("):
            continue
        inside = re.fullmatch(r"ROW\((.*)\)", line.strip()).group(1)
        # A field is a C string or a run without comma and quotation mark.
        fields = re.findall(r'\s*("(?:[^"\\]|\\.)*"|[^,"]+)\s*(?:,|$)', inside)
        (rid, zone, service, direction, role, application, l4, low, high,
         sets, unbound, feature, note) = fields
        rows.append(Row(
            id=ast.literal_eval(rid), zone=_word(zone),
            service=_word(service), direction=_word(direction),
            role=ast.literal_eval(role),
            application=ast.literal_eval(application), l4=_word(l4),
            port_low=int(low), port_high=int(high),
            peer_sets=tuple(_word(s) for s in
                            re.findall(r"PEER\((\w+)\)", sets)),
            any_when_unbound={"any": True, "nobody": False}[_word(unbound)],
            feature="" if _word(feature) == "none" else _word(feature),
            note=ast.literal_eval(note)))
    return tuple(rows)


def _guarded(path):
    """The guarded ports: of TCP, in exactly one line."""
    (guard,) = (line for line in _lines(path) if line.startswith("GUARD("))
    low, high = map(int, re.fullmatch(r"GUARD\(TCP, (\d+), (\d+)\)",
                                      guard).groups())
    assert low <= high, guard
    return range(low, high + 1)


PROFILES = {name: _read(TABLES / f"{name}.def") for name in PROFILE_NAMES}
ROWS = PROFILES[DEFAULT]
ROW = {row.id: row for row in ROWS}
CLS_PORTS = _guarded(TABLES / f"{DEFAULT}.def")


def rows_of(service, direction, l4, port, profile=DEFAULT):
    """All rows, dead or alive, of an edge end, a protocol and a port."""
    return [r for r in PROFILES[profile] if r.names(service, direction, l4, port)]


def zones_of(profile):
    found = {row.zone for row in PROFILES[profile]}
    return [zone for zone in ZONES if zone in found]


def features_of(profile):
    found = {row.feature for row in PROFILES[profile]}
    return [feature for feature in FEATURES if feature in found]


def site_row(name, service, direction, l4, low, high=None):
    """A row of the site's own, as far as a test needs it."""
    return Row(f"site/{name}", "site", service, direction, "", "", l4, low,
               high or low, (), False, "", "")


def row_of(row):
    """A row, or the default profile's row of an id."""
    return row if isinstance(row, Row) else ROW[row]
