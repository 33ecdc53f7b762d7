# SPDX-License-Identifier: GPL-2.0-only
"""Events: each refused packet and each permitted connection is told once, with
what it was; what cannot be told is counted."""

import errno
import json
import os
import pty
import signal
import socket
import subprocess

import pytest

import packets
from exposition import Metrics
from flow_table import ROWS, rows_of
from listening import WAYS, Listener
from netlib import OPEN, reference, until
from netns import PATIENCE
from rights import as_nobody, as_user_root
from test_examples import SIDE, Example, each_example
from wire import (OPERATIONS, Client, Refusal, load_module, nobody_uses_the_module, refused,
                  unload_module)

ALL = reference()
SO_RCVBUFFORCE = 33


def first_packet(row_or_l4, src, dst, sport, port):
    build = packets.tcp if row_or_l4 == "tcp" else packets.udp
    return build(src.address, dst.address, sport, port)


def end(event, which):
    """(address, port, node, services) of an end of an event."""
    address = event.get(f"{which}-ipv4") or event.get(f"{which}-ipv6")
    return (address, event.get(f"{which}-port"), event.get(f"{which}-node"),
            event.get(f"{which}-services", []))


def bound(endpoint):
    """Node and services of an endpoint of the reference site."""
    for node, services in ALL.nodes.items():
        found = [s for s, addresses in services.items() if endpoint.address in addresses]
        if found:
            return node, found
    return None, []


def check(event, src, dst, sport, port, packet, arrives, **said):
    """An event says just this of a packet."""
    proto = {"tcp": 6, "udp": 17}[said.pop("l4")]
    wanted = {"verdict": said.get("verdict"), "reason": said.get("reason"),
              "mode": said.get("mode"), "row": sorted(said.get("row", [])),
              "near": sorted(said.get("near", [])), "in": arrives,
              "protocol": proto, "length": len(packet),
              "tcp-flags": 2 if proto == 6 else None,
              "source": (src.address, sport, *bound(src)),
              "destination": (dst.address, port, *bound(dst))}
    got = {"verdict": event["verdict"], "reason": event.get("reason"),
           "mode": event.get("mode"), "row": sorted(event.get("row", [])),
           "near": sorted(event.get("near", [])), "in": event.get("in"),
           "protocol": event["protocol"], "length": event["length"],
           "tcp-flags": event.get("tcp-flags"),
           "source": end(event, "source"), "destination": end(event, "destination")}
    assert got == wanted
    assert not event.get("reply") and not event.get("error")


def test_each_row_tells_its_connections(quiet, family):
    """And only once: the second packet of a connection tells nothing."""
    net = quiet
    net.load(OPEN)
    sent = []
    with Listener(net, rate=100000) as listener:
        for row in ROWS:
            edge = net.at(f"edge1.{row.service}", family)
            other = net.at("frontend" if row.side == "internal" else "client", family)
            src, dst = (other, edge) if row.direction == "in" else (edge, other)
            sport = net.port()
            packet = first_packet(row.l4, src, dst, sport, row.port_low)
            net.injects(src, packet, packet)
            sent.append((row, src, dst, sport, packet))
        heard = listener.takes(len(ROWS))
        net.refuses("tcp", net.at("client", family), net.at("edge1.access", family), 3389,
                    "no-row")
        listener.takes(len(ROWS) + 1)
    assert [event["verdict"] for event in heard] == ["accept"] * len(ROWS) + ["drop"]
    for event, (row, src, dst, sport, packet) in zip(heard, sent):
        arrives = {"inet": "wan0", "lan": "lan0"}.get(src.ns.name, "dmz0")
        check(event, src, dst, sport, row.port_low, packet, arrives, verdict="accept",
              l4=row.l4, row=[str(r) for r in rows_of(row.service, row.direction, row.l4,
                                                      row.port_low)])


