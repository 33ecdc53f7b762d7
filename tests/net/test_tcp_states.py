# SPDX-License-Identifier: GPL-2.0-only
"""TCP as connection tracking follows it: resets and data out of place, both
ends that begin at once, and connections from before the module."""

import struct

import pytest

import packets
from netlib import OPEN, denied, if_ready, permitted, refused, together, until
from wire import load_module, module_references, unload_module

SIGN_IN = ["external/5", "pic/3"]
FAR = 100_000_000       # beyond any window


class Talk:
    """A real connection, and packets forged for it."""

    def __init__(self, net, family):
        self.net = net
        self.ends = {"client": net.at("client", family),
                     "server": net.at("edge1.access", family)}
        tap = net.tap(self.ends["client"])
        self.real = net.connect("tcp", *self.ends.values(), 443)
        self.real.exchange()
        last = [p for p in tap.left(*self.addresses)][-1].payload
        # The last that the client sent says what both expect next.
        self.next = dict(zip(("client", "server"),
                             struct.unpack_from("!II", last, 4)))

    @property
    def addresses(self):
        return [end.address for end in self.ends.values()]

    def forged(self, by, flags, ahead=0, payload=b""):
        """As if one end had sent it, so far ahead of what it has sent."""
        other = "server" if by == "client" else "client"
        ports = {"client": self.real.sport, "server": 443}
        return packets.tcp(
            self.ends[by].address, self.ends[other].address, ports[by],
            ports[other], flags, seq=(self.next[by] + ahead) % 2 ** 32,
            ack=self.next[other] if "A" in flags else 0, payload=payload)


@pytest.fixture
def talk(open_net, family):
    return Talk(open_net, family)


# --- out of place

@pytest.mark.parametrize("by", ["client", "server"])
@pytest.mark.parametrize("ahead", [FAR, -FAR])
def test_a_reset_out_of_the_window_is_invalid(open_net, talk, by, ahead):
    """Who cannot see the connection cannot end it."""
    open_net.drops(talk.ends[by], talk.forged(by, "R", ahead), "invalid")
    talk.real.exchange()


@pytest.mark.parametrize("by", ["client", "server"])
def test_a_reset_in_its_place_ends_the_connection(open_net, talk, by):
    net = open_net
    reset = talk.forged(by, "R")
    watch = net.watch()
    net.injects(talk.ends[by], reset)
    way = "to_edge" if by == "client" else "from_edge"
    watch.expect(permitted("edge1", SIGN_IN, 0, **{way: (1, len(reset))}))
    other = talk.real.server if by == "client" else talk.real.client

    def is_reset():
        try:
            return if_ready(other.recv, 1) == b""
        except ConnectionResetError:
            return True
    until(is_reset, "the other end hears of it")


@pytest.mark.parametrize("by", ["client", "server"])
def test_data_beyond_the_window_is_invalid(open_net, talk, by):
    open_net.drops(talk.ends[by], talk.forged(by, "PA", FAR, b"forged"),
                   "invalid")
    talk.real.exchange()


def test_data_beyond_the_window_passes_where_conntrack_is_liberal(open_net,
                                                                talk):
    """It is conntrack that calls a packet invalid; nf_edge has no opinion."""
    net = open_net
    net.box.sysctl("netfilter/nf_conntrack_tcp_be_liberal", 1)
    try:
        tap, watch = net.tap(talk.ends["server"]), net.watch()
        net.injects(talk.ends["client"],
                    talk.forged("client", "PA", FAR, b"forged"))
        net.awaits(tap, *talk.addresses, dport=443)
        moved = watch.delta()
        assert not moved.drops
        assert {row for _, row in moved.rows} == set(SIGN_IN)
        talk.real.exchange()        # the receiver itself throws it away
    finally:
        net.box.sysctl("netfilter/nf_conntrack_tcp_be_liberal", 0)


# --- both at once

