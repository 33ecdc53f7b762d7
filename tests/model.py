# SPDX-License-Identifier: GPL-2.0-only
"""The edge port policy, judged slowly and plainly.

An independent reading of the policy: rows come from the tables of data/profiles,
packets are judged row by row in the order of the specification, and nothing
here is shared with the module. Tests compare the module with this.
"""

import csv
import ipaddress
import pathlib
from dataclasses import dataclass, field
from typing import Optional

CSV = pathlib.Path(__file__).parent / "data" / "profiles" / "lync2013-scaled-public.csv"

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


@dataclass(frozen=True)
class Row:
    id: str
    zone: str
    service: str
    direction: str
    side: str
    protocol: str
    port_low: int
    port_high: int
    peer_sets: tuple
    any_when_unbound: bool
    feature: Optional[str]


def read_rows(path=CSV):
    with open(path, newline="", encoding="utf-8") as file:
        return [Row(id=line["id"], zone=line["zone"], service=line["service"],
                    direction=line["direction"], side=line["side"],
                    protocol=line["l4"], port_low=int(line["port_low"]),
                    port_high=int(line["port_high"]),
                    peer_sets=tuple(line["peer_sets"].split()),
                    any_when_unbound=line["any_when_unbound"] == "yes",
                    feature=line["feature"] or None)
                for line in csv.DictReader(file)]


ROWS = read_rows()


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

    def __post_init__(self):
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

    def sides_of(self, interface):
        if self.interfaces.get(interface):
            return set(self.interfaces[interface])
        bound = set().union(*self.interfaces.values())
        return set(SIDES) - bound

    def is_bound_only_to(self, interface, side):
        return set(self.interfaces.get(interface, ())) == {side}

    def is_live(self, row):
        return row.zone in self.zones and (row.feature is None or
                                           row.feature in self.features)

    def is_peer(self, row, address):
        bound = [name for name in row.peer_sets if name in self.peers]
        if bound:
            return any(address in prefix
                       for name in bound for prefix in self.peers[name])
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


def table_names(services, direction, protocol, port):
    return port is not None and any(
        row.service in services and row.direction == direction and
        row.protocol == protocol and row.port_low <= port <= row.port_high
        for row in ROWS)


def is_header_named(site, packet):
    """Does any row, dead or alive, name the packet's own header, in either direction?"""
    to_services = site.services_of(packet.destination)
    from_services = site.services_of(packet.source)
    return (table_names(to_services, "in", packet.protocol, packet.dport) or
            table_names(from_services, "out", packet.protocol, packet.dport) or
            table_names(to_services, "out", packet.protocol, packet.sport) or
            table_names(from_services, "in", packet.protocol, packet.sport))


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
    for address, direction in ((connection.destination, "in"),
                               (connection.source, "out")):
        if not site.is_edge(address):
            continue
        side = "internal" if site.is_internal_address(address) else "external"
        if side not in site.ping:
            return drop("no-row")
        if not suits(site, side, direction, connection, arrival):
            return drop("no-row")
    return Verdict(ACCEPT)


def is_cls_guarded(site, row, connection):
    return (row.id == "external/11" and not site.expose_cls_ports and
            50001 <= connection.dport <= 50003)


def judge_end(site, connection, arrival, direction):
    """Judge one edge end: its permitting rows, and the near rows by reason."""
    if direction == "in":
        address, peer = connection.destination, connection.source
    else:
        address, peer = connection.source, connection.destination
    node = site.node_of(address)
    permitting = []
    near = {}
    for row in ROWS:
        if (row.direction != direction or
                row.service not in site.services_of(address) or
                row.protocol != connection.protocol or
                not row.port_low <= connection.dport <= row.port_high):
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
