#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the pictures of README.md show: the screens of edgectl monitor and top,
and the page of edgectl report, while real traffic crosses the reference site.

usage: demo/pictures.py FOLDER

Runs in a test kernel, started by scripts/pictures, which draws the screens and
the page.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "net"))

import packets                                          # noqa: E402
from netlib import Net, appliance                       # noqa: E402
from screen import Screen                               # noqa: E402

COLUMNS, LINES = 120, 22

# Who connects to whom, at which port, and octets there and back, each round.
FLOWS = (
    ("tcp", "client", "edge1.webconf", 443, 9000, 3000),
    ("tcp", "client", "edge2.webconf", 443, 4000, 1500),
    ("tcp", "frontend", "edge1.internal", 8057, 6000, 2500),
    ("udp", "client", "edge1.av", 3478, 900, 900),
    ("udp", "client", "edge2.av", 3478, 700, 500),
    ("tcp", "edge1.av", "partner", 54321, 3000, 2500),
    ("udp", "user", "edge1.internal", 3478, 800, 800),
)

# New connections of each round.
SIGN_INS = (
    ("client", "edge1.access", 443), ("client", "edge2.access", 443),
    ("partner", "edge1.access", 5061), ("frontend2", "edge2.internal", 5061),
    ("frontend", "edge2.internal", 4443),
)

# Refused packets of each round: sender, source address, destination, port.
REFUSED = (
    ("client", "client", "edge2.access", 3389),
    ("user", "user", "edge1.internal", 8057),
    ("client", "frontend", "edge1.access", 443),
    ("client", "client", "edge1.internal", 4443),
    ("client", "client", "edge1.av", 50002),
)


class Traffic:
    """Traffic that goes on, a round at a time."""

    def __init__(self, net):
        self.net, self.rounds = net, 0
        self.flows = [(net.connect(l4, net.at(a, 4), net.at(b, 4), port), there, back)
                      for l4, a, b, port, there, back in FLOWS]

    def refuse(self, sender, bears, destination, port):
        self.net.injects(self.net.at(sender, 4), packets.tcp(
            self.net.at(bears, 4).address, self.net.at(destination, 4).address,
            self.net.port(), port))

    def round(self):
        for flow, there, back in self.flows:
            flow.send(b"x" * there)
            flow.receives("server")
            flow.answer(b"y" * back)
            flow.receives("client")
        for source, destination, port in SIGN_INS[self.rounds % len(SIGN_INS):]:
            one = self.net.connect("tcp", self.net.at(source, 4), self.net.at(destination, 4), port)
            one.exchange()
            one.close()
        self.refuse(*REFUSED[self.rounds % len(REFUSED)])
        self.rounds += 1


def screen_of(net, traffic, line, is_whole):
    """The screen of a command, with its colours, once it shows enough."""
    path = pathlib.Path(net.edgectl.program).parent
    screen = Screen(net.box, COLUMNS, LINES, PATH=f"{path}:{os.environ['PATH']}")
    screen.run(f"clear; exec {line}")
    while not is_whole(screen.text()):
        traffic.round()
    text = screen.colours()
    screen.close()
    return text


def has_events(text):
    """The screen is full."""
    return len(text.split("\n")) > LINES and all(text.split("\n")[:LINES - 1])


def has_bars(text):
    """Ten readings and more, the last one with traffic."""
    return re.search(r"^external/8 .* [.\u2581-\u2588]{10}", text, re.M) and not re.search(
        r"^permitted +0 ", text, re.M)


def main():
    folder = pathlib.Path(sys.argv[1])
    subprocess.run(["modprobe", "nf_edge"], check=True)
    net = Net(appliance())
    shutil.copy(HERE / "edge.conf", "/etc/nf_edge/edge.conf")
    net.edgectl("load")
    traffic = Traffic(net)
    for name, line, is_whole in (
            ("monitor", "edgectl monitor --utc", has_events),
            ("top", "edgectl top -d 1", has_bars)):
        text = screen_of(net, traffic, line, is_whole)
        (folder / f"{name}.screen").write_text(text, encoding="utf-8")
    net.edgectl("report", "--html", "--utc", folder / "report.html")
    net.close()


if __name__ == "__main__":
    main()
