# SPDX-License-Identifier: GPL-2.0-only
"""Interfaces are bound by name, and the name decides at any moment: devices
come, go, change names and namespaces while traffic runs over the others."""

import errno
import itertools
import threading

import pytest

import packets
from flows import Datagrams, Stream, lost_by_the_kernel
from netlib import HOSTS, Namespace, Net, appliance, link, reference, until
from netns import GATEWAY_MAC
from wire import Client, policy, refused

# wan1 is the name that comes and goes. All sides are bound: an interface
# without a bound name holds none.
SITE = reference(interfaces={"wan0": ["external"], "lan0": ["internal"],
                             "dmz0": ["edge"], "wan1": ["external"]})
# Whoever is bound to none holds the internal side; internal-networks is bound.
INSIDE_OPEN = SITE.but(interfaces={name: sides for name, sides in
                                   SITE.interfaces.items() if name != "lan0"})
# Nobody holds the external side, but who is bound to none.
OUTSIDE_OPEN = reference(interfaces={"lan0": ["internal"], "dmz0": ["edge"]})


@pytest.fixture(scope="module")
def own_site(nf_edge):
    net = Net(appliance())
    yield net
    net.close()


@pytest.fixture
def net(own_site):
    yield own_site
    own_site.tidy()


@pytest.fixture
def client(net):
    with Client(net.box) as one:
        yield one


_numbers = itertools.count()