@pytest.mark.one_family
@pytest.mark.parametrize("mode", ["enforce", pytest.param("audit", marks=pytest.mark.whole)])
@each_example
def test_an_event_says_what_the_example_says(quiet, family, example: Example, mode):
    net = quiet
    net.load(example.config(mode))
    src, dst = example.ends(net, family)
    sport = net.port() + (10000 if example.sport >= 50000 else 0)
    packet = first_packet(example.l4, src, dst, sport, example.port)
    with Listener(net) as listener:
        net.injects(src, packet)
        event, = listener.takes(1)
    said = {"verdict": "drop", "reason": example.drop, "mode": mode, "near": example.near} \
        if example.drop else {"verdict": "accept", "row": sum(example.accept, [])}
    check(event, src, dst, sport, example.port, packet, SIDE[example.on][0], l4=example.l4,
          **said)
    assert event["generation"] == net.generation()


def test_what_is_no_connection_is_told_as_it_is(quiet, family):
    """A packet that conntrack does not know, one that it does not track, an
    echo request, and a fragment."""
    net = quiet
    net.load(ALL.but(ping=["external"]))
    client, access = net.at("client", family), net.at("edge1.access", family)
    pair = client.address, access.address
    kinds = (128, 129) if family == 6 else (8, 0)
    with Listener(net) as listener:
        net.injects(client, packets.tcp(*pair, 40000, 443, "SA", ack=1))
        listener.takes(1)
        net.box.nft("table inet raw { chain c { type filter hook prerouting priority -300;"
                    "tcp sport 40001 notrack; }; }")
        net.injects(client, packets.tcp(*pair, 40001, 443))
        listener.takes(2)
        net.box.nft("delete table inet raw")
        # An echo request passes, and is no connection of a row.
        net.injects(client, packets.icmp(*pair, kinds[0]), packets.icmp(*pair, kinds[1]))
        invalid, untracked, reply = listener.takes(3)
    assert (invalid["reason"], invalid["tcp-flags"]) == ("invalid", 0x12)
    assert (untracked["reason"], untracked["source-port"]) == ("untracked", 40001)
    assert (reply["icmp-type"], reply["icmp-code"]) == (kinds[1], 0)
    assert "source-port" not in reply and reply["protocol"] in (1, 58)


def test_an_edge_that_the_host_asks_is_told_as_local(net, family):
    """LOCAL_OUT, with no interface of arrival."""
    net.load(ALL)
    access = net.at("edge1.access", family)
    with Listener(net) as listener:
        kind = socket.AF_INET6 if family == 6 else socket.AF_INET
        with net.box.socket(kind, socket.SOCK_DGRAM) as s:
            with pytest.raises(OSError):
                s.sendto(b"x", (access.address, 9))
        event, = listener.takes(1)
    assert "in" not in event and "ifindex" not in event
    assert (event["reason"], event["destination-node"]) == ("no-row", "edge1")


def test_a_translated_packet_is_told_before_nat(quiet, family):
    net = quiet
    net.load(ALL)
    client, access = net.at("client", family), net.at("edge1.access", family)
    other = net.at("unbound", family).address
    ip = "ip6" if family == 6 else "ip"
    net.box.nft(f"table {ip} nat {{ chain c {{ type nat hook prerouting priority -100;"
                f"{ip} daddr {other} tcp dport 8443 dnat to "
                + (f"[{access.address}]:443" if family == 6 else f"{access.address}:443")
                + "; }; }")
    try:
        with Listener(net) as listener:
            net.injects(client, packets.tcp(client.address, other, 40077, 8443))
            event, = listener.takes(1)
    finally:
        net.box.nft(f"delete table {ip} nat")
    assert end(event, "destination")[:2] == (other, 8443)
    assert end(event, "source")[:2] == (client.address, 40077)


# --- filters

