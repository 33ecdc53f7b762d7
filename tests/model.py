# SPDX-License-Identifier: GPL-2.0-only
"""The edge port policy, judged slowly and plainly.

An independent reading of the policy: rows come from the tables of data/profiles
and from the site, packets are judged row by row in the order of the
specification, and nothing here is shared with the module. Tests compare the
module with this.
"""

import csv
import ipaddress
import pathlib
from dataclasses import dataclass, field, replace
from typing import Optional

TABLES = pathlib.Path(__file__).parent / "data" / "profiles"

PROFILE_NAMES = ("lync2013-scaled-public", "lync2013-scaled-nat",
                 "lync2013-single-public", "lync2013-single-nat",
                 "sfb2015", "sfb2019")
DEFAULT = PROFILE_NAMES[0]
ALIASES = {"sfbse": "sfb2019"}

# The words of the default profile; zone `site` is of every profile.
ZONES = ("external", "internal", "federation", "pic", "xmpp")
FEATURES = ("xmpp", "remote-access", "federation", "web-conferencing",
            "federation-av", "ocs2007", "av", "cls", "pic", "live-messenger")
SERVICES = ("access", "webconf", "av", "internal")
SIDES = ("external", "internal", "edge")
PEER_SETS = ("internal-networks", "xmpp-partners", "crl", "dns",
             "federation-partners", "xmpp-gateway", "director", "frontend",
             "sba", "cms", "cls-controller", "pic-partners",
             "live-messenger-clients")
SITE_ZONE = "site"
REASONS = ("spoofed", "isolation", "untracked", "no-row", "invalid",
           "cls-guard", "interface", "peer", "disabled", "several")

ACCEPT = "accept"
DROP = "drop"
NOT_GOVERNED = "not-governed"

BROADCAST = ipaddress.IPv4Address("255.255.255.255")

LOCAL = object()        # in place of an interface: the local host sends it

# What connection tracking says of a packet.
NEW = "new"             # the first packet, or one like it: no entry confirmed
FIRST = "first"         # a later packet of the connection's first direction
REPLY = "reply"
ERROR = "error"         # an ICMP error that cites a connection
UNTRACKED = "untracked"
INVALID = "invalid"     # of no connection, or not to be parsed


CLS_PORTS = range(50001, 50004)

# What a key of `ports` moves: `in` rows of a service and of protocols, with
# exactly these documented ports.
PORT_KEYS = {
    "access-client": ("access", ("tcp",), (443, 443)),
    "access-federation": ("access", ("tcp",), (5061, 5061)),
    "webconf-client": ("webconf", ("tcp",), (443, 443)),
    "turn-tcp": ("av", ("tcp",), (443, 443)),
    "turn-udp": ("av", ("udp",), (3478, 3478)),
    "media": ("av", ("tcp", "udp"), (50000, 59999)),
    "internal-sip": ("internal", ("tcp",), (5061, 5061)),
    "internal-psom": ("internal", ("tcp",), (8057, 8057)),
    "internal-mras": ("internal", ("tcp",), (5062, 5062)),
    "internal-turn-tcp": ("internal", ("tcp",), (443, 443)),
    "internal-turn-udp": ("internal", ("udp",), (3478, 3478)),
}


@dataclass(frozen=True)
class Row:
    """A line of the table in force, the document's or the site's own."""
    id: str
    zone: str
    service: str
    direction: str
    ports: tuple            # (protocol, first, last), one or more
    peer_sets: tuple
    any_when_unbound: bool
    feature: Optional[str] = None
    nodes: Optional[tuple] = None       # None: of all nodes

    @property
    def side(self):
        return "internal" if self.service == "internal" else "external"

    @property
    def is_of_site(self):
        return self.zone == SITE_ZONE

    def has_port(self, protocol, port):
        return any(protocol == mine and low <= port <= high
                   for mine, low, high in self.ports)

    def is_of_node(self, node):
        return self.nodes is None or node in self.nodes


