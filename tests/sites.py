# SPDX-License-Identifier: GPL-2.0-only
"""Random sites and random connections, from a seed.

Both lean toward what is likely to be judged wrongly: addresses at the edges of
prefixes, ports beside those of the table, addresses of several services, sides
that are held by default.
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import model
from model import LOCAL, Packet, Site

OUTSIDERS = [ip_address(text) for text in (
    "198.51.100.7", "198.51.100.8", "203.0.113.1", "203.0.113.255", "192.0.2.1",
    "8.8.8.8", "1.0.0.0", "223.255.255.255",
    "2001:db8:ffff::7", "2001:db8:ffff::8", "2001:db8:1::1", "2600::1")]
INSIDERS = [ip_address(text) for text in (
    "192.168.10.1", "192.168.10.80", "192.168.10.90", "192.168.10.91",
    "192.168.11.5", "10.1.2.3", "172.16.0.9",
    "fd00:10::1", "fd00:10::90", "fd00:11::5")]
# The IP layer stops some of these before any hook; explain takes them all.
ODD_ADDRESSES = [ip_address(text) for text in (
    "0.0.0.0", "127.0.0.1", "127.8.9.10", "224.0.0.1", "239.1.2.3", "255.255.255.255",
    "::", "::1", "::ffff:198.51.100.7", "ff02::1", "ff0e::1234")]

PORTS = sorted({port for row in model.ROWS
                for edge in (row.port_low, row.port_high)
                for port in (edge - 1, edge, edge + 1)})
CLS_PORTS = (50000, 50001, 50002, 50003, 50004)

INTERFACE_NAMES = ("wan0", "wan1", "lan0", "lan1", "dmz0", "dmz1", "eth0.100", "bond-x")
UNBOUND_NAMES = ("un0", "un1")

LAYOUTS = (
    {"wan0": {"external"}, "lan0": {"internal"}, "dmz0": {"edge"}},
    {"wan0": {"external"}, "lan0": {"internal", "edge"}},
    {"wan0": {"external", "edge"}, "lan0": {"internal"}},
    {"wan0": {"external", "internal"}, "dmz0": {"edge"}},
    {"wan0": {"external", "internal", "edge"}},
    {},
    {"wan0": {"external"}},
    {"lan0": {"internal"}},
    {"dmz0": {"edge"}},
    {"wan0": {"external"}, "wan1": {"external"}, "lan0": {"internal"},
     "dmz0": {"edge"}, "dmz1": {"edge"}},
    {"wan0": {"external", "edge"}, "lan0": {"internal", "edge"}},
    {"wan0": {"external"}, "lan0": {"internal"}},
    {"lan0": {"internal"}, "dmz0": {"edge"}},
    {"wan0": {"external"}, "dmz0": {"edge"}},
)


def random_layout(rng):
    if rng.random() < 0.7:
        return dict(rng.choice(LAYOUTS))
    names = rng.sample(INTERFACE_NAMES, rng.randint(1, 6))
    return {name: set(rng.sample(model.SIDES, rng.choice((1, 1, 2, 3))))
            for name in names}


def random_subset(rng, words, share):
    return tuple(word for word in words if rng.random() < share)


def random_nodes(rng, families):
    """Nodes with addresses of their own, some of them shared by services."""
    outward = {4: [IPv4Address("131.107.155.0") + n for n in range(1, 255)],
               6: [IPv6Address("2001:db8:155::") + n for n in range(1, 512)]}
    inward = {4: [IPv4Address("172.25.33.0") + n for n in range(1, 255)],
              6: [IPv6Address("fd00:33::") + n for n in range(1, 512)]}
    # Neighbours in the number space make prefixes that split a node.
    start = rng.randrange(200)

    def take(pool, service_families):
        return [pool[family].pop(min(start, len(pool[family]) - 1))
                for family in service_families]

    nodes = {}
    for number in range(rng.randint(1, 6)):
        name = rng.choice(("edge{}", "edge{}.example", "N_{}-a")).format(number)
        services = {}
        shared = rng.choice((False, False, True))
        common = take(outward, families) if shared else []
        for service in ("access", "webconf", "av"):
            if rng.random() < 0.2:
                continue
            if shared and rng.random() < 0.8:
                services[service] = list(common)
                if rng.random() < 0.8:
                    continue
            count = rng.choice((1, 1, 1, 2, 5))
            services.setdefault(service, []).extend(
                address for _ in range(count)
                for address in take(outward, [rng.choice(families)]))
        if rng.random() < 0.8:
            services["internal"] = [
                address for _ in range(rng.choice((1, 1, 2)))
                for address in take(inward, [rng.choice(families)])]
        if not services:
            services["access"] = take(outward, families)
        nodes[name] = services
    return nodes


def random_prefix(rng, anchors, earlier):
    """A prefix around an anchor, or inside or around a prefix that there is."""
    if rng.random() < 0.02:
        return ip_network("0.0.0.0/0" if rng.choice(anchors).version == 4 else "::/0")
    if earlier and rng.random() < 0.4:
        base = rng.choice(earlier)
        width = base.max_prefixlen
        length = max(1, min(width, base.prefixlen + rng.randint(-4, 6)))
        address = base.network_address + rng.randrange(min(base.num_addresses, 1 << 32))
    else:
        address = rng.choice(anchors)
        width = address.max_prefixlen
        length = width - rng.choice((0, 0, 1, 2, 3, 4, 6, 8, rng.randint(0, width - 8)))
    return ip_network((address, length), strict=False)


# A configuration may not name addresses of these, nor may a packet of one
# that does be sure to go its way.
REFUSED = [ip_network(text) for text in (
    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
    "::/8", "fe80::/10", "ff00::/8")]


def is_refused(address):
    return any(address in refused for refused in REFUSED)


def random_peers(rng, nodes, families):
    edge = [address for services in nodes.values() for addresses in services.values()
            for address in addresses]
    anchors = [address for address in OUTSIDERS * 2 + INSIDERS * 2 + edge
               if address.version in families]
    peers = {}
    earlier = []
    share = rng.choice((0.1, 0.4, 0.8))
    for name in model.PEER_SETS:
        if rng.random() >= share and not (name == "internal-networks" and
                                          rng.random() < 0.5):
            continue
        prefixes = []
        for _ in range(rng.choice((0, 1, 1, 2, 4, 8, 30))):
            prefix = random_prefix(rng, anchors, earlier)
            if prefix.prefixlen and is_refused(prefix.network_address):
                continue
            prefixes.append(prefix)
            earlier.append(prefix)
        if prefixes and rng.random() < 0.2:
            prefixes.append(rng.choice(prefixes))
        peers[name] = prefixes
    return peers


def random_site(rng, mode="enforce"):
    """A valid site; its name-to-sides map may name devices that do not exist."""
    families = rng.choice(([4], [6], [4, 6], [4, 6]))
    nodes = random_nodes(rng, families)
    interfaces = random_layout(rng)
    peers = random_peers(rng, nodes, families)
    has_internal = any("internal" in services for services in nodes.values())
    if has_internal and not any("internal" in sides for sides in interfaces.values()):
        peers.setdefault("internal-networks", [])
    share = rng.choice((0.3, 0.8, 0.8, 1))
    return Site(mode=mode,
                zones=random_subset(rng, model.ZONES, rng.choice((0.5, 0.9, 1))),
                features=random_subset(rng, model.FEATURES, share),
                ping=random_subset(rng, ("external", "internal"), 0.5),
                expose_cls_ports=rng.random() < 0.3,
                interfaces=interfaces, nodes=nodes, peers=peers)


def braces(words):
    return "{ " + ", ".join(str(word) for word in words) + " }" if words else "{}"


def configuration(site):
    """The configuration file of a site."""
    lines = [f"mode = {site.mode}",
             f"zones = {braces(site.zones)}",
             f"features = {braces(site.features)}",
             f"ping = {braces(site.ping)}",
             f"expose-cls-ports = {'true' if site.expose_cls_ports else 'false'}"]
    for name, sides in site.interfaces.items():
        lines.append(f"interface {name} {{ sides = {braces(sorted(sides))} }}")
    for name, services in site.nodes.items():
        lines.append(f"node {name} {{")
        lines += [f"    {service} = {braces(addresses)}"
                  for service, addresses in services.items()]
        lines.append("}")
    for name, prefixes in site.peers.items():
        lines.append(f"peers {name} {{ prefixes = {braces(prefixes)} }}")
    return "\n".join(lines) + "\n"


def of_family(addresses, family):
    return [address for address in addresses if address.version == family]


class Connections:
    """A source of random connections for one site.

    interfaces: names that packets may arrive on.
    """

    def __init__(self, rng, site, interfaces):
        self.rng = rng
        self.site = site
        self.interfaces = list(interfaces)
        self.edge = list(site.holders)
        self.families = [address.version for address in self.edge]
        prefixes = [prefix for prefixes in site.peers.values() for prefix in prefixes]
        self.borders = []
        for prefix in prefixes:
            for address in (prefix.network_address, prefix.broadcast_address):
                for step in (-1, 0, 1):
                    self.add_border(address, step)
            self.add_border(prefix.network_address,
                            rng.randrange(min(prefix.num_addresses, 1 << 62)))
        for address in self.edge:
            for step in (-1, 1):
                self.add_border(address, step)
        # Likely ones, and how likely they are.
        self.pools = {family: [(of_family(pool, family), weight) for pool, weight in (
            (OUTSIDERS + INSIDERS, 40), (self.borders, 40), (self.edge, 17),
            (ODD_ADDRESSES, 3)) if of_family(pool, family)] for family in (4, 6)}
        self.by_service = {
            service: [address for address in self.edge
                      if service in site.services_of(address)]
            for service in model.SERVICES}
        self.rows = [row for row in model.ROWS if self.by_service[row.service]]

    def add_border(self, address, step):
        try:
            address = address + step
        except ValueError:      # beyond the last address
            return
        if not is_refused(address):
            self.borders.append(address)

    def address(self, family=None):
        family = family or self.rng.choice(self.families)
        pools, weights = zip(*self.pools[family])
        return self.rng.choice(self.rng.choices(pools, weights)[0])

    def peer_of(self, row, family):
        """An address that is likely to be a peer of the row."""
        names = [name for name in row.peer_sets if self.site.peers.get(name)]
        if not names and row.side == "internal" and self.site.peers.get("internal-networks"):
            names = ["internal-networks"]
        if self.rng.random() < 0.15:
            # Another node's end, where the same port has a row as well.
            others = [address for other in self.rows
                      if other.direction != row.direction and
                      other.protocol == row.protocol and other.port_low == row.port_low
                      for address in of_family(self.by_service[other.service], family)]
            if others:
                return self.rng.choice(others)
        prefixes = [prefix for name in names for prefix in self.site.peers[name]
                    if prefix.version == family]
        if not prefixes or self.rng.random() < 0.2:
            return self.address(family)
        prefix = self.rng.choice(prefixes)
        offset = self.rng.choice((0, prefix.num_addresses - 1,
                                  self.rng.randrange(prefix.num_addresses)))
        address = prefix.network_address + offset
        return self.address(family) if is_refused(address) else address

    def port(self):
        kind = self.rng.random()
        if kind < 0.5:
            return self.rng.choice(PORTS)
        if kind < 0.6:
            return self.rng.choice(CLS_PORTS)
        if kind < 0.8:
            return self.rng.randint(50000, 59999)
        return self.rng.randint(1, 65535)

    def arrival(self, fitting_side=None):
        """An interface, one that holds a side if such there is, or the local host."""
        if self.rng.random() < 0.08:
            return LOCAL
        holders = [name for name in self.interfaces
                   if fitting_side in self.site.sides_of(name)]
        return self.rng.choice(holders or self.interfaces)

    def packet(self):
        """The first packet of a connection, with a random source port."""
        rng = self.rng
        sport = rng.randint(1024, 65535)
        kind = rng.random()
        if kind < 0.65:                     # near a row
            row = rng.choice(self.rows)
            edge = rng.choice(self.by_service[row.service])
            peer = self.peer_of(row, edge.version)
            source, destination = (peer, edge) if row.direction == "in" else (edge, peer)
            dport = rng.choice((row.port_low, row.port_high,
                                rng.randint(row.port_low, row.port_high)))
            if rng.random() < 0.05:
                dport = min(65535, max(1, dport + rng.choice((-1, 1))))
            if row.id == "external/11" and rng.random() < 0.4:
                dport = rng.choice(CLS_PORTS)
            side = row.side if row.direction == "in" else "edge"
            if row.direction == "in" and self.site.is_edge(peer):
                side = "edge"
            arrival = self.arrival(side if rng.random() < 0.7 else None)
            protocol = row.protocol
        else:
            destination = self.address()
            source = self.address(destination.version)
            if kind < 0.9 and not (self.site.is_edge(source) or
                                   self.site.is_edge(destination)):
                source = rng.choice(of_family(self.edge, destination.version))
            protocol = rng.choices(("tcp", "udp", "echo"), (50, 35, 15))[0]
            dport = self.port()
            arrival = self.arrival(rng.choice((None, *model.SIDES)))
        if protocol == "echo":
            return Packet(arrival, protocol, source, destination)
        if rng.random() < 0.1:
            sport = rng.choice(PORTS)
        return Packet(arrival, protocol, source, destination, sport, dport)


def changed_site(rng, site):
    """The site after a change that keeps its nodes; half of the changes are
    such as a switch makes."""
    changes = {}
    kinds = rng.sample(("zones", "features", "mode"), rng.randint(1, 2))
    if rng.random() < 0.5:
        kinds += rng.sample(("peers", "interfaces", "services", "ping"), rng.randint(1, 3))
    if "zones" in kinds:
        changes["zones"] = random_subset(rng, model.ZONES, 0.7)
    if "features" in kinds:
        changes["features"] = random_subset(rng, model.FEATURES, 0.7)
    if "mode" in kinds and rng.random() < 0.5:
        changes["mode"] = "audit" if site.mode == "enforce" else "enforce"
    if "ping" in kinds:
        changes["ping"] = random_subset(rng, ("external", "internal"), 0.5)
        changes["expose_cls_ports"] = rng.random() < 0.5
    if "services" in kinds:
        changes["nodes"] = {name: fewer_services(rng, services)
                            for name, services in site.nodes.items()}
    if "peers" in kinds:
        families = [address.version for address in site.holders]
        changes["peers"] = random_peers(rng, site.nodes, families)
    if "interfaces" in kinds:
        # The same devices, with other sides.
        sides = list(site.interfaces.values())
        rng.shuffle(sides)
        changes["interfaces"] = dict(zip(site.interfaces, sides))
    peers = changes.get("peers", site.peers)
    if not any("internal" in sides for sides in site.interfaces.values()):
        changes["peers"] = {"internal-networks": [], **peers}
    return replace(site, **changes)


def fewer_services(rng, services):
    kept = {service: addresses for service, addresses in services.items()
            if rng.random() < 0.8}
    return kept or services
