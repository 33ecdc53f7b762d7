# SPDX-License-Identifier: GPL-2.0-only
"""Rulesets that decide as nf_edge does, as an expert would write them by hand.

Each is made for a site from the rows of the default profile, and is a list of
commands: words, and what they read. All but the one that counts rows let an
established connection by first, whatever has become of its row. They leave out
what no packet of the benchmark needs: interfaces bound to several sides,
internal addresses inside internal-networks, peers of a row of which some are
bound to sets and others are not, and the guard against unusable addresses.
"""

from flow_table import CLS_PORTS, ROWS

OUTWARD = ("access", "webconf", "av")


class Facts:
    """A site in one family."""

    def __init__(self, site, family):
        self.site = site
        self.family = family
        self.edge = [address for services in site.nodes.values()
                     for service in services for address in
                     self.mine(services[service])]
        self.internal = self.of_service("internal")
        self.outward = [a for a in self.edge if a not in self.internal]
        self.networks = self.mine(site.peers["internal-networks"])
        self.inside = self.networks + self.internal
        self.side = {side: [name for name, sides in site.interfaces.items()
                            if sides == {side}]
                     for side in ("external", "internal", "edge")}
        # A row whose peers are unbound, and then nobody, permits nothing.
        self.rows = [row for row in ROWS if row.zone in site.zones and
                     (not row.feature or row.feature in site.features) and
                     (row.any_when_unbound or self.bound(row))]

    def mine(self, things):
        return [thing for thing in things
                if (6 if ":" in str(thing) else 4) == self.family]

    def of_service(self, service):
        return [address for services in self.site.nodes.values()
                for address in self.mine(services.get(service, ()))]

    def bound(self, row):
        """The bound sets of peers of a row; it takes one at most here."""
        return [name for name in row.peer_sets if name in self.site.peers]

    def ports(self, row):
        """Ranges, without the logging ports where they are guarded."""
        if row.id == "external/11" and not self.site.expose_cls_ports:
            return [(row.port_low, CLS_PORTS[0] - 1),
                    (CLS_PORTS[-1] + 1, row.port_high)]
        return [(row.port_low, row.port_high)]

    def ends(self, direction):
        """What the rows of a direction name: (row, low, high), each once, as
        an expert would write it, though rows overlap."""
        seen = {}
        for row in self.rows:
            for low, high in self.ports(row) if row.direction == direction else ():
                seen.setdefault((row.service, row.l4, low, high), (row, low, high))
        return list(seen.values())


def port_word(low, high, dash="-"):
    return f"{low}" if low == high else f"{low}{dash}{high}"


def braces(words):
    return "{ " + ", ".join(str(word) for word in words) + " }"


#
# nftables
#

def nft(*tables):
    return [(["nft", "-f", "-"], "\n".join(tables))]


def nft_set(name, kind, elements, keyword="set", options=""):
    body = f"elements = {braces(elements)}" if elements else ""
    return f"{keyword} {name} {{ type {kind}; {options} {body} }}\n"


def nft_peers(facts):
    """The bound sets of peers, and what a row asks of them."""
    ip, kind = nft_words(facts)
    return "".join(nft_set(name.replace("-", "_"), kind, facts.mine(prefixes),
                           options="flags interval;")
                   for name, prefixes in facts.site.peers.items())


def nft_words(facts):
    return ("ip", "ipv4_addr") if facts.family == 4 else ("ip6", "ipv6_addr")


def by_family(make):
    """A ruleset of two tables, one a family: no packet need ask for its own."""
    return lambda site: nft(*(make(Facts(site, family)) for family in (4, 6)))


ESTABLISHED = "ct state established,related counter accept"