class Crossing:
    """Two ends that dial each other's port: their SYNs cross. No socket is
    there, the packets are all that there is."""

    def __init__(self, net, family):
        self.net = net
        self.client = net.at("client", family)
        self.access = net.at("edge1.access", family)
        self.port = net.port()

    def from_client(self, flags, seq, ack=0):
        return packets.tcp(self.client.address, self.access.address,
                           self.port, 443, flags, seq, ack)

    def from_access(self, flags, seq, ack=0):
        return packets.tcp(self.access.address, self.client.address, 443,
                           self.port, flags, seq, ack)


@pytest.fixture
def crossing(open_net, family):
    cross = Crossing(open_net, family)
    with cross.client.ns.muted(), cross.access.ns.muted():
        yield cross


def test_a_simultaneous_open_is_the_connection_of_who_came_first(open_net,
                                                                 crossing):
    net = open_net
    there = [crossing.from_client("S", 1000),
             crossing.from_client("SA", 1000, 5001),
             crossing.from_client("A", 1001, 5001)]
    back = [crossing.from_access("S", 5000),
            crossing.from_access("SA", 5000, 1001)]
    watch, tap = net.watch(), net.tap(crossing.client)
    net.injects(crossing.client, there[0])
    net.injects(crossing.access, back[0])
    net.injects(crossing.client, there[1])
    net.injects(crossing.access, back[1])
    net.injects(crossing.client, there[2])
    size = len(there[0])
    watch.expect(permitted("edge1", SIGN_IN, 1, (3, 3 * size), (2, 2 * size)))
    until(lambda: len(tap.arrived(crossing.access.address)) == 2, "both arrive")


def test_who_may_not_dial_may_not_dial_at_the_same_time(open_net, crossing):
    """The SYN of the Edge came first: it is refused, and the client's begins a
    connection of its own."""
    net = open_net
    net.drops(crossing.access, crossing.from_access("S", 5000), "no-row")
    net.lets_by(crossing.client, crossing.from_client("S", 1000), SIGN_IN)


def test_a_simultaneous_open_stops_halfway_with_its_rows(open_net, crossing):
    net = open_net
    net.lets_by(crossing.client, crossing.from_client("S", 1000), SIGN_IN)
    net.load(OPEN.without(("zone", "external"), ("zone", "pic")))
    answer = crossing.from_access("S", 5000)
    tap, watch = net.tap(crossing.client), net.watch()
    net.injects(crossing.access, answer)
    watch.expect(together(refused("disabled", 1, len(answer)),
                          denied(1, "edge1", SIGN_IN)))
    net.proves_silence(tap, crossing.access.address)


# --- from before

@pytest.fixture(params=[1, 0], ids=["loose", "strict"])
def loose(request):
    return request.param


@pytest.fixture
def old(net, family, loose):
    """A connection from before the module, which is loaded now. conntrack is
    told whether to pick up what it did not see begin."""
    net.edgectl("flush")
    until(lambda: not module_references(), "nobody else uses the module")
    unload_module()
    talk = net.connect("tcp", net.at("client", family),
                       net.at("edge1.access", family), 443)
    talk.exchange()
    load_module()
    net.box.sysctl("netfilter/nf_conntrack_tcp_loose", loose)
    net.load(OPEN)
    yield talk
    net.box.sysctl("netfilter/nf_conntrack_tcp_loose", 1)


def test_a_connection_from_before_the_module_goes_on_if_it_is_picked_up(
        net, old, loose, family):
    if loose:
        watch = net.watch()
        old.exchange()
        moved = watch.delta()
        assert not moved.drops
        assert {row for _, row in moved.rows} == set(SIGN_IN)
        assert {c["connections"] for c in moved.rows.values()} == {1}
    else:
        net.cuts(old, "invalid")
    # Whatever became of it, a new one is no matter.
    net.connect("tcp", *(net.at(name, family) for name in
                         ("client", "edge1.access")), 443).exchange()


def test_a_connection_from_before_is_judged_by_the_policy_of_now(net, old,
                                                                 loose):
    net.load(OPEN.without(("zone", "external"), ("zone", "pic")))
    if loose:
        net.cuts(old, "disabled", near=SIGN_IN)
    else:
        net.cuts(old, "invalid", by="server")
