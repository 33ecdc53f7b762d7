#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The demonstration, in two acts: real traffic of every zone, what must be
refused, and what the counters say of it.

1. A two-node pool of Lync Server 2013, the reference site.
2. A pool of Skype for Business Server with one public address, and rows of
   the site's own for administration, time, patches and monitoring.

Runs in a test kernel, started by scripts/demo.  The namespaces and sockets are
those of the packet tests.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "net"))

import packets                                          # noqa: E402
from netlib import Net, appliance, until                # noqa: E402

# what it is, protocol, who begins, to whom, port
PERMITTED = (
    ("a remote user signs in", "tcp", "client", "edge1.access", 443),
    ("... joins a web conference", "tcp", "client", "edge1.webconf", 443),
    ("... negotiates media over UDP", "udp", "client", "edge1.av", 3478),
    ("... and over TCP", "tcp", "client", "edge2.av", 443),
    ("a partner's Edge sends SIP", "tcp", "partner", "edge1.access", 5061),
    ("the Edge sends SIP to a partner", "tcp", "edge1.access", "partner", 5061),
    ("the Edge relays media to a partner", "tcp", "edge1.av", "partner", 54321),
    ("an OCS 2007 partner sends media", "udp", "partner", "edge1.av", 55000),
    ("a Live Messenger client gets media", "tcp", "edge2.av", "client", 50123),
    ("the Edge asks a name server", "udp", "edge1.access", "client", 53),
    ("the Edge fetches a revocation list", "tcp", "edge2.access", "client", 80),
    ("an XMPP partner connects", "tcp", "partner", "edge1.access", 5269),
    ("the Edge connects to an XMPP partner", "tcp", "edge1.access", "partner",
     5269),
    ("a front end sends SIP out", "tcp", "frontend", "edge1.internal", 5061),
    ("the Edge passes SIP to a front end", "tcp", "edge1.internal", "frontend",
     5061),
    ("a front end's web conferencing", "tcp", "frontend", "edge1.internal",
     8057),
    ("a front end's A/V authentication", "tcp", "frontend2", "edge2.internal",
     5062),
    ("an inside user's media", "udp", "user", "edge1.internal", 3478),
    ("the Central Management store", "tcp", "frontend", "edge2.internal", 4443),
    ("the XMPP gateway", "tcp", "frontend", "edge1.internal", 23456),
    ("Centralized Logging, from inside", "tcp", "frontend", "edge1.internal",
     50001),
    ("one A/V Edge to the other", "udp", "edge1.av", "edge2.av", 3478),
)

# what it is, protocol, who sends, whose address it bears, to whom, port, reason
REFUSED = (
    ("a spoofed front end, from outside", "tcp", "client", "frontend",
     "edge1.access", 443, "spoofed"),
    ("a spoofed Edge, from outside", "tcp", "client", "edge2.internal",
     "edge1.internal", 5061, "spoofed"),
    ("the Internet, to the internal address", "tcp", "client", "client",
     "edge1.internal", 4443, "isolation"),
    ("the Internet, to the logging agent", "tcp", "client", "client",
     "edge1.av", 50002, "cls-guard"),
    ("a neighbour of the Edges, signing in", "tcp", "unbound", "unbound",
     "edge1.access", 443, "interface"),
    ("an inside user, by the outside door", "tcp", "user", "user",
     "edge1.webconf", 443, "several"),
    ("an inside user, on a front end's port", "tcp", "user", "user",
     "edge1.internal", 8057, "peer"),
    ("a front end, on the wrong port", "tcp", "frontend", "frontend",
     "edge1.internal", 3389, "no-row"),
)

SCAN = range(1, 1025)

EXPLAINED = (
    "--in wan0 tcp 198.51.100.7:40000 131.107.155.10:443",
    "--in wan0 tcp 198.51.100.7:40000 131.107.155.30:50002",
    "--in lan0 tcp 192.168.10.5:40000 172.25.33.10:8057",
)

# Where the page of the report is left.
REPORT = os.path.join(tempfile.gettempdir(), "nf_edge-report.html")

# The second act. edge1.access is its one public address.
PUBLIC, INTERNAL = "edge1.access", "edge1.internal"