@dataclass(frozen=True)
class SiteRow:
    """A row as the site writes it."""
    name: str
    service: str
    direction: str
    ports: tuple            # (protocol, first, last), one or more
    peers: tuple            # names of sets, or "any" alone
    nodes: Optional[tuple] = None
    exposed: bool = False
    note: str = ""

    def row(self):
        is_any = self.peers == ("any",)
        return Row(f"{SITE_ZONE}/{self.name}", SITE_ZONE, self.service, self.direction,
                   self.ports, () if is_any else self.peers, is_any, nodes=self.nodes)


def read_rows(profile):
    with open(TABLES / f"{profile}.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    rows = [Row(id=line["id"], zone=line["zone"], service=line["service"],
                direction=line["direction"],
                ports=((line["l4"], int(line["port_low"]), int(line["port_high"])),),
                peer_sets=tuple(line["peer_sets"].split()),
                any_when_unbound=line["any_when_unbound"] == "yes",
                feature=line["feature"] or None)
            for line in lines]
    assert [row.side for row in rows] == [line["side"] for line in lines]
    return rows


PROFILES = {name: read_rows(name) for name in PROFILE_NAMES}
ROWS = PROFILES[DEFAULT]


def named_profile(name):
    return ALIASES.get(name, name)


def zones_of(profile):
    """The zones that a row of the profile has, in their usual order."""
    found = {row.zone for row in PROFILES[profile]}
    return tuple(zone for zone in ZONES if zone in found)


def features_of(profile):
    found = {row.feature for row in PROFILES[profile]}
    return tuple(feature for feature in FEATURES if feature in found)


def sets_of(profile):
    """The profile's sets; internal-networks is one of every profile."""
    found = {name for row in PROFILES[profile] for name in row.peer_sets}
    return tuple(name for name in PEER_SETS
                 if name in found or name == "internal-networks")


def is_moved(row, key):
    """Whether a key of `ports` moves a row of a profile."""
    service, protocols, documented = PORT_KEYS[key]
    return (row.direction == "in" and row.service == service and
            row.ports in [((protocol, *documented),) for protocol in protocols])


def port_keys_of(profile):
    return tuple(key for key in PORT_KEYS
                 if any(is_moved(row, key) for row in PROFILES[profile]))


def in_force(row, ports):
    """A row of a profile at the ports of the site."""
    for key, (low, high) in ports.items():
        if is_moved(row, key):
            return replace(row, ports=((row.ports[0][0], low, high),))
    return row


@dataclass
class Site:
    """A configuration, with addresses and prefixes as ipaddress objects."""
    mode: str = "enforce"
    zones: tuple = ZONES
    features: tuple = FEATURES
    ping: tuple = ()
    expose_cls_ports: bool = False
    interfaces: dict = field(default_factory=dict)  # name -> set of sides
    nodes: dict = field(default_factory=dict)       # name -> service -> addresses
    peers: dict = field(default_factory=dict)       # set -> prefixes
    profile: str = DEFAULT
    ports: dict = field(default_factory=dict)       # key -> (first, last)
    rows_off: tuple = ()
    site_rows: tuple = ()                           # SiteRows, in their order
    ping_peers: Optional[tuple] = None              # None: anybody

    def __post_init__(self):
        self.profile = named_profile(self.profile)
        self.rows = [in_force(row, self.ports) for row in PROFILES[self.profile]]
        self.rows += [row.row() for row in self.site_rows]
        self.holders = {}
        for node, services in self.nodes.items():
            for service, addresses in services.items():
                for address in addresses:
                    self.holders.setdefault(address, (node, []))[1].append(service)

    def is_edge(self, address):
        return address in self.holders

    def node_of(self, address):
        return self.holders[address][0] if address in self.holders else None

    def services_of(self, address):
        return self.holders[address][1] if address in self.holders else []

    def is_internal_address(self, address):
        return "internal" in self.services_of(address)

    def is_outward_address(self, address):
        return self.is_edge(address) and not self.is_internal_address(address)

    def in_internal_networks(self, address):
        if self.is_outward_address(address):
            return False
        return any(address in prefix
                   for prefix in self.peers.get("internal-networks", ()))

    def in_set(self, name, address):
        if name == "internal-networks":
            return self.in_internal_networks(address)
        return any(address in prefix for prefix in self.peers.get(name, ()))

    def rows_of(self, address, direction):
        """The rows, dead or alive, that an edge address has in a direction."""
        services, node = self.services_of(address), self.node_of(address)
        return [row for row in self.rows
                if row.service in services and row.direction == direction and
                row.is_of_node(node)]

    def sides_of(self, interface):
        if self.interfaces.get(interface):
            return set(self.interfaces[interface])
        bound = set().union(*self.interfaces.values())
        return set(SIDES) - bound

    def is_bound_only_to(self, interface, side):
        return set(self.interfaces.get(interface, ())) == {side}

    def is_live(self, row):
        return (row.zone in self.zones and row.id not in self.rows_off and
                (row.feature is None or row.feature in self.features))

    def is_peer(self, row, address):
        bound = [name for name in row.peer_sets if name in self.peers]
        if bound:
            return any(self.in_set(name, address) for name in bound)
        if not row.any_when_unbound:
            return False
        if row.side == "external":
            return not (self.in_internal_networks(address) or
                        self.is_internal_address(address))
        if "internal-networks" in self.peers:
            return self.in_internal_networks(address)
        return not self.is_outward_address(address)


