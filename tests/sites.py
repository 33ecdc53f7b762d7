# SPDX-License-Identifier: GPL-2.0-only
"""Random sites and random connections, from a seed.

Both lean toward what is likely to be judged wrongly: addresses at the edges of
prefixes, ports beside those of the table, addresses of several services, sides
that are held by default. With `beyond`, sites choose among the profiles, move
ports, have rows of their own and rows that are off, and narrow who may ping.
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import model
from model import LOCAL, Packet, Site, SiteRow

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



def ports_beside(rows):
    """The first and last ports of rows, and their neighbours."""
    return sorted({min(65535, max(1, port)) for row in rows
                   for _, low, high in row.ports for edge in (low, high)
                   for port in (edge - 1, edge, edge + 1)})


PORTS = ports_beside(model.ROWS)
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


def random_peers(rng, nodes, families, names=model.PEER_SETS):
    edge = [address for services in nodes.values() for addresses in services.values()
            for address in addresses]
    anchors = [address for address in OUTSIDERS * 2 + INSIDERS * 2 + edge
               if address.version in families]
    peers = {}
    earlier = []
    share = rng.choice((0.1, 0.4, 0.8))
    for name in names:
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


def random_site(rng, mode="enforce", beyond=False):
    """A valid site; its name-to-sides map may name devices that do not exist."""
    families = rng.choice(([4], [6], [4, 6], [4, 6]))
    nodes = random_nodes(rng, families)
    interfaces = random_layout(rng)
    profile = rng.choice(model.PROFILE_NAMES) if beyond else model.DEFAULT
    peers = random_peers(rng, nodes, families, model.sets_of(profile))
    has_internal = any("internal" in services for services in nodes.values())
    if has_internal and not any("internal" in sides for sides in interfaces.values()):
        peers.setdefault("internal-networks", [])
    share = rng.choice((0.3, 0.8, 0.8, 1))
    site = Site(mode=mode,
                zones=random_subset(rng, model.zones_of(profile), rng.choice((0.5, 0.9, 1))),
                features=random_subset(rng, model.features_of(profile), share),
                ping=random_subset(rng, ("external", "internal"), 0.5),
                expose_cls_ports=rng.random() < 0.3,
                interfaces=interfaces, nodes=nodes, peers=peers, profile=profile)
    return random_additions(rng, site) if beyond else site


# What a site may add to a profile.

MOST_ROWS, MOST_SETS, MOST_RANGES = 64, 32, 16
OWN_SETS = ("admins", "time", "wsus", "balancer", "monitor", "a", "0", "x" * 31, "se-t9")
OWN_ROWS = ("rdp", "ntp", "wsus", "update", "probe", "z", "1", "any", "in",
            "n" * 31, *(f"row-{number}" for number in range(30)))


def random_ports(rng, profile):
    """A moved port now and then, to where another row has one, or beside it."""
    ports = {}
    for key in model.port_keys_of(profile):
        if rng.random() < 0.25:
            low = rng.choice((*PORTS, *CLS_PORTS, rng.randint(1, 65535)))
            high = min(65535, low + rng.choice((0, 3, 999))) if key == "media" else low
            ports[key] = low, high
    return ports


def random_range(rng, protocol):
    kind = rng.random()
    low = rng.choice(PORTS) if kind < 0.5 else rng.choice(CLS_PORTS) if kind < 0.65 \
        else rng.randint(1, 65535)
    high = min(65535, low + rng.choice((0, 0, 0, 0, 1, 4, 1000, 65535)))
    return protocol, low, high


def is_wide(prefixes):
    return any(prefix.prefixlen < (8 if prefix.version == 4 else 16) for prefix in prefixes)


def is_exposed(site, row):
    """Whether the configuration has to say so."""
    return (row.direction == "in" and row.service != "internal" and
            (row.peers == ("any",) or any(is_wide(site.peers.get(name, ()))
                                          for name in row.peers)))


def random_row(rng, site, name, sets):
    """A row of the site's own, which may have peers in these sets."""
    service = rng.choice(model.SERVICES)
    direction = rng.choice(("in", "in", "out"))
    ranges = tuple(random_range(rng, rng.choice(("tcp", "tcp", "udp")))
                   for _ in range(rng.choice((1, 1, 1, 2, 3, MOST_RANGES))))
    peers = tuple(rng.sample(sets, min(len(sets), rng.choice((1, 1, 2, 3)))))
    is_lost = (service == "internal" and direction == "in" and
               "internal-networks" not in site.peers)
    if not peers or rng.random() < 0.3 and not is_lost:
        peers = ("any",)
    nodes = None
    if rng.random() < 0.4:
        nodes = tuple(rng.sample(list(site.nodes), rng.randint(1, len(site.nodes))))
    return SiteRow(name, service, direction, ranges, peers, nodes,
                   note=rng.choice(("", "", "a note")))


