# SPDX-License-Identifier: GPL-2.0-only
"""The attributes of a load of a model.Site: pairs of name and value, of which a
value that is nested has pairs too. wire.encode() takes them."""

import model

PROTOCOL_NUMBERS = {"tcp": 6, "udp": 17}


def load_of(site):
    """All of a site."""
    return policy_of(site) + [("peers", one) for one in peers_of(site)]


def policy_of(site):
    """A site short of its peers."""
    made = [("mode", site.mode), ("zones", list(site.zones)), ("features", list(site.features)),
            ("ping", list(site.ping))]
    if site.expose_cls_ports:
        made.append(("expose-cls-ports", True))
    for name, sides in site.interfaces.items():
        made.append(("interface", [("name", name), ("sides", sorted(sides))]))
    for name, services in site.nodes.items():
        made.append(("node", [("name", name)] + [
            ("address", [("service", service), (f"ipv{a.version}", str(a))])
            for service, addresses in services.items() for a in addresses]))
    return made + additions_of(site)


def peers_of(site):
    """The peers of a site, by set; small enough for one attribute each."""
    made = []
    numbers = set_numbers(site)
    for name, prefixes in site.peers.items():
        one = [("set", numbers[name])]
        for version in 4, 6:
            some = [str(p) for p in prefixes if p.version == version]
            if some:
                one.append((f"prefixes-ipv{version}", some))
        made.append(one)
    return made


def own_sets(site):
    """The names of the sets that are of no profile."""
    used = {name for row in site.site_rows for name in row.peers} | set(site.ping_peers or ())
    return sorted({*used, *site.peers} - {*model.sets_of(site.profile), "any"})


def set_numbers(site):
    """Numbers of the sets of a site: those of its profile are the document's, and
    those of its own begin at the last number."""
    numbers = {name: model.PEER_SETS.index(name) for name in model.sets_of(site.profile)}
    free = [number for number in range(31, -1, -1) if number not in numbers.values()]
    return {**numbers, **dict(zip(own_sets(site), free))}


def additions_of(site):
    """What a site adds to the default profile."""
    if site.profile == model.DEFAULT and site.ping_peers is None and not (
            site.ports or site.rows_off or site.site_rows):
        return []
    numbers = set_numbers(site)

    def mask(names):
        return sum(1 << numbers[name] for name in names)

    def ranges(ports):
        return [("ports", [("protocol", PROTOCOL_NUMBERS[protocol]), ("low", low), ("high", high)])
                for protocol, low, high in ports]
    made = [("profile", site.profile)]
    made += [("own-set", [("set", numbers[name]), ("name", name)]) for name in own_sets(site)]
    for key, (low, high) in site.ports.items():
        service, protocols, documented = model.PORT_KEYS[key]
        made += [("port", [("service", service), ("protocol", PROTOCOL_NUMBERS[protocol]),
                           ("documented-low", documented[0]), ("documented-high", documented[1]),
                           ("low", low), ("high", high)]) for protocol in protocols]
    for row in site.site_rows:
        one = [("name", row.name), ("service", row.service), ("direction", row.direction),
               *ranges(row.ports)]
        one += [("any", True)] if row.peers == ("any",) else [("sets", mask(row.peers))]
        one += [("nodes", name) for name in row.nodes or ()]
        one += [("exposed", True)] if row.exposed else []
        one += [("note", row.note)] if row.note else []
        made.append(("site-row", one))
    made += [("row-off", row) for row in site.rows_off]
    if site.ping_peers is not None:
        made.append(("ping-peers", mask(site.ping_peers)))
    return made