def rules_table(facts, first_rule=ESTABLISHED, more=""):
    ip, _ = nft_words(facts)
    edge, outward, internal = map(braces, (facts.edge, facts.outward, facts.internal))
    external_if, internal_if, edge_if = (braces(facts.side[side]) for side in
                                         ("external", "internal", "edge"))
    inside = braces(facts.inside)

    def rows(direction):
        own, peer = ("daddr", "saddr") if direction == "in" else ("saddr", "daddr")
        for row, low, high in facts.ends(direction):
            peers = "".join(f"{ip} {peer} @{name.replace('-', '_')} "
                            for name in facts.bound(row))
            yield (f"{ip} {own} {braces(facts.of_service(row.service))} "
                   f"{row.l4} dport {port_word(low, high)} {peers}counter return")

    newline = "\n\t\t"
    return f"""table {ip} edge {{
	{nft_peers(facts)}
	chain prerouting {{
		type filter hook prerouting priority mangle
		{first_rule}
		iif {external_if} {ip} saddr {braces(facts.edge + facts.networks)} counter drop
		iif {external_if} {ip} daddr {internal} counter drop
		iif {internal_if} {ip} saddr {outward} counter drop
		{ip} daddr {edge} jump to_edge
		{ip} saddr {edge} jump from_edge
	}}
	chain to_edge {{
		iif {internal_if} {ip} daddr {outward} counter drop
		iif {edge_if} {ip} saddr != {edge} counter drop
		iif != {braces(facts.site.interfaces)} counter drop
		{ip} daddr {outward} {ip} saddr {inside} counter drop
		{ip} daddr {internal} {ip} saddr != {braces(facts.networks)} counter drop
		{newline.join(rows("in"))}
		counter drop
	}}
	chain from_edge {{
		iif != {edge_if} counter drop
		{ip} saddr {outward} {ip} daddr {inside} counter drop
		{ip} saddr {internal} {ip} daddr != {braces(facts.networks)} counter drop
		{newline.join(rows("out"))}
		counter drop
	}}
	{more}
}}
"""


def counting_table(facts):
    """Rules that count every row on every packet, by its connection."""
    ip, _ = nft_words(facts)
    rules = []
    for row in facts.rows:
        own = "daddr" if row.direction == "in" else "saddr"
        rules += [f"ct original {ip} {own} {braces(facts.of_service(row.service))} "
                  f"meta l4proto {row.l4} ct original proto-dst {port_word(low, high)} "
                  "counter" for low, high in facts.ports(row)]
    lines = "\n\t\t".join(rules)
    return rules_table(facts, "ct state established,related goto count",
                       f"chain count {{\n\t\t{lines}\n\t\taccept\n\t}}")


class Maps:
    """Verdicts by address, protocol and port: exact ports in one hash, and a range
    of ports before a hash of its own. This is faster than concatenations of
    intervals, which are searched bit by bit."""

    def __init__(self, facts, name, address, option="counter;"):
        self.facts, self.name, self.option = facts, name, option
        self.ip, self.kind = nft_words(facts)
        self.address = address
        self.maps = {}

    def add(self, row, low, high, verdict):
        at = None if low == high else (low, high)
        port = f" . {low}" if low == high else ""
        self.maps.setdefault(at, {}).update({
            f"{address} . {row.l4}{port}": verdict
            for address in self.facts.of_service(row.service)})

    def definitions(self):
        return "".join(nft_set(
            self._title(at), f"{self.kind} . inet_proto" +
            ("" if at else " . inet_service") + " : verdict",
            [f"{key} : {verdict}" for key, verdict in elements.items()], "map",
            self.option) for at, elements in self.maps.items())

    def rules(self, port="dport"):
        return "\n\t\t".join(
            (f"th {port} {port_word(*at)} " if at else "") +
            f"{self.ip} {self.address} . meta l4proto" +
            ("" if at else f" . th {port}") + f" vmap @{self._title(at)}"
            for at in self.maps)

    def _title(self, at):
        return f"{self.name}_{at[0]}" if at else self.name