def random_rows(rng, site, sets, names=OWN_ROWS):
    count = rng.choice((0, 1, 2, 5, 12, MOST_ROWS))
    count = min(count, MOST_ROWS - len(model.PROFILES[site.profile]), len(names))
    return tuple(random_row(rng, site, name, sets) for name in rng.sample(names, count))


def random_additions(rng, site):
    """The site with rows of its own, moved ports and the rest."""
    profile = site.profile
    own = rng.sample(OWN_SETS, min(rng.choice((0, 1, 3, len(OWN_SETS))),
                                   MOST_SETS - len(model.sets_of(profile))))
    sets = [*model.sets_of(profile), *own]
    families = sorted({address.version for address in site.holders})
    bound = random_peers(rng, site.nodes, families, own) if own else {}
    rows = random_rows(rng, site, sets)
    ping_peers = tuple(rng.sample(sets, rng.randint(0, min(3, len(sets))))) \
        if rng.random() < 0.4 else None
    zones = site.zones + ((model.SITE_ZONE,) if rng.random() < 0.9 else ())
    site = replace(site, zones=zones, site_rows=rows, ping_peers=ping_peers,
                   peers={**site.peers, **bound}, ports=random_ports(rng, profile))
    kinds = ["rows off"] if rng.random() < 0.5 else []
    return changed_additions(rng, site, kinds)


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
    return "\n".join(lines + additions(site)) + "\n"


def port_range(low, high):
    return f"{low}" if low == high else f"{low}-{high}"