def test_the_module_filters(quiet):
    net = quiet
    net.load(ALL)
    client, partner = net.at("client", 4), net.at("partner", 4)
    access, av = net.at("edge1.access", 4), net.at("edge2.av", 4)
    user, internal = net.at("user", 4), net.at("edge1.internal", 4)
    some = {"permitted": ("tcp", client, access, 443), "no-row": ("tcp", client, access, 3389),
            "edge2": ("udp", partner, av, 9), "peer": ("tcp", user, internal, 8057)}
    filters = {
        "permitted": [{"verdicts": ["accept"]}, {"row": ["external/5"]}, {"zones": ["external"]}],
        "no-row edge2": [{"reasons": ["no-row"]}],
        "no-row edge2 peer": [{"verdicts": ["drop"]}],
        "edge2": [{"node": "edge2"}, {"prefixes-ipv4": [f"{partner.address}/32"]}],
        "peer": [{"reasons": ["peer", "spoofed"]}, {"row": ["internal/4"]},
                 {"zones": ["internal"]}, {"zones": ["internal"], "row": ["internal/4"]}],
        "": [{"zones": ["federation"]}, {"row": ["internal/4"], "node": "edge2"},
             {"prefixes-ipv6": ["::/0"]}]}
    cases = [(names.split(), wanted) for names, all_ in filters.items() for wanted in all_]
    for at in range(0, len(cases), 7):
        listeners = [(names, Listener(net, **wanted)) for names, wanted in cases[at:at + 7]]
        ports = {name: net.port() for name in some}
        with Listener(net) as everything:
            for name, (l4, src, dst, port) in some.items():
                net.injects(src, first_packet(l4, src, dst, ports[name], port))
            everything.takes(len(some))
        for names, listener in listeners:
            listener.takes(len(names))
            assert [e["source-port"] for e in listener.heard] == [ports[n] for n in names], names
            listener.close()


def test_who_may_listen(net):
    net.load(ALL)
    for someone in as_nobody, as_user_root:
        assert someone(net.box, lambda: _listens(None)) == errno.EPERM
    some = [Listener(net) for _ in range(8)]
    with refused(errno.EBUSY, "eight sockets listen in this network namespace: end one of them"):
        Listener(net)
    with refused(errno.EBUSY,
                 "this socket listens already: close it to listen to something else"):
        some[0].client.do("listen")
    some.pop().close()
    some.append(Listener(net))
    for listener in some:
        listener.close()


def _listens(ns):
    try:
        with Client(ns) as client:
            client.do("listen")
    except Refusal as error:
        return error.errno
    return 0


def test_a_namespace_hears_its_own_packets_only(quiet):
    net = quiet
    net.load(ALL)
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    with Listener(net, net.spaces["inet"]) as stranger, Listener(net) as listener:
        net.injects(client, packets.tcp(client.address, access.address, 40200, 3389))
        listener.takes(1)
        stranger.reads()
        assert not stranger.heard and not stranger.lost


# --- what is lost

def flood(net, count, sport=40300):
    """Refused packets, each from another port, before the kernel does anything
    else: how many were counted."""
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    watch = net.watch()
    with client.ns.entered():
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
            made = [packets.udp(client.address, access.address, sport + n, 3389)
                    for n in range(count)]
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
            try:
                for packet in made:
                    s.sendto(packet, (access.address, 0))
            finally:
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    watch.await_drop("no-row", count)
    return watch.delta().drops["no-row"]["packets"]


@pytest.mark.parametrize("rate", [None, 100000])
def test_a_flood_is_told_or_counted_to_the_packet(net, rate):
    """By the rate's bucket, or by a ring that is full."""
    net.load(ALL)
    before = net.edgectl.status()["events"]["lost"]
    with Listener(net, rate=rate) as listener:
        listener.client.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        counted = flood(net, 3000, 20000) + flood(net, 3000, 30000)
        listener.settles({("drop", "no-row"): counted})
        ports = [event["source-port"] for event in listener.heard]
        assert len(ports) == len(set(ports)), "an event was told twice"
        # On a slow machine the kernel empties the ring amid a flood.
        for turn in range(20):
            if rate is None or listener.lost.get(("drop", "no-row"), {}).get("ring-full"):
                break
            counted += flood(net, 3000, 33000 + turn)
            listener.settles({("drop", "no-row"): counted})
        lost = listener.lost.get(("drop", "no-row"), {})
        if rate is None:
            assert listener.rate == 100
            assert lost["suppressed"] > counted / 2 and not lost["ring-full"]
        else:
            assert lost["ring-full"] and not lost["suppressed"]
        # The namespace keeps the numbers, also when nobody listens any more.
        said = [net.edgectl.status()["events"]]
        # What comes later is told as before.
        until(lambda: flood(net, 1) and not listener.reads() and
              listener.heard[-1]["source-port"] == 40300, "an event comes after the flood")
    said.append(net.edgectl.status()["events"])
    assert [one["listeners"] for one in said] == [1, 0]
    for one in said:
        for way in WAYS:
            assert one["lost"][way.replace("-", "_")] - before[way.replace("-", "_")] >= \
                lost.get(way, 0)
    exposed = Metrics(net.edgectl("metrics").stdout)
    assert [exposed["nf_edge_events_lost_total", {"where": where}]
            for where in ("rate", "ring", "socket")] == list(said[1]["lost"].values())
    assert exposed["nf_edge_event_listeners"] == 0