def sets_table(facts, more=""):
    """A map for the interface, and maps for the row."""
    ip, kind = nft_words(facts)

    def title(name):
        return name.replace("-", "_")

    def maps(name, direction, services, verdict):
        found = Maps(facts, name, "daddr" if direction == "in" else "saddr")
        for row, low, high in facts.ends(direction):
            if row.service in services:
                found.add(row, low, high, verdict(row))
        return found

    def if_permitted(row):
        names = facts.bound(row)
        return f"goto from_{title(names[0])}" if names else "accept"

    def if_by_edge(row):
        names = facts.bound(row)
        return (f"goto to_{title(names[0])}" if names else "goto by_internal"
                if row.service == "internal" else "goto by_outward")

    to_outward = maps("to_outward", "in", OUTWARD, if_permitted)
    to_internal = maps("to_internal", "in", ("internal",), if_permitted)
    between = maps("between", "in", OUTWARD, lambda row: "goto from_edge")
    from_edge = maps("from_edge", "out", OUTWARD + ("internal",), if_by_edge)
    partners = "".join(
        f"chain from_{name} {{ {ip} saddr @{name} accept; counter drop; }}\n"
        f"chain to_{name} {{ {ip} daddr @{name} accept; counter drop; }}\n"
        for name in sorted({title(name) for row in facts.rows
                            for name in facts.bound(row)}))
    interval = "flags interval;"
    return f"""table {ip} edge {{
	{nft_peers(facts)}
	{nft_set("edge", kind, facts.edge)}
	{nft_set("outward", kind, facts.outward)}
	{nft_set("inside", kind, facts.inside, options=interval)}
	{nft_set("not_outside", kind, facts.edge + facts.networks, options=interval)}
	{nft_set("arrival", "iface_index : verdict",
             [f"{name} : goto {side}" for side, names in facts.side.items()
              for name in names], "map")}
	{partners}
	chain prerouting {{
		type filter hook prerouting priority mangle
		{ESTABLISHED}
		iif vmap @arrival
		{ip} daddr @edge counter drop
		{ip} saddr @edge counter drop
	}}
	chain external {{
		{ip} saddr @not_outside counter drop
		{ip} daddr != @edge accept
		{to_outward.rules()}
		counter drop
	}}
	chain internal {{
		{ip} saddr @outward counter drop
		{ip} daddr @edge goto to_internal
		{ip} saddr @edge counter drop
		accept
	}}
	chain to_internal {{
		{ip} saddr != @internal_networks counter drop
		{to_internal.rules()}
		counter drop
	}}
	chain edge {{
		{ip} daddr @edge goto between
		{ip} saddr @edge goto from_edge
		accept
	}}
	chain between {{
		{ip} saddr != @outward counter drop
		{between.rules()}
		counter drop
	}}
	chain from_edge {{
		{from_edge.rules()}
		counter drop
	}}
	chain by_outward {{ {ip} daddr @inside counter drop; accept; }}
	chain by_internal {{ {ip} daddr @internal_networks accept; counter drop; }}
	{to_outward.definitions()}
	{to_internal.definitions()}
	{between.definitions()}
	{from_edge.definitions()}
	{more}
}}
"""


def prefilter_table(facts):
    """Before connection tracking, what no row names in either direction goes."""
    ip, _ = nft_words(facts)

    def named(direction, address):
        found = Maps(facts, f"named_{direction}_{address}", address, option="")
        # Media first: they are most of the traffic.
        for row in sorted(ROWS, key=lambda row: row.port_low == row.port_high):
            if row.direction == direction:
                found.add(row, row.port_low, row.port_high, "accept")
        return found

    to_in, to_out = named("in", "daddr"), named("out", "daddr")
    from_in, from_out = named("in", "saddr"), named("out", "saddr")
    return sets_table(facts, f"""
	{to_in.definitions()}
	{to_out.definitions()}
	{from_in.definitions()}
	{from_out.definitions()}
	chain first {{
		type filter hook prerouting priority raw
		{ip} daddr @edge goto first_to
		{ip} saddr @edge goto first_from
	}}
	chain first_to {{
		{to_in.rules("dport")}
		{to_out.rules("sport")}
		{ip} saddr @edge goto first_from
		meta l4proto {{ tcp, udp }} counter drop
	}}
	chain first_from {{
		{from_in.rules("sport")}
		{from_out.rules("dport")}
		meta l4proto {{ tcp, udp }} counter drop
	}}
""")


#
# iptables and ipset
#