class Visitor:
    """Somebody behind a device of the box that the reference site has not."""

    def __init__(self, net, dev, more=""):
        self.net = net
        self.ns = Namespace(f"visitor{next(_numbers)}")
        self.connect(dev, more)

    def connect(self, dev, more=""):
        link(self.net.box, dev, self.ns, "eth0", more=more)

    def judged(self, client, family, target="edge2.av", port=3478,
               source=None):
        """What becomes of a packet: "accept" or the reason."""
        return judged(self.net, client, self.ns, source or HOSTS["partner"][
            family // 2 - 1], self.net.at(target, family), port)

    def close(self):
        self.ns.close()


def judged(net, client, ns, source, target, port=3478):
    """Send one UDP packet to an endpoint from a namespace's eth0, and see
    whether it arrives or which reason counts it."""
    def drops():
        return {d["reason"]: d["packets"]
                for d in client.do("drops-get")["drop"]}
    tap, before, sport = target.ns.tap(target.dev), drops(), net.port()

    def outcome():
        if tap.arrived(source, target.address, sport=sport):
            return "accept"
        return next((r for r, n in drops().items() if n > before[r]), None)
    ns.inject(packets.udp(source, target.address, sport, port, b"visit"))
    found = until(outcome, "the packet is judged")
    tap.close()
    return found


def present(net):
    """Which of the bound names a device has, by edgectl."""
    return {i["name"] for i in net.edgectl.status()["interfaces"]
            if i["present"]}


def ifindex(client, name):
    for interface in client.do("status-get")["interface"]:
        if interface["name"] == name:
            return interface.get("ifindex")
    raise AssertionError(f"{name} is not bound")


def rename(ns, old, new):
    ns.ip(f"link set {old} down\nlink set {old} name {new}\n"
          f"link set {new} up\n")


@pytest.fixture
def visitors(net):
    """A function that puts a visitor behind a new device."""
    made = []

    def make(dev, more=""):
        made.append(Visitor(net, dev, more))
        return made[-1]
    yield make
    for visitor in made:
        visitor.close()
    # The devices end with the namespaces at their other ends.
    with Client(net.box) as client:
        client.do("flush")
    until(lambda: "visitor" not in net.box.run("ip", "-br", "link").stdout
          and not any(f"{d}@" in net.box.run("ip", "-br", "link").stdout
                      for d in ("wan1", "old1", "new1")),
          "their devices are gone")


class Traffic:
    """Traffic over the interfaces that nobody touches, which must not be
    disturbed."""

    def __init__(self, net, family):
        self.net = net
        self.before = lost_by_the_kernel(net)
        outside = net.at("client", family)
        self.flows = [
            Datagrams(net, outside, net.at("edge1.av", family), 3478),
            Datagrams(net, net.at("frontend", family),
                      net.at("edge1.internal", family), 3478),
            Stream(net, outside, net.at("edge1.access", family), 443)]

    def __enter__(self):
        for flow in self.flows:
            flow.__enter__()
        return self

    def __exit__(self, *what):
        for flow in self.flows:
            flow.moves() if not what[0] else None
            flow.__exit__(*what)
        if not what[0]:
            lost = sum(len(flow.lost) for flow in self.flows[:2])
            assert lost == lost_by_the_kernel(self.net) - self.before
            assert self.flows[2].received == self.flows[2].sent


@pytest.mark.either_family
def test_the_name_decides_at_any_moment(net, client, family, visitors):
    box = net.box
    net.load(SITE)
    with Traffic(net, family):
        assert present(net) == {"wan0", "lan0", "dmz0"}

        # It appears.
        one = visitors("wan1")
        assert present(net) == set(SITE.interfaces)
        assert one.judged(client, family) == "accept"
        first = ifindex(client, "wan1")

        # Taken down and renamed away: an interface like any other.
        box.ip("link set wan1 down\n")
        assert ifindex(client, "wan1") == first
        rename(box, "wan1", "old1")
        assert "wan1" not in present(net)
        assert one.judged(client, family) == "interface"

        # Another device takes the name.
        two = visitors("new1")
        assert two.judged(client, family) == "interface"
        rename(box, "new1", "wan1")
        assert ifindex(client, "wan1") not in (None, first)
        assert two.judged(client, family) == "accept"
        assert one.judged(client, family) == "interface"

        # Removed, and made again.
        second = ifindex(client, "wan1")
        box.ip("link del wan1\n")
        assert "wan1" not in present(net)
        two.connect("wan1")
        assert ifindex(client, "wan1") not in (None, first, second)
        assert two.judged(client, family) == "accept"

        # The first one gets its name back.
        rename(box, "wan1", "new1")
        rename(box, "old1", "wan1")
        assert ifindex(client, "wan1") == first
        assert one.judged(client, family) == "accept"
        assert two.judged(client, family) == "interface"


@pytest.mark.either_family
def test_a_device_that_leaves_the_namespace_loses_its_sides(net, client,
                                                            family, visitors):
    """And has them again when it comes back. In the other namespace the name
    means nothing."""
    net.load(SITE)
    box, elsewhere = net.box, Namespace("elsewhere", forwarding=True)
    with Traffic(net, family):
        one = visitors("wan1")
        assert one.judged(client, family) == "accept"
        box.ip(f"link set wan1 netns {elsewhere.path}\n")
        assert "wan1" not in present(net)
        # Its number may be somebody else's now, who is not bound.
        other = visitors("old1")
        assert other.judged(client, family) == "interface"
        elsewhere.ip(f"link set wan1 up\nlink set wan1 netns {box.path}\n")
        box.ip("link set wan1 up\n")
        assert "wan1" in present(net)
        assert one.judged(client, family) == "accept"
        # Out under its own name, back under another.
        box.ip(f"link set wan1 netns {elsewhere.path}\n")
        elsewhere.ip("link set wan1 name lost\n"
                     f"link set lost netns {box.path}\n")
        rename(box, "lost", "new1")
        assert one.judged(client, family) == "interface"
        box.ip(f"link set new1 netns {elsewhere.path}\n")
        elsewhere.ip("link set new1 name wan1\n"
                     f"link set wan1 netns {box.path}\n")
        box.ip("link set wan1 up\n")
        assert one.judged(client, family) == "accept"
    elsewhere.close()


def test_a_load_finds_the_devices_that_are_there(net, client, visitors):
    """Whatever happened since the last one."""
    client.do("flush")
    one = visitors("old1")
    net.load(SITE)
    assert one.judged(client, 4) == "interface"
    client.do("flush")
    rename(net.box, "old1", "wan1")
    net.load(SITE)
    assert one.judged(client, 4) == "accept"
    without = SITE.but(interfaces={k: v for k, v in SITE.interfaces.items()
                                   if k != "wan1"})
    net.load(without)
    assert one.judged(client, 4) == "interface"
    net.load(without.but(interfaces={**without.interfaces,
                                     "wan1": ["external", "edge"]}))
    assert one.judged(client, 4) == "accept"


def test_switches_keep_the_interfaces(net, client, visitors):
    net.load(SITE)
    one = visitors("wan1")
    other = visitors("old1")
    for _ in range(3):
        client.switch(zones_off=["pic"])
        client.switch(zones_on=["pic"])
        assert one.judged(client, 4) == "accept"
        assert other.judged(client, 4) == "interface"


def test_another_name_of_a_device_is_not_its_name(net, client, visitors):
    net.load(SITE)
    one = visitors("old1")
    net.box.ip("link property add dev old1 altname wan1\n")
    assert "wan1" not in present(net)
    assert ifindex(client, "wan1") is None
    assert one.judged(client, 4) == "interface"
    # Nor at the next load.
    net.load(SITE.but(mode="audit"))
    net.load(SITE)
    assert one.judged(client, 4) == "interface"
    net.box.ip("link property del dev old1 altname wan1\n")
    rename(net.box, "old1", "wan1")
    net.box.ip("link property add dev wan1 altname other1\n")
    assert one.judged(client, 4) == "accept"


# --- sides by default, and guards

def test_an_unbound_interface_holds_the_sides_that_nobody_is_bound_to(
        net, client, family, visitors):
    """Every one of them, and only these."""
    one = visitors("old1")
    lan = HOSTS["frontend"][family // 2 - 1]

    def sides():
        found = set()
        if one.judged(client, family) == "accept":
            found.add("external")
        if one.judged(client, family, "edge2.internal", source=lan) == \
                "accept":
            found.add("internal")
        # From one Edge to the other: both of its ends want the edge side.
        if one.judged(client, family, source=net.at(
                "edge1.av", family).address) == "accept":
            found.add("edge")
        return found
    every = SITE.interfaces
    for left in ([], ["internal"], ["external"], ["edge"],
                 ["external", "edge"], ["external", "internal", "edge"]):
        interfaces = {name: held for name, held in every.items()
                      if not set(held) & set(left)}
        # No guard is there to be met; nothing says what is internal else.
        net.load(SITE.but(interfaces=interfaces))
        assert sides() == set(left), left


def test_guards_are_on_bound_interfaces_only(net, client, family):
    """What wan0 refuses by its guards while it is bound, it judges by rows
    when the external side is its by default."""
    ns = net.spaces["inet"]
    edge = net.at("edge1.av", family).address
    inside = net.at("user", family).address
    av, internal = net.at("edge2.av", family), net.at("edge2.internal", family)
    net.load(SITE)
    assert judged(net, client, ns, edge, av) == "spoofed"
    assert judged(net, client, ns, inside, av) == "spoofed"
    assert judged(net, client, ns, net.at("client", family).address,
                  internal) == "isolation"
    # Also where nothing is governed.
    assert judged(net, client, ns, inside, net.at("unbound", family)) == \
        "spoofed"
    assert judged(net, client, ns, net.at("client", family).address,
                  net.at("unbound", family)) == "accept"
    net.load(OUTSIDE_OPEN)
    assert judged(net, client, ns, edge, av) == "interface"
    assert judged(net, client, ns, inside, av) == "peer"
    assert judged(net, client, ns, net.at("client", family).address,
                  internal) == "several"
    assert judged(net, client, ns, inside, net.at("unbound", family)) == \
        "accept"


def test_guards_come_and_go_with_the_name(net, client, visitors):
    net.load(SITE)
    one = visitors("old1")
    inside = HOSTS["user"][1]

    def spoofing():
        return one.judged(client, 4, "unbound", source=inside)
    assert spoofing() == "accept"
    rename(net.box, "old1", "wan1")
    assert spoofing() == "spoofed"
    rename(net.box, "wan1", "old1")
    assert spoofing() == "accept"


def test_both_sides_on_one_interface_have_no_guard(net, client):
    ns = net.spaces["inet"]
    net.load(SITE.but(interfaces={**SITE.interfaces,
                                  "wan0": ["external", "edge"]}))
    target = net.at("unbound", 4)
    assert judged(net, client, ns, HOSTS["user"][1], target) == "accept"
    net.load(SITE)
    assert judged(net, client, ns, HOSTS["user"][1], target) == "spoofed"


# --- devices that cannot be bound

@pytest.fixture
def odd(nf_edge):
    """A namespace with a VRF, a bridge and a bond, and a member of each."""
    ns = Namespace("odd")
    ns.ip("link add vrf0 type vrf table 10\nlink add br0 type bridge\n"
          "link add bond7 type bond mode active-backup\n"
          "link add member type dummy\nlink set member master vrf0\n"
          "link add port type dummy\nlink set port master br0\n"
          "link add slave type dummy\nlink set slave master bond7\n")
    yield ns
    ns.close()


UNFIT = {
    "vrf0": "packets are judged on the interfaces of a VRF: bind those",
    "port": "packets of a member arrive on its bond, team or bridge: bind that",
    "slave": "packets of a member arrive on its bond, team or bridge: bind that",
    "lo": "a loopback interface is never governed"}


def bound(*names):
    attributes = policy(reference(nodes={"edge1": {"av": ["131.107.155.30"]}},
                                  interfaces={}))
    attributes["interface"] = [{"name": n, "sides": ["external"]}
                               for n in names]
    return attributes


@pytest.mark.parametrize("name", UNFIT)
def test_devices_that_judge_no_packets_cannot_be_bound(odd, name):
    with Client(odd) as client:
        with refused(errno.EINVAL, UNFIT[name], "interface[1].name"):
            client.do("load", bound("member", name))
        assert "mode" not in client.do("status-get")


def test_members_of_a_vrf_and_masters_of_others_can_be_bound(odd):
    # A bond in a VRF is as good.
    odd.ip("link set bond7 master vrf0\n")
    with Client(odd) as client:
        client.do("load", bound("member", "br0", "bond7"))
        assert {i["name"] for i in client.do("status-get")["interface"]
                if "ifindex" in i} == {"member", "br0", "bond7"}
        # Left by its bridge, a port is a device like any other.
        for name in "port", "slave":
            with refused(errno.EINVAL, UNFIT[name], "interface[0].name"):
                client.do("load", bound(name))
            odd.ip(f"link set {name} nomaster\n")
            client.do("load", bound(name))


def test_a_loopback_device_of_another_name_cannot_be_bound(odd):
    odd.ip("link set lo down\nlink set lo name loop0\nlink set loop0 up\n")
    with Client(odd) as client:
        with refused(errno.EINVAL, UNFIT["lo"], "interface[0].name"):
            client.do("load", bound("loop0"))
        # Nor the name lo, whoever has it.
        with refused(errno.EINVAL, UNFIT["lo"], "interface[0].name"):
            client.do("load", bound("lo"))
        client.do("load", bound("loop1"))


def test_a_vrf_that_takes_a_bound_name_judges_nothing(net, client, family,
                                                      visitors):
    """Its members are judged by their own names."""
    net.load(SITE)
    one = visitors("old1")
    net.box.ip("link add wan1 type vrf table 1000\nlink set wan1 up\n")
    try:
        assert one.judged(client, family) == "interface"
        # In the VRF, with a way to the Edge.
        target = net.at("edge2.av", family)
        length = 32 if family == 4 else 128
        net.box.ip("link set old1 master wan1\n"
                   f"route add {target.address}/{length} dev dmz0 "
                   "table 1000\n")
        assert one.judged(client, family) == "interface"
        # By its own name the member holds the side.
        net.box.ip("link set old1 nomaster\nlink set wan1 down\n"
                   "link set wan1 name vrf1\nlink set vrf1 up\n")
        rename(net.box, "old1", "wan1")
        net.box.ip("link set wan1 master vrf1\n")
        assert one.judged(client, family) == "accept"
    finally:
        net.box.run("ip", "link", "del", "vrf1", check=False)


@pytest.fixture(params=["bridge", "bond"])
def master(net, request):
    """A device new1 that can take members; what makes one of them a member."""
    net.box.ip(f"link add new1 address {GATEWAY_MAC} type {request.param}\n"
               "link set new1 up\n")

    def take(name):
        net.box.ip(f"link set {name} down\nlink set {name} master new1\n"
                   f"link set {name} up\n")
    yield take
    net.box.ip("link del new1\n")


def test_a_member_s_guards_stand_where_its_packets_arrive(
        net, client, family, visitors, master):
    """Of a bound device that becomes a member later. Nothing says so better
    than a front end's address from outside."""
    forged = {"target": "edge2.internal",
              "source": HOSTS["frontend"][family // 2 - 1]}
    net.load(INSIDE_OPEN)
    one = visitors("wan1")
    for _ in range(2):
        assert one.judged(client, family) == "accept"
        assert one.judged(client, family, **forged) == "spoofed"
        master("wan1")
        assert one.judged(client, family) == "accept"
        assert one.judged(client, family, **forged) == "spoofed"
        net.box.ip("link set wan1 nomaster\nlink set wan1 up\n")
    # The twin: it is the name that guards, also while the device is a member.
    master("wan1")
    net.box.ip("link set wan1 down\nlink set wan1 name old1\n"
               "link set old1 up\n")
    assert one.judged(client, family) == "interface"
    assert one.judged(client, family, **forged) == "accept"


def test_members_of_different_sides_leave_their_master_none(
        net, client, visitors, master):
    net.load(SITE.but(interfaces={**SITE.interfaces, "old1": ["internal"]}))
    one, two = visitors("wan1"), visitors("old1")
    inside = {"target": "edge2.internal", "source": HOSTS["frontend"][1]}
    master("wan1")
    assert one.judged(client, 4) == "accept"
    master("old1")
    assert one.judged(client, 4) == "interface"
    assert two.judged(client, 4, **inside) == "spoofed"
    net.box.ip("link set wan1 nomaster\nlink set wan1 up\n")
    assert one.judged(client, 4) == "accept"
    assert two.judged(client, 4, **inside) == "accept"


def test_explain_goes_by_where_packets_arrive(net, client, visitors, master):
    net.load(INSIDE_OPEN)
    visitors("wan1")

    def ask(name):
        answer = net.edgectl.explain("udp", HOSTS["frontend"][1],
                                     HOSTS["edge2.internal"][1], 3478,
                                     arrives=name)
        return answer["reason"] or answer["verdict"]
    assert [ask(n) for n in ("wan1", "new1")] == ["spoofed", "accept"]
    master("wan1")
    assert [ask(n) for n in ("wan1", "new1")] == ["spoofed", "spoofed"]
    rename(net.box, "wan1", "old1")
    assert [ask(n) for n in ("wan1", "old1", "new1")] == [
        "spoofed", "accept", "accept"]


def test_an_interface_with_a_large_number_has_its_guards(net, client, family,
                                                         visitors):
    """Beyond what an array holds. The twin is of no bound name."""
    forged = {"target": "edge2.internal",
              "source": HOSTS["frontend"][family // 2 - 1]}
    net.load(INSIDE_OPEN)
    one, two = visitors("wan1", "index 70001"), visitors("old1", "index 70002")
    assert ifindex(client, "wan1") == 70001
    assert one.judged(client, family) == "accept"
    assert one.judged(client, family, **forged) == "spoofed"
    assert two.judged(client, family) == "interface"
    assert two.judged(client, family, **forged) == "accept"


# --- all at once

@pytest.mark.either_family
def test_renames_and_loads_at_once(net, client, family, visitors):
    """One thread loads, another gives the name to and fro."""
    net.load(SITE)
    one = visitors("wan1")
    two = visitors("old1")
    over = threading.Event()
    errors = []

    def loads():
        try:
            with Client(net.box) as other:
                for config in itertools.cycle((SITE.but(mode="audit"), SITE)):
                    if over.is_set():
                        return
                    other.load(config)
        except Exception as error:              # for the test to see
            errors.append(error)
    thread = threading.Thread(target=loads)
    with Traffic(net, family):
        thread.start()
        for _ in range(40):
            net.box.ip("link set wan1 down\nlink set old1 down\n"
                       "link set wan1 name new1\nlink set old1 name wan1\n"
                       "link set new1 name old1\n"
                       "link set wan1 up\nlink set old1 up\n")
        over.set()
        thread.join()
    assert not errors
    client.load(SITE)
    assert one.judged(client, family) == "accept"
    assert two.judged(client, family) == "interface"


def test_explain_goes_by_the_name(net, client, visitors):
    """Whether a device has it or not."""
    net.load(SITE)

    def ask(name):
        return net.edgectl.explain("udp", HOSTS["partner"][1],
                                   HOSTS["edge2.av"][1], 3478,
                                   arrives=name)["verdict"]
    assert [ask(n) for n in ("wan1", "old1", "wan0", "lo")] == [
        "accept", "drop", "accept", "not-governed"]
    visitors("old1")
    assert ask("old1") == "drop"
    rename(net.box, "old1", "wan1")
    assert [ask(n) for n in ("wan1", "old1")] == ["accept", "drop"]
    net.load(OUTSIDE_OPEN)
    assert [ask(n) for n in ("wan1", "nothing", "lan0")] == [
        "accept", "accept", "drop"]