def additions(site):
    """The lines of what a site adds to the default profile."""
    lines = []
    if site.profile != model.DEFAULT:
        lines.append(f"profile = {site.profile}")
    if site.ports:
        lines.append("ports {")
        lines += [f"    {key} = {port_range(*port)}" for key, port in site.ports.items()]
        lines.append("}")
    if site.rows_off:
        lines.append(f"rows-off = {braces(site.rows_off)}")
    if site.ping_peers is not None:
        lines.append(f"ping-peers = {braces(site.ping_peers)}")
    for row in site.site_rows:
        ranges = [f"{protocol}/{port_range(low, high)}" for protocol, low, high in row.ports]
        lines += [f"row {row.name} {{", f"    service = {row.service}",
                  f"    {row.direction} = {braces(ranges)}",
                  f"    peers = {braces(row.peers)}"]
        if row.nodes is not None:
            lines.append(f"    nodes = {braces(row.nodes)}")
        if row.exposed:
            lines.append("    exposed = true")
        if row.note:
            lines.append(f'    note = "{row.note}"')
        lines.append("}")
    return lines


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
        self.rows = [row for row in site.rows if self.by_service[row.service]]
        self.ports = ports_beside(site.rows)

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

    def peer_of(self, row, family, port):
        """An address that is likely to be a peer of the row at a (protocol,
        first, last) of its own."""
        names = [name for name in row.peer_sets if self.site.peers.get(name)]
        if not names and row.side == "internal" and self.site.peers.get("internal-networks"):
            names = ["internal-networks"]
        if self.rng.random() < 0.15:
            # Another node's end, where the same port has a row as well.
            others = [address for other in self.rows
                      if other.direction != row.direction and
                      other.has_port(*port[:2])
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
            return self.rng.choice(self.ports)
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
            protocol, low, high = port = rng.choice(row.ports)
            peer = self.peer_of(row, edge.version, port)
            source, destination = (peer, edge) if row.direction == "in" else (edge, peer)
            dport = rng.choice((low, high, rng.randint(low, high)))
            if rng.random() < 0.05:
                dport = min(65535, max(1, dport + rng.choice((-1, 1))))
            if low <= CLS_PORTS[-1] and high >= CLS_PORTS[0] and rng.random() < 0.3:
                dport = rng.choice(CLS_PORTS)
            side = row.side if row.direction == "in" else "edge"
            if row.direction == "in" and self.site.is_edge(peer):
                side = "edge"
            arrival = self.arrival(side if rng.random() < 0.7 else None)
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
            sport = rng.choice(self.ports)
        return Packet(arrival, protocol, source, destination, sport, dport)


def changed_site(rng, site, beyond=False):
    """The site after a change that keeps its nodes; half of the changes are
    such as a switch makes."""
    changes = {}
    kinds = rng.sample(("zones", "features", "mode"), rng.randint(1, 2))
    if beyond and rng.random() < 0.5:
        kinds.append("rows off")
    if rng.random() < 0.5:
        kinds += rng.sample(("peers", "interfaces", "services", "ping"), rng.randint(1, 3))
        if beyond:
            kinds += ["additions", *rng.choice(([], [], [], ["profile"]))]
    if "profile" in kinds:
        changes["profile"] = rng.choice(model.PROFILE_NAMES)
    profile = changes.get("profile", site.profile)
    zones, features = model.zones_of(profile), model.features_of(profile)
    if beyond:
        zones += (model.SITE_ZONE,)
    if "zones" in kinds:
        changes["zones"] = random_subset(rng, zones, 0.7)
    if "features" in kinds:
        changes["features"] = random_subset(rng, features, 0.7)
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
        names = [*model.sets_of(profile), *(OWN_SETS if beyond else ())]
        changes["peers"] = random_peers(rng, site.nodes, families, names)
    if "interfaces" in kinds:
        # The same devices, with other sides.
        sides = list(site.interfaces.values())
        rng.shuffle(sides)
        changes["interfaces"] = dict(zip(site.interfaces, sides))
    peers = changes.get("peers", site.peers)
    if not any("internal" in sides for sides in site.interfaces.values()):
        changes["peers"] = {"internal-networks": [], **peers}
    if not beyond:
        return replace(site, **changes)
    changes.setdefault("zones", tuple(zone for zone in site.zones if zone in zones))
    changes.setdefault("features", tuple(word for word in site.features if word in features))
    return changed_additions(rng, replace(site, **changes), kinds)


def changed_additions(rng, site, kinds):
    """The site with other rows, ports and so on when these are to change; else
    with those that it has, as far as they are valid still."""
    known = (*model.sets_of(site.profile), *OWN_SETS)
    rows = list(site.site_rows)
    if "additions" in kinds:
        # Some leave, some come, some are another row of the same name.
        names = [name for name in OWN_ROWS if name not in {row.name for row in rows}]
        rows = [row for row in rows if rng.random() < 0.8]
        rows = [random_row(rng, site, row.name, list(known)) if rng.random() < 0.2 else row
                for row in rows]
        most = MOST_ROWS - max(map(len, model.PROFILES.values()))
        rows += random_rows(rng, site, list(known), names)[:max(0, most - len(rows))]
        rng.shuffle(rows)
    rows = [replace(row, peers=tuple(valid_peers(site, row, known)), exposed=False)
            for row in rows[:MOST_ROWS - len(model.PROFILES[site.profile])]]
    ping_peers = site.ping_peers
    if ping_peers is not None:
        ping_peers = tuple(name for name in ping_peers if name in known)
    used = {name for row in rows for name in row.peers} | set(ping_peers or ())
    site = replace(site, site_rows=tuple(rows), ping_peers=ping_peers, peers={
        name: prefixes for name, prefixes in site.peers.items()
        if name in model.sets_of(site.profile) or name in used})
    keys = model.port_keys_of(site.profile)
    ports = random_ports(rng, site.profile) if "additions" in kinds else \
        {key: port for key, port in site.ports.items() if key in keys}
    site = replace(site, ports=ports, site_rows=tuple(
        replace(row, exposed=is_exposed(site, row)) for row in site.site_rows))
    ids = [row.id for row in site.rows]
    off = [row for row in site.rows_off if row in ids]
    if "rows off" in kinds:
        off = [row for row in ids if (row in off) != (rng.random() < 0.15)]
    return replace(site, rows_off=tuple(off))


def valid_peers(site, row, known):
    peers = [name for name in row.peers if name == "any" or name in known]
    is_lost = (row.direction == "in" and row.service == "internal" and
               "internal-networks" not in site.peers)
    return ["internal-networks"] if not peers or peers == ["any"] and is_lost else peers


def fewer_services(rng, services):
    kept = {service: addresses for service, addresses in services.items()
            if rng.random() < 0.8}
    return kept or services