def test_a_listener_that_does_not_read_loses_its_own_events_only(net):
    net.load(ALL)
    with Listener(net, rate=100000) as dead, Listener(net, rate=100000) as listener:
        dead.client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.client.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        counted = 0
        for _ in range(10):
            counted += flood(net, 300)
            listener.settles({("drop", "no-row"): counted})
        assert not listener.lost.get(("drop", "no-row"), {}).get("socket-full")

        dead.settles({("drop", "no-row"): counted})
        assert dead.lost["drop", "no-row"]["socket-full"] > 1000


def test_reloads_lose_no_event_and_mix_up_no_name(quiet):
    """Each event has rows and nodes of the policy that judged."""
    net = quiet
    first = ALL
    second = ALL.but(nodes={"zwei": ALL.nodes["edge2"], "eins": ALL.nodes["edge1"]})
    net.load(first)
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    names = {}
    counted = 0
    with Listener(net, rate=100000, verdicts=["drop"]) as listener, Client(net.box) as changing:
        for i in range(40):
            changing.load(second if i % 2 == 0 else first)
            names[changing.do("status-get")["generation"]] = "eins" if i % 2 == 0 else "edge1"
            net.injects(client, *(packets.tcp(client.address, access.address, net.port(), 3389)
                                  for _ in range(5)))
            counted += 5
        listener.settles({("drop", "no-row"): counted})
        assert {e["destination-node"] for e in listener.heard} == {"eins", "edge1"}
        for event in listener.heard:
            assert event["destination-node"] == names[event["generation"]]


def test_a_policy_that_begins_or_ends_is_no_end_for_a_listener(quiet):
    net = quiet
    net.edgectl("flush")
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    with Listener(net) as listener:
        packet = packets.tcp(client.address, access.address, 40400, 3389)
        for count in (1, 2):
            net.load(ALL)
            net.injects(client, packet)
            listener.takes(count)
            net.edgectl("flush")
            net.injects(client, packet)         # nothing governed
        net.load(ALL)
        listener.reads()
        assert len(listener.heard) == 2


def test_who_asks_again_has_all_until_then(quiet):
    """And is refused: nothing of what happened is held back any more."""
    net = quiet
    net.load(ALL)
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    with Listener(net) as listener:
        for count in range(1, 6):
            net.injects(client, packets.tcp(client.address, access.address, net.port(), 3389))
            listener.client.send(listener.client.family, OPERATIONS["listen"]["number"], b"")
            listener.reads()
            assert len(listener.heard) == count


# --- edgectl monitor

class Monitor:
    """edgectl monitor under way; it has printed the first packet, to port 9."""

    def __init__(self, net, *words, terminal=False):
        before = net.edgectl.status()["events"]["listeners"]
        ours, theirs = pty.openpty() if terminal else os.pipe()
        with net.box.entered():
            self.process = subprocess.Popen(
                [net.edgectl.program, "monitor", *words], stdin=subprocess.DEVNULL, stdout=theirs,
                stderr=subprocess.PIPE, text=True, env={**os.environ, "TERM": "xterm", "TZ": "UTC"})
        os.close(theirs)
        os.set_blocking(ours, False)
        self.out, self.text = ours, ""

        until(lambda: net.edgectl.status()["events"]["listeners"] > before, "monitor listens")
        probe(net, 9)
        until(self.reads, "monitor prints the first event")

    def reads(self):
        """All that was printed."""
        try:
            while data := os.read(self.out, 1 << 16):
                self.text += data.decode().replace("\r\n", "\n")
        except OSError:         # nothing yet, or the terminal's end
            pass
        return self.text

    def ends(self):
        """Its output, once it has ended well."""
        assert self.process.wait(PATIENCE) == 0, self.process.stderr.read()
        self.reads()
        os.close(self.out)
        self.process.stderr.close()
        return self.text


