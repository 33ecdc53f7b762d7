# SPDX-License-Identifier: GPL-2.0-only
"""docs/lab.md word by word: a lab host with a public address before an Edge VM,
built of namespaces, from init to explain and counters; and the traffic that the
page speaks of, each permitted flow with a twin that is refused."""

import pathlib
import re
import socket

import pytest

from edgectl import Edgectl
from netns import Namespace, until

TREE = pathlib.Path(__file__).resolve().parents[2]
PAGE = (TREE / "docs" / "lab.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)

CLIENT, FRONTEND, USER, ADMIN = "198.51.100.7", "192.168.10.90", "192.168.10.5", "192.168.10.70"
PUBLIC, EXTERNAL, INTERNAL = "203.0.113.10", "10.20.0.11", "172.25.33.11"
TIME = "192.168.10.2"
PUBLIC2, EXTERNAL2 = "203.0.113.11", "10.20.0.12"


def blurred(text):
    text = re.sub(r"generation\W+\d+", "generation N", text)
    return [" ".join(line.split()) for line in text.splitlines()]


class Lab:
    """The cables of the page; its commands give addresses and rules."""

    def __init__(self, folder):
        self.folder = folder
        self.host = Namespace("host")
        self.inet, self.lan = Namespace("inet"), Namespace("lan")
        self.edges = [Namespace("edge1"), Namespace("edge2")]
        self.tool = Edgectl(self.host)
        for device, space in zip(("wan0", "lan0", "vm1", "vm2"),
                                 (self.inet, self.lan, *self.edges)):
            self.host.ip(f"link add {device} type veth peer name eth0 netns {space.path}\n"
                         f"link set {device} up\n")
            space.ip("link set eth0 up\n")
        self.host.ip("address add 203.0.113.10/24 dev wan0\n"
                     "address add 192.168.10.1/24 dev lan0\n"
                     "route add default via 203.0.113.1\n")
        self.inet.ip("address add 203.0.113.1/24 dev eth0\n"
                     f"address add {CLIENT}/32 dev lo\n")
        self.lan.ip("".join(f"address add {address}/24 dev eth0\n" for address in
                            (FRONTEND, USER, ADMIN, TIME)) +
                    "route add default via 192.168.10.1\n")
        for number, edge in enumerate(self.edges, 11):
            edge.ip(f"address add 10.20.0.{number}/24 dev eth0\n"
                    f"address add 172.25.33.{number}/24 dev eth0\n"
                    "route add default via 10.20.0.1\n"
                    f"route add 192.168.10.0/24 via 172.25.33.1 src 172.25.33.{number}\n")

    def close(self):
        self.tool("flush")
        self.tool.close()
        for space in (self.host, self.inet, self.lan, *self.edges):
            space.close()

    def shell(self, command):
        return self.host.run("sh", "-c", f"cd {self.folder} && {{ {command}\n}} 2>&1",
                             check=False)

    def sent(self, kind, source, destination, server):
        """The address that the listener sees, or "refused"."""
        (space, address), (other, listens) = source, server
        refused = self.dropped()
        kind = getattr(socket, f"SOCK_{kind}")
        with other.socket(socket.AF_INET, kind) as listener, \
                space.socket(socket.AF_INET, kind) as client:
            listener.bind((listens, destination[1]))
            if kind == socket.SOCK_STREAM:
                listener.listen(4)
            client.bind((address, 0))
            client.connect_ex(destination)
            if kind == socket.SOCK_DGRAM:
                client.send(b"1")
            return until(lambda: self.heard(kind, listener, refused),
                         f"{client} is answered or refused")

    def heard(self, kind, listener, refused):
        try:
            if kind == socket.SOCK_STREAM:
                accepted, peer = listener.accept()
                accepted.close()
            else:
                peer = listener.recvfrom(9)[1]
            return peer[0]
        except BlockingIOError:
            return "refused" if self.dropped() > refused else None

    def dropped(self):
        return sum(drop["packets"] for drop in self.tool.json("counters")["drops"])

    def goes(self, kind, source, destination, port, server, sees):
        answer = self.sent(kind, source, (destination, port), server)
        assert answer == sees, (kind, source, destination, port)

    def traffic(self):
        """What the page says before it counts."""
        edge = self.edges[0]
        self.goes("STREAM", (self.inet, CLIENT), PUBLIC, 5061, (edge, EXTERNAL), CLIENT)
        self.goes("STREAM", (self.lan, ADMIN), INTERNAL, 3389, (edge, INTERNAL), ADMIN)
        self.goes("STREAM", (self.lan, USER), INTERNAL, 3389, (edge, INTERNAL), "refused")
        self.goes("DGRAM", (edge, INTERNAL), TIME, 123, (self.lan, TIME), INTERNAL)
        self.goes("STREAM", (self.inet, CLIENT), PUBLIC, 3389, (self.host, PUBLIC), "refused")


@pytest.fixture(name="lab")
def fixture_lab(nf_edge, tmp_path):
    lab = Lab(tmp_path)
    yield lab
    lab.close()


def walk(lab):
    """Follow the page to its end."""
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":
            done = lab.shell(text)
            assert (done.returncode, done.stdout) == (0, ""), text
        elif kind == "nft":
            name = text.splitlines()[0].removeprefix("# ")
            (lab.folder / name).write_text(text, encoding="ascii")
        elif kind == "console":
            commands = re.split(r"^# ", text, flags=re.M)[1:]
            for command, _, wanted in (c.partition("\n") for c in commands):
                if command.startswith("edgectl counters"):
                    lab.traffic()
                done = lab.shell(command)
                yield command, done.stdout, wanted


def test_the_page_prints_what_it_says(lab):
    seen = [command for command, printed, wanted in walk(lab)
            if blurred(printed) == blurred(wanted) or pytest.fail(
                f"{command}:\n{printed}")]
    assert len(seen) > 12


def test_the_lab_of_the_page_passes_what_it_says_and_no_more(lab):
    for _ in walk(lab):
        pass
    first, second = lab.edges
    inet = (lab.inet, CLIENT)
    for kind, port in ("STREAM", 443), ("STREAM", 444), ("STREAM", 5061), ("DGRAM", 3478):
        lab.goes(kind, inet, PUBLIC, port, (first, EXTERNAL), CLIENT)
        lab.goes(kind, inet, PUBLIC2, port, (second, EXTERNAL2), CLIENT)
    lab.goes("STREAM", inet, PUBLIC, 4443, (lab.host, PUBLIC), "refused")
    lab.goes("DGRAM", inet, PUBLIC, 3479, (lab.host, PUBLIC), "refused")
    # From the Edge, by its public address.
    lab.goes("DGRAM", (first, EXTERNAL), CLIENT, 53, (lab.inet, CLIENT), PUBLIC)
    lab.goes("DGRAM", (second, EXTERNAL2), CLIENT, 53, (lab.inet, CLIENT), PUBLIC2)
    lab.goes("DGRAM", (first, EXTERNAL), CLIENT, 54, (lab.inet, CLIENT), "refused")
    # Inside.
    lab.goes("STREAM", (lab.lan, FRONTEND), INTERNAL, 5061, (first, INTERNAL), FRONTEND)
    lab.goes("STREAM", (lab.lan, USER), INTERNAL, 5061, (first, INTERNAL), "refused")
    lab.goes("DGRAM", (first, INTERNAL), TIME, 123, (lab.lan, TIME), INTERNAL)
    lab.goes("DGRAM", (first, INTERNAL), USER, 123, (lab.lan, USER), "refused")
    # Hairpin: both ends have a row, or one has none.
    for source, address, public, target, listens, sees in (
            (first, EXTERNAL, PUBLIC2, second, EXTERNAL2, PUBLIC),
            (second, EXTERNAL2, PUBLIC, first, EXTERNAL, PUBLIC2)):
        lab.goes("DGRAM", (source, address), public, 3478, (target, listens), sees)
        lab.goes("STREAM", (source, address), public, 443, (target, listens), sees)
        lab.goes("STREAM", (source, address), public, 444, (target, listens), "refused")
    # The host is judged as the Edge whose address it has, and not by its own.
    lab.goes("STREAM", (lab.host, PUBLIC), CLIENT, 80, (lab.inet, CLIENT), PUBLIC)
    lab.goes("STREAM", (lab.host, PUBLIC), CLIENT, 22, (lab.inet, CLIENT), "refused")
    lab.goes("STREAM", (lab.lan, USER), "192.168.10.1", 22, (lab.host, "192.168.10.1"), USER)


@pytest.mark.parametrize("hidden", [False, True])
def test_no_other_machine_hides_behind_the_address_of_the_edge(lab, hidden):
    for _ in walk(lab):
        pass
    if not hidden:
        lab.host.ip("address add 203.0.113.12/24 dev wan0\n")
    lab.host.nft("table ip other { chain c { type nat hook postrouting priority srcnat; "
                 f"ip saddr {USER} snat to {PUBLIC if hidden else '203.0.113.12'}; }}; }}")
    lab.goes("STREAM", (lab.lan, USER), CLIENT, 443, (lab.inet, CLIENT),
             "refused" if hidden else "203.0.113.12")
