#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The demonstration: a two-node Edge pool behind an appliance, real traffic of
every zone, what must be refused, and what the counters say of it.

Runs in a test kernel, started by scripts/demo.  The namespaces and sockets are
those of the packet tests.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "net"))

import packets                                          # noqa: E402
from netlib import Net, appliance                       # noqa: E402

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


def title(text):
    print(f"\n{text}\n{'=' * len(text)}\n", flush=True)


def way(l4, source, destination, port):
    return f"{source.address:>15} -> {destination.address}:{port}/{l4}"


def permitted(net):
    for what, l4, source, destination, port in PERMITTED:
        source, destination = net.at(source, 4), net.at(destination, 4)
        connection = net.connect(l4, source, destination, port)
        connection.exchange()
        connection.close()
        print(f"  works    {what:38} {way(l4, source, destination, port)}",
              flush=True)


def refused(net):
    for what, l4, sender, bears, destination, port, reason in REFUSED:
        sender, bears = net.at(sender, 4), net.at(bears, 4)
        destination = net.at(destination, 4)
        watch = net.watch()
        net.injects(sender, packets.tcp(bears.address, destination.address,
                                        net.port(), port))
        watch.await_drop(reason)
        print(f"  refused  {what:38} {way(l4, bears, destination, port)}"
              f"  {reason}", flush=True)


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


def main():
    subprocess.run(["modprobe", "nf_edge"], check=True)
    net = Net(appliance())
    title("The site")
    print("  Internet --- wan0 +-----------+ dmz0 --- edge1, edge2\n"
          "                    | appliance |\n"
          "    inside --- lan0 +-----------+\n", flush=True)

    def edgectl(*words):
        print(f"  # edgectl {' '.join(words)}\n", flush=True)
        done = net.edgectl(*words, check=False)
        print("\n".join(f"  {line}".rstrip() for line in
                        (done.stdout + done.stderr).splitlines()), flush=True)

    edgectl("load", str(HERE / "edge.conf"))
    title("Traffic that the policy permits, over real sockets")
    permitted(net)
    title("What it refuses, and why")
    refused(net)
    scan(net)
    title("The 37 rows")
    edgectl("show", "rows")
    title("What each row carried, and refused")
    edgectl("counters", "--nonzero")
    title("Asking the classifier")
    for query in EXPLAINED:
        edgectl("explain", *query.split())
        print()
    edgectl("flush")
    net.close()


if __name__ == "__main__":
    main()