def probe(net, port):
    client, access = net.at("client", 4), net.at("edge1.access", 4)
    net.injects(client, packets.tcp(client.address, access.address, net.port(), port))


def test_monitor_prints_what_the_module_says(quiet):
    """Line by line what a listener hears, with the remedy that explain has."""
    net = quiet
    net.load(ALL)
    user, internal = net.at("user", 4), net.at("edge1.internal", 4)
    monitor = Monitor(net, "--json", "--address", "192.168.10.0/24,198.51.100.7,203.0.113.0/24",
                      "--count", "100", "--for", "10m")
    with Listener(net) as listener:
        sport = net.port()
        net.injects(user, packets.tcp(user.address, internal.address, sport, 8057))
        probe(net, 443)
        probe(net, 3389)
        heard = listener.takes(3)
    until(lambda: sum('"port":9,' not in line for line in monitor.reads().splitlines()) >= 3,
          "monitor prints them")
    monitor.process.send_signal(signal.SIGINT)
    *lines, summary = [json.loads(line) for line in monitor.ends().splitlines()]
    told = [line for line in lines if line["destination"]["port"] != 9]
    assert len(told) == len(heard) == 3
    for line, event in zip(told, heard):
        assert (line["verdict"], line["reason"], line["mode"]) == (
            event["verdict"], event.get("reason"), event.get("mode"))
        assert line["time_ns"] == event["time"] and line["in"] == event["in"]
        assert line["rows"] == event.get("row", []) and line["near"] == event.get("near", [])
        for which in "source", "destination":
            address, port, node, services = end(event, which)
            assert line[which] == {"address": address, "port": port, "node": node,
                                   "services": services}
    assert told[0]["to_pass"] == f"internal/4 needs {user.address} in the peer set frontend"
    assert summary["type"] == "summary" and summary["refused"] == len(lines) - 1
    assert summary["permitted"] == 1 and summary["reasons"]["peer"] == 1
    assert summary["lost"] == {"suppressed": 0, "ring_full": 0, "socket_full": 0}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_monitor_on_a_terminal_ends_with_its_summary(quiet, number):
    net = quiet
    net.load(ALL.but(mode="audit"))
    monitor = Monitor(net, "--refused", "--utc", terminal=True)
    monitor.process.send_signal(number)
    text = monitor.ends()
    assert "Z \x1b[33maudit \x1b[0m no-row    wan0 tcp[S] " in text.splitlines()[0]
    assert " refused and 0 permitted in " in text and "nothing was lost" in text
    assert "  by reason\n" in text


def test_monitor_ends_after_its_time_and_its_count(quiet):
    net = quiet
    net.load(ALL)
    assert net.edgectl("monitor", "--for", "1s").stdout.startswith("\n0 refused and 0 permitted")
    monitor = Monitor(net, "--count", "1")
    assert "\n1 refused and 0 permitted in " in monitor.ends()


def test_monitor_tells_a_flood_by_its_losses(net):
    net.load(ALL)
    monitor = Monitor(net, "--json", "--reason", "no-row", "--rate", "10")
    counted = flood(net, 1000)

    def told():
        """Packets that were printed, and those that were lost, so far."""
        whole = monitor.reads().rpartition("\n")[0]
        lines = [json.loads(line) for line in whole.splitlines()]
        lost = [line["suppressed"] for line in lines if line["type"] == "lost"]
        return sum(line["type"] == "event" for line in lines) + (lost or [0])[-1]
    until(lambda: told() >= counted + 1, "the flood and the first packet are told")
    said = told()
    monitor.process.send_signal(signal.SIGINT)
    summary = json.loads(monitor.ends().splitlines()[-1])
    assert summary["refused"] + summary["lost"]["suppressed"] == said
    assert summary["lost"]["suppressed"] > 900


def test_the_module_leaves_though_somebody_listens(net):
    """And says so. A policy would hold the module."""
    nobody_uses_the_module(net)
    with Listener(net) as listener:
        try:
            unload_module()
            until(lambda: listener.reads() or listener.ended, "the end is told")
        finally:
            load_module()
    with Listener(net):
        pass