@dataclass(frozen=True)
class Connection:
    """A connection as its initiator wrote it, before any NAT."""
    protocol: str           # tcp, udp, echo; anything else is some other one
    source: object
    destination: object
    sport: Optional[int] = None
    dport: Optional[int] = None


@dataclass(frozen=True)
class Packet:
    arrival: object         # an interface's name, or LOCAL
    protocol: str           # tcp, udp, echo, echo-reply, error, redirect, or other
    source: object
    destination: object
    sport: Optional[int] = None
    dport: Optional[int] = None
    state: str = NEW
    # The connection's original tuple. Without NAT it follows from the header;
    # an ERROR names the connection that it cites.
    original: Optional[Connection] = None
    # The connection as the host's NAT sends it on; None without NAT.
    translated: Optional[Connection] = None
    # The direction that an ERROR travels in.
    error_is_reply: bool = False
    # Over a loopback interface, a looped-back copy, a pass of a VRF device.
    is_bypass: bool = False
    is_neighbour_discovery: bool = False
    # The host would not forward the packet: only neighbour discovery cares.
    is_on_link: bool = True

    def connection(self):
        if self.state in (UNTRACKED, INVALID):
            return None
        if self.original or self.state == ERROR:
            return self.original
        if self.state == REPLY:
            protocol = "echo" if self.protocol == "echo-reply" else self.protocol
            return Connection(protocol, self.destination, self.source,
                              self.dport, self.sport)
        return Connection(self.protocol, self.source, self.destination,
                          self.sport, self.dport)

    def is_first_direction(self):
        if self.state == ERROR:
            return not self.error_is_reply
        return self.state in (NEW, FIRST)


@dataclass
class Verdict:
    verdict: str
    reason: Optional[str] = None
    rows: list = field(default_factory=list)    # (node, Row) that permit it
    near: list = field(default_factory=list)    # (node, Row)


def drop(reason, near=()):
    return Verdict(DROP, reason, near=list(near))


def is_unusable(address):
    """IPv4-mapped, loopback or unspecified."""
    if address.version == 6 and address.ipv4_mapped is not None:
        return True
    return address.is_loopback or address.is_unspecified


def is_unusable_source(address):
    return is_unusable(address) or address.is_multicast or address == BROADCAST


def is_spoofed(site, packet):
    source, destination = packet.source, packet.destination
    if packet.arrival is not LOCAL:
        if (site.is_bound_only_to(packet.arrival, "external") and
                (site.is_edge(source) or site.in_internal_networks(source))):
            return True
        if (site.is_bound_only_to(packet.arrival, "internal") and
                site.is_outward_address(source)):
            return True
    if site.is_edge(destination) and is_unusable_source(source):
        return True
    return site.is_edge(source) and is_unusable(destination)


def is_isolated(site, packet):
    if packet.arrival is LOCAL:
        return False
    return (site.is_bound_only_to(packet.arrival, "external") and
            site.is_internal_address(packet.destination) and
            (packet.connection() is None or packet.is_first_direction()))


def names_port(site, address, direction, protocol, port):
    return port is not None and any(row.has_port(protocol, port)
                                    for row in site.rows_of(address, direction))


