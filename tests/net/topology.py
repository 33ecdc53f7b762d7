# SPDX-License-Identifier: GPL-2.0-only
"""The reference site: an appliance between three networks.

                     inet  (client, partner, balancer)
                      |
                    wan0
      lan --- lan0 - fw - dmz0 --- edge1     one segment: the two Edges
   (user, admin, time,        \\-- edge2     cannot hear each other
   monitor, updates,
   director, frontend,
   frontend2)

Everything is static: permanent neighbours, no duplicate address detection,
no router advertisements, no redirects. So no packet moves but a test's.
"""

from dataclasses import dataclass, replace

from edgectl import Config
from netns import GATEWAY_MAC, Namespace, link, new_mac
from packets import family_of


@dataclass(frozen=True)
class Endpoint:
    """An address, and the namespace and device that packets of it leave by."""
    ns: Namespace
    address: str
    dev: str = "eth0"

    @property
    def family(self):
        return family_of(self.address)

    def sent_from(self, other):
        """The same address, used where another endpoint is (spoofing)."""
        return replace(self, ns=other.ns, dev=other.dev)


# name: namespace, IPv4 address, IPv6 address
HOSTS = {
    "client": ("inet", "198.51.100.7", "2001:db8:51::7"),
    "partner": ("inet", "203.0.113.9", "2001:db8:113::9"),
    "balancer": ("inet", "198.51.100.10", "2001:db8:51::10"),
    "user": ("lan", "192.168.10.5", "2001:db8:10::5"),
    "admin": ("lan", "192.168.10.70", "2001:db8:10::70"),
    "time": ("lan", "192.168.10.2", "2001:db8:10::2"),
    "monitor": ("lan", "192.168.10.40", "2001:db8:10::40"),
    "updates": ("lan", "192.168.10.50", "2001:db8:10::50"),
    "director": ("lan", "192.168.10.80", "2001:db8:10::80"),
    "frontend": ("lan", "192.168.10.90", "2001:db8:10::90"),
    "frontend2": ("lan", "192.168.10.91", "2001:db8:10::91"),
    "edge1.access": ("edge1", "131.107.155.10", "2001:db8:155::10"),
    "edge1.webconf": ("edge1", "131.107.155.20", "2001:db8:155::20"),
    "edge1.av": ("edge1", "131.107.155.30", "2001:db8:155::30"),
    "edge1.internal": ("edge1", "172.25.33.10", "2001:db8:33::10"),
    "edge2.access": ("edge2", "131.107.155.11", "2001:db8:155::11"),
    "edge2.webconf": ("edge2", "131.107.155.21", "2001:db8:155::21"),
    "edge2.av": ("edge2", "131.107.155.31", "2001:db8:155::31"),
    "edge2.internal": ("edge2", "172.25.33.11", "2001:db8:33::11"),
    # behind dmz0, but of no service: not governed
    "unbound": ("edge2", "131.107.155.99", "2001:db8:155::99"),
    # ends of the packets that prove that a sniffer is awake
    "inet.marker": ("inet", "203.0.113.200", "2001:db8:113::200"),
    "lan.marker": ("lan", "192.168.10.200", "2001:db8:10::200"),
    "edge1.marker": ("edge1", "131.107.155.201", "2001:db8:155::201"),
    "edge2.marker": ("edge2", "131.107.155.202", "2001:db8:155::202"),
}

# The appliance's own addresses.
GATEWAYS = {
    "wan0": ("192.0.2.1/24", "2001:db8:2::1/64"),
    "lan0": ("192.168.10.1/24", "2001:db8:10::1/64"),
    "dmz0": ("131.107.155.1/24", "172.25.33.1/24",
             "2001:db8:155::1/64", "2001:db8:33::1/64"),
}

INTERNAL_NETWORKS = ["192.168.10.0/24", "2001:db8:10::/64"]


def node(name):
    """The four services' addresses of one Edge, both families."""
    return {service: list(HOSTS[f"{name}.{service}"][1:])
            for service in ("access", "webconf", "av", "internal")}


def reference(**changes):
    """The reference configuration of semantics.md, with IPv6 beside IPv4."""
    return Config(
        ping=[], expose_cls_ports=False,
        interfaces={"wan0": ["external"], "lan0": ["internal"],
                    "dmz0": ["edge"]},
        nodes={"edge1": node("edge1"), "edge2": node("edge2")},
        peers={"internal-networks": INTERNAL_NETWORKS,
               "frontend": [a for h in ("frontend", "frontend2")
                            for a in HOSTS[h][1:]]}).but(**changes)


