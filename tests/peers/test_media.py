# SPDX-License-Identifier: GPL-2.0-only
"""Media: coturn on the A/V Edge and its own client, which sends through a relay
to a peer and back; and iperf3, which sends at once."""

import pytest

from netlib import OPEN
from programs import Client

USER, PASSWORD = "user", "secret"
MEDIA = 55000       # where peers wait for media
TURN, TURN_TCP = 3478, 443


def turnserver(site, where, relay, *options):
    """The A/V service of a host, with relays at another address of it."""
    folder = site.new_folder("turn")
    address = site.at(where, 4).address
    server = site.serves(
        where, "turnserver", "-n", "--listening-ip", address, "--relay-ip",
        site.at(relay, 4).address, "--listening-port", TURN, "--aux-server",
        f"{address}:{TURN_TCP}", "--min-port", 50000, "--max-port", 59999,
        "--lt-cred-mech", "--user", f"{USER}:{PASSWORD}", "--realm", "test",
        "--no-tls", "--no-dtls", "--no-cli", "--no-rfc5780",
        "--log-file", "stdout", "--simple-log", "--pidfile", folder / "pid",
        "--userdb", folder / "users", "--relay-threads", 1, *options,
        folder=folder)
    server.is_at(TURN, l4="udp").is_at(TURN_TCP)


def peer(site, where):
    """It sends back what it gets."""
    site.serves(where, "turnutils_peer", "-L", site.at(where, 4).address, "-p",
                MEDIA).is_at(MEDIA, l4="udp")


@pytest.fixture(scope="module", autouse=True)
def sites(servers):
    turnserver(servers, "edge1.av", "edge1.av")
    turnserver(servers, "edge1.internal", "edge1.av")
    turnserver(servers, "partner", "partner")
    for where in ("partner", "edge2.av"):
        peer(servers, where)


def talks(site, where, server, to, *options):
    """coturn's client: it has an allocation made, sends media to a peer
    through the relay, and wants all of it back."""
    return Client(where, [
        "turnutils_uclient", "-u", USER, "-w", PASSWORD, "-L",
        site.at(where, 4).address, "-X", "-c", "-e", site.at(to, 4).address,
        "-r", MEDIA, "-n", 5, *options, site.at(server, 4).address],
        done=r"Total lost packets 0 \(0.000000%\)")


def test_try(site):
    import itertools
    for args in [("client","edge1.av","partner"),("client","edge1.av","partner","-t","-p",443)]:
        h = site.listens_in()
        *_, p = site.starts(talks(site, *args))
        p.ends()
        print(p, h.watch.delta(), h.sums())
    for l4 in ("-4",):
        site.serves("edge1.av", "iperf3", "-s", "-B", "131.107.155.30", "-p", 50100).is_at(50100)
        h = site.listens_in()
        *_, p = site.starts(Client("client", ["iperf3","-c","131.107.155.30","-B","198.51.100.7","-p","50100","-u","-b","4M","-n","100K"],done="x"))
        p.ends()
        print(p, h.watch.delta(), h.sums())
        h = site.listens_in()
        *_, p = site.starts(Client("client", ["iperf3","-c","131.107.155.30","-B","198.51.100.7","-p","50100","-n","200K"],done="x"))
        p.ends()
        print(p, h.watch.delta(), h.sums())
    assert 0