def is_header_named(site, packet):
    """Does any row, dead or alive, name the packet's own header, in either direction?"""
    source, destination, protocol = packet.source, packet.destination, packet.protocol
    return (names_port(site, destination, "in", protocol, packet.dport) or
            names_port(site, source, "out", protocol, packet.dport) or
            names_port(site, destination, "out", protocol, packet.sport) or
            names_port(site, source, "in", protocol, packet.sport))


def names_edge(site, connection):
    return connection is not None and (site.is_edge(connection.source) or
                                       site.is_edge(connection.destination))


def judge(site, packet):
    # 1. Never governed.
    if packet.is_bypass:
        return Verdict(NOT_GOVERNED)
    header_names_edge = (site.is_edge(packet.source) or
                         site.is_edge(packet.destination))
    if packet.is_neighbour_discovery:
        if packet.is_on_link:
            return Verdict(ACCEPT)
        if header_names_edge:
            return drop("no-row")

    # 2. Guards.
    if is_spoofed(site, packet):
        return drop("spoofed")
    if is_isolated(site, packet):
        return drop("isolation")

    # 3. Not governed.
    connection = packet.connection()
    connection_names_edge = names_edge(site, connection)
    if (not header_names_edge and not connection_names_edge and
            not names_edge(site, packet.translated)):
        return Verdict(NOT_GOVERNED)

    # 4. No connection.
    if packet.state == UNTRACKED:
        return drop("untracked")
    if (connection is None and packet.protocol in ("tcp", "udp") and
            packet.dport is not None and not is_header_named(site, packet)):
        return drop("no-row")
    if packet.state == INVALID:
        return drop("invalid")

    # An edge address that the connection's initiator did not write: NAT did.
    if not connection_names_edge:
        return drop("no-row")

    # 5. ICMP errors as the connection that they cite; echo; other protocols.
    if packet.protocol == "redirect" and header_names_edge:
        return drop("no-row")
    # The sides of an arrival are asked of the first direction only.
    if packet.is_first_direction() and packet.state != ERROR:
        arrival = packet.arrival
    else:
        arrival = None
    if connection.protocol == "echo":
        return judge_echo(site, connection, arrival)
    if connection.protocol not in ("tcp", "udp"):
        return drop("no-row")

    # 6 to 9.
    return judge_rows(site, connection, arrival)


def suits(site, side, direction, connection, arrival):
    """Does the arrival suit a row of this side and direction?"""
    if arrival is None or arrival is LOCAL:
        return True
    held = site.sides_of(arrival)
    if direction == "out":
        return "edge" in held
    return side in held or ("edge" in held and site.is_edge(connection.source))


def judge_echo(site, connection, arrival):
    is_peer = True
    for address, peer, direction in (
            (connection.destination, connection.source, "in"),
            (connection.source, connection.destination, "out")):
        if not site.is_edge(address):
            continue
        side = "internal" if site.is_internal_address(address) else "external"
        if side not in site.ping:
            return drop("no-row")
        if not suits(site, side, direction, connection, arrival):
            return drop("no-row")
        if site.ping_peers is not None and not any(site.in_set(name, peer)
                                                   for name in site.ping_peers):
            is_peer = False
    return Verdict(ACCEPT) if is_peer else drop("peer")


def is_cls_guarded(site, row, connection):
    return (row.direction == "in" and row.side == "external" and
            connection.protocol == "tcp" and connection.dport in CLS_PORTS and
            not site.expose_cls_ports)


def judge_end(site, connection, arrival, direction):
    """Judge one edge end: its permitting rows, and the near rows by reason."""
    if direction == "in":
        address, peer = connection.destination, connection.source
    else:
        address, peer = connection.source, connection.destination
    node = site.node_of(address)
    permitting = []
    near = {}
    for row in site.rows_of(address, direction):
        if not row.has_port(connection.protocol, connection.dport):
            continue
        failed = []
        if not suits(site, row.side, direction, connection, arrival):
            failed.append("interface")
        if not site.is_peer(row, peer):
            failed.append("peer")
        if not site.is_live(row):
            failed.append("disabled")
        if not failed and is_cls_guarded(site, row, connection):
            failed.append("cls-guard")
        if not failed:
            permitting.append((node, row))
        elif len(failed) == 1:
            near.setdefault(failed[0], []).append((node, row))
        near.setdefault("several", []).append((node, row))
    return permitting, near