# Everything on, and client and partner members of the sets that have to be
# bound: every row permits a connection with the client (of internal rows:
# with a front end).
OPEN = reference(peers={
    name: [a for host in ("client", "partner") for a in HOSTS[host][1:]]
    for name in ("pic-partners", "live-messenger-clients")})


def default_route(gateway, dev="eth0"):
    """The words of a route. TCP sends again after 20 ms, not 200, so that a
    connection that was cut and goes on is soon seen to, and delays no
    acknowledgement."""
    return f"default via {gateway} dev {dev} onlink rto_min 20ms quickack 1"


def give_addresses(ns, addresses, dev="eth0"):
    """Add addresses and a default route through the appliance."""
    lines = []
    for address in addresses:
        length, nodad = (128, " nodad") if family_of(address) == 6 else (32, "")
        lines.append(f"addr add {address}/{length} dev {dev}{nodad}")
    for gateway in ("192.0.2.1", "2001:db8:2::1"):
        lines += [f"neigh replace {gateway} lladdr {GATEWAY_MAC} dev {dev} "
                  "nud permanent",
                  f"route add {default_route(gateway, dev)}"]
    ns.ip("\n".join(lines) + "\n")


def give_neighbours(ns, dev, addresses, mac):
    """Tell a namespace which MAC addresses on a device have."""
    ns.ip("".join(f"neigh replace {a} lladdr {mac} dev {dev} nud permanent\n"
                  for a in addresses))


def give_gateways(ns, own):
    """Give a box its addresses: {device: addresses with their length}."""
    ns.ip("".join(f"addr add {a} dev {dev}{' nodad' if ':' in a else ''}\n"
                  for dev, addresses in own.items() for a in addresses))


def way_out(ns, dev, mac, more=""):
    """A box's default route, to the neighbour with this MAC address."""
    ns.ip("".join(f"neigh replace {a} lladdr {mac} dev {dev} nud permanent\n"
                  f"route add default via {a} dev {dev}{more}\n"
                  for a in ("192.0.2.2", "2001:db8:2::2")))


def addresses_in(ns_name):
    return [a for where, *both in HOSTS.values() if where == ns_name
            for a in both]


def appliance(segments=1, bridge=False, vrf=False, leak=False):
    """Build the reference site and return its namespaces by name.

    segments=2  edge1 is behind dmz0 and edge2 behind dmz1, which has to be
                bound then: interfaces["dmz1"] = ["edge"]
    bridge      dmz0 is a bridge of the appliance with a port for each Edge
    vrf         the appliance's interfaces are in a VRF
    leak        only dmz0 is: what goes to the Edges leaves by the VRF device"""
    spaces = {name: Namespace(name, forwarding=name == "fw")
              for name in ("fw", "inet", "lan", "edge1", "edge2")}
    fw, edges = spaces["fw"], ("edge1", "edge2")
    macs = {"inet": link(fw, "wan0", spaces["inet"], "eth0"),
            "lan": link(fw, "lan0", spaces["lan"], "eth0")}
    devs = {"inet": "wan0", "lan": "lan0", "edge1": "dmz0", "edge2": "dmz0"}
    if bridge:
        fw.ip(f"link add dmz0 address {GATEWAY_MAC} type bridge\n"
              "link set dmz0 up\n")
        for name in edges:
            macs[name] = link(fw, f"to-{name}", spaces[name], "eth0", new_mac())
            fw.ip(f"link set to-{name} master dmz0\n")
            fw.run("bridge", "fdb", "replace", macs[name], "dev", f"to-{name}",
                   "master", "static")
    elif segments == 2:
        devs["edge2"] = "dmz1"
        macs["edge1"] = link(fw, "dmz0", spaces["edge1"], "eth0")
        macs["edge2"] = link(fw, "dmz1", spaces["edge2"], "eth0")
    else:
        # Private macvlans hear the appliance, and not each other.
        spaces["dmz"] = dmz = Namespace("dmz")
        link(fw, "dmz0", dmz, "port")
        for name in edges:
            macs[name] = new_mac()
            dmz.ip(f"link add link port name eth0 address {macs[name]} "
                   f"netns {spaces[name].path} type macvlan mode private\n")
            spaces[name].ip("link set eth0 up\n")
    if vrf or leak:
        fw.ip("link add site type vrf table 10\nlink set site up\n" +
              "".join(f"link set {dev} master site\n"
                      for dev in (["dmz0"] if leak else sorted(set(devs.values())))))

    give_gateways(fw, {dev: GATEWAYS.get(dev, ()) for dev in devs.values()})
    way_out(fw, "wan0", macs["inet"], " vrf site" if vrf else "")
    if leak:
        way_out(fw, "wan0", macs["inet"], " table 10")
        fw.ip("".join(f"route add {net} dev lan0 table 10\n"
                      for net in INTERNAL_NETWORKS) +
              "".join(f"route add {net} dev site\n" for net in (
                  "131.107.155.0/24", "172.25.33.0/24", "2001:db8:155::/64",
                  "2001:db8:33::/64")))
    for name, dev in devs.items():
        addresses = addresses_in(name)
        give_addresses(spaces[name], addresses)
        if name != "inet":
            give_neighbours(fw, dev, addresses, macs[name])
        if dev == "dmz1":
            fw.ip("".join(f"route add {a} dev {dev}\n" for a in addresses))
    return spaces