SINGLE_PERMITTED = (
    ("a remote user signs in, on 5061", "tcp", "client", PUBLIC, 5061),
    ("... joins a web conference, on 444", "tcp", "client", PUBLIC, 444),
    ("... negotiates media over UDP", "udp", "client", PUBLIC, 3478),
    ("... and over TCP", "tcp", "client", PUBLIC, 443),
    ("the Edge sends SIP to a partner", "tcp", PUBLIC, "partner", 5061),
    ("the Edge fetches a revocation list", "tcp", PUBLIC, "client", 80),
    ("a front end sends SIP out", "tcp", "frontend", INTERNAL, 5061),
    ("the Central Management store", "tcp", "frontend", INTERNAL, 4443),
    ("a jump host opens a shell", "tcp", "admin", INTERNAL, 22),
    ("... and a remote desktop", "tcp", "admin", INTERNAL, 3389),
    ("the Edge sets its clock", "udp", INTERNAL, "time", 123),
    ("... fetches patches over HTTP", "tcp", INTERNAL, "updates", 80),
    ("... and over HTTPS", "tcp", INTERNAL, "updates", 443),
    ("... reports to the monitor", "tcp", INTERNAL, "monitor", 5723),
)

SINGLE_REFUSED = (
    ("a user's remote desktop", "tcp", "user", "user", INTERNAL, 3389, "peer"),
    ("a jump host, on the public address", "tcp", "admin", "admin", PUBLIC,
     3389, "no-row"),
    ("the Internet, on the public address", "tcp", "client", "client", PUBLIC,
     3389, "no-row"),
    ("a spoofed jump host, from outside", "tcp", "client", "admin", INTERNAL,
     3389, "spoofed"),
    ("the Edge asks another clock", "udp", INTERNAL, INTERNAL, "user", 123,
     "peer"),
    ("... and one on the Internet", "udp", PUBLIC, PUBLIC, "client", 123,
     "no-row"),
    ("the Edge fetches patches elsewhere", "tcp", INTERNAL, INTERNAL, "user",
     443, "peer"),
    ("... reports to another monitor", "tcp", INTERNAL, INTERNAL, "user", 5723,
     "peer"),
    ("media toward the Edge, as in 2013", "udp", "partner", "partner", PUBLIC,
     55000, "no-row"),
    ("a front end unknown to the site", "tcp", "user", "user", INTERNAL, 5061,
     "peer"),
)

SWITCHED_OFF = (
    ("a jump host's remote desktop", "tcp", "admin", "admin", INTERNAL, 3389,
     "disabled"),
)

SINGLE_EXPLAINED = (
    "--in lan0 tcp 192.168.10.5:40000 172.25.33.10:3389",
    "--in dmz0 tcp 131.107.155.10:40000 198.51.100.7:443",
    "--in lan0 icmp 192.168.10.5 172.25.33.10",
)


def title(text):
    print(f"\n{text}\n{'=' * len(text)}\n", flush=True)


def tell(verdict, what, l4, source, destination, port, why):
    """Two lines, that fit 80 columns with the longest of them."""
    way = f"{source.address} -> {destination.address}:{port}/{l4}"
    print(f"  {verdict:8} {what}\n  {'':8} {way:43} {why}", flush=True)


def rows_of(watch, count):
    """The rows at which this count has moved, as soon as there are some."""
    return ", ".join(dict.fromkeys(
        row for (_, row), moved in watch.delta().rows.items()
        if count in moved))


def permitted(net, some):
    for what, l4, source, destination, port in some:
        source, destination = net.at(source, 4), net.at(destination, 4)
        watch = net.watch()
        connection = net.connect(l4, source, destination, port)
        connection.exchange()
        connection.close()
        rows = until(lambda watch=watch: rows_of(watch, "connections"),
                     f"a row carried it: {what}")
        tell("works", what, l4, source, destination, port, rows)


def refused(net, some):
    for what, l4, sender, bears, destination, port, reason in some:
        sender, bears = net.at(sender, 4), net.at(bears, 4)
        destination = net.at(destination, 4)
        build = packets.tcp if l4 == "tcp" else packets.udp
        tap, watch = net.tap(destination), net.watch()
        net.injects(sender, build(bears.address, destination.address,
                                  net.port(), port))
        watch.await_drop(reason)
        net.proves_silence(tap, bears.address, destination.address)
        near = rows_of(watch, "denied")
        tell("refused", what, l4, bears, destination, port,
             reason + (f": {near}" if near else ""))


def scan(net):
    sender, destination = net.at("client", 4), net.at("edge2.access", 4)
    tap, watch, sport = net.tap(destination), net.watch(), net.port()
    net.injects(sender, *(packets.tcp(sender.address, destination.address,
                                      sport, port) for port in SCAN))
    watch.await_drop("no-row", len(SCAN) - 1)
    through = sorted({p.dport for p in tap.arrived(sender.address,
                                                   destination.address)})
    print(f"  refused  a scan of ports {SCAN[0]} to {SCAN[-1]}: "
          f"{len(SCAN) - len(through)} of {len(SCAN)} dropped, "
          f"open: {' '.join(map(str, through))}", flush=True)