def judge_rows(site, connection, arrival):
    ends = []
    if site.is_edge(connection.destination):
        ends.append(judge_end(site, connection, arrival, "in"))
    if site.is_edge(connection.source):
        ends.append(judge_end(site, connection, arrival, "out"))

    unsatisfied = [near for permitting, near in ends if not permitting]
    if not unsatisfied:
        return Verdict(ACCEPT, rows=[hit for permitting, _ in ends
                                     for hit in permitting])
    for reason in ("cls-guard", "interface", "peer", "disabled", "several"):
        rows = [hit for near in unsatisfied for hit in near.get(reason, ())]
        if rows:
            return drop(reason, rows)
    return drop("no-row")


COUNTS = ("connections", "packets_to_edge", "bytes_to_edge",
          "packets_from_edge", "bytes_from_edge", "denied")
DROP_COUNTS = ("packets", "bytes", "would_be_packets", "would_be_bytes")


class Counters:
    """What the module's counters must say after the packets that were counted here."""

    def __init__(self):
        self.rows = {}          # (node, row id) -> counts
        self.services = {}      # (node, service) -> counts
        self.drops = {reason: dict.fromkeys(DROP_COUNTS, 0) for reason in REASONS}

    def enter(self, before, after):
        """A load has put one site in the place of another."""
        if before.profile != after.profile:
            self.rows, self.services = {}, {}
        own = {row.id: row for row in before.rows if row.is_of_site}
        kept = {row.id: row for row in after.rows if row.is_of_site and
                row.id in own and (row.service, row.direction) ==
                (own[row.id].service, own[row.id].direction)}

        def goes_on(node, row):
            return (node in before.nodes and node in after.nodes and
                    (not row.startswith(f"{SITE_ZONE}/") or
                     row in kept and kept[row].is_of_node(node) and
                     own[row].is_of_node(node)))
        self.rows = {key: counts for key, counts in self.rows.items() if goes_on(*key)}
        self.services = {(node, service): counts
                         for (node, service), counts in self.services.items()
                         if node in after.nodes}

    def _row(self, node, row):
        return self.rows.setdefault((node, row.id), dict.fromkeys(COUNTS, 0))

    def _service(self, node, row):
        return self.services.setdefault((node, row.service), dict.fromkeys(COUNTS, 0))

    def count(self, site, packet, verdict, length, is_confirmed=False):
        """Count a packet of this length from the IP header on.

        is_confirmed: its connection had left the host before.
        """
        if verdict.verdict == DROP:
            totals = self.drops[verdict.reason]
            prefix = "would_be_" if site.mode == "audit" else ""
            totals[prefix + "packets"] += 1
            totals[prefix + "bytes"] += length
        if packet.state == ERROR:
            return
        if verdict.verdict == DROP:
            if verdict.reason != "several":
                self._count_denied(verdict)
            return

        is_first = packet.is_first_direction()
        seen = set()
        for node, row in verdict.rows:
            is_to_edge = is_first == (row.direction == "in")
            direction = "to" if is_to_edge else "from"
            what = [("connections", 1)] if is_first and not is_confirmed else []
            what += [(f"packets_{direction}_edge", 1),
                     (f"bytes_{direction}_edge", length)]
            for name, amount in what:
                self._row(node, row)[name] += amount
                # The totals of a service count a packet once.
                if (node, row.service, name) not in seen:
                    seen.add((node, row.service, name))
                    self._service(node, row)[name] += amount

    def _count_denied(self, verdict):
        for node, row in verdict.near:
            self._row(node, row)["denied"] += 1
        for node, row in {(node, row.service): (node, row)
                          for node, row in verdict.near}.values():
            self._service(node, row)["denied"] += 1


def explain(site, packet):
    """What `edgectl explain` must say of the first packet of a connection."""
    verdict = judge(site, packet)
    return {"verdict": verdict.verdict, "reason": verdict.reason,
            "rows": [row.id for _, row in verdict.rows],
            "near": [row.id for _, row in verdict.near],
            "source_node": site.node_of(packet.source),
            "destination_node": site.node_of(packet.destination),
            "mode": site.mode}