# One Edge that carries the module itself, with a leg outside and one inside.
EDGE_HOSTS = {
    name: (("edge1/lan0" if name == "edge1.internal" else "edge1/wan0"
            if where == "edge1" else "inet" if where == "edge2" else where),
           *both)
    for name, (where, *both) in HOSTS.items()
    if name not in ("edge2.internal", "edge2.marker")}


def edge_host(vrf=False):
    """The host topology: edge1 is the box, edge2's public addresses are
    somewhere outside.

    vrf         the box's interfaces are in a VRF, site"""
    spaces = {name: Namespace(name) for name in ("edge1", "inet", "lan")}
    box = spaces["edge1"]
    macs = {name: link(box, dev, spaces[name], "eth0")
            for name, dev in (("inet", "wan0"), ("lan", "lan0"))}
    if vrf:
        box.ip("link add site type vrf table 10\nlink set site up\n"
               "link set wan0 master site\nlink set lan0 master site\n")
    own = {"wan0": [], "lan0": ["192.168.10.1/24", "2001:db8:10::1/64"]}
    for where, *both in EDGE_HOSTS.values():
        name, _, dev = where.partition("/")
        if name == "edge1":
            own[dev] += [f"{both[0]}/32", f"{both[1]}/128"]
    own["wan0"] += GATEWAYS["wan0"]
    give_gateways(box, own)
    way_out(box, "wan0", macs["inet"], " vrf site" if vrf else "")
    for name in ("inet", "lan"):
        give_addresses(spaces[name], [
            a for where, *both in EDGE_HOSTS.values() if where == name
            for a in both])
    give_neighbours(box, "lan0", addresses_in("lan"), macs["lan"])
    return spaces


# A host with one public address, which it translates to an Edge behind it.
LAB_HOSTS = {
    **{name: HOSTS[name] for name in ("client", "partner", "inet.marker")},
    "public": ("fw/wan0", "131.107.155.10", "2001:db8:155::10"),
    "other": ("fw/wan0", "131.107.155.77", "2001:db8:155::77"),
    "edge1": ("edge1", "172.16.0.10", "2001:db8:16::10"),
    "neighbour": ("edge1", "172.16.0.99", "2001:db8:16::99"),
    "edge1.marker": ("edge1", "172.16.0.200", "2001:db8:16::200"),
    "fw.marker": ("fw/wan0", "192.0.2.1", "2001:db8:2::1"),
}


def lab_host():
    """Without any translation yet: rules are the test's."""
    spaces = {name: Namespace(name, forwarding=name == "fw")
              for name in ("fw", "inet", "edge1")}
    fw = spaces["fw"]
    macs = {name: link(fw, dev, spaces[name], "eth0")
            for name, dev in (("inet", "wan0"), ("edge1", "dmz0"))}
    give_gateways(fw, {
        "wan0": (*GATEWAYS["wan0"],
                 *(f"{a}/{128 if ':' in a else 32}" for name in
                   ("public", "other") for a in LAB_HOSTS[name][1:])),
        "dmz0": ("172.16.0.1/24", "2001:db8:16::1/64")})
    way_out(fw, "wan0", macs["inet"])
    for name in ("inet", "edge1"):
        give_addresses(spaces[name], [
            a for where, *both in LAB_HOSTS.values() if where == name
            for a in both])
    give_neighbours(fw, "dmz0", [
        a for where, *both in LAB_HOSTS.values() if where == "edge1"
        for a in both], macs["edge1"])
    return spaces