class Chains:
    """A mangle table for iptables-legacy-restore."""

    def __init__(self):
        self.chains = {"PREROUTING": []}

    def add(self, chain, *rules):
        self.chains.setdefault(chain, []).extend(rules)

    def text(self):
        heads = [f":{name} {'ACCEPT' if name.isupper() else '-'} [0:0]"
                 for name in self.chains]
        return "\n".join(["*mangle"] + heads + [
            f"-A {name} {rule}" for name, rules in self.chains.items()
            for rule in rules] + ["COMMIT", ""])


def restore(facts, chains):
    tool = "iptables" if facts.family == 4 else "ip6tables"
    return [([f"{tool}-legacy-restore"], chains.text())]


ESTABLISHED_X = "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"


def arrivals_x(facts, chains):
    """A chain for each side, and nothing for an Edge on any other interface."""
    chains.add("PREROUTING", ESTABLISHED_X)
    for side, names in facts.side.items():
        chains.add("PREROUTING", *(f"-i {name} -g {side}" for name in names))


def iptables_family(facts):
    """A rule a row, in a chain a service that its addresses lead to."""
    chains = Chains()
    arrivals_x(facts, chains)
    chains.add("PREROUTING", *(f"-{way} {a} -j DROP" for a in facts.edge for way in "ds"))

    def row_chain(name, service, direction, verdict, before=()):
        chains.add(name, *before)
        for row, low, high in facts.ends(direction):
            if row.service != service:
                continue
            peers = [f"-{'s' if direction == 'in' else 'd'} {net} " for set_ in
                     facts.bound(row) for net in facts.mine(facts.site.peers[set_])]
            chains.add(name, *(
                f"-p {row.l4} --dport {port_word(low, high, ':')} {peer}-j {verdict}"
                for peer in peers or [""]))
        chains.add(name, "-j DROP")

    chains.add("external", *(f"-s {a} -j DROP" for a in facts.edge + facts.networks),
               *(f"-d {a} -j DROP" for a in facts.internal))
    chains.add("internal", *(f"-{way} {a} -j DROP" for a in facts.outward for way in "sd"),
               *(f"-d {a} -g to_internal" for a in facts.internal),
               *(f"-s {a} -j DROP" for a in facts.internal), "-j ACCEPT")
    chains.add("to_internal", *(f"-s {net} -g in_internal" for net in facts.networks),
               "-j DROP")
    chains.add("edge", *(f"-d {a} -j DROP" for a in facts.internal),
               *(f"-d {a} -j between" for a in facts.outward))
    for service in OUTWARD:
        mine = facts.of_service(service)
        row_chain(f"in_{service}", service, "in", "ACCEPT")
        row_chain(f"node_{service}", service, "in", "RETURN")
        row_chain(f"out_{service}", service, "out", "ACCEPT",
                  [f"-d {net} -j DROP" for net in facts.inside])
        chains.add("external", *(f"-d {a} -g in_{service}" for a in mine))
        chains.add("between", *(f"-d {a} -j node_{service}" for a in mine))
        chains.add("edge", *(f"-s {a} -g out_{service}" for a in mine))
    chains.add("between", *(f"-s {a} -j RETURN" for a in facts.outward), "-j DROP")
    row_chain("in_internal", "internal", "in", "ACCEPT")
    row_chain("by_internal", "internal", "out", "ACCEPT")
    chains.add("out_internal", *(f"-d {net} -g by_internal" for net in facts.networks),
               "-j DROP")
    chains.add("edge", *(f"-s {a} -g out_internal" for a in facts.internal), "-j ACCEPT")
    chains.add("external", "-j ACCEPT")
    return restore(facts, chains)