class Act:
    """A site, and the words of the operator at its appliance."""

    def __init__(self, net, name, edges, config):
        self.net = net
        title(name)
        print("  Internet --- wan0 +-----------+ dmz0 --- "
              f"{edges}\n"
              "                    | appliance |\n"
              "    inside --- lan0 +-----------+\n", flush=True)
        self.edgectl("load", config)

    def edgectl(self, *words):
        print(f"  # edgectl {' '.join(words)}\n", flush=True)
        done = self.net.edgectl(*words, check=False)
        lines = done.stdout.splitlines()
        for finding in done.stderr.splitlines():
            lines += textwrap.wrap(finding, 78, subsequent_indent="    ")
        print("\n".join(f"  {line}".rstrip() for line in lines), flush=True)

    def expects(self, expectations, config):
        title("What the site expects: each row, and a twin that must not pass")
        self.edgectl("test", expectations, config)
        print()
        self.edgectl("test", "--running", expectations)

    def rows(self, heading, shown, counted):
        title(heading)
        self.edgectl("show", "rows", *shown)
        title("What each row carried, and refused")
        self.edgectl("counters", "--nonzero", *counted)

    def explain(self, queries):
        title("Asking the classifier")
        for query in queries:
            self.edgectl("explain", *query.split())
            print()


def first_act(net):
    act = Act(net, "Act one: a two-node pool of Lync Server 2013",
              "edge1, edge2", "edge.conf")
    title("Traffic that the policy permits, over real sockets")
    permitted(net, PERMITTED)
    title("What it refuses, and why")
    refused(net, REFUSED)
    scan(net)
    act.rows("The 37 rows",
             ("-o", "ID,SERVICE,DIRECTION,PROTOCOL,PORTS,FEATURE,LIVE"),
             ("--ages",))
    act.explain(EXPLAINED)
    act.expects("edge.expect", "edge.conf")
    print()
    act.edgectl("flush")


def second_act(net):
    act = Act(net, "Act two: Skype for Business Server, one public address",
              "edge1", "single.conf")
    title("Traffic that the document and the site's own rows permit")
    permitted(net, SINGLE_PERMITTED)
    title("What they refuse, and why")
    refused(net, SINGLE_REFUSED)
    title("One row switched off, and on again")
    act.edgectl("row", "off", "site/admin")
    print()
    refused(net, SWITCHED_OFF)
    print()
    act.edgectl("row", "on", "site/admin")
    act.rows("The rows of the document, and the site's own",
             ("-o", "ID,SERVICE,DIRECTION,PROTOCOL,PORTS,PEERS,LIVE,ORIGIN"),
             ("--ages", "-o", "ROW,CONNECTIONS,DENIED,LAST-HIT"))
    act.explain(SINGLE_EXPLAINED)
    act.expects("single.expect", "single.conf")
    watched(net, act)
    print()
    act.edgectl("flush")


def watched(net, act):
    """Verbs that watch, each while packets come."""
    title("Watching refusals and new connections, live")
    print("  # edgectl monitor --count 4\n", flush=True)
    monitor = net.box.start(net.edgectl.program, "monitor", "--count", "4",
                            stdout=subprocess.PIPE, text=True)
    print_wrapped(told_while(monitor, lambda: sign_in_and_knock(net)))
    title("Rates, for a script; edgectl top shows them on the terminal")
    print("  # edgectl top --batch -n 1 -d 1\n", flush=True)
    top = net.box.start(net.edgectl.program, "top", "--batch", "-n", "1", "-d",
                        "1", stdout=subprocess.PIPE, text=True)
    lines = told_while(top, lambda: sign_in_and_knock(net))
    print_wrapped([*lines[:10], "..."] if len(lines) > 10 else lines)
    title("One page to look at, and to hand to an auditor")
    act.edgectl("report", "--html", REPORT)
    print(f"  The page is in {REPORT}: open it in a browser.", flush=True)


def sign_in_and_knock(net):
    client, access = net.at("client", 4), net.at(PUBLIC, 4)
    connection = net.connect("tcp", client, access, 5061)
    connection.exchange()
    connection.close()
    net.injects(client, packets.tcp(client.address, access.address, net.port(),
                                    3389))


def told_while(child, act):
    """What a program prints until its end, while packets come."""
    while child.poll() is None:
        act()
    return child.communicate()[0].splitlines()


def print_wrapped(lines):
    for line in lines:
        print("\n".join(textwrap.wrap(line, 78, initial_indent="  ",
                                      subsequent_indent="      ")
                        if len(line) > 78 else [f"  {line}".rstrip()]),
              flush=True)


def main():
    subprocess.run(["modprobe", "nf_edge"], check=True)
    os.chdir(HERE)
    net = Net(appliance())
    first_act(net)
    second_act(net)
    net.close()


if __name__ == "__main__":
    main()