def ipset_family(facts):
    """Sets of addresses and ports; a rule for each range of ports only."""
    v = facts.family
    sets = []

    def add_set(name, kind, elements, options=""):
        size = max(1024, 1 << (2 * len(elements)).bit_length())
        sets.append(f"create {name}{v} {kind} family {'inet' if v == 4 else 'inet6'} "
                    f"hashsize {size} maxelem {size} {options}")
        sets.extend(f"add {name}{v} {element}" for element in elements)

    def match(name, way="dst", no=""):
        return f"-m set {no}--match-set {name}{v} {way}"

    add_set("edge", "hash:ip", facts.edge)
    add_set("outward", "hash:ip", facts.outward)
    add_set("internal", "hash:ip", facts.internal)
    add_set("networks", "hash:net", facts.networks)
    add_set("inside", "hash:net", facts.inside)
    add_set("spoofed", "hash:net", facts.edge + facts.networks, "counters")
    for service in OUTWARD:
        add_set(service, "hash:ip", facts.of_service(service))
    for name, prefixes in facts.site.peers.items():
        if name != "internal-networks":
            add_set(name, "hash:net", facts.mine(prefixes))

    chains = Chains()
    arrivals_x(facts, chains)
    chains.add("PREROUTING", *(f"{match('edge', way)} -j DROP" for way in ("src", "dst")))

    def row_chain(name, direction, services, verdict, peers=""):
        own, peer = ("dst", "src") if direction == "in" else ("src", "dst")
        single, rules = [], []
        for row, low, high in facts.ends(direction):
            if row.service not in services:
                continue
            if low == high and not facts.bound(row):
                single += [f"{address},{row.l4}:{low}"
                           for address in facts.of_service(row.service)]
            else:
                bound = "".join(match(set_, peer) + " " for set_ in facts.bound(row))
                rules.append(f"-p {row.l4} --dport {port_word(low, high, ':')} "
                             f"{match(row.service, own)} {bound}-j {verdict}")
        if single:
            add_set(name, "hash:ip,port", single, "counters")
            rules.insert(0, f"{match(name, own + ',dst')} -j {verdict}")
        chains.add(name, *([peers] if peers else []), *rules)

    row_chain("ext_in", "in", OUTWARD, "ACCEPT")
    row_chain("int_in", "in", ("internal",), "ACCEPT",
              f"{match('networks', 'src', '! ')} -j DROP")
    row_chain("node_in", "in", OUTWARD, "RETURN",
              f"{match('outward', 'src', '! ')} -j DROP")
    row_chain("ext_out", "out", OUTWARD, "ACCEPT", f"{match('inside')} -j DROP")
    row_chain("int_out", "out", ("internal",), "ACCEPT",
              f"{match('networks', 'dst', '! ')} -j DROP")
    for name in ("ext_in", "int_in", "node_in", "ext_out", "int_out"):
        chains.add(name, "-j DROP")
    chains.add("external", f"{match('spoofed', 'src')} -j DROP",
               f"{match('outward')} -g ext_in", f"{match('internal')} -j DROP", "-j ACCEPT")
    chains.add("internal", f"{match('outward', 'src')} -j DROP",
               f"{match('outward')} -j DROP", f"{match('internal')} -g int_in",
               f"{match('internal', 'src')} -j DROP", "-j ACCEPT")
    chains.add("edge", f"{match('internal')} -j DROP", f"{match('outward')} -j node_in",
               f"{match('outward', 'src')} -g ext_out",
               f"{match('internal', 'src')} -g int_out", "-j ACCEPT")
    return [(["ipset", "restore"], "\n".join(sets) + "\n")] + restore(facts, chains)


def both_families(make):
    return lambda site: [command for family in (4, 6)
                         for command in make(Facts(site, family))]


# A chain elsewhere that asks for connections has them tracked.
CONNTRACK = nft("table inet c { chain c { type filter hook output priority 0; "
                "ct state new accept; }; }")

# Established connections pass beside all hooks, from one device to the other.
FLOWTABLE = nft("table inet f { flowtable fast { hook ingress priority filter; "
                "devices = { ext0, edge0 }; }; chain c { type filter hook forward "
                "priority filter; ct state established flow add @fast; }; }")

RULESETS = {
    "rules": by_family(rules_table),
    "sets": by_family(sets_table),
    "prefilter": by_family(prefilter_table),
    "counting": by_family(counting_table),
    "iptables": both_families(iptables_family),
    "ipset": both_families(ipset_family),
}
